/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys.h"

#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <wchar.h>

#include "cursesw.h"
#include "mouse.h"
#include "vmatlas/base/key.h"

/* No key sends a longer sequence; a paste must not be swallowed. */
#define SEQUENCE_MAX 32
/* The rest of one that has begun follows soon, also on a slow line. */
#define SEQUENCE_MS 25

/*
 * What terminals send for these keys, whatever TERM says.  A serial line's
 * TERM is often vt100, which has no PgUp: taken for Escape and loose
 * letters, it would do something else.
 */
static const struct {
	const char *bytes;
	int code;
} sequences[] = {
	{"\033[A", KEY_UP}, {"\033OA", KEY_UP},
	{"\033[B", KEY_DOWN}, {"\033OB", KEY_DOWN},
	{"\033[C", KEY_RIGHT}, {"\033OC", KEY_RIGHT},
	{"\033[D", KEY_LEFT}, {"\033OD", KEY_LEFT},
	{"\033[H", KEY_HOME}, {"\033OH", KEY_HOME},
	{"\033[1~", KEY_HOME}, {"\033[7~", KEY_HOME},
	{"\033[F", KEY_END}, {"\033OF", KEY_END},
	{"\033[4~", KEY_END}, {"\033[8~", KEY_END},
	{"\033[2~", KEY_IC}, {"\033[3~", KEY_DC},
	{"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE},
	{"\033[Z", KEY_BTAB}, {"\033OM", KEY_ENTER},
	{"\033OP", KEY_F(1)}, {"\033OQ", KEY_F(2)},
	{"\033OR", KEY_F(3)}, {"\033OS", KEY_F(4)},
	{"\033[[A", KEY_F(1)}, {"\033[[B", KEY_F(2)},
	{"\033[[C", KEY_F(3)}, {"\033[[D", KEY_F(4)},
	{"\033[[E", KEY_F(5)},
	{"\033[11~", KEY_F(1)}, {"\033[12~", KEY_F(2)},
	{"\033[13~", KEY_F(3)}, {"\033[14~", KEY_F(4)},
	{"\033[15~", KEY_F(5)}, {"\033[17~", KEY_F(6)},
	{"\033[18~", KEY_F(7)}, {"\033[19~", KEY_F(8)},
	{"\033[20~", KEY_F(9)}, {"\033[21~", KEY_F(10)},
	{"\033[23~", KEY_F(11)}, {"\033[24~", KEY_F(12)},
};

static const struct {
	int code;
	uint32_t key;
} codes[] = {
	{KEY_UP, KEY_ID_UP}, {KEY_SR, KEY_ID_UP},
	{KEY_DOWN, KEY_ID_DOWN}, {KEY_SF, KEY_ID_DOWN},
	{KEY_LEFT, KEY_ID_LEFT}, {KEY_SLEFT, KEY_ID_LEFT},
	{KEY_RIGHT, KEY_ID_RIGHT}, {KEY_SRIGHT, KEY_ID_RIGHT},
	{KEY_PPAGE, KEY_ID_PGUP}, {KEY_SPREVIOUS, KEY_ID_PGUP},
	{KEY_A3, KEY_ID_PGUP},
	{KEY_NPAGE, KEY_ID_PGDN}, {KEY_SNEXT, KEY_ID_PGDN},
	{KEY_C3, KEY_ID_PGDN},
	{KEY_HOME, KEY_ID_HOME}, {KEY_SHOME, KEY_ID_HOME},
	{KEY_FIND, KEY_ID_HOME}, {KEY_A1, KEY_ID_HOME},
	{KEY_END, KEY_ID_END}, {KEY_SEND, KEY_ID_END},
	{KEY_SELECT, KEY_ID_END}, {KEY_LL, KEY_ID_END},
	{KEY_C1, KEY_ID_END},
	{KEY_BTAB, KEY_ID_BACKTAB},
	{KEY_DC, KEY_ID_DELETE}, {KEY_SDC, KEY_ID_DELETE},
	{KEY_IC, KEY_ID_INSERT}, {KEY_SIC, KEY_ID_INSERT},
	{KEY_ENTER, KEY_ID_ENTER}, {KEY_BACKSPACE, KEY_ID_BACKSPACE},
	{KEY_RESIZE, KEY_ID_RESIZE},
};

void keys_init(struct keys *keys, int fd, bool utf8, bool mouse)
{
	memset(keys, 0, sizeof(*keys));
	keys->fd = fd;
	keys->utf8 = utf8;
	keys->pad = newpad(1, 1);
	if (keys->pad) {
		keypad(keys->pad, TRUE);
		nodelay(keys->pad, TRUE);
	}
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		if (key_defined(sequences[i].bytes) == 0)
			define_key(sequences[i].bytes, sequences[i].code);
	keys->mouse_on = mouse && mouse_take();
	if (!mouse || keys->mouse_on)
		return;
	/* gpm's, on the console.  Without an interval curses would hold a
	 * press back to see whether it becomes a click. */
	mouseinterval(0);
	mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED |
			  BUTTON5_PRESSED | BUTTON_CTRL,
		  NULL);
}

