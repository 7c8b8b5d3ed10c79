/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/ambiguous.h"
#include "vmatlas/base/buf.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/view/role.h"

#define ELLIPSIS 0x2026

static const struct grid_cell blank_cell = {' ', ROLE_TEXT, FILL_NONE};

void grid_fini(struct grid *grid)
{
	free(grid->cells);
	grid->cells = NULL;
	grid->rows = grid->cols = 0;
}

static int size_clamp(int n)
{
	return n < 1 ? 1 : n > GRID_MAX ? GRID_MAX : n;
}

void grid_resize(struct grid *grid, int rows, int cols)
{
	rows = size_clamp(rows);
	cols = size_clamp(cols);
	if (!grid->cells || rows != grid->rows || cols != grid->cols) {
		free(grid->cells);
		grid->cells = mem_new((size_t)rows * (size_t)cols,
				      sizeof(*grid->cells));
		grid->rows = rows;
		grid->cols = cols;
	}
	grid_clear(grid);
}

void grid_clear(struct grid *grid)
{
	size_t n = (size_t)grid->rows * (size_t)grid->cols;

	for (size_t i = 0; i < n; i++)
		grid->cells[i] = blank_cell;
	grid->cursor_row = grid->cursor_col = -1;
}

static struct grid_cell *cell_at(const struct grid *grid, int row, int col)
{
	if (row < 0 || col < 0 || row >= grid->rows || col >= grid->cols)
		return NULL;
	return &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
}

const struct grid_cell *grid_at(const struct grid *grid, int row, int col)
{
	return cell_at(grid, row, col);
}

/* What cannot stand in a cell of its own, or could act on a terminal. */
static bool code_is_bad(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) ||
	       (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff ||
	       (code >= 0x80 && text_columns(code) < 1);
}

bool grid_has_signs(const struct grid *grid)
{
	return grid->utf8 && !grid->ambiguous_wide;
}

/* The character that shows CODE here, and its columns. */
static uint32_t code_shown(const struct grid *grid, uint32_t code, int *columns)
{
	*columns = 1;
	if (code_is_bad(code) || (!grid->utf8 && code >= 0x80) ||
	    (grid->ambiguous_wide && code_is_ambiguous(code)))
		return '?';
	if (code >= 0x80)
		*columns = text_columns(code);
	return code;
}

/* ROW, COL is written over: a wide character that loses a half goes. */
static void wide_break(struct grid *grid, int row, int col)
{
	struct grid_cell *cell = cell_at(grid, row, col);
	struct grid_cell *before = cell_at(grid, row, col - 1);
	struct grid_cell *behind = cell_at(grid, row, col + 1);

	if (before && cell->code == 0)
		before->code = ' ';
	if (behind && behind->code == 0)
		behind->code = ' ';
}

void grid_put_fill(struct grid *grid, int row, int col, uint32_t code, int role,
		   enum fill fill)
{
	struct grid_cell *cell = cell_at(grid, row, col);
	struct grid_cell *second = cell_at(grid, row, col + 1);
	struct grid_cell new = {0, ROLE_TEXT, (uint8_t)fill};
	int columns;

	new.code = code_shown(grid, code, &columns);
	if (role >= 0 && role < NROLES)
		new.role = (uint8_t)role;
	if (columns == 2 && (!cell || !second))
		new.code = ' ';
	if (cell) {
		wide_break(grid, row, col);
		*cell = new;
	}
	if (columns == 2 && second) {
		wide_break(grid, row, col + 1);
		*second = new;
		if (cell) {
			cell->code = new.code;
			second->code = 0;
		}
	}
}

void grid_put(struct grid *grid, int row, int col, uint32_t code, int role)
{
	grid_put_fill(grid, row, col, code, role, FILL_NONE);
}

/*
 * The next character of escaped text at *P: its code and columns.  A mark
 * that combines with the character before it has no cell of its own here;
 * its bytes are shown as text_escape shows what is invisible, so that two
 * different names never look the same.
 */
static size_t next_char(const struct grid *grid, const char *p, size_t n,
			struct buf *marks, uint32_t *code, int *columns)
{
	int32_t decoded;
	size_t len = text_decode(p, n, &decoded);

