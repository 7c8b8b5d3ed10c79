/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_COMPARE_H
#define VMATLAS_VIEW_COMPARE_H

#include "vmatlas/view/atlas.h"

/*
 * Screen 5: two processes side by side, A and B: for each pair of regions what
 * only A has, only B, and both, and page by page how they relate; on a wide
 * screen, physical memory with the frames that both have.
 *
 * The pages of all rows that are shown are numbered through, each row's from
 * a multiple of 2^24 on that its own addresses are added to: so that the
 * cells of a pane are aligned to addresses, and its cursor is one number.
 */
struct compare {
	struct pane pages, frames;
	bool only_differing;	/* leave out rows that are the same in both */
	int rows, cols;
	bool laid_out;
	uint64_t serial;	/* of the comparison laid out */
	/* What the cursor is on, so that it is found again: a page of a
	 * process, and where the row begins there. */
	int pids[NCOMPARE_SIDES];
	enum compare_side side;
	uint64_t vpn, start;
};

void compare_init(struct compare *compare);
void compare_fini(struct compare *compare);
/* Bring it up to date with SNAPSHOT and a screen of this size. */
void compare_update(struct compare *compare, const struct snapshot *snapshot,
	int rows, int cols);
/* False: the action has no meaning here. */
bool compare_act(struct compare *compare, const struct snapshot *snapshot,
	enum action action);
void compare_click(struct compare *compare, const struct snapshot *snapshot,
	int row, int col);
void compare_scroll(struct compare *compare, int row, int col, int n);
/* The process and the pages (first, and first behind) that the cursor is on:
 * A's where A has the row; false: there is nothing. */
bool compare_chosen(const struct compare *compare,
	const struct snapshot *snapshot, struct proc_id *id,
	struct page_range *pages);
void compare_paint(struct compare *compare, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid);
/* How a relation looks, here and in the legend of help. */
struct look_of_cell compare_look(enum relation relation);

/* The row and its pages that the cursor's cell is; NULL: there is none. */
const struct compare_row *compare_focus(const struct compare *compare,
	const struct comparison *comparison, struct page_range *pages);

#endif
