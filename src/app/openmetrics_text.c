/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "openmetrics_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* One line: what comes before its value, by which it is found again. */
struct sample {
	size_t at, n;		/* in the family's text; n 0: a free place */
};

struct family {
	char *name;		/* without _total */
	char *unit;		/* or "" */
	char *help;
	bool counter;
	struct buf text;
	struct sample *index;	/* a hash table with a free place at least */
	size_t nindex, nsamples;
};

struct openmetrics *openmetrics_new(void)
{
	return mem_new(1, sizeof(struct openmetrics));
}

static void forget(struct openmetrics *metrics)
{
	size_t i;

	for (i = 0; i < metrics->n; i++) {
		struct family *family = &metrics->families[i];

		free(family->name);
		free(family->unit);
		free(family->help);
		free(family->index);
		buf_fini(&family->text);
	}
	metrics->n = 0;
	metrics->reported = false;
}

void openmetrics_free(struct openmetrics *metrics)
{
	if (!metrics)
		return;
	forget(metrics);
	free(metrics->families);
	buf_fini(&metrics->name);
	buf_fini(&metrics->labels);
	buf_fini(&metrics->key);
	free(metrics);
}

/* ---- families */

static char *copy(const char *text)
{
	return mem_text(text, strlen(text));
}

struct family *metrics_family(struct openmetrics *metrics, const char *unit,
	const char *help, bool counter)
{
	struct buf *name = &metrics->name;
	size_t n = strlen(unit), i;
	struct family *family;

	if (n && (name->len <= n || name->data[name->len - n - 1] != '_' ||
		  strcmp(name->data + name->len - n, unit)))
		buf_fmt(name, "_%s", unit);
	for (i = 0; i < metrics->n; i++)
		if (!strcmp(metrics->families[i].name, name->data))
			return &metrics->families[i];
	metrics->families = mem_grow(metrics->families, &metrics->cap,
		metrics->n + 1, sizeof(*metrics->families));
	family = &metrics->families[metrics->n++];
	*family = (struct family){ .name = copy(name->data),
		.unit = copy(unit), .help = copy(help), .counter = counter };
	return family;
}

void metrics_name(struct openmetrics *metrics, const char *object,
	const char *what)
{
	buf_clear(&metrics->name);
	buf_fmt(&metrics->name, "vmatlas_%s%s%s", object, *what ? "_" : "",
		what);
}

/* FNV-1a */
static uint64_t hash(const char *bytes, size_t n)
{
	uint64_t h = UINT64_C(14695981039346656037);

	while (n--)
		h = (h ^ (uint8_t)*bytes++) * UINT64_C(1099511628211);
	return h;
}

static struct sample *place(const struct family *family, const char *key,
	size_t n)
{
	size_t mask = family->nindex - 1;
	size_t i = (size_t)hash(key, n) & mask;

	while (family->index[i].n && (family->index[i].n != n ||
		memcmp(family->text.data + family->index[i].at, key, n)))
		i = (i + 1) & mask;
	return &family->index[i];
}

static void grow_index(struct family *family)
{
	struct sample *old = family->index;
	size_t nold = family->nindex, i;

	family->nindex = nold ? 2 * nold : 16;
	family->index = mem_new(family->nindex, sizeof(*family->index));
	for (i = 0; i < nold; i++)
		if (old[i].n)
			*place(family, family->text.data + old[i].at,
				old[i].n) = old[i];
	free(old);
}

/* ---- labels and samples */

/* text_escape saw to control characters and bytes that are not UTF-8. */
void metrics_label(struct buf *labels, const char *name, struct text words)
{
	struct buf plain = { 0 };
	size_t i;

	text_escape(&plain, words, false);
	buf_fmt(labels, "%s%s=\"", labels->len ? "," : "", name);
	for (i = 0; i < plain.len; i++) {
		if (plain.data[i] == '"' || plain.data[i] == '\\')
			buf_char(labels, '\\');
		buf_char(labels, plain.data[i]);
	}
	buf_char(labels, '"');
	buf_fini(&plain);
}

/* What is not known is no label. */
void metrics_value_label(struct buf *labels, const char *name,
	const struct value *value)
{
	char number[24];

	switch (value->kind) {
	case VALUE_TEXT:
	case VALUE_NAMES:
		metrics_label(labels, name, value->text);
		break;
	case VALUE_U64:
	case VALUE_BYTES:
		snprintf(number, sizeof(number), "%" PRIu64, value->u);
		metrics_label(labels, name, text_of(number));
		break;
	case VALUE_HEX:
		snprintf(number, sizeof(number), "0x%" PRIx64, value->u);
		metrics_label(labels, name, text_of(number));
		break;
	default:
		break;
	}
}

bool metrics_number(struct buf *out, const struct value *value)
{
	switch (value->kind) {
	case VALUE_U64:
	case VALUE_BYTES:
		buf_u64(out, value->u);
		return true;
	case VALUE_BOOL:
		buf_char(out, value->u ? '1' : '0');
		return true;
	case VALUE_I64:
		buf_fmt(out, "%" PRId64, value->i);
		return true;
	case VALUE_REAL:
		return buf_fixed(out, value->r, 2);
	default:
		return false;
	}
}

void metrics_sample(struct openmetrics *metrics, struct family *family,
	const struct buf *labels, const char *number)
{
	struct buf *key = &metrics->key;
	struct sample *sample;

	buf_clear(key);
	buf_fmt(key, "%s%s", family->name, family->counter ? "_total" : "");
	if (labels->len)
		buf_fmt(key, "{%s}", buf_text(labels));
	buf_char(key, ' ');
	if (2 * (family->nsamples + 1) > family->nindex)
		grow_index(family);
	sample = place(family, key->data, key->len);
	if (sample->n)
		return;
	*sample = (struct sample){ family->text.len, key->len };
	family->nsamples++;
	buf_fmt(&family->text, "%s%s\n", key->data, number);
}

/* ---- all of it */

/* No quotes: see the header. */
static void write_help(struct buf *out, const char *name, const char *words)
{
	buf_fmt(out, "# HELP %s ", name);
	for (; *words; words++) {
		if (*words == '\\')
			buf_char(out, '\\');
		buf_char(out, *words == '"' ? '\'' : *words);
	}
	buf_char(out, '\n');
}

bool openmetrics_write(struct openmetrics *metrics, struct buf *out)
{
	size_t i;

	if (!metrics->reported)
		return false;
	for (i = 0; i < metrics->n; i++) {
		const struct family *family = &metrics->families[i];

		if (!family->nsamples)
			continue;
		buf_fmt(out, "# TYPE %s %s\n", family->name,
			family->counter ? "counter" : "gauge");
		if (*family->unit)
			buf_fmt(out, "# UNIT %s %s\n", family->name,
				family->unit);
		write_help(out, family->name, family->help);
		buf_add(out, buf_text(&family->text), family->text.len);
	}
	buf_str(out, "# EOF\n");
	forget(metrics);
	return true;
}