	buf_clear(marks);
	if (decoded >= 0x80 && text_columns((uint32_t)decoded) == 0)
		for (size_t i = 0; i < len; i++)
			buf_fmt(marks, "\\x%02x", (unsigned char)p[i]);
	*code = code_shown(grid, decoded < 0 ? '?' : (uint32_t)decoded, columns);
	if (marks->len)
		*columns = (int)marks->len;
	return len;
}

/*
 * Put as much of T as fits into ROOM columns at ROW, COL; returns the columns
 * that it took, and in *ALL whether that was all of T.
 */
static int chars_put(struct grid *grid, int row, int col, int room, int role,
		     struct text t, bool *all)
{
	struct buf marks = {0};
	int used = 0;

	while (t.n) {
		uint32_t code;
		int columns;
		size_t len =
			next_char(grid, t.p, t.n, &marks, &code, &columns);

		if (columns > room - used)
			break;
		if (!marks.len)
			grid_put(grid, row, col + used, code, role);
		for (size_t i = 0; i < marks.len; i++)
			grid_put(grid, row, col + used + (int)i,
				 (unsigned char)marks.data[i], role);
		used += columns;
		t.p += len;
		t.n -= len;
	}
	buf_fini(&marks);
	*all = !t.n;
	return used;
}

/* text_escape would leave all of T as it is. */
static bool is_plain(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] < 0x20 || t.p[i] > 0x7e || t.p[i] == '\\')
			return false;
	return true;
}

static int escaped_put(struct grid *grid, int row, int col, int room, int role,
		       struct text t)
{
	struct grid counter = {.utf8 = grid->utf8,
		.ambiguous_wide = grid->ambiguous_wide};
	bool all;
	int used = chars_put(&counter, 0, 0, room, role, t, &all);

	if (all) {
		chars_put(grid, row, col, room, role, t, &all);
		return col + used;
	}
	used = chars_put(grid, row, col, room - 1, role, t, &all);
	grid_put(grid, row, col + used, grid_has_signs(grid) ? ELLIPSIS : '~', role);
	return col + used + 1;
}

/* Once more: "\x1b" in it stays that. */
static void escape_line(struct buf *out, struct text t, bool ascii_only)
{
	while (t.n) {
		const char *at = memchr(t.p, '\\', t.n);
		struct text piece = {t.p, at ? (size_t)(at - t.p) : t.n};
		text_escape(out, piece, ascii_only);
		if (at)
			buf_char(out, '\\');
		t.p += piece.n + (at != NULL);
		t.n -= piece.n + (at != NULL);
	}
}

static int text_put(struct grid *grid, int row, int col, int width, int role,
		    struct text text, bool was_escaped)
{
	struct buf escaped = {0};
	struct text t;
	int room;

	if (row < 0 || row >= grid->rows || col < -GRID_MAX || col >= grid->cols)
		return col;
	room = grid->cols - col;
	if (width >= 0 && width < room)
		room = width;
	if (room <= 0)
		return col;
	/* A character has at most 4 bytes and at least one column, so no
	 * more than this can show, however long the text is. */
	if (text.n > ((size_t)room + 2) * 4)
		text.n = ((size_t)room + 2) * 4;
	if (is_plain(text))
		return escaped_put(grid, row, col, room, role, text);
	if (was_escaped)
		escape_line(&escaped, text, !grid->utf8);
	else
		text_escape(&escaped, text, !grid->utf8);
	t = (struct text){buf_text(&escaped), escaped.len};
	col = escaped_put(grid, row, col, room, role, t);
	buf_fini(&escaped);
	return col;
}

int grid_text(struct grid *grid, int row, int col, int width, int role,
	      struct text text)
{
	return text_put(grid, row, col, width, role, text, false);
}

int grid_line(struct grid *grid, int row, int col, int width, int role,
	      struct text text)
{
	return text_put(grid, row, col, width, role, text, true);
}

int grid_tail(struct grid *grid, int row, int col, int width, int role,
	      struct text text)
{
	struct buf escaped = {0}, marks = {0};
	int used = grid_width(grid, text), room = grid->cols - col;
	struct text t;

