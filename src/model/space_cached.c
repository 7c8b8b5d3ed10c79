/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "space_impl.h"
#include "vmatlas/model/snapshot.h"

/* Questions about what is on screen in one refresh: some milliseconds. */
#define SCREEN_QUESTIONS 128
/* A map with so many pages or ranges is asked for every other refresh, with
 * twice as many every third, and so on. */
#define PAGES_A_REFRESH (1 << 14)
#define RANGES_A_REFRESH (1 << 6)

static unsigned page_shift(const struct space *space)
{
	return space->reader->machine->page_shift;
}

static bool applies(const struct space *space, size_t i)
{
	const struct region *region = &space->regions[i];

	return cached_applies(region, region_name(region, &space->names));
}

static const struct cached_map *shown_now(const struct space *space,
	const struct region *region, uint64_t vpn)
{
	size_t i;

	for (i = 0; i < space->nshown; i++)
		if (space->shown[i].refresh == space->refresh &&
		    cached_covers(&space->shown[i], region, vpn, vpn + 1))
			return &space->shown[i];
	return NULL;
}

const struct cached_map *space_cached(struct space *space, size_t i,
	uint64_t vpn, bool one)
{
	const struct region *region = &space->regions[i];
	struct cached_map *map = &space->cached;
	unsigned left = UINT_MAX;
	bool same = map->refresh == space->refresh;

	if (same && cached_covers(map, region, vpn, vpn + 1))
		return map;
	if (!applies(space, i))
		return NULL;
	if (one && shown_now(space, region, vpn))
		return shown_now(space, region, vpn);
	/* What was refused is not asked for page by page. */
	if (same && cached_asked(map, region, vpn, vpn + 1))
		return NULL;
	cached_read(map, space->reader->src, space->process.id, region,
		page_shift(space), vpn,
		one ? vpn + 1 : (vpn | (CACHED_CHUNK - 1)) + 1, &left);
	map->refresh = space->refresh;
	if (!one && space->cached_answer == ANSWER_OK)
		space->cached_answer = map->answer;
	return cached_covers(map, region, vpn, vpn + 1) ? map : NULL;
}

void space_cached_free(struct space *space)
{
	size_t i;

	cached_free(&space->cached);
	for (i = 0; i < space->nshown; i++)
		cached_free(&space->shown[i]);
	free(space->shown);
	space->shown = NULL;
	space->nshown = 0;
}

/* ---- sums */

void space_count_cached(struct space *space, size_t i, uint64_t vpn)
{
	struct figures *usage = &space->regions[i].usage;

	if (!space->count_cached || !applies(space, i))
		return;
	while (space->cached_vpn < vpn) {
		const struct cached_map *map = space_cached(space, i,
			space->cached_vpn, false);
		size_t k;

		if (!map) {
			usage->known &= ~(uint32_t)USAGE_CACHED;
			space->cached_vpn = UINT64_MAX;
			return;
		}
		for (k = cached_after(map, space->cached_vpn); k < map->n; k++)
			usage->cached += (map->ranges[k].end -
				map->ranges[k].start) << page_shift(space);
		space->cached_vpn = map->to;
	}
}

void space_uncount_mapped(struct space *space, size_t i)
{
	const struct slice *slice = &space->reader->slice;
	struct figures *usage = &space->regions[i].usage;
	uint64_t nbytes = UINT64_C(1) << page_shift(space);
	const struct cached_map *map;
	size_t k;

	if (!space->count_cached || space->cached_vpn == UINT64_MAX ||
	    !slice->n)
		return;
	map = space_cached(space, i, slice->vpn, false);
	for (k = 0; map && k < slice->n; k++)
		if ((slice->words[k] & (PM_PRESENT | PM_SWAP)) &&
		    cached_has(map, slice->vpn + k) && usage->cached >= nbytes)
			usage->cached -= nbytes;
}

/* ---- the screen */

static void add_range(struct page_range **ranges, size_t *n, size_t *cap,
	uint64_t start, uint64_t end)
{
	if (start >= end)
		return;
	if (*n && (*ranges)[*n - 1].end == start) {
		(*ranges)[*n - 1].end = end;
		return;
	}
	*ranges = mem_grow(*ranges, cap, *n + 1, sizeof(**ranges));
	(*ranges)[(*n)++] = (struct page_range){ start, end };
}

static void add_cached(struct snapshot *snapshot, uint64_t start, uint64_t end)
{
	add_range(&snapshot->cached, &snapshot->ncached,
		&snapshot->cached_cap, start, end);
}

