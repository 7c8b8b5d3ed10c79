/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "openmetrics_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Lines that say what could not be read; their number is always told. */
#define PROBLEMS_NAMED 16

static void add_value(struct openmetrics *metrics, struct family *family,
	const struct buf *labels, const struct value *value)
{
	struct buf number = { 0 };

	if (metrics_number(&number, value))
		metrics_sample(metrics, family, labels, buf_text(&number));
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
		metrics_label(&labels, field->part_label, text_of(name));
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
	if (parts || metrics_number(&number, &value)) {
		struct family *family;

		metrics_name(metrics, object_name(record->object), field->name);
		family = metrics_family(metrics, field->unit, field->words,
			field->metric == METRIC_COUNTER);
		if (parts)
			add_parts(metrics, family, field, record, &value);
		else
			metrics_sample(metrics, family, &metrics->labels,
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
		metrics_value_label(&labels, field->name, &value);
		any = true;
	}
	if (any) {
		metrics_name(metrics, object_name(record->object), "info");
		metrics_sample(metrics, metrics_family(metrics, "",
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
	metrics_name(metrics, "memory", row->counts_up ? "counted" :
		*units[row->unit] ? "" : "value");
	metrics_sample(metrics, metrics_family(metrics, units[row->unit],
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

	metrics_label(labels, "group", text_of(memory_group_name(row->group)));
	metrics_label(labels, "name", text_of(budget_text(budget, row->name)));
	if (row->subject)
		metrics_label(labels, "subject",
			text_of(budget_text(budget, row->subject)));
	if (row->group == GROUP_PROCESS || row->group == GROUP_CGROUP) {
		struct value pid = { .kind = VALUE_U64,
			.u = (uint64_t)process->id.pid };
		struct value since = { .kind = VALUE_U64,
			.u = process->id.starttime };

		metrics_value_label(labels, "pid", &pid);
		if (process->answer == ANSWER_OK)
			metrics_value_label(labels, "starttime", &since);
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

			metrics_value_label(&metrics->labels, field->name, &value);
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
	metrics_name(metrics, "report", name);
	metrics_sample(metrics, metrics_family(metrics, unit, help, false),
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
		metrics_label(&labels, "problem", line);
		metrics_name(metrics, "report", "problem_info");
		metrics_sample(metrics, metrics_family(metrics, "",
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
	metrics_label(labels, "report", text_of(report));
	if (snapshot->has_process) {
		number.u = (uint64_t)process->id.pid;
		metrics_value_label(labels, "pid", &number);
		number.u = process->id.starttime;
		if (process->answer == ANSWER_OK)
			metrics_value_label(labels, "starttime", &number);
	}
	report_figure(metrics, "complete", "",
		"whether all that was asked for could be read",
		complete ? "1" : "0");
	report_problems(metrics, snapshot);
	snprintf(text, sizeof(text), "%" PRIu64 ".%03u", facts->time_ms / 1000,
		(unsigned)(facts->time_ms % 1000));
	if (facts->time_ms)
		report_figure(metrics, "time", "seconds",
			"when the refresh began, since 1970 in UTC", text);
	snprintf(text, sizeof(text), "%.4f", elapsed_ms / 1000);
	report_figure(metrics, "elapsed", "seconds", "how long it took", text);
	buf_str(&info, buf_text(labels));
	if (snapshot->has_process && process->answer == ANSWER_OK)
		metrics_label(&info, "name", text_of(process->name));
	metrics_label(&info, "kernel", text_of(facts->release));
	metrics_label(&info, "machine", text_of(facts->machine));
	number.u = facts->page_size;
	metrics_value_label(&info, "page_size", &number);
	metrics_label(&info, "pfn_visible", text_of(facts->pfn_visible ? "true" :
		"false"));
	metrics_name(metrics, "report", "info");
	metrics_sample(metrics, metrics_family(metrics, "",
		"what was looked at, and where, as labels", false), &info, "1");
	buf_fini(&info);
}
