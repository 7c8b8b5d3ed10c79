/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_EVENTS_IMPL_H
#define VMATLAS_SRC_VIEW_EVENTS_IMPL_H

/*
 * What the files of the screen of events share: events.c keeps the cursor,
 * events_paint.c draws the lines, events_head.c what stands above them.
 */
#include "vmatlas/view/events.h"

/* From this width on three histories are side by side, else two. */
#define EVENTS_WIDE 150

/* The index in order of the line under the cursor; norder: there is none. */
size_t events_at(const struct events *events, const struct snapshot *snapshot);
/* Rates by kind, and histories, into HEAD_ROWS rows from ROW on. */
void events_paint_head(const struct events *events,
	const struct snapshot *snapshot, struct grid *grid, int row);

#endif
