/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/columns.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "vmatlas/view/role.h"

/* ---- which */

void columns_init(struct columns *columns, enum object object,
	const char *sort)
{
	const struct field *field;
	unsigned i;

	memset(columns, 0, sizeof(*columns));
	columns->object = object;
	for (i = 0; (field = field_at(object, i)) &&
	     columns->n < COLUMNS_MAX; i++)
		if (field->column)
			columns->fields[columns->n++] = field;
	columns->sort = columns_field(columns, sort);
}

static unsigned find(const struct columns *columns, struct text title)
{
	unsigned i;

	for (i = 0; i < columns->n; i++)
		if (title.n == strlen(columns->fields[i]->column) &&
		    !strncasecmp(title.p, columns->fields[i]->column, title.n))
			break;
	return i;
}

const struct field *columns_field(const struct columns *columns,
	const char *title)
{
	unsigned i = find(columns, text_of(title));

	return i < columns->n ? columns->fields[i] : NULL;
}

bool columns_shows(const struct columns *columns, const char *title)
{
	unsigned i = find(columns, text_of(title));

	return i < columns->n && !columns->hidden[i];
}

void columns_take(struct columns *columns, struct text words)
{
	struct columns old = *columns;
	bool taken[COLUMNS_MAX] = { false };
	struct text word;
	unsigned i, n = 0;

	while (text_word(&words, &word)) {
		i = find(&old, word);
		if (i == old.n || taken[i])
			continue;
		columns->hidden[n] = false;
		columns->fields[n++] = old.fields[i];
		taken[i] = true;
	}
	for (i = 0; i < old.n; i++) {
		if (taken[i])
			continue;
		columns->hidden[n] = old.fields[i]->rank != 0;
		columns->fields[n++] = old.fields[i];
	}
	columns->first = 0;
	columns->chosen = false;
}

void columns_words(const struct columns *columns, struct buf *out)
{
	unsigned i;

	for (i = 0; i < columns->n; i++)
		if (!columns->hidden[i])
			buf_fmt(out, "%s%s", out->len ? " " : "",
				columns->fields[i]->column);
}

/* ---- where */

/* What columns with a rank up to RANK leave for the last. */
static int left_over(const struct columns *columns, int cols, unsigned rank)
{
	unsigned i;

	for (i = 0; i < columns->n; i++)
		if (!columns->hidden[i] && columns->fields[i]->column_width &&
		    columns->fields[i]->rank <= rank)
			cols -= columns->fields[i]->column_width + 1;
	return cols - 1;
}

static unsigned highest_rank(const struct columns *columns)
{
	unsigned i, rank = 0;

	for (i = 0; i < columns->n; i++)
		if (columns->fields[i]->rank > rank)
			rank = columns->fields[i]->rank;
	return rank;
}

static bool scrolls(const struct columns *columns, unsigned i)
{
	return !columns->hidden[i] && columns->fields[i]->rank &&
		columns->fields[i]->column_width;
}

static int last_cols(const struct columns *columns, int cols)
{
	return columns->last_cols < cols / 4 ? columns->last_cols :
		columns->by_rank ? columns->last_cols : cols / 4;
}

/* Less of the last column than this is not worth another one. */
#define LEAST_COLS 6

unsigned columns_place(const struct columns *columns, int cols,
	struct column out[COLUMNS_MAX], bool *more)
{
	unsigned rank = highest_rank(columns), i, n = 0, skip = columns->first;
	bool only_last = left_over(columns, cols, 0) < LEAST_COLS;
	const struct field *last = NULL;
	int col = 1, room;

	while (columns->by_rank && rank &&
	       left_over(columns, cols, rank) < columns->last_cols)
		rank--;
	/* What those that stay leave to those that scroll. */
	room = left_over(columns, cols, 0) - last_cols(columns, cols);
	if (more)
		*more = false;
	for (i = 0; i < columns->n; i++) {
		const struct field *field = columns->fields[i];
		int width = field->column_width;

		if (!width)
			last = field;
		if (!width || columns->hidden[i] || field->rank > rank ||
		    (only_last && !columns->by_rank))
			continue;
		if (!columns->by_rank && scrolls(columns, i)) {
			if (skip) {
				skip--;
				continue;
			}
			room -= width + 1;
			if (room < 0) {
				if (more)
					*more = true;
				continue;
			}
		}
		out[n++] = (struct column){ field, col, width };
		col += width + 1;
	}
	if (last)
		out[n++] = (struct column){ last, col,
			cols > col ? cols - col : 0 };
	return n;
}

