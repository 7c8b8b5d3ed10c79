/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/space.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/procstat.h"
#include "space_impl.h"

/* smaps walks every page of the process: while only a changing figure of it
 * is needed, so many refreshes pass between two readings. */
#define SMAPS_EVERY 10
/* Room for what came meanwhile, and for a source that reads in portions. */
#define MAPS_MORE ((size_t)64 << 10)

void space_init(struct space *space, struct proc_id id, bool keep_blocks)
{
	memset(space, 0, sizeof(*space));
	space->process.id = id;
	space->keep_blocks = keep_blocks;
	space->locked_kb = UINT64_MAX;
	space->want_zones = true;
	space->reader = mem_new(1, sizeof(*space->reader));
	reader_init(space->reader, NULL, NULL, id, DEPTH_SUMS);
}

static void blocks_free(struct space *space)
{
	size_t i;

	for (i = 0; i < space->nblocks; i++)
		free(space->blocks[i]);
	space->nblocks = 0;
}

void space_fini(struct space *space)
{
	blocks_free(space);
	space_cached_free(space);
	free(space->blocks);
	space_disown(space);
	free(space->told);
	space_fitness_forget(space);
	free(space->reader);
	device_files_fini(&space->devices);
	buf_fini(&space->maps_text);
	buf_fini(&space->swap_files);
	memset(space, 0, sizeof(*space));
}

/* On screen, what is new is marked for one refresh. */
static void mark_new(struct space *space, const struct region *old,
	size_t nold)
{
	if (space->keep_blocks && nold)
		regions_mark_changed(space->regions, space->nregions, old,
			nold);
}

static bool same_text(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && !memcmp(buf_text(a), buf_text(b), a->len);
}

static enum answer read_maps(struct space *space, struct source *src,
	const struct machine *machine, bool *changed)
{
	struct buf text = { 0 };
	enum answer answer;

	space_own(space);
	answer = source_text(src, space->process.id, "maps", &text);
	*changed = answer == ANSWER_OK && (!space->regions ||
		!same_text(&text, &space->maps_text));
	if (*changed) {
		struct region *old = space->regions;
		size_t nold = space->nregions;
		struct buf old_names = space->names;

		memset(&space->names, 0, sizeof(space->names));
		buf_fini(&space->maps_text);
		space->maps_text = text;
		space->nregions = regions_parse(
			(struct text){ buf_text(&text), text.len },
			&space->regions, &space->names, &space->dropped);
		mark_new(space, old, nold);
		space_note_regions(space, old, nold, &old_names, machine);
		space_recut(space, old, nold, machine);
		free(old);
		buf_fini(&old_names);
		free(space->state_pages);
		space->state_pages = NULL;
		space_fitness_forget(space);
		space->layout++;
	} else {
		size_t i;

		for (i = 0; i < space->nregions; i++)
			space->regions[i].changed = false;
		buf_fini(&text);
	}
	space->checked = false;
	space->came = space->went = 0;
	return answer;
}

void space_check_regions(struct space *space)
{
	struct buf text = { 0 }, names = { 0 };
	struct region *now = NULL;
	size_t n = 0;

	buf_expect(&text, space->maps_text.len + MAPS_MORE);
	space->checked = source_text(space->reader->src, space->process.id,
		"maps", &text) == ANSWER_OK;
	if (space->checked && !same_text(&text, &space->maps_text)) {
		n = regions_parse((struct text){ buf_text(&text), text.len },
			&now, &names, NULL);
		space->came = regions_mark_changed(now, n, space->regions,
			space->nregions);
		space_own(space);
		space->went = regions_mark_changed(space->regions,
			space->nregions, now, n);
	}
	free(now);
	buf_fini(&names);
	buf_fini(&text);
}

