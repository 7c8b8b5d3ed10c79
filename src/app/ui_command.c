/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/app/ui_screen.h"
#include "vmatlas/base/key.h"
#include "vmatlas/view/commands.h"

static void run_pid(struct ui *ui, struct text arg)
{
	uint64_t pid;

	if (!text_all_u64(arg, 10, &pid) || !pid || pid > INT_MAX)
		ui_say(ui, true, ":pid needs the number of a process");
	else
		ui_go(ui, (int)pid, UINT64_MAX);
}

static void run_name(struct ui *ui, struct text arg)
{
	char name[PROMPT_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)arg.n, arg.p);
	list_filter(&ui->list, name);
	ui_open(ui, UI_LIST);
}

static void run_command(struct ui *ui, enum command_id command,
	struct text arg)
{
	char text[PROMPT_MAX];

	snprintf(text, sizeof(text), "%.*s", (int)arg.n, arg.p);
	switch (command) {
	case COMMAND_QUIT:
		ui->quit = true;
		break;
	case COMMAND_HELP:
		ui->help.open = true;
		ui->help.top = 0;
		break;
	case COMMAND_PID:
		run_pid(ui, arg);
		break;
	case COMMAND_NAME:
		run_name(ui, arg);
		break;
	case COMMAND_FILTER:
		ui_find_filter(ui, text);
		break;
	case COMMAND_DELAY:
		ui_set_delay(ui, text);
		break;
	case COMMAND_AT:
		if (!ui_replay_to(ui, arg, true))
			ui_say(ui, true, ":at of a recording (-R): refresh N, "
				"HH:MM[:SS], an ISO time, +SECS or -SECS");
		break;
	case COMMAND_EVENT:
		ui_replay_event(ui, arg);
		break;
	case COMMAND_RECORD:
		if (arg.n && !ui->session->recording)
			ui_record(ui, text);
		else
			ui_record_act(ui);
		break;
	case COMMAND_SET:
		ui_settings_set(ui, arg);
		break;
	case NCOMMANDS:
		break;
	}
}

/* What the key of that name does, whatever the user has bound to it. */
static enum action default_action(struct text key)
{
	enum action action;
	const char *name;
	unsigned i;

	for (i = 0; (name = keymap_binding(i, &action)); i++)
		if (text_is(key, name))
			return action;
	return ACTION_NONE;
}

/* ":3" is the key 3 of a screen. */
static bool open_screen(struct ui *ui, struct text text)
{
	int screen;

	if (text.n != 1 || text.p[0] < '0' || text.p[0] > '9')
		return false;
	for (screen = 0; screen < NUI_SCREENS; screen++)
		if (ui_screen_kind(screen)->key == default_action(text)) {
			ui_open(ui, screen);
			return true;
		}
	ui_say(ui, true, "there is no such screen");
	return true;
}

void ui_command(struct ui *ui, const char *typed)
{
	struct text text = text_trim(text_of(typed)), arg;
	enum command_id command = command_of(text, &arg);

	if (!text.n || open_screen(ui, text))
		return;
	if (command < NCOMMANDS) {
		run_command(ui, command, arg);
		return;
	}
	if (ui_replay_to(ui, text, false))
		return;
	if (ui->screen != UI_ATLAS && ui->session->pid)
		ui_open(ui, UI_ATLAS);
	ui_find(ui, typed);
}
