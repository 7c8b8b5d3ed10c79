/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "atlas_impl.h"
#include "inspect.h"
#include "vmatlas/view/explain.h"

#define LABEL_COLS 11
#define POPUP_COLS 76
/* A panel with so many rows has the page tables below the facts. */
#define STACK_ROWS 34
/* Less of them is not worth a place below. */
#define PART_ROWS 10

static const char *const part_names[NINSPECT_PARTS] = {
#define X(id, name) name,
	INSPECT_PARTS(X)
#undef X
};

/* ---- parts, and the keys for them */

bool inspect_is_stacked(const struct atlas *atlas)
{
	return atlas->side_col && atlas_parts(atlas).pane >= STACK_ROWS;
}

int inspect_cols(const struct atlas *atlas)
{
	int cols = atlas->side_col ? atlas->cols - atlas->side_col :
		atlas->cols;

	return (cols > POPUP_COLS ? POPUP_COLS : cols) - 2;
}

static bool has_part(const struct atlas *atlas,
	const struct snapshot *snapshot, enum inspect_part part)
{
	switch (part) {
	case INSPECT_TABLES:
		return inspect_has_walk(atlas, snapshot);
	case INSPECT_CONTENTS:
	case INSPECT_STRINGS:
		return inspect_has_bytes(atlas, snapshot);
	case INSPECT_OWNERS:
		return inspect_has_owners(atlas, snapshot);
	default:
		return part == INSPECT_FACTS;
	}
}

enum inspect_part inspect_part(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	return atlas->inspect && has_part(atlas, snapshot, atlas->part) ?
		atlas->part : INSPECT_FACTS;
}

/* The part behind PART (or, BY -1, before it) that there is and that is not on
 * screen anyway; false: none. */
static bool other_part(const struct atlas *atlas,
	const struct snapshot *snapshot, int by, enum inspect_part *part)
{
	int i = (int)*part + by;

	while (i >= 0 && i < NINSPECT_PARTS &&
	       (!has_part(atlas, snapshot, (enum inspect_part)i) ||
		(i == INSPECT_TABLES && inspect_is_stacked(atlas))))
		i += by;
	if (i < 0 || i >= NINSPECT_PARTS)
		return false;
	*part = (enum inspect_part)i;
	return true;
}

/* Past the last part, Tab leads to where it would have led at once. */
static bool act_tab(struct atlas *atlas, const struct snapshot *snapshot,
	int by)
{
	enum inspect_part part = inspect_part(atlas, snapshot);
	bool more = other_part(atlas, snapshot, by, &part);

	atlas->part = more ? part : INSPECT_FACTS;
	atlas->scroll = atlas->owner = 0;
	return more;
}

/* Where the facts have more rows than there is room for, these keys scroll
 * them; what moves the cursor shows other facts from their first on. */
static bool act_facts(struct atlas *atlas, enum action action)
{
	int page = atlas->part_rows > 1 ? atlas->part_rows - 1 : 1;
	bool back = action == ACTION_PAGE_UP || action == ACTION_HALF_UP;

	if (!atlas->facts_over ||
	    (!back && action != ACTION_PAGE_DOWN && action != ACTION_HALF_DOWN)) {
		atlas->facts_top = 0;
		return false;
	}
	if (action == ACTION_HALF_UP || action == ACTION_HALF_DOWN)
		page = (page + 1) / 2;
	atlas->facts_top += back ? -page : page;
	if (atlas->facts_top > atlas->facts_over)
		atlas->facts_top = atlas->facts_over;
	if (atlas->facts_top < 0)
		atlas->facts_top = 0;
	return true;
}

bool inspect_act(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action)
{
	enum inspect_part part = inspect_part(atlas, snapshot);

	if (!atlas->inspect)
		return false;
	if (part == INSPECT_FACTS && act_facts(atlas, action))
		return true;
	if (action == ACTION_OTHER_PANE || action == ACTION_OTHER_PANE_BACK)
		return act_tab(atlas, snapshot,
			action == ACTION_OTHER_PANE ? 1 : -1);
	if (action == ACTION_BACK && part != INSPECT_FACTS) {
		atlas->part = INSPECT_FACTS;
		return true;
	}
	if (part == INSPECT_CONTENTS || part == INSPECT_STRINGS)
		return inspect_act_bytes(atlas, snapshot, action);
	return part == INSPECT_OWNERS &&
		inspect_act_owners(atlas, snapshot, action);
}

/* ---- drawn */

int inspect_paint_text(const struct inspect_box *box, int row, int col,
	int role, struct text text)
{
	int width = box->col + box->cols - col - 1;

	do {
		struct text part = text;

		while (part.n && grid_width(box->grid, part) > width) {
			size_t n = part.n;

			while (n && part.p[n - 1] != ' ')
				n--;
			if (!n)
				break;
			part.n = n - 1;
		}
		if (!part.n || grid_width(box->grid, part) > width)
			part = text;	/* one long word is cut */
		if (row >= box->first && row < box->end)
			grid_line(box->grid, row, col, width, role, part);
		row++;
		text.p += part.n;
		text.n -= part.n;
		text = text_trim(text);
	} while (text.n);
	return row;
}

