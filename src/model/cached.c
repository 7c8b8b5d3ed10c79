/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/cached.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/procstat.h"
#include "vmatlas/model/classify.h"

/* Where only mincore answers, windows are all that can be asked for: of a
 * region beyond this many pages it would take too long. */
#define WINDOWS_MOST ((uint64_t)1 << 22)

bool cached_applies(const struct region *region, struct text name)
{
	static const struct kernel_rules rules;
	struct page_context cx;

	page_context_of(region, name, &rules, &cx);
	return region->inode && !cx.is_secret &&
		region->type != REGION_DEVICE &&
		classify_absent(&cx) == STATE_NOT_MAPPED;
}

static void add_range(struct cached_map *map, uint64_t from, uint64_t to)
{
	if (from >= to)
		return;
	if (map->n && map->ranges[map->n - 1].end == from) {
		map->ranges[map->n - 1].end = to;
		return;
	}
	map->ranges = mem_grow(map->ranges, &map->cap, map->n + 1,
		sizeof(*map->ranges));
	map->ranges[map->n++] = (struct vpn_range){ from, to };
}

bool cached_parse(struct cached_map *map, struct text text, uint64_t first,
	uint64_t n)
{
	uint64_t size, shmem, last = 0;
	size_t had = map->n;
	uint64_t had_end = had ? map->ranges[had - 1].end : 0;
	struct text line;

	if (!procstat_key(text, "shmem", &shmem) ||
	    !procstat_key(text, "size", &size))
		return false;
	while (text_line(&text, &line)) {
		uint64_t at, count;

		if (!line.n || line.p[0] < '0' || line.p[0] > '9')
			continue;
		if (!text_u64(&line, 10, &at) || !line.n || at < last ||
		    at >= n)
			goto restore;
		line = text_trim(line);
		if (!text_all_u64(line, 10, &count) || !count ||
		    count > n - at)
			goto restore;
		add_range(map, first + at, first + at + count);
		last = at + count;
	}
	return true;
restore:
	map->n = had;
	if (had)
		map->ranges[had - 1].end = had_end;
	return false;
}

/* ---- asking */

/* What one reading works with. */
struct reading {
	struct cached_map *map;
	struct source *src;
	struct proc_id id;
	unsigned shift;
	uint64_t from, to;	/* pages that are wanted */
	unsigned *left;
	struct buf text;
};

static struct text ask(struct reading *r, uint64_t from, uint64_t to,
	const char *what)
{
	struct cached_map *map = r->map;
	struct buf path = { 0 };

	--*r->left;
	buf_clear(&r->text);
	buf_fmt(&path, "map_files/%" PRIx64 "-%" PRIx64 "@%" PRIu64 "+%" PRIu64
		"%s", map->start, map->end,
		map->offset + ((from << r->shift) - map->start),
		(to - from) << r->shift, what);
	map->answer = source_text(r->src, r->id, buf_text(&path), &r->text);
	buf_fini(&path);
	if (map->answer != ANSWER_OK)
		buf_clear(&r->text);
	return (struct text){ buf_text(&r->text), r->text.len };
}

static void learn_file(struct reading *r, struct text text)
{
	uint64_t size, shmem;

	if (procstat_key(text, "shmem", &shmem))
		r->map->shmem = shmem != 0;
	if (procstat_key(text, "size", &size))
		r->map->file_pages = (size >> r->shift) +
			((size & ((UINT64_C(1) << r->shift) - 1)) != 0);
}

/* The part of FROM..TO that is wanted is there, or is not. */
static void take_all(struct reading *r, uint64_t from, uint64_t to, bool there)
{
	if (from < r->from)
		from = r->from;
	if (to > r->to)
		to = r->to;
	if (there)
		add_range(r->map, from, to);
	if (r->map->to < to)
		r->map->to = to;
}

