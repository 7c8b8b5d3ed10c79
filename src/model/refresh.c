/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refresh.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/kernel/procstat.h"
#include "swap_rows.h"

/* While the first pass goes on, what it has so far is shown this often. */
#define FIRST_LOOK_MS 60
/* Pages on screen whose frames are looked at anew at every refresh. */
#define FRESH_PAGES 16384
/* Times that an audit which finds a difference looks again, and the first. */
#define AUDIT_TRIES 5

void refresh_init(struct refresh *refresh, struct source *src,
	struct refresh_owner owner)
{
	memset(refresh, 0, sizeof(*refresh));
	refresh->src = src;
	refresh->owner = owner;
}

void refresh_fini(struct refresh *refresh)
{
	unsigned i;

	if (refresh->has_space)
		space_fini(&refresh->space);
	audit_fini(&refresh->audit);
	swap_users_fini(&refresh->swap_users);
	frames_free(refresh->frames);
	frame_sums_fini(&refresh->sums);
	budget_fini(&refresh->budget);
	budget_fini(&refresh->budget_before);
	question_fini(&refresh->question);
	symbols_fini(&refresh->symbols);
	machine_unref(refresh->machine);
	for (i = 0; i < SNAPSHOT_POOL; i++)
		snapshot_free(refresh->pool[i]);
	buf_fini(&refresh->command);
	buf_fini(&refresh->commands);
	free(refresh->rows);
	source_free(refresh->src);
}

uint64_t refresh_clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- snapshots */

/* One that nobody looks at.  The app holds two at most, the sampler one. */
static struct snapshot *snapshot_take(struct refresh *refresh)
{
	unsigned i;

	for (i = 0; i < SNAPSHOT_POOL; i++) {
		struct snapshot *snapshot = refresh->pool[i];

		if (!snapshot)
			snapshot = refresh->pool[i] =
				mem_new(1, sizeof(*snapshot));
		if (!__atomic_load_n(&snapshot->refs, __ATOMIC_ACQUIRE))
			return snapshot_ref(snapshot);
	}
	abort();
}

static double rate(uint64_t now, uint64_t before, uint64_t ms)
{
	return ms && now >= before ?
		(double)(now - before) * 1000.0 / (double)ms : -1;
}

static void take_rates(struct snapshot *snapshot, const struct refresh *refresh)
{
	const struct rates *now = &refresh->now, *before = &refresh->before;
	uint64_t ms = before->known && now->uptime_ms > before->uptime_ms ?
		now->uptime_ms - before->uptime_ms : 0;
	bool same = now->id.pid && before->id.pid == now->id.pid &&
		before->id.starttime == now->id.starttime;

	snapshot->faults_rate = snapshot->major_rate = -1;
	snapshot->split_rate = snapshot->self_cpu = -1;
	if (ms && now->self_cpu_us)
		snapshot->self_cpu = rate(now->self_cpu_us,
			before->self_cpu_us, ms) / 1e4;
	if (!same)
		return;
	snapshot->faults_rate = rate(now->minor_faults + now->major_faults,
		before->minor_faults + before->major_faults, ms);
	snapshot->major_rate = rate(now->major_faults, before->major_faults, ms);
	snapshot->split_rate = rate(now->splits, before->splits, ms);
}

static void take_rows(struct snapshot *snapshot, const struct refresh *refresh)
{
	snapshot->has_list = refresh->wish.list;
	snapshot->anon_known = refresh->anon_known;
	snapshot->anon_pages = refresh->anon_pages;
	snapshot->nrows = refresh->nrows;
	snapshot->rows = mem_grow(snapshot->rows, &snapshot->rows_cap,
		refresh->nrows, sizeof(*snapshot->rows));
	if (refresh->nrows)
		memcpy(snapshot->rows, refresh->rows,
			refresh->nrows * sizeof(*refresh->rows));
	buf_clear(&snapshot->commands);
	buf_add(&snapshot->commands, buf_text(&refresh->commands),
		refresh->commands.len);
}

