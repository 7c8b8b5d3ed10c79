/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_FRAME_ROW_H
#define VMATLAS_VIEW_FRAME_ROW_H

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/pane.h"

/*
 * What a row of physical memory says beside its cells, in every pane whose
 * layout is layout_physical's: the zone where one begins, and where the row
 * does; a device's range is a row of its own.
 */

/* Leave room for it in PANE; returns the cells that fit beside it. */
unsigned frame_row_measure(struct pane *pane);
/* TOP: it is the first on screen. */
void frame_row_label(struct grid *grid, const struct snapshot *snapshot,
	const struct pane *pane, const struct row *row, int grid_row, bool top);
/* ROLE -1: that of its kind. */
void frame_row_device(struct grid *grid, const struct snapshot *snapshot,
	const struct pane *pane, const struct row *row, int grid_row, int role);

#endif