/* Window by window; false: no further. */
static bool read_windows(struct reading *r, uint64_t from, uint64_t to)
{
	uint64_t end;

	for (; from < to && from < r->to; from = end) {
		struct text text;

		end = (from / SOURCE_SLICE + 1) * SOURCE_SLICE;
		if (end > to)
			end = to;
		if (end <= r->from)
			continue;
		if (!*r->left)
			return false;
		text = ask(r, from, end, ":pages");
		if (r->map->answer != ANSWER_OK)
			return false;
		learn_file(r, text);
		if (!cached_parse(r->map, text, from, end - from)) {
			r->map->answer = ANSWER_ABSENT;
			return false;
		}
		r->map->to = end;
	}
	return true;
}

/* All of a chunk that is wanted; false: no further. */
static bool read_chunk(struct reading *r, uint64_t from, uint64_t to)
{
	const struct cached_map *map = r->map;
	struct text text;
	uint64_t cached;

	if (!*r->left)
		return false;
	text = ask(r, from, to, "");
	if (map->answer == ANSWER_OK && procstat_key(text, "cached", &cached)) {
		learn_file(r, text);
		if (!cached || cached >= to - from) {
			take_all(r, from, to, cached != 0);
			return true;
		}
	} else if (map->answer == ANSWER_GONE ||
		   map->answer == ANSWER_BLOCKED ||
		   (map->end - map->start) >> r->shift > WINDOWS_MOST) {
		return false;
	}
	return read_windows(r, from, to);
}

static void map_begin(struct cached_map *map, const struct region *region)
{
	map->start = region->start;
	map->end = region->end;
	map->offset = region->offset;
	map->inode = region->inode;
	map->major = region->major;
	map->minor = region->minor;
	map->answer = ANSWER_OK;
	map->shmem = false;
	map->file_pages = UINT64_MAX;
	map->n = 0;
}

void cached_read(struct cached_map *map, struct source *src,
	struct proc_id id, const struct region *region, unsigned page_shift,
	uint64_t from, uint64_t to, unsigned *left)
{
	uint64_t first = region->start >> page_shift;
	uint64_t last = region->end >> page_shift, at, end;
	struct reading r = { map, src, id, page_shift, 0, 0, left, { 0 } };

	map_begin(map, region);
	/* Windows are whole, so that neighbours are known at once. */
	from &= ~(uint64_t)(SOURCE_SLICE - 1);
	to = to > UINT64_MAX - SOURCE_SLICE ? last :
		(to + SOURCE_SLICE - 1) & ~(uint64_t)(SOURCE_SLICE - 1);
	r.from = from < first ? first : from;
	r.to = to > last ? last : to;
	map->from = map->to = r.from;
	map->asked_to = r.to;
	for (at = r.from & ~(CACHED_CHUNK - 1); at < r.to; at = end) {
		end = at + CACHED_CHUNK;
		if (!read_chunk(&r, at < first ? first : at,
			    end > last ? last : end))
			break;
	}
	buf_fini(&r.text);
}

/* ---- what it says */

bool cached_asked(const struct cached_map *map, const struct region *region,
	uint64_t from, uint64_t to)
{
	return map->start == region->start && map->end == region->end &&
		map->offset == region->offset && map->inode == region->inode &&
		map->major == region->major && map->minor == region->minor &&
		map->from <= from && to <= map->asked_to;
}

bool cached_covers(const struct cached_map *map, const struct region *region,
	uint64_t from, uint64_t to)
{
	return cached_asked(map, region, from, to) && to <= map->to;
}

size_t cached_after(const struct cached_map *map, uint64_t vpn)
{
	size_t low = 0, high = map->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->ranges[middle].end > vpn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool cached_has(const struct cached_map *map, uint64_t vpn)
{
	size_t i = cached_after(map, vpn);

	return i < map->n && map->ranges[i].start <= vpn;
}

void cached_free(struct cached_map *map)
{
	free(map->ranges);
	memset(map, 0, sizeof(*map));
}
