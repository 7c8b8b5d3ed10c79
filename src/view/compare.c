/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/compare.h"

#include <string.h>

#include "vmatlas/view/frame_row.h"

/* Addresses within so many pages keep their place in a cell. */
#define ALIGN_PAGES (UINT64_C(1) << 24)
/* From this width on, physical memory is at the side. */
#define TWO_PANES_COLS 140
/* And from this one on there are figures before a row's cells. */
#define FIGURES_COLS 60
#define FIGURES_WIDTH 18

void compare_init(struct compare *compare)
{
	memset(compare, 0, sizeof(*compare));
	pane_init(&compare->pages, false);
	pane_init(&compare->frames, true);
}

void compare_fini(struct compare *compare)
{
	layout_fini(&compare->pages.layout);
	layout_fini(&compare->frames.layout);
}

/* ---- rows and places */

static const struct compare_row *row_of(const struct compare *compare,
	const struct comparison *comparison, size_t section)
{
	long row = compare->pages.layout.sections[section].region;

	return (size_t)row < comparison->nrows ? &comparison->rows[row] : NULL;
}

static enum compare_side side_of(const struct compare_row *row)
{
	return row->is_in[COMPARE_A] ? COMPARE_A : COMPARE_B;
}

const struct compare_row *compare_focus(const struct compare *compare,
	const struct comparison *comparison, struct page_range *pages)
{
	const struct pane *pane = &compare->pages;
	const struct compare_row *row;
	uint64_t n, base;
	unsigned cell;
	size_t section;

	if (!pane_at(pane, &n, &cell) ||
	    !pane_focus(pane, &pages->start, &pages->end))
		return NULL;
	section = layout_row(&pane->layout, n).section;
	row = row_of(compare, comparison, section);
	base = pane->layout.sections[section].scale.start;
	pages->start -= base;
	pages->end -= base;
	return row && pages->start < row->npages ? row : NULL;
}

bool compare_chosen(const struct compare *compare,
	const struct snapshot *snapshot, struct proc_id *id,
	struct page_range *pages)
{
	const struct comparison *comparison = &snapshot->comparison;
	const struct compare_row *row = compare_focus(compare, comparison,
		pages);
	enum compare_side side;

	if (!row)
		return false;
	side = side_of(row);
	*id = comparison->processes[side].id;
	pages->start += row->start[side];
	pages->end += row->start[side];
	return true;
}

static void remember_cursor(struct compare *compare,
	const struct comparison *comparison)
{
	struct page_range pages;
	const struct compare_row *row = compare_focus(compare, comparison,
		&pages);

	if (!row)
		return;
	compare->side = side_of(row);
	compare->start = row->start[compare->side];
	compare->vpn = compare->start + pages.start;
}

/* ---- layout */

static bool is_shown(const struct compare *compare,
	const struct comparison *comparison, const struct compare_row *row)
{
	uint64_t differ = row->pages[RELATION_DIFFER] +
		row->pages[RELATION_ONLY_A] + row->pages[RELATION_ONLY_B];

	if (!row->npages)
		return false;
	if (!comparison_is_known(comparison))
		return true;
	return differ ||
		(!compare->only_differing && row->pages[RELATION_SAME]);
}

static struct scale scale_of(const struct compare_row *row, uint64_t base,
	unsigned shift)
{
	uint64_t start = base + row->start[side_of(row)] % ALIGN_PAGES;

	return (struct scale){ start, start + row->npages, shift };
}

/* For layout_fit. */
struct rows_arg {
	const struct compare *compare;
	const struct comparison *comparison;
};

static uint64_t count_rows(const void *arg, unsigned shift,
	unsigned head_cells, unsigned row_cells)
{
	const struct rows_arg *all = arg;
	const struct comparison *comparison = all->comparison;
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < comparison->nrows; i++) {
		const struct compare_row *row = &comparison->rows[i];
		struct scale scale = scale_of(row, 0, shift);

		if (is_shown(all->compare, comparison, row))
			rows += layout_region_rows(&scale, head_cells,
				row_cells);
	}
	return rows;
}

static uint64_t shown_rows(const struct compare *compare,
	const struct comparison *comparison)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < comparison->nrows; i++)
		n += is_shown(compare, comparison, &comparison->rows[i]);
	return n;
}

static unsigned fit(const struct compare *compare,
	const struct comparison *comparison, unsigned rows)
{
	const struct rows_arg arg = { compare, comparison };
	const struct layout_rows all = { count_rows, &arg,
		shown_rows(compare, comparison) };

	return layout_fit(&all, rows, compare->pages.layout.head_cells,
		compare->pages.layout.row_cells);
}

