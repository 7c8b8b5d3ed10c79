// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first screen, on terminals of every kind and size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "target.h"
#include "terminal.h"

static struct target target;

static int setup(void **state)
{
	(void)state;
	target_start(&target, "quiet-one");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_end(&target);
	return 0;
}

static struct terminal *look_at_target(const struct terminal_setup *setup)
{
	char *argv[] = { vmatlas_path(), target.pid_text, NULL };
	return terminal_start(setup, argv);
}

static void quit_well(struct terminal *t)
{
	terminal_type(t, "q");
	assert_true(terminal_wait_job(t, JOB_ENDED, 5000));
	assert_true(WIFEXITED(terminal_status(t)));
	assert_int_equal(WEXITSTATUS(terminal_status(t)), 0);
	assert_true(terminal_restored(t));
	terminal_free(t);
}

static void assert_ascii(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s >= 0x80 || (unsigned char)*s < ' ')
			assert_true(*s == '\n');
	}
}

static void test_first_screen(void **state)
{
	(void)state;
	struct terminal *t = look_at_target(&(struct terminal_setup){ 0 });
	assert_true(terminal_wait_text(t, "virtual", 5000));
	assert_true(terminal_wait_text(t, "physical", 1000));
	/* A figure of the first refresh, so that it is not only the frame. */
	assert_true(terminal_wait_text(t, "RSS ", 5000));
	const char *head = terminal_row(t, 0);
	assert_non_null(strstr(head, "vmatlas"));
	assert_non_null(strstr(head, "quiet-one"));
	assert_non_null(strstr(head, target.pid_text));
	assert_true(terminal_wait_text(t, "rw-p", 5000));
	assert_true(terminal_has_colour(t));
	quit_well(t);
}

static void test_vt100_ascii(void **state)
{
	(void)state;
	struct terminal_setup setup = { .term = "vt100", .locale = "C" };
	struct terminal *t = look_at_target(&setup);
	assert_true(terminal_wait_text(t, "virtual", 5000));
	assert_true(terminal_wait_text(t, "rw-p", 5000));
	assert_ascii(terminal_screen(t));
	assert_false(terminal_has_colour(t));
	quit_well(t);
}

static void test_vt100_line_is_ascii(void **state)
{
	(void)state;
	struct terminal_setup setup = { .term = "vt100", .locale = "C" };
	struct terminal *t = look_at_target(&setup);
	assert_true(terminal_wait_text(t, "rw-p", 5000));
	terminal_type(t, "?");
	terminal_pass(t, 300);
	terminal_type(t, "\0333");
	terminal_pass(t, 300);
	size_t len;
	const char *bytes = terminal_bytes(t, &len);
	assert_true(len > 500);
	for (size_t i = 0; i < len; i++)
		assert_true((unsigned char)bytes[i] < 0x80);
	terminal_free(t);
}

static void run_size(int rows, int cols, bool tells)
{
	struct terminal_setup setup = { .rows = rows, .cols = cols };
	struct terminal *t = look_at_target(&setup);
	if (tells)
		assert_true(terminal_wait_text(t, "virtual", 5000));
	else
		terminal_pass(t, 700);
	terminal_type(t, "3");
	terminal_pass(t, 150);
	terminal_type(t, "?");
	terminal_pass(t, 150);
	assert_true(terminal_wait_job(t, JOB_RUNS, 0));
	terminal_type(t, "\033");
	terminal_pass(t, 150);
	terminal_type(t, "2");
	terminal_pass(t, 150);
	quit_well(t);
}

static void test_1x1(void **state)
{
	(void)state;
	run_size(1, 1, false);
}

static void test_5x3(void **state)
{
	(void)state;
	run_size(3, 5, false);
}

static void test_one_line(void **state)
{
	(void)state;
	run_size(1, 80, false);
}

static void test_80x24(void **state)
{
	(void)state;
	run_size(24, 80, true);
}

static void test_200x60(void **state)
{
	(void)state;
	run_size(60, 200, true);
}

/* A serial tty knows no size; terminfo's 80x24 is taken. */
static void test_no_size(void **state)
{
	(void)state;
	struct terminal_setup setup = { .term = "vt100", .locale = "C",
					.no_size = true };
	struct terminal *t = look_at_target(&setup);
	assert_true(terminal_wait_text(t, "virtual", 5000));
	assert_true(terminal_wait_text(t, "physical", 1000));
	quit_well(t);
}

static void run_bad_term(const char *term)
{
	struct terminal_setup setup = { .term = term };
	struct terminal *t = look_at_target(&setup);
	assert_true(terminal_wait_job(t, JOB_ENDED, 5000));
	assert_true(WIFEXITED(terminal_status(t)));
	assert_int_equal(WEXITSTATUS(terminal_status(t)), 1);
	size_t len;
	const char *said = terminal_bytes(t, &len);
	assert_non_null(strstr(said, "vmatlas: "));
	assert_non_null(strstr(said, "TERM"));
	assert_true(terminal_restored(t));
	terminal_free(t);
}

static void test_unknown_term(void **state)
{
	(void)state;
	run_bad_term("no-such-terminal");
	run_bad_term("");
	run_bad_term("../../etc/passwd");
}

/* A terminal that cannot move its cursor is no use to us: say so. */
static void test_dumb_term(void **state)
{
	(void)state;
	run_bad_term("dumb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_screen),
		cmocka_unit_test(test_vt100_ascii),
		cmocka_unit_test(test_vt100_line_is_ascii),
		cmocka_unit_test(test_1x1),
		cmocka_unit_test(test_5x3),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_80x24),
		cmocka_unit_test(test_200x60),
		cmocka_unit_test(test_no_size),
		cmocka_unit_test(test_unknown_term),
		cmocka_unit_test(test_dumb_term),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