/* LINES of "title<TAB>text"; returns the row behind all that they need. */
static int paint_lines(const struct inspect_box *box, struct text lines)
{
	struct text line, title;
	int row = box->row;

	while (text_line(&lines, &line)) {
		if (!memchr(line.p, '\t', line.n)) {
			row = inspect_paint_text(box, row, box->col + 1,
				ROLE_POPUP, line);
			continue;
		}
		text_until(&line, '\t', &title);
		if (row >= box->first && row < box->end)
			grid_text(box->grid, row, box->col + 1, LABEL_COLS,
				ROLE_POPUP_BORDER, title);
		row = inspect_paint_text(box, row, box->col + 1 + LABEL_COLS,
			ROLE_POPUP, line);
	}
	return row;
}

static int paint_facts(const struct atlas *atlas,
	const struct snapshot *snapshot, const struct inspect_box *box)
{
	struct buf lines = { 0 };
	int row;

	explain_inspect(&lines, atlas, snapshot);
	row = paint_lines(box, (struct text){ buf_text(&lines), lines.len });
	buf_fini(&lines);
	return row;
}

/* One part alone; returns the row behind all that it needs. */
static int paint_part(struct atlas *atlas,
	const struct snapshot *snapshot, enum inspect_part part,
	const struct inspect_box *box)
{
	if (box->end > box->row)
		atlas->part_rows = box->end - box->row;
	switch (part) {
	case INSPECT_TABLES:
		return inspect_paint_walk(snapshot, box);
	case INSPECT_CONTENTS:
		return inspect_paint_contents(atlas, snapshot, box);
	case INSPECT_STRINGS:
		return inspect_paint_strings(atlas, snapshot, box);
	case INSPECT_OWNERS:
		inspect_paint_owners(atlas, snapshot, box);
		return box->row + inspect_owners_rows(snapshot);
	default:
		return paint_facts(atlas, snapshot, box);
	}
}

/* The names of the parts in the border ROW, from FIRST on; the one that takes
 * the keys stands out. */
static void paint_tabs(const struct atlas *atlas,
	const struct snapshot *snapshot, struct grid *grid, int row, int col,
	int end, enum inspect_part first)
{
	enum inspect_part part = inspect_part(atlas, snapshot);
	int i, n = 0;

	for (i = (int)first; i < NINSPECT_PARTS; i++)
		n += has_part(atlas, snapshot, (enum inspect_part)i);
	if (n < 2 && first == INSPECT_FACTS) {
		grid_str(grid, row, col, end - col, ROLE_TITLE, " inspector ");
		return;
	}
	for (i = (int)first; i < NINSPECT_PARTS; i++) {
		if (!has_part(atlas, snapshot, (enum inspect_part)i) ||
		    (i == INSPECT_TABLES && inspect_is_stacked(atlas)))
			continue;
		grid_put(grid, row, col, ' ', ROLE_TEXT);
		col = grid_str(grid, row, col + 1, end - col - 1,
			i == (int)part ? ROLE_SELECTED : ROLE_TITLE,
			part_names[i]);
	}
	if (col < end)
		grid_put(grid, row, col, ' ', ROLE_TEXT);
}

/* In the border below: what looking at bytes does. */
static void paint_note(const struct snapshot *snapshot, struct grid *grid,
	int row, int col, int cols)
{
	if (snapshot->contents.asked && snapshot->contents.n && cols > 36)
		grid_str(grid, row, col + cols - 36, 36, ROLE_DIM,
			" to reclaim, this look was a use ");
}

/* A line across the box, with room for a title. */
static void paint_rule(const struct inspect_box *box, int row)
{
	int i;

	for (i = 0; i < box->cols; i++)
		grid_put(box->grid, row, box->col + i,
			box->grid->utf8 ? 0x2500 : '-', ROLE_BORDER);
}

/* A tall panel: facts, page tables, and another part below as long as there
 * is one. */
static void paint_stack(struct atlas *atlas,
	const struct snapshot *snapshot, const struct inspect_box *box)
{
	enum inspect_part part = inspect_part(atlas, snapshot), shown;
	struct inspect_box rest = *box;

	rest.row = paint_facts(atlas, snapshot, box);
	if (inspect_has_walk(atlas, snapshot) && rest.row + 1 < rest.end) {
		paint_rule(&rest, rest.row);
		grid_str(rest.grid, rest.row, rest.col + 1, -1, ROLE_TITLE,
			" page tables ");
		rest.row++;
		rest.row = inspect_paint_walk(snapshot, &rest);
	}
	if (!atlas->inspect)
		return;
	/* Contents are there for the eye before the keys are theirs. */
	shown = part > INSPECT_TABLES ? part : INSPECT_CONTENTS;
	if (!has_part(atlas, snapshot, shown))
		return;
	if (rest.row > rest.end - PART_ROWS)
		rest.row = rest.end - PART_ROWS;
	grid_fill(rest.grid, rest.row, rest.col, rest.end - rest.row, rest.cols,
		ROLE_POPUP);
	paint_rule(&rest, rest.row);
	paint_tabs(atlas, snapshot, rest.grid, rest.row, rest.col + 1,
		rest.col + rest.cols, INSPECT_TABLES);
	rest.row++;
	paint_part(atlas, snapshot, shown, &rest);
}

