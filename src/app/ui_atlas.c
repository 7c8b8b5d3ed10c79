/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

static void wish_atlas(const struct ui *ui, struct wish *wish)
{
	if (ui->snapshot && ui->snapshot->has_process &&
	    ui->snapshot->process.id.pid == ui->session->pid)
		atlas_wish(&ui->atlas, ui->snapshot, wish);
	wish->find = ui->find.find;
	wish->filter = ui->find.filter;
}

static void update(struct ui *ui)
{
	if (ui->snapshot->has_process)
		atlas_update(&ui->atlas, ui->snapshot, ui->grid.rows,
			ui->grid.cols, ui->session->demo != NULL);
}

/* The demo goes on to another act: show where that takes place. */
static void follow_demo(struct ui *ui)
{
	const struct demo *demo = ui->session->demo;
	unsigned shift;
	uint64_t va, nbytes;
	int act;

	if (!demo || ui->steered || !ui->atlas.laid_out)
		return;
	act = (int)demo_now(demo).act;
	if (act == ui->act)
		return;
	ui->act = act;
	demo_region(demo, (enum demo_act)act, &va, &nbytes);
	shift = ui->snapshot->machine->page_shift;
	if (nbytes)
		atlas_show(&ui->atlas, ui->snapshot, va >> shift,
			(va + nbytes) >> shift);
}

static void take(struct ui *ui)
{
	update(ui);
	follow_demo(ui);
	ui_find_take(ui);
}

static void act(struct ui *ui, enum action action)
{
	uint64_t vpn;
	int pid;

	if (!ui->snapshot->has_process)
		return;
	if (action == ACTION_FIND) {
		ui_prompt(ui, PROMPT_FIND);
		return;
	}
	if (action == ACTION_FILTER) {
		ui_prompt(ui, PROMPT_MATCH);
		return;
	}
	if (action == ACTION_FIND_NEXT || action == ACTION_FIND_BACK) {
		ui_find_next(ui, action == ACTION_FIND_BACK);
		return;
	}
	if (action == ACTION_OPEN &&
	    atlas_owner(&ui->atlas, ui->snapshot, &pid, &vpn)) {
		ui_go(ui, pid, vpn);
		return;
	}
	if (action == ACTION_WATCH) {
		ui_watch_open(ui);
		return;
	}
	if (action == ACTION_BACK && ui_back_is_far(ui) &&
	    !atlas_lists_owners(&ui->atlas, ui->snapshot) && ui_go_back(ui))
		return;
	ui->steered |= atlas_act(&ui->atlas, ui->snapshot, action);
}

static void close_top(struct ui *ui)
{
	if (ui_find_stop(ui) || atlas_drop_selection(&ui->atlas))
		return;
	if (ui->atlas.inspect)
		atlas_close(&ui->atlas);
	else
		ui_find_filter(ui, "");
}

static void click(struct ui *ui, int row, int col)
{
	atlas_click(&ui->atlas, row, col);
}

static void press(struct ui *ui, int row, int col)
{
	ui->steered = true;
	atlas_press(&ui->atlas, row, col);
}

static void drag(struct ui *ui, int row, int col)
{
	atlas_drag(&ui->atlas, row, col);
}

static void release(struct ui *ui)
{
	atlas_release(&ui->atlas);
}

static void scroll(struct ui *ui, int row, int col, int wheel)
{
	atlas_scroll(&ui->atlas, row, col, wheel);
}

const char *ui_obstacle(const struct ui *ui, bool *is_warning)
{
	const struct snapshot *snapshot = ui->snapshot;

	*is_warning = true;
	if (snapshot->maps == ANSWER_BLOCKED)
		return "the kernel does not answer about this process (1: other processes)";
	if (snapshot->maps == ANSWER_DENIED)
		return "not permitted: it needs the same user, or CAP_SYS_PTRACE (1: other processes)";
	if (snapshot->maps == ANSWER_UNRECORDED)
		return "the recording holds no more about this process (1: other processes)";
	if (snapshot->process.headless)
		return "its first thread has ended: look at another of /proc/PID/task (1: processes)";
	if (!snapshot->nregions)
		return "it has no address space: a kernel thread, or a zombie (1: other processes)";
	return NULL;
}

static void paint(struct ui *ui, const struct atlas_status *status)
{
	atlas_paint(&ui->atlas, ui->snapshot, status, &ui->grid);
}

const struct ui_screen_kind ui_atlas_kind = {
	.where = ON_ATLAS, .key = ACTION_SCREEN_ATLAS, .about_process = true,
	.wish = wish_atlas, .take = take, .update = update, .act = act,
	.close = close_top, .click = click, .press = press,
	.drag = drag, .release = release, .scroll = scroll,
	.message = ui_obstacle, .paint = paint,
};
