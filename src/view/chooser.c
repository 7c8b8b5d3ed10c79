/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/chooser.h"

#include <stdio.h>
#include <string.h>

#include "vmatlas/view/role.h"

#define WIDTH 64

/* Those of rank 0 are always shown. */
static void toggle(struct columns *columns, unsigned i)
{
	columns->hidden[i] = columns->fields[i]->rank && !columns->hidden[i];
	columns->first = 0;
	columns->chosen = true;
}

/* It changes places with its neighbour. */
static void move(struct chooser *chooser, struct columns *columns, int by)
{
	unsigned i = chooser->at, k = i + (unsigned)by;
	const struct field *field = columns->fields[i];
	bool hidden = columns->hidden[i];

	if (k >= columns->n)
		return;
	columns->fields[i] = columns->fields[k];
	columns->hidden[i] = columns->hidden[k];
	columns->fields[k] = field;
	columns->hidden[k] = hidden;
	columns->chosen = true;
	chooser->at = k;
}

bool chooser_act(struct chooser *chooser, struct columns *columns,
	enum action action)
{
	int to;

	if (!chooser->open) {
		chooser->open = action == ACTION_COLUMNS;
		return chooser->open;
	}
	switch (action) {
	case ACTION_COLUMNS:
	case ACTION_CLOSE:
	case ACTION_BACK:
		chooser->open = false;
		break;
	case ACTION_TAG:
	case ACTION_OPEN:
		toggle(columns, chooser->at);
		break;
	case ACTION_SORT_LEFT:
		move(chooser, columns, -1);
		break;
	case ACTION_SORT_RIGHT:
		move(chooser, columns, 1);
		break;
	default:
		to = scroll_move(&chooser->scroll, action, (int)chooser->at,
			(int)columns->n);
		if (to >= 0)
			chooser->at = (unsigned)to;
		break;
	}
	return true;
}

void chooser_paint(struct chooser *chooser, const struct columns *columns,
	struct grid *grid)
{
	int cols = grid->cols < WIDTH ? grid->cols : WIDTH;
	int rows = (int)columns->n + 2, row, col, i;

	if (!chooser->open)
		return;
	if (rows > grid->rows)
		rows = grid->rows;
	row = (grid->rows - rows) / 2;
	col = (grid->cols - cols) / 2;
	chooser->scroll.rows = rows > 2 ? rows - 2 : 1;
	scroll_show(&chooser->scroll, (int)chooser->at, (int)columns->n);
	grid_fill(grid, row, col, rows, cols, ROLE_POPUP);
	if (rows > 2) {
		grid_box(grid, row, col, rows, cols, ROLE_POPUP_BORDER);
		grid_str(grid, row, col + 2, cols - 4, ROLE_TITLE,
			" columns: Space shows or hides, < > move, Esc closes ");
		row++;
	}
	for (i = 0; i < chooser->scroll.rows &&
	     i + chooser->scroll.top < (int)columns->n; i++, row++) {
		unsigned k = (unsigned)(i + chooser->scroll.top);
		const struct field *field = columns->fields[k];
		int role = k == chooser->at ? ROLE_SELECTED : ROLE_POPUP;

		grid_fill(grid, row, col + 1, 1, cols - 2, role);
		grid_fmt(grid, row, col + 2, cols - 4, role, "[%c] %-8s %s",
			!field->rank ? '*' : columns->hidden[k] ? ' ' : 'x',
			field->column, field->words);
	}
}
