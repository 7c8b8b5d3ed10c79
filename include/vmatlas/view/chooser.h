/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_CHOOSER_H
#define VMATLAS_VIEW_CHOOSER_H

#include "vmatlas/view/columns.h"
#include "vmatlas/view/scroll.h"

/*
 * A struct chooser is the list of all columns that opens over a screen: they
 * are shown, hidden and put in another order there.  Zeroed, it is closed.
 */
struct chooser {
	bool open;
	unsigned at;		/* the column that the cursor is on */
	struct scroll scroll;
};

/* While it is open it takes every action; false: it is closed, and ACTION does
 * not open it. */
bool chooser_act(struct chooser *chooser, struct columns *columns,
	enum action action);
void chooser_paint(struct chooser *chooser, const struct columns *columns,
	struct grid *grid);

#endif
