/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings a page of the manual up to date: what stands between the lines
 *
 *     .\" begin NAME
 *     .\" end NAME
 *
 * becomes what the program's table of that name says: settings, actions,
 * states, roles.
 * Fails where there is no such table, or one of them is not in the page.
 *
 *   tables <vmatlas.1 >page
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/key.h"
#include "vmatlas/model/state.h"
#include "vmatlas/view/keymap.h"
#include "vmatlas/view/role.h"
#include "vmatlas/view/settings.h"

/* As roff reads it: no escape, no request, no hyphen for a minus. */
static void put(const char *text)
{
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\'')
			fputs("\\(aq", stdout);
		else if (*text == '^')
			fputs("\\(ha", stdout);
		else if (*text == '~')
			fputs("\\(ti", stdout);
		else if (*text == '"')
			fputs("\\(dq", stdout);
		else if (*text == '.' || *text == '?')
			printf("%c\\&", *text);
		else
			putchar(*text);
	}
}

static void put_settings(void)
{
	struct settings settings;
	struct buf text = { 0 };
	unsigned i;

	settings_default(&settings);
	for (i = 0; i < NSETTINGS; i++) {
		fputs(".TP\n.B ", stdout);
		put(setting_name((enum setting)i));
		fputs("\n", stdout);
		put(setting_words((enum setting)i));
		fputs("\n(", stdout);
		buf_clear(&text);
		setting_values((enum setting)i, &text);
		put(buf_text(&text));
		fputs("; at first ", stdout);
		buf_clear(&text);
		setting_get(&settings, (enum setting)i, &text);
		put(buf_text(&text));
		puts(").");
	}
	buf_fini(&text);
}

static void put_actions(void)
{
	struct keymap map;
	unsigned i, k;

	keymap_default(&map, false);
	for (i = ACTION_NONE + 1; i < NACTIONS; i++) {
		char name[ACTION_NAME_MAX], key[KEY_NAME_MAX];
		const char *before = " (";

		fputs(".TP\n.B ", stdout);
		put(action_name((enum action)i, name));
		puts("");
		put(action_words((enum action)i));
		for (k = 0; k < map.n; k++) {
			if (map.bindings[k].action != i)
				continue;
			printf("%s\\fB", before);
			put(key_name(map.bindings[k].key, key));
			fputs("\\fR", stdout);
			before = " ";
		}
		puts(*before == ' ' && before[1] == '(' ? "." : ").");
	}
}

/* Their words go on from "the page ...". */
static void put_states(void)
{
	unsigned i;

	for (i = 0; i < NSTATES; i++) {
		const struct state_info *info = state_info((enum page_state)i);
		char letter[2] = { info->letter, '\0' };

		fputs(i ? ".TP\n\\fB" : ".TP 24\n\\fB", stdout);
		if (info->letter == ' ')
			fputs("\\ ", stdout);
		else
			put(letter);
		fputs("\\fR\\ \\ \\fB", stdout);
		put(info->name);
		puts("\\fR");
		put(info->words);
		puts(".");
	}
}

static void put_roles(void)
{
	unsigned i;

	for (i = 0; i < ROLE_STATE_FIRST; i++) {
		fputs(".BR ", stdout);
		put(role_name((enum role)i));
		puts(i + 1 < ROLE_STATE_FIRST ? " ," : " ;");
	}
}

static const struct {
	const char *name;
	void (*put)(void);
} tables[] = {
	{ "settings", put_settings },
	{ "actions", put_actions },
	{ "states", put_states },
	{ "roles", put_roles },
};

#define NTABLES (sizeof(tables) / sizeof(*tables))

int main(void)
{
	static const char begin[] = ".\\\" begin ", end[] = ".\\\" end ";
	bool done[NTABLES] = { false }, good = true, skips = false;
	char *line = NULL;
	size_t cap = 0, i;

	while (getline(&line, &cap, stdin) > 0) {
		if (!strncmp(line, end, sizeof(end) - 1))
			skips = false;
		if (!skips)
			fputs(line, stdout);
		if (strncmp(line, begin, sizeof(begin) - 1))
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (i = 0; i < NTABLES && strcmp(tables[i].name,
			     line + sizeof(begin) - 1); i++)
			;
		skips = true;
		if (i < NTABLES) {
			tables[i].put();
			done[i] = true;
		} else {
			fprintf(stderr, "there is no table %s\n",
				line + sizeof(begin) - 1);
			good = false;
		}
	}
	free(line);
	for (i = 0; i < NTABLES; i++)
		if (!done[i]) {
			fprintf(stderr, "the table %s is nowhere\n",
				tables[i].name);
			good = false;
		}
	return !good || skips || fflush(stdout) || ferror(stdin);
}
