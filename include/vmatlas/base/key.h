/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_KEY_H
#define VMATLAS_BASE_KEY_H

#include <stdint.h>

/*
 * A key as a person thinks of it: a Unicode character, a control character
 * (KEY_CTRL('f')), or one of those below, which lie beyond Unicode.
 */
enum {
	KEY_ID_NONE = 0,
	KEY_ID_TAB = 9,
	KEY_ID_ENTER = 13,
	KEY_ID_ESC = 27,
	KEY_ID_SPACE = 32,
	KEY_ID_BACKSPACE = 127,
	KEY_ID_UP = 0x110000,
	KEY_ID_DOWN, KEY_ID_LEFT, KEY_ID_RIGHT,
	KEY_ID_PGUP, KEY_ID_PGDN, KEY_ID_HOME, KEY_ID_END,
	KEY_ID_BACKTAB, KEY_ID_DELETE, KEY_ID_INSERT,
	KEY_ID_F1, KEY_ID_F12 = KEY_ID_F1 + 11,
	KEY_ID_RESIZE,		/* the terminal has another size now */
	KEY_ID_MOUSE,		/* see struct mouse in term/term.h */
	KEY_ID_EOF,		/* the terminal is gone */
};

#define KEY_ID_CTRL(c) ((uint32_t)(c) & 31)

/*
 * The name that help and scripts use: "q", "Space", "Enter", "Down", "C-f",
 * "F10", "+" ...  key_parse is its inverse and gives KEY_ID_NONE for what is
 * no key.  OUT has room for KEY_NAME_MAX bytes.
 */
#define KEY_NAME_MAX 16
const char *key_name(uint32_t key, char out[KEY_NAME_MAX]);
uint32_t key_parse(const char *name);

#endif
