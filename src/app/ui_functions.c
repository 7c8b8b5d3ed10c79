/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

void ui_functions_go(struct ui *ui, uint64_t vpn)
{
	if (!ui->snapshot || !ui->snapshot->has_process ||
	    ui->snapshot->process.id.pid != ui->session->pid)
		return;
	if (!function_view_open(&ui->functions, ui->snapshot, vpn)) {
		ui_say(ui, true, "no program or library is mapped here");
		return;
	}
	ui_remember(ui);
	ui->screen = UI_FUNCTIONS;
	ui->frozen = false;
}

/* Of the region that the cursor is in. */
static void open_here(struct ui *ui)
{
	const struct pane *pane = &ui->atlas.panes[SIDE_VIRTUAL];
	uint64_t va;

	if (ui->screen == UI_ATLAS && pane->placed)
		ui_functions_go(ui, pane->cursor);
	else if (ui->screen == UI_REGIONS && ui->snapshot &&
		 regions_chosen(&ui->regions, ui->snapshot, &va))
		ui_functions_go(ui, va >> ui->snapshot->machine->page_shift);
}

static void wish_functions(const struct ui *ui, struct wish *wish)
{
	function_view_wish(&ui->functions, wish);
}

static bool is_answered(const struct ui *ui)
{
	return function_view_is_answered(&ui->functions, ui->snapshot);
}

static void update(struct ui *ui)
{
	function_view_update(&ui->functions, ui->snapshot, ui->grid.rows);
}

static void close_list(struct ui *ui)
{
	ui_go_back(ui);
}

static void act(struct ui *ui, enum action action)
{
	uint64_t vpn;

	if (action == ACTION_BACK)
		ui_go_back(ui);
	else if (action != ACTION_OPEN)
		function_view_act(&ui->functions, ui->snapshot, action);
	else if (function_view_page(&ui->functions, ui->snapshot, &vpn))
		ui_go(ui, ui->session->pid, vpn);
}

static void click(struct ui *ui, int row, int col)
{
	(void)col;
	function_view_click(&ui->functions, ui->snapshot, row);
}

static void scroll(struct ui *ui, int row, int col, int wheel)
{
	(void)row;
	(void)col;
	function_view_act(&ui->functions, ui->snapshot, wheel < 0 ? ACTION_UP :
		ACTION_DOWN);
}

static void paint(struct ui *ui, const struct atlas_status *status)
{
	function_view_paint(&ui->functions, ui->snapshot, status, &ui->grid);
}

const struct ui_screen_kind ui_functions_kind = {
	.where = ON_FUNCTIONS, .key = ACTION_FUNCTIONS, .about_process = true,
	.open = open_here, .wish = wish_functions, .answered = is_answered,
	.update = update, .act = act, .close = close_list, .click = click,
	.scroll = scroll, .paint = paint,
};
