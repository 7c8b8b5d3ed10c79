/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_screen.h"

#include <stdio.h>
#include <stdlib.h>

#include "vmatlas/app/selection.h"
#include "vmatlas/base/key.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/view/role.h"

static bool is_wanted(const void *arg, const struct snapshot *snapshot,
	const struct process_row *row)
{
	return selection_wants(arg, snapshot, row);
}

struct ui *ui_new(struct session *session, bool utf8, int rows, int cols)
{
	struct ui *ui = mem_sparse(sizeof(*ui));

	ui->session = session;
	ui->act = -1;
	ui->screen = session->pid ? UI_ATLAS : UI_LIST;
	atlas_init(&ui->atlas);
	list_init(&ui->list);
	regions_init(&ui->regions);
	share_init(&ui->share);
	compare_init(&ui->compare);
	function_view_init(&ui->functions);
	ui->list.shown = is_wanted;
	ui->list.arg = session->options;
	ui->grid.utf8 = utf8;
	grid_resize(&ui->grid, rows, cols);
	if (session->warning.text[0])
		ui_say(ui, true, session->warning.text);
	ui_settings_init(ui);
	ui_replay_init(ui);
	rules_init(&ui->rules, session);
	return ui;
}

void ui_free(struct ui *ui)
{
	snapshot_unref(ui->snapshot);
	atlas_fini(&ui->atlas);
	list_fini(&ui->list);
	regions_fini(&ui->regions);
	share_fini(&ui->share);
	compare_fini(&ui->compare);
	function_view_fini(&ui->functions);
	events_fini(&ui->events);
	rules_fini(&ui->rules);
	grid_fini(&ui->grid);
	mem_sparse_free(ui, sizeof(*ui));
}

static const struct ui_screen_kind *kind_of(const struct ui *ui)
{
	return ui_screen_kind(ui->screen);
}

void ui_update(struct ui *ui)
{
	if (ui->snapshot && kind_of(ui)->update)
		kind_of(ui)->update(ui);
}

void ui_resize(struct ui *ui, int rows, int cols)
{
	grid_resize(&ui->grid, rows, cols);
	ui_update(ui);
}

/* ---- wishes */

void ui_wish(struct ui *ui)
{
	struct session *session = ui->session;
	struct wish wish;

	wish_copy(&wish, &session->wish);
	selection_wish(session->options, &wish);
	wish.pid = session->pid;
	wish.sums_asked = ui->memory.asked;
	wish.keep_blocks = true;
	if (wish.depth < DEPTH_STATES)
		wish.depth = DEPTH_STATES;
	wish.npages = wish.nframes = 0;
	wish.focus.side = FOCUS_NONE;
	if (kind_of(ui)->wish)
		kind_of(ui)->wish(ui, &wish);
	ui_watch_wish(ui, &wish);
	rules_wish(&ui->rules, &wish);
	ui_record_wish(ui, &wish);
	ui_replay_wish(ui, &wish);
	if (ui->wish_serial && wish_is_same(&wish, &ui->sent))
		return;
	wish_copy(&ui->sent, &wish);
	ui->wish_serial = sampler_wish(session->sampler, &wish);
}

bool ui_settled(const struct ui *ui)
{
	return ui->snapshot && ui->snapshot->complete &&
		ui->snapshot->wish >= ui->wish_serial &&
		ui->snapshot->asked == ui->session->wish.asked;
}

/* Once, until the next key: then what it was can be looked at. */
static void say_end(struct ui *ui)
{
	bool ended = ui->screen == UI_ATLAS && ui->snapshot->has_process &&
		ui->snapshot->process.answer == ANSWER_GONE;

	if (ended && !ui->end_said) {
		ui_say(ui, true, "this process has ended (1: other processes, "
			"q: quit)");
	}
	ui->end_said = ended;
}

static void tell_event(void *arg, const struct snapshot *snapshot,
	const struct rule_event *event)
{
	struct buf text = { 0 };

	(void)snapshot;
	text_escape(&text, event->rule->text, false);
	buf_str(&text, ": ");
	rule_event_words(event, &text);
	ui_say(arg, true, buf_text(&text));
	buf_fini(&text);
}

