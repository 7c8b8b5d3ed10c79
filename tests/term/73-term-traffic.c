// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A serial line is slow: a screen on which nothing changes costs next to
 * nothing, and moving the cursor costs little.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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

static size_t bytes_so_far(struct terminal *t)
{
	size_t len;
	terminal_bytes(t, &len);
	return len;
}

static void run_quiet(const char *term, const char *locale)
{
	struct terminal_setup setup = { .term = term, .locale = locale };
	char *argv[] = { vmatlas_path(), "-d", "0.5", target.pid_text, NULL };
	struct terminal *t = terminal_start(&setup, argv);
	assert_true(terminal_wait_text(t, "rw-p", 5000));
	/* The first refreshes fill in what was still unknown. */
	terminal_pass(t, 2000);
	size_t before = bytes_so_far(t);
	terminal_pass(t, 3000);
	size_t sent = bytes_so_far(t) - before;
	print_message("# %zu bytes in six refreshes on %s\n", sent, term);
	/* Six headers' worth of figures at the very most. */
	assert_in_range(sent, 0, 6 * 250);

	before = bytes_so_far(t);
	for (int i = 0; i < 5; i++) {
		terminal_type(t, "\033[B");
		terminal_pass(t, 100);
	}
	sent = bytes_so_far(t) - before;
	print_message("# %zu bytes for five moves on %s\n", sent, term);
	assert_in_range(sent, 1, 5 * 1000);
	terminal_free(t);
}

static void test_xterm(void **state)
{
	(void)state;
	run_quiet("xterm-256color", "C.UTF-8");
}

static void test_vt100(void **state)
{
	(void)state;
	run_quiet("vt100", "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xterm),
		cmocka_unit_test(test_vt100),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
