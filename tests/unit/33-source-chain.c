/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "next-text.h"
#include "vmatlas/source/chain.h"
#include "vmatlas/source/replay.h"

#define FIRST "vmatlas-recording 1\n" \
	"refresh time_ms=1000 uptime_ms=1\ntext path=zoneinfo\n\tone\n" \
	"text path=only\n\tthere\nend\n" \
	"refresh time_ms=2000 uptime_ms=2\ntext path=zoneinfo\n\ttwo\nend\n"
#define SECOND "vmatlas-recording 1\n" \
	"refresh time_ms=500 uptime_ms=1\ntext path=zoneinfo\n\tthree\nend\n"

static struct source *chain(void)
{
	struct err err = { 0 };
	struct source *parts[] = {
		replay_of_text(FIRST, strlen(FIRST), &err, &err),
		replay_of_text(SECOND, strlen(SECOND), &err, &err),
	};

	assert_non_null(parts[0]);
	assert_non_null(parts[1]);
	return chain_new(parts, 2);
}

static void one_after_the_other(void **state)
{
	struct source *src = chain();
	struct buf text = { 0 };

	(void)state;
	assert_int_equal(source_count(src), 3);
	check(src, "one\n");
	check(src, "two\n");
	check(src, "three\n");
	/* What another has said is not this one's answer. */
	assert_int_equal(source_text(src, PROC_NONE, "only", &text),
		ANSWER_UNRECORDED);
	assert_int_equal(source_refresh(src, NULL), 0);
	assert_int_equal(source_refresh(src, NULL), 0);
	buf_fini(&text);
	source_free(src);
}

static void to_and_fro(void **state)
{
	struct source *src = chain();
	uint64_t time_ms = 0;

	(void)state;
	assert_true(source_go(src, 3));
	check(src, "three\n");
	assert_int_equal(source_refresh(src, NULL), 0);
	assert_true(source_go(src, 2));
	check(src, "two\n");
	/* From its beginning, although it was read to its end. */
	check(src, "three\n");
	assert_true(source_go(src, 1));
	check(src, "one\n");
	assert_false(source_go(src, 0));
	assert_false(source_go(src, 4));
	assert_true(source_time_of(src, 2, &time_ms));
	assert_int_equal(time_ms, 2000);
	assert_true(source_time_of(src, 3, &time_ms));
	assert_int_equal(time_ms, 500);
	assert_int_equal(source_first(src, 1), 1);
	assert_int_equal(source_first(src, 2), 1);
	assert_int_equal(source_first(src, 3), 3);
	assert_false(source_time_of(src, 0, &time_ms));
	assert_false(source_time_of(src, 4, &time_ms));
	source_free(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(to_and_fro),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