/* The lines change hands; what the kernel said stays for the next time. */
static void take_audit(struct snapshot *snapshot, struct refresh *refresh)
{
	struct audit *audit = &refresh->audit;
	struct audit_line *lines = snapshot->audit.lines;
	size_t cap = snapshot->audit.cap;

	audit->swap_pss_why = refresh->swap_users.why;
	audit_compare(audit, &refresh->space, &snapshot->total);
	snapshot->audit.lines = audit->lines;
	snapshot->audit.n = audit->n;
	snapshot->audit.cap = audit->cap;
	audit->lines = lines;
	audit->cap = cap;
	audit->n = 0;
}

static void take_fitness(struct snapshot *snapshot, struct refresh *refresh)
{
	const struct space *space = &refresh->space;
	const struct wish *wish = &refresh->wish;
	const struct page_detail *detail = &snapshot->detail;
	struct region_fitness *out = &snapshot->focus_fitness;
	uint64_t vpn = wish->focus.range.start;
	long region = snapshot_region(snapshot, vpn);

	if (region < 0)
		return;
	fitness_walk_step(&refresh->walk, space, (size_t)region, wish->below);
	fitness_walk_take(&refresh->walk, space, (size_t)region, &out->fitness);
	out->region = (size_t)region;
	out->valid = true;
	out->partial = !refresh->walk.done || !space->whole;
	out->has_run = detail->valid && detail->has_pfn &&
		detail->vpn == vpn && space_run_around(space, (size_t)region,
			vpn, detail->pfn, &out->run_at, &out->run_length);
}

static void take_frames(struct snapshot *snapshot, struct refresh *refresh,
	bool complete)
{
	snapshot->nframe_runs = 0;
	snapshot->has_uses = false;
	if (complete && !refresh->ended && refresh->frames &&
	    frames_wanted(&refresh->wish))
		frames_fill(refresh->frames, snapshot, &refresh->wish);
}

static void take_sums(struct snapshot *snapshot, const struct refresh *refresh)
{
	const struct frame_sums *sums = &refresh->sums;
	uint64_t now = refresh->machine->facts.uptime_ms;
	size_t n;

	/* Zones that came meanwhile are in other places. */
	snapshot->has_sums = sums->counts && refresh->wish.want_budget &&
		sums->machine->nplaces == refresh->machine->nplaces;
	if (!snapshot->has_sums)
		return;
	n = (sums->machine->nplaces + 1) * (NFRAME_USES + 1) * NFRAME_OWNERS;
	snapshot->frame_sums = mem_grow(snapshot->frame_sums,
		&snapshot->frame_sums_cap, n, sizeof(*snapshot->frame_sums));
	memcpy(snapshot->frame_sums, sums->counts, n * sizeof(*sums->counts));
	snapshot->sums_done = sums->done;
	snapshot->sums_answer = sums->answer;
	snapshot->sums_progress = sums->all ?
		(double)sums->read / (double)sums->all : 1;
	snapshot->sums_age_ms = now > sums->done_ms ? now - sums->done_ms : 0;
	snapshot->sums_pid = sums->pid;
}

