/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/demangle.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/functions.h"
#include "vmatlas/view/mode.h"
#include "vmatlas/view/role.h"

/* From which width on there is room for a column beside the name; what the
 * list is sorted by is there in any case. */
static const int least_cols[NFUNCTION_COLUMNS] = {
	[FUNCTIONS_BY_BYTES] = 34, [FUNCTIONS_BY_RESIDENT] = 48,
	[FUNCTIONS_BY_PAGES] = 60, [FUNCTIONS_BY_PRESENT] = 60,
	[FUNCTIONS_BY_SECTION] = 100,
};

struct column {
	const char *title;
	int width;		/* < 0: to the left; 0: what is left */
};

static const struct column columns[NFUNCTION_COLUMNS] = {
#define X(id, title, width) { title, width },
	FUNCTION_COLUMNS(X)
#undef X
};

struct painter {
	const struct function_view *view;
	const struct snapshot *snapshot;
	struct grid *grid;
};

/* -1: it is left out. */
static int width_of(const struct painter *painter, unsigned column)
{
	if (painter->grid->cols < least_cols[column] &&
	    painter->view->sort != column)
		return -1;
	/* Of 64 bits more than 48 are rarely used. */
	if (column == FUNCTIONS_BY_ADDRESS && painter->view->file.end >> 48)
		return 16;
	return abs(columns[column].width);
}

/* Returns the column behind it. */
static int put(const struct painter *painter, int row, int col,
	unsigned column, int role, const char *text)
{
	int width = width_of(painter, column);
	int room = painter->grid->cols - col;
	int used = grid_width(painter->grid, text_of(text));

	if (width < 0)
		return col;
	/* A number that is cut would be another one. */
	if (room <= 0 || (columns[column].width > 0 && width > room))
		return painter->grid->cols;
	if (!width || width > room)
		width = room;
	grid_str(painter->grid, row, columns[column].width > 0 && used < width ?
		col + width - used : col, width, role, text);
	return col + width + 1;
}

static void paint_titles(const struct painter *painter)
{
	unsigned i;
	int col = 1;

	grid_fill(painter->grid, 1, 0, 1, painter->grid->cols, ROLE_HEADER);
	for (i = 0; i < NFUNCTION_COLUMNS; i++)
		col = put(painter, 1, col, i, painter->view->sort == i ?
			ROLE_TITLE : ROLE_HEADER, columns[i].title);
}

/* A figure, "-" for none of it, "?" where it is not known. */
static const char *figure(bool known, const char *text, bool none)
{
	return !known ? "?" : none ? "-" : text;
}

static void paint_row(const struct painter *painter, int row,
	const struct function *it, bool chosen)
{
	const struct functions *functions = &painter->snapshot->functions;
	const char *names = buf_text(&functions->names);
	bool sized = it->size, known = sized && functions->known;
	int role = chosen ? ROLE_SELECTED : known && !it->present ? ROLE_DIM :
		ROLE_TEXT;
	struct buf name = { 0 };
	char text[32], size[TEXT_SIZE_MAX];
	int col = 1;

	if (chosen)
		grid_fill(painter->grid, row, 0, 1, painter->grid->cols, role);
	snprintf(text, sizeof(text), "%" PRIx64, it->va);
	col = put(painter, row, col, FUNCTIONS_BY_ADDRESS, role, text);
	col = put(painter, row, col, FUNCTIONS_BY_BYTES, role,
		figure(sized, text_size(it->size, size), false));
	col = put(painter, row, col, FUNCTIONS_BY_RESIDENT, role,
		figure(known, text_size(it->resident, size), !it->resident));
	snprintf(text, sizeof(text), "%" PRIu32, it->pages);
	col = put(painter, row, col, FUNCTIONS_BY_PAGES, role,
		figure(sized, text, false));
	snprintf(text, sizeof(text), "%" PRIu32, it->present);
	col = put(painter, row, col, FUNCTIONS_BY_PRESENT, role,
		figure(known, text, !it->present));
	col = put(painter, row, col, FUNCTIONS_BY_SECTION, role,
		it->section == SYMBOL_NONE ? "" : names + it->section);
	if (painter->snapshot->raw_names)
		buf_str(&name, names + it->name);
	else
		demangle_or_keep(&name, text_of(names + it->name));
	put(painter, row, col, FUNCTIONS_BY_NAME, role, buf_text(&name));
	buf_fini(&name);
}