/* ---- keys */

/* Scroll until the column is in sight, if it can be. */
static void show(struct columns *columns, int cols, const struct field *field)
{
	struct column placed[COLUMNS_MAX];
	unsigned i, at = 0, n;

	for (i = 0; i < columns->n && columns->fields[i] != field; i++)
		at += scrolls(columns, i);
	if (columns->by_rank || i == columns->n || !scrolls(columns, i))
		return;
	if (at < columns->first)
		columns->first = at;
	for (; columns->first < at; columns->first++) {
		n = columns_place(columns, cols, placed, NULL);
		for (i = 0; i < n; i++)
			if (placed[i].field == field)
				return;
	}
}

/* A list of counts has no order. */
static bool can_sort(const struct columns *columns, int cols, unsigned i)
{
	struct column placed[COLUMNS_MAX];
	unsigned k, n;

	if (columns->hidden[i] || columns->fields[i]->part)
		return false;
	if (!columns->by_rank)
		return true;
	n = columns_place(columns, cols, placed, NULL);
	for (k = 0; k < n; k++)
		if (placed[k].field == columns->fields[i])
			return true;
	return false;
}

static void move_sort(struct columns *columns, int cols, int by)
{
	unsigned n = columns->n, i, tries;

	for (i = 0; i < n && columns->fields[i] != columns->sort; i++)
		;
	if (i == n || !can_sort(columns, cols, i))
		i = by > 0 ? n - 1 : 1;
	for (tries = 0; tries < n; tries++) {
		i = (i + n + (unsigned)by) % n;
		if (can_sort(columns, cols, i))
			break;
	}
	columns->sort = columns->fields[i];
	show(columns, cols, columns->sort);
}

bool columns_act(struct columns *columns, int cols, enum action action)
{
	struct column placed[COLUMNS_MAX];
	bool more;

	switch (action) {
	case ACTION_SORT_LEFT:
		move_sort(columns, cols, -1);
		return true;
	case ACTION_SORT_RIGHT:
		move_sort(columns, cols, 1);
		return true;
	case ACTION_SORT_INVERT:
		columns->invert = !columns->invert;
		return true;
	case ACTION_LEFT:
		columns->first -= columns->first > 0;
		return !columns->by_rank;
	case ACTION_RIGHT:
		columns_place(columns, cols, placed, &more);
		columns->first += more;
		return !columns->by_rank;
	default:
		return false;
	}
}

void columns_click(struct columns *columns, int cols, int col)
{
	struct column placed[COLUMNS_MAX];
	unsigned n = columns_place(columns, cols, placed, NULL), i;

	for (i = 0; i < n; i++) {
		if (col < placed[i].col || placed[i].field->part ||
		    col >= placed[i].col + placed[i].width)
			continue;
		columns->invert = columns->sort == placed[i].field &&
			!columns->invert;
		columns->sort = placed[i].field;
	}
}

/* ---- drawing */

void columns_put(const struct column *column, struct grid *grid, int row,
	int role, const struct buf *text)
{
	struct text t = { buf_text(text), text->len };
	int used = grid_width(grid, t);

	if (column->field->left)
		grid_text(grid, row, column->col, column->width, role, t);
	else if (used < column->width)
		grid_text(grid, row, column->col + column->width - used, -1,
			role, t);
	else	/* the end of a number tells it from its neighbours */
		grid_tail(grid, row, column->col, column->width, role, t);
}

void columns_titles(const struct columns *columns,
	const struct column *placed, unsigned n, struct grid *grid, int row)
{
	unsigned i;

	grid_fill(grid, row, 0, 1, grid->cols, ROLE_HEADER);
	for (i = 0; i < n; i++) {
		const struct column *column = &placed[i];
		struct text title = text_of(column->field->column);
		int used = grid_width(grid, title);

		grid_text(grid, row, column->field->left ||
			used > column->width ? column->col :
			column->col + column->width - used, column->width,
			columns->sort == column->field ? ROLE_TITLE :
			ROLE_HEADER, title);
	}
}
