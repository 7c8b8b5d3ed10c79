/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/roster.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/procstat.h"

/* A command line may change without a change of name; it is seen again after
 * so many listings. */
#define COMMAND_EVERY 16
/* One on screen is read as if it had waited so many times as long. */
#define SCREEN_WEIGHT 8
/* The budget is overdrawn by so many refreshes at most. */
#define OVERDRAFT 10
/* However little may be spent, all are listed this often. */
#define LIST_LEAST_MS 5000

void roster_fini(struct roster *roster)
{
	if (roster->is_reading)
		space_fini(&roster->space);
	free(roster->rows);
	free(roster->old);
	buf_fini(&roster->commands);
	buf_fini(&roster->old_commands);
	memset(roster, 0, sizeof(*roster));
}

static uint64_t cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int compare_pid(const void *key, const void *row)
{
	int pid = *(const int *)key;
	int other = ((const struct process_row *)row)->process.id.pid;

	return (pid > other) - (pid < other);
}

static struct process_row *find(const struct roster *roster, int pid)
{
	return roster->n ? bsearch(&pid, roster->rows, roster->n,
		sizeof(*roster->rows), compare_pid) : NULL;
}

/* ---- listing */

static void read_memory(struct roster *roster)
{
	struct list_memory *memory = &roster->memory;
	struct buf buf = { 0 };
	struct text text;

	memset(memory, 0, sizeof(*memory));
	if (source_text(roster->src, PROC_NONE, "meminfo", &buf) == ANSWER_OK) {
		text = (struct text){ buf_text(&buf), buf.len };
		memory->total_known = procstat_key(text, "MemTotal",
			&memory->total);
		memory->free_known = procstat_key(text, "MemFree",
			&memory->free);
		memory->anon_known = procstat_key(text, "AnonPages",
			&memory->anon);
	}
	memory->total <<= 10;
	memory->free <<= 10;
	memory->anon <<= 10;
	buf_fini(&buf);
}

static void read_cgroup(struct roster *roster, struct process_row *row)
{
	struct buf buf = { 0 };

	row->cgroup = (uint32_t)roster->commands.len;
	row->has_cgroup = source_text(roster->src, row->process.id, "cgroup",
		&buf) == ANSWER_OK;
	if (row->has_cgroup)
		buf_add(&roster->commands, buf_text(&buf),
			strlen(buf_text(&buf)) + 1);
	buf_fini(&buf);
}

/* OLD is what was known of it before, or NULL. */
static void read_command(struct roster *roster, struct process_row *row,
	const struct process_row *old, bool anew)
{
	const struct process *process = &row->process;
	struct buf command = { 0 };
	const char *text;

	if (old && !anew && !strcmp(old->process.name, process->name) &&
	    (roster->listings + (unsigned)process->id.pid) % COMMAND_EVERY) {
		text = buf_text(&roster->old_commands) + old->command;
	} else {
		process_command(process, roster->src, &command);
		text = buf_text(&command);
	}
	row->command = (uint32_t)roster->commands.len;
	buf_add(&roster->commands, text, strlen(text) + 1);
	buf_fini(&command);
}

static void take_faults(struct process_row *row, const struct process_row *old,
	uint64_t ms)
{
	uint64_t now = row->process.minor_faults + row->process.major_faults;
	uint64_t before = old->process.minor_faults +
		old->process.major_faults;

	if (!ms)
		row->fault_rate = old->fault_rate;
	else if (now >= before)
		row->fault_rate = (double)(now - before) * 1000.0 / (double)ms;
}

static void take_old(struct process_row *row, const struct process_row *old)
{
	row->usage = old->usage;
	row->answer = old->answer;
	row->by_pagemap = old->by_pagemap;
	row->usage_ms = old->usage_ms;
	row->states_ms = old->states_ms;
	row->listed_ms = old->listed_ms;
}

static void swap_lists(struct roster *roster)
{
	struct process_row *rows = roster->old;
	struct buf commands = roster->old_commands;
	size_t cap = roster->old_cap;

	roster->old = roster->rows;
	roster->nold = roster->n;
	roster->old_cap = roster->cap;
	roster->old_commands = roster->commands;
	roster->rows = rows;
	roster->cap = cap;
	roster->n = 0;
	roster->commands = commands;
	buf_clear(&roster->commands);
}

