/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "fake-source.h"
#include "vmatlas/model/roster.h"

#define NPROCS 40

/* Processes 1 to NPROCS; asking for the sums of one takes some CPU time. */
struct world {
	struct source src;
	struct fake *machine;
	struct machine *info;
	struct roster roster;
	struct wish wish;
	long spin_ms;
	uint64_t born[NPROCS + 1];	/* starttime; 0: there is none */
	uint64_t faults[NPROCS + 1];
	bool is_kernel[NPROCS + 1];	/* it maps nothing */
	unsigned asked[NPROCS + 1], commands, others;
	enum answer rollup;
};

static enum answer world_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct world *w = (struct world *)src;
	struct timespec now, begun;

	if (!id.pid)
		return source_text(&w->machine->src, id, path, out);
	if (!strcmp(path, "stat")) {
		buf_fmt(out, "%d (p) S 1 1 1 0 -1 0 %u 0 0 0 0 0 0 0 20 0 1 0 "
			"%u %d 16 0\n", id.pid,
			(unsigned)w->faults[id.pid],
			(unsigned)w->born[id.pid],
			w->is_kernel[id.pid] ? 0 : 65536);
		return ANSWER_OK;
	}
	if (!strcmp(path, "cmdline")) {
		w->commands++;
		buf_fmt(out, "command %d", id.pid);
		return ANSWER_OK;
	}
	if (strcmp(path, "smaps_rollup")) {
		w->others++;
		return ANSWER_ABSENT;
	}
	w->asked[id.pid]++;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	while ((now.tv_sec - begun.tv_sec) * 1000 +
		(now.tv_nsec - begun.tv_nsec) / 1000000 < w->spin_ms);
	buf_fmt(out, "1000-2000 ---p 00000000 00:00 0 [rollup]\n"
		"Rss: %d kB\nPss: %d kB\n", 4 * id.pid, 2 * id.pid);
	return w->rollup;
}

static enum answer world_facts(struct source *src, struct facts *out)
{
	return source_facts(&((struct world *)src)->machine->src, out);
}

static enum answer world_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	struct world *w = (struct world *)src;
	int i;

	*n = 0;
	*out = calloc(NPROCS, sizeof(**out));
	for (i = 1; i <= NPROCS; i++)
		if (w->born[i])
			(*out)[(*n)++].pid = i;
	return ANSWER_OK;
}

static void world_forget(struct source *src, struct proc_id id)
{
	(void)src;
	(void)id;
}

static const struct source_ops world_ops = {
	.facts = world_facts, .text = world_text,
	.processes = world_processes, .forget = world_forget,
};

static void start(struct world *w)
{
	int i;

	memset(w, 0, sizeof(*w));
	w->src.ops = &world_ops;
	w->machine = fake_new();
	w->wish = (struct wish){ .list = true, .list_usage = true,
		.period_ms = 1000, .cpu = 1, .keep_blocks = true };
	for (i = 1; i <= NPROCS; i++)
		w->born[i] = 100 + (uint64_t)i;
}

static void stop(struct world *w)
{
	roster_fini(&w->roster);
	machine_unref(w->info);
	source_free(&w->machine->src);
}

static void list(struct world *w)
{
	machine_unref(w->info);
	w->machine->facts.uptime_ms += 1000;
	w->info = machine_read(&w->src);
	roster_list(&w->roster, &w->src, w->info, &w->wish);
}

/* One refresh; how many were read in it. */
static unsigned refresh(struct world *w)
{
	unsigned before = 0, after = 0, i;

	for (i = 1; i <= NPROCS; i++)
		before += w->asked[i];
	list(w);
	while (roster_step(&w->roster, &w->wish))
		;
	for (i = 1; i <= NPROCS; i++)
		after += w->asked[i];
	return after - before;
}

static void on_screen(struct world *w, int first, int n)
{
	int i;

	for (i = 0; i < n; i++)
		w->wish.shown_pids[i] = first + i;
	w->wish.nshown_pids = (unsigned)n;
}

static void who_maps_nothing_is_not_asked(void **state)
{
	struct world w;
	struct process_row *row;

	(void)state;
	start(&w);
	w.is_kernel[3] = true;
	w.wish.whole = true;
	w.wish.keep_blocks = false;
	assert_int_equal(refresh(&w), NPROCS - 1);
	assert_int_equal(w.asked[3] + w.others, 0);
	assert_int_equal(w.commands, NPROCS - 1);
	row = &w.roster.rows[2];
	assert_true(usage_knows(&row->usage, USAGE_RSS | USAGE_PSS));
	assert_false(usage_knows(&row->usage, USAGE_CACHED));
	assert_int_equal(row->usage.rss, 0);
	assert_string_equal(buf_text(&w.roster.commands) + row->command,
		"[p]");
	stop(&w);
}

