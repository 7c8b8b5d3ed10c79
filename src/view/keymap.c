/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/keymap.h"

#include <stddef.h>

#include "vmatlas/base/key.h"

static const struct {
	const char *key;
	enum action action;
} defaults[] = {
#define X(key, action) { key, ACTION_##action },
	KEYMAP(X)
#undef X
};

#define NDEFAULTS (sizeof(defaults) / sizeof(*defaults))
_Static_assert(NDEFAULTS < KEYMAP_MAX, "there is room for the user's own");

static const struct {
	const char *id;
	unsigned where;
	const char *words;
} actions[NACTIONS] = {
#define X(id, where, words) { #id, where, words },
	ACTIONS(X)
#undef X
};

const char *keymap_binding(unsigned i, enum action *action)
{
	if (i >= NDEFAULTS)
		return NULL;
	*action = defaults[i].action;
	return defaults[i].key;
}

const char *action_words(enum action action)
{
	return actions[(unsigned)action < NACTIONS ? action : 0].words;
}

unsigned action_where(enum action action)
{
	return actions[(unsigned)action < NACTIONS ? action : 0].where;
}

const char *action_name(enum action action, char out[ACTION_NAME_MAX])
{
	const char *id = actions[(unsigned)action < NACTIONS ? action : 0].id;
	size_t i;

	for (i = 0; id[i] && i < ACTION_NAME_MAX - 1; i++)
		out[i] = id[i] == '_' ? '-' :
			id[i] >= 'A' && id[i] <= 'Z' ? (char)(id[i] | 32) :
			id[i];
	out[i] = '\0';
	return out;
}

enum action action_of_name(struct text name)
{
	char own[ACTION_NAME_MAX];
	unsigned i;

	for (i = ACTION_NONE + 1; i < NACTIONS; i++)
		if (text_is(name, action_name((enum action)i, own)))
			return (enum action)i;
	return ACTION_NONE;
}

/* Bindings of KEY that mean something at WHERE are gone. */
static void drop(struct keymap *map, uint32_t key, unsigned where)
{
	unsigned i, n = 0;

	for (i = 0; i < map->n; i++)
		if (map->bindings[i].key != key ||
		    !(action_where(map->bindings[i].action) & where))
			map->bindings[n++] = map->bindings[i];
	map->n = n;
}

bool keymap_bind(struct keymap *map, uint32_t key, enum action action)
{
	drop(map, key, action_where(action));
	if (map->n == KEYMAP_MAX)
		return false;
	map->bindings[map->n++] = (struct key_binding){ key, action };
	return true;
}

void keymap_unbind(struct keymap *map, uint32_t key)
{
	drop(map, key, ~0u);
}

void keymap_default(struct keymap *map, bool vi)
{
	static const struct key_binding moves[] = {
		{ 'h', ACTION_LEFT }, { 'j', ACTION_DOWN },
		{ 'k', ACTION_UP }, { 'l', ACTION_RIGHT },
	};
	unsigned i;

	map->n = 0;
	for (i = 0; i < NDEFAULTS; i++)
		map->bindings[map->n++] = (struct key_binding){
			key_parse(defaults[i].key), defaults[i].action };
	for (i = 0; vi && i < sizeof(moves) / sizeof(*moves); i++) {
		keymap_unbind(map, moves[i].key);
		keymap_bind(map, moves[i].key, moves[i].action);
	}
}

enum action keymap_action(const struct keymap *map, uint32_t key,
	unsigned where)
{
	enum action found = ACTION_NONE;
	unsigned i;

	for (i = 0; i < map->n; i++) {
		if (map->bindings[i].key != key)
			continue;
		if (action_where(map->bindings[i].action) & where)
			return map->bindings[i].action;
		if (!found)
			found = map->bindings[i].action;
	}
	return found;
}

uint32_t keymap_key(const struct keymap *map, enum action action)
{
	unsigned i;

	for (i = 0; i < map->n; i++)
		if (map->bindings[i].action == action)
			return map->bindings[i].key;
	return KEY_ID_NONE;
}
