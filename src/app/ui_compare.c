/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "vmatlas/app/ui_screen.h"

/*
 * Which two processes screen 5 compares: A is the one that all screens are
 * about, B the one that was chosen for it, or else the one that shares most
 * with it, which is found out first.
 */
static int other_of(const struct ui *ui)
{
	return ui->other_for == ui->session->pid ? ui->other : 0;
}

void ui_compare_with(struct ui *ui, int other)
{
	ui->other_for = ui->session->pid;
	ui->other = other == ui->session->pid ? 0 : other;
}

/* From the list, with the process that the cursor is on; two that are tagged
 * with each other, one that is with that of the cursor. */
static void choose_on_list(struct ui *ui)
{
	const struct list *list = &ui->list;
	int *pid = &ui->session->pid, cursor = 0;
	struct proc_id id;

	if (list_chosen(list, ui->snapshot, &id))
		cursor = id.pid;
	if (list->ntags == 2) {
		bool is_second = *pid == list->tags[1].pid;

		*pid = list->tags[is_second].pid;
		cursor = list->tags[!is_second].pid;
	} else if (list->ntags == 1) {
		*pid = list->tags[0].pid;
	} else if (!*pid) {
		*pid = cursor;
	}
	if (cursor && cursor != *pid)
		ui_compare_with(ui, cursor);
}

static void open_compare(struct ui *ui)
{
	const struct options *options = ui->session->options;
	bool is_new = ui->screen != UI_COMPARE;
	struct proc_id id;

	if (is_new)
		ui_remember(ui);
	if (ui->screen == UI_LIST && ui->snapshot)
		choose_on_list(ui);
	else if (ui->screen == UI_SHARING && ui->snapshot &&
		 share_process(&ui->share, ui->snapshot, &id))
		ui_compare_with(ui, id.pid);
	if (!ui->session->pid) {
		ui->ntrail -= is_new;
		return;
	}
	if (!other_of(ui) && options->npids == 2 &&
	    options->pids[0] == ui->session->pid)
		ui_compare_with(ui, options->pids[1]);
	ui->screen = UI_COMPARE;
	ui->frozen = false;
}

void ui_compare_go(struct ui *ui, int other)
{
	ui_remember(ui);
	ui_compare_with(ui, other);
	ui->screen = UI_COMPARE;
	ui->frozen = false;
}

static void wish_compare(const struct ui *ui, struct wish *wish)
{
	int other = other_of(ui);

	wish->skip_pages = true;
	wish->question = other ? QUESTION_COMPARE : QUESTION_SHARING;
	if (!other)
		return;
	wish->group_pids[COMPARE_A] = ui->session->pid;
	wish->group_pids[COMPARE_B] = other;
	wish->ngroup_pids = 2;
}

/* One in the same address space has everything in common, which says less
 * than any other. */
static const struct share_row *most_in_common(const struct shares *shares)
{
	size_t i;

	for (i = 0; i < shares->n; i++)
		if (shares->rows[i].same != SPACE_SAME)
			return &shares->rows[i];
	return &shares->rows[0];
}

static void take(struct ui *ui)
{
	const struct snapshot *snapshot = ui->snapshot;
	const struct shares *shares = &snapshot->shares;

	if (other_of(ui) || !snapshot->answered ||
	    snapshot->question != QUESTION_SHARING ||
	    snapshot->process.id.pid != ui->session->pid || !shares->n)
		return;
	ui_compare_with(ui, snapshot->members[most_in_common(shares)->member]
		.process.id.pid);
	ui_wish(ui);
}

/* What is to be said while there is nobody to compare with; or NULL. */
static const char *message(const struct ui *ui, bool *is_warning)
{
	const struct snapshot *snapshot = ui->snapshot;

	*is_warning = false;
	if (other_of(ui))
		return NULL;
	if (snapshot->question != QUESTION_SHARING ||
	    snapshot->process.id.pid != ui->session->pid)
		return "looking for the process that has most in common with "
			"it (p: choose one)";
	/* What cannot be asked is never answered. */
	if (snapshot->question_answer != ANSWER_OK ||
	    snapshot->process.answer == ANSWER_GONE)
		return share_obstacle(snapshot);
	if (snapshot->answered)
		return snapshot->machine->facts.pfn_visible ?
			"nothing in common with any that could be read (p: "
			"choose one)" :
			"frames are not told to this user (p: choose one)";
	return "looking for the process that has most in common with it (p: "
		"choose one)";
}

/* All screens are about B from now on, which is called A. */
static void swap(struct ui *ui)
{
	int other = other_of(ui), pid = ui->session->pid;

	if (!other)
		return;
	ui->session->pid = other;
	ui_compare_with(ui, pid);
}

/* The atlas of who has the page, at that page. */
static void open_page(struct ui *ui)
{
	struct page_range pages;
	struct proc_id id;

	if (compare_chosen(&ui->compare, ui->snapshot, &id, &pages))
		ui_go(ui, id.pid, pages.start);
}

static void act(struct ui *ui, enum action action)
{
	switch (action) {
	case ACTION_SWAP:
		swap(ui);
		break;
	case ACTION_OTHER:
		ui_prompt(ui, PROMPT_OTHER);
		break;
	case ACTION_OPEN:
		open_page(ui);
		break;
	case ACTION_BACK:
		ui_go_back(ui);
		break;
	default:
		compare_act(&ui->compare, ui->snapshot, action);
		break;
	}
}

static void update(struct ui *ui)
{
	compare_update(&ui->compare, ui->snapshot, ui->grid.rows,
		ui->grid.cols);
}

static void click(struct ui *ui, int row, int col)
{
	compare_click(&ui->compare, ui->snapshot, row, col);
}

static void scroll(struct ui *ui, int row, int col, int wheel)
{
	compare_scroll(&ui->compare, row, col, wheel);
}

static void paint(struct ui *ui, const struct atlas_status *status)
{
	compare_paint(&ui->compare, ui->snapshot, status, &ui->grid);
}

const struct ui_screen_kind ui_compare_kind = {
	.where = ON_COMPARE, .key = ACTION_SCREEN_COMPARE,
	.about_process = true, .open = open_compare, .wish = wish_compare,
	.take = take, .update = update, .act = act, .click = click,
	.scroll = scroll, .message = message, .paint = paint,
};
