/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "atlas_impl.h"
#include "vmatlas/view/bin.h"
#include "vmatlas/view/explain.h"
#include "vmatlas/view/explain_stack.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/frame_row.h"

/* What goes into the drawing of one screen. */
struct painter {
	struct atlas *atlas;
	const struct snapshot *snapshot;
	struct grid *grid;
	const struct marks *marks;	/* or NULL */
	bool seen[NROLES];	/* roles of cells that are on screen */
	long named;		/* the region named last, or -1 */
};

/* ---- cells */

/* The focus's pages, or frames, that lie in a cell that begins at START or
 * behind it, before END. */
static uint32_t linked(const struct snapshot *snapshot, uint64_t start,
	uint64_t end)
{
	size_t low = 0, high = snapshot->nlink;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->link[middle].index >= start)
			high = middle;
		else
			low = middle + 1;
	}
	return low < snapshot->nlink && snapshot->link[low].index < end ?
		snapshot->link[low].n : 0;
}

/* Marks are shown in the pane that the focus is not in, as long as the
 * answer is about where the cursor is now. */
static bool shows_marks(const struct painter *painter, enum side side)
{
	const struct focus *focus = &painter->snapshot->focus;
	const struct atlas *atlas = painter->atlas;
	uint64_t start, end;

	if (atlas->active == side ||
	    focus->side != (side == SIDE_PHYSICAL ? FOCUS_VIRTUAL :
		    FOCUS_PHYSICAL) ||
	    focus->other_shift != atlas->panes[side].shift ||
	    !pane_focus(&atlas->panes[atlas->active], &start, &end))
		return false;
	return focus->range.start == start && focus->range.end == end;
}

static void put_cell(struct painter *painter, int row, int col,
	struct look_of_cell look)
{
	/* What stands out does so however little there is. */
	if (look.role == ROLE_CURSOR || look.role == ROLE_MARK ||
	    look.role == ROLE_CHANGED)
		look.fill = FILL_FULL;
	grid_put_fill(painter->grid, row, col, (uint32_t)look.letter,
		look.role, look.fill);
}

/* The letter of a mark, before the row that it is in. */
static void paint_mark(const struct painter *painter, enum side side,
	uint64_t n, int grid_row, int col)
{
	const struct pane *pane = &painter->atlas->panes[side];
	char letter = painter->marks ? marks_in_row(painter->marks,
		painter->snapshot->process.id, side, &pane->layout, n) : 0;

	if (letter && col >= pane->col)
		grid_put(painter->grid, grid_row, col, (uint32_t)letter,
			ROLE_KEY);
}

static void paint_cells(struct painter *painter, enum side side,
	const struct row *row, uint64_t n, int grid_row)
{
	const struct pane *pane = &painter->atlas->panes[side];
	const struct section *section =
		&pane->layout.sections[row->section];
	int col = pane->col + pane_first_col(pane, row);
	bool marks = shows_marks(painter, side);
	uint64_t cursor_row = 0;
	unsigned cursor_cell = 0, i;
	bool cursor = painter->atlas->active == side &&
		pane_at(pane, &cursor_row, &cursor_cell) && cursor_row == n;

	paint_mark(painter, side, n, grid_row, col - 1);
	for (i = 0; i < row->ncells; i++) {
		struct look_of_cell look;
		struct tally tally;
		uint64_t start, end;

		layout_range(&pane->layout, row, i, &start, &end);
		if (side == SIDE_VIRTUAL) {
			bin_matching_pages(painter->snapshot, (size_t)section->region,
				start, end, &tally);
			look = paint_pages(&tally, painter->atlas->coloring,
				painter->snapshot);
		} else {
			bin_frames(painter->snapshot, start, end, &tally);
			look = paint_frames(&tally, painter->atlas->coloring,
				painter->snapshot);
		}
		/* What the filter hides is not there; where others' frames are
		 * it has nothing to say. */
		if (painter->snapshot->filter.n && !tally.matched &&
		    (side == SIDE_VIRTUAL || tally.content))
			look = (struct look_of_cell){ ' ', ROLE_DIM,
				FILL_NONE };
		painter->seen[look.role] = true;
		if (atlas_selects(painter->atlas, side, start, end)) {
			look.role = ROLE_SELECTED;
			look.fill = FILL_FULL;
		}
		if (cursor && i == cursor_cell)
			look.role = ROLE_CURSOR;
		else if (marks && linked(painter->snapshot, start,
				start + 1))
			look.role = ROLE_MARK;
		put_cell(painter, grid_row, col + (int)i, look);
	}
}