static void paint_panel(struct atlas *atlas,
	const struct snapshot *snapshot, struct grid *grid)
{
	const struct pane *pane = &atlas->panes[SIDE_VIRTUAL];
	int top = pane->row ? pane->row - 1 : 0, rows;
	struct inspect_box box = { .grid = grid, .row = top + 1,
		.col = atlas->side_col + 1,
		.cols = grid->cols - atlas->side_col - 2 };

	rows = atlas_parts(atlas).pane + 2;
	box.end = top + rows - 1;
	grid_fill(grid, top, box.col - 1, rows, box.cols + 2, ROLE_POPUP);
	grid_box(grid, top, box.col - 1, rows, box.cols + 2, ROLE_BORDER);
	paint_note(snapshot, grid, box.end, box.col, box.cols);
	if (inspect_is_stacked(atlas)) {
		grid_str(grid, top, box.col + 1, -1, ROLE_TITLE,
			" inspector ");
		paint_stack(atlas, snapshot, &box);
		return;
	}
	if (atlas->inspect)
		paint_tabs(atlas, snapshot, grid, top, box.col + 1,
			box.col + box.cols, INSPECT_FACTS);
	else
		grid_str(grid, top, box.col + 1, -1, ROLE_TITLE,
			" inspector ");
	paint_part(atlas, snapshot, inspect_part(atlas, snapshot), &box);
}

/* In the border above: which page it is, as the pop-up hides the map. */
static void paint_address(const struct atlas *atlas,
	const struct snapshot *snapshot, struct grid *grid, int row, int end)
{
	uint64_t start, last;
	char text[24];
	int n;

	if (inspect_part(atlas, snapshot) == INSPECT_FACTS ||
	    atlas->active != SIDE_VIRTUAL || grid->cols < POPUP_COLS ||
	    !pane_focus(&atlas->panes[SIDE_VIRTUAL], &start, &last))
		return;
	n = snprintf(text, sizeof(text), " 0x%" PRIx64 " ",
		start << snapshot->machine->page_shift);
	grid_str(grid, row, end - n, n, ROLE_TEXT, text);
}

/* In the border below: that the facts go on, and how to see it. */
static void paint_over(const struct atlas *atlas, struct grid *grid, int row,
	int col, int cols)
{
	int below = atlas->facts_over - atlas->facts_top;

	if (atlas->facts_over)
		grid_fmt(grid, row, col + 2, cols - 4, ROLE_TITLE,
			below ? " PgDn: %d more " : " PgUp: %d above ",
			below ? below : atlas->facts_top);
}

/* The facts from the first row that is wanted on. */
static void scroll_facts(struct atlas *atlas, struct inspect_box *box, int over)
{
	atlas->facts_over = over > 0 ? over : 0;
	if (atlas->facts_top > atlas->facts_over)
		atlas->facts_top = atlas->facts_over;
	box->first = box->row;
	box->row -= atlas->facts_top;
}

static void paint_popup(struct atlas *atlas,
	const struct snapshot *snapshot, struct grid *grid)
{
	enum inspect_part part = inspect_part(atlas, snapshot);
	int cols = grid->cols > POPUP_COLS ? POPUP_COLS : grid->cols;
	int col = (grid->cols - cols) / 2, rows, top;
	struct inspect_box box = { .grid = grid, .col = col + 1,
		.cols = cols - 2 };
	int room = grid->rows - (grid->rows >= 12 ? 2 : grid->rows > 5 ? 1 : 0), over;

	rows = paint_part(atlas, snapshot, part, &box) + 2;
	over = rows - room;
	if (rows > room)
		rows = room;
	top = (grid->rows - rows) / 2;
	box.row = top + 1;
	box.end = top + rows - 1;
	grid_fill(grid, top, col, rows, cols, ROLE_POPUP);
	grid_box(grid, top, col, rows, cols, ROLE_POPUP_BORDER);
	paint_tabs(atlas, snapshot, grid, top, col + 2, col + cols - 1,
		INSPECT_FACTS);
	paint_address(atlas, snapshot, grid, top, col + cols - 2);
	paint_note(snapshot, grid, box.end, box.col, box.cols);
	atlas->part_rows = box.end - box.row;
	if (part == INSPECT_FACTS) {
		scroll_facts(atlas, &box, over);
		paint_over(atlas, grid, box.end, col, cols);
		paint_facts(atlas, snapshot, &box);
	} else {
		paint_part(atlas, snapshot, part, &box);
	}
}

void atlas_paint_inspector(struct atlas *atlas,
	const struct snapshot *snapshot, struct grid *grid)
{
	atlas->facts_over = 0;
	if (atlas->side_col)
		paint_panel(atlas, snapshot, grid);
	else if (atlas->inspect && grid->rows >= 4)
		paint_popup(atlas, snapshot, grid);
}
