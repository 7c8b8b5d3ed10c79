/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>

#include "vmatlas/model/cached.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Ranges are sorted, apart from each other, and of the pages asked about. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n };
	struct cached_map map = { 0 };
	uint64_t pages = n ? data[0] + 1u : 1, first = 1000;
	size_t i, had;

	if (!cached_parse(&map, text, first, pages))
		assert(!map.n);
	had = map.n;
	/* The next window of the same region. */
	if (!cached_parse(&map, text, first + pages, pages))
		assert(map.n == had);
	for (i = 0; i < map.n; i++) {
		assert(map.ranges[i].start >= first);
		assert(map.ranges[i].start < map.ranges[i].end);
		assert(map.ranges[i].end <= first + 2 * pages);
		assert(!i || map.ranges[i].start > map.ranges[i - 1].end);
		assert(cached_has(&map, map.ranges[i].start));
		assert(!cached_has(&map, map.ranges[i].end));
	}
	cached_free(&map);
	return 0;
}
