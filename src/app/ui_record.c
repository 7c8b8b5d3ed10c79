/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_record.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "vmatlas/app/config.h"
#include "vmatlas/app/ui.h"

/* Why there can be none; NULL: there can. */
static const char *obstacle(const struct ui *ui)
{
	if (ui->session->options->replay)
		return "this is a recording already";
	if (ui->watching_pid)
		return "not while it is watched (W): a recording never writes to what it looks at";
	if (ui->record.ending)
		return "the last recording is being ended";
	return NULL;
}

static void ask(struct ui *ui)
{
	const struct snapshot *snapshot = ui->snapshot;
	struct buf name = { 0 };
	char *p;

	if (ui->record.name[0]) {
		prompt_open(&ui->prompt, PROMPT_RECORD, ui->record.name);
		return;
	}
	if (snapshot && snapshot->has_process) {
		text_escape(&name, text_of(snapshot->process.name), false);
		buf_fmt(&name, "-%d.rec", snapshot->process.id.pid);
	} else {
		buf_str(&name, "vmatlas.rec");
	}
	for (p = name.data; *p; p++)
		if (*p == '/' || *p == ' ' || *p == '\\')
			*p = '_';
	prompt_open(&ui->prompt, PROMPT_RECORD, buf_text(&name));
	buf_fini(&name);
}

void ui_record_act(struct ui *ui)
{
	const char *why = obstacle(ui);

	if (why) {
		ui_say(ui, true, why);
	} else if (ui->session->recording) {
		ui->record.ending = true;
		ui->session->wish.recording = NULL;
		ui->session->wish.asked++;
	} else {
		ask(ui);
	}
}

static void start(struct ui *ui, const char *name, bool over)
{
	struct session *session = ui->session;
	const char *why = obstacle(ui);
	struct buf path = { 0 };
	struct err err = { 0 };
	struct stat stat;
	struct buf text = { 0 };

	if (why || !name[0]) {
		if (why)
			ui_say(ui, true, why);
		return;
	}
	snprintf(ui->record.name, sizeof(ui->record.name), "%s", name);
	config_expand(name, &path);
	if (!strcmp(name, "-")) {
		ui_say(ui, true, "standard output is this screen");
	} else if (!over && !lstat(buf_text(&path), &stat)) {
		prompt_open(&ui->prompt, PROMPT_RECORD_OVER, name);
	} else {
		session->recording = recording_open(buf_text(&path), &err);
		session->wish.recording = session->recording;
		ui->record.failed = false;
		if (session->recording)
			buf_fmt(&text, "recording to %s (w ends it)", name);
		else
			buf_str(&text, err.text);
		ui_say(ui, !session->recording, buf_text(&text));
	}
	buf_fini(&text);
	buf_fini(&path);
}

void ui_record(struct ui *ui, const char *name)
{
	start(ui, name, false);
}

void ui_record_over(struct ui *ui, const char *name)
{
	start(ui, name, !strcmp(name, ui->record.name));
}

void ui_record_wish(const struct ui *ui, struct wish *wish)
{
	const struct session *session = ui->session;

	if (!wish->recording)
		return;
	wish->depth = DEPTH_FULL;
	wish->whole = wish->want_budget = wish->want_stacks = true;
	if (wish->list || !session->pid)
		return;
	wish->list = wish->list_usage = true;
	wish->list_pids[0] = session->pid;
	wish->nlist_pids = 1;
}

/* It is whole; or why it is not. */
static void finish(struct ui *ui)
{
	struct session *session = ui->session;
	struct buf text = { 0 };
	struct err err = { 0 };
	bool good = recording_close(session->recording, &err);

	session->recording = NULL;
	ui->record.ending = false;
	if (good)
		buf_fmt(&text, "the recording is in %s", ui->record.name[0] ?
			ui->record.name : session->options->record);
	else
		buf_str(&text, err.text);
	ui_say(ui, !good, buf_text(&text));
	buf_fini(&text);
}

void ui_record_take(struct ui *ui)
{
	struct session *session = ui->session;
	struct err err = { 0 };

	if (!session->recording)
		return;
	if (ui->record.ending) {
		if (ui->snapshot->recording != session->recording)
			finish(ui);
	} else if (!ui->record.failed &&
		   !recording_good(session->recording, &err)) {
		ui->record.failed = true;
		ui_say(ui, true, err.text);
	}
}
