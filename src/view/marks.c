/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/marks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/view/role.h"

#define LIST_COLS 72

static char letter_of(unsigned i)
{
	return (char)(i < 26 ? 'a' + (int)i : 'A' + (int)i - 26);
}

struct mark *marks_of(struct marks *marks, uint32_t letter)
{
	if (letter >= 'a' && letter <= 'z')
		return &marks->at[letter - 'a'];
	if (letter >= 'A' && letter <= 'Z')
		return &marks->at[letter - 'A' + 26];
	return NULL;
}

static bool is_here(const struct mark *mark, struct proc_id id, enum side side)
{
	if (!mark->set || !mark->has_place || mark->place.active != side)
		return false;
	return side == SIDE_PHYSICAL || (mark->id.pid == id.pid &&
		mark->id.starttime == id.starttime);
}

char marks_in_row(const struct marks *marks, struct proc_id id,
	enum side side, const struct layout *layout, uint64_t n)
{
	uint64_t row;
	unsigned i, cell;

	for (i = 0; i < MARKS_MAX; i++)
		if (is_here(&marks->at[i], id, side) &&
		    layout_find(layout, marks->at[i].place.cursor[side], &row,
			    &cell) && row == n)
			return letter_of(i);
	return 0;
}

/* ---- the list */

static void paint_mark(const struct mark *mark, char letter,
	unsigned page_shift, struct grid *grid, int row, int col, int cols)
{
	const struct place *place = &mark->place;
	char text[40];
	int at;

	grid_put(grid, row, col, (uint32_t)letter, ROLE_KEY);
	grid_str(grid, row, col + 2, 9, ROLE_POPUP, mark->title);
	if (!mark->id.pid)
		return;
	grid_fmt(grid, row, col + 11, 8, ROLE_POPUP, "%7d", mark->id.pid);
	grid_text(grid, row, col + 20, 15, ROLE_POPUP, text_of(mark->name));
	if (!mark->has_place)
		return;
	if (place->active == SIDE_VIRTUAL)
		snprintf(text, sizeof(text), "%" PRIx64,
			place->cursor[SIDE_VIRTUAL] << page_shift);
	else
		snprintf(text, sizeof(text), "frame 0x%" PRIx64,
			place->cursor[SIDE_PHYSICAL]);
	at = grid_str(grid, row, col + 36, cols - 36, ROLE_VALUE, text) + 1;
	if (place->active == SIDE_VIRTUAL && at < col + cols)
		grid_text(grid, row, at, col + cols - at, ROLE_POPUP,
			text_of(mark->region));
}

void marks_paint(const struct marks *marks, unsigned page_shift,
	struct grid *grid)
{
	int cols = grid->cols < LIST_COLS ? grid->cols : LIST_COLS;
	int col = (grid->cols - cols) / 2, n = 0, rows, row;
	unsigned i;

	for (i = 0; i < MARKS_MAX; i++)
		n += marks->at[i].set;
	rows = n + 2 + !n;
	if (rows > grid->rows - 2)
		rows = grid->rows - 2;
	if (rows < 3)
		return;
	row = (grid->rows - rows) / 2;
	grid_fill(grid, row, col, rows, cols, ROLE_POPUP);
	grid_box(grid, row, col, rows, cols, ROLE_POPUP_BORDER);
	grid_str(grid, row, col + 2, cols - 4, ROLE_TITLE, " marks ");
	if (!n)
		grid_str(grid, row + 1, col + 2, cols - 4, ROLE_POPUP,
			"there are none");
	rows += row - 1;
	for (i = 0, row++; i < MARKS_MAX && row < rows; i++)
		if (marks->at[i].set)
			paint_mark(&marks->at[i], letter_of(i), page_shift,
				grid, row++, col + 2, cols - 4);
}