static bool swap_in_use(struct source *src)
{
	struct buf buf = { 0 };
	uint64_t total, left;
	struct text text;
	bool known;

	if (source_text(src, PROC_NONE, "meminfo", &buf) != ANSWER_OK) {
		buf_fini(&buf);
		return true;
	}
	text = (struct text){ buf_text(&buf), buf.len };
	known = procstat_key(text, "SwapTotal", &total) &&
		procstat_key(text, "SwapFree", &left);
	buf_fini(&buf);
	return !known || total != left;
}

static bool may_have_ksm(struct space *space, struct source *src)
{
	struct buf buf = { 0 };
	struct text text;
	uint64_t pages;
	bool none;

	if (source_text(src, space->process.id, "ksm_merging_pages", &buf) !=
			ANSWER_OK &&
	    source_text(src, PROC_NONE, "/sys/kernel/mm/ksm/pages_shared",
		    &buf) != ANSWER_OK) {
		buf_fini(&buf);
		return true;
	}
	text = (struct text){ buf_text(&buf), buf.len };
	none = text_u64(&text, 10, &pages) && !pages;
	buf_fini(&buf);
	return !none;
}

/* A region that may be shared memory by any name: its file is on no disk. */
static bool may_be_shmem(const struct region *region)
{
	return region->inode && !region->major;
}

/* How much of a region's file is shared memory in swap. */
static enum hidden_swap read_hidden(struct space *space,
	const struct machine *machine, struct region *region)
{
	struct source *src = space->reader->src;
	uint64_t evicted, shmem;
	struct buf path = { 0 }, buf = { 0 };
	struct text text;
	bool known;

	region->hidden_swap = 0;
	if (!may_be_shmem(region) || region->type == REGION_DEVICE ||
	    region->type == REGION_HUGETLB)
		return HIDDEN_NONE;
	buf_fmt(&path, "map_files/%" PRIx64 "-%" PRIx64 "@%" PRIu64 "+%" PRIu64,
		region->start, region->end, region->offset,
		region->end - region->start);
	known = source_text(src, space->process.id, buf_text(&path), &buf) ==
		ANSWER_OK;
	text = (struct text){ buf_text(&buf), buf.len };
	known = known && procstat_key(text, "evicted", &evicted) &&
		procstat_key(text, "shmem", &shmem);
	buf_fini(&path);
	buf_fini(&buf);
	/* More than there is room for is no answer. */
	if (!known || evicted > (region->end - region->start) /
			machine->facts.page_size)
		return HIDDEN_UNKNOWN;
	if (!shmem || !evicted)
		return HIDDEN_NONE;
	/* A private copy may stand in for a page that is swapped: which ones
	 * do is not told. */
	if (region->write && !region->shared)
		return HIDDEN_UNKNOWN;
	region->hidden_swap = evicted * machine->facts.page_size;
	return HIDDEN_COUNTED;
}

/* The swap that pagemap hides; true: some is only to be had from smaps. */
static bool read_all_hidden(struct space *space, const struct machine *machine)
{
	bool unknown = false;
	size_t i;

	for (i = 0; i < space->nregions; i++) {
		struct region *region = &space->regions[i];

		region->hidden = (uint8_t)(!space->shmem_may_be_swapped ?
			HIDDEN_NONE : read_hidden(space, machine, region));
		unknown |= region->hidden == HIDDEN_UNKNOWN;
	}
	return unknown;
}

static bool smaps_wanted(const struct space *space)
{
	size_t i;

	/* Only smaps tells where pages can be merged. */
	if (space->reader->may_have_ksm &&
	    space->reader->machine->rules.ksm_lies)
		return true;
	if (space->locked_kb && space->locked_kb != UINT64_MAX)
		return true;
	/* Only smaps tells how sparse a region is. */
	if (space->scan != ANSWER_OK)
		return true;
	for (i = 0; i < space->nregions; i++) {
		const struct region *region = &space->regions[i];

		if (region_needs_flags(region,
			    region_name(region, &space->names)))
			return true;
	}
	return false;
}