/* ---- rows of the virtual side */

/* The last part of a path; all of any other name. */
static struct text short_name(struct text name)
{
	size_t i;

	if (!name.n || name.p[0] != '/')
		return name;
	for (i = name.n; i > 0 && name.p[i - 1] != '/'; i--)
		;
	if (i == name.n)
		return name;
	return (struct text){ name.p + i, name.n - i };
}

/* Neighbours of one file name it once: on the first row that is on screen. */
static bool is_named_above(const struct painter *painter,
	const struct section *section)
{
	const struct region *regions = painter->snapshot->regions;
	const struct region *region = &regions[section->region];
	long i;

	if (painter->named < 0 || !region->inode)
		return false;
	for (i = section->region - 1; i >= painter->named; i--)
		if (regions[i].inode != region->inode ||
		    regions[i].major != region->major ||
		    regions[i].minor != region->minor)
			return false;
	return true;
}

static void paint_head(struct painter *painter, const struct row *row,
	int grid_row)
{
	const struct snapshot *snapshot = painter->snapshot;
	const struct pane *pane = &painter->atlas->panes[SIDE_VIRTUAL];
	const struct section *section = &pane->layout.sections[row->section];
	const struct region *region = &snapshot->regions[section->region];
	int limit = pane->col + (row->ncells ? pane->label - 1 : pane->cols);
	int col = pane->col;
	char perms[5], address[20];

	snprintf(address, sizeof(address), "%*" PRIx64, pane->address,
		section->scale.start);
	col = grid_str(painter->grid, grid_row, col, limit - col,
		region->changed ? ROLE_CHANGED : ROLE_REGION_ADDRESS,
		address) + 1;
	col = grid_str(painter->grid, grid_row, col,
		limit > col ? limit - col : 0, ROLE_DIM,
		region_perms(region, perms)) + 1;
	if (limit <= col || is_named_above(painter, section))
		return;
	painter->named = section->region;
	grid_text(painter->grid, grid_row, col, limit - col, ROLE_REGION,
		short_name(snapshot_region_title(snapshot,
			(size_t)section->region)));
}

static void paint_gap(struct painter *painter, const struct row *row,
	int grid_row)
{
	const struct pane *pane = &painter->atlas->panes[SIDE_VIRTUAL];
	const struct section *section = &pane->layout.sections[row->section];
	char size[TEXT_SIZE_MAX];

	grid_fmt(painter->grid, grid_row, pane->col + 1, pane->cols - 1,
		ROLE_GAP, "%s %s", grid_has_signs(painter->grid) ? "\xe2\x8b\xae" : "...",
		text_size(section->gap <<
			painter->snapshot->machine->page_shift, size));
}

/* ---- panes */

static int device_role(const struct painter *painter, const struct pane *pane,
	const struct row *row, uint64_t n)
{
	const struct section *section = &pane->layout.sections[row->section];
	uint64_t at = 0;
	unsigned cell;

	if (painter->atlas->active == SIDE_PHYSICAL &&
	    pane_at(pane, &at, &cell) && at == n)
		return ROLE_CURSOR;
	if (shows_marks(painter, SIDE_PHYSICAL) &&
	    linked(painter->snapshot, section->scale.start,
		    section->scale.end))
		return ROLE_MARK;
	return -1;
}

static void paint_row(struct painter *painter, enum side side, uint64_t n,
	int grid_row, bool top)
{
	const struct pane *pane = &painter->atlas->panes[side];
	struct row row = layout_row(&pane->layout, n);

	if (row.kind == ROW_NONE)
		return;
	if (row.kind == ROW_GAP) {
		paint_gap(painter, &row, grid_row);
		return;
	}
	if (side == SIDE_PHYSICAL &&
	    pane->layout.sections[row.section].stretch >= 0) {
		frame_row_device(painter->grid, painter->snapshot, pane, &row,
			grid_row, device_role(painter, pane, &row, n));
		return;
	}
	if (side == SIDE_PHYSICAL)
		frame_row_label(painter->grid, painter->snapshot, pane, &row,
			grid_row, top);
	else if (row.kind == ROW_HEAD)
		paint_head(painter, &row, grid_row);
	paint_cells(painter, side, &row, n, grid_row);
}

