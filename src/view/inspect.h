/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_INSPECT_H
#define VMATLAS_SRC_VIEW_INSPECT_H

/*
 * The inspector's parts, each painted into a box of the grid: atlas_inspect.c
 * has the frame around them and the facts, inspect_walk.c the page tables,
 * inspect_bytes.c contents and strings, atlas_owners.c who has the frame.
 */
#include "vmatlas/view/atlas.h"

/* Rows ROW to END (exclusive), COLS columns from COL on; what is scrolled
 * begins above FIRST, where nothing is drawn. */
struct inspect_box {
	struct grid *grid;
	int row, end, col, cols, first;
};

/* The part that the keys are for: the one chosen, or the facts where there is
 * nothing to be said of that. */
enum inspect_part inspect_part(const struct atlas *atlas,
	const struct snapshot *snapshot);
/* Keys while the inspector is open; false: they mean what they always do. */
bool inspect_act(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action);

/* TEXT from ROW on, broken at blanks; returns the row behind all that it
 * needs, drawn or not. */
int inspect_paint_text(const struct inspect_box *box, int row, int col,
	int role, struct text text);

/* Is there something to be said of the page tables; the row behind that. */
bool inspect_has_walk(const struct atlas *atlas,
	const struct snapshot *snapshot);
int inspect_paint_walk(const struct snapshot *snapshot,
	const struct inspect_box *box);

/* The page's bytes: are they wanted, as far as the inspector is open on them,
 * or about to be shown; the row behind them, all or (STRINGS) the printable. */
bool inspect_has_bytes(const struct atlas *atlas,
	const struct snapshot *snapshot);
bool inspect_wants_bytes(const struct atlas *atlas);
bool inspect_act_bytes(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action);
int inspect_paint_contents(const struct atlas *atlas,
	const struct snapshot *snapshot, const struct inspect_box *box);
int inspect_paint_strings(const struct atlas *atlas,
	const struct snapshot *snapshot, const struct inspect_box *box);
/* A tall panel that has the page tables below the facts, and a part below
 * these. */
bool inspect_is_stacked(const struct atlas *atlas);
/* Columns inside the inspector's border. */
int inspect_cols(const struct atlas *atlas);

/* The owners of the frame: are they known, and how many rows they need. */
bool inspect_has_owners(const struct atlas *atlas,
	const struct snapshot *snapshot);
bool inspect_act_owners(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action);
int inspect_owners_rows(const struct snapshot *snapshot);
void inspect_paint_owners(const struct atlas *atlas,
	const struct snapshot *snapshot, const struct inspect_box *box);

#endif
