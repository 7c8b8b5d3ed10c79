/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_MEMORY_H
#define VMATLAS_VIEW_MEMORY_H

#include <stdbool.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/atlas.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"

/*
 * Screen 6: what the machine's memory is spent on, zone by zone what is free,
 * and how hard it is pressed; with a process, what of it is its own.  One
 * page of blocks that scrolls, in two columns where the screen is wide.  All
 * figures are those of the report `memory`; what is not known is ?.
 */
struct memory {
	int top;		/* first line on screen */
	int rows, lines;	/* as painted last: on screen, and in all */
	int frames;		/* the line from which those are that OPEN counts */
	uint32_t asked;		/* grows when every frame is to be read */
};

/* False: the action has no meaning here. */
bool memory_act(struct memory *memory, enum action action);
/* Lines up (negative) or down. */
void memory_scroll(struct memory *memory, int lines);
/* Keeps TOP within the lines there are. */
void memory_paint(struct memory *memory, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid);

#endif