static void pane_title(const struct painter *painter, enum side side,
	char *out, size_t size)
{
	const struct pane *pane = &painter->atlas->panes[side];
	uint64_t n = UINT64_C(1) << pane->shift;
	char count[40], bytes[TEXT_SIZE_MAX];

	text_size(n << painter->snapshot->machine->page_shift, bytes);
	if (pane->shift < 10)
		snprintf(count, sizeof(count), "%" PRIu64, n);
	else
		snprintf(count, sizeof(count), "%" PRIu64 "%s",
			n >> pane->shift / 10 * 10,
			&"Ki\0Mi\0Gi\0Ti\0Pi"[(pane->shift / 10 - 1) * 3]);
	snprintf(out, size, "%s: %s %s%s a cell%s%s",
		side == SIDE_VIRTUAL ? "virtual" : "physical", count,
		side == SIDE_VIRTUAL ? "page" : "frame", n == 1 ? "" : "s",
		pane->cols > 50 ? ", " : "", pane->cols > 50 ? bytes : "");
}

/* Marks above and below what is on screen: an arrow and their number. */
static void paint_off_screen(struct painter *painter, enum side side,
	int top_row, int bottom_row)
{
	const struct snapshot *snapshot = painter->snapshot;
	const struct pane *pane = &painter->atlas->panes[side];
	uint64_t above = 0, below = 0, row;
	unsigned cell;
	size_t i;
	char text[32];

	if (!shows_marks(painter, side))
		return;
	for (i = 0; i < snapshot->nlink; i++) {
		if (!layout_find(&pane->layout, snapshot->link[i].index, &row,
			    &cell))
			continue;
		if (row < pane->top)
			above += snapshot->link[i].n;
		else if (row >= pane->top + (uint64_t)pane->rows)
			below += snapshot->link[i].n;
	}
	if (above) {
		snprintf(text, sizeof(text), " %s%" PRIu64 " ",
			grid_has_signs(painter->grid) ? "\xe2\x86\x91" : "^", above);
		grid_str(painter->grid, top_row, pane->col + pane->cols - 10,
			10, ROLE_MARK, text);
	}
	if (below) {
		snprintf(text, sizeof(text), " %s%" PRIu64 " ",
			grid_has_signs(painter->grid) ? "\xe2\x86\x93" : "v", below);
		grid_str(painter->grid, bottom_row,
			pane->col + pane->cols - 10, 10, ROLE_MARK, text);
	}
}

static void paint_border(struct painter *painter, enum side side)
{
	const struct atlas *atlas = painter->atlas;
	const struct pane *pane = &atlas->panes[side];
	bool active = atlas->active == side;
	const char *coloring = coloring_name(atlas->coloring);
	int top = pane->row - 1, left = pane->col - 1, n;
	char title[128];

	grid_box(painter->grid, top, left, pane->rows + 2, pane->cols + 2,
		active ? ROLE_BORDER_ACTIVE : ROLE_BORDER);
	pane_title(painter, side, title, sizeof(title));
	n = (int)strlen(coloring) + 2;
	grid_fmt(painter->grid, top, left + 2, pane->cols - n - 1,
		active ? ROLE_TITLE : ROLE_TEXT, " %s ", title);
	if (pane->cols > n + 14)
		grid_fmt(painter->grid, top, pane->col + pane->cols - n - 1, n,
			ROLE_DIM, " %s ", coloring);
}

/* Why there are no frames to be seen. */
static void paint_reason(struct painter *painter)
{
	const struct facts *facts = &painter->snapshot->machine->facts;
	const struct pane *pane = &painter->atlas->panes[SIDE_PHYSICAL];
	static const char *const lines[2][2] = {
		{ "frames: ?  their numbers are not told",
		  "seeing them needs CAP_SYS_ADMIN (root)" },
		{ "frames: ?  their numbers are not told",
		  "here, so their places are not known" },
	};
	int i, row = pane->row + pane->rows / 2 - 1;

	if (facts->pfn_visible || pane->rows < 5)
		return;
	grid_fill(painter->grid, row, pane->col, 2, pane->cols, ROLE_WARNING);
	for (i = 0; i < 2; i++)
		grid_str(painter->grid, row + i, pane->col, pane->cols,
			ROLE_WARNING, lines[facts->uid == 0][i]);
}

