/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/pane.h"

#include <string.h>

/* Far to the right of any cell. */
#define LAST_CELL (1 << 20)

void pane_init(struct pane *pane, bool labelled)
{
	memset(pane, 0, sizeof(*pane));
	pane->fit = true;
	pane->hold = -1;
	pane->labelled = labelled;
}

void pane_place(struct pane *pane, int row, int col, int rows, int cols)
{
	pane->row = row;
	pane->col = col;
	pane->rows = rows > 0 && cols > 0 ? rows : 0;
	pane->cols = cols;
}

int pane_first_col(const struct pane *pane, const struct row *row)
{
	return pane->labelled || row->kind == ROW_HEAD ? pane->label : 1;
}

bool pane_at(const struct pane *pane, uint64_t *row, unsigned *cell)
{
	return layout_find(&pane->layout, pane->cursor, row, cell);
}

bool pane_focus(const struct pane *pane, uint64_t *start, uint64_t *end)
{
	uint64_t at;
	unsigned cell;
	struct row row;

	if (!pane_at(pane, &at, &cell))
		return false;
	row = layout_row(&pane->layout, at);
	if (row.kind == ROW_NONE || row.kind == ROW_GAP)
		return false;
	if (!row.ncells) {
		const struct section *section =
			&pane->layout.sections[row.section];

		*start = section->scale.start;
		*end = section->scale.end;
		return true;
	}
	layout_range(&pane->layout, &row, cell, start, end);
	return true;
}

/* ---- what is on screen */

void pane_show_cursor(struct pane *pane)
{
	uint64_t row, rows = (uint64_t)pane->rows;
	unsigned cell;

	if (!pane->rows || !pane_at(pane, &row, &cell))
		return;
	if (row < pane->top)
		pane->top = row;
	else if (row >= pane->top + rows)
		pane->top = row - rows + 1;
	/* The name above the first row of cells is worth a line. */
	if (pane->top && pane->top == row &&
	    layout_row(&pane->layout, row).kind == ROW_CELLS &&
	    layout_row(&pane->layout, row - 1).kind == ROW_HEAD && rows > 1)
		pane->top--;
}

/* The highest row that may be the first on screen. */
static uint64_t last_top(const struct pane *pane)
{
	uint64_t rows = (uint64_t)pane->rows;

	return pane->layout.nrows > rows ? pane->layout.nrows - rows : 0;
}

void pane_settle(struct pane *pane)
{
	uint64_t row;
	unsigned cell;

	/* What is around the cursor stays around it when it is magnified. */
	if (pane->hold >= 0 && pane_at(pane, &row, &cell))
		pane->top = row > (uint64_t)pane->hold ?
			row - (uint64_t)pane->hold : 0;
	pane->hold = -1;
	if (pane->top > last_top(pane))
		pane->top = last_top(pane);
}

void pane_scroll(struct pane *pane, int by)
{
	uint64_t most = last_top(pane);

	if (by < 0)
		pane->top = pane->top > (uint64_t)-by ?
			pane->top - (uint64_t)-by : 0;
	else
		pane->top = pane->top < most && most - pane->top > (uint64_t)by
			? pane->top + (uint64_t)by : most;
}

void pane_zoom(struct pane *pane, unsigned shift)
{
	uint64_t row;
	unsigned cell;

	if (shift > SCALE_SHIFT_MAX)
		return;
	if (pane_at(pane, &row, &cell) && row >= pane->top &&
	    row - pane->top < (uint64_t)pane->rows)
		pane->hold = (int)(row - pane->top);
	pane->shift = shift;
	pane->fit = false;
}

/* ---- the cursor moves */

/* A row that the cursor can be on. */
static bool takes_cursor(const struct pane *pane, uint64_t n)
{
	struct row row = layout_row(&pane->layout, n);

	return row.ncells || (row.kind == ROW_HEAD &&
		pane->layout.sections[row.section].stretch >= 0);
}

/* Put the cursor into row N, at column COL or as near as can be. */
static void set_cursor(struct pane *pane, uint64_t n, int col)
{
	struct row row = layout_row(&pane->layout, n);
	int cell = col - pane_first_col(pane, &row);
	uint64_t end;

	if (!row.ncells) {
		pane->cursor = pane->layout.sections[row.section].scale.start;
	} else {
		if (cell < 0)
			cell = 0;
		if (cell >= (int)row.ncells)
			cell = (int)row.ncells - 1;
		layout_range(&pane->layout, &row, (unsigned)cell,
			&pane->cursor, &end);
	}
	pane_show_cursor(pane);
}

