/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/view/list.h"

#define NROWS 8

/* A list of processes that a test describes by their pids and parents. */
struct world {
	struct machine machine;
	struct snapshot snapshot;
	struct process_row rows[NROWS];
	struct list list;
};

static void start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->machine.facts.uptime_ms = 100000;
	w->machine.page_shift = 12;
	w->snapshot.machine = &w->machine;
	w->snapshot.rows = w->rows;
	w->snapshot.has_list = true;
	list_init(&w->list);
}

static void stop(struct world *w)
{
	list_fini(&w->list);
	buf_fini(&w->snapshot.commands);
}

static struct process_row *add(struct world *w, int pid, int ppid,
	uint64_t rss, const char *command)
{
	struct process_row *row = &w->rows[w->snapshot.nrows++];

	row->process = (struct process){ .id = { pid, (uint64_t)pid },
		.ppid = ppid, .vss = 4096, .rss = rss, .state = 'S' };
	snprintf(row->process.name, sizeof(row->process.name), "n%d", pid);
	snprintf(row->process.user, sizeof(row->process.user), "u%d", pid % 2);
	row->fault_rate = -1;
	row->command = (uint32_t)w->snapshot.commands.len;
	buf_add(&w->snapshot.commands, command, strlen(command) + 1);
	return row;
}

/* The order, as "PID:DEPTH PID:DEPTH". */
static void expect(struct world *w, const char *order)
{
	struct buf got = { 0 };
	size_t i;

	list_update(&w->list, &w->snapshot, 24, 200);
	for (i = 0; i < w->list.norder; i++) {
		buf_fmt(&got, "%s%d", i ? " " : "", w->rows[w->list.order[i]].
			process.id.pid);
		if (w->list.tree)
			buf_fmt(&got, ":%d", w->list.branches[i].depth);
	}
	assert_string_equal(buf_text(&got), order);
	buf_fini(&got);
}

static void what_is_not_known_is_last(void **state)
{
	struct world w;
	int i;

	(void)state;
	start(&w);
	for (i = 1; i <= 4; i++) {
		struct process_row *row = add(&w, i, 0, 0, "c");

		row->usage.known = i == 2 ? 0 : USAGE_PSS;
		row->usage.pss_fixed = (uint64_t)(i * 4096) << PSS_SHIFT;
	}
	w.rows[1].usage.pss_fixed = UINT64_MAX;
	list_update(&w.list, &w.snapshot, 24, 200);
	for (i = 0; i < 20 && strcmp(w.list.columns.sort->column, "PSS"); i++)
		list_act(&w.list, &w.snapshot, ACTION_SORT_RIGHT);
	expect(&w, "4 3 1 2");
	list_act(&w.list, &w.snapshot, ACTION_SORT_INVERT);
	expect(&w, "1 3 4 2");
	stop(&w);
}

static void kernel_threads_are_not_shown(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	add(&w, 1, 0, 4096, "a");
	add(&w, 2, 0, 0, "[k]")->process.vss = 0;
	/* Nobody told: it may have memory. */
	add(&w, 3, 0, 0, "c")->process.answer = ANSWER_DENIED;
	w.rows[2].process.vss = 0;
	expect(&w, "1 3");
	stop(&w);
}

static void a_tree(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	add(&w, 1, 0, 10, "a");
	add(&w, 2, 1, 30, "b");
	add(&w, 3, 1, 40, "c");
	add(&w, 4, 2, 20, "d");
	add(&w, 5, 4, 50, "e");
	add(&w, 6, 2, 90, "f");
	add(&w, 7, 77, 80, "orphan");
	list_act(&w.list, &w.snapshot, ACTION_TREE);
	expect(&w, "7:0 1:0 3:1 2:1 6:2 4:2 5:3");
	/* Where a parent is hidden, its own parent stands in. */
	list_filter(&w.list, "n");
	expect(&w, "7:0 1:0 3:1 2:1 6:2 4:2 5:3");
	list_filter(&w.list, "u1");
	expect(&w, "7:0 1:0 5:1 3:1");
	stop(&w);
}

static void a_circle_is_no_tree(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	add(&w, 1, 2, 10, "a");
	add(&w, 2, 1, 30, "b");
	add(&w, 3, 3, 30, "c");
	w.rows[0].process.id.starttime = w.rows[1].process.id.starttime = 5;
	list_act(&w.list, &w.snapshot, ACTION_TREE);
	expect(&w, "3:0 1:0 2:1");
	stop(&w);
}

