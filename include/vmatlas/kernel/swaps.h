/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_SWAPS_H
#define VMATLAS_KERNEL_SWAPS_H

#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * One swap area, as a line of /proc/swaps tells.  The lines are in the order
 * of the areas' types, but their row is not the type: after a swapoff the
 * first row may be type 1.
 */
struct swap_area {
	char *file;		/* unescaped; owned by the array */
	size_t file_len;
	char medium[16];	/* "file", "partition" */
	uint64_t size, used;	/* bytes */
	int64_t priority;
};

/* All areas in TEXT, in its order; returns how many, in a heap array at *OUT.
 * Lines that are no area are passed over. */
#define SWAP_AREAS_MAX 32
size_t swaps_parse(struct text text, struct swap_area **out);
void swaps_free(struct swap_area *areas, size_t n);

/*
 * The type that swap entries know each of N areas by, into TYPES; -1 where
 * it cannot be known.  SEEN has a bit for each type that some entry has.
 *
 * Nothing but this is certain: types rise from row to row, and a type that
 * an entry has is one of the rows'.  So with as many types seen as there are
 * rows all is known; type 0, once seen, is the first row; of two rows and
 * type 1 seen, nothing is: it may be the first row (0 is off) or the second.
 */
void swaps_types(uint32_t seen, size_t n, int types[]);

#endif
