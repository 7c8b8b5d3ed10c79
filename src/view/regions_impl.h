/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_REGIONS_IMPL_H
#define VMATLAS_SRC_VIEW_REGIONS_IMPL_H

/*
 * What the files of the screen of regions share: regions.c is the cursor, tags
 * and what keys do, regions_order.c which regions are listed in which order and
 * groups, regions_paint.c draws it.
 */
#include "vmatlas/view/regions.h"

/* Rows above the list: the head, what is listed, the titles. */
#define REGIONS_HEAD 3

/* Is NUMBER in this sorted set? */
bool regions_set_has(const uint64_t *set, size_t n, uint64_t number);

bool regions_is_tagged(const struct regions *regions,
	const struct region *region);
/* Does region INDEX have each word of TEXT? */
bool regions_matches(const struct snapshot *snapshot, size_t index,
	const char *text);
/* Which are listed, in which order and groups, with their sums. */
void regions_make(struct regions *regions, const struct snapshot *snapshot);
/* The lines, from the groups as they are open or not. */
void regions_make_rows(struct regions *regions);
/* The group that region INDEX is in, or REGIONS_NONE. */
uint32_t regions_group_of(const struct regions *regions,
	const struct snapshot *snapshot, size_t index);

#endif