	if (width >= 0 && width < room)
		room = width;
	if (used <= room || room < 2)
		return grid_text(grid, row, col, room < 0 ? 0 : room, role,
				 text);
	text_escape(&escaped, text, !grid->utf8);
	t = (struct text){buf_text(&escaped), escaped.len};
	while (t.n && used > room - 1) {
		uint32_t code;
		int columns;
		size_t len =
			next_char(grid, t.p, t.n, &marks, &code, &columns);

		used -= columns;
		t.p += len;
		t.n -= len;
	}
	grid_put(grid, row, col, grid->utf8 ? ELLIPSIS : '~', role);
	col = grid_line(grid, row, col + 1, room - 1, role, t);
	buf_fini(&marks);
	buf_fini(&escaped);
	return col;
}

int grid_path(struct grid *grid, int row, int col, int width, int role,
	      struct text path)
{
	const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;
	struct text last = path;

	if (width < 0 || width > grid->cols - col)
		width = grid->cols - col;
	if (slash) {
		last.p = slash + 1;
		last.n = path.n - (size_t)(last.p - path.p);
	}
	if (!last.n || grid_width(grid, last) < width ||
	    grid_width(grid, path) <= width)
		return grid_tail(grid, row, col, width, role, path);
	return grid_text(grid, row, col, width, role, last);
}

int grid_str(struct grid *grid, int row, int col, int width, int role,
	     const char *text)
{
	return grid_text(grid, row, col, width, role, text_of(text));
}

int grid_fmt(struct grid *grid, int row, int col, int width, int role,
	     const char *fmt, ...)
{
	struct buf buf = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&buf, fmt, ap);
	va_end(ap);
	col = grid_text(grid, row, col, width, role,
			(struct text){buf_text(&buf), buf.len});
	buf_fini(&buf);
	return col;
}

void grid_fill(struct grid *grid, int row, int col, int nrows, int ncols,
	       int role)
{
	int bottom = nrows < GRID_MAX ? nrows : GRID_MAX;
	int right = ncols < GRID_MAX ? ncols : GRID_MAX;

	for (int r = 0; r < bottom; r++)
		for (int c = 0; c < right; c++)
			grid_put(grid, row + r, col + c, ' ', role);
}

void grid_box(struct grid *grid, int row, int col, int nrows, int ncols,
	      int role)
{
	static const uint32_t lines[2][6] = {
		{'-', '|', '+', '+', '+', '+'},
		{0x2500, 0x2502, 0x250c, 0x2510, 0x2514, 0x2518},
	};
	const uint32_t *line = lines[grid_has_signs(grid)];
	int bottom = row + nrows - 1, right = col + ncols - 1;

	if (nrows < 1 || ncols < 1 || nrows > GRID_MAX || ncols > GRID_MAX)
		return;
	for (int c = col; c <= right; c++) {
		grid_put(grid, row, c, line[0], role);
		grid_put(grid, bottom, c, line[0], role);
	}
	for (int r = row; r <= bottom; r++) {
		grid_put(grid, r, col, line[1], role);
		grid_put(grid, r, right, line[1], role);
	}
	grid_put(grid, row, col, line[2], role);
	grid_put(grid, row, right, line[3], role);
	grid_put(grid, bottom, col, line[4], role);
	grid_put(grid, bottom, right, line[5], role);
}

void grid_role(struct grid *grid, int row, int col, int role)
{
	struct grid_cell *cell = cell_at(grid, row, col);
	struct grid_cell *half;

	if (!cell || role < 0 || role >= NROLES)
		return;
	cell->role = (uint8_t)role;
	half = cell_at(grid, row, cell->code ? col + 1 : col - 1);
	if (half && (!cell->code || !half->code))
		half->role = (uint8_t)role;
}

int grid_width(const struct grid *grid, struct text text)
{
	struct buf escaped = {0};
	struct grid sizeless = {.utf8 = grid->utf8,
		.ambiguous_wide = grid->ambiguous_wide};
	bool all;
	int width;

	text_escape(&escaped, text, !grid->utf8);
	width = chars_put(&sizeless, 0, 0, INT32_MAX, ROLE_TEXT,
			  (struct text){buf_text(&escaped), escaped.len}, &all);
	buf_fini(&escaped);
	return width;
}
