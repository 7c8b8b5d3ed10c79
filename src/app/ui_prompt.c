/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/app/ui.h"

static void warn(struct ui *ui, const char *text)
{
	snprintf(ui->message, sizeof(ui->message), "%s", text);
	ui->is_warning = true;
}

static void set_delay(struct ui *ui, const char *text)
{
	char *end;
	double delay = strtod(text, &end);

	if (!text[0])
		return;
	if (*end || !(delay >= 0.05 && delay <= 86400))
		warn(ui, "a delay is 0.05 to 86400 seconds");
	else
		ui->session->wish.period_ms = (unsigned)(delay * 1000);
}

static void search(struct ui *ui, const char *text)
{
	if (!ui->snapshot)
		return;
	/* Nothing typed: the same again, as in less. */
	if (!list_search(&ui->list, ui->snapshot, text[0] ? text :
			ui->list.search, false))
		warn(ui, "no process has that");
}

static void set_other(struct ui *ui, const char *text)
{
	uint64_t pid;

	if (!text[0])
		return;
	if (!text_all_u64(text_of(text), 10, &pid) || !pid || pid > INT_MAX)
		warn(ui, "a process is named by its number");
	else if ((int)pid == ui->session->pid)
		warn(ui, "that is the process itself");
	else
		ui_compare_with(ui, (int)pid);
}

void ui_prompt(struct ui *ui, enum prompt_kind kind)
{
	prompt_open(&ui->prompt, kind, kind == PROMPT_FILTER ?
		ui->list.filter : "");
	memcpy(ui->filter_before, ui->list.filter, sizeof(ui->filter_before));
}

void ui_prompt_key(struct ui *ui, uint32_t key)
{
	enum prompt_kind kind = ui->prompt.kind;
	enum prompt_event event = prompt_key(&ui->prompt, key);
	const char *text = ui->prompt.text;

	/* A filter shows what it does while it is typed. */
	if (kind == PROMPT_FILTER)
		list_filter(&ui->list, event == PROMPT_CANCELLED ?
			ui->filter_before : text);
	else if (kind == PROMPT_DELAY && event == PROMPT_DONE)
		set_delay(ui, text);
	else if (kind == PROMPT_SEARCH && event == PROMPT_DONE)
		search(ui, text);
	else if (kind == PROMPT_OTHER && event == PROMPT_DONE)
		set_other(ui, text);
}
