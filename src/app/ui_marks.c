/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_marks.h"

#include <stdio.h>
#include <string.h>

#include "vmatlas/app/ui_screen.h"
#include "vmatlas/base/key.h"

/* "atlas" of "screen-atlas". */
static void put_title(struct mark *mark, enum ui_screen screen)
{
	static const char before[] = "screen-";
	char name[ACTION_NAME_MAX];

	action_name(ui_screen_kind(screen)->key, name);
	snprintf(mark->title, sizeof(mark->title), "%s",
		strncmp(name, before, sizeof(before) - 1) ? name :
		name + sizeof(before) - 1);
}

static void copy(char *out, size_t size, struct text text)
{
	if (text.n >= size)
		text.n = size - 1;
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
}

/* The process that the mark is of: on the list the one under the cursor. */
static void set_process(struct ui *ui, struct mark *mark)
{
	const struct snapshot *snapshot = ui->snapshot;
	struct proc_id id = { .pid = ui->session->pid };
	long region;

	if (ui->screen == UI_LIST && snapshot &&
	    list_chosen(&ui->list, snapshot, &id)) {
		mark->id = id;
		return;
	}
	mark->id = id;
	if (!snapshot || !snapshot->has_process ||
	    snapshot->process.id.pid != id.pid)
		return;
	mark->id = snapshot->process.id;
	copy(mark->name, sizeof(mark->name), text_of(snapshot->process.name));
	mark->has_place = atlas_place(&ui->atlas, &mark->place);
	region = mark->has_place ? snapshot_region(snapshot,
		mark->place.cursor[SIDE_VIRTUAL]) : -1;
	if (region >= 0)
		copy(mark->region, sizeof(mark->region),
			snapshot_region_title(snapshot, (size_t)region));
}

static void set_mark(struct ui *ui, uint32_t letter)
{
	struct mark *mark = marks_of(&ui->marks.marks, letter);
	char text[40];

	if (!mark) {
		ui_say(ui, true, "a mark is a letter, a to z or A to Z");
		return;
	}
	*mark = (struct mark){ .set = true, .screen = (int)ui->screen };
	put_title(mark, ui->screen);
	set_process(ui, mark);
	snprintf(text, sizeof(text), "mark %c is here", (int)letter);
	ui_say(ui, false, text);
}

static void go_to_mark(struct ui *ui, uint32_t letter)
{
	const struct mark *mark = marks_of(&ui->marks.marks, letter);
	struct ui_place place;

	if (!mark || !mark->set) {
		ui_say(ui, true, mark ? "that mark is not set" :
			"a mark is a letter, a to z or A to Z");
		return;
	}
	ui_remember(ui);
	place = (struct ui_place){ .pid = mark->id.pid,
		.screen = (enum ui_screen)mark->screen,
		.has_place = mark->has_place, .place = mark->place };
	if (place.screen == UI_LIST) {
		ui->list.cursor = mark->id;
		place.pid = ui->session->pid;
	}
	ui_go_place(ui, &place);
	ui->marks.expected = place.screen == UI_LIST ?
		(struct proc_id){ .pid = 0 } : mark->id;
	ui_marks_take(ui);
}

void ui_marks_begin(struct ui *ui, enum action action)
{
	ui->marks.waits = action;
	ui->marks.listed = false;
	ui_say(ui, false, action == ACTION_MARK_SET ?
		"set a mark: which letter?" :
		"go to a mark: its letter; ' back to before the last jump; "
		"? lists them");
}

void ui_marks_key(struct ui *ui, uint32_t key)
{
	enum action waits = ui->marks.waits;
	struct ui_place before = ui->before;

	if (waits == ACTION_MARK_GO && key == '?' && !ui->marks.listed) {
		ui_marks_begin(ui, waits);
		ui->marks.listed = true;
		return;
	}
	ui->marks.waits = ACTION_NONE;
	ui->marks.listed = false;
	if (key == KEY_ID_ESC)
		return;
	if (waits == ACTION_MARK_SET) {
		set_mark(ui, key);
	} else if (key != '\'') {
		go_to_mark(ui, key);
	} else if (!ui->has_before) {
		ui_say(ui, true, "there was no jump yet");
	} else {
		ui_remember(ui);
		ui_go_place(ui, &before);
	}
}

/* A number that another process has by now leads to that one: say so. */
void ui_marks_take(struct ui *ui)
{
	struct proc_id *expected = &ui->marks.expected;
	const struct snapshot *snapshot = ui->snapshot;

	if (!expected->pid || !snapshot || !snapshot->has_process ||
	    snapshot->process.id.pid != expected->pid)
		return;
	if (snapshot->process.id.starttime && expected->starttime &&
	    snapshot->process.id.starttime != expected->starttime)
		ui_say(ui, true, "the process of this mark has ended; another "
			"one has its number now");
	expected->pid = 0;
}
