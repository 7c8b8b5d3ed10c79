/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_MARKS_H
#define VMATLAS_VIEW_MARKS_H

#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"
#include "vmatlas/view/layout.h"
#include "vmatlas/view/place.h"

/*
 * A struct mark is a place that the user gave a letter: a process and where
 * the atlas was in it, and the screen it was set on.
 */
#define MARKS_MAX 52		/* a to z, A to Z */

struct mark {
	bool set;
	struct proc_id id;	/* pid 0: the screen was about none */
	char name[64];		/* of the process, as it was */
	char region[64];	/* the name of what the page was in */
	bool has_place;
	struct place place;
	int screen;		/* whatever the caller means by it */
	char title[ACTION_NAME_MAX];	/* of that screen */
};

struct marks {
	struct mark at[MARKS_MAX];
};

/* The mark of this letter; NULL: it is no letter. */
struct mark *marks_of(struct marks *marks, uint32_t letter);
/* The letter of a mark in row N of the side's LAYOUT, that is of process ID;
 * 0: none.  A frame is the same one for all processes. */
char marks_in_row(const struct marks *marks, struct proc_id id,
	enum side side, const struct layout *layout, uint64_t n);
/* A list of them over what is on GRID; addresses by pages of 2^PAGE_SHIFT. */
void marks_paint(const struct marks *marks, unsigned page_shift,
	struct grid *grid);

#endif