static void paint_pane(struct painter *painter, enum side side)
{
	const struct atlas *atlas = painter->atlas;
	const struct pane *pane = &atlas->panes[side];
	int i;

	if (!pane->rows)
		return;
	if (atlas->border)
		paint_border(painter, side);
	for (i = 0; i < pane->rows; i++)
		paint_row(painter, side, pane->top + (uint64_t)i,
			pane->row + i, i == 0);
	if (atlas->border)
		paint_off_screen(painter, side, pane->row - 1,
			pane->row + pane->rows);
	if (side == SIDE_PHYSICAL)
		paint_reason(painter);
}

/* ---- the foot */

/* Of the letters on screen as many as fit: what has content first. */
static void paint_foot_legend(struct painter *painter, int row)
{
	struct grid *grid = painter->grid;
	struct legend_entry entry;
	int col = 1, pass;
	unsigned i;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; paint_legend(painter->atlas->coloring,
			     painter->snapshot, i, &entry); i++) {
			if (!painter->seen[entry.role] ||
			    (entry.fill == FILL_NONE) != pass)
				continue;
			if (col + (int)strlen(entry.title) + 3 >= grid->cols)
				return;
			grid_put_fill(grid, row, col, (uint32_t)entry.letter,
				entry.role, (enum fill)entry.fill);
			col = grid_str(grid, row, col + 2, -1, ROLE_TEXT,
				entry.title) + 2;
		}
}

/* The line of keys, with the inspector open or not. */
static const struct key_label *foot_labels(bool inspect)
{
	static const struct key_label labels[] = {
		{ "1", "Proc" }, { "2", "Atlas" }, { "3", "Regions" },
		{ "4", "Share" }, { "5", "Compare" }, { "6", "Memory" },
		{ "7", "Events" }, { "c", "Color" }, { "/", "Find" },
		{ "Enter", "Inspect" }, { "Tab", "Pane" }, { "+-", "Zoom" },
		{ "a", "Fit" }, { "o", "Only" }, { "z", "Freeze" },
		{ "?", "Help" }, { "q", "Quit" }, { NULL, NULL },
	};
	static const struct key_label inspecting[] = {
		{ "Tab", "Part" }, { "S-Tab", "Back" }, { "Esc", "Close" },
		{ "+-", "Zoom" }, { "a", "Fit" }, { "c", "Color" },
		{ "z", "Freeze" }, { "?", "Help" }, { "q", "Quit" },
		{ NULL, NULL },
	};

	return inspect ? inspecting : labels;
}

static void paint_foot(struct painter *painter,
	const struct atlas_status *status)
{
	struct parts parts = atlas_parts(painter->atlas);
	struct grid *grid = painter->grid;
	int row = grid->rows - parts.keys - parts.legend - parts.explain;
	struct buf line = { 0 };

	if (parts.explain && status->message) {
		grid_line(grid, row, 1, -1, status->is_warning ? ROLE_WARNING :
			ROLE_MESSAGE, text_of(status->message));
	} else if (parts.explain) {
		if (painter->atlas->selection.on) {
			atlas_explain_selection(painter->atlas,
				painter->snapshot, &line);
		} else {
			explain_line(&line, painter->atlas,
				painter->snapshot);
			explain_stack(&line, painter->atlas,
				painter->snapshot);
		}
		grid_line(grid, row, 1, -1, ROLE_TEXT, text_of(buf_text(&line)));
	}
	row += parts.explain;
	if (parts.legend)
		paint_foot_legend(painter, row);
	if (parts.keys)
		foot_paint(grid, grid->rows - 1,
			foot_labels(painter->atlas->inspect), status->keys);
	buf_fini(&line);
}

void atlas_paint(struct atlas *atlas, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid)
{
	struct painter painter = { .atlas = atlas, .snapshot = snapshot,
		.grid = grid, .marks = status->marks, .named = -1 };
	struct parts parts = atlas_parts(atlas);

	grid_clear(grid);
	atlas_paint_head(snapshot, status, parts.header, grid);
	if (parts.caption) {
		grid_fill(grid, parts.header, 0, 1, grid->cols, ROLE_MESSAGE);
		grid_str(grid, parts.header, 1, -1, ROLE_MESSAGE,
			status->caption ? status->caption : "");
	}
	paint_pane(&painter, SIDE_VIRTUAL);
	paint_pane(&painter, SIDE_PHYSICAL);
	paint_foot(&painter, status);
	atlas_paint_inspector(atlas, snapshot, grid);
}
