/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/view/columns.h"

/* ---- in words */

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

static void put_number(struct buf *out, const struct field *field, uint64_t u)
{
	char size[TEXT_SIZE_MAX];

	if (!strcmp(field->unit, "seconds"))
		put_seconds(out, u);
	else if (!strcmp(field->unit, "bytes"))
		buf_str(out, text_size(u, size));
	else
		buf_fmt(out, "%" PRIu64, u);
}

/* The letter of a state, or as much as there is room for. */
static void put_part(struct buf *out, const char *name)
{
	unsigned state;

	for (state = 0; state < NSTATES; state++)
		if (!strcmp(state_info(state)->name, name)) {
			buf_char(out, state_info(state)->letter);
			return;
		}
	buf_str(out, name);
}

/* From the most on: "A 120 f 3". */
static void put_counts(struct buf *out, const struct field *field,
	const struct record *record, const struct value *value)
{
	uint64_t below = UINT64_MAX;
	unsigned i, same = 0;

	while (out->len < 200) {
		uint64_t most = 0;
		unsigned at = 0;
		char name[32];

		for (i = 0; i < value->n; i++) {
			uint64_t count = value->at(record, i);

			if (count > most && (count < below ||
					(count == below && i >= same))) {
				most = count;
				at = i;
			}
		}
		if (!most)
			break;
		if (out->len)
			buf_char(out, ' ');
		put_part(out, field->part(record->snapshot, at, name));
		buf_fmt(out, " %" PRIu64, most);
		below = most;
		same = at + 1;
	}
}

void columns_value(const struct field *field, struct record *record,
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
	case VALUE_I64:		/* a difference of sizes */
		if (value.i)
			buf_char(out, value.i < 0 ? '-' : '+');
		buf_str(out, text_size(value.i < 0 ? -(uint64_t)value.i :
			(uint64_t)value.i, size));
		break;
	case VALUE_REAL:
		put_rate(out, value.r);
		break;
	case VALUE_HEX:
		buf_fmt(out, "%" PRIx64, value.u);
		break;
	case VALUE_U64:
		put_number(out, field, value.u);
		break;
	case VALUE_COUNTS:
		put_counts(out, field, record, &value);
		break;
	case VALUE_NONE:
		buf_char(out, '-');
		break;
	default:
		buf_char(out, '?');
	}
}

/* ---- in order */

/* What an object is sorted by. */
struct sort_key {
	uint32_t number;
	bool known, is_text;
	double amount;		/* the bigger, the earlier */
	char text[64];		/* the start of it */
};

static struct sort_key key_of(const struct field *field,
	struct record *record, uint32_t number)
{
	struct sort_key key = { .number = number };
	struct value value = { .kind = VALUE_NULL };

	field->get(record, &value);
	key.known = true;
	switch (value.kind) {
	case VALUE_TEXT:
		key.is_text = true;
		snprintf(key.text, sizeof(key.text), "%.*s",
			value.text.n < sizeof(key.text) ? (int)value.text.n :
			(int)sizeof(key.text) - 1, value.text.p);
		break;
	case VALUE_I64:
		key.amount = (double)value.i;
		break;
	case VALUE_REAL:
		key.amount = value.r;
		break;
	case VALUE_BYTES:
	case VALUE_U64:
	case VALUE_HEX:
		key.amount = field->ascending ? -(double)value.u :
			(double)value.u;
		break;
	default:
		key.known = false;
		break;
	}
	return key;
}

static int compare_keys(const void *a, const void *b, void *arg)
{
	const struct columns *columns = arg;
	const struct sort_key *x = a, *y = b;
	int order;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->is_text)
		order = strcmp(x->text, y->text);
	else
		order = (x->amount < y->amount) - (x->amount > y->amount);
	if (!order)
		return (x->number > y->number) - (x->number < y->number);
	return columns->invert ? -order : order;
}

void columns_sort(const struct columns *columns, struct record *record,
	void (*set)(struct record *record, uint32_t number), uint32_t *order,
	size_t n)
{
	struct sort_key *keys;
	size_t i;

	if (!n)
		return;
	keys = mem_new(n, sizeof(*keys));
	for (i = 0; i < n; i++) {
		set(record, order[i]);
		keys[i] = key_of(columns->sort, record, order[i]);
	}
	qsort_r(keys, n, sizeof(*keys), compare_keys, (void *)columns);
	for (i = 0; i < n; i++)
		order[i] = keys[i].number;
	free(keys);
}