void keys_fini(struct keys *keys)
{
	if (keys->pad)
		delwin(keys->pad);
	keys->pad = NULL;
}

/* Nothing to read, and never again. */
static bool line_is_gone(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	int waiting = 0;

	if (poll(&poller, 1, 0) <= 0)
		return false;
	if (poller.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return !ioctl(fd, FIONREAD, &waiting) && waiting == 0;
}

static bool mouse_read(struct mouse *mouse)
{
	MEVENT event;

	if (getmouse(&event) != OK)
		return false;
	if (event.bstate & BUTTON1_PRESSED)
		mouse->what = MOUSE_PRESS;
	else if (event.bstate & BUTTON1_RELEASED)
		mouse->what = MOUSE_RELEASE;
	else if (event.bstate & BUTTON4_PRESSED)
		mouse->what = MOUSE_WHEEL_UP;
	else if (event.bstate & BUTTON5_PRESSED)
		mouse->what = MOUSE_WHEEL_DOWN;
	else
		return false;
	mouse->row = event.y;
	mouse->col = event.x;
	mouse->ctrl = (event.bstate & BUTTON_CTRL) != 0;
	return true;
}

/* Keys with Shift, Alt or Ctrl have codes that only their names tell:
 * "kUP5".  They mean what they mean alone. */
static uint32_t named_key(int code)
{
	static const struct {
		const char *name;
		uint32_t key;
	} names[] = {
		{"kUP", KEY_ID_UP}, {"kDN", KEY_ID_DOWN},
		{"kLFT", KEY_ID_LEFT}, {"kRIT", KEY_ID_RIGHT},
		{"kHOM", KEY_ID_HOME}, {"kEND", KEY_ID_END},
		{"kPRV", KEY_ID_PGUP}, {"kNXT", KEY_ID_PGDN},
		{"kDC", KEY_ID_DELETE}, {"kIC", KEY_ID_INSERT},
		{"kcbt", KEY_ID_BACKTAB},
	};
	const char *name = keyname(code);

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(name, names[i].name, strlen(names[i].name)))
			return names[i].key;
	return KEY_ID_NONE;
}

static uint32_t code_key(struct keys *keys, int code)
{
	if (code == KEY_MOUSE)
		return mouse_read(&keys->mouse) ? KEY_ID_MOUSE : KEY_ID_NONE;
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return KEY_ID_F1 + (uint32_t)(code - KEY_F(1));
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].key;
	return named_key(code);
}

static uint32_t char_key(const struct keys *keys, wint_t c)
{
	if (c == '\n' || c == '\r')
		return KEY_ID_ENTER;
	if (c == '\b' || c == 127)
		return KEY_ID_BACKSPACE;
	if (c < 0x80)
		return (uint32_t)c;
	/* C1 controls, and bytes that are no characters here. */
	return keys->utf8 && c >= 0xa0 && c <= 0x10ffff ? (uint32_t)c
							: KEY_ID_NONE;
}

