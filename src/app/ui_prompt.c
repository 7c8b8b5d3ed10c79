/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/app/ui_screen.h"
#include "vmatlas/view/complete.h"

void ui_set_delay(struct ui *ui, const char *text)
{
	char *end;
	double delay = strtod(text, &end);

	if (!text[0])
		return;
	if (*end || !(delay >= 0.05 && delay <= 86400))
		ui_say(ui, true, "a delay is 0.05 to 86400 seconds");
	else
		ui->session->wish.period_ms = (unsigned)(delay * 1000);
}

static void search(struct ui *ui, const char *text)
{
	const struct ui_screen_kind *kind = ui_screen_kind(ui->screen);

	if (ui->snapshot && kind->find && !kind->find(ui, text))
		ui_say(ui, true, kind->none);
}

static void set_other(struct ui *ui, const char *text)
{
	uint64_t pid;

	if (!text[0])
		return;
	if (!text_all_u64(text_of(text), 10, &pid) || !pid || pid > INT_MAX)
		ui_say(ui, true, "a process is named by its number");
	else if ((int)pid == ui->session->pid)
		ui_say(ui, true, "that is the process itself");
	else
		ui_compare_with(ui, (int)pid);
}

/* What is done with each answer. */
static void (*const done[NPROMPTS])(struct ui *ui, const char *text) = {
	[PROMPT_DELAY] = ui_set_delay,
	[PROMPT_SEARCH] = search,
	[PROMPT_OTHER] = set_other,
	[PROMPT_PICTURE] = ui_picture,
	[PROMPT_PICTURE_OVER] = ui_picture_over,
	[PROMPT_RECORD] = ui_record,
	[PROMPT_RECORD_OVER] = ui_record_over,
	[PROMPT_FIND] = ui_find,
	[PROMPT_MATCH] = ui_find_filter,
	[PROMPT_COMMAND] = ui_command,
};

/* What is looked for in the atlas, and in lists that take the same. */
static bool is_query(const struct ui *ui, enum prompt_kind kind)
{
	return kind == PROMPT_FIND || (kind == PROMPT_SEARCH &&
		(ui->screen == UI_REGIONS || ui->screen == UI_EVENTS));
}

void ui_prompt(struct ui *ui, enum prompt_kind kind)
{
	const struct ui_screen_kind *screen = ui_screen_kind(ui->screen);
	const char *filter = screen->filtered ? screen->filtered(ui) : "";

	prompt_open(&ui->prompt, kind, kind == PROMPT_FILTER ? filter : "");
	snprintf(ui->filter_before, sizeof(ui->filter_before), "%s", filter);
	if (kind == PROMPT_MATCH)
		prompt_recalls(&ui->prompt, &ui->find.filters);
	else if (is_query(ui, kind))
		prompt_recalls(&ui->prompt, &ui->find.finds);
	else if (kind == PROMPT_COMMAND)
		prompt_recalls(&ui->prompt, &ui->find.commands);
}

/* As far as all words that fit agree; then they are told. */
static void complete(struct ui *ui)
{
	struct prompt *prompt = &ui->prompt;
	struct completion completion = { 0 };
	struct buf line = { 0 };
	const char *word;
	char common[PROMPT_MAX];
	size_t i;

	complete_query(&completion, (struct text){ prompt->text, prompt->at },
		prompt->kind == PROMPT_COMMAND, ui->snapshot,
		&ui->find.finds);
	word = buf_text(&completion.words);
	if (completion.n) {
		snprintf(common, sizeof(common), "%.*s",
			(int)completion.common, word);
		prompt_replace(prompt, completion.from, common);
	}
	for (i = 0; completion.n > 1 && i < completion.n; i++) {
		text_escape(&line, text_of(word), false);
		buf_char(&line, ' ');
		word += strlen(word) + 1;
	}
	if (line.len)
		ui_say(ui, false, buf_text(&line));
	buf_fini(&line);
	completion_fini(&completion);
}

void ui_prompt_key(struct ui *ui, uint32_t key)
{
	void (*filter)(struct ui *, const char *) =
		ui_screen_kind(ui->screen)->filter;
	enum prompt_kind kind = ui->prompt.kind;
	enum prompt_event event = prompt_key(&ui->prompt, key);
	const char *text = ui->prompt.text;

	/* A filter shows what it does while it is typed. */
	if (kind == PROMPT_FILTER && filter)
		filter(ui, event == PROMPT_CANCELLED ? ui->filter_before :
			text);
	if (event == PROMPT_TAB && (is_query(ui, kind) ||
			kind == PROMPT_MATCH || kind == PROMPT_COMMAND))
		complete(ui);
	else if (event == PROMPT_DONE && done[kind])
		done[kind](ui, text);
}
