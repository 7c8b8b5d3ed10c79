/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_HISTORY_H
#define VMATLAS_VIEW_HISTORY_H

/*
 * A struct history is what was typed at one kind of prompt, the newest last.
 * No line is in it twice, none is empty or too long.  Zero-initialised is
 * ready for use.
 */
#define HISTORY_LINES 32
#define HISTORY_LINE 512	/* bytes, with the NUL */

struct history {
	char lines[HISTORY_LINES][HISTORY_LINE];
	unsigned n;
};

void history_add(struct history *history, const char *line);
/*
 * Of the lines that begin with PREFIX the next one before AT (an index;
 * history->n: behind the newest), or with NEWER the next one behind it.
 * Returns its index; history->n where there is none.
 */
unsigned history_next(const struct history *history, unsigned at, int newer,
	const char *prefix);

#endif
