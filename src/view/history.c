/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/history.h"

#include <string.h>

static void drop(struct history *history, unsigned i)
{
	history->n--;
	memmove(history->lines[i], history->lines[i + 1],
		(history->n - i) * sizeof(*history->lines));
}

void history_add(struct history *history, const char *line)
{
	size_t n = strlen(line);
	unsigned i;

	if (!n || n >= HISTORY_LINE)
		return;
	for (i = 0; i < history->n; i++)
		if (!strcmp(history->lines[i], line)) {
			drop(history, i);
			break;
		}
	if (history->n == HISTORY_LINES)
		drop(history, 0);
	memcpy(history->lines[history->n++], line, n + 1);
}

unsigned history_next(const struct history *history, unsigned at, int newer,
	const char *prefix)
{
	size_t n = strlen(prefix);

	while (newer ? at + 1 < history->n : at > 0) {
		at += newer ? 1u : -1u;
		if (!strncmp(history->lines[at], prefix, n))
			return at;
	}
	return history->n;
}
