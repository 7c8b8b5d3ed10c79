/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_FOOT_H
#define VMATLAS_VIEW_FOOT_H

#include "vmatlas/view/grid.h"

/*
 * The line of keys at the bottom of every screen: as many as fit.
 */
struct key_label {
	const char *key, *label;	/* key NULL: the last one */
};

void foot_paint(struct grid *grid, int row, const struct key_label *labels);

#endif
