// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NO_COLOR (no-color.org): set to anything it asks for no colour; set to
 * nothing it does not; and who asks for colours by an option gets them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "target.h"
#include "terminal.h"

static struct target target;

static int setup(void **state)
{
	(void)state;
	target_start(&target, "grey-one");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_end(&target);
	return 0;
}

static bool is_coloured(const char *no_color, char *option)
{
	struct terminal_setup setup = { .no_color = no_color };
	char *argv[4] = { vmatlas_path(), target.pid_text, option };
	struct terminal *t = terminal_start(&setup, argv);
	bool coloured;

	assert_true(terminal_wait_text(t, "rw-p", 5000));
	assert_true(terminal_wait_text(t, "Help", 5000));
	coloured = terminal_has_colour(t);
	terminal_free(t);
	return coloured;
}

static void test_no_color(void **state)
{
	(void)state;
	assert_true(is_coloured(NULL, NULL));
	assert_false(is_coloured("1", NULL));
	assert_false(is_coloured("no", NULL));
	assert_true(is_coloured("", NULL));
}

static void test_option_wins(void **state)
{
	(void)state;
	assert_true(is_coloured("1", "--colors=8"));
	assert_false(is_coloured(NULL, "--colors=0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_color),
		cmocka_unit_test(test_option_wins),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
