/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/kernel/zoneinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The input is zoneinfo and, behind a NUL if there is one, buddyinfo. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text rest = { (const char *)data, n }, text;
	struct zone *zones;
	size_t nzones, i;

	if (!text_until(&rest, '\0', &text))
		text = rest;
	nzones = zoneinfo_parse(text, &zones);
	assert(nzones <= ZONES_MAX);
	buddyinfo_parse(rest.n ? rest : text, zones, nzones);
	for (i = 0; i < nzones; i++) {
		assert(memchr(zones[i].name, '\0', ZONE_NAME_MAX));
		assert(zones[i].name[0] && zones[i].node >= 0);
		assert(zones[i].norders <= ZONE_ORDERS_MAX);
		assert(zones[i].nreserves <= ZONE_TYPES_MAX);
		assert(zones[i].has_managed || !zones[i].managed);
		assert(!zones[i].has_start || zones[i].start_pfn +
		       zones[i].spanned >= zones[i].start_pfn);
	}
	free(zones);
	return 0;
}
