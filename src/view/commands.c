/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/commands.h"

static const struct command_info commands[NCOMMANDS] = {
#define X(id, name, brief, arg, words) { name, brief, arg, words },
	COMMANDS(X)
#undef X
};

const struct command_info *command_info(enum command_id id)
{
	return &commands[id];
}

enum command_id command_of(struct text text, struct text *arg)
{
	struct text word;
	unsigned i;

	if (!text_word(&text, &word))
		return NCOMMANDS;
	*arg = text_trim(text);
	for (i = 0; i < NCOMMANDS; i++)
		if (text_is(word, commands[i].name) ||
		    (commands[i].brief[0] && text_is(word, commands[i].brief)))
			break;
	return i;
}
