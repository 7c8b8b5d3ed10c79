/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

static void wish_sharing(const struct ui *ui, struct wish *wish)
{
	(void)ui;
	wish->question = QUESTION_SHARING;
}

static bool is_answered(const struct ui *ui)
{
	return ui->snapshot->question == QUESTION_SHARING;
}

static void update(struct ui *ui)
{
	share_update(&ui->share, ui->snapshot, ui->grid.rows, ui->grid.cols);
}

/* This process and the other one side by side, or what of this one is under
 * the cursor. */
static void open_shared(struct ui *ui)
{
	uint64_t vpn, npages;
	struct proc_id id;

	if (share_process(&ui->share, ui->snapshot, &id))
		ui_compare_go(ui, id.pid);
	else if (share_place(&ui->share, ui->snapshot, &vpn, &npages))
		ui_go(ui, ui->session->pid, vpn);
}

static void act(struct ui *ui, enum action action)
{
	if (action == ACTION_OPEN)
		open_shared(ui);
	else if (action == ACTION_BACK)
		ui_go_back(ui);
	else
		share_act(&ui->share, ui->snapshot, action);
}

static void click(struct ui *ui, int row, int col)
{
	share_click(&ui->share, ui->snapshot, row, col);
}

static void scroll(struct ui *ui, int row, int col, int wheel)
{
	(void)row;
	(void)col;
	share_act(&ui->share, ui->snapshot, wheel < 0 ? ACTION_UP :
		ACTION_DOWN);
}

static void paint(struct ui *ui, const struct atlas_status *status)
{
	share_paint(&ui->share, ui->snapshot, status, &ui->grid);
}

const struct ui_screen_kind ui_sharing_kind = {
	.where = ON_SHARING, .key = ACTION_SCREEN_SHARING,
	.about_process = true,
	.wish = wish_sharing, .answered = is_answered, .update = update,
	.act = act, .click = click, .scroll = scroll, .paint = paint,
};
