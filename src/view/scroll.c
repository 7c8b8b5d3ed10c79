/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/scroll.h"

#include <stddef.h>

int scroll_move(const struct scroll *scroll, enum action action, int at, int n)
{
	const struct { enum action action; int to; } moves[] = {
		{ ACTION_UP, at - 1 }, { ACTION_DOWN, at + 1 },
		{ ACTION_PAGE_UP, at - scroll->rows },
		{ ACTION_PAGE_DOWN, at + scroll->rows },
		{ ACTION_HALF_UP, at - scroll->rows / 2 },
		{ ACTION_HALF_DOWN, at + scroll->rows / 2 },
		{ ACTION_TOP, 0 }, { ACTION_ROW_START, 0 },
		{ ACTION_BOTTOM, n - 1 }, { ACTION_ROW_END, n - 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(moves) / sizeof(*moves); i++)
		if (moves[i].action == action)
			return moves[i].to >= n ? n ? n - 1 : 0 :
				moves[i].to < 0 ? 0 : moves[i].to;
	return -1;
}

void scroll_show(struct scroll *scroll, int at, int n)
{
	if (at < scroll->top)
		scroll->top = at;
	if (scroll->rows && at >= scroll->top + scroll->rows)
		scroll->top = at - scroll->rows + 1;
	if (scroll->top > n - scroll->rows)
		scroll->top = n - scroll->rows;
	if (scroll->top < 0)
		scroll->top = 0;
}
