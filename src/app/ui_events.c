/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

static void wish_events(const struct ui *ui, struct wish *wish)
{
	(void)ui;
	wish->want_events = true;
}

static void update(struct ui *ui)
{
	events_update(&ui->events, ui->snapshot, ui->grid.rows, ui->grid.cols);
}

/* Where it happened; what is about a process as a whole, there at least. */
static void open_chosen(struct ui *ui)
{
	const struct change *change = events_chosen(&ui->events, ui->snapshot);

	if (change)
		ui_go(ui, change->pid, change->npages ? change->vpn :
			UINT64_MAX);
}

static void act(struct ui *ui, enum action action)
{
	if (action == ACTION_OPEN)
		open_chosen(ui);
	else if (action == ACTION_BACK)
		ui_go_back(ui);
	else if (action == ACTION_FILTER)
		ui_prompt(ui, PROMPT_FILTER);
	else if (action == ACTION_FIND)
		ui_prompt(ui, PROMPT_SEARCH);
	else if (!events_act(&ui->events, ui->snapshot, action) &&
		 (action == ACTION_FIND_NEXT || action == ACTION_FIND_BACK))
		ui_say(ui, true, ui_events_kind.none);
}

static void close_top(struct ui *ui)
{
	events_filter(&ui->events, "");
}

static const char *filtered(const struct ui *ui)
{
	return ui->events.filter;
}

static void filter(struct ui *ui, const char *text)
{
	events_filter(&ui->events, text);
}

static bool find(struct ui *ui, const char *text)
{
	return events_search(&ui->events, ui->snapshot, text[0] ? text :
		ui->events.search, false);
}

static void click(struct ui *ui, int row, int col)
{
	(void)col;
	events_click(&ui->events, ui->snapshot, row);
}

static void scroll(struct ui *ui, int row, int col, int wheel)
{
	(void)row;
	(void)col;
	events_act(&ui->events, ui->snapshot, wheel < 0 ? ACTION_UP :
		ACTION_DOWN);
}

static void paint(struct ui *ui, const struct atlas_status *status)
{
	events_paint(&ui->events, ui->snapshot, status, &ui->grid);
}

const struct ui_screen_kind ui_events_kind = {
	.where = ON_EVENTS, .key = ACTION_SCREEN_EVENTS, .about_process = true,
	.wish = wish_events, .update = update, .act = act, .close = close_top,
	.filtered = filtered, .filter = filter, .find = find,
	.none = "no event has that", .click = click, .scroll = scroll,
	.paint = paint,
};
