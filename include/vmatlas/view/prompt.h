/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_PROMPT_H
#define VMATLAS_VIEW_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/view/grid.h"

/*
 * A struct prompt is a line that is being typed, for one purpose or another:
 * it stands in the last row of the screen, and takes all keys while it is
 * open.  Its text is UTF-8, and whole characters of it.
 */
#define PROMPT_MAX 128

#define PROMPTS(X) \
	X(DELAY, "delay in seconds: ") \
	X(FILTER, "filter: ") \
	X(SEARCH, "/") \
	X(PICTURE, "picture (.txt .ansi .html .svg): ") \
	X(PICTURE_OVER, "it is there already; Enter overwrites: ") \
	X(OTHER, "compare with process: ")

#define X(id, title) PROMPT_##id,
enum prompt_kind { PROMPT_NONE, PROMPTS(X) NPROMPTS };
#undef X

struct prompt {
	enum prompt_kind kind;		/* PROMPT_NONE: it is closed */
	char text[PROMPT_MAX];		/* NUL-terminated */
	size_t n, at;			/* bytes; where the next one goes */
};

enum prompt_event {
	PROMPT_TYPED,			/* its text may be another one now */
	PROMPT_DONE, PROMPT_CANCELLED,	/* it is closed; its text is there */
};

/* Open it with TEXT to be edited. */
void prompt_open(struct prompt *prompt, enum prompt_kind kind,
	const char *text);
/* As a shell's line takes keys: Left Right Home End C-a C-e move, Backspace
 * Delete C-u C-k C-w delete. */
enum prompt_event prompt_key(struct prompt *prompt, uint32_t key);
/* Into the last row; the terminal's cursor stands in it. */
void prompt_paint(const struct prompt *prompt, struct grid *grid);

#endif
