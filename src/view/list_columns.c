/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "list_impl.h"

/* What the last column, the command, is to have at least. */
#define COMMAND_COLS 20

/* Columns with a rank up to RANK, and how much they leave for the last. */
static int left_over(int cols, unsigned rank)
{
	const struct field *field;
	unsigned i;

	for (i = 0; (field = field_at(OBJECT_PROCESS, i)); i++)
		if (field->column && field->column_width && field->rank <= rank)
			cols -= field->column_width + 1;
	return cols - 1;
}

static unsigned highest_rank(void)
{
	const struct field *field;
	unsigned i, rank = 0;

	for (i = 0; (field = field_at(OBJECT_PROCESS, i)); i++)
		if (field->column && field->rank > rank)
			rank = field->rank;
	return rank;
}

unsigned list_columns(int cols, struct list_column out[LIST_COLUMNS_MAX])
{
	unsigned rank = highest_rank(), i, n = 0;
	const struct field *field;
	int col = 1;

	while (rank && left_over(cols, rank) < COMMAND_COLS)
		rank--;
	for (i = 0; (field = field_at(OBJECT_PROCESS, i)) &&
	     n < LIST_COLUMNS_MAX; i++) {
		if (!field->column || field->rank > rank)
			continue;
		out[n++] = (struct list_column){ field, col,
			field->column_width ? field->column_width :
			cols > col ? cols - col : 0 };
		col += field->column_width + 1;
	}
	return n;
}

const struct field *list_column_field(const char *title)
{
	const struct field *field;
	unsigned i;

	for (i = 0; (field = field_at(OBJECT_PROCESS, i)); i++)
		if (field->column && !strcmp(field->column, title))
			return field;
	return NULL;
}

static void put_rate(struct buf *out, double rate)
{
	if (rate >= 99999.5)
		buf_fmt(out, "%.0fK", rate / 1000);
	else
		buf_fmt(out, "%.0f", rate);
}

static void put_seconds(struct buf *out, uint64_t seconds)
{
	if (seconds < 100)
		buf_fmt(out, "%" PRIu64 "s", seconds);
	else if (seconds < 100 * 60)
		buf_fmt(out, "%" PRIu64 "m", seconds / 60);
	else
		buf_fmt(out, "%" PRIu64 "h", seconds / 3600);
}

void list_value(const struct field *field, struct record *record,
	struct buf *out)
{
	struct value value = { .kind = VALUE_NULL };
	char size[TEXT_SIZE_MAX];

	buf_clear(out);
	field->get(record, &value);
	switch (value.kind) {
	case VALUE_TEXT:
		buf_add(out, value.text.p, value.text.n);
		break;
	case VALUE_BYTES:
		buf_str(out, text_size(value.u, size));
		break;
	case VALUE_REAL:
		put_rate(out, value.r);
		break;
	case VALUE_U64:
		if (!strcmp(field->unit, "seconds"))
			put_seconds(out, value.u);
		else
			buf_fmt(out, "%" PRIu64, value.u);
		break;
	case VALUE_NONE:
		buf_char(out, '-');
		break;
	default:
		buf_char(out, '?');
	}
}