/* The same process in the list before; *AT goes through that as rows go
 * through this one. */
static const struct process_row *old_row(const struct roster *roster,
	struct proc_id id, size_t *at)
{
	while (*at < roster->nold &&
	       roster->old[*at].process.id.pid < id.pid)
		++*at;
	if (*at < roster->nold && roster->old[*at].process.id.pid == id.pid &&
	    roster->old[*at].process.id.starttime == id.starttime)
		return &roster->old[*at];
	return NULL;
}

static void end_reading(struct roster *roster)
{
	if (!roster->is_reading)
		return;
	source_forget(roster->src, roster->space.process.id);
	space_fini(&roster->space);
	roster->is_reading = false;
}

/* What is being read goes on, if its process does. */
static void find_reading(struct roster *roster)
{
	struct process_row *row;

	if (!roster->is_reading)
		return;
	row = find(roster, roster->space.process.id.pid);
	if (row && row->process.id.starttime ==
			roster->space.process.id.starttime) {
		roster->at = (size_t)(row - roster->rows);
		roster->space.reader->machine = roster->machine;
	} else {
		end_reading(roster);
	}
}

/* Another question takes its half. */
static double rate_of(const struct wish *wish)
{
	return wish->question == QUESTION_NONE ? wish->cpu : wish->cpu / 2;
}

/* CPU time that a refresh may take. */
static int64_t share_us(const struct wish *wish)
{
	return (int64_t)(rate_of(wish) * wish->period_ms * 10);
}

/* What the time since it was done last allows, or a period at first. */
static void earn(struct roster *roster, const struct wish *wish, uint64_t now)
{
	uint64_t ms = now > roster->earned_ms ? now - roster->earned_ms : 0;
	int64_t most = share_us(wish);

	if (roster->spare_us < -OVERDRAFT * most)
		roster->spare_us = -OVERDRAFT * most;
	roster->spare_us += roster->listings && ms < wish->period_ms ?
		(int64_t)(rate_of(wish) * (double)ms * 10) : most;
	if (roster->spare_us > most)
		roster->spare_us = most;
	roster->earned_ms = now;
}

/* Where the listing alone takes much of what may be spent, it does not come
 * at each refresh. */
static bool can_wait(const struct roster *roster, const struct wish *wish,
	uint64_t now)
{
	return roster->listings && !wish->whole && roster->spare_us <= 0 &&
		roster->list_us * 2 > share_us(wish) &&
		!wish->nlist_pids && now - roster->now_ms < LIST_LEAST_MS &&
		roster->listed.asked == wish->asked &&
		roster->listed.npids == wish->nlist_pids &&
		roster->listed.usage == wish->list_usage &&
		roster->listed.cgroups == wish->list_cgroups;
}

static void list_all(struct roster *roster, struct source *src,
	const struct machine *machine, const struct wish *wish)
{
	uint64_t now = machine->facts.uptime_ms + 1;
	uint64_t ms = now > roster->now_ms ? now - roster->now_ms : 0;
	struct process *processes;
	size_t i, n, at = 0;

	roster->next = 0;
	swap_lists(roster);
	if (processes_read(src, machine, wish->list_pids, wish->nlist_pids,
		    &processes, &n) != ANSWER_OK)
		n = 0;
	roster->rows = mem_grow(roster->rows, &roster->cap, n,
		sizeof(*roster->rows));
	for (i = 0; i < n; i++) {
		struct process_row *row = &roster->rows[roster->n++];
		const struct process_row *old = old_row(roster,
			processes[i].id, &at);

		*row = (struct process_row){ .process = processes[i],
			.fault_rate = -1, .listed_ms = now };
		if (old) {
			take_old(row, old);
			take_faults(row, old, ms);
		}
		read_command(roster, row, old, wish->whole);
		if (wish->list_cgroups)
			read_cgroup(roster, row);
	}
	free(processes);
	if (wish->list_usage)
		read_memory(roster);
	roster->now_ms = now;
	roster->listings++;
	roster->listed = (struct roster_listed){ wish->asked, wish->nlist_pids,
		wish->list_usage, wish->list_cgroups };
}