static int cursor_col(const struct pane *pane, uint64_t *n)
{
	unsigned cell;
	struct row row;

	if (!pane_at(pane, n, &cell))
		return -1;
	row = layout_row(&pane->layout, *n);
	return pane_first_col(pane, &row) + (int)cell;
}

static void move_rows(struct pane *pane, int64_t by)
{
	uint64_t n, last = pane->layout.nrows - 1, target;
	int col = cursor_col(pane, &n);
	int step = by < 0 ? -1 : 1;

	if (col < 0)
		return;
	if (by < 0)
		target = n > (uint64_t)-by ? n - (uint64_t)-by : 0;
	else
		target = last - n > (uint64_t)by ? n + (uint64_t)by : last;
	/* Past rows that hold nothing, else back to the last that does. */
	while (!takes_cursor(pane, target)) {
		if ((step < 0 && !target) || (step > 0 && target == last)) {
			step = -step;
			if (target == n)
				return;
		}
		target += (uint64_t)(int64_t)step;
	}
	set_cursor(pane, target, col);
	if (target == 0 || (step < 0 && pane->top == target))
		pane->top = target && layout_row(&pane->layout, target - 1)
			.kind != ROW_CELLS ? target - 1 : target;
	pane_show_cursor(pane);
}

static void move_cells(struct pane *pane, int by)
{
	uint64_t n;
	unsigned cell;
	struct row row;

	if (!pane_at(pane, &n, &cell))
		return;
	row = layout_row(&pane->layout, n);
	if (by < 0 ? cell > 0 : cell + 1 < row.ncells) {
		set_cursor(pane, n, pane_first_col(pane, &row) + (int)cell +
			by);
		return;
	}
	do {
		if (by < 0 ? n == 0 : n + 1 >= pane->layout.nrows)
			return;
		n += (uint64_t)(int64_t)by;
	} while (!takes_cursor(pane, n));
	set_cursor(pane, n, by < 0 ? LAST_CELL : 0);
}

static void go_to_end(struct pane *pane, bool last)
{
	uint64_t n = last ? pane->layout.nrows - 1 : 0;

	if (!pane->layout.nrows)
		return;
	while (!takes_cursor(pane, n)) {
		if (last ? n == 0 : n + 1 == pane->layout.nrows)
			return;
		n = last ? n - 1 : n + 1;
	}
	set_cursor(pane, n, last ? LAST_CELL : 0);
	if (!last)
		pane->top = 0;
}

static void go_in_row(struct pane *pane, bool last)
{
	uint64_t n;

	if (cursor_col(pane, &n) >= 0)
		set_cursor(pane, n, last ? LAST_CELL : 0);
}

bool pane_move(struct pane *pane, enum action action)
{
	switch (action) {
	case ACTION_UP:
		move_rows(pane, -1);
		return true;
	case ACTION_DOWN:
		move_rows(pane, 1);
		return true;
	case ACTION_LEFT:
		move_cells(pane, -1);
		return true;
	case ACTION_RIGHT:
		move_cells(pane, 1);
		return true;
	case ACTION_PAGE_UP:
		move_rows(pane, -pane->rows);
		return true;
	case ACTION_PAGE_DOWN:
		move_rows(pane, pane->rows);
		return true;
	case ACTION_HALF_UP:
		move_rows(pane, -(pane->rows / 2 + 1));
		return true;
	case ACTION_HALF_DOWN:
		move_rows(pane, pane->rows / 2 + 1);
		return true;
	case ACTION_ROW_START:
	case ACTION_ROW_END:
		go_in_row(pane, action == ACTION_ROW_END);
		return true;
	case ACTION_TOP:
	case ACTION_BOTTOM:
		go_to_end(pane, action == ACTION_BOTTOM);
		return true;
	default:
		return false;
	}
}

bool pane_is_under(const struct pane *pane, int row, int col)
{
	return pane->rows && row >= pane->row && row < pane->row + pane->rows &&
		col >= pane->col && col < pane->col + pane->cols;
}

bool pane_click(struct pane *pane, uint64_t n, int col)
{
	if (!takes_cursor(pane, n))
		return false;
	set_cursor(pane, n, col);
	return true;
}
