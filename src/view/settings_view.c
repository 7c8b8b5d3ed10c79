/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/settings_view.h"

#include <string.h>

#include "vmatlas/view/foot.h"
#include "vmatlas/view/role.h"

#define NAME_COL 3
#define VALUE_COL 18
#define WORDS_COL 36

/* Rows of each part, from top to bottom, as many as there is room for. */
struct rows {
	int head, list, words, values, keys;
};

static struct rows rows_of(int rows)
{
	struct rows parts = { .head = rows >= 4, .keys = rows >= 6,
		.words = rows >= 8, .values = rows >= 9 };

	parts.list = rows - parts.head - parts.keys - parts.words -
		parts.values;
	return parts;
}

bool settings_move(struct settings_view *view, enum action action)
{
	int at = (int)view->at;

	switch (action) {
	case ACTION_UP:
		at--;
		break;
	case ACTION_DOWN:
		at++;
		break;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
		at -= 5;
		break;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
		at += 5;
		break;
	case ACTION_TOP:
	case ACTION_ROW_START:
		at = 0;
		break;
	case ACTION_BOTTOM:
	case ACTION_ROW_END:
		at = NSETTINGS - 1;
		break;
	default:
		return false;
	}
	view->at = (enum setting)(at < 0 ? 0 : at >= NSETTINGS ?
		NSETTINGS - 1 : at);
	return true;
}

bool settings_click(struct settings_view *view, int row, int rows)
{
	struct rows parts = rows_of(rows);
	int at = row - parts.head + view->top;

	if (row < parts.head || row >= parts.head + parts.list ||
	    at >= NSETTINGS)
		return false;
	view->at = (enum setting)at;
	return true;
}

static void keep_in_sight(struct settings_view *view, int rows)
{
	int at = (int)view->at;

	if (view->top > NSETTINGS - rows)
		view->top = NSETTINGS - rows;
	if (view->top < 0)
		view->top = 0;
	if (at < view->top)
		view->top = at;
	if (at >= view->top + rows)
		view->top = at - rows + 1;
}

static void paint_setting(const struct settings_view *view,
	const struct settings_facts *facts, struct grid *grid, int row,
	enum setting setting)
{
	bool chosen = setting == view->at;
	int role = chosen ? ROLE_SELECTED : ROLE_TEXT;
	struct buf value = { 0 };

	setting_get(facts->settings, setting, &value);
	if (chosen)
		grid_fill(grid, row, 0, 1, grid->cols, role);
	grid_str(grid, row, 1, 1, role,
		facts->unsaved & 1u << setting ? "*" : " ");
	grid_str(grid, row, NAME_COL, VALUE_COL - NAME_COL - 1, role,
		setting_name(setting));
	grid_str(grid, row, VALUE_COL, WORDS_COL - VALUE_COL - 1,
		chosen ? role : ROLE_VALUE, buf_text(&value));
	/* Else those of the chosen one, below, are all. */
	if (grid->cols > WORDS_COL + 70)
		grid_str(grid, row, WORDS_COL, grid->cols - WORDS_COL,
			chosen ? role : ROLE_DIM, setting_words(setting));
	buf_fini(&value);
}

static void paint_head(const struct settings_facts *facts, struct grid *grid)
{
	int col;

	grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
	col = grid_str(grid, 0, 1, -1, ROLE_TITLE, "settings");
	grid_str(grid, 0, col + 2, grid->cols > col + 2 ?
		grid->cols - col - 2 : 0, ROLE_HEADER,
		facts->path ? facts->path :
		"(there is no folder of yours to keep them in)");
}

/* What the chosen one means and can be; a message instead, if there is one. */
static void paint_chosen(const struct settings_view *view,
	const struct settings_facts *facts, struct grid *grid, int row,
	bool with_values)
{
	struct buf values = { 0 };

	if (facts->message) {
		grid_line(grid, row, 1, -1, facts->is_warning ? ROLE_WARNING :
			ROLE_MESSAGE, text_of(facts->message));
		return;
	}
	grid_str(grid, row, 1, -1, ROLE_TEXT, setting_words(view->at));
	setting_values(view->at, &values);
	if (with_values)
		grid_str(grid, row + 1, 1, -1, ROLE_DIM, buf_text(&values));
	buf_fini(&values);
}

void settings_paint(struct settings_view *view,
	const struct settings_facts *facts, struct grid *grid)
{
	static const struct key_label labels[] = {
		{ "Up Down", "Choose" }, { "Left Right", "Change" },
		{ "w", "Save" }, { "Esc", "Close" }, { "q", "Quit" },
		{ NULL, NULL },
	};
	struct rows parts = rows_of(grid->rows);
	int i;

	grid_clear(grid);
	if (parts.head)
		paint_head(facts, grid);
	keep_in_sight(view, parts.list);
	for (i = 0; i < parts.list && view->top + i < NSETTINGS; i++)
		paint_setting(view, facts, grid, parts.head + i,
			(enum setting)(view->top + i));
	if (parts.words)
		paint_chosen(view, facts, grid, parts.head + parts.list,
			parts.values);
	if (parts.keys)
		foot_paint(grid, grid->rows - 1, labels, facts->keys);
}
