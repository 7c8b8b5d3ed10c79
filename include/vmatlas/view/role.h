/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_ROLE_H
#define VMATLAS_VIEW_ROLE_H

#include "vmatlas/model/state.h"

/*
 * What a character on the screen is for.  A theme gives each role its look;
 * nothing else knows colours.  The states' roles are named "state.NAME";
 * the letter stands for the role in screen dumps.
 */
#define PLAIN_ROLES(X) \
	X(TEXT, "text", '.') \
	X(DIM, "dim", 'd') \
	X(TITLE, "title", 'T') \
	X(HEADER, "header", 'h') \
	X(VALUE, "value", 'v') \
	X(BORDER, "border", 'b') \
	X(BORDER_ACTIVE, "border.active", 'B') \
	X(REGION, "region", 'r') \
	X(REGION_ADDRESS, "region.address", 'a') \
	X(GAP, "gap", 'g') \
	X(ZONE, "zone", 'z') \
	X(RAM, "frame.ram", 'o') \
	X(FRAME_HOLE, "frame.hole", 'x') \
	X(RESERVED, "frame.reserved", 'R') \
	X(MMIO, "frame.mmio", 'M') \
	X(PRIVATE, "sharing.private", 'p') \
	X(SHARED, "sharing.shared", 's') \
	X(COW_NONE, "cow.none", 'n') \
	X(OTHER, "other", 'u') \
	X(PALETTE_0, "palette.0", '0') \
	X(PALETTE_1, "palette.1", '1') \
	X(PALETTE_2, "palette.2", '2') \
	X(PALETTE_3, "palette.3", '3') \
	X(PALETTE_4, "palette.4", '4') \
	X(PALETTE_5, "palette.5", '5') \
	X(HEAT_0, "heat.0", 'E') \
	X(HEAT_1, "heat.1", 'F') \
	X(HEAT_2, "heat.2", 'J') \
	X(HEAT_3, "heat.3", 'N') \
	X(HEAT_4, "heat.4", 'Q') \
	X(CACHED, "cached", ';') \
	X(STALE, "stale", 'O') \
	X(CHANGED, "changed", '*') \
	X(MARK, "mark", '@') \
	X(CURSOR, "cursor", '#') \
	X(CURSOR_OTHER, "cursor.other", '+') \
	X(MESSAGE, "message", '!') \
	X(WARNING, "warning", 'w') \
	X(KEY, "key", 'K') \
	X(KEY_LABEL, "key.label", 'L') \
	X(POPUP, "popup", 'P') \
	X(POPUP_BORDER, "popup.border", '|') \
	X(POPUP_DIM, "popup.dim", '`') \
	X(POPUP_VALUE, "popup.value", '"') \
	X(SELECTED, "selected", 'S')

#define X(id, name, letter) ROLE_##id,
enum role { PLAIN_ROLES(X) ROLE_STATE_FIRST };
#undef X
#define ROLE_OF_STATE(state) ((enum role)(ROLE_STATE_FIRST + (int)(state)))
#define NROLES (ROLE_STATE_FIRST + NSTATES)

/* "state.anon", "border"; never NULL for role < NROLES. */
const char *role_name(enum role role);
/* -1 for a name that is none. */
int role_of_name(const char *name);
/*
 * One ASCII letter for dumps.  A state's role has its own letter where no
 * plain role has it; the dump's key tells them all.
 */
const char *role_letters(void);

#endif
