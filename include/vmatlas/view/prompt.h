/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_PROMPT_H
#define VMATLAS_VIEW_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/view/grid.h"
#include "vmatlas/view/history.h"

/*
 * A struct prompt is a line that is being typed, for one purpose or another:
 * it stands in the last row of the screen, and takes all keys while it is
 * open.  Its text is UTF-8, and whole characters of it.
 */
#define PROMPT_MAX HISTORY_LINE

#define PROMPTS(X) \
	X(DELAY, "delay in seconds: ") \
	X(FILTER, "filter: ") \
	X(SEARCH, "/") \
	X(PICTURE, "picture (.txt .ansi .html .svg): ") \
	X(PICTURE_OVER, "it is there already; Enter overwrites: ") \
	X(RECORD, "record to: ") \
	X(RECORD_OVER, "that is there already; Enter replaces it: ") \
	X(OTHER, "compare with process: ") \
	X(FIND, "/") \
	X(MATCH, "show only: ") \
	X(COMMAND, ":")

#define X(id, title) PROMPT_##id,
enum prompt_kind { PROMPT_NONE, PROMPTS(X) NPROMPTS };
#undef X

struct prompt {
	enum prompt_kind kind;		/* PROMPT_NONE: it is closed */
	char text[PROMPT_MAX];		/* NUL-terminated */
	size_t n, at;			/* bytes; where the next one goes */
	/* Up and Down recall lines of it; NULL: there are none. */
	struct history *history;
	unsigned recalled;		/* which; history->n: none */
	char typed[PROMPT_MAX];		/* before that */
};

enum prompt_event {
	PROMPT_TYPED,			/* its text may be another one now */
	PROMPT_DONE, PROMPT_CANCELLED,	/* it is closed; its text is there */
	PROMPT_TAB,			/* complete the word, if that can be */
};

/* Open it with TEXT to be edited; without a history. */
void prompt_open(struct prompt *prompt, enum prompt_kind kind,
	const char *text);
/* Recall lines of HISTORY, which stays the caller's; what is typed is added to
 * it once that is done. */
void prompt_recalls(struct prompt *prompt, struct history *history);
/* TEXT instead of what stands from byte FROM to the cursor. */
void prompt_replace(struct prompt *prompt, size_t from, const char *text);
/* As a shell's line takes keys: Left Right Home End C-a C-e move, Backspace
 * Delete C-u C-k C-w delete, Up and Down recall the lines that begin as what
 * was typed. */
enum prompt_event prompt_key(struct prompt *prompt, uint32_t key);
/* Into the last row; the terminal's cursor stands in it. */
void prompt_paint(const struct prompt *prompt, struct grid *grid);

#endif
