/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_UI_FIND_H
#define VMATLAS_APP_UI_FIND_H

#include "vmatlas/model/find.h"
#include "vmatlas/view/history.h"

struct ui;

/*
 * A struct ui_find is what was looked for last in the atlas: what is known of
 * the process without reading is gone to at once, all else is asked of the
 * sampler by the wish, and gone to when it has answered.
 */
struct ui_find {
	struct query query;
	char text[HISTORY_LINE];	/* as it was typed; "": nothing */
	unsigned target;		/* of the query: gone to last */
	bool backward;
	struct find find;		/* in the wish; serial 0: nothing */
	uint32_t serial;		/* of the last one */
	/* The pages that it found last (bytes; END 0: none). */
	uint64_t start, end;
	char filter_text[HISTORY_LINE];	/* what is shown only; "": all is */
	struct filter filter;
	struct history finds, filters, commands;
};

/* Look for TEXT forward from the cursor; on the screen of regions for the region
 * that has it. */
void ui_find(struct ui *ui, const char *text);
/* TEXT is nothing but a word (or no query at all): it can be a name or any other
 * word that stands on the screen. */
bool ui_find_is_word(const char *text);
/* The next one, or the one before. */
void ui_find_next(struct ui *ui, bool backward);
/* A new snapshot: it may have the answer. */
void ui_find_take(struct ui *ui);
/* Stop looking; false: nothing was looked for. */
bool ui_find_stop(struct ui *ui);
/* Show only what TEXT says in the atlas; "": everything. */
void ui_find_filter(struct ui *ui, const char *text);
/* What was typed behind ":" (ui_command.c). */
void ui_command(struct ui *ui, const char *text);

#endif