/* Of START..END, which the page cache has, what is not mapped in. */
static void add_unmapped(struct snapshot *snapshot, const struct space *space,
	uint64_t start, uint64_t end)
{
	size_t i = space_block_after(space, start);
	struct pages pages;

	for (; i < space->nblocks && space->blocks[i]->vpn < end; i++) {
		const struct block *block = space->blocks[i];
		uint64_t from = block->vpn < start ? start : block->vpn;
		uint64_t to = block->vpn + block->npages;

		add_cached(snapshot, start, from);
		if (to > end)
			to = end;
		start = to;
		if (!block->usage.state[STATE_NOT_MAPPED])
			continue;
		block_unpack(block, &pages);
		for (; from < to; from++)
			if (CLASS_STATE(pages.classes[from - block->vpn]) ==
			    STATE_NOT_MAPPED)
				add_cached(snapshot, from, from + 1);
	}
	add_cached(snapshot, start, end);
}

static void take_map(struct snapshot *snapshot, const struct space *space,
	const struct cached_map *map)
{
	size_t i;

	add_range(&snapshot->cached_known, &snapshot->ncached_known,
		&snapshot->cached_known_cap, map->from, map->to);
	for (i = 0; i < map->n; i++)
		add_unmapped(snapshot, space, map->ranges[i].start,
			map->ranges[i].end);
}

/* A map is as old as it was dear to make. */
static bool is_fresh(const struct space *space, const struct cached_map *map,
	const struct wish *wish)
{
	uint32_t age = space->refresh - map->refresh;
	uint64_t pages = 0;
	size_t i;

	if (!age || wish->whole)
		return !age;
	for (i = 0; i < map->n; i++)
		pages += map->ranges[i].end - map->ranges[i].start;
	return age <= pages / PAGES_A_REFRESH + map->n / RANGES_A_REFRESH;
}

/* The map that was shown of REGION, or one that is new; *AT walks the old
 * ones, which are sorted as regions are. */
static struct cached_map old_map(struct space *space, size_t *at,
	const struct region *region)
{
	struct cached_map map = { 0 };

	while (*at < space->nshown && space->shown[*at].start < region->start)
		cached_free(&space->shown[(*at)++]);
	if (*at < space->nshown && space->shown[*at].start == region->start)
		map = space->shown[(*at)++];
	return map;
}

/* A recording holds it all, not only what is on screen. */
static void read_for_recording(struct space *space)
{
	size_t i;

	for (i = 0; i < space->nregions; i++) {
		uint64_t vpn = space->regions[i].start >> page_shift(space);
		uint64_t end = space->regions[i].end >> page_shift(space);
		const struct cached_map *map;

		while (vpn < end && (map = space_cached(space, i, vpn, false)))
			vpn = map->to;
	}
}

void snapshot_take_cached(struct snapshot *snapshot, struct space *space,
	const struct wish *wish)
{
	unsigned shift = page_shift(space), left = SCREEN_QUESTIONS;
	struct cached_map *maps = NULL;
	size_t n = 0, cap = 0, at = 0, i;

	snapshot->ncached = snapshot->ncached_known = 0;
	if (!space->whole || space->maps != ANSWER_OK ||
	    space->process.answer != ANSWER_OK ||
	    space->reader->answers[WORDS_PAGEMAP] != ANSWER_OK)
		return;
	if (wish->depth == DEPTH_FULL && space->cached_pass != space->refresh)
		read_for_recording(space);
	space->cached_pass = space->refresh;
	for (i = regions_after(space->regions, space->nregions,
		     wish->shown.start << shift);
	     i < space->nregions &&
	     space->regions[i].start >> shift < wish->shown.end; i++) {
		const struct region *region = &space->regions[i];
		uint64_t from = region->start >> shift;
		uint64_t to = region->end >> shift;
		struct cached_map map;

		if (!space->state_pages ||
		    !space->state_pages[i * NSTATES + STATE_NOT_MAPPED] ||
		    !applies(space, i))
			continue;
		from = from < wish->shown.start ? wish->shown.start : from;
		to = to > wish->shown.end ? wish->shown.end : to;
		map = old_map(space, &at, region);
		if (!cached_asked(&map, region, from, to) ||
		    !is_fresh(space, &map, wish)) {
			cached_read(&map, space->reader->src,
				space->process.id, region, shift, from, to,
				&left);
			map.refresh = space->refresh;
		}
		take_map(snapshot, space, &map);
		maps = mem_grow(maps, &cap, n + 1, sizeof(*maps));
		maps[n++] = map;
	}
	while (at < space->nshown)
		cached_free(&space->shown[at++]);
	free(space->shown);
	space->shown = maps;
	space->nshown = n;
}
