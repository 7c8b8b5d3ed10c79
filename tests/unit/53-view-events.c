/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/view/events.h"

static struct change lines[100];
static struct machine machine = { .page_shift = 12 };

static struct snapshot some_lines(size_t n, uint64_t dropped)
{
	static char names[] = "[heap]";
	struct snapshot snapshot = { .machine = &machine, .changes = lines,
		.nchanges = n, .changes_dropped = dropped,
		.change_names = { names, sizeof(names), sizeof(names) } };
	size_t i;

	for (i = 0; i < n; i++)
		lines[i] = (struct change){ .vpn = 0x100 + i, .npages = 1,
			.kind = (dropped + i) % 2 ? CHANGE_SPLIT : CHANGE_TOUCHED,
			.to = STATE_ANON, .pid = 42 };
	return snapshot;
}

static uint64_t chosen(const struct events *events,
	const struct snapshot *snapshot)
{
	return snapshot->changes_dropped + (uint64_t)
		(events_chosen(events, snapshot) - snapshot->changes);
}

static void the_cursor_follows_until_it_is_moved(void **state)
{
	struct snapshot snapshot = some_lines(20, 0);
	struct events events = { 0 };

	(void)state;
	events_update(&events, &snapshot, 24, 80);
	assert_int_equal(chosen(&events, &snapshot), 19);
	snapshot = some_lines(30, 0);
	events_update(&events, &snapshot, 24, 80);
	assert_int_equal(chosen(&events, &snapshot), 29);
	events_act(&events, &snapshot, ACTION_UP);
	/* It stays on its line, whatever comes or is dropped. */
	snapshot = some_lines(40, 20);
	events_update(&events, &snapshot, 24, 80);
	assert_int_equal(chosen(&events, &snapshot), 28);
	snapshot = some_lines(40, 35);
	events_update(&events, &snapshot, 24, 80);
	assert_int_equal(chosen(&events, &snapshot), 35);
	events_act(&events, &snapshot, ACTION_BOTTOM);
	snapshot = some_lines(50, 35);
	events_update(&events, &snapshot, 24, 80);
	assert_int_equal(chosen(&events, &snapshot), 84);
	events_fini(&events);
}

static void filters_and_searches_by_words(void **state)
{
	struct snapshot snapshot = some_lines(20, 0);
	struct events events = { 0 };

	(void)state;
	events_filter(&events, "Split  HEAP");
	events_update(&events, &snapshot, 24, 80);
	assert_int_equal(events.norder, 10);
	assert_int_equal(chosen(&events, &snapshot), 19);
	assert_true(events_search(&events, &snapshot, "103000", false));
	assert_int_equal(chosen(&events, &snapshot), 3);
	assert_true(events_search(&events, &snapshot, "anon", true));
	assert_int_equal(chosen(&events, &snapshot), 1);
	/* Round. */
	assert_true(events_act(&events, &snapshot, ACTION_FIND_BACK));
	assert_int_equal(chosen(&events, &snapshot), 19);
	assert_false(events_search(&events, &snapshot, "touched", false));
	events_filter(&events, "nothing like it");
	events_update(&events, &snapshot, 24, 80);
	assert_int_equal(events.norder, 0);
	assert_null(events_chosen(&events, &snapshot));
	assert_false(events_search(&events, &snapshot, "anon", false));
	events_act(&events, &snapshot, ACTION_UP);
	events_fini(&events);
}

static void any_size_of_screen_will_do(void **state)
{
	struct snapshot snapshot = some_lines(30, 5);
	struct atlas_status status = { .delay = 1 };
	struct events events = { 0 };
	struct grid grid = { 0 };
	int rows, cols;

	(void)state;
	for (rows = 1; rows < 30; rows++)
		for (cols = 1; cols < 170; cols += 13) {
			grid_resize(&grid, rows, cols);
			events_update(&events, &snapshot, rows, cols);
			events_paint(&events, &snapshot, &status, &grid);
			events_act(&events, &snapshot, rows % 2 ?
				ACTION_PAGE_UP : ACTION_DOWN);
			events_click(&events, &snapshot, rows - 1);
		}
	grid_fini(&grid);
	events_fini(&events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cursor_follows_until_it_is_moved),
		cmocka_unit_test(filters_and_searches_by_words),
		cmocka_unit_test(any_size_of_screen_will_do),
	};

	return cmocka_run_group_tests_name("view/events", tests, NULL, NULL);
}
