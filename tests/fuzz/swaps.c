/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/kernel/swaps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Whole sizes in bytes, names that end where they say; types that rise, each
 * row's its number at least, and every one where all were seen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int types[SWAP_AREAS_MAX], last = -1;
	struct swap_area *areas;
	uint32_t seen = 0;
	size_t i, k, bits = 0, count = swaps_parse(
		(struct text){ (const char *)data, n }, &areas);

	assert(count <= SWAP_AREAS_MAX);
	for (i = 0; i < count; i++) {
		assert(areas[i].file_len && !areas[i].file[areas[i].file_len]);
		assert(areas[i].size % 1024 == 0 && areas[i].used % 1024 == 0);
		assert(memchr(areas[i].medium, 0, sizeof(areas[i].medium)));
	}
	memcpy(&seen, data, n < sizeof(seen) ? n : sizeof(seen));
	for (k = 0; k < 32; k++)
		bits += seen >> k & 1;
	swaps_types(seen, count, types);
	for (i = 0; i < count; i++) {
		assert(types[i] >= -1 && types[i] < SWAP_AREAS_MAX);
		assert(bits != count || types[i] >= 0);
		if (types[i] < 0)
			continue;
		assert(types[i] > last && types[i] >= (int)i);
		last = types[i];
	}
	swaps_free(areas, count);
	return 0;
}
