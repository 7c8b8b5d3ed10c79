/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refresh.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/kernel/procstat.h"
#include "vmatlas/source/tap.h"
#include "swap_rows.h"

/* While the first pass goes on, what it has so far is shown this often. */
#define FIRST_LOOK_MS 30
/* Pages on screen whose frames are looked at anew at every refresh. */
#define FRESH_PAGES 16384
/* Times that an audit which finds a difference looks again, and the first. */
#define AUDIT_TRIES 5

void refresh_init(struct refresh *refresh, struct source *src,
	struct refresh_owner owner)
{
	refresh->src = src;
	refresh->owner = owner;
}

void refresh_fini(struct refresh *refresh)
{
	unsigned i;

	if (refresh->has_space)
		space_fini(&refresh->space);
	changes_fini(&refresh->changes);
	baseline_fini(&refresh->baseline);
	audit_fini(&refresh->audit);
	swap_users_fini(&refresh->swap_users);
	frames_free(refresh->frames);
	frame_sums_fini(&refresh->sums);
	budget_fini(&refresh->budget);
	budget_fini(&refresh->budget_before);
	question_fini(&refresh->question);
	symbols_fini(&refresh->symbols);
	stacks_fini(&refresh->stacks);
	page_tables_fini(&refresh->tables);
	functions_fini(&refresh->functions);
	finder_fini(&refresh->finder);
	matches_fini(&refresh->matches);
	machine_unref(refresh->machine);
	for (i = 0; i < SNAPSHOT_POOL; i++)
		snapshot_free(refresh->pool[i]);
	buf_fini(&refresh->command);
	roster_fini(&refresh->roster);
	source_free(refresh->src);
}

uint64_t refresh_clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
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
	refresh->stacks_of = 0;
	refresh->passing = false;
	buf_clear(&refresh->command);
	if (refresh->has_space)
		space_init(space, (struct proc_id){ wish->pid, 0 },
			wish->keep_blocks);
	/* No two of them ever have the same one. */
	space->version = (uint64_t)++refresh->opened << 32;
}

static uint64_t visible_pages(const struct wish *wish)
{
	uint64_t pages = 0;
	unsigned i;

	for (i = 0; i < wish->npages; i++)
		pages += wish->pages[i].end - wish->pages[i].start;
	return pages;
}

