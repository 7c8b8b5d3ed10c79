/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/state.h"

#include <stddef.h>
#include <string.h>

static const struct state_info states[NSTATES] = {
#define X(id, letter, name, presence, title, words) \
	{ letter, PRESENCE_##presence, name, title, words },
	PAGE_STATES(X)
#undef X
};

const struct state_info *state_info(enum page_state state)
{
	return &states[(unsigned)state < NSTATES ? state : STATE_HOLE];
}

enum page_state state_of_name(const char *name)
{
	unsigned i;

	for (i = 0; i < NSTATES; i++)
		if (!strcmp(states[i].name, name))
			return i;
	return NSTATES;
}

static const struct {
	const char *name, *words;
} marks[NMARKS] = {
#define X(id, name, words) { name, words },
	PAGE_MARKS(X)
#undef X
};

const char *mark_name(unsigned bit)
{
	return bit < NMARKS ? marks[bit].name : NULL;
}

const char *mark_words(unsigned bit)
{
	return bit < NMARKS ? marks[bit].words : NULL;
}
