/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "atlas_impl.h"
#include "inspect.h"

static struct pane *active_pane(struct atlas *atlas)
{
	return &atlas->panes[atlas->active];
}

void atlas_remember(struct atlas *atlas)
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

/* To the other side, at the first mark there. */
static void switch_pane(struct atlas *atlas, const struct snapshot *snapshot)
{
	const struct focus *focus = &snapshot->focus;
	enum side to = !atlas->active;

	atlas_remember(atlas);
	atlas->active = to;
	if (snapshot->nlink && focus->side ==
			(to == SIDE_PHYSICAL ? FOCUS_VIRTUAL : FOCUS_PHYSICAL))
		atlas->panes[to].cursor = snapshot->link[0].first;
	atlas->laid_out = false;	/* a narrow screen shows one pane */
	pane_show_cursor(&atlas->panes[to]);
}

/* A jump that there is a way back from. */
static bool act_move(struct atlas *atlas, enum action action)
{
	struct pane *pane = active_pane(atlas);

	if ((action == ACTION_TOP || action == ACTION_BOTTOM) &&
	    pane->layout.nrows)
		atlas_remember(atlas);
	return pane_move(pane, action);
}

static void zoom(struct atlas *atlas, unsigned shift)
{
	pane_zoom(active_pane(atlas), shift);
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

bool atlas_act(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action)
{
	if (inspect_act(atlas, snapshot, action))
		return true;
	if (atlas_act_selection(atlas, snapshot, action))
		return true;
	if (act_move(atlas, action) || act_zoom(atlas, snapshot, action))
		return true;
	switch (action) {
	case ACTION_OTHER_PANE:
	case ACTION_OTHER_PANE_BACK:
		switch_pane(atlas, snapshot);
		return true;
	case ACTION_BACK:
		go_back(atlas);
		return true;
	case ACTION_OPEN:
		atlas->inspect = !atlas->inspect;
		atlas->part = INSPECT_FACTS;
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

void atlas_close(struct atlas *atlas)
{
	atlas->inspect = false;
	atlas->part = INSPECT_FACTS;
}

/* About how many rows START..END takes, with 2^SHIFT in a cell: gaps take
 * none. */
static uint64_t rows_of_range(const struct pane *pane,
	const struct snapshot *snapshot, enum side side, uint64_t start,
	uint64_t end, unsigned shift)
{
	unsigned page_shift = snapshot->machine->page_shift;
	uint64_t rows = 0, cells = pane->layout.row_cells;
	size_t i;

	if (side == SIDE_PHYSICAL)
		return ((end - start) >> shift) / cells + 1;
	for (i = 0; i < snapshot->nregions; i++) {
		const struct region *region = &snapshot->regions[i];
		uint64_t from = region->start >> page_shift;
		uint64_t to = region->end >> page_shift, n;

		from = from < start ? start : from;
		to = to > end ? end : to;
		if (from >= to)
			continue;
		n = ((to - from) >> shift) + 1;
		rows += n <= pane->layout.head_cells ? 1 : n / cells + 2;
	}
	return rows;
}

void atlas_zoom_to(struct atlas *atlas, const struct snapshot *snapshot,
	enum side side, uint64_t start, uint64_t end)
{
	struct pane *pane = &atlas->panes[side];
	uint64_t room = pane->rows > 4 ? (uint64_t)pane->rows / 2 : 1, row;
	unsigned shift = 0, cell;

	while (shift < SCALE_SHIFT_MAX && rows_of_range(pane, snapshot, side,
			start, end, shift) > room)
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

void atlas_show(struct atlas *atlas, const struct snapshot *snapshot,
	uint64_t start, uint64_t end)
{
	atlas_zoom_to(atlas, snapshot, SIDE_VIRTUAL, start, end);
}

void atlas_jump_range(struct atlas *atlas, const struct snapshot *snapshot,
	uint64_t start, uint64_t end)
{
	atlas_remember(atlas);
	atlas->active = SIDE_VIRTUAL;
	atlas_show(atlas, snapshot, start, end);
}

/* Is INDEX in a section of the pane? */
static bool has_index(const struct pane *pane, uint64_t index)
{
	size_t i;

	for (i = 0; i < pane->layout.nsections; i++)
		if (index >= pane->layout.sections[i].scale.start &&
		    index < pane->layout.sections[i].scale.end)
			return true;
	return false;
}

bool atlas_jump(struct atlas *atlas, const struct snapshot *snapshot,
	enum side side, uint64_t index, bool to_pages)
{
	struct pane *pane = &atlas->panes[side];
	uint64_t row;
	unsigned cell;

	if (!has_index(pane, index))
		return false;
	atlas_remember(atlas);
	atlas->active = side;
	pane->cursor = index;
	pane->placed = true;
	if (side == SIDE_PHYSICAL)
		atlas->only_mine = false;
	if (to_pages) {
		pane->shift = 0;
		pane->fit = false;
	}
	atlas->laid_out = false;
	atlas_update(atlas, snapshot, atlas->rows, atlas->cols,
		atlas->has_caption);
	/* With what lies before it in view as well. */
	if (pane_at(pane, &row, &cell) && (row < pane->top ||
			row >= pane->top + (uint64_t)pane->rows))
		pane->top = row > 4 ? row - 4 : 0;
	pane_show_cursor(pane);
	return true;
}

/* The pane at a place of the grid, or NULL. */
static struct pane *pane_under(struct atlas *atlas, int row, int col)
{
	int i;

	for (i = 0; i < 2; i++)
		if (pane_is_under(&atlas->panes[i], row, col))
			return &atlas->panes[i];
	return NULL;
}

void atlas_click(struct atlas *atlas, int row, int col)
{
	struct pane *pane = pane_under(atlas, row, col);

	if (!pane)
		return;
	atlas->active = (enum side)(pane - atlas->panes);
	pane_click(pane, pane->top + (uint64_t)(row - pane->row),
		col - pane->col);
}

void atlas_scroll(struct atlas *atlas, int row, int col, int by)
{
	struct pane *pane = pane_under(atlas, row, col);

	if (pane)
		pane_scroll(pane, by);
}
