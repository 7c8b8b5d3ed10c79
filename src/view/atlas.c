/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/atlas.h"

#include <string.h>

#include "atlas_impl.h"
#include "inspect.h"
#include "vmatlas/view/explain_stack.h"
#include "vmatlas/view/frame_row.h"

/* From these widths on there are two panes, and a panel beside them. */
#define TWO_PANES_COLS 60
#define SIDE_PANEL_MIN 140
#define SIDE_PANEL_LEAST 40
#define SIDE_PANEL_MOST 66
/* What the panes have before the panel grows. */
#define SIDE_PANES_COLS 136

void atlas_init(struct atlas *atlas)
{
	memset(atlas, 0, sizeof(*atlas));
	pane_init(&atlas->panes[SIDE_VIRTUAL], false);
	pane_init(&atlas->panes[SIDE_PHYSICAL], true);
}

void atlas_fini(struct atlas *atlas)
{
	layout_fini(&atlas->panes[SIDE_VIRTUAL].layout);
	layout_fini(&atlas->panes[SIDE_PHYSICAL].layout);
}

/* ---- where things are on the grid */

/* How many rows each part gets; panes take what is left. */
struct parts atlas_parts(const struct atlas *atlas)
{
	int rows = atlas->rows;
	struct parts parts = {
		.header = rows >= 9 ? 2 : rows >= 2 ? 1 : 0,
		.caption = atlas->has_caption && rows >= 6,
		.border = rows >= 9,
		.explain = rows >= 5,
		.legend = rows >= 13,
		.keys = rows >= 7,
	};
	int used = parts.header + parts.caption + parts.explain +
		parts.legend + parts.keys + (parts.border ? 2 : 0);

	parts.pane = rows - used;
	return parts;
}

static int side_columns(int cols)
{
	int side = cols - SIDE_PANES_COLS;

	return side < SIDE_PANEL_LEAST ? SIDE_PANEL_LEAST :
		side > SIDE_PANEL_MOST ? SIDE_PANEL_MOST : side;
}

static void place_panes(struct atlas *atlas)
{
	struct parts parts = atlas_parts(atlas);
	struct pane *v = &atlas->panes[SIDE_VIRTUAL];
	struct pane *p = &atlas->panes[SIDE_PHYSICAL];
	int row = parts.header + parts.caption + parts.border;
	int edge = parts.border ? 1 : 0;
	int cols = atlas->cols, half;

	atlas->border = parts.border;
	atlas->side_col = 0;
	if (cols >= SIDE_PANEL_MIN) {
		cols -= side_columns(cols);
		atlas->side_col = cols;
	}
	if (cols < TWO_PANES_COLS) {
		struct pane *shown = &atlas->panes[atlas->active];

		pane_place(v, 0, 0, 0, 0);
		pane_place(p, 0, 0, 0, 0);
		pane_place(shown, row, edge, parts.pane, cols - 2 * edge);
		return;
	}
	half = cols / 2;
	pane_place(v, row, edge, parts.pane, half - 2 * edge);
	pane_place(p, row, half + edge, parts.pane, cols - half - 2 * edge);
	if (!edge)		/* a blank between them */
		p->col++, p->cols--;
}

/* ---- layouts */

static int hex_digits(uint64_t value)
{
	int digits = 1;

	while (value >>= 4)
		digits++;
	return digits;
}

/* Columns of page numbers: of the highest region below the gate. */
static int address_columns(const struct snapshot *snapshot)
{
	size_t i = snapshot->nregions;

	while (i && snapshot->regions[i - 1].type == REGION_VSYSCALL)
		i--;
	return i ? hex_digits((snapshot->regions[i - 1].end - 1) >>
		snapshot->machine->page_shift) : 5;
}

static void measure_virtual(struct pane *pane, const struct snapshot *snapshot,
	unsigned *head_cells, unsigned *row_cells)
{
	int name;

	pane->address = address_columns(snapshot);
	/* Address, rights, and a third of the rest for the name. */
	name = (pane->cols - pane->address - 6) / 2;
	if (name < 6)
		name = 6;
	if (name > 32)
		name = 32;
	pane->label = pane->address + 6 + name + 1;
	if (pane->label >= pane->cols)
		pane->label = pane->cols - 1;
	*head_cells = pane->cols - pane->label > 1 ?
		(unsigned)(pane->cols - pane->label) : 1;
	*row_cells = pane->cols > 2 ? (unsigned)pane->cols - 1 : 1;
}