static void filter_and_search(void **state)
{
	struct proc_id at;
	struct world w;

	(void)state;
	start(&w);
	add(&w, 10, 0, 30, "/bin/Redis a");
	add(&w, 11, 0, 20, "/bin/b");
	add(&w, 12, 0, 10, "/bin/redis c");
	list_filter(&w.list, "rEdis");
	expect(&w, "10 12");
	assert_int_equal(w.list.nhidden, 1);
	list_filter(&w.list, "11");
	expect(&w, "11");
	list_filter(&w.list, "");
	expect(&w, "10 11 12");
	assert_true(list_chosen(&w.list, &w.snapshot, &at));
	assert_int_equal(at.pid, 11);
	assert_true(list_search(&w.list, &w.snapshot, "redis", false));
	assert_int_equal(w.list.cursor.pid, 12);
	/* Round and round. */
	assert_true(list_act(&w.list, &w.snapshot, ACTION_FIND_NEXT));
	assert_int_equal(w.list.cursor.pid, 10);
	assert_true(list_act(&w.list, &w.snapshot, ACTION_FIND_BACK));
	assert_int_equal(w.list.cursor.pid, 12);
	assert_false(list_search(&w.list, &w.snapshot, "mysql", false));
	assert_int_equal(w.list.cursor.pid, 12);
	stop(&w);
}

static void tags_end_with_their_process(void **state)
{
	struct wish wish;
	struct world w;

	(void)state;
	start(&w);
	add(&w, 10, 0, 30, "a");
	add(&w, 11, 0, 20, "b");
	add(&w, 12, 0, 10, "c");
	expect(&w, "10 11 12");
	list_act(&w.list, &w.snapshot, ACTION_BOTTOM);
	list_act(&w.list, &w.snapshot, ACTION_TAG);
	list_act(&w.list, &w.snapshot, ACTION_TOP);
	list_act(&w.list, &w.snapshot, ACTION_TAG);
	list_act(&w.list, &w.snapshot, ACTION_TAG);
	assert_int_equal(w.list.ntags, 3);
	list_tag(&w.list, w.rows[1].process.id);
	memset(&wish, 0, sizeof(wish));
	list_wish(&w.list, &w.snapshot, &wish);
	assert_int_equal(wish.question, QUESTION_GROUP);
	assert_int_equal(wish.ngroup_pids, 2);
	assert_int_equal(wish.group_pids[0], 10);
	assert_int_equal(wish.group_pids[1], 12);
	assert_int_equal(wish.nshown_pids, 3);
	/* Its pid is another process's now. */
	w.rows[2].process.id.starttime++;
	expect(&w, "10 11 12");
	assert_int_equal(w.list.ntags, 1);
	list_act(&w.list, &w.snapshot, ACTION_UNTAG);
	memset(&wish, 0, sizeof(wish));
	list_wish(&w.list, &w.snapshot, &wish);
	assert_int_equal(wish.question, QUESTION_NONE);
	stop(&w);
}

static void costs_are_for_what_is_seen(void **state)
{
	struct wish wish = { 0 };
	struct world w;

	(void)state;
	start(&w);
	add(&w, 10, 0, 30, "a");
	list_update(&w.list, &w.snapshot, 24, 200);
	list_wish(&w.list, &w.snapshot, &wish);
	assert_true(wish.list_usage && wish.list_states);
	memset(&wish, 0, sizeof(wish));
	list_update(&w.list, &w.snapshot, 24, 80);
	list_wish(&w.list, &w.snapshot, &wish);
	assert_true(wish.list_usage && !wish.list_states);
	stop(&w);
}

static void clicks(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	add(&w, 10, 0, 30, "a");
	add(&w, 11, 0, 40, "b");
	expect(&w, "11 10");
	list_click(&w.list, &w.snapshot, 4, 10);
	assert_int_equal(w.list.cursor.pid, 10);
	list_click(&w.list, &w.snapshot, 9, 10);
	assert_int_equal(w.list.cursor.pid, 10);
	list_click(&w.list, &w.snapshot, 2, 5);
	assert_string_equal(w.list.columns.sort->column, "PID");
	expect(&w, "10 11");
	list_click(&w.list, &w.snapshot, 2, 5);
	expect(&w, "11 10");
	stop(&w);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(what_is_not_known_is_last), T(kernel_threads_are_not_shown),
		T(a_tree), T(a_circle_is_no_tree), T(filter_and_search),
		T(tags_end_with_their_process), T(costs_are_for_what_is_seen),
		T(clicks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