/* Freeze what is known and hand it out. */
void refresh_publish(struct refresh *refresh, bool complete)
{
	const struct wish *wish = &refresh->wish;
	struct snapshot *snapshot;

	if (!refresh->machine)
		return;
	snapshot = snapshot_take(refresh);
	machine_unref(snapshot->machine);
	snapshot->machine = machine_ref(refresh->machine);
	snapshot->wish = wish->serial;
	if (complete)
		snapshot->asked = wish->asked;
	snapshot->refresh = refresh->number;
	snapshot->complete = complete;
	snapshot->ended = refresh->ended;
	snapshot->self_rss = refresh->machine->facts.self_rss;
	snapshot->has_process = false;
	snapshot->nregions = snapshot->nblocks = snapshot->nlink = 0;
	snapshot->nframe_blocks = snapshot->nframes = 0;
	snapshot->detail.valid = snapshot->focus_fitness.valid = false;
	snapshot->nfitness = 0;
	snapshot->below = wish->below;
	snapshot->ncached = snapshot->ncached_known = 0;
	take_rates(snapshot, refresh);
	take_rows(snapshot, refresh);
	buf_clear(&snapshot->command);
	buf_add(&snapshot->command, buf_text(&refresh->command),
		refresh->command.len);
	snapshot->nruns = 0;
	snapshot->audit.n = 0;
	snapshot->cow_files.n = 0;
	snapshot->cow_files.is_cut = false;
	snapshot->cow_files.answer = ANSWER_OK;
	swap_rows_clear(snapshot);
	snapshot->swap_pss_why = refresh->swap_users.why;
	snapshot->swap_pss_pid = refresh->swap_users.pid;
	if (refresh->has_space) {
		snapshot_take_space(snapshot, &refresh->space, wish);
		if (wish->want_audit && complete)
			take_audit(snapshot, refresh);
		if (wish->keep_blocks)
			snapshot_take_cached(snapshot, &refresh->space, wish);
		if (wish->focus.side != FOCUS_NONE && wish->keep_blocks)
			detail_fill(snapshot, &refresh->space,
				&refresh->symbols, &wish->focus);
		if (wish->focus.side == FOCUS_VIRTUAL && wish->keep_blocks &&
		    wish->want_fitness)
			take_fitness(snapshot, refresh);
		if (wish->want_cow_files && complete)
			cow_files_count(&snapshot->cow_files,
				&refresh->space, &refresh->symbols);
		if (wish->want_runs && complete)
			runs_fill(snapshot, &refresh->space, wish);
	}
	take_frames(snapshot, refresh, complete);
	snapshot->budget.valid = false;
	take_sums(snapshot, refresh);
	if (wish->want_budget)
		budget_copy(&snapshot->budget, &refresh->budget);
	question_fill(&refresh->question, wish, snapshot);
	snapshot_take_problems(snapshot);
	refresh->owner.publish(refresh->owner.arg, snapshot);
	snapshot_unref(snapshot);
}

/* ---- the list of processes */

static void read_usage(struct refresh *refresh, struct process_row *row)
{
	const struct wish *wish = &refresh->wish;
	struct space space;

	if (!wish->list_pagemap) {
		row->answer = process_rollup(row->process.id, refresh->src,
			&row->usage);
		if (row->answer != ANSWER_ABSENT &&
		    row->answer != ANSWER_UNRECORDED)
			return;
	}
	space_init(&space, row->process.id, false);
	row->answer = space_refresh(&space, refresh->src, refresh->machine);
	row->by_pagemap = !space.usage_from_smaps || !space.nregions;
	if (row->answer == ANSWER_OK) {
		space_pass_begin(&space, wish->depth);
		while (space_pass_step(&space, true) > 0)
			;
		space_sum(&space, &row->usage);
		row->answer = space.reader->answers[WORDS_PAGEMAP];
		source_forget(refresh->src, row->process.id);
	}
	space_fini(&space);
}

static void read_anon_pages(struct refresh *refresh)
{
	struct buf buf = { 0 };
	uint64_t kb;

	refresh->anon_known = source_text(refresh->src, PROC_NONE, "meminfo",
			&buf) == ANSWER_OK &&
		procstat_key((struct text){ buf_text(&buf), buf.len },
			"AnonPages", &kb);
	if (refresh->anon_known)
		refresh->anon_pages = kb << 10;
	buf_fini(&buf);
}

static void read_cgroup(struct refresh *refresh, struct process_row *row)
{
	struct buf buf = { 0 };

	row->cgroup = (uint32_t)refresh->commands.len;
	row->has_cgroup = source_text(refresh->src, row->process.id, "cgroup",
		&buf) == ANSWER_OK;
	if (row->has_cgroup)
		buf_add(&refresh->commands, buf_text(&buf),
			strlen(buf_text(&buf)) + 1);
	buf_fini(&buf);
}

