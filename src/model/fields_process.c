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
		set_figure(value, usage, figure, expr); \
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
		set_figure(value, usage, USAGE_STATES,
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
	F("pid", "PID", "", 7, false, fields_pid, NULL, "process"),
	F("starttime", NULL, "ticks", 0, false, fields_starttime, NULL,
		"when it started, in clock ticks after boot"),
	F("ppid", NULL, "", 0, false, get_ppid, NULL, "its parent"),
	F("name", NULL, "", 0, false, get_process_name, NULL, "its comm"),
	F("command", NULL, "", 0, true, get_command, NULL,
		"its command line"),
	F("user", "USER", "", 10, true, get_user, NULL, "its effective user"),
	F("state", "S", "", 1, true, get_process_state, NULL,
		"R S D Z T ..., as ps has it"),
	F("vss", "VSS", "bytes", 10, false, get_vss, NULL,
		"virtual set size: all that is mapped"),
	F("rss", "RSS", "bytes", 9, false, get_process_rss, NULL,
		"resident set size: what is in memory"),
	F("pss", "PSS", "bytes", 9, false, get_process_pss, NULL,
		"proportional set size: shared pages by their share"),
	F("pss_anon", NULL, "bytes", 0, false, get_process_pss_anon, NULL,
		"the anonymous part of it"),
	F("pss_source", NULL, "", 0, true, get_pss_source, NULL,
		"pagemap or smaps_rollup"),
	F("uss", "USS", "bytes", 9, false, get_process_uss, NULL,
		"unique set size: what only it has"),
	F("shared", "SHARED", "bytes", 9, false, get_process_shared, NULL,
		"pages mapped more than once"),
	F("anonymous", NULL, "bytes", 0, false, get_process_anonymous, NULL,
		"pages of no file"),
	F("swap", "SWAP", "bytes", 8, false, get_process_swap, NULL,
		"what is in swap"),
	F("cow_shared", NULL, "bytes", 0, false, get_process_cow_shared, NULL,
		"shared after a fork, not yet written"),
	F("cow_copied", NULL, "bytes", 0, false, get_process_cow_copied, NULL,
		"private copies of file pages"),
	F("minor_faults", NULL, "", 0, false, get_minor, NULL,
		"page faults without I/O"),
	F("major_faults", NULL, "", 0, false, get_major, NULL,
		"page faults with I/O"),
	F("states", NULL, "pages", 0, false, get_process_states, fields_state_part,
		"pages by state"),
	F("", "COMMAND", "", 0, true, get_command, NULL, ""),
	{ 0 },
};
