/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "vmatlas/app/ui_screen.h"

static void forget(struct ui *ui)
{
	memset(&ui->watching, 0, sizeof(ui->watching));
	ui->watching_pid = 0;
}

/* Why it cannot be; NULL: it can. */
static const char *obstacle(const struct session *session)
{
	const struct options *options = session->options;

	if (options->replay)
		return "this is a recording: nothing can be watched in it by writing";
	if (session->recording)
		return "not while it is recorded: a recording never writes to what it looks at";
	if (options->procfs)
		return "not below another root (--procfs): nothing is ever written there";
	return NULL;
}

void ui_watch_open(struct ui *ui)
{
	const char *why = obstacle(ui->session);

	if (why)
		ui_say(ui, true, why);
	else if (ui->snapshot->process.answer == ANSWER_OK)
		watch_open(&ui->watch);
}

void ui_watch_key(struct ui *ui, uint32_t key)
{
	const struct snapshot *snapshot = ui->snapshot;

	switch (watch_key(&ui->watch, snapshot, key)) {
	case WATCH_AGREED:
		ui->watching = (struct watch_wish){
			.kind = ui->watch.chosen,
			.clear = snapshot->watch.clear + 1,
			.starttime = snapshot->process.id.starttime };
		ui->watching_pid = snapshot->process.id.pid;
		ui->session->wish.asked++;
		break;
	case WATCH_OFF:
		forget(ui);
		ui->session->wish.asked++;
		break;
	case WATCH_CLOSED:
	case WATCH_STAYS:
		break;
	}
}

void ui_watch_wish(const struct ui *ui, struct wish *wish)
{
	memset(&wish->watch, 0, sizeof(wish->watch));
	if (ui->watching_pid && ui->watching_pid == ui->session->pid)
		wish->watch = ui->watching;
	wish->watch.ask = ui->watch.open;
}

void ui_watch_take(struct ui *ui)
{
	const struct watch *watch = &ui->snapshot->watch;

	if (!ui->watching_pid)
		return;
	if (ui->watching_pid != ui->session->pid || obstacle(ui->session)) {
		forget(ui);
		return;
	}
	if (ui->watching.clear && watch->clear == ui->watching.clear) {
		/* Done or refused: never to be done again by itself. */
		ui->watching.clear = 0;
		if (watch->answer != ANSWER_OK) {
			char text[96];

			snprintf(text, sizeof(text), "nothing was written: %s",
				answer_name(watch->answer));
			ui_say(ui, true, text);
			forget(ui);
		}
	} else if (!ui->watching.clear && watch->kind != ui->watching.kind) {
		/* Another process, or another thread that reads. */
		forget(ui);
	}
}

void ui_watch_paint(struct ui *ui)
{
	struct grid *grid = &ui->grid;
	struct buf text = { 0 };

	/* The header of these has a place of its own for it. */
	if (ui->snapshot->watch.kind != CLEAR_NOTHING &&
	    ui->screen != UI_ATLAS && ui->screen != UI_REGIONS) {
		watch_words(&text, ui->snapshot);
		if ((int)text.len < grid->cols)
			grid_str(grid, 0, grid->cols - (int)text.len, -1,
				ROLE_WARNING, buf_text(&text));
		buf_fini(&text);
	}
	watch_paint(&ui->watch, ui->snapshot, grid);
}