void roster_list(struct roster *roster, struct source *src,
	const struct machine *machine, const struct wish *wish)
{
	uint64_t begun = cpu_us(), now = machine->facts.uptime_ms + 1;

	roster->src = src;
	roster->machine = machine;
	earn(roster, wish, now);
	if (!can_wait(roster, wish, now)) {
		list_all(roster, src, machine, wish);
		roster->list_us = (int64_t)(cpu_us() - begun);
		roster->spare_us -= roster->list_us;
	}
	find_reading(roster);
}

/* ---- what is costly */

/* Its pages, by pagemap; the sums come with them. */
static void begin_reading(struct roster *roster, struct process_row *row,
	enum depth depth)
{
	struct space *space = &roster->space;
	enum answer answer;

	end_reading(roster);
	space_init(space, row->process.id, false);
	roster->is_reading = true;
	roster->at = (size_t)(row - roster->rows);
	answer = space_refresh(space, roster->src, roster->machine);
	if (answer == ANSWER_OK) {
		space_pass_begin(space, depth);
		return;
	}
	row->usage_ms = row->states_ms = roster->now_ms;
	row->by_pagemap = true;
	row->usage.known = 0;
	row->answer = answer;
	end_reading(roster);
}

static void take_reading(struct roster *roster)
{
	struct process_row *row = &roster->rows[roster->at];
	struct space *space = &roster->space;
	enum answer answer = space->reader->answers[WORDS_PAGEMAP];

	if (answer != ANSWER_OK && row->usage_ms && row->answer == ANSWER_OK) {
		/* The sums that we have are better than nothing. */
		row->states_ms = roster->now_ms;
		end_reading(roster);
		return;
	}
	space_sum(space, &row->usage);
	row->answer = answer;
	row->by_pagemap = !space->usage_from_smaps || !space->nregions;
	row->usage_ms = roster->now_ms;
	if (space->reader->depth >= DEPTH_STATES)
		row->states_ms = roster->now_ms;
	end_reading(roster);
}

static bool knows_states(const struct roster *roster, const struct wish *wish)
{
	return wish->list_states && roster->machine->facts.pfn_visible;
}

/* By its stat alone it maps nothing, so that nobody needs to be asked. */
static void take_nothing(struct roster *roster, struct process_row *row,
	const struct wish *wish)
{
	bool states = wish->list_pagemap ? wish->depth >= DEPTH_STATES :
		knows_states(roster, wish);

	usage_zero(&row->usage);
	row->usage.known &= ~(uint32_t)(USAGE_CACHED |
		(states ? 0 : USAGE_STATES));
	row->answer = ANSWER_OK;
	row->by_pagemap = true;
	row->usage_ms = roster->now_ms;
	if (states)
		row->states_ms = roster->now_ms;
}

/* The sums, as cheap as they can be had; the states stay what they were. */
static void read_usage(struct roster *roster, struct process_row *row,
	const struct wish *wish)
{
	uint64_t state[NSTATES];
	bool known = usage_knows(&row->usage, USAGE_STATES);
	enum depth depth = wish->depth;

	if (!process_may_map(&row->process)) {
		take_nothing(roster, row, wish);
		return;
	}
	if (!wish->list_pagemap) {
		memcpy(state, row->usage.state, sizeof(state));
		row->answer = process_rollup(row->process.id, roster->src,
			&row->usage);
		row->by_pagemap = false;
		row->usage_ms = roster->now_ms;
		if (known) {
			memcpy(row->usage.state, state, sizeof(state));
			row->usage.known |= USAGE_STATES;
		}
		if (row->answer != ANSWER_ABSENT &&
		    row->answer != ANSWER_UNRECORDED)
			return;
		depth = knows_states(roster, wish) ? DEPTH_STATES : DEPTH_SUMS;
	}
	begin_reading(roster, row, depth);
}

/* ---- what to read next */

enum task_kind { TASK_NONE, TASK_USAGE, TASK_STATES };

struct task {
	struct process_row *row;
	enum task_kind kind;
	uint64_t waited;	/* for comparison */
};

/* How long has that been waiting?  0: it was read in this listing. */
static uint64_t wait_of(const struct roster *roster,
	const struct process_row *row, uint64_t read_ms)
{
	if (!read_ms)
		return 4 * (roster->now_ms - row->listed_ms + 1000);
	return roster->now_ms > read_ms ? roster->now_ms - read_ms : 0;
}