/* --when, as far as it is about the process that is looked at. */
static void take_rules(struct ui *ui)
{
	const struct snapshot *snapshot = ui->snapshot;
	struct text notes, note;
	struct err err = { 0 };

	if (!ui->session->options->nrules || !snapshot->complete ||
	    !snapshot->has_process || !snapshot->whole ||
	    snapshot->process.answer != ANSWER_OK ||
	    snapshot->maps != ANSWER_OK)
		return;
	if (rules_check(&ui->rules, snapshot, tell_event, ui, &err))
		ui_say(ui, true, err.text);
	notes = (struct text){ buf_text(&ui->rules.notes),
		ui->rules.notes.len };
	if (text_line(&notes, &note)) {
		ui->rules.notes.data[note.n] = '\0';
		ui_say(ui, true, buf_text(&ui->rules.notes));
	}
	buf_clear(&ui->rules.notes);
	ui->quit |= ui->rules.ended_by != NULL;
}

/* What a recorder left out, and why a recording ends too soon. */
static void say_trouble(struct ui *ui)
{
	const struct snapshot *snapshot = ui->snapshot;
	uint64_t left_out = snapshot->machine->facts.left_out;
	char text[sizeof(ui->message)];

	if (snapshot->end.text[0] && !ui->trouble_said) {
		ui_say(ui, true, snapshot->end.text);
		ui->trouble_said = true;
	} else if (left_out && snapshot->refresh != ui->left_out_at) {
		snprintf(text, sizeof(text), "%llu refresh%s before this one "
			"left out: the line is slow",
			(unsigned long long)left_out, left_out == 1 ? "" : "es");
		ui_say(ui, true, text);
		ui->left_out_at = snapshot->refresh;
	}
}

bool ui_take(struct ui *ui)
{
	struct snapshot *latest;

	if (ui->frozen)
		return false;
	latest = sampler_latest(ui->session->sampler);
	if (!latest || (ui->snapshot && latest->serial == ui->snapshot->serial)) {
		snapshot_unref(latest);
		return false;
	}
	snapshot_unref(ui->snapshot);
	ui->snapshot = latest;
	if (latest->complete && latest->has_process)
		session_release_command(ui->session);
	ui_watch_take(ui);
	ui_replay_take(ui);
	ui_record_take(ui);
	take_rules(ui);
	if (kind_of(ui)->take)
		kind_of(ui)->take(ui);
	ui_update(ui);
	ui_marks_take(ui);
	say_end(ui);
	say_trouble(ui);
	return true;
}

/* ---- keys */

void ui_say(struct ui *ui, bool is_warning, const char *text)
{
	snprintf(ui->message, sizeof(ui->message), "%s", text);
	ui->is_warning = is_warning;
}

void ui_open(struct ui *ui, enum ui_screen screen)
{
	if (ui_screen_kind(screen)->open)
		ui_screen_kind(screen)->open(ui);
	else
		ui_enter(ui, screen);
}

void ui_enter(struct ui *ui, enum ui_screen screen)
{
	if (ui_screen_kind(screen)->about_process && !ui->session->pid) {
		ui_open_chosen(ui);
		if (!ui->session->pid)
			return;
	} else if (screen != ui->screen) {
		ui_remember(ui);
	}
	ui->screen = screen;
	ui->frozen = false;
}

static bool act_screen(struct ui *ui, enum action action)
{
	int screen;

	for (screen = 0; screen < NUI_SCREENS; screen++)
		if (ui_screen_kind(screen)->key == action) {
			ui_open(ui, screen);
			return true;
		}
	return false;
}

static void act_help(struct ui *ui, enum action action)
{
	int page = ui->grid.rows > 4 ? ui->grid.rows - 3 : 1;

	switch (action) {
	case ACTION_HELP:
	case ACTION_CLOSE:
		ui->help.open = false;
		break;
	case ACTION_UP:
		ui->help.top--;
		break;
	case ACTION_DOWN:
		ui->help.top++;
		break;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
		ui->help.top -= page;
		break;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
		ui->help.top += page;
		break;
	case ACTION_TOP:
		ui->help.top = 0;
		break;
	case ACTION_BOTTOM:
		ui->help.top = 1 << 20;
		break;
	default:
		break;
	}
}

static bool act_common(struct ui *ui, enum action action)
{
	if (ui_replay_act(ui, action))
		return true;
	switch (action) {
	case ACTION_QUIT:
		ui->quit = true;
		return true;
	case ACTION_HELP:
		ui->help.open = true;
		ui->help.top = 0;
		return true;
	case ACTION_FREEZE:
		ui->frozen = !ui->frozen && ui->snapshot;
		return true;
	case ACTION_BASELINE:
		ui->session->wish.baseline = ++ui->baselines;
		return true;
	case ACTION_BASELINE_DROP:
		ui->session->wish.baseline = 0;
		return true;
	case ACTION_DELAY:
		ui_prompt(ui, PROMPT_DELAY);
		return true;
	case ACTION_COMMAND:
		ui_prompt(ui, PROMPT_COMMAND);
		return true;
	case ACTION_READ_AGAIN:
		ui->session->wish.asked++;
		return true;
	case ACTION_MARK_SET:
	case ACTION_MARK_GO:
		ui_marks_begin(ui, action);
		return true;
	case ACTION_SETTINGS:
		ui_settings_open(ui);
		return true;
	case ACTION_CLOSE:
		if (kind_of(ui)->close)
			kind_of(ui)->close(ui);
		return true;
	case ACTION_RECORD:
		ui_record_act(ui);
		return true;
	default:
		return act_screen(ui, action);
	}
}

