/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_MACHINE_IMPL_H
#define VMATLAS_SRC_MODEL_MACHINE_IMPL_H

/*
 * What machine.c, which reads it, and machine_chart.c, which makes stretches
 * of what was read, have in common.
 */
#include "vmatlas/model/machine.h"

static inline bool machine_zone_spans(const struct zone *zone, uint64_t pfn)
{
	return zone->has_start && pfn >= zone->start_pfn &&
		pfn - zone->start_pfn < zone->spanned;
}

/* Fill in stretches, and the doubts; all else has been read. */
void machine_chart(struct machine *machine);

#endif