static void read_list(struct refresh *refresh)
{
	struct process *processes;
	struct buf command = { 0 };
	size_t i, n;

	refresh->nrows = 0;
	refresh->anon_known = false;
	buf_clear(&refresh->commands);
	if (!refresh->wish.list)
		return;
	if (processes_read(refresh->src, refresh->machine,
		    refresh->wish.list_pids, refresh->wish.nlist_pids,
		    &processes, &n) != ANSWER_OK)
		return;
	free(refresh->rows);
	refresh->rows = mem_new(n, sizeof(*refresh->rows));
	for (i = 0; i < n; i++) {
		struct process_row *row = &refresh->rows[refresh->nrows];

		refresh->nrows++;
		row->process = processes[i];
		row->command = (uint32_t)refresh->commands.len;
		process_command(row->process.id, row->process.name,
			refresh->src, &command);
		buf_add(&refresh->commands, buf_text(&command),
			strlen(buf_text(&command)) + 1);
		if (refresh->wish.list_cgroups)
			read_cgroup(refresh, row);
		if (refresh->wish.list_usage)
			read_usage(refresh, row);
	}
	if (refresh->wish.list_pagemap)
		read_anon_pages(refresh);
	buf_fini(&command);
	free(processes);
}

/* ---- the process */

static void open_space(struct refresh *refresh)
{
	const struct wish *wish = &refresh->wish;
	struct space *space = &refresh->space;

	if (refresh->has_space && space->process.id.pid == wish->pid &&
	    space->keep_blocks == wish->keep_blocks)
		return;
	if (refresh->has_space) {
		source_forget(refresh->src, space->process.id);
		space_fini(space);
	}
	refresh->has_space = wish->pid != 0;
	refresh->passing = false;
	buf_clear(&refresh->command);
	if (refresh->has_space)
		space_init(space, (struct proc_id){ wish->pid, 0 },
			wish->keep_blocks);
}

/* What is on screen, now. */
static void read_visible(struct refresh *refresh, bool again)
{
	const struct wish *wish = &refresh->wish;
	uint64_t pages = 0;
	unsigned i;

	for (i = 0; i < wish->npages; i++)
		pages += wish->pages[i].end - wish->pages[i].start;
	if (pages > 16 * FRESH_PAGES)
		return;
	for (i = 0; i < wish->npages; i++)
		if (space_read(&refresh->space, wish->pages[i].start,
			    wish->pages[i].end, again && pages <= FRESH_PAGES))
			return;
}

bool refresh_is_about_else(const struct wish *now, const struct wish *before)
{
	return now->pid != before->pid ||
		now->keep_blocks != before->keep_blocks ||
		(now->want_budget && !before->want_budget) ||
		(!now->skip_pages && before->skip_pages) ||
		now->sums_asked != before->sums_asked ||
		(now->list && !before->list) ||
		(now->list_usage && !before->list_usage);
}

bool refresh_serve_between(struct refresh *refresh)
{
	struct wish *wish = &refresh->wish, next;

	refresh->owner.take_wish(refresh->owner.arg, &next);
	if (next.serial == wish->serial || refresh_is_about_else(&next, wish))
		return false;
	/* A refresh asked for meanwhile is one after this. */
	next.asked = wish->asked;
	*wish = next;
	if (wish->keep_blocks) {
		read_visible(refresh, false);
		refresh_publish(refresh, false);
	}
	return true;
}

bool refresh_has_spent(const struct refresh *refresh, uint64_t cpu_start)
{
	const struct wish *wish = &refresh->wish;
	double allowed = wish->cpu * wish->period_ms / 100.0;

	return (double)(refresh_clock_ms(CLOCK_THREAD_CPUTIME_ID) - cpu_start) >
		(allowed < 1 ? 1 : allowed);
}

static bool budget_is_spent(const struct refresh *refresh, uint64_t cpu_start)
{
	if (refresh->wish.whole || !refresh->space.whole)
		return false;
	return refresh_has_spent(refresh, cpu_start);
}

/* Read pages until all were read, or the budget is spent; false: that was
 * broken off. */