void space_read_smaps(struct space *space, bool usage)
{
	struct source *src = space->reader->src;
	struct buf buf = { 0 };
	enum answer answer = source_text(src, space->process.id, "smaps", &buf);
	struct text text = { buf_text(&buf), buf.len };

	space_own(space);
	/* An older vmatlas recorded it now and then: what it said last holds. */
	if (answer != ANSWER_UNRECORDED || !space->smaps_read)
		space->smaps = answer;
	if (answer == ANSWER_OK) {
		space->smaps_read = true;
		regions_take_flags(space->regions, space->nregions, text);
		if (usage)
			regions_take_usage(space->regions, space->nregions,
				text);
		space->smaps_age = 0;
	}
	buf_fini(&buf);
}

static void refresh_smaps(struct space *space, struct source *src,
	const struct machine *machine, bool changed)
{
	struct buf buf = { 0 };
	bool hidden;
	size_t i;

	if (source_text(src, space->process.id, "status", &buf) == ANSWER_OK &&
	    !procstat_key((struct text){ buf_text(&buf), buf.len }, "VmLck",
		    &space->locked_kb))
		space->locked_kb = UINT64_MAX;
	buf_fini(&buf);
	space->shmem_may_be_swapped = swap_in_use(src);
	hidden = read_all_hidden(space, machine);
	space->usage_from_smaps = !machine->facts.pfn_visible;
	space->smaps_age++;
	if (space->usage_from_smaps) {
		for (i = 0; i < space->nregions; i++)
			figures_zero(&space->regions[i].usage);
		for (i = 0; i < space->nregions; i++)
			space->regions[i].usage.known = 0;
		space_read_smaps(space, true);
	} else if ((changed || space->smaps_age > SMAPS_EVERY ||
		    space->smaps_always || !space->keep_blocks) &&
		   (hidden || smaps_wanted(space))) {
		space_read_smaps(space, false);
	}
	for (i = 0; hidden && i < space->nregions; i++)
		if (space->regions[i].hidden == HIDDEN_UNKNOWN &&
		    space->regions[i].smaps_known)
			space->regions[i].hidden = HIDDEN_BY_SMAPS;
}

static enum answer refresh_map(struct space *space, struct source *src,
	const struct machine *machine, bool *changed)
{
	struct reader *reader = space->reader;
	enum answer answer;

	reader->src = src;
	reader->machine = machine;
	space->summed = false;
	answer = process_read(&space->process, src, machine);
	if (answer != ANSWER_OK)
		return answer;
	reader->id = space->process.id;
	space->maps = read_maps(space, src, machine, changed);
	/* It says nothing, which is not that there is nothing. */
	if (space->process.headless && space->maps == ANSWER_OK)
		space->maps = ANSWER_ABSENT;
	return space->maps;
}

enum answer space_refresh_map(struct space *space, struct source *src,
	const struct machine *machine)
{
	bool changed;

	return refresh_map(space, src, machine, &changed);
}

void space_learn_ksm(struct space *space)
{
	struct reader *reader = space->reader;

	reader->may_have_ksm = may_have_ksm(space, reader->src);
	if (reader->may_have_ksm && reader->machine->rules.ksm_lies)
		space_read_smaps(space, false);
}

enum answer space_refresh(struct space *space, struct source *src,
	const struct machine *machine)
{
	struct reader *reader = space->reader;
	enum answer answer;
	bool changed;

	answer = refresh_map(space, src, machine, &changed);
	if (answer != ANSWER_OK)
		return answer;
	if (space->zone_stride != machine->nplaces + 1 || changed ||
	    !space->zone_pages == space->want_zones) {
		space->zone_stride = machine->nplaces + 1;
		free(space->zone_pages);
		space->zones_counted.version = 0;
		space->zone_pages = space->want_zones ?
			mem_new(space->nregions * space->zone_stride + 1,
				sizeof(*space->zone_pages)) : NULL;
	}
	reader->may_have_ksm = may_have_ksm(space, src);
	refresh_smaps(space, src, machine, changed);
	device_place_all(&space->devices, src, machine, space->regions,
		space->nregions, &space->names);
	return ANSWER_OK;
}