static int hex_digits(uint64_t value)
{
	int digits = 1;

	while (value >>= 4)
		digits++;
	return digits;
}

/* Columns: who has it, address, rights, a third of the rest for the name,
 * three figures, cells. */
static void measure(struct compare *compare,
	const struct comparison *comparison)
{
	struct pane *pane = &compare->pages;
	unsigned head_cells, row_cells;
	uint64_t last = 0;
	int name, before;
	size_t i;

	for (i = 0; i < comparison->nrows; i++) {
		const struct compare_row *row = &comparison->rows[i];
		uint64_t start = row->start[side_of(row)];

		/* The gate is not worth four columns. */
		if (start > last && start < UINT64_C(1) << 48)
			last = start;
	}
	pane->address = hex_digits(last);
	before = 2 + pane->address + 6 +
		(pane->cols >= FIGURES_COLS ? FIGURES_WIDTH : 0);
	name = (pane->cols - before) / 3;
	name = name < 6 ? 6 : name > 32 ? 32 : name;
	pane->label = before + name + 1;
	if (pane->label >= pane->cols)
		pane->label = pane->cols - 1;
	head_cells = pane->cols - pane->label > 1 ?
		(unsigned)(pane->cols - pane->label) : 1;
	row_cells = pane->cols > 2 ? (unsigned)pane->cols - 1 : 1;
	layout_begin(&pane->layout, head_cells, row_cells);
}

static void lay_out_pages(struct compare *compare,
	const struct comparison *comparison)
{
	struct pane *pane = &compare->pages;
	uint64_t base = 0;
	size_t i;

	measure(compare, comparison);
	if (pane->fit)
		pane->shift = fit(compare, comparison, (unsigned)pane->rows);
	for (i = 0; i < comparison->nrows; i++) {
		const struct compare_row *row = &comparison->rows[i];
		struct scale scale = scale_of(row, base, pane->shift);

		if (!is_shown(compare, comparison, row))
			continue;
		layout_add_region(&pane->layout, &scale, (long)i, 0);
		base = (scale.end + ALIGN_PAGES - 1) / ALIGN_PAGES *
			ALIGN_PAGES;
	}
}

static void lay_out_frames(struct compare *compare,
	const struct snapshot *snapshot)
{
	struct pane *pane = &compare->frames;
	unsigned row;

	if (!pane->rows)
		return;
	row = frame_row_measure(pane);
	pane->shift = layout_fit_physical(snapshot, (unsigned)pane->rows, row);
	layout_physical(&pane->layout, snapshot, pane->shift, row, false);
	pane_settle(pane);
}

/* ---- the cursor finds its page again */

static bool find_cursor(struct compare *compare,
	const struct comparison *comparison, bool same_row)
{
	const struct layout *layout = &compare->pages.layout;
	size_t i;

	for (i = 0; i < layout->nsections; i++) {
		const struct compare_row *row = row_of(compare, comparison, i);
		uint64_t start = row->start[compare->side];

		if (!row->is_in[compare->side] || compare->vpn < start ||
		    compare->vpn >= start + row->npages ||
		    (same_row && start != compare->start))
			continue;
		compare->pages.cursor = layout->sections[i].scale.start +
			compare->vpn - start;
		return true;
	}
	return false;
}

/* The first page of a row that is not the same in both. */
static uint64_t first_difference(const struct comparison *comparison,
	const struct compare_row *row)
{
	size_t i, last = row->first_run + row->nruns;

	for (i = row->first_run; i < last; i++)
		if (comparison->runs[i].relation == RELATION_DIFFER)
			return comparison->runs[i].page;
	return 0;
}

/* Where a person would look first: where most is different. */
static void first_cursor(struct compare *compare,
	const struct comparison *comparison)
{
	const struct layout *layout = &compare->pages.layout;
	size_t i, best = 0;

	if (!layout->nsections)
		return;
	for (i = 0; i < layout->nsections; i++)
		if (row_of(compare, comparison, i)->pages[RELATION_DIFFER] >
		    row_of(compare, comparison, best)->pages[RELATION_DIFFER])
			best = i;
	compare->pages.cursor = layout->sections[best].scale.start +
		first_difference(comparison, row_of(compare, comparison, best));
	compare->pages.placed = true;
}

static void place_cursor(struct compare *compare,
	const struct comparison *comparison)
{
	if (!compare->pages.placed)
		first_cursor(compare, comparison);
	else if (!find_cursor(compare, comparison, true))
		find_cursor(compare, comparison, false);
}

