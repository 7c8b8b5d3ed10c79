/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/report_types.h"

#include <stdlib.h>

#include "vmatlas/base/mem.h"

struct region_types {
	const struct snapshot *snapshot;
	struct region sums[NREGION_TYPES];	/* from 0 to all they map */
	bool any[NREGION_TYPES];
	uint64_t *zones;	/* pages, zone_stride of each type */
	uint64_t states[NREGION_TYPES][NSTATES];	/* pages */
};

struct region_types *region_types_new(const struct snapshot *snapshot)
{
	struct region_types *types = mem_new(1, sizeof(*types));
	unsigned i;

	types->snapshot = snapshot;
	types->zones = mem_new(NREGION_TYPES * snapshot->zone_stride,
		sizeof(*types->zones));
	for (i = 0; i < NREGION_TYPES; i++) {
		types->sums[i].type = (uint8_t)i;
		figures_zero(&types->sums[i].usage);
	}
	return types;
}

void region_types_add(struct region_types *types, size_t index)
{
	const struct snapshot *snapshot = types->snapshot;
	const struct region *region = &snapshot->regions[index];
	struct region *sum = &types->sums[region->type];
	const uint64_t *states = snapshot_states(snapshot, index);
	size_t stride = snapshot->zone_stride, i;

	types->any[region->type] = true;
	sum->end += region->end - region->start;
	figures_add(&sum->usage, &region->usage);
	for (i = 0; states && i < NSTATES; i++)
		types->states[region->type][i] += states[i];
	/* Without the bit in usage these are no figures, and not asked. */
	if (figures_know(&region->usage, USAGE_ZONES))
		for (i = 0; i < stride; i++)
			types->zones[region->type * stride + i] +=
				snapshot->zone_pages[index * stride + i];
}

void region_types_write(struct region_types *types, struct reporter *reporter)
{
	/* There is no fitness of such a one. */
	struct record record = { .object = OBJECT_REGION,
		.snapshot = types->snapshot, .index = SIZE_MAX };
	unsigned i;

	for (i = 0; i < NREGION_TYPES; i++) {
		if (!types->any[i])
			continue;
		record.region = &types->sums[i];
		record.states = types->states[i];
		record.zones = types->zones + i * types->snapshot->zone_stride;
		reporter_record(reporter, &record);
	}
	record_fini(&record);
	free(types->zones);
	free(types);
}
