/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_FOOT_H
#define VMATLAS_VIEW_FOOT_H

#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"

/*
 * The line of keys at the bottom of every screen: as many as fit.  A label
 * names the keys that do it by default ("q", "+-", "PgUp PgDn"); on screen
 * are those that do it by the keymap, and none that nothing does.  NULL for a
 * keymap: the defaults.
 */
struct key_label {
	const char *key, *label;	/* key NULL: the last one */
};

void foot_paint(struct grid *grid, int row, const struct key_label *labels,
	const struct keymap *keys);

#endif