/* What is on screen, now. */
static void read_visible(struct refresh *refresh, bool again)
{
	const struct wish *wish = &refresh->wish;
	uint64_t pages = visible_pages(wish);
	unsigned i;

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
	wish_copy(wish, &next);
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
	double published = (double)refresh->publish_before_us / 1000;

	/* The list of processes takes the other half. */
	if (wish->list && question_wanted(wish))
		allowed /= 2;
	/* So does what is done with the answers, but not all of it. */
	allowed -= published < allowed * 0.75 ? published : allowed * 0.75;
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
	bool begins = !refresh->passing;
	int more = 1;

	if (begins) {
		space_pass_begin(space, refresh->wish.depth);
		refresh->passing = true;
	}
	/* So many are read no other way than by a pass, which may well come
	 * to all of them in this refresh, too. */
	if (!begins || !refresh->pass_fits ||
	    visible_pages(&refresh->wish) <= FRESH_PAGES)
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
	refresh->pass_fits = begins && more <= 0;
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

/* The list of processes, then what is costly about each, as long as the
 * budget lasts; false: broken off. */
static bool read_list(struct refresh *refresh)
{
	const struct wish *wish = &refresh->wish;
	uint64_t look = refresh_clock_ms(CLOCK_MONOTONIC);

	if (!wish->list)
		return true;
	roster_list(&refresh->roster, refresh->src, refresh->machine, wish);
	if (refresh->roster.listings > 1)
		look += FIRST_LOOK_MS;
	while (roster_step(&refresh->roster, wish)) {
		if (refresh->owner.has_news(refresh->owner.arg) &&
		    !refresh_serve_between(refresh))
			return false;
		if (wish->whole || refresh_clock_ms(CLOCK_MONOTONIC) < look)
			continue;
		refresh_publish(refresh, false);
		look = refresh_clock_ms(CLOCK_MONOTONIC) + 4 * FIRST_LOOK_MS;
	}
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
	space->want_zones = refresh->wish.want_zones;
	space->smaps_always = refresh->recording || source_count(refresh->src);
	space_want_fitness(space, refresh->wish.want_fitness,
		refresh->wish.below, refresh->wish.fitness.start,
		refresh->wish.fitness.end);
	refresh_follow(refresh);
	if (space_refresh(space, refresh->src, refresh->machine) != ANSWER_OK)
		return true;
	watch_step(&refresh->watch, space, &refresh->wish.watch);
	if (!refresh->command.len || refresh->wish.whole)
		process_command(&space->process, refresh->src,
			&refresh->command);
	if (refresh->wish.keep_blocks || refresh->wish.depth == DEPTH_FULL)
		page_tables_ask(&refresh->tables, space);
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
	refresh_count_own(refresh);
	if (!refresh->has_space ||
	    refresh->space.process.answer != ANSWER_OK)
		return;
	now->id = refresh->space.process.id;
	if (refresh->first.id.pid != now->id.pid ||
	    refresh->first.id.starttime != now->id.starttime)
		refresh->first = refresh->space.process;
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

	refresh->publish_before_us = refresh->publish_us;
	refresh->publish_us = 0;
	symbols_forget(&refresh->symbols);
	refresh_take_back(refresh);
	refresh->machine = machine_reread(refresh->src, before);
	machine_unref(before);
	wish_cut_to_pa(&refresh->wish, refresh->machine);
	if (refresh->has_space)
		refresh->space.reader->machine = refresh->machine;
	if (frames_wanted(&refresh->wish) && !refresh->frames)
		refresh->frames = frames_new();
	if (refresh->frames)
		frames_begin(refresh->frames, refresh->src, refresh->machine);
	complete = read_list(refresh) && read_process(refresh) &&
		(refresh->lead || (refresh_find(refresh) &&
			refresh_ask(refresh)));
	refresh_follow_end(refresh);
	read_budget(refresh);
	if (!refresh->lead)
		read_sums(refresh);
	count_rates(refresh);
	refresh->whole = complete;
	refresh_publish(refresh, complete);
}

/* A recording has all that there is to ask, from its first refresh on. */
static void heed_recording(struct refresh *refresh)
{
	struct recording *recording = refresh->wish.recording;

	if (refresh->recording == recording)
		return;
	refresh->recording = recording;
	/* One that was broken off is not a whole one of a recording. */
	if (refresh->whole)
		source_done(refresh->src);
	tap_record(refresh->src, recording);
	if (!recording || !refresh->number)
		return;
	refresh_forget(refresh);
	refresh_forget_machine(refresh);
}

/* The first refresh of a recording: of what machine it is, it says itself. */
static void heed_beginning(struct refresh *refresh)
{
	uint64_t next = refresh->number + 1;

	if (!source_count(refresh->src) ||
	    source_first(refresh->src, next) != next)
		return;
	refresh_forget_machine(refresh);
	refresh->known_from = next;
}

int refresh_step(struct refresh *refresh, struct err *err)
{
	int more;

	heed_recording(refresh);
	heed_beginning(refresh);
	more = source_refresh(refresh->src, err);

	if (more != 1)
		return more;
	refresh->whole = false;
	refresh->number++;
	refresh_read(refresh);
	return 1;
}

int refresh_run(struct refresh *refresh, struct err *err)
{
	int more;

	if (refresh_must_go(refresh, &refresh->wish))
		return refresh_go(refresh, err);
	more = refresh_step(refresh, err);
	if (more < 0 || more == SOURCE_LATER)
		return more;
	if (!more) {
		refresh->ended = true;
		refresh->end = *err;
		refresh_serve(refresh);
	}
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
	while (!refresh->owner.has_news(refresh->owner.arg) &&
	       roster_look(&refresh->roster, &refresh->wish))
		;
	refresh_publish(refresh, refresh_find(refresh) &&
		refresh_ask_first(refresh));
}
