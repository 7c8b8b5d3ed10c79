/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_ZONEINFO_H
#define VMATLAS_KERNEL_ZONEINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

#define ZONE_NAME_MAX 28	/* room for "DMA32 or Normal or Movable", too */
#define ZONE_ORDERS_MAX 32
#define ZONE_TYPES_MAX 8	/* MAX_NR_ZONES is 6 at most so far */

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
	bool has_cma, has_free_cma, has_boost, has_promo;	/* neither */
	uint64_t cma, free_cma;	/* of present, of free: the CMA areas' */
	uint64_t boost;		/* in min, low and high, for a while */
	uint64_t promo;		/* a fourth watermark, of tiered memory */
	/*
	 * The lowmem reserve, "protection": an allocation that could as well
	 * have a zone of type I must leave this many free pages above a
	 * watermark here (Documentation/admin-guide/sysctl/vm.rst,
	 * lowmem_reserve_ratio).  Types are counted from the lowest up.
	 */
	unsigned nreserves;	/* 0: not printed */
	uint64_t reserve[ZONE_TYPES_MAX];
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
