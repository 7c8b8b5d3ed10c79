/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "vmatlas/model/rule.h"

void rule_wish(const struct rule *rule, struct wish *wish)
{
	unsigned i;

	for (i = 0; i < rule->n; i++) {
		const struct field *field = rule->terms[i].field;
		enum depth depth = wish->depth;

		if (!strcmp(field->name, "states") ||
		    field->cost == COST_STATES)
			depth = DEPTH_STATES;
		if (!strcmp(field->name, "cached"))
			depth = DEPTH_FULL;
		if (depth > wish->depth)
			wish->depth = depth;
		wish->want_zones |= !strcmp(field->name, "zones");
		wish->want_swap_pss |= !strcmp(field->name, "swap_pss");
	}
}

/* ---- regions */

bool rule_pattern(const char *pattern, struct text name)
{
	const char *star = NULL;
	size_t i = 0, back = 0;

	while (i < name.n) {
		if (*pattern == '*') {
			star = ++pattern;
			back = i;
		} else if (*pattern && (*pattern == '?' ||
				*pattern == name.p[i])) {
			pattern++;
			i++;
		} else if (star) {
			pattern = star;
			i = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static struct text last_part(struct text path)
{
	size_t i = path.n;

	while (i && path.p[i - 1] != '/')
		i--;
	return (struct text){ path.p + i, path.n - i };
}

static bool is_meant(const struct rule_term *term,
	const struct snapshot *snapshot, size_t i)
{
	struct text title = snapshot_region_title(snapshot, i);

	if (!term->regions[0])
		return true;
	if (!strncmp(term->regions, "type:", 5))
		return !strcmp(term->regions + 5, region_type_name(
			(enum region_type)snapshot->regions[i].type));
	return rule_pattern(term->regions, title) ||
		rule_pattern(term->regions, last_part(title));
}

/* ---- figures */

/* May pages be in that state of which only is known that they are there? */
static bool may_hide(const struct rule_term *term, struct record *record,
	const struct value *value, unsigned part)
{
	return !strcmp(term->field->name, "states") &&
		part + 1 != STATE_PRESENT && state_info((enum page_state)
			(part + 1))->presence == PRESENCE_MAPPED &&
		value->at(record, STATE_PRESENT - 1);
}

/* A number as it stands in reports; false: it is not known. */
static bool number(const struct rule_term *term, struct record *record,
	double *out)
{
	struct value value = { .kind = VALUE_NULL };
	char name[32];
	unsigned i;

	term->field->get(record, &value);
	switch (value.kind) {
	case VALUE_U64:
	case VALUE_BYTES:
	case VALUE_BOOL:
	case VALUE_HEX:
		*out = (double)value.u;
		return true;
	case VALUE_I64:
		*out = (double)value.i;
		return true;
	case VALUE_REAL:
		*out = value.r;
		return true;
	case VALUE_COUNTS:
	case VALUE_PARTS:
		for (i = 0; i < value.n; i++) {
			const char *part = term->field->part(record->snapshot,
				i, name);

			if (part && !strcmp(part, term->part)) {
				*out = (double)value.at(record, i);
				return !may_hide(term, record, &value, i);
			}
		}
		return false;
	default:
		return false;
	}
}

static bool of_process(const struct rule_term *term,
	const struct snapshot *snapshot, double *out)
{
	struct process_row row = { .process = snapshot->process,
		.usage = snapshot->total, .by_pagemap = true,
		.fault_rate = snapshot->faults_rate };
	struct record record = { .object = OBJECT_PROCESS,
		.snapshot = snapshot, .row = &row };
	bool known = number(term, &record, out);

	record_fini(&record);
	return known;
}

/* The sum of all that are meant, so many of which there are. */
static bool of_regions(const struct rule_term *term,
	const struct snapshot *snapshot, double *out, size_t *n)
{
	struct record record = { .object = OBJECT_REGION,
		.snapshot = snapshot };
	bool known = true;

	*out = 0;
	for (*n = 0; record.index < snapshot->nregions; record.index++) {
		double one = 0;

		if (!is_meant(term, snapshot, record.index))
			continue;
		known &= number(term, &record, &one);
		*out += one;
		++*n;
	}
	record_fini(&record);
	return known;
}

/* ---- holding */

static void say(const struct rule_term *term, bool *said, const char *what,
	struct buf *notes)
{
	if (*said)
		return;
	*said = true;
	text_escape(notes, term->words, false);
	buf_fmt(notes, " %s\n", what);
}

static bool compare(const struct rule_term *term, double value)
{
	switch (term->compare) {
	case RULE_MORE:
		return value > term->bound;
	case RULE_AT_LEAST:
		return value >= term->bound;
	case RULE_LESS:
		return value < term->bound;
	case RULE_AT_MOST:
		return value <= term->bound;
	case RULE_EQUAL:
		return value == term->bound;
	case RULE_OTHER:
		return value != term->bound;
	}
	return false;
}

static enum match check_term(const struct rule *rule, unsigned i,
	struct rule_state *state, const struct snapshot *snapshot,
	struct buf *notes)
{
	const struct rule_term *term = &rule->terms[i];
	bool had = state->terms[i].known;
	double before = state->terms[i].before, value = 0;
	size_t n = 1;

	state->terms[i].known = term->of_regions ?
		of_regions(term, snapshot, &value, &n) :
		of_process(term, snapshot, &value);
	state->terms[i].before = state->terms[i].value = value;
	if (!state->terms[i].known) {
		say(term, &state->terms[i].said, "is not known: a rule with "
			"it cannot be told to hold, or not to", notes);
		return MATCH_MAYBE;
	}
	if (!n)
		say(term, &state->terms[i].said,
			"is of no region that is there: it counts as 0", notes);
	if (!term->growth)
		return compare(term, value) ? MATCH_YES : MATCH_NO;
	if (!had)
		return MATCH_MAYBE;
	state->terms[i].value = value - before;
	return compare(term, value - before) ? MATCH_YES : MATCH_NO;
}

enum match rule_check(const struct rule *rule, struct rule_state *state,
	const struct snapshot *snapshot, struct buf *notes)
{
	const struct proc_id *id = &snapshot->process.id;
	enum match match = MATCH_YES;
	unsigned i;

	if (state->id.pid != id->pid || state->id.starttime != id->starttime) {
		memset(state, 0, sizeof(*state));
		state->id = *id;
	}
	/* Of a recording any refresh may be looked at. */
	for (i = 0; i < rule->n && snapshot->go.count &&
	     snapshot->refresh != state->refresh + 1; i++)
		state->holds = state->terms[i].known = false;
	state->refresh = snapshot->refresh;
	for (i = 0; i < rule->n; i++) {
		enum match one = check_term(rule, i, state, snapshot, notes);

		if (one < match)
			match = one;
	}
	return match;
}

void rule_event_words(const struct rule_event *event, struct buf *out)
{
	char size[TEXT_SIZE_MAX];
	unsigned i;

	for (i = 0; i < event->rule->n; i++) {
		const struct rule_term *term = &event->rule->terms[i];
		double value = event->state->terms[i].value;

		buf_str(out, i ? ", " : "");
		text_escape(out, term->words, false);
		if (!strcmp(term->field->unit, "bytes") && !term->part[0])
			buf_fmt(out, " %s%s", value < 0 ? "-" : "", text_size(
				(uint64_t)(value < 0 ? -value : value), size));
		else
			buf_fmt(out, " %.15g", value);
	}
}