static void consider(const struct roster *roster, const struct wish *wish,
	struct process_row *row, unsigned weight, struct task *best)
{
	uint64_t waited = weight * wait_of(roster, row, row->usage_ms);

	if (!process_may_map(&row->process))
		return;
	if (waited > best->waited)
		*best = (struct task){ row, TASK_USAGE, waited };
	if (!row->usage_ms || row->answer != ANSWER_OK ||
	    !knows_states(roster, wish))
		return;
	/* They cost more than the sums, and matter less. */
	waited = weight * wait_of(roster, row, row->states_ms) / 2;
	if (waited > best->waited)
		*best = (struct task){ row, TASK_STATES, waited };
}

static struct task choose(const struct roster *roster,
	const struct wish *wish)
{
	struct task best = { 0 };
	unsigned i;
	size_t k;

	for (i = 0; i < wish->nshown_pids; i++) {
		struct process_row *row = find(roster, wish->shown_pids[i]);

		if (row)
			consider(roster, wish, row, SCREEN_WEIGHT, &best);
	}
	for (k = 0; k < roster->n; k++)
		consider(roster, wish, &roster->rows[k], 1, &best);
	return best;
}

/* All of them, one after the other. */
static struct task choose_next(struct roster *roster, const struct wish *wish)
{
	for (; roster->next < roster->n; roster->next++) {
		struct process_row *row = &roster->rows[roster->next];

		if (row->usage_ms != roster->now_ms &&
		    (process_may_map(&row->process) || !wish->keep_blocks))
			return (struct task){ row, TASK_USAGE, 1 };
		if (row->answer == ANSWER_OK && process_may_map(&row->process) &&
		    knows_states(roster, wish) &&
		    row->states_ms != roster->now_ms)
			return (struct task){ row, TASK_STATES, 1 };
	}
	return (struct task){ 0 };
}

static bool perform(struct roster *roster, const struct wish *wish,
	struct task task)
{
	if (task.kind == TASK_USAGE)
		read_usage(roster, task.row, wish);
	else if (task.kind == TASK_STATES)
		begin_reading(roster, task.row, DEPTH_STATES);
	else if (wish->list_pagemap)
		read_memory(roster);	/* as it is after what was added up */
	return task.kind != TASK_NONE;
}

bool roster_look(struct roster *roster, const struct wish *wish)
{
	uint64_t begun;
	bool found = false;
	unsigned i;

	if (!roster->machine || !wish->list_usage || wish->whole)
		return false;
	begun = cpu_us();
	for (i = 0; i < wish->nshown_pids && !found; i++) {
		struct process_row *row = find(roster, wish->shown_pids[i]);

		found = row && !row->usage_ms && process_may_map(&row->process);
		if (found)
			read_usage(roster, row, wish);
		while (found && !row->usage_ms)
			if (space_pass_step(&roster->space, true) <= 0)
				take_reading(roster);
	}
	roster->spare_us -= (int64_t)(cpu_us() - begun);
	return found;
}

bool roster_step(struct roster *roster, const struct wish *wish)
{
	uint64_t begun;
	bool more = true;

	if (!wish->list_usage)
		return false;
	if (roster_look(roster, wish))
		return true;
	if (!wish->whole && roster->spare_us <= 0)
		return false;
	begun = wish->whole ? 0 : cpu_us();
	if (!roster->is_reading)
		more = perform(roster, wish, wish->whole ?
			choose_next(roster, wish) : choose(roster, wish));
	else if (space_pass_step(&roster->space, true) <= 0)
		take_reading(roster);
	if (!wish->whole)
		roster->spare_us -= (int64_t)(cpu_us() - begun);
	return more;
}

void roster_fill(const struct roster *roster, const struct wish *wish,
	struct snapshot *snapshot)
{
	snapshot->has_list = wish->list;
	snapshot->memory = roster->memory;
	snapshot->nrows = wish->list ? roster->n : 0;
	snapshot->rows = mem_grow(snapshot->rows, &snapshot->rows_cap,
		snapshot->nrows, sizeof(*snapshot->rows));
	if (snapshot->nrows)
		memcpy(snapshot->rows, roster->rows,
			snapshot->nrows * sizeof(*roster->rows));
	buf_clear(&snapshot->commands);
	if (snapshot->nrows)
		buf_add(&snapshot->commands, buf_text(&roster->commands),
			roster->commands.len);
}
