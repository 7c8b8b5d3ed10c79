/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_ZONEINFO_H
#define VMATLAS_KERNEL_ZONEINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

#define ZONE_NAME_MAX 16
#define ZONE_ORDERS_MAX 32

/*
 * One memory zone of one node, as /proc/zoneinfo and /proc/buddyinfo tell.
 * Counts are in pages.  A zone without pages prints no start_pfn: it has
 * has_start false and lies nowhere.
 */
struct zone {
	int node;
	char name[ZONE_NAME_MAX];
	bool has_start;
	uint64_t start_pfn;
	uint64_t spanned, present, managed;
	uint64_t free, min, low, high;
	bool has_managed;	/* older kernels do not print it */
	unsigned norders;	/* 0: buddyinfo was not readable */
	uint64_t free_blocks[ZONE_ORDERS_MAX];
};

/*
 * All zones in TEXT, in its order; returns how many, and puts them into a
 * heap array at *OUT that the caller frees.  Keys are matched exactly;
 * unknown ones are passed over, as are zones past ZONES_MAX.
 */
#define ZONES_MAX 1024
size_t zoneinfo_parse(struct text text, struct zone **out);

/* Fill in free_blocks of the zones that TEXT (/proc/buddyinfo) names. */
void buddyinfo_parse(struct text text, struct zone *zones, size_t nzones);

#endif
