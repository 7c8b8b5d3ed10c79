/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_THEME_H
#define VMATLAS_VIEW_THEME_H

#include <stdint.h>

#include "vmatlas/base/err.h"
#include "vmatlas/base/text.h"
#include "vmatlas/view/role.h"

/*
 * A struct theme gives each role a look for each kind of terminal.
 *
 * A theme file is lines of
 *     ROLE = FOREGROUND BACKGROUND [ATTRIBUTE...]
 * where a colour is '-' (the terminal's own), a name (black red green yellow
 * blue magenta cyan white, or bright-NAME), a number 0 to 255 or #rrggbb, and
 * attributes are bold dim underline reverse standout.  '#' followed by a
 * blank starts a comment.  A line "[256]", "[16]", "[8]" or "[mono]" starts
 * a variant: what follows replaces the look of its roles on terminals of so
 * many colours or fewer; before the first such line the look is for true
 * colour.  A role without a line of its own in a variant is converted from
 * the next richer one (nearest colour; in mono: only its attributes).
 * "state.*" stands for all states that are not named in that variant.
 *
 * A state's role names its colour as the background: a cell that is full is
 * drawn so, an emptier one with the background's colour as the letter's on
 * the ground of "text" (theme_look does this; FILL_NONE is empty for states.
 * Other roles are swapped only for FILL_SOME and FILL_HALF, so that zones and
 * sharing show how full a cell is, too).
 */
#define COLOR_DEFAULT (-1)

enum look_attribute {
	LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8,
	LOOK_STANDOUT = 16,
};

/* Colours are COLOR_DEFAULT, a palette index for 8, 16 and 256, and
 * 0xrrggbb for true colour. */
struct look {
	int32_t fg, bg;
	uint8_t attributes;
};

enum color_depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE,
	NDEPTHS };

struct theme {
	struct look looks[NDEPTHS][NROLES];
};

/* The default theme, compiled in from themes/default.theme. */
void theme_default(struct theme *theme);
/*
 * Start from the default and take over what TEXT says; NAME is for messages.
 * On a mistake: -1, with ERR naming line and word, THEME unchanged.
 */
int theme_parse(struct theme *theme, const char *name, struct text text,
	struct err *err);
/* The look of ROLE with FILL (enum fill) at DEPTH. */
struct look theme_look(const struct theme *theme, enum color_depth depth,
	int role, int fill);

#endif
