/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refresh.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vmatlas/base/mem.h"
#include "swap_rows.h"

/* Our own cost is told for so long a time, at first and in the end. */
#define OWN_WINDOW_MS 500
#define OWN_WINDOW_MAX_MS 10000

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

void refresh_take_back(struct refresh *refresh)
{
	unsigned i;

	for (i = 0; i < SNAPSHOT_POOL; i++) {
		struct snapshot *snapshot = refresh->pool[i];

		if (snapshot && snapshot->lent &&
		    !__atomic_load_n(&snapshot->refs, __ATOMIC_ACQUIRE))
			snapshot_drop_regions(snapshot);
	}
}

static double rate(uint64_t now, uint64_t before, uint64_t ms)
{
	return ms && now >= before ?
		(double)(now - before) * 1000.0 / (double)ms : -1;
}

void refresh_count_own(struct refresh *refresh)
{
	const struct facts *facts = &refresh->machine->facts;
	struct own_cost *own = &refresh->own;
	uint64_t ms;

	if (!facts->self_cpu_us)	/* a recording */
		return;
	ms = own->began && facts->uptime_ms > own->since_ms ?
		facts->uptime_ms - own->since_ms : 0;
	if (own->began && ms < own->window_ms)
		return;
	own->percent = own->began ? rate(facts->self_cpu_us, own->cpu_us, ms) /
		1e4 : -1;
	own->window_ms = own->began ? 2 * own->window_ms : OWN_WINDOW_MS;
	if (own->window_ms > OWN_WINDOW_MAX_MS)
		own->window_ms = OWN_WINDOW_MAX_MS;
	own->began = true;
	own->since_ms = facts->uptime_ms;
	own->cpu_us = facts->self_cpu_us;
}

