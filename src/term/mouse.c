/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mouse.h"

#include <stdlib.h>

#include "cursesw.h"
/* After curses. */
#include <term.h>

/* Bits of a report's first number. */
#define BIT_BUTTON 3
#define BIT_CTRL 16
#define BIT_MOVED 32
#define BIT_WHEEL 64
#define BIT_OTHERS 128

/* No button: in reports that do not say which one was released. */
#define NO_BUTTON 3
#define COORDINATE_MAX 9999

bool mouse_take(void)
{
	const char *starts = tigetstr("kmous");

	if (!starts || starts == (const char *)-1)
		return false;
	define_key(starts, 0);
	define_key("\033[<", 0);
	define_key("\033[M", 0);
	return true;
}

const char *mouse_mode(bool on)
{
	return on ? "\033[?1000h\033[?1002h\033[?1006h" :
		"\033[?1006l\033[?1002l\033[?1000l";
}

static bool decode(unsigned code, bool released, unsigned col, unsigned row,
	struct mouse *mouse)
{
	unsigned button = code & BIT_BUTTON;

	if (!col || !row || code & BIT_OTHERS)
		return false;
	if (code & BIT_WHEEL) {
		if (button > 1 || released)
			return false;
		mouse->what = button ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	} else if (button && (button != NO_BUTTON || code & BIT_MOVED)) {
		return false;
	} else if (code & BIT_MOVED) {
		mouse->what = MOUSE_DRAG;
	} else {
		mouse->what = released || button == NO_BUTTON ?
			MOUSE_RELEASE : MOUSE_PRESS;
	}
	mouse->row = (int)row - 1;
	mouse->col = (int)col - 1;
	mouse->ctrl = (code & BIT_CTRL) != 0;
	return true;
}

bool mouse_sgr(const char *parameters, size_t n, char final,
	struct mouse *mouse)
{
	unsigned numbers[3] = { 0 };
	unsigned k = 0;
	size_t i;

	if (final != 'M' && final != 'm')
		return false;
	for (i = 0; i < n; i++) {
		if (parameters[i] == ';') {
			if (++k > 2)
				return false;
		} else if (parameters[i] < '0' || parameters[i] > '9' ||
			   numbers[k] > COORDINATE_MAX) {
			return false;
		} else {
			numbers[k] = numbers[k] * 10 +
				(unsigned)(parameters[i] - '0');
		}
	}
	return k == 2 && decode(numbers[0], final == 'm', numbers[1],
		numbers[2], mouse);
}

bool mouse_x10(const unsigned char bytes[3], struct mouse *mouse)
{
	return bytes[0] >= 32 && bytes[1] > 32 && bytes[2] > 32 &&
		decode(bytes[0] - 32u, false, bytes[1] - 32u, bytes[2] - 32u,
			mouse);
}
