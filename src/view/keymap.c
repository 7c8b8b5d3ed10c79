/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/keymap.h"

#include <stddef.h>

#include "vmatlas/base/key.h"

static const struct {
	const char *key;
	enum action action;
} bindings[] = {
#define X(key, action) { key, ACTION_##action },
	KEYMAP(X)
#undef X
};

static const struct {
	unsigned where;
	const char *words;
} actions[NACTIONS] = {
#define X(id, where, words) { where, words },
	ACTIONS(X)
#undef X
};

const char *keymap_binding(unsigned i, enum action *action)
{
	if (i >= sizeof(bindings) / sizeof(*bindings))
		return NULL;
	*action = bindings[i].action;
	return bindings[i].key;
}

enum action keymap_action(uint32_t key)
{
	enum action action;
	const char *name;
	unsigned i;

	for (i = 0; (name = keymap_binding(i, &action)); i++)
		if (key_parse(name) == key)
			return action;
	return ACTION_NONE;
}

const char *action_words(enum action action)
{
	return actions[(unsigned)action < NACTIONS ? action : 0].words;
}

unsigned action_where(enum action action)
{
	return actions[(unsigned)action < NACTIONS ? action : 0].where;
}