static void lay_out_virtual(struct atlas *atlas,
	const struct snapshot *snapshot)
{
	struct pane *pane = &atlas->panes[SIDE_VIRTUAL];
	unsigned head, row;

	measure_virtual(pane, snapshot, &head, &row);
	if (pane->fit)
		pane->shift = layout_fit_virtual(snapshot,
			(unsigned)pane->rows, head, row);
	layout_virtual(&pane->layout, snapshot, pane->shift, head, row);
}

static void lay_out_physical(struct atlas *atlas,
	const struct snapshot *snapshot)
{
	struct pane *pane = &atlas->panes[SIDE_PHYSICAL];
	unsigned row = frame_row_measure(pane);

	if (pane->fit)
		pane->shift = layout_fit_physical(snapshot,
			(unsigned)pane->rows, row);
	layout_physical(&pane->layout, snapshot, pane->shift, row,
		atlas->only_mine);
}

/* Where a person would look first: the heap, else the first own memory. */
static void first_cursor(struct atlas *atlas, const struct snapshot *snapshot)
{
	struct pane *pane = &atlas->panes[SIDE_VIRTUAL];
	size_t i, best = 0;

	if (pane->placed || !snapshot->nregions)
		return;
	for (i = snapshot->nregions; i-- > 0;)
		if (snapshot->regions[i].type == REGION_HEAP ||
		    (snapshot->regions[i].write &&
		     snapshot->regions[best].type != REGION_HEAP))
			best = i;
	pane->cursor = snapshot->regions[best].start >>
		snapshot->machine->page_shift;
	pane->placed = true;
}

/* Another process, or this one after an exec: then its name is another one,
 * and where the cursor was there is nothing. */
static bool is_other(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	const struct process *process = &snapshot->process;

	if (process->id.pid != atlas->id.pid ||
	    (process->id.starttime && atlas->id.starttime &&
	     process->id.starttime != atlas->id.starttime))
		return true;
	return snapshot->nregions &&
		strcmp(process->name, atlas->name) &&
		snapshot_region(snapshot,
			atlas->panes[SIDE_VIRTUAL].cursor) < 0;
}

void atlas_go(struct atlas *atlas, int pid, uint64_t vpn, unsigned shift)
{
	atlas->goal = (struct atlas_goal){ .pid = pid, .place = {
		.active = SIDE_VIRTUAL, .cursor = { vpn }, .shift = { shift } } };
	atlas->laid_out = false;
}

bool atlas_place(const struct atlas *atlas, struct place *out)
{
	int i;

	out->active = atlas->active;
	for (i = 0; i < 2; i++) {
		out->cursor[i] = atlas->panes[i].cursor;
		out->shift[i] = atlas->panes[i].shift;
	}
	return atlas->panes[SIDE_VIRTUAL].placed;
}

void atlas_go_place(struct atlas *atlas, int pid, const struct place *place)
{
	atlas->goal = (struct atlas_goal){ pid, true, *place };
	atlas->laid_out = false;
}

/* Is the process there that it goes to?  Then the cursor is where it should
 * be. */
static void take_goal(struct atlas *atlas, const struct snapshot *snapshot)
{
	const struct place *place = &atlas->goal.place;
	int i;

	if (!atlas->goal.pid || !snapshot->nregions ||
	    snapshot->process.id.pid != atlas->goal.pid)
		return;
	for (i = 0; i <= atlas->goal.both; i++) {
		struct pane *pane = &atlas->panes[i];

		pane->cursor = place->cursor[i];
		pane->shift = place->shift[i];
		pane->fit = false;
		pane->placed = true;
		/* With what lies before it in view as well. */
		pane->hold = 4;
	}
	atlas->active = place->active;
	atlas->goal.pid = 0;
}

