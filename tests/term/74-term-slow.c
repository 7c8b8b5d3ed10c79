// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A slow line is noticed by its speed, or told of; then no colour is sent that
 * was not asked for, and no attribute but where something points.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <termios.h>

#include <cmocka.h>

#include "target.h"
#include "terminal.h"

static struct target target;

static int setup(void **state)
{
	(void)state;
	target_start(&target, "slow-one");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_end(&target);
	return 0;
}

/* Started with ONE and TWO as options, where not NULL. */
static struct terminal *look(unsigned speed, char *one, char *two)
{
	struct terminal_setup setup = { .speed = speed };
	char *argv[5] = { vmatlas_path(), target.pid_text, one, two };
	struct terminal *t = terminal_start(&setup, argv);

	assert_true(terminal_wait_text(t, "rw-p", 5000));
	assert_true(terminal_wait_text(t, "Help", 5000));
	return t;
}

static void test_by_itself(void **state)
{
	struct terminal *t = look(B9600, NULL, NULL);

	(void)state;
	assert_false(terminal_has_colour(t));
	/* The delay is in the corner. */
	assert_true(terminal_wait_text(t, " 5s", 5000));
	terminal_free(t);
	t = look(B38400, NULL, NULL);
	assert_true(terminal_has_colour(t));
	assert_true(terminal_wait_text(t, " 1s", 5000));
	terminal_free(t);
}

static void test_told(void **state)
{
	struct terminal *t = look(0, "--low-baud", NULL);

	(void)state;
	assert_false(terminal_has_colour(t));
	terminal_free(t);
	t = look(0, "--baud=9600", NULL);
	assert_false(terminal_has_colour(t));
	terminal_free(t);
	/* A terminal server's line is not what it says. */
	t = look(B9600, "--baud=115200", NULL);
	assert_true(terminal_has_colour(t));
	terminal_free(t);
}

static void test_asked_for(void **state)
{
	struct terminal *t = look(B9600, "--colors=8", "-d2");

	(void)state;
	assert_true(terminal_has_colour(t));
	assert_true(terminal_wait_text(t, " 2s", 5000));
	terminal_free(t);
}

static size_t count_of(const char *bytes, const char *what)
{
	size_t n = 0;

	for (; (bytes = strstr(bytes, what)); bytes++)
		n++;
	return n;
}

/* Bold and dim say nothing that a letter does not say. */
static void test_attributes(void **state)
{
	struct terminal *t = look(B9600, NULL, NULL);
	size_t len;

	(void)state;
	assert_int_equal(count_of(terminal_bytes(t, &len), "\033[0;1m"), 0);
	assert_int_equal(count_of(terminal_bytes(t, &len), "\033[1m"), 0);
	assert_in_range(count_of(terminal_bytes(t, &len), "\033[0;7m"), 1, 4);
	terminal_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_itself),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_asked_for),
		cmocka_unit_test(test_attributes),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
