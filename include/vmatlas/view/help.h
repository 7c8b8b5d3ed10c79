/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_HELP_H
#define VMATLAS_VIEW_HELP_H

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"
#include "vmatlas/view/paint.h"

/*
 * The help screen: every key of a screen, from the keymap, and the legend of
 * the colouring, from the states' own table.  SNAPSHOT may be NULL: then
 * there is no legend.
 */
struct help {
	bool open;
	int top;		/* first line on screen */
};

/* The keys of MAP at WHERE (one ON_ of the keymap); keeps TOP within the lines there are. */
void help_paint(struct help *help, const struct keymap *map, unsigned where,
	enum coloring coloring, const struct snapshot *snapshot,
	struct grid *grid);

#endif
