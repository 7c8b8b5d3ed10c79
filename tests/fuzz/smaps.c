/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/kernel/smaps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* As many regions as lines of maps; a figure that is missing is 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text rest = { (const char *)data, n }, line;
	struct smaps_entry entry;
	struct maps_line map;
	size_t nmaps = 0;
	unsigned i;

	while (text_line(&rest, &line))
		nmaps += maps_parse(line, &map);
	rest = (struct text){ (const char *)data, n };
	while (smaps_next(&rest, &entry)) {
		assert(nmaps-- > 0);
		assert(entry.map.start < entry.map.end);
		assert(entry.has >> SMAPS_NFIELDS == 0);
		assert(entry.has_flags || !entry.flags);
		for (i = 0; i < SMAPS_NFIELDS; i++)
			assert(entry.has >> i & 1 || !entry.kb[i]);
	}
	assert(nmaps == 0 && rest.n == 0);
	return 0;
}