void atlas_update(struct atlas *atlas, const struct snapshot *snapshot,
	int rows, int cols, bool has_caption)
{
	struct pane *v = &atlas->panes[SIDE_VIRTUAL];
	struct pane *p = &atlas->panes[SIDE_PHYSICAL];
	bool moved = rows != atlas->rows || cols != atlas->cols ||
		has_caption != atlas->has_caption || !atlas->laid_out;
	bool other = is_other(atlas, snapshot);

	atlas->rows = rows;
	atlas->cols = cols;
	atlas->has_caption = has_caption;
	if (other) {
		v->placed = p->placed = false;
		v->fit = p->fit = true;
		v->top = p->top = 0;
		atlas->nback = 0;
		atlas_drop_selection(atlas);
	}
	take_goal(atlas, snapshot);
	atlas->id = snapshot->process.id;
	memcpy(atlas->name, snapshot->process.name, sizeof(atlas->name));
	place_panes(atlas);
	if (moved || other || snapshot->layout != atlas->layout ||
	    snapshot->nregions != atlas->nregions)
		lay_out_virtual(atlas, snapshot);
	atlas->layout = snapshot->layout;
	atlas->nregions = snapshot->nregions;
	lay_out_physical(atlas, snapshot);
	if (!v->placed)
		first_cursor(atlas, snapshot);
	if (!p->placed && p->layout.nsections) {
		p->cursor = p->layout.sections[0].scale.start;
		p->placed = true;
	}
	pane_settle(v);
	pane_settle(p);
	if (moved || other) {
		pane_show_cursor(v);
		pane_show_cursor(p);
	}
	atlas->laid_out = snapshot->nregions != 0;
}

/* ---- wishes */

/* Sorted ranges of what a pane shows, and a screen more on either side. */
static unsigned visible_ranges(const struct pane *pane,
	struct page_range *ranges)
{
	uint64_t rows = (uint64_t)pane->rows, first, last;
	unsigned n = 0;

	if (!pane->rows || pane->shift >= BLOCK_SHIFT)
		return 0;
	first = pane->top > rows ? pane->top - rows : 0;
	last = pane->top + 2 * rows;
	for (; first < last; first++) {
		struct row row = layout_row(&pane->layout, first);
		uint64_t start, end, unused;

		if (row.kind == ROW_NONE)
			break;
		if (!row.ncells)
			continue;
		layout_range(&pane->layout, &row, 0, &start, &unused);
		layout_range(&pane->layout, &row, row.ncells - 1, &unused,
			&end);
		if (n && ranges[n - 1].end == start)
			ranges[n - 1].end = end;
		else if (n < WISH_RANGES)
			ranges[n++] = (struct page_range){ start, end };
		else	/* a tall screen: rather too much than too little */
			ranges[n - 1].end = end;
	}
	return n;
}

/* From the first page on screen to the last. */
static struct page_range shown_range(const struct pane *pane)
{
	struct page_range range = { 0, 0 };
	uint64_t at, start, end, unused;

	for (at = pane->top; at < pane->top + (uint64_t)pane->rows; at++) {
		struct row row = layout_row(&pane->layout, at);

		if (row.kind == ROW_NONE)
			break;
		if (!row.ncells)
			continue;
		layout_range(&pane->layout, &row, 0, &start, &unused);
		layout_range(&pane->layout, &row, row.ncells - 1, &unused,
			&end);
		if (!range.end)
			range.start = start;
		range.end = end;
	}
	return range;
}

void atlas_wish(const struct atlas *atlas, const struct snapshot *snapshot,
	struct wish *wish)
{
	const struct pane *active = &atlas->panes[atlas->active];
	const struct pane *other = &atlas->panes[!atlas->active];
	uint64_t start, end;

	wish->npages = visible_ranges(&atlas->panes[SIDE_VIRTUAL],
		wish->pages);
	wish->shown = shown_range(&atlas->panes[SIDE_VIRTUAL]);
	wish->nframes = visible_ranges(&atlas->panes[SIDE_PHYSICAL],
		wish->frames);
	wish->want_stacks = explain_wants_stacks(atlas, snapshot);
	wish->want_heat = coloring_is_heat(atlas->coloring);
	wish->want_fitness = atlas->inspect || atlas->side_col;
	wish->want_contents = inspect_wants_bytes(atlas);
	/* Asking everybody costs too much to be done unasked. */
	if (atlas->inspect && atlas_frame(atlas, snapshot, &start)) {
		wish->question = QUESTION_OWNERS;
		wish->asked_pfns = (struct page_range){ start, start + 1 };
	}
	wish->focus.side = FOCUS_NONE;
	if (!pane_focus(active, &start, &end))
		return;
	wish->focus.side = atlas->active == SIDE_VIRTUAL ? FOCUS_VIRTUAL :
		FOCUS_PHYSICAL;
	wish->focus.range = (struct page_range){ start, end };
	wish->focus.other_shift = other->shift;
}
