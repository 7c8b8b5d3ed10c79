/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_TERM_MOUSE_H
#define VMATLAS_SRC_TERM_MOUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "vmatlas/term/term.h"

/*
 * The mouse of a terminal like xterm, which is told to report buttons and
 * drags (xterm's "Mouse Tracking": modes 1000, 1002 and 1006).  curses is not
 * asked: of what comes in one piece over a slow line it gives the last event
 * only, and of a drag not even that the button went down.
 */

/* Does the terminal have one?  Then its reports are no keys of curses'. */
bool mouse_take(void);
/* What turns reports on or off. */
const char *mouse_mode(bool on);
/* A report "ESC [ < PARAMETERS FINAL"; false: it means nothing to us. */
bool mouse_sgr(const char *parameters, size_t n, char final,
	struct mouse *mouse);
/* One of terminals that know no other: "ESC [ M" and three bytes. */
bool mouse_x10(const unsigned char bytes[3], struct mouse *mouse);

#endif
