/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_SCROLL_H
#define VMATLAS_VIEW_SCROLL_H

#include "vmatlas/view/keymap.h"

/*
 * A struct scroll is the part of a list that is on screen: ROWS of its lines
 * from line TOP on.
 */
struct scroll {
	int top, rows;
};

/* The line of N that ACTION leads to from line AT; -1: it does not move. */
int scroll_move(const struct scroll *scroll, enum action action, int at,
	int n);
/* Bring line AT of N into sight, without empty rows while there are lines to
 * fill them. */
void scroll_show(struct scroll *scroll, int at, int n);

#endif