/* What an unknown sequence ends with tells an arrow with Shift or Ctrl. */
static uint32_t final_key(wint_t final)
{
	switch (final) {
	case 'A':
		return KEY_ID_UP;
	case 'B':
		return KEY_ID_DOWN;
	case 'C':
		return KEY_ID_RIGHT;
	case 'D':
		return KEY_ID_LEFT;
	case 'H':
		return KEY_ID_HOME;
	case 'F':
		return KEY_ID_END;
	default:
		return KEY_ID_NONE;
	}
}

/* The next character of a sequence that has begun: the rest of it may still be
 * on its way.  0: it is not. */
static wint_t next_of_sequence(struct keys *keys)
{
	struct pollfd poller = {.fd = keys->fd, .events = POLLIN};
	wint_t c;

	if (wget_wch(keys->pad, &c) == OK)
		return c;
	if (poll(&poller, 1, SEQUENCE_MS) <= 0)
		return 0;
	return wget_wch(keys->pad, &c) == OK ? c : 0;
}

/* "ESC [ <" was read, or "ESC [ M". */
static uint32_t mouse_key(struct keys *keys, bool sgr)
{
	char text[SEQUENCE_MAX];
	unsigned char bytes[3];
	size_t n = 0;
	wint_t c;

	while (n < (sgr ? sizeof(text) : sizeof(bytes))) {
		c = next_of_sequence(keys);
		if (!c)
			return KEY_ID_NONE;
		if (!sgr) {
			bytes[n++] = c < 256 ? (unsigned char)c : 0;
		} else if (c < 0x20 || c >= 0x40) {
			return mouse_sgr(text, n, (char)(c & 0x7f),
					 &keys->mouse) ? KEY_ID_MOUSE
						       : KEY_ID_NONE;
		} else {
			text[n++] = (char)c;
		}
	}
	return !sgr && mouse_x10(bytes, &keys->mouse) ? KEY_ID_MOUSE
						      : KEY_ID_NONE;
}

/*
 * An Escape was read.  When it begins a sequence that nobody knows, that is
 * swallowed, lest its letters be taken for keys.
 */
static uint32_t escape_key(struct keys *keys)
{
	wint_t c;
	int what = wget_wch(keys->pad, &c);

	if (what == ERR)
		return KEY_ID_ESC;
	if (what == KEY_CODE_YES) {
		keys->pending = code_key(keys, (int)c);
		return KEY_ID_ESC;
	}
	if (c != '[' && c != 'O') {
		keys->pending = char_key(keys, c);
		return KEY_ID_ESC;
	}
	for (int i = 0; i < SEQUENCE_MAX; i++) {
		bool single = c == 'O' && i == 0;
		bool first = c == '[' && i == 0;

		c = next_of_sequence(keys);
		if (!c)
			break;
		if (keys->mouse_on && first && (c == '<' || c == 'M'))
			return mouse_key(keys, c == '<');
		if (single || c < 0x20 || (c >= 0x40 && c <= 0x7e))
			return final_key(c);
	}
	return KEY_ID_NONE;
}

uint32_t keys_next(struct keys *keys)
{
	uint32_t key = keys->pending;

	keys->pending = KEY_ID_NONE;
	/* What means nothing to us is passed over: NONE says "no more". */
	while (key == KEY_ID_NONE) {
		wint_t c = 0;
		int what = keys->pad ? wget_wch(keys->pad, &c) : ERR;

		if (what == ERR)
			return line_is_gone(keys->fd) ? KEY_ID_EOF
						      : KEY_ID_NONE;
		if (what == KEY_CODE_YES)
			key = code_key(keys, (int)c);
		else if (c == KEY_ID_ESC)
			key = escape_key(keys);
		else
			key = char_key(keys, c);
	}
	return key;
}