void ui_key(struct ui *ui, uint32_t key)
{
	bool in_settings = ui->settings.view.open && !ui->help.open;
	enum action action = keymap_action(&ui->settings.keys, key,
		in_settings ? ON_SETTINGS : kind_of(ui)->where);

	ui->message[0] = '\0';
	ui->is_warning = false;
	if (ui->prompt.kind != PROMPT_NONE) {
		ui_prompt_key(ui, key);
		ui_update(ui);
		return;
	}
	if (ui->marks.waits) {
		ui_marks_key(ui, key);
		ui_update(ui);
		return;
	}
	/* Whatever is open is in it. */
	if (action == ACTION_PICTURE) {
		ui_picture_ask(ui);
		return;
	}
	if (ui->watch.open) {
		ui_watch_key(ui, key);
		return;
	}
	if (ui->help.open && action != ACTION_QUIT) {
		act_help(ui, action);
		return;
	}
	if (in_settings && action != ACTION_QUIT) {
		ui_settings_act(ui, action);
		ui_update(ui);
		return;
	}
	if (act_common(ui, action)) {
		ui_update(ui);
		return;
	}
	if (!ui->snapshot)
		return;
	kind_of(ui)->act(ui, action);
	ui_update(ui);
}

/* ---- drawing */

static void paint_waiting(struct ui *ui)
{
	grid_clear(&ui->grid);
	grid_str(&ui->grid, 0, 1, -1, ROLE_TITLE, "vmatlas");
	grid_str(&ui->grid, ui->grid.rows > 2 ? 2 : 0, 1, -1, ROLE_TEXT,
		ui->session->blocked[0] ? ui->session->blocked :
		"waiting for the kernel's first answer   (q quits)");
}

/* What all screens say beside what they show. */
static struct atlas_status status_of(const struct ui *ui)
{
	const struct session *session = ui->session;
	struct atlas_status status = {
		.delay = session->wish.period_ms / 1000.0,
		.keys = &ui->settings.keys,
		.marks = &ui->marks.marks,
		.frozen = ui->frozen,
		.recording = session->wish.recording && !ui->record.failed,
		.filter = ui->screen == UI_ATLAS && ui->find.filter.n ?
			ui->find.filter_text : NULL,
		.caption = session->demo ? demo_caption(session->demo) : NULL,
	};

	ui_replay_status(ui, &status);
	if (kind_of(ui)->message)
		status.message = kind_of(ui)->message(ui, &status.is_warning);
	status.is_warning &= status.message != NULL;
	if (session->blocked[0]) {
		status.message = session->blocked;
		status.is_warning = true;
	}
	if (ui->message[0]) {
		status.message = ui->message;
		status.is_warning = ui->is_warning;
	}
	return status;
}

/* Is what is to be shown in the snapshot? */
static bool is_answered(const struct ui *ui)
{
	const struct ui_screen_kind *kind = kind_of(ui);
	const struct snapshot *snapshot = ui->snapshot;

	if (!snapshot || (kind->about_process && (!snapshot->has_process ||
			snapshot->process.id.pid != ui->session->pid)))
		return false;
	return !kind->answered || kind->answered(ui);
}

static void paint_screen(struct ui *ui)
{
	struct atlas_status status;

	if (!is_answered(ui)) {
		paint_waiting(ui);
		return;
	}
	status = status_of(ui);
	kind_of(ui)->paint(ui, &status);
	if (ui->marks.listed)
		marks_paint(&ui->marks.marks,
			ui->snapshot->machine->page_shift, &ui->grid);
	ui_watch_paint(ui);
}

void ui_paint(struct ui *ui)
{
	if (ui->help.open)
		help_paint(&ui->help, &ui->settings.keys, kind_of(ui)->where,
			ui->atlas.coloring, ui->snapshot, &ui->grid);
	else if (ui->settings.view.open)
		ui_settings_paint(ui);
	else
		paint_screen(ui);
	prompt_paint(&ui->prompt, &ui->grid);
}
