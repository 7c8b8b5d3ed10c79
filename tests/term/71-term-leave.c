// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * However the screen is left, the terminal is as it was.
 */
#include <setjmp.h>
#include <signal.h>
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

static struct terminal *look_at_target(void)
{
	struct terminal_setup setup = { 0 };
	char *argv[] = { vmatlas_path(), target.pid_text, NULL };
	struct terminal *t = terminal_start(&setup, argv);
	assert_true(terminal_wait_text(t, "virtual", 5000));
	assert_true(terminal_wait_text(t, "rw-p", 5000));
	return t;
}

static void test_q(void **state)
{
	(void)state;
	struct terminal *t = look_at_target();
	terminal_type(t, "q");
	assert_true(terminal_wait_job(t, JOB_ENDED, 2000));
	assert_true(WIFEXITED(terminal_status(t)));
	assert_int_equal(WEXITSTATUS(terminal_status(t)), 0);
	assert_true(terminal_restored(t));
	terminal_free(t);
}

/* Escape closes; it never quits. */
static void test_escape_stays(void **state)
{
	(void)state;
	struct terminal *t = look_at_target();
	terminal_type(t, "\033");
	terminal_pass(t, 200);
	terminal_type(t, "\033");
	terminal_pass(t, 200);
	assert_true(terminal_wait_job(t, JOB_RUNS, 0));
	assert_non_null(strstr(terminal_screen(t), "virtual"));
	terminal_free(t);
}

static void test_ctrl_c(void **state)
{
	(void)state;
	struct terminal *t = look_at_target();
	terminal_type(t, "\003");
	assert_true(terminal_wait_job(t, JOB_ENDED, 2000));
	assert_true(terminal_restored(t));
	terminal_free(t);
}

static void test_ctrl_z(void **state)
{
	(void)state;
	struct terminal *t = look_at_target();
	for (int i = 0; i < 2; i++) {
		terminal_type(t, "\032");
		assert_true(terminal_wait_job(t, JOB_STOPPED, 2000));
		assert_true(terminal_restored(t));
		assert_null(strstr(terminal_screen(t), "virtual"));
		terminal_resume(t);
		assert_true(terminal_wait_text(t, "virtual", 3000));
		assert_true(terminal_wait_text(t, "rw-p", 3000));
	}
	terminal_type(t, "q");
	assert_true(terminal_wait_job(t, JOB_ENDED, 2000));
	assert_true(terminal_restored(t));
	terminal_free(t);
}

/* The window may have changed while we were stopped. */
static void test_resize_while_stopped(void **state)
{
	(void)state;
	struct terminal *t = look_at_target();
	terminal_type(t, "\032");
	assert_true(terminal_wait_job(t, JOB_STOPPED, 2000));
	terminal_resize(t, 30, 120);
	terminal_resume(t);
	assert_true(terminal_wait_text(t, "virtual", 3000));
	assert_true(terminal_wait_text(t, "rw-p", 3000));
	terminal_pass(t, 200);
	/* The last row is used again, and it is the 30th. */
	assert_true(strlen(terminal_row(t, 29)) > 10);
	terminal_free(t);
}

static void run_signal(int sig)
{
	struct terminal *t = look_at_target();
	kill(terminal_pid(t), sig);
	assert_true(terminal_wait_job(t, JOB_ENDED, 2000));
	assert_true(terminal_restored(t));
	terminal_free(t);
}

static void test_sigterm(void **state)
{
	(void)state;
	run_signal(SIGTERM);
}

static void test_sigint(void **state)
{
	(void)state;
	run_signal(SIGINT);
}

static void test_sighup(void **state)
{
	(void)state;
	run_signal(SIGHUP);
}

static void test_sigquit(void **state)
{
	(void)state;
	run_signal(SIGQUIT);
}

/* What it looks at ends while it looks: it says so, and q still quits. */
static void test_target_ends(void **state)
{
	(void)state;
	struct target other;
	target_start(&other, "short-lived");
	struct terminal_setup setup = { 0 };
	char *argv[] = { vmatlas_path(), "-d", "0.2", other.pid_text, NULL };
	struct terminal *t = terminal_start(&setup, argv);
	assert_true(terminal_wait_text(t, "rw-p", 5000));
	target_end(&other);
	terminal_pass(t, 1500);
	assert_true(terminal_wait_job(t, JOB_RUNS, 0));
	terminal_type(t, "q");
	assert_true(terminal_wait_job(t, JOB_ENDED, 2000));
	assert_true(terminal_restored(t));
	terminal_free(t);
}

static void test_resize(void **state)
{
	(void)state;
	static const int sizes[][2] = {
		{ 60, 200 }, { 10, 40 }, { 1, 1 }, { 2, 300 }, { 100, 3 },
		{ 24, 80 },
	};
	struct terminal *t = look_at_target();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		terminal_resize(t, sizes[i][0], sizes[i][1]);
		terminal_pass(t, 200);
		assert_true(terminal_wait_job(t, JOB_RUNS, 0));
	}
	assert_true(terminal_wait_text(t, "virtual", 3000));
	assert_true(terminal_wait_text(t, "physical", 3000));
	assert_true(strlen(terminal_row(t, 23)) > 10);
	terminal_resize(t, 40, 120);
	terminal_pass(t, 400);
	assert_true(strlen(terminal_row(t, 39)) > 10);
	terminal_type(t, "q");
	assert_true(terminal_wait_job(t, JOB_ENDED, 2000));
	assert_int_equal(WEXITSTATUS(terminal_status(t)), 0);
	assert_true(terminal_restored(t));
	terminal_free(t);
}

/* A bad command line speaks before the screen is taken. */
static void test_no_such_process(void **state)
{
	(void)state;
	struct terminal_setup setup = { 0 };
	char *argv[] = { vmatlas_path(), "-p", "999999999", NULL };
	struct terminal *t = terminal_start(&setup, argv);
	assert_true(terminal_wait_job(t, JOB_ENDED, 3000));
	assert_true(WIFEXITED(terminal_status(t)));
	assert_int_equal(WEXITSTATUS(terminal_status(t)), 1);
	assert_non_null(strstr(terminal_screen(t), "vmatlas: "));
	assert_true(terminal_restored(t));
	terminal_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_q),
		cmocka_unit_test(test_escape_stays),
		cmocka_unit_test(test_ctrl_c),
		cmocka_unit_test(test_ctrl_z),
		cmocka_unit_test(test_resize_while_stopped),
		cmocka_unit_test(test_sigterm),
		cmocka_unit_test(test_sigint),
		cmocka_unit_test(test_sighup),
		cmocka_unit_test(test_sigquit),
		cmocka_unit_test(test_target_ends),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_no_such_process),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
