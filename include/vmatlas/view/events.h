/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_EVENTS_H
#define VMATLAS_VIEW_EVENTS_H

#include <stdbool.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/atlas.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"

/*
 * The screen of events: the log of what happened, newest last, below rates and
 * small histories.  The cursor follows the newest line until it is moved, and
 * does so again from the last line on.
 *
 * Invariants: lines are known by their number, which counts all that were ever
 * in the log; ORDER has those that the filter shows.
 *
 * Words of a filter or search are parts of what a line says: its kind, region,
 * states, process, address; all of them must be in it.
 */
#define EVENTS_WORDS 256

struct events {
	char filter[EVENTS_WORDS], search[EVENTS_WORDS];
	bool held;		/* the cursor does not follow */
	uint64_t cursor;	/* number of its line */
	uint32_t *order;	/* indices of the snapshot's lines */
	size_t norder, cap;
	size_t top;		/* index in order of the first on screen */
	int rows, cols;		/* of the screen */
	int head_rows, list_rows;
};

/* Zero-initialised is empty. */
void events_fini(struct events *events);
/* Find the lines that are shown, for a screen of this size. */
void events_update(struct events *events, const struct snapshot *snapshot,
	int rows, int cols);
/* False: the action has no meaning here. */
bool events_act(struct events *events, const struct snapshot *snapshot,
	enum action action);
void events_click(struct events *events, const struct snapshot *snapshot,
	int row);
void events_filter(struct events *events, const char *text);
/* To the next line (BACK: the one before) with all words of TEXT, which is
 * kept for the next time; false: there is none. */
bool events_search(struct events *events, const struct snapshot *snapshot,
	const char *text, bool back);
/* The line under the cursor; NULL: there is none. */
const struct change *events_chosen(const struct events *events,
	const struct snapshot *snapshot);
void events_paint(struct events *events, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid);

#endif
