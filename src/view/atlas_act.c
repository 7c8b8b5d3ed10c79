/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "atlas_impl.h"

int pane_first_col(const struct pane *pane, enum side side,
	const struct row *row)
{
	if (side == SIDE_PHYSICAL)
		return pane->label;
	return row->kind == ROW_HEAD ? pane->label : 1;
}

static struct pane *active_pane(struct atlas *atlas)
{
	return &atlas->panes[atlas->active];
}

static void remember(struct atlas *atlas)
{
	struct place *place;
	int i;

	if (atlas->nback == ATLAS_BACK) {
		memmove(atlas->back, atlas->back + 1,
			(ATLAS_BACK - 1) * sizeof(*atlas->back));
		atlas->nback--;
	}
	place = &atlas->back[atlas->nback++];
	place->active = atlas->active;
	for (i = 0; i < 2; i++) {
		place->cursor[i] = atlas->panes[i].cursor;
		place->shift[i] = atlas->panes[i].shift;
	}
}

static void go_back(struct atlas *atlas)
{
	const struct place *place;
	int i;

	if (!atlas->nback)
		return;
	place = &atlas->back[--atlas->nback];
	atlas->active = place->active;
	for (i = 0; i < 2; i++) {
		struct pane *pane = &atlas->panes[i];

		pane->cursor = place->cursor[i];
		if (pane->shift != place->shift[i])
			pane->fit = false;
		pane->shift = place->shift[i];
	}
	atlas->laid_out = false;
}

/* A row that the cursor can be on. */
static bool takes_cursor(const struct pane *pane, uint64_t n)
{
	struct row row = layout_row(&pane->layout, n);

	return row.ncells || (row.kind == ROW_HEAD &&
		pane->layout.sections[row.section].stretch >= 0);
}