/* ---- the screen */

static void place_panes(struct compare *compare)
{
	int rows = compare->rows, cols = compare->cols, left = cols;
	int edge = rows >= 9 ? 1 : 0;
	int head = rows >= 9 ? 2 : rows >= 2 ? 1 : 0;
	int foot = (rows >= 5) + (rows >= 13) + (rows >= 7);
	int room = rows - head - foot - 2 * edge;

	pane_place(&compare->frames, 0, 0, 0, 0);
	if (cols >= TWO_PANES_COLS) {
		left = cols * 3 / 5;
		pane_place(&compare->frames, head + edge, left + edge, room,
			cols - left - 2 * edge);
	}
	pane_place(&compare->pages, head + edge, edge, room, left - 2 * edge);
}

/* Is it about other two than before?  The same two the other way round are no
 * others: the cursor stays on its page.  What is not there yet is not about
 * anybody. */
static bool take_ids(struct compare *compare,
	const struct comparison *comparison)
{
	int a = comparison->processes[COMPARE_A].id.pid;
	int b = comparison->processes[COMPARE_B].id.pid;
	bool same, swapped;

	if (!comparison->serial)
		return false;
	same = compare->pids[COMPARE_A] == a && compare->pids[COMPARE_B] == b;
	swapped = compare->pids[COMPARE_A] == b &&
		compare->pids[COMPARE_B] == a;
	if (swapped)
		compare->side = !compare->side;
	compare->pids[COMPARE_A] = a;
	compare->pids[COMPARE_B] = b;
	return !same && !swapped;
}

void compare_update(struct compare *compare, const struct snapshot *snapshot,
	int rows, int cols)
{
	const struct comparison *comparison = &snapshot->comparison;
	struct pane *pane = &compare->pages;
	bool moved = rows != compare->rows || cols != compare->cols;

	if (!comparison->nrows)
		compare->laid_out = false;
	if (take_ids(compare, comparison)) {
		pane->placed = compare->laid_out = false;
		pane->fit = true;
		pane->top = 0;
	}
	compare->rows = rows;
	compare->cols = cols;
	place_panes(compare);
	lay_out_frames(compare, snapshot);
	if (!moved && compare->laid_out &&
	    compare->serial == comparison->serial)
		return;
	lay_out_pages(compare, comparison);
	place_cursor(compare, comparison);
	pane_settle(pane);
	if (moved || !compare->laid_out)
		pane_show_cursor(pane);
	remember_cursor(compare, comparison);
	compare->serial = comparison->serial;
	compare->laid_out = comparison->nrows != 0;
}

/* ---- keys */

static bool act_zoom(struct compare *compare,
	const struct comparison *comparison, enum action action)
{
	struct pane *pane = &compare->pages;
	unsigned least = fit(compare, comparison, 0);

	switch (action) {
	case ACTION_ZOOM_IN:
		if (pane->shift)
			pane_zoom(pane, pane->shift - 1);
		break;
	case ACTION_ZOOM_OUT:
		if (pane->shift < least)
			pane_zoom(pane, pane->shift + 1);
		break;
	case ACTION_ZOOM_MOST:
		pane_zoom(pane, 0);
		break;
	case ACTION_ZOOM_LEAST:
		pane_zoom(pane, least);
		break;
	case ACTION_ZOOM_FIT:
		pane->fit = true;
		break;
	case ACTION_ONLY_MINE:
		compare->only_differing = !compare->only_differing;
		break;
	default:
		return false;
	}
	compare->laid_out = false;
	return true;
}

bool compare_act(struct compare *compare, const struct snapshot *snapshot,
	enum action action)
{
	const struct comparison *comparison = &snapshot->comparison;

	if (!compare->laid_out)
		return false;
	if (!pane_move(&compare->pages, action))
		return act_zoom(compare, comparison, action);
	remember_cursor(compare, comparison);
	return true;
}

void compare_click(struct compare *compare, const struct snapshot *snapshot,
	int row, int col)
{
	struct pane *pane = &compare->pages;

	if (pane_is_under(pane, row, col) &&
	    pane_click(pane, pane->top + (uint64_t)(row - pane->row),
		    col - pane->col))
		remember_cursor(compare, &snapshot->comparison);
}

void compare_scroll(struct compare *compare, int row, int col, int n)
{
	if (pane_is_under(&compare->frames, row, col))
		pane_scroll(&compare->frames, n);
	else
		pane_scroll(&compare->pages, n);
}
