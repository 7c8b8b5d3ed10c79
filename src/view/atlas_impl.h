/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_ATLAS_IMPL_H
#define VMATLAS_SRC_VIEW_ATLAS_IMPL_H

/*
 * What the atlas's files share: atlas.c knows where things are, atlas_act.c
 * moves the cursors, atlas_paint.c draws.
 */
#include "vmatlas/view/atlas.h"

/* Rows of each part of the screen, from top to bottom. */
struct parts {
	int header, caption, border, pane, explain, legend, keys;
};
struct parts atlas_parts(const struct atlas *atlas);

/* The layout row and cell of a pane's cursor; false: the pane is empty. */
bool pane_at(const struct pane *pane, uint64_t *row, unsigned *cell);
void pane_show_cursor(struct pane *pane);
/* Columns before the first cell of ROW. */
int pane_first_col(const struct pane *pane, enum side side,
	const struct row *row);

#endif
