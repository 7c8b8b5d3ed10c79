/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_ATLAS_IMPL_H
#define VMATLAS_SRC_VIEW_ATLAS_IMPL_H

/*
 * What the atlas's files share: atlas.c knows where things are, atlas_act.c
 * does what keys ask, atlas_paint.c draws with the help of atlas_head.c and
 * atlas_inspect.c (inspect.h).
 */
#include "vmatlas/view/atlas.h"

/* Rows of each part of the screen, from top to bottom. */
struct parts {
	int header, caption, border, pane, explain, legend, keys;
};
/* There is a way back to where it is now. */
void atlas_remember(struct atlas *atlas);
/* Is START..END of that side, at least in part, selected? */
bool atlas_selects(const struct atlas *atlas, enum side side, uint64_t start,
	uint64_t end);
/* Keys while something is selected; false: they mean what they always do. */
bool atlas_act_selection(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action);

struct parts atlas_parts(const struct atlas *atlas);

/* The lines at the top: ROWS of them, 0 to 2. */
void atlas_paint_head(const struct snapshot *snapshot,
	const struct atlas_status *status, int rows, struct grid *grid);
/* The inspector: a panel at the side of a wide screen, else a pop-up while it
 * is open. */
void atlas_paint_inspector(struct atlas *atlas,
	const struct snapshot *snapshot, struct grid *grid);

/* The frame that the cursor is on, where that is known and not nobody's. */
bool atlas_frame(const struct atlas *atlas, const struct snapshot *snapshot,
	uint64_t *pfn);
#endif
