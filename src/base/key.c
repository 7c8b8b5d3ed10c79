/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/base/key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "vmatlas/base/text.h"

/* Of several names for a key the first is its own. */
static const struct {
	const char *name;
	uint32_t key;
} key_names[] = {
	{ "Tab", KEY_ID_TAB },
	{ "Enter", KEY_ID_ENTER },
	{ "Return", KEY_ID_ENTER },
	{ "Esc", KEY_ID_ESC },
	{ "Escape", KEY_ID_ESC },
	{ "Space", KEY_ID_SPACE },
	{ "Backspace", KEY_ID_BACKSPACE },
	{ "Up", KEY_ID_UP },
	{ "Down", KEY_ID_DOWN },
	{ "Left", KEY_ID_LEFT },
	{ "Right", KEY_ID_RIGHT },
	{ "PgUp", KEY_ID_PGUP },
	{ "PageUp", KEY_ID_PGUP },
	{ "PgDn", KEY_ID_PGDN },
	{ "PageDown", KEY_ID_PGDN },
	{ "Home", KEY_ID_HOME },
	{ "End", KEY_ID_END },
	{ "S-Tab", KEY_ID_BACKTAB },
	{ "Shift-Tab", KEY_ID_BACKTAB },
	{ "Backtab", KEY_ID_BACKTAB },
	{ "Delete", KEY_ID_DELETE },
	{ "Del", KEY_ID_DELETE },
	{ "Insert", KEY_ID_INSERT },
	{ "Ins", KEY_ID_INSERT },
	{ "Resize", KEY_ID_RESIZE },
	{ "Mouse", KEY_ID_MOUSE },
	{ "EOF", KEY_ID_EOF },
};

#define NKEY_NAMES (sizeof(key_names) / sizeof(key_names[0]))

/* A character that is its own name. */
static bool key_is_plain(uint32_t key)
{
	return (key > ' ' && key < 0x7f) ||
		(key >= 0xa0 && key < 0xd800) ||
		(key > 0xdfff && key <= 0x10ffff);
}

const char *key_name(uint32_t key, char out[KEY_NAME_MAX])
{
	size_t i;

	out[0] = '\0';
	if (key == KEY_ID_NONE)
		return out;
	for (i = 0; i < NKEY_NAMES; i++)
		if (key_names[i].key == key) {
			snprintf(out, KEY_NAME_MAX, "%s", key_names[i].name);
			return out;
		}
	if (key >= KEY_ID_F1 && key <= KEY_ID_F12)
		snprintf(out, KEY_NAME_MAX, "F%" PRIu32, key - KEY_ID_F1 + 1);
	else if (key <= 26)
		snprintf(out, KEY_NAME_MAX, "C-%c", (int)key + 'a' - 1);
	else if (key < 32)
		snprintf(out, KEY_NAME_MAX, "C-%c", (int)key + '@');
	else if (key_is_plain(key))
		out[text_encode(key, out)] = '\0';
	else
		snprintf(out, KEY_NAME_MAX, "U+%04" PRIX32, key);
	return out;
}

static uint32_t key_parse_ctrl(struct text t)
{
	char c;

	if (t.n != 1)
		return KEY_ID_NONE;
	c = t.p[0];
	if ((c >= 'a' && c <= 'z') || (c >= '@' && c <= '_'))
		return KEY_ID_CTRL(c);
	return KEY_ID_NONE;
}

uint32_t key_parse(const char *name)
{
	struct text t = text_of(name);
	uint64_t number;
	int32_t code;
	size_t i;

	if (t.n == 0)
		return KEY_ID_NONE;
	if (text_is(t, " "))
		return KEY_ID_SPACE;
	if (text_decode(t.p, t.n, &code) == t.n)
		return code > 0 && key_is_plain((uint32_t)code) ?
			(uint32_t)code : KEY_ID_NONE;
	for (i = 0; i < NKEY_NAMES; i++)
		if (strcasecmp(name, key_names[i].name) == 0)
			return key_names[i].key;
	if (strncasecmp(name, "C-", 2) == 0)
		return key_parse_ctrl(text_of(name + 2));
	if (strncasecmp(name, "Ctrl-", 5) == 0)
		return key_parse_ctrl(text_of(name + 5));
	if ((name[0] == 'F' || name[0] == 'f') &&
	    text_all_u64(text_of(name + 1), 10, &number) &&
	    number >= 1 && number <= 12)
		return KEY_ID_F1 + (uint32_t)number - 1;
	return KEY_ID_NONE;
}
