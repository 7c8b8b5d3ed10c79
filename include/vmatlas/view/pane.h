/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_PANE_H
#define VMATLAS_VIEW_PANE_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/view/keymap.h"
#include "vmatlas/view/layout.h"

/*
 * A struct pane is a part of the screen that shows the rows of a layout, some
 * of them at a time, with a cursor in it.
 *
 * Invariants: the cursor is a page or a frame, not a place on the screen, so
 * that it stays where it is whatever is zoomed or mapped.
 */
struct pane {
	uint64_t cursor;	/* page or frame */
	bool placed;		/* the cursor was put somewhere */
	unsigned shift;		/* log2 of what is in a cell */
	bool fit;		/* choose shift so that all is on screen */
	uint64_t top;		/* the layout's first row on screen */
	int hold;		/* after a zoom: the cursor's row on screen
				 * stays this one; else -1 */
	struct layout layout;
	/* Where it is on the grid, without its border; rows 0: not shown. */
	int row, col, rows, cols;
	int label;		/* columns before the cells of a head row */
	bool labelled;		/* before those of any row, else of heads only */
	int address;		/* columns of an address */
};

void pane_init(struct pane *pane, bool labelled);
void pane_place(struct pane *pane, int row, int col, int rows, int cols);
/* Columns before the first cell of ROW. */
int pane_first_col(const struct pane *pane, const struct row *row);
/* The layout row and cell of the cursor; false: the pane is empty. */
bool pane_at(const struct pane *pane, uint64_t *row, unsigned *cell);
/* The range of the cell that the cursor is on; false: none. */
bool pane_focus(const struct pane *pane, uint64_t *start, uint64_t *end);
/* Scroll as little as needed for the cursor to be on screen. */
void pane_show_cursor(struct pane *pane);
/* The layout was made anew: what a zoom held stays where it is, and nothing
 * behind the end is on screen. */
void pane_settle(struct pane *pane);
/* Move the cursor as a key asks; false: the action is none that moves it. */
bool pane_move(struct pane *pane, enum action action);
/* To another SHIFT: the layout is to be made anew. */
void pane_zoom(struct pane *pane, unsigned shift);
/* Put the cursor into row N, at column COL of the pane or as near as can be;
 * false: there is nothing in it that a cursor can be on. */
bool pane_click(struct pane *pane, uint64_t n, int col);
bool pane_is_under(const struct pane *pane, int row, int col);
/* N rows down, or up if negative; the cursor stays. */
void pane_scroll(struct pane *pane, int n);

#endif
