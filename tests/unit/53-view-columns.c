/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/view/chooser.h"
#include "vmatlas/view/columns.h"
#include "vmatlas/view/scroll.h"

static void expect_words(const struct columns *columns, const char *words)
{
	struct buf got = { 0 };

	columns_words(columns, &got);
	assert_string_equal(buf_text(&got), words);
	buf_fini(&got);
}

/* The titles on screen, with '>' where there are more. */
static void expect_placed(const struct columns *columns, int cols,
	const char *titles)
{
	struct column placed[COLUMNS_MAX];
	struct buf got = { 0 };
	unsigned i, n;
	int col = 0;
	bool more;

	n = columns_place(columns, cols, placed, &more);
	for (i = 0; i < n; i++) {
		buf_fmt(&got, "%s%s", i ? " " : "", placed[i].field->column);
		assert_true(placed[i].col > col);
		assert_true(placed[i].col + placed[i].width <= cols);
		col = placed[i].col + placed[i].width - 1;
	}
	buf_str(&got, more ? " >" : "");
	assert_string_equal(buf_text(&got), titles);
	buf_fini(&got);
}

static void words_choose(void **state)
{
	struct columns columns;
	unsigned n;

	(void)state;
	columns_init(&columns, OBJECT_REGION, "START");
	n = columns.n;
	columns_take(&columns, text_of("PSS RSS nonsense RSS PERM"));
	/* What is always shown comes behind, where it is not named. */
	expect_words(&columns, "PSS RSS PERM START NAME");
	assert_int_equal(columns.n, n);
	columns_take(&columns, text_of("START SWAP NAME"));
	expect_words(&columns, "START SWAP NAME");
	assert_int_equal(columns.n, n);
	columns_take(&columns, text_of(""));
	expect_words(&columns, "START NAME");
	assert_true(columns_shows(&columns, "NAME"));
	assert_false(columns_shows(&columns, "RSS"));
	assert_false(columns_shows(&columns, "nonsense"));
}

static void they_scroll(void **state)
{
	struct columns columns;
	unsigned i;

	(void)state;
	columns_init(&columns, OBJECT_REGION, "START");
	columns.last_cols = 20;
	columns_take(&columns, text_of("START RSS PSS USS SWAP TYPE NAME"));
	expect_placed(&columns, 80, "START RSS PSS USS SWAP TYPE NAME");
	expect_placed(&columns, 44, "START RSS PSS USS NAME >");
	columns_act(&columns, 44, ACTION_RIGHT);
	expect_placed(&columns, 44, "START PSS USS SWAP NAME >");
	/* Not further than to the last. */
	for (i = 0; i < 9; i++)
		columns_act(&columns, 44, ACTION_RIGHT);
	expect_placed(&columns, 44, "START SWAP TYPE NAME");
	for (i = 0; i < 9; i++)
		columns_act(&columns, 44, ACTION_LEFT);
	expect_placed(&columns, 44, "START RSS PSS USS NAME >");
	/* The one that sorts comes into sight. */
	for (i = 0; i < 5; i++)
		columns_act(&columns, 44, ACTION_SORT_RIGHT);
	assert_string_equal(columns.sort->column, "TYPE");
	expect_placed(&columns, 44, "START SWAP TYPE NAME");
	columns_act(&columns, 44, ACTION_SORT_RIGHT);
	assert_string_equal(columns.sort->column, "NAME");
	columns_act(&columns, 44, ACTION_SORT_RIGHT);
	columns_act(&columns, 44, ACTION_SORT_RIGHT);
	assert_string_equal(columns.sort->column, "RSS");
	expect_placed(&columns, 44, "START RSS PSS USS NAME >");
	expect_placed(&columns, 16, "NAME");
	expect_placed(&columns, 2, "NAME");
}