/* Put the cursor into row N, at screen column COL or as near as can be. */
static void set_cursor(struct pane *pane, enum side side, uint64_t n, int col)
{
	struct row row = layout_row(&pane->layout, n);
	int cell = col - pane_first_col(pane, side, &row);
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

static int cursor_col(const struct pane *pane, enum side side, uint64_t *n)
{
	unsigned cell;
	struct row row;

	if (!pane_at(pane, n, &cell))
		return -1;
	row = layout_row(&pane->layout, *n);
	return pane_first_col(pane, side, &row) + (int)cell;
}

static void move_rows(struct atlas *atlas, int64_t by)
{
	struct pane *pane = active_pane(atlas);
	uint64_t n, last = pane->layout.nrows - 1, target;
	int col = cursor_col(pane, atlas->active, &n);
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
	set_cursor(pane, atlas->active, target, col);
	if (target == 0 || (step < 0 && pane->top == target))
		pane->top = target && layout_row(&pane->layout, target - 1)
			.kind != ROW_CELLS ? target - 1 : target;
	pane_show_cursor(pane);
}

static void move_cells(struct atlas *atlas, int by)
{
	struct pane *pane = active_pane(atlas);
	uint64_t n;
	unsigned cell;
	struct row row;

	if (!pane_at(pane, &n, &cell))
		return;
	row = layout_row(&pane->layout, n);
	if (by < 0 ? cell > 0 : cell + 1 < row.ncells) {
		set_cursor(pane, atlas->active, n,
			pane_first_col(pane, atlas->active, &row) +
			(int)cell + by);
		return;
	}
	do {
		if (by < 0 ? n == 0 : n + 1 >= pane->layout.nrows)
			return;
		n += (uint64_t)(int64_t)by;
	} while (!takes_cursor(pane, n));
	set_cursor(pane, atlas->active, n, by < 0 ? 1 << 20 : 0);
}

static void go_to_end(struct atlas *atlas, bool last)
{
	struct pane *pane = active_pane(atlas);
	uint64_t n = last ? pane->layout.nrows - 1 : 0;

	if (!pane->layout.nrows)
		return;
	remember(atlas);
	while (!takes_cursor(pane, n)) {
		if (last ? n == 0 : n + 1 == pane->layout.nrows)
			return;
		n = last ? n - 1 : n + 1;
	}
	set_cursor(pane, atlas->active, n, last ? 1 << 20 : 0);
	if (!last)
		pane->top = 0;
}

static void go_in_row(struct atlas *atlas, bool last)
{
	struct pane *pane = active_pane(atlas);
	uint64_t n;

	if (cursor_col(pane, atlas->active, &n) >= 0)
		set_cursor(pane, atlas->active, n, last ? 1 << 20 : 0);
}

/* To the other side, at the first mark there. */
static void switch_pane(struct atlas *atlas, const struct snapshot *snapshot)
{
	const struct focus *focus = &snapshot->focus;
	enum side to = !atlas->active;

	remember(atlas);
	atlas->active = to;
	if (snapshot->nlink && focus->side ==
			(to == SIDE_PHYSICAL ? FOCUS_VIRTUAL : FOCUS_PHYSICAL))
		atlas->panes[to].cursor = snapshot->link[0].first;
	atlas->laid_out = false;	/* a narrow screen shows one pane */
	pane_show_cursor(&atlas->panes[to]);
}

static void zoom(struct atlas *atlas, unsigned shift)
{
	struct pane *pane = active_pane(atlas);
	uint64_t row;
	unsigned cell;

	if (shift > SCALE_SHIFT_MAX)
		return;
	if (pane_at(pane, &row, &cell) && row >= pane->top &&
	    row - pane->top < (uint64_t)pane->rows)
		pane->hold = (int)(row - pane->top);
	pane->shift = shift;
	pane->fit = false;
	atlas->laid_out = false;
}

/* Zooming out ends where it no longer saves a row. */
static unsigned least_detail(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	const struct pane *pane = &atlas->panes[atlas->active];

	if (atlas->active == SIDE_VIRTUAL)
		return layout_fit_virtual(snapshot, 0,
			pane->layout.head_cells, pane->layout.row_cells);
	return layout_fit_physical(snapshot, 0, pane->layout.row_cells);
}

static bool act_zoom(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action)
{
	struct pane *pane = active_pane(atlas);

	switch (action) {
	case ACTION_ZOOM_IN:
		if (pane->shift)
			zoom(atlas, pane->shift - 1);
		return true;
	case ACTION_ZOOM_OUT:
		if (pane->shift < least_detail(atlas, snapshot))
			zoom(atlas, pane->shift + 1);
		return true;
	case ACTION_ZOOM_MOST:
		zoom(atlas, 0);
		return true;
	case ACTION_ZOOM_LEAST:
		zoom(atlas, least_detail(atlas, snapshot));
		return true;
	case ACTION_ZOOM_FIT:
		pane->fit = true;
		atlas->laid_out = false;
		return true;
	default:
		return false;
	}
}

static bool act_move(struct atlas *atlas, enum action action)
{
	int rows = active_pane(atlas)->rows;

	switch (action) {
	case ACTION_UP:
		move_rows(atlas, -1);
		return true;
	case ACTION_DOWN:
		move_rows(atlas, 1);
		return true;
	case ACTION_LEFT:
		move_cells(atlas, -1);
		return true;
	case ACTION_RIGHT:
		move_cells(atlas, 1);
		return true;
	case ACTION_PAGE_UP:
		move_rows(atlas, -rows);
		return true;
	case ACTION_PAGE_DOWN:
		move_rows(atlas, rows);
		return true;
	case ACTION_HALF_UP:
		move_rows(atlas, -(rows / 2 + 1));
		return true;
	case ACTION_HALF_DOWN:
		move_rows(atlas, rows / 2 + 1);
		return true;
	case ACTION_ROW_START:
	case ACTION_ROW_END:
		go_in_row(atlas, action == ACTION_ROW_END);
		return true;
	case ACTION_TOP:
	case ACTION_BOTTOM:
		go_to_end(atlas, action == ACTION_BOTTOM);
		return true;
	default:
		return false;
	}
}

bool atlas_act(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action)
{
	if (act_move(atlas, action) || act_zoom(atlas, snapshot, action))
		return true;
	switch (action) {
	case ACTION_OTHER_PANE:
		switch_pane(atlas, snapshot);
		return true;
	case ACTION_BACK:
		go_back(atlas);
		return true;
	case ACTION_OPEN:
		atlas->inspect = !atlas->inspect;
		return true;
	case ACTION_ONLY_MINE:
		atlas->only_mine = !atlas->only_mine;
		atlas->panes[SIDE_PHYSICAL].top = 0;
		atlas->laid_out = false;
		return true;
	case ACTION_COLOR_NEXT:
		atlas->coloring = (atlas->coloring + 1) % NCOLORINGS;
		return true;
	case ACTION_COLOR_PREV:
		atlas->coloring = (atlas->coloring + NCOLORINGS - 1) %
			NCOLORINGS;
		return true;
	default:
		return false;
	}
}

void atlas_show(struct atlas *atlas, const struct snapshot *snapshot,
	uint64_t start, uint64_t end)
{
	struct pane *pane = &atlas->panes[SIDE_VIRTUAL];
	uint64_t room = (uint64_t)pane->layout.row_cells *
		(uint64_t)(pane->rows > 4 ? pane->rows / 2 : 1);
	unsigned shift = 0;
	uint64_t row;
	unsigned cell;

	while ((end - start) >> shift > room)
		shift++;
	pane->shift = shift;
	pane->fit = false;
	pane->cursor = start;
	pane->placed = true;
	atlas->laid_out = false;
	atlas_update(atlas, snapshot, atlas->rows, atlas->cols,
		atlas->has_caption);
	/* With what lies before it in view as well. */
	if (!pane_at(pane, &row, &cell))
		return;
	if (row < pane->top || row >= pane->top + (uint64_t)pane->rows ||
	    row - pane->top > (uint64_t)pane->rows / 2)
		pane->top = row > 4 ? row - 4 : 0;
	pane_show_cursor(pane);
}

/* The pane at a place of the grid, or NULL. */
static struct pane *pane_under(struct atlas *atlas, int row, int col)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct pane *pane = &atlas->panes[i];

		if (pane->rows && row >= pane->row &&
		    row < pane->row + pane->rows && col >= pane->col &&
		    col < pane->col + pane->cols)
			return pane;
	}
	return NULL;
}

void atlas_click(struct atlas *atlas, int row, int col)
{
	struct pane *pane = pane_under(atlas, row, col);
	uint64_t n;

	if (!pane)
		return;
	atlas->active = (enum side)(pane - atlas->panes);
	n = pane->top + (uint64_t)(row - pane->row);
	if (takes_cursor(pane, n))
		set_cursor(pane, atlas->active, n, col - pane->col);
}

void atlas_scroll(struct atlas *atlas, int row, int col, int by)
{
	struct pane *pane = pane_under(atlas, row, col);
	uint64_t most;

	if (!pane)
		return;
	most = pane->layout.nrows > (uint64_t)pane->rows ?
		pane->layout.nrows - (uint64_t)pane->rows : 0;
	if (by < 0)
		pane->top = pane->top > (uint64_t)-by ?
			pane->top - (uint64_t)-by : 0;
	else
		pane->top = most - pane->top > (uint64_t)by ?
			pane->top + (uint64_t)by : most;
}
