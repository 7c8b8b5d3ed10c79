/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_GRID_H
#define VMATLAS_VIEW_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * A struct grid is a screen full of cells: what each character is and what
 * it is for.  Painters write into it, term shows it, dumps write it down.
 *
 * Invariants: a character of two columns is followed by a cell with code 0;
 * nothing is ever written outside the grid (it is clipped), and a wide
 * character cut at the edge becomes a blank; every other code is a printable
 * character of one or two columns.
 */

/* How full a cell that stands for pages is: roles of states show it. */
enum fill { FILL_NONE, FILL_SOME, FILL_HALF, FILL_FULL };

struct grid_cell {
	uint32_t code;		/* Unicode; 0: second half of a wide one */
	uint8_t role;		/* enum role */
	uint8_t fill;		/* enum fill */
};

struct grid {
	int rows, cols;
	bool utf8;		/* else every code is ASCII */
	bool ambiguous_wide;	/* the terminal draws characters of ambiguous
				 * width in two columns: none is in the grid */
	int cursor_row, cursor_col;	/* where the terminal's cursor goes;
					 * -1: hidden */
	struct grid_cell *cells;
};

/* Lines, arrows and the ellipsis are there: else "-", "^", "~" and the like. */
bool grid_has_signs(const struct grid *grid);
/* Zero-initialised is an empty grid of size 0. */
void grid_fini(struct grid *grid);
/* Give it a size (both at least 1, at most GRID_MAX) and blank it. */
#define GRID_MAX 1000
void grid_resize(struct grid *grid, int rows, int cols);
void grid_clear(struct grid *grid);

void grid_put(struct grid *grid, int row, int col, uint32_t code, int role);
void grid_put_fill(struct grid *grid, int row, int col, uint32_t code,
	int role, enum fill fill);
/*
 * Text from the program or from others: escaped as text_escape says, at most
 * WIDTH columns (-1: to the edge), cut with '~' (an ellipsis) where it
 * is longer.  Returns the column behind it.
 */
int grid_text(struct grid *grid, int row, int col, int width, int role,
	struct text text);
/* The same of a line that was put together from such texts, which were escaped
 * there: what stands escaped in it is not escaped again. */
int grid_line(struct grid *grid, int row, int col, int width, int role,
	struct text text);
/* As grid_text, but cut at its start, with the mark there: the end of a path says
 * more. */
int grid_tail(struct grid *grid, int row, int col, int width, int role,
	struct text text);
/* A path: cut at its start, or where its last part alone has no room, that
 * part, cut at its end: names of one folder must not all look the same. */
int grid_path(struct grid *grid, int row, int col, int width, int role,
	struct text path);
int grid_str(struct grid *grid, int row, int col, int width, int role,
	const char *text);
int grid_fmt(struct grid *grid, int row, int col, int width, int role,
	const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Blank cells of one role. */
void grid_fill(struct grid *grid, int row, int col, int nrows, int ncols,
	int role);
/* A frame of lines (ASCII: + - |) around the given outer size. */
void grid_box(struct grid *grid, int row, int col, int nrows, int ncols,
	int role);
/* Another role for what is there already. */
void grid_role(struct grid *grid, int row, int col, int role);
/* NULL outside. */
const struct grid_cell *grid_at(const struct grid *grid, int row, int col);
/* Columns that grid_text would take without a limit. */
int grid_width(const struct grid *grid, struct text text);

#endif
