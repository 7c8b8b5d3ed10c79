/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields_impl.h"

static void get_ppid(struct record *record, struct value *value)
{
	if (fields_stat_known(record))
		set_u64(value, (uint64_t)fields_process(record)->ppid);
}

static void get_process_name(struct record *record, struct value *value)
{
	if (fields_stat_known(record))
		set_str(value, fields_process(record)->name);
}

static void get_command(struct record *record, struct value *value)
{
	set_str(value, buf_text(&record->snapshot->commands) +
		record->row->command);
}

static void get_user(struct record *record, struct value *value)
{
	const struct process *process = fields_process(record);

	if (process->user[0]) {
		set_str(value, process->user);
		return;
	}
	buf_clear(&record->scratch);
	buf_fmt(&record->scratch, "%u", (unsigned)process->uid);
	set_scratch(record, value);
}

static void get_process_state(struct record *record, struct value *value)
{
	if (!fields_stat_known(record))
		return;
	set_text(value, (struct text){ &record->row->process.state, 1 });
}

static void get_vss(struct record *record, struct value *value)
{
	if (fields_stat_known(record) && !fields_process(record)->headless)
		set_bytes(value, fields_process(record)->vss);
}

#define PROCESS_FIGURE(name, figure, expr) \
	static void get_process_##name(struct record *record, \
		struct value *value) \
	{ \
		const struct usage *usage = &record->row->usage; \
		set_figure(value, &usage->figures, figure, expr); \
	}
PROCESS_FIGURE(rss, USAGE_RSS, usage->rss)
PROCESS_FIGURE(pss, USAGE_PSS, usage_pss(usage))
PROCESS_FIGURE(pss_anon, USAGE_PSS_ANON, usage->pss_anon_fixed >> PSS_SHIFT)
PROCESS_FIGURE(uss, USAGE_USS, usage->uss)
PROCESS_FIGURE(shared, USAGE_SHARED, usage->shared)
PROCESS_FIGURE(anonymous, USAGE_ANONYMOUS, usage->anonymous)
PROCESS_FIGURE(swap, USAGE_SWAP, usage->swap)

/* A page that is only known to be present could be either. */
static void set_cow(struct record *record, struct value *value,
	enum page_state state)
{
	const struct usage *usage = &record->row->usage;

	if (!usage->state[STATE_PRESENT])
		set_figure(value, &usage->figures, USAGE_STATES,
			(uint64_t)usage->state[state] <<
			record->snapshot->machine->page_shift);
}

static void get_process_cow_shared(struct record *record, struct value *value)
{
	set_cow(record, value, STATE_COW_SHARED);
}

static void get_process_cow_copied(struct record *record, struct value *value)
{
	set_cow(record, value, STATE_COW_COPIED);
}

static void get_pss_source(struct record *record, struct value *value)
{
	if (usage_knows(&record->row->usage, USAGE_PSS))
		set_str(value, record->row->by_pagemap ? "pagemap" :
			"smaps_rollup");
}

static void get_minor(struct record *record, struct value *value)
{
	if (fields_stat_known(record))
		set_u64(value, fields_process(record)->minor_faults);
}

static void get_major(struct record *record, struct value *value)
{
	if (fields_stat_known(record))
		set_u64(value, fields_process(record)->major_faults);
}

/* As stat has it: known at once. */
static void get_quick_rss(struct record *record, struct value *value)
{
	if (fields_stat_known(record))
		set_bytes(value, fields_process(record)->rss);
}

static void get_faults_per_second(struct record *record, struct value *value)
{
	if (fields_stat_known(record) && record->row->fault_rate >= 0)
		set_real(value, record->row->fault_rate);
}

/* Of what is costly, in seconds. */
static void get_age(struct record *record, struct value *value)
{
	uint64_t now = record->snapshot->machine->facts.uptime_ms + 1;

	if (record->row->answer != ANSWER_OK)
		value->kind = VALUE_NONE;
	else if (record->row->usage_ms)
		set_u64(value, now > record->row->usage_ms ?
			(now - record->row->usage_ms) / 1000 : 0);
}