static void those_on_screen_are_first(void **state)
{
	struct world w;
	int i;

	(void)state;
	start(&w);
	w.spin_ms = 15;		/* more than a refresh may take */
	on_screen(&w, 20, 3);
	list(&w);
	for (i = 0; i < 3; i++)
		assert_true(roster_step(&w.roster, &w.wish));
	for (i = 1; i <= NPROCS; i++)
		assert_int_equal(w.asked[i], i >= 20 && i < 23);
	/* They have overdrawn what there is: it is their turn no more. */
	assert_false(roster_step(&w.roster, &w.wish));
	assert_true(w.roster.spare_us < 0);
	/* What was scrolled to is read all the same. */
	on_screen(&w, 30, 1);
	assert_true(roster_look(&w.roster, &w.wish));
	assert_int_equal(w.asked[30], 1);
	assert_false(roster_look(&w.roster, &w.wish));
	/* Its debts are paid before others are read. */
	assert_int_equal(refresh(&w), 0);
	stop(&w);
}

static void the_others_follow_and_all_get_old_alike(void **state)
{
	struct world w;
	unsigned n = 0, i, least = 1000;

	(void)state;
	start(&w);
	on_screen(&w, 1, 4);
	w.wish.cpu = 100;
	n = refresh(&w);
	assert_int_equal(n, NPROCS);	/* each once, as there was time */
	for (i = 0; i < 10; i++)
		refresh(&w);
	for (i = 1; i <= NPROCS; i++)
		least = w.asked[i] < least ? w.asked[i] : least;
	assert_int_equal(least, 11);
	stop(&w);
}

static void what_is_known_stays(void **state)
{
	struct process_row *row;
	unsigned commands;
	struct world w;

	(void)state;
	start(&w);
	w.wish.cpu = 100;
	refresh(&w);
	assert_int_equal(w.commands, NPROCS);
	w.wish.cpu = 0;		/* nothing more is read, */
	w.wish.asked++;		/* but this list was asked for */
	w.faults[7] = 50;
	w.born[9] = 0;
	w.born[8] = 999;	/* another one of that pid */
	commands = w.commands;
	assert_int_equal(refresh(&w), 0);
	assert_int_equal(w.roster.n, NPROCS - 1);
	row = &w.roster.rows[6];
	assert_int_equal(row->process.id.pid, 7);
	assert_true(usage_knows(&row->usage, USAGE_PSS));
	assert_int_equal(usage_pss(&row->usage), 14 * 1024);
	assert_int_equal(w.roster.now_ms - row->usage_ms, 1000);
	assert_true(row->fault_rate > 49.9 && row->fault_rate < 50.1);
	row = &w.roster.rows[7];
	assert_int_equal(row->process.id.pid, 8);
	assert_int_equal(row->usage_ms, 0);
	assert_false(usage_knows(&row->usage, USAGE_PSS));
	assert_true(row->fault_rate < 0);
	assert_string_equal(buf_text(&w.roster.commands) + row->command,
		"command 8");
	/* That one's command, and those of whose turn it is. */
	assert_in_range(w.commands - commands, 1, 4);
	stop(&w);
}

static void all_at_once_where_that_is_asked(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.wish.whole = true;
	w.wish.cpu = 0;
	assert_int_equal(refresh(&w), NPROCS);
	assert_int_equal(refresh(&w), NPROCS);
	w.wish.list_usage = false;
	assert_int_equal(refresh(&w), 0);
	stop(&w);
}

static void a_costly_list_comes_less_often(void **state)
{
	struct world w;
	int i;

	(void)state;
	start(&w);
	refresh(&w);
	w.wish.cpu = 0;		/* any list is too much */
	w.born[9] = 0;
	for (i = 0; i < 4; i++) {
		assert_int_equal(refresh(&w), 0);
		assert_int_equal(w.roster.n, NPROCS);
	}
	refresh(&w);
	assert_int_equal(w.roster.n, NPROCS - 1);
	w.born[10] = 0;
	w.wish.asked++;
	refresh(&w);
	assert_int_equal(w.roster.n, NPROCS - 2);
	w.born[11] = 0;
	w.wish.cpu = 100;
	refresh(&w);
	assert_int_equal(w.roster.n, NPROCS - 3);
	stop(&w);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(who_maps_nothing_is_not_asked),
		T(those_on_screen_are_first),
		T(the_others_follow_and_all_get_old_alike),
		T(what_is_known_stays), T(a_costly_list_comes_less_often),
		T(all_at_once_where_that_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
