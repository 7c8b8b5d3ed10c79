/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

static void wish_memory(const struct ui *ui, struct wish *wish)
{
	(void)ui;
	wish->want_budget = true;
}

static bool is_answered(const struct ui *ui)
{
	return ui->snapshot->budget.valid;
}

static void act(struct ui *ui, enum action action)
{
	if (action == ACTION_BACK)
		ui_go_back(ui);
	else
		memory_act(&ui->memory, action);
}

static void scroll(struct ui *ui, int row, int col, int wheel)
{
	(void)row;
	(void)col;
	memory_scroll(&ui->memory, wheel);
}

static void paint(struct ui *ui, const struct atlas_status *status)
{
	memory_paint(&ui->memory, ui->snapshot, status, &ui->grid);
}

const struct ui_screen_kind ui_memory_kind = {
	.where = ON_MEMORY, .key = ACTION_SCREEN_MEMORY,
	.wish = wish_memory, .answered = is_answered, .act = act,
	.scroll = scroll, .paint = paint,
};