/* ---- head and foot */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void paint_head(const struct painter *painter,
	const struct atlas_status *status)
{
	const struct function_view *view = painter->view;
	const struct snapshot *snapshot = painter->snapshot;
	const struct page_range *range = view->whole ? &view->file :
		&view->region;
	long region = snapshot_region(snapshot,
		view->file.start >> snapshot->machine->page_shift);
	struct grid *grid = painter->grid;
	struct buf title = { 0 };
	int col;

	if (region >= 0) {
		struct text name = snapshot_region_title(snapshot,
			(size_t)region);

		buf_add(&title, name.p, name.n);
	}
	grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
	col = grid_str(grid, 0, 1, -1, ROLE_TITLE, "vmatlas") + 1;
	col = grid_str(grid, 0, col, 16, ROLE_VALUE, snapshot->process.name);
	col = grid_fmt(grid, 0, col + 1, -1, ROLE_VALUE, "%d",
		snapshot->process.id.pid) + 1;
	col = grid_str(grid, 0, col + 1, -1, ROLE_VALUE,
		last_part(buf_text(&title)));
	col = grid_fmt(grid, 0, col + 1, -1, ROLE_HEADER, "%s%" PRIx64 "-%"
		PRIx64, view->whole ? "all of it, " : "", range->start,
		range->end);
	buf_fini(&title);
	mode_put(grid, col, snapshot, status);
}

/* What is the matter with the file; empty: nothing is. */
static struct text note_of(const struct painter *painter)
{
	const struct snapshot *snapshot = painter->snapshot;
	long region = snapshot_region(snapshot, painter->view->file.start >>
		snapshot->machine->page_shift);
	struct text rest = { buf_text(&snapshot->symbol_notes),
		snapshot->symbol_notes.len };
	struct buf name = { 0 };
	struct text line = { "", 0 };
	bool found = false;

	if (region >= 0) {
		text_escape(&name, snapshot_region_title(snapshot,
			(size_t)region), false);
		buf_str(&name, ": ");
	}
	while (!found && region >= 0 && text_line(&rest, &line))
		found = text_starts(line, buf_text(&name));
	if (found) {
		line.p += name.len;
		line.n -= name.len;
	}
	buf_fini(&name);
	return found ? line : (struct text){ "", 0 };
}

/* Why there is nothing in the list. */
static const char *obstacle(const struct snapshot *snapshot)
{
	switch (snapshot->functions.answer) {
	case ANSWER_OK:
		return "no symbol is here (Tab: all of the file)";
	case ANSWER_DENIED:
		return "symbols: not permitted; it needs root, or CAP_CHECKPOINT_RESTORE";
	case ANSWER_UNRECORDED:
		return "the recording does not have the symbols that are here";
	default:
		return "its symbols cannot be read";
	}
}

static void add_sum(struct buf *out, const struct painter *painter)
{
	const struct functions *functions = &painter->snapshot->functions;
	struct text note = note_of(painter);
	size_t i, all = 0, some = 0, unsized = 0;

	for (i = 0; i < functions->n; i++) {
		const struct function *it = &functions->rows[i];

		unsized += !it->size;
		all += it->present && it->present == it->pages;
		some += it->present && it->present != it->pages;
	}
	buf_fmt(out, "%zu%s", functions->n,
		functions->next != UINT64_MAX ? " and more" : "");
	if (functions->known)
		buf_fmt(out, ": %zu in memory, %zu in part, %zu not", all,
			some, functions->n - all - some - unsized);
	if (unsized)
		buf_fmt(out, ", %zu of unknown size", unsized);
	if (note.n) {
		buf_str(out, "; ");
		buf_add(out, note.p, note.n);
	}
}

static void paint_foot(const struct painter *painter,
	const struct atlas_status *status)
{
	const struct key_label labels[] = {
		{ "Esc", "Back" }, { "Enter", "Atlas" },
		{ "Tab", painter->view->whole ? "Region" : "File" },
		{ "<>", "Sort" }, { "I", "Invert" }, { "z", "Freeze" },
		{ "?", "Help" }, { "q", "Quit" }, { NULL, NULL },
	};
	struct grid *grid = painter->grid;
	struct buf text = { 0 };

	if (grid->rows > 3)
		foot_paint(grid, grid->rows - 1, labels, status->keys);
	if (grid->rows <= 5)
		return;
	if (status->message)
		buf_str(&text, status->message);
	else if (painter->view->norder)
		add_sum(&text, painter);
	grid_line(grid, grid->rows - 2, 1, -1, status->message &&
		status->is_warning ? ROLE_WARNING : ROLE_MESSAGE,
		text_of(buf_text(&text)));
	buf_fini(&text);
}

void function_view_paint(const struct function_view *view,
	const struct snapshot *snapshot, const struct atlas_status *status,
	struct grid *grid)
{
	struct painter painter = { view, snapshot, grid };
	int row = grid->rows > 2 ? 2 : 0, i;

	grid_clear(grid);
	if (row) {
		paint_head(&painter, status);
		paint_titles(&painter);
	}
	if (!view->norder) {
		struct text why = note_of(&painter);

		grid_line(grid, row + (grid->rows > 6), 1, -1, ROLE_MESSAGE,
			why.n ? why : text_of(obstacle(snapshot)));
	}
	for (i = view->top; i < (int)view->norder &&
	     i - view->top < view->list_rows; i++, row++)
		paint_row(&painter, row, &snapshot->functions.rows[
			view->order[i]], i == view->at);
	paint_foot(&painter, status);
}
