/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_TERM_KEYS_H
#define VMATLAS_SRC_TERM_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/term/term.h"

/*
 * A struct keys is the way from a terminal's bytes to base/key.h: curses'
 * own key codes, sequences that terminfo does not know, and the mouse.
 * Invariant: it reads from a pad of its own, because reading from a window
 * makes curses send that window.
 */
struct keys {
	void *pad;		/* WINDOW */
	int fd;
	bool utf8;
	bool mouse_on;		/* the terminal has one that is ours */
	uint32_t pending;	/* read too far: the next key; or 0 */
	struct mouse mouse;	/* of the last KEY_ID_MOUSE */
};

/* The curses screen is there already. */
void keys_init(struct keys *keys, int fd, bool utf8, bool mouse);
void keys_fini(struct keys *keys);
/* As term_key. */
uint32_t keys_next(struct keys *keys);

#endif
