/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"
#include "vmatlas/base/stamp.h"
#include "vmatlas/model/rule.h"

static void put_stamp(struct record *record, struct value *value,
	bool told, const char *text)
{
	if (!record->snapshot->machine->facts.time_ms || !told)
		return;
	buf_clear(&record->scratch);
	buf_str(&record->scratch, text);
	set_scratch(record, value);
}

/* When the refresh began. */
static void get_time(struct record *record, struct value *value)
{
	char text[STAMP_MAX];

	put_stamp(record, value, stamp_utc(text,
		record->snapshot->machine->facts.time_ms), text);
}

static void get_local_time(struct record *record, struct value *value)
{
	char text[STAMP_MAX];

	put_stamp(record, value, stamp_local(text,
		record->snapshot->machine->facts.time_ms, true), text);
}

static void get_refresh(struct record *record, struct value *value)
{
	set_u64(value, record->snapshot->refresh);
}

static void get_name(struct record *record, struct value *value)
{
	set_str(value, record->snapshot->process.name);
}

static void get_rule(struct record *record, struct value *value)
{
	set_text(value, record->event->rule->text);
}

static void get_action(struct record *record, struct value *value)
{
	set_str(value, rule_action_name(record->event->rule->action));
}

static void get_value(struct record *record, struct value *value)
{
	set_real(value, record->event->state->terms[0].value);
}

static void get_words(struct record *record, struct value *value)
{
	buf_clear(&record->scratch);
	rule_event_words(record->event, &record->scratch);
	set_scratch(record, value);
}

const struct field event_fields[] = {
	F("time", NULL, "", 0, true, get_time, NULL,
		"when the refresh began that saw it"),
	F("", "TIME", "", 19, true, get_local_time, NULL, ""),
	F("refresh", NULL, "", 0, false, get_refresh, NULL,
		"the number of that refresh"),
	F("pid", "PID", "", 7, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started"),
	F("name", NULL, "", 0, true, get_name, NULL, "its comm"),
	F("action", "ACTION", "", 6, true, get_action, NULL,
		"what is done then: report, record or exit"),
	F("rule", "RULE", "", 30, true, get_rule, NULL,
		"the rule that began to hold"),
	F("value", NULL, "", 0, false, get_value, NULL,
		"the figure of its first term, in that figure's unit"),
	F("figures", "FIGURES", "", 0, true, get_words, NULL,
		"the figures of all its terms, in words"),
	{ 0 },
};
