/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/help.h"

#include <stdio.h>
#include <string.h>

#include "vmatlas/base/key.h"
#include "vmatlas/view/commands.h"
#include "vmatlas/view/compare.h"

#define KEYS_COLS 14

/* One line of the text, if it is on screen. */
struct cursor {
	struct grid *grid;
	int line, top, rows;
};

static int next_row(struct cursor *at)
{
	int row = at->line++ - at->top;

	return row >= 0 && row < at->rows ? row + 1 : -1;
}

static void heading(struct cursor *at, const char *text)
{
	int row;

	next_row(at);
	row = next_row(at);
	if (row > 0)
		grid_str(at->grid, row, 2, -1, ROLE_TITLE, text);
}

/* WORDS from ROW on, in as many lines as the screen's width asks for. */
static void wrapped(struct cursor *at, int row, const char *words)
{
	int col = 3 + KEYS_COLS, room = at->grid->cols - col - 1;
	size_t n, left = strlen(words);

	for (;;) {
		n = left;
		if (room > 8 && left > (size_t)room) {
			n = (size_t)room;
			while (n && words[n] != ' ')
				n--;
			if (!n)
				n = left;
		}
		if (row >= 0)
			grid_text(at->grid, row, col, -1, ROLE_TEXT,
				(struct text){ words, n });
		words += n;
		left -= n;
		if (!left)
			return;
		words++;	/* the blank */
		left--;
		row = next_row(at);
	}
}

/* An action with all its keys, if it has any. */
static void help_action(struct cursor *at, const struct keymap *map,
	enum action action)
{
	char keys[64] = "", name[KEY_NAME_MAX];
	unsigned i;
	int row;

	for (i = 0; i < map->n; i++)
		if (map->bindings[i].action == action)
			snprintf(keys + strlen(keys),
				sizeof(keys) - strlen(keys), "%s%s",
				keys[0] ? " " : "",
				key_name(map->bindings[i].key, name));
	if (!keys[0])
		return;
	row = next_row(at);
	if (row >= 0)
		grid_str(at->grid, row, 2, KEYS_COLS, ROLE_KEY, keys);
	wrapped(at, row, action_words(action));
}

/* Each action once, in the order of the default keys. */
static void help_keys(struct cursor *at, const struct keymap *map,
	unsigned where)
{
	bool listed[NACTIONS] = { false };
	enum action action;
	unsigned i;

	for (i = 0; keymap_binding(i, &action); i++) {
		if (!listed[action] && (action_where(action) & where))
			help_action(at, map, action);
		listed[action] = true;
	}
	for (i = 0; i < NACTIONS; i++)
		if (!listed[i] && (action_where((enum action)i) & where))
			help_action(at, map, (enum action)i);
}

static void help_commands(struct cursor *at)
{
	unsigned i;

	for (i = 0; i < NCOMMANDS; i++) {
		const struct command_info *info = command_info(i);
		int row = next_row(at), col;

		if (row < 0)
			continue;
		col = grid_fmt(at->grid, row, 2, KEYS_COLS, ROLE_KEY, ":%s",
			info->name);
		grid_str(at->grid, row, col + 1, -1, ROLE_KEY, info->arg);
		grid_str(at->grid, row, 3 + KEYS_COLS, -1, ROLE_TEXT,
			info->words);
	}
}

static void help_legend(struct cursor *at, enum coloring coloring,
	const struct snapshot *snapshot)
{
	struct legend_entry entry;
	unsigned i;

	for (i = 0; paint_legend(coloring, snapshot, i, &entry); i++) {
		int row = next_row(at);

		if (row < 0)
			continue;
		grid_put_fill(at->grid, row, 2, (uint32_t)entry.letter,
			entry.role, (enum fill)entry.fill);
		grid_str(at->grid, row, 4, 18, ROLE_TEXT, entry.title);
		if (entry.words)
			grid_str(at->grid, row, 23, -1, ROLE_DIM, entry.words);
	}
}

/* What the physical side shows where this process has nothing. */
static void help_frames(struct cursor *at)
{
	static const struct {
		char letter;
		enum role role;
		const char *words;
	} frames[] = {
		{ '.', ROLE_RAM, "System RAM without a page of this process" },
		{ '#', ROLE_MMIO, "a device's addresses" },
		{ 'r', ROLE_RESERVED, "reserved by the firmware" },
		{ ' ', ROLE_FRAME_HOLE, "a hole: nothing is there" },
	};
	unsigned i;

	for (i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		int row = next_row(at);

		if (row < 0)
			continue;
		grid_put(at->grid, row, 2, (uint32_t)frames[i].letter,
			frames[i].role);
		grid_str(at->grid, row, 4, -1, ROLE_TEXT, frames[i].words);
	}
}

static void help_relations(struct cursor *at)
{
	unsigned i;

	for (i = RELATION_NONE + 1; i < NRELATIONS; i++) {
		struct look_of_cell look = compare_look(i);
		int row = next_row(at);

		if (row < 0)
			continue;
		grid_put_fill(at->grid, row, 2, (uint32_t)look.letter,
			look.role, (enum fill)look.fill);
		grid_str(at->grid, row, 4, -1, ROLE_TEXT,
			relation_info(i)->words);
	}
}

static void help_fill(struct cursor *at)
{
	static const struct {
		enum fill fill;
		const char *words;
	} fills[] = {
		{ FILL_SOME, "less than a quarter of the cell is in memory or swap" },
		{ FILL_HALF, "less than three quarters" },
		{ FILL_FULL, "three quarters or more" },
	};
	unsigned i;

	for (i = 0; i < 3; i++) {
		int row = next_row(at);

		if (row < 0)
			continue;
		grid_put_fill(at->grid, row, 2, 'A',
			ROLE_OF_STATE(STATE_ANON), fills[i].fill);
		grid_str(at->grid, row, 4, -1, ROLE_TEXT, fills[i].words);
	}
}

void help_paint(struct help *help, const struct keymap *map, unsigned where,
	enum coloring coloring, const struct snapshot *snapshot,
	struct grid *grid)
{
	struct cursor at = { grid, 0, 0, grid->rows > 2 ? grid->rows - 2 : 1 };
	int pass;

	/* Once to count the lines, once to draw those on screen. */
	for (pass = 0; pass < 2; pass++) {
		if (pass) {
			if (help->top > at.line - at.rows)
				help->top = at.line - at.rows;
			if (help->top < 0)
				help->top = 0;
			at.top = help->top;
		} else {
			at.top = 1 << 20;
		}
		at.line = 0;
		grid_clear(grid);
		help_keys(&at, map, where);
		heading(&at, "commands; the number of a screen; or what / finds "
			"in the atlas");
		help_commands(&at);
		if (where & ON_COMPARE) {
			heading(&at, "letters: of pages side by side; a cell "
				"of several shows what differs first");
			help_relations(&at);
		}
		if (!snapshot || !(where & ON_ATLAS))
			continue;
		heading(&at, "letters and colours");
		help_legend(&at, coloring, snapshot);
		heading(&at, "physical memory, where this process has nothing");
		help_frames(&at);
		heading(&at, "a cell of several pages shows what most are, "
			"and by its fill how many");
		help_fill(&at);
	}
	grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
	grid_str(grid, 0, 1, -1, ROLE_TITLE, "vmatlas help");
	if (grid->rows > 2)
		grid_str(grid, grid->rows - 1, 1, -1, ROLE_DIM, at.line > at.rows
			? "Up Down PgUp PgDn scroll, Esc closes" : "Esc closes");
}