static bool read_pages(struct refresh *refresh)
{
	struct space *space = &refresh->space;
	uint64_t cpu = refresh_clock_ms(CLOCK_THREAD_CPUTIME_ID);
	uint64_t look = refresh_clock_ms(CLOCK_MONOTONIC) + FIRST_LOOK_MS;
	int more = 1;

	if (!refresh->passing) {
		space_pass_begin(space, refresh->wish.depth);
		refresh->passing = true;
	}
	read_visible(refresh, true);
	while (more > 0 && !budget_is_spent(refresh, cpu)) {
		if (refresh->owner.has_news(refresh->owner.arg) &&
		    !refresh_serve_between(refresh))
			return false;
		more = space_pass_step(space, refresh->wish.whole);
		if (!space->whole && refresh->wish.keep_blocks &&
		    refresh_clock_ms(CLOCK_MONOTONIC) >= look) {
			refresh_publish(refresh, false);
			look = refresh_clock_ms(CLOCK_MONOTONIC) + 4 * FIRST_LOOK_MS;
		}
	}
	if (more <= 0)
		refresh->passing = false;
	if (more < 0)
		space->process.answer = ANSWER_GONE;
	return true;
}

/* Before the pages are read, which are then weighed by it. */
static void count_swap_users(struct refresh *refresh)
{
	struct space *space = &refresh->space;

	space->reader->swap_users = NULL;
	swap_users_fini(&refresh->swap_users);
	if (!refresh->wish.want_swap_pss || refresh->passing)
		return;
	swap_users_read(&refresh->swap_users, space);
	space->reader->swap_users = &refresh->swap_users;
}

/* Its pid may have become another process's while we read. */
static void check_pid(struct refresh *refresh)
{
	struct space *space = &refresh->space;
	struct process after = space->process;

	if (process_read(&after, refresh->src, refresh->machine) != ANSWER_OK)
		space->process.answer = after.answer;
}

/* A running process, or others that share its pages, may move and be back
 * before the kernel is asked again: what differs is looked at once more. */
static bool read_audited(struct refresh *refresh)
{
	struct space *space = &refresh->space;
	struct audit *audit = &refresh->audit;
	struct usage total;
	int tries;

	for (tries = 0; tries < AUDIT_TRIES; tries++) {
		if (tries && space_refresh(space, refresh->src,
				refresh->machine) != ANSWER_OK)
			break;
		audit_begin(audit, tries > 0);
		audit_before(audit, refresh->src, space->process.id);
		count_swap_users(refresh);
		if (!read_pages(refresh))
			return false;
		audit_after(audit, refresh->src, space->process.id);
		space_sum(space, &total);
		audit_compare(audit, space, &total);
		if (!audit_differs(audit))
			break;
	}
	check_pid(refresh);
	return true;
}

/* False: broken off, for another wish or the end. */
static bool read_process(struct refresh *refresh)
{
	struct space *space = &refresh->space;

	open_space(refresh);
	if (!refresh->has_space)
		return true;
	space->refresh = (uint32_t)refresh->number;
	space_want_fitness(space, refresh->wish.want_fitness,
		refresh->wish.below, refresh->wish.fitness.start,
		refresh->wish.fitness.end);
	if (space_refresh(space, refresh->src, refresh->machine) != ANSWER_OK)
		return true;
	if (!refresh->command.len || refresh->wish.whole)
		process_command(space->process.id, space->process.name,
			refresh->src, &refresh->command);
	if (frames_wanted(&refresh->wish)) {
		frames_take_mine(refresh->frames, space);
		return true;
	}
	if (refresh->wish.skip_pages)
		return true;
	if (refresh->wish.want_runs) {
		space_pass_begin(space, refresh->wish.depth);
		return true;
	}
	if (question_wanted(&refresh->wish) && !refresh->wish.keep_blocks)
		return true;
	if (refresh->wish.want_audit)
		return read_audited(refresh);
	count_swap_users(refresh);
	if (!read_pages(refresh))
		return false;
	if (!space->keep_blocks)
		space_check_regions(space);
	check_pid(refresh);
	return true;
}

