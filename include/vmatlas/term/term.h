/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TERM_TERM_H
#define VMATLAS_TERM_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/err.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/theme.h"

/*
 * The terminal: shows a grid, gives keys.  The only user of curses; there is
 * one of it in a process, on standard input and output, or on /dev/tty where
 * those are taken by data.
 */
struct term;

struct term_options {
	int colors;		/* --colors: 0 mono, 8, 16, 256, 1<<24;
				 * -1: as the terminal says (and NO_COLOR) */
	bool ascii;		/* --ascii */
	bool mouse;
	bool low_baud;		/* --low-baud: the line is slow, */
	int baud;		/* or as fast as this says; 0: as termios does */
	const struct theme *theme;	/* kept by the caller */
};

struct mouse {
	int row, col;
	enum mouse_what { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG,
		MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN } what;	/* left button */
	bool ctrl;
};

/* NULL with ERR: no terminal, or one that curses does not know. */
struct term *term_open(const struct term_options *options, struct err *err);
/* Restore the terminal; any number of times. */
void term_close(struct term *term);
/* The hook for those who must end in a hurry: async-signal-unsafe, but safe
 * with no terminal open, and idempotent. */
void term_restore(void);

/* UTF-8 can be shown. */
bool term_utf8(const struct term *term);
/* Little is to be sent: colours only where they were asked for, attributes
 * only where something points.  A line of 19200 baud or less is slow. */
bool term_is_slow(const struct term *term);
void term_size(const struct term *term, int *rows, int *cols);
/* The descriptor to poll for keys. */
int term_fd(const struct term *term);
/* The next key without waiting; KEY_ID_NONE if there is none. */
uint32_t term_key(struct term *term);
/* What the KEY_ID_MOUSE just returned was about. */
struct mouse term_mouse(const struct term *term);
/* SIGWINCH was seen: take the new size over. */
void term_resize(struct term *term);
/* Send what changed.  Does nothing, and returns false, while the line still
 * has more than MAX_QUEUED bytes to send (TIOCOUTQ); ALWAYS: all the same. */
bool term_show(struct term *term, const struct grid *grid, bool always);
/* Everything is sent again at the next show. */
void term_redraw(struct term *term);
/* Give the terminal back to the shell and stop, as Ctrl-Z does; returns when
 * continued, with the screen ours again. */
void term_suspend(struct term *term);
const struct theme *term_theme(const struct term *term);
void term_set_theme(struct term *term, const struct theme *theme);
enum color_depth term_depth(const struct term *term);

#endif
