/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/foot.h"

#include <stdio.h>
#include <string.h>

#include "vmatlas/base/key.h"
#include "vmatlas/view/role.h"

#define KEYS_MAX 64

/* What the key does by default, at least in one place. */
static enum action default_action(uint32_t key)
{
	enum action action;
	const char *name;
	unsigned i;

	for (i = 0; (name = keymap_binding(i, &action)); i++)
		if (key_parse(name) == key)
			return action;
	return ACTION_NONE;
}

static bool does(const struct keymap *keys, uint32_t key, enum action action)
{
	unsigned i;

	for (i = 0; i < keys->n; i++)
		if (keys->bindings[i].key == key &&
		    keys->bindings[i].action == action)
			return true;
	return false;
}

/* The key that does now what KEY does by default, or none. */
static void add_key(char *out, const char *name, bool apart,
	const struct keymap *keys)
{
	uint32_t key = key_parse(name);
	enum action action = default_action(key);
	char own[KEY_NAME_MAX];
	size_t n = strlen(out);

	if (keys && action && !does(keys, key, action)) {
		key = keymap_key(keys, action);
		if (!key)
			return;
		name = key_name(key, own);
	}
	snprintf(out + n, KEYS_MAX - n, "%s%s", apart && n ? " " : "", name);
}

static const char *keys_of(const struct key_label *label,
	const struct keymap *keys, char out[KEYS_MAX])
{
	struct text rest = text_of(label->key), word;

	out[0] = '\0';
	while (text_word(&rest, &word)) {
		char name[KEY_NAME_MAX];
		size_t i;

		snprintf(name, sizeof(name), "%.*s", (int)word.n, word.p);
		if (key_parse(name)) {
			add_key(out, name, true, keys);
			continue;
		}
		for (i = 0; i < word.n; i++)
			add_key(out, (char[]){ word.p[i], '\0' }, false, keys);
	}
	return out;
}

static int width_of(const struct key_label *label, const struct keymap *keys)
{
	char own[KEYS_MAX];
	size_t n = strlen(keys_of(label, keys, own));

	return n ? (int)(n + strlen(label->label)) + 1 : 0;
}

/* What the last two take: how to get help and how to get out are never left
 * out for the others' sake. */
static int reserved(const struct key_label *labels, const struct keymap *keys)
{
	int n = 0;

	while (labels[n].key)
		n++;
	return n < 2 ? 0 : width_of(&labels[n - 1], keys) +
		width_of(&labels[n - 2], keys);
}

void foot_paint(struct grid *grid, int row, const struct key_label *labels,
	const struct keymap *keys)
{
	int col = 1, kept = reserved(labels, keys);
	bool full = false;

	grid_fill(grid, row, 0, 1, grid->cols, ROLE_KEY_LABEL);
	for (; labels->key; labels++) {
		bool last = !labels[1].key || !labels[2].key;
		int width = width_of(labels, keys);
		char own[KEYS_MAX];

		full = (full && !last) ||
			col + width + (last ? 0 : kept) > grid->cols;
		if (full || !width)
			continue;
		col = grid_str(grid, row, col, -1, ROLE_KEY,
			keys_of(labels, keys, own));
		col = grid_str(grid, row, col, -1, ROLE_KEY_LABEL,
			labels->label) + 1;
	}
}
