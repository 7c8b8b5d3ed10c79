/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

#include <inttypes.h>

static const struct budget *budget_of(const struct record *record)
{
	return &record->snapshot->budget;
}

static const struct memory_row *row_of(const struct record *record)
{
	return &budget_of(record)->rows[record->index];
}

/* Words of a row; none where there are none. */
static void set_words(struct record *record, struct value *value,
	uint32_t offset)
{
	if (offset)
		set_str(value, budget_text(budget_of(record), offset));
	else
		value->kind = VALUE_NONE;
}

static void get_group(struct record *record, struct value *value)
{
	set_str(value, memory_group_name(row_of(record)->group));
}

static void get_name(struct record *record, struct value *value)
{
	set_words(record, value, row_of(record)->name);
}

static void get_subject(struct record *record, struct value *value)
{
	set_words(record, value, row_of(record)->subject);
}

static void get_value(struct record *record, struct value *value)
{
	const struct memory_row *row = row_of(record);

	if (row->known != MEMORY_KNOWN)
		return;
	if (row->unit == MEMORY_PERCENT)
		set_real(value, (double)row->value / 100);
	else
		set_i64(value, row->value);
}

/* For people: with its unit. */
static void get_figure(struct record *record, struct value *value)
{
	const struct memory_row *row = row_of(record);
	struct buf *out = &record->scratch;

	if (row->known == MEMORY_UNKNOWN)
		return;
	buf_clear(out);
	if (row->known == MEMORY_UNLIMITED)
		buf_str(out, "no limit");
	else if (row->unit == MEMORY_PERCENT)
		buf_fixed(out, (double)row->value / 100, 2);
	else if (row->unit == MEMORY_BYTES &&
		 (row->value >= 10240 || row->value % 1024 == 0 ||
		  row->value < 0))
		buf_fmt(out, "%" PRId64 " K", row->value / 1024);
	else
		buf_fmt(out, "%" PRId64, row->value);
	if (row->known == MEMORY_KNOWN && row->unit == MEMORY_PERCENT)
		buf_str(out, " %");
	set_scratch(record, value);
}

static void get_unit(struct record *record, struct value *value)
{
	set_str(value, memory_unit_name(row_of(record)->unit));
}

static void get_unlimited(struct record *record, struct value *value)
{
	if (row_of(record)->known == MEMORY_UNKNOWN)
		return;
	value->kind = VALUE_BOOL;
	value->u = row_of(record)->known == MEMORY_UNLIMITED;
}

static void get_rate(struct record *record, struct value *value)
{
	if (!row_of(record)->counts_up)
		value->kind = VALUE_NONE;
	else if (row_of(record)->rate >= 0)
		set_real(value, row_of(record)->rate);
}

static void get_note(struct record *record, struct value *value)
{
	set_words(record, value, row_of(record)->note);
}

/* For people: what it is about, and the note. */
static void get_about(struct record *record, struct value *value)
{
	const struct memory_row *row = row_of(record);
	struct buf *out = &record->scratch;

	buf_clear(out);
	/* A long one only where it begins. */
	if (row->group != GROUP_CGROUP || !record->index ||
	    row[-1].subject != row->subject)
		buf_str(out, budget_text(budget_of(record), row->subject));
	if (out->len && row->note)
		buf_str(out, ": ");
	buf_str(out, budget_text(budget_of(record), row->note));
	set_scratch(record, value);
}

const struct field memory_fields[] = {
	F("group", "GROUP", "", 8, true, get_group, NULL,
		"what it belongs to; all of ram add up to total's total"),
	F("name", "NAME", "", 21, true, get_name, NULL, "which figure"),
	F("subject", NULL, "", 0, true, get_subject, NULL,
		"the device, pool or control group it is about"),
	F("value", NULL, "", 0, false, get_value, NULL, "the figure"),
	F("", "VALUE", "", 14, false, get_figure, NULL, ""),
	F("unit", NULL, "", 0, true, get_unit, NULL,
		"of the value: bytes, pages, count, microseconds or percent"),
	F("unlimited", NULL, "", 0, false, get_unlimited, NULL,
		"it is a limit, and none is set"),
	F("rate", "PER SECOND", "", 12, false, get_rate, NULL,
		"how fast a counter rose since the refresh before"),
	F("note", NULL, "", 0, true, get_note, NULL, "what to know about it"),
	F("", "ABOUT", "", 0, true, get_about, NULL, ""),
	F("pid", NULL, "", 0, false, fields_owner_pid, NULL,
		"the process named, if any"),
	F("starttime", NULL, "ticks", 0, false, fields_owner_starttime, NULL,
		"when it started"),
	{ 0 },
};
