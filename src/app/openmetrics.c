/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/openmetrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* Lines that say what could not be read; their number is always told. */
#define PROBLEMS_NAMED 16

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

struct openmetrics {
	struct family *families;	/* in the order in which they came */
	size_t n, cap;
	bool reported;
	struct buf name, labels, key;	/* of what is being added */
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

/* "vmatlas_" and what METRICS->name begins with, to which the unit is added. */
static struct family *family_of(struct openmetrics *metrics, const char *unit,
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

static void name_start(struct openmetrics *metrics, const char *object,
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
static void add_label(struct buf *labels, const char *name, struct text words)
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
static void add_value_label(struct buf *labels, const char *name,
	const struct value *value)
{
	char number[24];

	switch (value->kind) {
	case VALUE_TEXT:
	case VALUE_NAMES:
		add_label(labels, name, value->text);
		break;
	case VALUE_U64:
	case VALUE_BYTES:
		snprintf(number, sizeof(number), "%" PRIu64, value->u);
		add_label(labels, name, text_of(number));
		break;
	case VALUE_HEX:
		snprintf(number, sizeof(number), "0x%" PRIx64, value->u);
		add_label(labels, name, text_of(number));
		break;
	default:
		break;
	}
}

static bool add_number(struct buf *out, const struct value *value)
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

/* A line of FAMILY, of which NUMBER is the value; LABELS may be empty. */
static void add_sample(struct openmetrics *metrics, struct family *family,
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

static void add_value(struct openmetrics *metrics, struct family *family,
	const struct buf *labels, const struct value *value)
{
	struct buf number = { 0 };

	if (add_number(&number, value))
		add_sample(metrics, family, labels, buf_text(&number));
	buf_fini(&number);
}

/* ---- records */

static struct value value_of(const struct field *field, struct record *record)
{
	struct value value = { .kind = VALUE_NULL };

	field->get(record, &value);
	return value;
}

static bool is_label(const struct field *field, const struct record *record)
{
	return field->name[0] && (field->metric == METRIC_LABEL ||
		(field->metric == METRIC_LABEL_OF_ONE && !record->region));
}

static void add_parts(struct openmetrics *metrics, struct family *family,
	const struct field *field, struct record *record,
	const struct value *value)
{
	struct buf labels = { 0 };
	unsigned i;

	for (i = 0; i < value->n; i++) {
		struct value part = { .kind = VALUE_NULL };
		char room[32];
		const char *name = field->part(record->snapshot, i, room);

		if (!name)
			continue;
		if (value->kind == VALUE_MEMBERS)
			value->member(record, i, &part);
		else
			part = (struct value){ .kind = VALUE_U64,
				.u = value->at(record, i) };
		buf_clear(&labels);
		buf_str(&labels, buf_text(&metrics->labels));
		add_label(&labels, field->part_label, text_of(name));
		add_value(metrics, family, &labels, &part);
	}
	buf_fini(&labels);
}

static void add_figure(struct openmetrics *metrics, const struct field *field,
	struct record *record)
{
	struct value value = value_of(field, record);
	struct buf number = { 0 };
	bool parts = field->part && field->part_label && value.n;

	/* Words and addresses are no figures; what is not known is none. */
	if (parts || add_number(&number, &value)) {
		struct family *family;

		name_start(metrics, object_name(record->object), field->name);
		family = family_of(metrics, field->unit, field->words,
			field->metric == METRIC_COUNTER);
		if (parts)
			add_parts(metrics, family, field, record, &value);
		else
			add_sample(metrics, family, &metrics->labels,
				buf_text(&number));
	}
	buf_fini(&number);
}

static void add_info(struct openmetrics *metrics, struct record *record)
{
	const struct field *field;
	struct buf labels = { 0 };
	bool any = false;

	buf_str(&labels, buf_text(&metrics->labels));
	for (field = fields_of(record->object); field->name; field++) {
		struct value value;

		if (field->metric != METRIC_INFO || !field->name[0])
			continue;
		value = value_of(field, record);
		add_value_label(&labels, field->name, &value);
		any = true;
	}
	if (any) {
		name_start(metrics, object_name(record->object), "info");
		add_sample(metrics, family_of(metrics, "",
			"what else is known of it, as labels", false), &labels,
			"1");
	}
	buf_fini(&labels);
}

/* A figure of memory has its unit in the row.  Prometheus counts in whole
 * seconds and ratios. */
static void add_memory(struct openmetrics *metrics, struct record *record)
{
	static const char *const units[NMEMORY_UNITS] = {
		[MEMORY_BYTES] = "bytes", [MEMORY_PAGES] = "pages",
		[MEMORY_COUNT] = "", [MEMORY_MICROSECONDS] = "seconds",
		[MEMORY_PERCENT] = "ratio"
	};
	const struct memory_row *row =
		&record->snapshot->budget.rows[record->index];
	struct buf number = { 0 };
	int64_t n = row->value;
	int64_t scale = row->unit == MEMORY_MICROSECONDS ? 1000000 :
		row->unit == MEMORY_PERCENT ? 10000 : 1;

	if (row->known == MEMORY_UNKNOWN || (row->counts_up && n < 0))
		return;
	if (row->known == MEMORY_UNLIMITED)
		buf_str(&number, "+Inf");
	else if (scale == 1)
		buf_fmt(&number, "%" PRId64, n);
	else	/* exact, which a double need not be */
		buf_fmt(&number, "%s%" PRIu64 ".%0*" PRIu64, n < 0 ? "-" : "",
			(uint64_t)llabs(n) / (uint64_t)scale,
			scale == 10000 ? 4 : 6,
			(uint64_t)llabs(n) % (uint64_t)scale);
	name_start(metrics, "memory", row->counts_up ? "counted" :
		*units[row->unit] ? "" : "value");
	add_sample(metrics, family_of(metrics, units[row->unit],
		row->counts_up ? "what happened since boot, or since the group "
		"was made, by group and name" : "what memory is spent on, by "
		"group and name; all of ram add up to total's total",
		row->counts_up), &metrics->labels, buf_text(&number));
	buf_fini(&number);
}

/* The rows of the machine are nobody's. */
static void memory_labels(struct openmetrics *metrics, struct record *record)
{
	const struct budget *budget = &record->snapshot->budget;
	const struct memory_row *row = &budget->rows[record->index];
	const struct process *process = &record->snapshot->process;
	struct buf *labels = &metrics->labels;

	add_label(labels, "group", text_of(memory_group_name(row->group)));
	add_label(labels, "name", text_of(budget_text(budget, row->name)));
	if (row->subject)
		add_label(labels, "subject",
			text_of(budget_text(budget, row->subject)));
	if (row->group == GROUP_PROCESS || row->group == GROUP_CGROUP) {
		struct value pid = { .kind = VALUE_U64,
			.u = (uint64_t)process->id.pid };
		struct value since = { .kind = VALUE_U64,
			.u = process->id.starttime };

		add_value_label(labels, "pid", &pid);
		if (process->answer == ANSWER_OK)
			add_value_label(labels, "starttime", &since);
	}
}

void openmetrics_record(struct openmetrics *metrics, struct record *record)
{
	const struct field *field;

	buf_clear(&metrics->labels);
	if (record->object == OBJECT_MEMORY) {
		memory_labels(metrics, record);
		add_memory(metrics, record);
		return;
	}
	for (field = fields_of(record->object); field->name; field++)
		if (is_label(field, record)) {
			struct value value = value_of(field, record);

			add_value_label(&metrics->labels, field->name, &value);
		}
	add_info(metrics, record);
	for (field = fields_of(record->object); field->name; field++)
		if (field->name[0] && (field->metric == METRIC_GAUGE ||
				field->metric == METRIC_COUNTER))
			add_figure(metrics, field, record);
}

/* ---- the report itself */

static void report_figure(struct openmetrics *metrics, const char *name,
	const char *unit, const char *help, const char *number)
{
	name_start(metrics, "report", name);
	add_sample(metrics, family_of(metrics, unit, help, false),
		&metrics->labels, number);
}

static void report_problems(struct openmetrics *metrics,
	const struct snapshot *snapshot)
{
	struct text rest = { buf_text(&snapshot->problems),
		snapshot->problems.len }, line;
	struct buf labels = { 0 };
	char number[24];
	unsigned n = 0;

	while (text_line(&rest, &line)) {
		if (n++ >= PROBLEMS_NAMED)
			continue;
		buf_clear(&labels);
		buf_str(&labels, buf_text(&metrics->labels));
		add_label(&labels, "problem", line);
		name_start(metrics, "report", "problem_info");
		add_sample(metrics, family_of(metrics, "",
			"what could not be read", false), &labels, "1");
	}
	snprintf(number, sizeof(number), "%u", n);
	report_figure(metrics, "problems", "",
		"how many things could not be read", number);
	buf_fini(&labels);
}

void openmetrics_report(struct openmetrics *metrics, const char *report,
	const struct snapshot *snapshot, bool complete, double elapsed_ms)
{
	const struct facts *facts = &snapshot->machine->facts;
	const struct process *process = &snapshot->process;
	struct buf *labels = &metrics->labels, info = { 0 };
	struct value number = { .kind = VALUE_U64 };
	char text[40];

	metrics->reported = true;
	buf_clear(labels);
	add_label(labels, "report", text_of(report));
	if (snapshot->has_process) {
		number.u = (uint64_t)process->id.pid;
		add_value_label(labels, "pid", &number);
		number.u = process->id.starttime;
		if (process->answer == ANSWER_OK)
			add_value_label(labels, "starttime", &number);
	}
	report_figure(metrics, "complete", "",
		"whether all that was asked for could be read",
		complete ? "1" : "0");
	report_problems(metrics, snapshot);
	snprintf(text, sizeof(text), "%" PRIu64 ".%03u", facts->time_ms / 1000,
		(unsigned)(facts->time_ms % 1000));
	report_figure(metrics, "time", "seconds",
		"when the refresh began, since 1970 in UTC", text);
	snprintf(text, sizeof(text), "%.4f", elapsed_ms / 1000);
	report_figure(metrics, "elapsed", "seconds", "how long it took", text);
	buf_str(&info, buf_text(labels));
	if (snapshot->has_process && process->answer == ANSWER_OK)
		add_label(&info, "name", text_of(process->name));
	add_label(&info, "kernel", text_of(facts->release));
	add_label(&info, "machine", text_of(facts->machine));
	number.u = facts->page_size;
	add_value_label(&info, "page_size", &number);
	add_label(&info, "pfn_visible", text_of(facts->pfn_visible ? "true" :
		"false"));
	name_start(metrics, "report", "info");
	add_sample(metrics, family_of(metrics, "",
		"what was looked at, and where, as labels", false), &info, "1");
	buf_fini(&info);
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
