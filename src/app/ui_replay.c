/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/ui_replay.h"

#include <stdio.h>
#include <string.h>

#include "vmatlas/app/moment.h"
#include "vmatlas/app/ui.h"

#define SPEED_MOST 10
#define SPEED_LEAST (-4)
/* Faster than anybody sees. */
#define PERIOD_LEAST_MS 10

static bool is_replay(const struct ui *ui)
{
	return ui->session->options->replay != NULL;
}

/* A script says itself when there is a refresh. */
static bool is_timed(const struct ui *ui)
{
	return !ui->session->options->script && !ui->session->options->picture;
}

void ui_replay_init(struct ui *ui)
{
	ui->replay.playing = is_replay(ui) && is_timed(ui);
	ui->replay.go = ui->session->wish.go;
	ui->replay.said = ui->replay.go.serial;
}

/* What was asked for last was not done yet. */
static bool is_going(const struct ui *ui)
{
	return ui->snapshot->go.serial != ui->replay.go.serial &&
		ui->replay.go.where != GO_NEXT;
}

/* The refresh that is shown, or will be. */
static uint64_t number(const struct ui *ui)
{
	return is_going(ui) && ui->replay.go.where == GO_NUMBER ?
		ui->replay.go.to : ui->snapshot->refresh;
}

static void go(struct ui *ui, enum go_where where, uint64_t to)
{
	ui->replay.go.serial++;
	ui->replay.go.where = where;
	ui->replay.go.to = to;
	ui->session->wish.asked++;
}

static void step(struct ui *ui)
{
	ui->replay.playing = false;
	if (is_going(ui))
		go(ui, GO_NUMBER, number(ui) + 1);
	else if (ui->snapshot->ended)
		ui_say(ui, true, "this is the last refresh");
	else
		go(ui, GO_NEXT, 0);
}

static void step_back(struct ui *ui)
{
	ui->replay.playing = false;
	if (number(ui) > 1)
		go(ui, GO_NUMBER, number(ui) - 1);
	else
		ui_say(ui, true, "this is the first refresh");
}

static void set_speed(struct ui *ui, int speed)
{
	if (speed > SPEED_MOST || speed < SPEED_LEAST)
		ui_say(ui, true, speed > 0 ? "it cannot be any faster" :
			"it cannot be any slower");
	else
		ui->replay.speed = speed;
}

bool ui_replay_act(struct ui *ui, enum action action)
{
	bool about = action == ACTION_STEP || action == ACTION_STEP_BACK ||
		action == ACTION_FASTER || action == ACTION_SLOWER ||
		action == ACTION_EVENT_NEXT;

	if (!is_replay(ui)) {
		if (about)
			ui_say(ui, true, "that is for recordings (-R)");
		return about;
	}
	if (!about && action != ACTION_FREEZE && action != ACTION_READ_AGAIN)
		return false;
	if (!ui->snapshot)
		return true;
	if (action == ACTION_STEP)
		step(ui);
	else if (action == ACTION_STEP_BACK)
		step_back(ui);
	else if (action == ACTION_FASTER)
		set_speed(ui, ui->replay.speed + 1);
	else if (action == ACTION_SLOWER)
		set_speed(ui, ui->replay.speed - 1);
	else if (action == ACTION_EVENT_NEXT)
		ui_replay_event(ui, text_of(""));
	else if (action == ACTION_FREEZE)
		ui->replay.playing = !ui->replay.playing;
	/* What was recorded cannot be read again: then it is only repainted. */
	return true;
}

bool ui_replay_to(struct ui *ui, struct text text, bool numbers)
{
	struct moment moment;
	struct go to;

	if (!is_replay(ui) || !ui->snapshot || !moment_parse(&moment, text) ||
	    (moment.kind == MOMENT_NUMBER && !numbers))
		return false;
	moment_go(&moment, ui->snapshot->machine->facts.time_ms, &to);
	ui->replay.playing = false;
	go(ui, to.where, to.to);
	return true;
}

void ui_replay_event(struct ui *ui, struct text text)
{
	enum change_kind kind = change_of_name(text);

	if (!is_replay(ui)) {
		ui_say(ui, true, "that is for recordings (-R)");
		return;
	}
	if (text_is(text, "any")) {
		ui->replay.kinds = 0;
	} else if (text.n && kind == NCHANGE_KINDS) {
		ui_say(ui, true, "there is no such kind of event (screen 7 has "
			"them), nor is it 'any'");
		return;
	} else if (text.n) {
		ui->replay.kinds = 1u << kind;
	}
	if (!ui->snapshot)
		return;
	ui->replay.playing = false;
	go(ui, GO_EVENT, 0);
	ui->replay.go.kinds = ui->replay.kinds ? ui->replay.kinds : ~0u;
}

void ui_replay_wish(struct ui *ui, struct wish *wish)
{
	struct ui_replay *replay = &ui->replay;
	double period = wish->period_ms;
	int i;

	if (!is_replay(ui))
		return;
	/* Its rates are those of the refresh before, as if it had been shown
	 * there, too. */
	if (ui->wish_serial && ui->snapshot && wish->pid &&
	    wish->pid != ui->sent.pid && !is_going(ui))
		go(ui, GO_AGAIN, 0);
	wish->go = replay->go;
	wish->anew = true;
	wish->asked = ui->session->wish.asked;
	wish->once |= !replay->playing;
	if (!is_timed(ui))
		wish->once = true;
	for (i = 0; i < replay->speed; i++)
		period /= 2;
	for (i = 0; i > replay->speed; i--)
		period *= 2;
	wish->period_ms = period < PERIOD_LEAST_MS ? PERIOD_LEAST_MS :
		period > 1e9 ? 1000000000u : (unsigned)period;
}

void ui_replay_take(struct ui *ui)
{
	const struct go_state *state = &ui->snapshot->go;
	char text[80];

	if (!is_replay(ui) || state->serial != ui->replay.go.serial ||
	    ui->replay.said == state->serial || !ui->snapshot->complete)
		return;
	ui->replay.said = state->serial;
	if (!state->not_found)
		return;
	snprintf(text, sizeof(text), "no further event%s%s",
		ui->replay.kinds ? " of that kind: " : "",
		ui->replay.kinds ? change_name((enum change_kind)
			__builtin_ctz(ui->replay.kinds)) : "");
	ui_say(ui, true, text);
}

void ui_replay_status(const struct ui *ui, struct atlas_status *status)
{
	status->replay = is_replay(ui);
	status->playing = ui->replay.playing;
	status->speed = ui->replay.speed;
}
