/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "atlas_impl.h"
#include "vmatlas/view/explain.h"

#define INSPECTOR_LABEL 13

/* TEXT in as many rows from ROW on as it needs, broken at blanks; only those
 * above END are drawn.  Returns the row behind it. */
static int paint_wrapped(struct grid *grid, int row, int end, int col,
	int width, struct text text)
{
	do {
		struct text part = text;

		while (part.n && grid_width(grid, part) > width) {
			size_t n = part.n;

			while (n && part.p[n - 1] != ' ')
				n--;
			if (!n)
				break;
			part.n = n - 1;
		}
		if (!part.n || grid_width(grid, part) > width)
			part = text;	/* one long word is cut */
		if (row < end)
			grid_text(grid, row, col, width, ROLE_POPUP, part);
		row++;
		text.p += part.n;
		text.n -= part.n;
		text = text_trim(text);
	} while (text.n);
	return row;
}

/* The inspector's LINES from ROW to END; returns the row behind all that
 * they need. */
static int paint_lines(struct grid *grid, int row, int end, int col, int cols,
	struct text lines)
{
	struct text line, title;

	while (text_line(&lines, &line)) {
		if (!memchr(line.p, '\t', line.n)) {
			row = paint_wrapped(grid, row, end, col + 2, cols - 4,
				line);
			continue;
		}
		text_until(&line, '\t', &title);
		if (row < end)
			grid_text(grid, row, col + 2, cols - 3,
				ROLE_POPUP_BORDER, title);
		row = paint_wrapped(grid, row, end, col + INSPECTOR_LABEL,
			cols - INSPECTOR_LABEL - 1, line);
	}
	return row;
}

void atlas_paint_inspector(const struct atlas *atlas,
	const struct snapshot *snapshot, struct grid *grid)
{
	const struct pane *pane = &atlas->panes[SIDE_VIRTUAL];
	bool panel = atlas->side_col != 0;
	bool list = atlas_lists_owners(atlas, snapshot);
	int top = pane->row ? pane->row - 1 : 0, col, rows, cols;
	struct buf lines = { 0 };
	struct text all;

	if (!panel && (!atlas->inspect || grid->rows < 6))
		return;
	col = panel ? atlas->side_col : grid->cols > 64 ?
		(grid->cols - 60) / 2 : 0;
	cols = panel ? grid->cols - col : grid->cols > 64 ? 60 : grid->cols;
	explain_inspect(&lines, atlas, snapshot);
	all = (struct text){ buf_text(&lines), lines.len };
	rows = (list ? atlas_owners_rows(snapshot) :
		paint_lines(grid, 0, 0, col, cols, all)) + 2;
	if (panel)
		rows = atlas_parts(atlas).pane + 2;
	else if (rows > grid->rows - 2)
		rows = grid->rows - 2;
	if (!panel)
		top = (grid->rows - rows) / 2;
	grid_fill(grid, top, col, rows, cols, ROLE_POPUP);
	grid_box(grid, top, col, rows, cols,
		panel ? ROLE_BORDER : ROLE_POPUP_BORDER);
	grid_str(grid, top, col + 2, cols - 4, ROLE_TITLE, list ?
		(cols < 45 ? " who has it (Enter: there) " :
			" who has this frame (Enter: go there) ") : " inspector ");
	if (list)
		atlas_paint_owners(atlas, snapshot, grid, top + 1,
			top + rows - 1, col + 1, cols - 2);
	else
		paint_lines(grid, top + 1, top + rows - 1, col, cols, all);
	buf_fini(&lines);
}