static void count_rates(struct refresh *refresh)
{
	struct rates *now = &refresh->now;
	const struct facts *facts = &refresh->machine->facts;

	refresh->before = *now;
	memset(now, 0, sizeof(*now));
	now->known = true;
	now->uptime_ms = facts->uptime_ms;
	now->self_cpu_us = facts->self_cpu_us;
	if (!refresh->has_space ||
	    refresh->space.process.answer != ANSWER_OK)
		return;
	now->id = refresh->space.process.id;
	now->minor_faults = refresh->space.process.minor_faults;
	now->major_faults = refresh->space.process.major_faults;
	now->splits = refresh->space.splits;
}

static void read_budget(struct refresh *refresh)
{
	struct budget old = refresh->budget_before;
	struct proc_id id = PROC_NONE;

	/* Read once more in the same refresh, it replaces what was read. */
	if (refresh->budget.uptime_ms != refresh->machine->facts.uptime_ms) {
		refresh->budget_before = refresh->budget;
		refresh->budget = old;
	}
	refresh->budget.valid = false;
	if (!refresh->wish.want_budget)
		return;
	if (refresh->has_space &&
	    refresh->space.process.answer == ANSWER_OK)
		id = refresh->space.process.id;
	budget_read(&refresh->budget, refresh->src, refresh->machine, id);
	budget_rates(&refresh->budget, &refresh->budget_before);
}

/* Count frames until all are, or something else is wanted: then the next
 * refresh goes on. */
static void read_sums(struct refresh *refresh)
{
	struct frame_sums *sums = &refresh->sums;
	uint64_t look = refresh_clock_ms(CLOCK_MONOTONIC) + 4 * FIRST_LOOK_MS;

	if (refresh->sums_asked != refresh->wish.sums_asked) {
		refresh->sums_asked = refresh->wish.sums_asked;
		frame_sums_begin(sums, refresh->src, refresh->machine,
			refresh->has_space && refresh->space.process.answer ==
				ANSWER_OK ? &refresh->space : NULL);
	}
	if (!sums->frames || sums->done)
		return;
	while (frame_sums_step(sums)) {
		if (refresh->owner.has_news(refresh->owner.arg))
			return;
		if (refresh_clock_ms(CLOCK_MONOTONIC) < look)
			continue;
		refresh_publish(refresh, false);
		look = refresh_clock_ms(CLOCK_MONOTONIC) + 4 * FIRST_LOOK_MS;
	}
	sums->done_ms = refresh->machine->facts.uptime_ms;
}

void refresh_read(struct refresh *refresh)
{
	struct machine *before = refresh->machine;
	bool complete;

	symbols_forget(&refresh->symbols);
	refresh->machine = machine_reread(refresh->src, before);
	machine_unref(before);
	wish_cut_to_pa(&refresh->wish, refresh->machine);
	if (refresh->has_space)
		refresh->space.reader->machine = refresh->machine;
	if (frames_wanted(&refresh->wish) && !refresh->frames)
		refresh->frames = frames_new();
	if (refresh->frames)
		frames_begin(refresh->frames, refresh->src, refresh->machine);
	read_list(refresh);
	complete = read_process(refresh) && refresh_ask(refresh);
	read_budget(refresh);
	read_sums(refresh);
	count_rates(refresh);
	refresh_publish(refresh, complete);
}

int refresh_run(struct refresh *refresh, struct err *err)
{
	int more = source_refresh(refresh->src, err);

	if (more < 0)
		return -1;
	if (!more) {
		refresh->ended = true;
		refresh_serve(refresh);
		return 0;
	}
	refresh->number++;
	refresh_read(refresh);
	return 0;
}

void refresh_serve(struct refresh *refresh)
{
	if (refresh->machine)
		wish_cut_to_pa(&refresh->wish, refresh->machine);
	if (refresh->has_space && refresh->wish.keep_blocks &&
	    refresh->space.process.answer == ANSWER_OK &&
	    refresh->space.maps == ANSWER_OK && refresh->space.reader->machine)
		read_visible(refresh, false);
	refresh_publish(refresh, refresh_ask_first(refresh));
}
