/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/frame_map.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

void frame_map_clear(struct frame_map *map)
{
	map->n = map->at = 0;
	map->nframes = map->low = map->high = 0;
}

void frame_map_fini(struct frame_map *map)
{
	free(map->spans);
	memset(map, 0, sizeof(*map));
}

void frame_map_add(struct frame_map *map, uint64_t pfn, uint32_t thing)
{
	struct frame_span *last = map->n ? &map->spans[map->n - 1] : NULL;

	if (last && last->thing == thing && last->pfn + last->n == pfn &&
	    last->n < UINT32_MAX) {
		last->n++;
		return;
	}
	map->spans = mem_grow(map->spans, &map->cap, map->n + 1,
		sizeof(*map->spans));
	map->spans[map->n++] = (struct frame_span){ pfn, 0, 1, thing };
}

/* Equal ones in an order that does not depend on qsort's. */
static int compare(const void *a, const void *b)
{
	const struct frame_span *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return x->thing < y->thing ? -1 : x->thing > y->thing;
}

void frame_map_close(struct frame_map *map)
{
	uint64_t end = 0;
	size_t i, n = 0;

	if (map->n)
		qsort(map->spans, map->n, sizeof(*map->spans), compare);
	map->nframes = 0;
	for (i = 0; i < map->n; i++) {
		struct frame_span span = map->spans[i];
		uint64_t past = span.pfn + span.n;

		if (n && past <= end)
			continue;
		if (n && span.pfn < end) {
			span.n = (uint32_t)(past - end);
			span.pfn = end;
		}
		end = past;
		span.index = map->nframes;
		map->nframes += span.n;
		map->spans[n++] = span;
	}
	map->n = map->at = n;
	map->low = map->high = 0;
}

/* The first span that ends behind PFN. */
static size_t after(const struct frame_map *map, uint64_t pfn)
{
	size_t low = 0, high = map->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct frame_span *span = &map->spans[middle];

		if (span->pfn + span->n > pfn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct frame_span *frame_map_find(struct frame_map *map, uint64_t pfn)
{
	const struct frame_span *span;
	size_t i;

	if (!map->n)
		return NULL;
	if (pfn >= map->low && pfn < map->high)
		return map->at < map->n ? &map->spans[map->at] : NULL;
	i = after(map, pfn);
	span = &map->spans[i];
	if (i < map->n && span->pfn <= pfn) {
		map->at = i;
		map->low = span->pfn;
		map->high = span->pfn + span->n;
		return span;
	}
	map->at = map->n;
	map->low = i ? map->spans[i - 1].pfn + map->spans[i - 1].n : 0;
	map->high = i < map->n ? span->pfn : UINT64_MAX;
	return NULL;
}
