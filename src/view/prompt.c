/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/prompt.h"

#include <string.h>

#include "vmatlas/base/key.h"
#include "vmatlas/view/role.h"

static const char *const titles[NPROMPTS] = {
	"",
#define X(id, title) title,
	PROMPTS(X)
#undef X
};

void prompt_open(struct prompt *prompt, enum prompt_kind kind,
	const char *text)
{
	size_t n = strlen(text);

	prompt->kind = kind;
	if (n >= PROMPT_MAX)
		n = 0;
	memcpy(prompt->text, text, n);
	prompt->text[n] = '\0';
	prompt->n = prompt->at = n;
	prompt->history = NULL;
}

void prompt_recalls(struct prompt *prompt, struct history *history)
{
	prompt->history = history;
	prompt->recalled = history->n;
}

/* Where the character before AT begins, or the one at AT ends. */
static size_t before(const struct prompt *prompt, size_t at)
{
	while (at && ((unsigned char)prompt->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t behind(const struct prompt *prompt, size_t at)
{
	if (at < prompt->n)
		at++;
	while (at < prompt->n &&
	       ((unsigned char)prompt->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static size_t word_before(const struct prompt *prompt)
{
	size_t at = prompt->at;

	while (at && prompt->text[at - 1] == ' ')
		at--;
	while (at && prompt->text[at - 1] != ' ')
		at--;
	return at;
}

static void cut(struct prompt *prompt, size_t from, size_t to)
{
	memmove(prompt->text + from, prompt->text + to, prompt->n - to + 1);
	prompt->n -= to - from;
	prompt->at = from;
}

static void insert(struct prompt *prompt, uint32_t key)
{
	char bytes[4];
	size_t n = text_encode(key, bytes);

	if (prompt->n + n >= PROMPT_MAX)
		return;
	memmove(prompt->text + prompt->at + n, prompt->text + prompt->at,
		prompt->n - prompt->at + 1);
	memcpy(prompt->text + prompt->at, bytes, n);
	prompt->n += n;
	prompt->at += n;
}

void prompt_replace(struct prompt *prompt, size_t from, const char *text)
{
	size_t n = strlen(text);

	if (from > prompt->at || prompt->n - (prompt->at - from) + n >= PROMPT_MAX)
		return;
	cut(prompt, from, prompt->at);
	memmove(prompt->text + from + n, prompt->text + from,
		prompt->n - from + 1);
	memcpy(prompt->text + from, text, n);
	prompt->n += n;
	prompt->at = from + n;
}

static void recall(struct prompt *prompt, bool newer)
{
	const struct history *history = prompt->history;
	unsigned found;

	if (!history)
		return;
	if (prompt->recalled == history->n) {
		if (newer)
			return;
		memcpy(prompt->typed, prompt->text, sizeof(prompt->typed));
	}
	found = history_next(history, prompt->recalled, newer, prompt->typed);
	if (found == history->n && !newer)
		return;
	prompt->recalled = found;
	prompt->at = prompt->n;
	prompt_replace(prompt, 0, found < history->n ? history->lines[found] :
		prompt->typed);
}

static void edit(struct prompt *prompt, uint32_t key)
{
	switch (key) {
	case KEY_ID_LEFT:
		prompt->at = before(prompt, prompt->at);
		break;
	case KEY_ID_RIGHT:
		prompt->at = behind(prompt, prompt->at);
		break;
	case KEY_ID_HOME:
	case KEY_ID_CTRL('a'):
		prompt->at = 0;
		break;
	case KEY_ID_END:
	case KEY_ID_CTRL('e'):
		prompt->at = prompt->n;
		break;
	case KEY_ID_BACKSPACE:
		cut(prompt, before(prompt, prompt->at), prompt->at);
		break;
	case KEY_ID_DELETE:
		cut(prompt, prompt->at, behind(prompt, prompt->at));
		break;
	case KEY_ID_CTRL('u'):
		cut(prompt, 0, prompt->at);
		break;
	case KEY_ID_CTRL('k'):
		cut(prompt, prompt->at, prompt->n);
		break;
	case KEY_ID_CTRL('w'):
		cut(prompt, word_before(prompt), prompt->at);
		break;
	default:
		if (key >= ' ' && key != KEY_ID_BACKSPACE && key < KEY_ID_UP)
			insert(prompt, key);
	}
}

enum prompt_event prompt_key(struct prompt *prompt, uint32_t key)
{
	if (key == KEY_ID_TAB)
		return PROMPT_TAB;
	if (key == KEY_ID_UP || key == KEY_ID_DOWN) {
		recall(prompt, key == KEY_ID_DOWN);
		return PROMPT_TYPED;
	}
	/* Deleting what is not there leaves, as in less. */
	if (key == KEY_ID_ESC || (key == KEY_ID_BACKSPACE && !prompt->n)) {
		prompt->kind = PROMPT_NONE;
		return PROMPT_CANCELLED;
	}
	if (key == KEY_ID_ENTER) {
		prompt->kind = PROMPT_NONE;
		if (prompt->history)
			history_add(prompt->history, prompt->text);
		return PROMPT_DONE;
	}
	edit(prompt, key);
	if (prompt->history)
		prompt->recalled = prompt->history->n;
	return PROMPT_TYPED;
}

void prompt_paint(const struct prompt *prompt, struct grid *grid)
{
	int row = grid->rows - 1, col;
	int room, width;
	size_t from = 0;

	if (prompt->kind == PROMPT_NONE)
		return;
	grid_fill(grid, row, 0, 1, grid->cols, ROLE_TEXT);
	col = grid_str(grid, row, 0, -1, ROLE_TITLE, titles[prompt->kind]);
	room = grid->cols - col - 1;
	/* What is typed is in sight, whatever is not. */
	while ((width = grid_width(grid, (struct text){ prompt->text + from,
			prompt->at - from })) > room && from < prompt->at)
		from = behind(prompt, from);
	grid_str(grid, row, col, -1, ROLE_VALUE, prompt->text + from);
	grid->cursor_row = row;
	grid->cursor_col = col + width < grid->cols ? col + width :
		grid->cols - 1;
}
