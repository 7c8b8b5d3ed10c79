/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

/* On the region that the atlas's cursor is in, where there is one. */
static void open_regions(struct ui *ui)
{
	const struct pane *pane = &ui->atlas.panes[SIDE_VIRTUAL];

	if (ui->screen == UI_ATLAS && ui->snapshot && ui->atlas.laid_out &&
	    pane->placed)
		regions_go(&ui->regions, pane->cursor <<
			ui->snapshot->machine->page_shift);
	ui_enter(ui, UI_REGIONS);
}

static void wish_regions(const struct ui *ui, struct wish *wish)
{
	regions_wish(&ui->regions, wish);
	wish->find = ui->find.find;
}

static void take(struct ui *ui)
{
	ui_find_take(ui);
}

static void update(struct ui *ui)
{
	regions_update(&ui->regions, ui->snapshot, ui->grid.rows,
		ui->grid.cols);
}

/* The region in the atlas; a group is opened, or closed. */
static void open_chosen(struct ui *ui)
{
	uint64_t va;

	if (!regions_toggle(&ui->regions) &&
	    regions_chosen(&ui->regions, ui->snapshot, &va))
		ui_go(ui, ui->session->pid,
			va >> ui->snapshot->machine->page_shift);
}

/* Words that regions have are looked for in the list; what else can be looked
 * for in the atlas is, and its region gone to. */
static bool find(struct ui *ui, const char *text)
{
	if (!text[0] && !ui->regions.search[0]) {
		ui_find_next(ui, false);
		return true;
	}
	if (!ui_find_is_word(text)) {
		ui->regions.search[0] = '\0';
		ui_find(ui, text);
		return true;
	}
	if (regions_search(&ui->regions, ui->snapshot, text[0] ? text :
			ui->regions.search, false))
		return true;
	/* The name of a symbol, then. */
	if (text[0])
		ui_find(ui, text);
	return text[0];
}

static void find_next(struct ui *ui, enum action action)
{
	if (!ui->regions.search[0] && ui->find.text[0])
		ui_find_next(ui, action == ACTION_FIND_BACK);
	else if (!regions_act(&ui->regions, ui->snapshot, action))
		ui_say(ui, true, ui_regions_kind.none);
}

static void act(struct ui *ui, enum action action)
{
	if (ui->regions.chooser.open)
		regions_act(&ui->regions, ui->snapshot, action);
	else if (action == ACTION_OPEN)
		open_chosen(ui);
	else if (action == ACTION_BACK)
		ui_go_back(ui);
	else if (action == ACTION_FILTER)
		ui_prompt(ui, PROMPT_FILTER);
	else if (action == ACTION_FIND)
		ui_prompt(ui, PROMPT_SEARCH);
	else if (action == ACTION_FIND_NEXT || action == ACTION_FIND_BACK)
		find_next(ui, action);
	else
		regions_act(&ui->regions, ui->snapshot, action);
}

/* The columns that are being chosen first. */
static void close_top(struct ui *ui)
{
	if (ui_find_stop(ui))
		return;
	if (!ui->regions.chooser.open)
		regions_filter(&ui->regions, "");
	else if (ui->snapshot)
		regions_act(&ui->regions, ui->snapshot, ACTION_CLOSE);
}

static const char *filtered(const struct ui *ui)
{
	return ui->regions.filter;
}

static void filter(struct ui *ui, const char *text)
{
	regions_filter(&ui->regions, text);
}

static void click(struct ui *ui, int row, int col)
{
	regions_click(&ui->regions, ui->snapshot, row, col);
}

static void scroll(struct ui *ui, int row, int col, int wheel)
{
	(void)row;
	(void)col;
	regions_act(&ui->regions, ui->snapshot, wheel < 0 ? ACTION_UP :
		ACTION_DOWN);
}

static void paint(struct ui *ui, const struct atlas_status *status)
{
	regions_paint(&ui->regions, ui->snapshot, status, &ui->grid);
}

const struct ui_screen_kind ui_regions_kind = {
	.where = ON_REGIONS, .key = ACTION_SCREEN_REGIONS,
	.about_process = true, .open = open_regions,
	.wish = wish_regions, .take = take, .update = update, .act = act,
	.close = close_top, .filtered = filtered, .filter = filter,
	.find = find, .none = "no region has that", .click = click,
	.scroll = scroll, .message = ui_obstacle, .paint = paint,
};