static void take_rates(struct snapshot *snapshot, const struct refresh *refresh)
{
	const struct rates *now = &refresh->now, *before = &refresh->before;
	uint64_t ms = before->known && now->uptime_ms > before->uptime_ms ?
		now->uptime_ms - before->uptime_ms : 0;
	bool same = now->id.pid && before->id.pid == now->id.pid &&
		before->id.starttime == now->id.starttime;

	snapshot->faults_rate = snapshot->major_rate = -1;
	snapshot->split_rate = -1;
	snapshot->self_cpu = refresh->own.began ? refresh->own.percent : -1;
	if (!same)
		return;
	snapshot->faults_rate = rate(now->minor_faults + now->major_faults,
		before->minor_faults + before->major_faults, ms);
	snapshot->major_rate = rate(now->major_faults, before->major_faults, ms);
	if (space_sees_splits(&refresh->space))
		snapshot->split_rate = rate(now->splits, before->splits, ms);
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

static void take_functions(struct snapshot *snapshot, struct refresh *refresh)
{
	functions_fill(&refresh->functions, &refresh->space, &refresh->symbols,
		&refresh->wish.functions);
	functions_copy(&snapshot->functions, &refresh->functions);
	snapshot->functions.valid = true;
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

/* Read once a refresh, whatever is published in it. */
static void take_stacks(struct snapshot *snapshot, struct refresh *refresh)
{
	const struct space *space = &refresh->space;

	stacks_clear(&snapshot->stacks);
	if (!refresh->wish.want_stacks || space->maps != ANSWER_OK ||
	    space->process.answer != ANSWER_OK)
		return;
	if (refresh->stacks_of != refresh->number)
		stacks_read(&refresh->stacks, &refresh->space,
			refresh->wish.keep_blocks ? STACKS_SCREEN : SIZE_MAX);
	refresh->stacks_of = refresh->number;
	stacks_copy(&snapshot->stacks, &refresh->stacks);
}

/* What is under the cursor, or near it. */
static void take_focus(struct snapshot *snapshot, struct refresh *refresh)
{
	const struct wish *wish = &refresh->wish;
	const struct focus *focus = &wish->focus;

	if (focus->side == FOCUS_NONE || !wish->keep_blocks)
		return;
	detail_fill(snapshot, &refresh->space, &refresh->symbols, focus,
		&refresh->seen);
	if (focus->side != FOCUS_VIRTUAL)
		return;
	page_walk_fill(snapshot, &refresh->tables, &refresh->space,
		focus->range.start);
	if (wish->want_contents && focus->range.end - focus->range.start == 1)
		contents_fill(snapshot, &refresh->space, focus->range.start);
	if (wish->want_fitness)
		take_fitness(snapshot, refresh);
}

static void take_process(struct snapshot *snapshot, struct refresh *refresh,
	bool complete)
{
	const struct wish *wish = &refresh->wish;
	struct space *space = &refresh->space;

	matches_fill(&refresh->matches, space, snapshot);
	refresh_baseline(refresh);
	space->baseline = refresh_has_baseline(refresh) ? &refresh->baseline :
		NULL;
	snapshot_take_space(snapshot, space, wish);
	refresh_take_baseline(refresh, snapshot);
	if (wish->want_audit && complete)
		take_audit(snapshot, refresh);
	if (wish->keep_blocks)
		snapshot_take_cached(snapshot, space, wish);
	take_focus(snapshot, refresh);
	if (wish->want_cow_files && complete)
		cow_files_count(&snapshot->cow_files, space,
			&refresh->symbols);
	if (wish->functions.wanted)
		take_functions(snapshot, refresh);
	if (wish->want_runs && complete)
		runs_fill(snapshot, space, wish);
	if (wish->want_rt && complete)
		rt_fill(snapshot, space, &refresh->symbols, &refresh->first);
	take_stacks(snapshot, refresh);
}

/* A snapshot is used again: nothing stays that this refresh does not say. */
static void clear(struct snapshot *snapshot)
{
	snapshot->has_process = snapshot->baseline.on = false;
	snapshot->nregions = snapshot->nblocks = snapshot->nlink = 0;
	snapshot->nframe_blocks = snapshot->nframes = 0;
	snapshot->detail.valid = snapshot->focus_fitness.valid = false;
	snapshot->walk.valid = snapshot->budget.valid = false;
	contents_fini(&snapshot->contents);	/* not kept unasked */
	snapshot->nfitness = 0;
	snapshot->ncached = snapshot->ncached_known = 0;
	buf_clear(&snapshot->command);
	snapshot->nruns = 0;
	snapshot->audit.n = 0;
	snapshot->cow_files.n = 0;
	snapshot->cow_files.is_cut = false;
	snapshot->cow_files.answer = ANSWER_OK;
	snapshot->functions.n = 0;
	snapshot->functions.valid = false;
	snapshot->functions.answer = ANSWER_OK;
	snapshot->filter.n = 0;
	buf_clear(&snapshot->symbol_notes);
	swap_rows_clear(snapshot);
}

/* Of which refresh, and in answer to what. */
static void take_refresh(struct snapshot *snapshot,
	const struct refresh *refresh, bool complete)
{
	const struct wish *wish = &refresh->wish;

	machine_unref(snapshot->machine);
	snapshot->machine = machine_ref(refresh->machine);
	snapshot->wish = wish->serial;
	if (complete)
		snapshot->asked = wish->asked;
	snapshot->refresh = refresh->number;
	snapshot->complete = complete;
	snapshot->ended = refresh->ended;
	snapshot->go = refresh->go;
	snapshot->go.count = source_count(refresh->src);
	snapshot->recording = refresh->recording;
	snapshot->end = refresh->end;
	snapshot->self_rss = refresh->machine->facts.self_rss;
	snapshot->below = wish->below;
	snapshot->raw_names = wish->raw_names;
}

static void publish(struct refresh *refresh, bool complete)
{
	const struct wish *wish = &refresh->wish;
	struct snapshot *snapshot;

	if (!refresh->machine)
		return;
	snapshot = snapshot_take(refresh);
	clear(snapshot);
	take_refresh(snapshot, refresh, complete);
	snapshot->found = refresh->finder.found;
	take_rates(snapshot, refresh);
	roster_fill(&refresh->roster, wish, snapshot);
	buf_add(&snapshot->command, buf_text(&refresh->command),
		refresh->command.len);
	snapshot->swap_pss_why = refresh->swap_users.why;
	snapshot->swap_pss_pid = refresh->swap_users.pid;
	snapshot->watch = refresh->watch;
	if (refresh->has_space)
		take_process(snapshot, refresh, complete);
	take_frames(snapshot, refresh, complete);
	take_sums(snapshot, refresh);
	if (wish->want_budget)
		budget_copy(&snapshot->budget, &refresh->budget);
	symbols_add_notes(&refresh->symbols, &snapshot->symbol_notes);
	refresh_take_changes(refresh, snapshot);
	question_fill(&refresh->question, wish, snapshot);
	snapshot_take_problems(snapshot);
	refresh->owner.publish(refresh->owner.arg, snapshot);
	snapshot_unref(snapshot);
}

static uint64_t cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void refresh_publish(struct refresh *refresh, bool complete)
{
	uint64_t begun = cpu_us();

	if (refresh->silent)
		return;
	publish(refresh, complete);
	refresh->publish_us += cpu_us() - begun;
}