static void they_are_left_out_by_rank(void **state)
{
	struct columns columns;

	(void)state;
	columns_init(&columns, OBJECT_PROCESS, "RSS");
	columns.by_rank = true;
	columns.last_cols = 20;
	expect_placed(&columns, 40, "PID RSS COMMAND");
	assert_false(columns_act(&columns, 40, ACTION_RIGHT));
	columns_take(&columns, text_of("PSS PID"));
	expect_placed(&columns, 40, "PSS PID COMMAND");
}

static void counts_do_not_sort(void **state)
{
	struct columns columns;

	(void)state;
	columns_init(&columns, OBJECT_REGION, "START");
	columns_take(&columns, text_of("START STATES NAME"));
	columns_act(&columns, 80, ACTION_SORT_RIGHT);
	assert_string_equal(columns.sort->column, "NAME");
	columns_act(&columns, 80, ACTION_SORT_LEFT);
	assert_string_equal(columns.sort->column, "START");
	columns_click(&columns, 80, 16);
	assert_string_equal(columns.sort->column, "START");
	columns_click(&columns, 80, 70);
	assert_string_equal(columns.sort->column, "NAME");
	assert_false(columns.invert);
	columns_click(&columns, 80, 70);
	assert_true(columns.invert);
}

static void the_chooser(void **state)
{
	struct columns columns;
	struct chooser chooser = { 0 };

	(void)state;
	columns_init(&columns, OBJECT_REGION, "START");
	columns_take(&columns, text_of("START RSS PSS NAME"));
	assert_false(chooser_act(&chooser, &columns, ACTION_DOWN));
	assert_true(chooser_act(&chooser, &columns, ACTION_COLUMNS));
	/* The first is always shown. */
	chooser_act(&chooser, &columns, ACTION_TAG);
	expect_words(&columns, "START RSS PSS NAME");
	chooser_act(&chooser, &columns, ACTION_DOWN);
	chooser_act(&chooser, &columns, ACTION_SORT_RIGHT);
	expect_words(&columns, "START PSS RSS NAME");
	chooser_act(&chooser, &columns, ACTION_TAG);
	expect_words(&columns, "START PSS NAME");
	chooser_act(&chooser, &columns, ACTION_TOP);
	chooser_act(&chooser, &columns, ACTION_SORT_LEFT);
	expect_words(&columns, "START PSS NAME");
	chooser_act(&chooser, &columns, ACTION_BOTTOM);
	chooser_act(&chooser, &columns, ACTION_SORT_RIGHT);
	assert_int_equal(chooser.at, columns.n - 1);
	assert_true(chooser_act(&chooser, &columns, ACTION_CLOSE));
	assert_false(chooser.open);
}

static void lines_move(void **state)
{
	struct scroll scroll = { 0, 10 };

	(void)state;
	assert_int_equal(scroll_move(&scroll, ACTION_DOWN, 3, 5), 4);
	assert_int_equal(scroll_move(&scroll, ACTION_DOWN, 4, 5), 4);
	assert_int_equal(scroll_move(&scroll, ACTION_UP, 0, 5), 0);
	assert_int_equal(scroll_move(&scroll, ACTION_PAGE_DOWN, 3, 100), 13);
	assert_int_equal(scroll_move(&scroll, ACTION_HALF_UP, 30, 100), 25);
	assert_int_equal(scroll_move(&scroll, ACTION_BOTTOM, 0, 100), 99);
	assert_int_equal(scroll_move(&scroll, ACTION_BOTTOM, -1, 0), 0);
	assert_int_equal(scroll_move(&scroll, ACTION_TAG, 5, 100), -1);
	scroll_show(&scroll, 99, 100);
	assert_int_equal(scroll.top, 90);
	scroll_show(&scroll, 5, 8);
	assert_int_equal(scroll.top, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_choose),
		cmocka_unit_test(they_scroll),
		cmocka_unit_test(they_are_left_out_by_rank),
		cmocka_unit_test(counts_do_not_sort),
		cmocka_unit_test(the_chooser),
		cmocka_unit_test(lines_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
