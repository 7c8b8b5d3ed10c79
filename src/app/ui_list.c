/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

#include "vmatlas/app/selection.h"

static void wish_list(const struct ui *ui, struct wish *wish)
{
	wish->list = true;
	list_wish(&ui->list, ui->snapshot, wish);
}

static bool is_answered(const struct ui *ui)
{
	return ui->snapshot->has_list;
}

static void update(struct ui *ui)
{
	list_update(&ui->list, ui->snapshot, ui->grid.rows, ui->grid.cols);
}

/* With --union, what is chosen begins as the tagged. */
static void take(struct ui *ui)
{
	const struct options *options = ui->session->options;
	const struct snapshot *snapshot = ui->snapshot;
	size_t i;

	if (!options->together || ui->chosen_tagged || !snapshot->has_list)
		return;
	ui->chosen_tagged = true;
	for (i = 0; i < snapshot->nrows; i++)
		if (selection_has(options, snapshot, &snapshot->rows[i]) &&
		    process_may_map(&snapshot->rows[i].process))
			list_tag(&ui->list, snapshot->rows[i].process.id);
}

void ui_open_chosen(struct ui *ui)
{
	struct proc_id chosen;

	if (!ui->snapshot ||
	    !list_chosen(&ui->list, ui->snapshot, &chosen))
		return;
	if (ui->screen != UI_ATLAS)
		ui_remember(ui);
	ui->session->pid = chosen.pid;
	ui->screen = UI_ATLAS;
	ui->frozen = false;
}

static void act(struct ui *ui, enum action action)
{
	if (ui->list.chooser.open)
		list_act(&ui->list, ui->snapshot, action);
	else if (action == ACTION_OPEN)
		ui_open_chosen(ui);
	else if (action == ACTION_BACK)
		ui_go_back(ui);
	else if (action == ACTION_FILTER)
		ui_prompt(ui, PROMPT_FILTER);
	else if (action == ACTION_FIND)
		ui_prompt(ui, PROMPT_SEARCH);
	else
		list_act(&ui->list, ui->snapshot, action);
}

/* The columns that are being chosen first. */
static void close_top(struct ui *ui)
{
	if (!ui->list.chooser.open)
		list_filter(&ui->list, "");
	else if (ui->snapshot)
		list_act(&ui->list, ui->snapshot, ACTION_CLOSE);
}

static const char *filtered(const struct ui *ui)
{
	return ui->list.filter;
}

static void filter(struct ui *ui, const char *text)
{
	list_filter(&ui->list, text);
}

static bool find(struct ui *ui, const char *text)
{
	return list_search(&ui->list, ui->snapshot, text[0] ? text :
		ui->list.search, false);
}

static void click(struct ui *ui, int row, int col)
{
	list_click(&ui->list, ui->snapshot, row, col);
}

static void scroll(struct ui *ui, int row, int col, int wheel)
{
	(void)row;
	(void)col;
	list_act(&ui->list, ui->snapshot, wheel < 0 ? ACTION_UP :
		ACTION_DOWN);
}

static void paint(struct ui *ui, const struct atlas_status *status)
{
	list_paint(&ui->list, ui->snapshot, status, &ui->grid);
}

const struct ui_screen_kind ui_list_kind = {
	.where = ON_LIST, .key = ACTION_SCREEN_LIST,
	.wish = wish_list, .answered = is_answered, .take = take,
	.update = update, .act = act, .close = close_top,
	.filtered = filtered, .filter = filter, .find = find,
	.none = "no process has that", .click = click,
	.scroll = scroll, .paint = paint,
};
