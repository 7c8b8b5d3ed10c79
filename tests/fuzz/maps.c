/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/kernel/maps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A line that is taken has a range, and a name that lies within it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text rest = { (const char *)data, n }, line;
	struct maps_line map;

	while (text_line(&rest, &line)) {
		if (!maps_parse(line, &map))
			continue;
		assert(map.start < map.end);
		assert(map.name.p >= line.p);
		assert(map.name.p + map.name.n == line.p + line.n);
		assert(!map.name.n || map.name.p[0] != ' ');
	}
	return 0;
}