static uint64_t process_state_at(const struct record *record, unsigned i)
{
	return record->row->usage.state[i + 1];
}

static void get_process_states(struct record *record, struct value *value)
{
	if (!usage_knows(&record->row->usage, USAGE_STATES))
		return;
	value->kind = VALUE_COUNTS;
	value->n = NSTATES - 1;
	value->at = process_state_at;
}

const struct field process_fields[] = {
	F_NUMBER("pid", "PID", "", 7, fields_pid, "process", "PID", 7, 0,
		.metric = METRIC_LABEL),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started, in clock ticks after boot",
		.metric = METRIC_LABEL),
	F_NUMBER("ppid", NULL, "", 0, get_ppid, "its parent", "PPID", 7, 15,
		.metric = METRIC_INFO),
	F("name", NULL, "", 0, false, get_process_name, NULL, "its comm",
		.metric = METRIC_LABEL),
	F("command", NULL, "", 0, true, get_command, NULL,
		"its command line"),
	F_COLUMN("user", "USER", "", 10, true, get_user,
		"its effective user", "USER", 8, 3, COST_NONE,
		.metric = METRIC_INFO),
	F_COLUMN("state", "S", "", 1, true, get_process_state,
		"R S D Z T ..., as ps has it", "S", 1, 4, COST_NONE),
	F_COLUMN("vss", "VSS", "bytes", 10, false, get_vss,
		"virtual set size: all that is mapped",
		"VSS", 5, 6, COST_NONE),
	F("rss", "RSS", "bytes", 9, false, get_process_rss, NULL,
		"resident set size: what is in memory"),
	F_SCREEN(false, "bytes", get_quick_rss, "RSS", 5, 1),
	F_COLUMN("pss", "PSS", "bytes", 9, false, get_process_pss,
		"proportional set size: shared pages by their share",
		"PSS", 5, 2, COST_USAGE),
	F("pss_anon", NULL, "bytes", 0, false, get_process_pss_anon, NULL,
		"the anonymous part of it"),
	F("pss_source", NULL, "", 0, true, get_pss_source, NULL,
		"pagemap or smaps_rollup", .metric = METRIC_INFO),
	F_COLUMN("uss", "USS", "bytes", 9, false, get_process_uss,
		"unique set size: what only it has",
		"USS", 5, 5, COST_USAGE),
	F_COLUMN("shared", "SHARED", "bytes", 9, false, get_process_shared,
		"pages mapped more than once", "SHARED", 6, 9, COST_USAGE),
	F_COLUMN("anonymous", NULL, "bytes", 0, false, get_process_anonymous,
		"pages of no file", "ANON", 5, 13, COST_USAGE),
	F_COLUMN("swap", "SWAP", "bytes", 8, false, get_process_swap,
		"what is in swap", "SWAP", 5, 7, COST_USAGE),
	F_COLUMN("cow_shared", NULL, "bytes", 0, false, get_process_cow_shared,
		"shared after a fork, not yet written",
		"COW", 5, 10, COST_STATES),
	F_COLUMN("cow_copied", NULL, "bytes", 0, false, get_process_cow_copied,
		"private copies of file pages", "COPIED", 6, 12, COST_STATES),
	F("minor_faults", NULL, "", 0, false, get_minor, NULL,
		"page faults without I/O", .metric = METRIC_COUNTER),
	F_COLUMN("major_faults", NULL, "", 0, false, get_major,
		"page faults with I/O", "MAJFLT", 6, 14, COST_NONE,
		.metric = METRIC_COUNTER),
	F_COLUMN("faults_per_second", NULL, "", 0, false,
		get_faults_per_second,
		"page faults of both kinds, since the refresh before",
		"FLT/s", 5, 8, COST_NONE, .metric = METRIC_NONE),
	F("states", NULL, "pages", 0, false, get_process_states, fields_state_part,
		"pages by state", .part_label = "state"),
	F_SCREEN(false, "seconds", get_age, "AGE", 4, 11),
	F_COLUMN("", "COMMAND", "", 0, true, get_command, "", "COMMAND", 0, 0,
		COST_NONE),
	{ 0 },
};
