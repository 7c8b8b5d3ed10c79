/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vmatlas/model/sum.h"

static struct process_row row_of(int pid, uint64_t pss_anon)
{
	struct process_row row = { .process.id.pid = pid };

	usage_zero(&row.usage);
	row.usage.pss_anon_fixed = pss_anon << PSS_SHIFT;
	row.usage.uss = 4096;
	return row;
}

static void shares_add_up(void **state)
{
	struct snapshot snapshot = { .memory = { .anon_known = true,
		.anon = 9000 } };
	struct process_row row = row_of(7, 3000);
	struct sum sum;
	int64_t more;

	(void)state;
	sum_init(&sum);
	sum_add(&sum, &row);
	row = row_of(8, 5000);
	sum_add(&sum, &row);
	assert_int_equal(sum.nread, 2);
	assert_int_equal(sum.usage.uss, 8192);
	assert_true(sum_difference(&sum, &snapshot, &more));
	assert_true(more == 1000);
	snapshot.memory.anon = 7000;
	assert_true(sum_difference(&sum, &snapshot, &more));
	assert_true(more == -1000);
	snapshot.memory.anon_known = false;
	assert_false(sum_difference(&sum, &snapshot, &more));
	sum_fini(&sum);
}

static void the_unread_are_named(void **state)
{
	struct snapshot snapshot = { .memory = { .anon_known = true,
		.anon = 9000 } };
	struct process_row row = row_of(7, 3000);
	struct sum sum;
	int64_t more;

	(void)state;
	sum_init(&sum);
	sum_add(&sum, &row);
	row = (struct process_row){ .process.id.pid = 1,
		.answer = ANSWER_DENIED };
	sum_add(&sum, &row);
	row.answer = ANSWER_GONE;
	sum_add(&sum, &row);
	assert_int_equal(sum.nread, 1);
	assert_int_equal(sum.nunread, 1);
	assert_int_equal(sum.unread[0], 1);
	assert_true(sum_difference(&sum, &snapshot, &more));
	assert_true(more == 6000);
	sum_fini(&sum);
}

static void what_is_not_known_or_left_out(void **state)
{
	struct snapshot snapshot = { .memory = { .anon_known = true,
		.anon = 9000 } };
	struct process_row row = row_of(7, 3000);
	struct sum sum;
	int64_t more;

	(void)state;
	sum_init(&sum);
	sum.partial = true;
	sum_add(&sum, &row);
	assert_false(sum_difference(&sum, &snapshot, &more));
	sum_fini(&sum);
	sum_init(&sum);
	row.usage.known &= ~(uint32_t)USAGE_PSS_ANON;
	sum_add(&sum, &row);
	assert_false(sum_difference(&sum, &snapshot, &more));
	sum_fini(&sum);
}

static void none_could_be_read(void **state)
{
	struct process_row row = { .process.id.pid = 1,
		.answer = ANSWER_DENIED };
	struct snapshot snapshot = { .memory = { .anon_known = true,
		.anon = 9000 } };
	struct sum sum;
	int64_t more;

	(void)state;
	sum_init(&sum);
	assert_true(sum_is_known(&sum));	/* of nobody: nothing */
	sum_add(&sum, &row);
	assert_false(sum_is_known(&sum));
	assert_false(sum_difference(&sum, &snapshot, &more));
	row = row_of(7, 3000);
	sum_add(&sum, &row);
	assert_true(sum_is_known(&sum));
	sum_fini(&sum);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(shares_add_up), T(the_unread_are_named),
		T(what_is_not_known_or_left_out), T(none_could_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
