/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_PLACE_H
#define VMATLAS_VIEW_PLACE_H

#include <stdint.h>

/*
 * A struct place is where somebody is in the atlas: in which pane, and for
 * both the page or frame that the cursor is on, and log2 of what is in a cell.
 */
enum side { SIDE_VIRTUAL, SIDE_PHYSICAL };

struct place {
	enum side active;
	uint64_t cursor[2];
	unsigned shift[2];
};

#endif
