/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_SCALE_H
#define VMATLAS_VIEW_SCALE_H

#include <stdint.h>

/*
 * A struct scale cuts a stretch of pages or frames into cells: 2^shift of
 * them each, aligned to absolute addresses, so that a cell is the same one
 * wherever its stretch is drawn; the first and last are cut to the stretch.
 * It is the only way from a cell to its range and back: painter, cursor,
 * mouse and search all use it.
 */
struct scale {
	uint64_t start, end;	/* the stretch; start < end */
	unsigned shift;
};

#define SCALE_SHIFT_MAX 52

static inline uint64_t scale_cells(const struct scale *scale)
{
	return ((scale->end - 1) >> scale->shift) -
		(scale->start >> scale->shift) + 1;
}

/* The cell that VPN lies in (which must be in the stretch). */
static inline uint64_t scale_cell(const struct scale *scale, uint64_t vpn)
{
	return (vpn >> scale->shift) - (scale->start >> scale->shift);
}

/* The range START..END of cell I. */
static inline void scale_range(const struct scale *scale, uint64_t i,
	uint64_t *start, uint64_t *end)
{
	uint64_t first = ((scale->start >> scale->shift) + i) << scale->shift;
	uint64_t next = first + (UINT64_C(1) << scale->shift);

	*start = first < scale->start ? scale->start : first;
	*end = next > scale->end || next < first ? scale->end : next;
}

#endif
