// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mouse, by the bytes that terminals send for it (SGR reports), also many
 * at once and in pieces; and settings that are the terminal's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "target.h"
#include "terminal.h"

#define ROWS 24
#define EXPLAIN (ROWS - 3)

static struct target target;

static int setup(void **state)
{
	(void)state;
	target_start(&target, "mouse-one");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_end(&target);
	return 0;
}

static struct terminal *look(const char *option)
{
	struct terminal_setup setup = { .term = "xterm-256color" };
	char *argv[] = { vmatlas_path(), target.pid_text, (char *)option,
		NULL };
	struct terminal *t = terminal_start(&setup, argv);

	assert_true(terminal_wait_text(t, "virtual", 5000));
	assert_true(terminal_wait_text(t, "[heap]", 5000));
	assert_true(terminal_wait_text(t, "Quit", 5000));
	return t;
}

static void quit(struct terminal *t)
{
	terminal_type(t, "q");
	assert_true(terminal_wait_job(t, JOB_ENDED, 2000));
	assert_int_equal(WEXITSTATUS(terminal_status(t)), 0);
	assert_true(terminal_restored(t));
	terminal_free(t);
}

/* The row that has TEXT, and a column of it that is a cell. */
static int row_with(struct terminal *t, const char *text)
{
	for (int row = 3; row < EXPLAIN; row++)
		if (strstr(terminal_row(t, row), text))
			return row;
	fail_msg("%s is not on the screen:\n%s", text, terminal_screen(t));
	return -1;
}

struct want {
	int row;
	const char *text;
};

static bool row_has(struct terminal *t, void *arg)
{
	const struct want *want = arg;

	return strstr(terminal_row(t, want->row), want->text) != NULL;
}

static void wait_row(struct terminal *t, int row, const char *text)
{
	struct want want = { row, text };

	if (!terminal_wait(t, row_has, &want, 5000))
		fail_msg("row %d has no '%s':\n%s", row, text,
			terminal_screen(t));
}

/* Events at ROW and COL from 0, as xterm says them. */
static void type_event(struct terminal *t, int code, int row, int col,
	char final)
{
	char bytes[32];

	snprintf(bytes, sizeof(bytes), "\033[<%d;%d;%d%c", code, col + 1,
		row + 1, final);
	terminal_type(t, bytes);
}

static void test_click_moves(void **state)
{
	(void)state;
	struct terminal *t = look(NULL);
	int row = row_with(t, "[heap]");
	char address[8];

	memcpy(address, strpbrk(terminal_row(t, row), "0123456789abcdef"), 5);
	address[5] = '\0';
	type_event(t, 0, row, 3, 'M');
	type_event(t, 0, row, 3, 'm');
	wait_row(t, EXPLAIN, address);
	quit(t);
}

/* Button down, four moves and up, in one piece: no event may be lost. */
static void test_drag_in_one_piece(void **state)
{
	(void)state;
	struct terminal *t = look(NULL);
	int row = row_with(t, "[heap]");
	char bytes[256];

	snprintf(bytes, sizeof(bytes), "\033[<0;5;%dM\033[<32;6;%dM"
		"\033[<32;7;%dM\033[<32;7;%dM\033[<32;8;%dM\033[<0;8;%dm",
		row - 1, row - 1, row, row, row + 1, row + 1);
	terminal_type(t, bytes);
	wait_row(t, EXPLAIN, "Enter zooms to ");
	terminal_type(t, "\r");
	assert_true(terminal_wait_text(t, "virtual: 1 page a cell", 5000));
	/* Esc drops what is selected, and closes nothing else. */
	type_event(t, 0, 4, 4, 'M');
	type_event(t, 32, 6, 4, 'M');
	wait_row(t, EXPLAIN, "Enter zooms to ");
	terminal_type(t, "\033");
	terminal_pass(t, 300);
	assert_null(strstr(terminal_row(t, EXPLAIN), "Enter zooms to "));
	quit(t);
}

static void test_double_click_is_enter(void **state)
{
	(void)state;
	struct terminal *t = look(NULL);
	int row = row_with(t, "[heap]");
	char bytes[128];

	snprintf(bytes, sizeof(bytes), "\033[<0;5;%dM\033[<0;5;%dm"
		"\033[<0;5;%dM\033[<0;5;%dm", row + 1, row + 1, row + 1,
		row + 1);
	terminal_type(t, bytes);
	if (!terminal_wait_text(t, "address    0x", 5000))
		fail_msg("not opened:\n%s", terminal_screen(t));
	quit(t);
}

static void test_wheel(void **state)
{
	(void)state;
	struct terminal *t = look(NULL);

	terminal_type(t, "[");
	assert_true(terminal_wait_text(t, "virtual: 1 page a cell", 5000));
	type_event(t, 81, 6, 10, 'M');
	assert_true(terminal_wait_text(t, "virtual: 2 pages a cell", 5000));
	type_event(t, 80, 6, 10, 'M');
	assert_true(terminal_wait_text(t, "virtual: 1 page a cell", 5000));
	terminal_type(t, "?");
	assert_true(terminal_wait_text(t, "F10", 5000));
	for (int i = 0; i < 3; i++)
		type_event(t, 65, 6, 10, 'M');
	wait_row(t, 1, "C-");
	terminal_type(t, "\033");
	assert_true(terminal_wait_text(t, "virtual", 5000));
	quit(t);
}

/* A slow line: what comes late is still no key. */
static void test_in_pieces(void **state)
{
	(void)state;
	struct terminal *t = look(NULL);
	int row = row_with(t, "[heap]");
	char bytes[32];

	snprintf(bytes, sizeof(bytes), ";5;%dM", row + 1);
	terminal_type(t, "\033[<0");
	terminal_pass(t, 5);
	terminal_type(t, bytes);
	terminal_pass(t, 300);
	assert_true(terminal_wait_job(t, JOB_RUNS, 0));
	assert_non_null(strstr(terminal_screen(t), "virtual"));
	/* Reports that are broken, and buttons that mean nothing. */
	terminal_type(t, "\033[<0;0;0M\033[<2;5;5M\033[<;;M\033[<1;1;1;1M"
		"\033[<99999999999999;1;1M\033[<66;5;5M\033[<35;5;5M");
	terminal_pass(t, 300);
	assert_true(terminal_wait_job(t, JOB_RUNS, 0));
	assert_non_null(strstr(terminal_screen(t), "virtual"));
	quit(t);
}

static bool has_sent(struct terminal *t, const char *bytes)
{
	size_t len;
	const char *all = terminal_bytes(t, &len);

	return memmem(all, len, bytes, strlen(bytes)) != NULL;
}

static void test_no_mouse(void **state)
{
	(void)state;
	struct terminal *t = look("--no-mouse");

	assert_false(has_sent(t, "\033[?1000h"));
	assert_false(has_sent(t, "\033[?1002h"));
	quit(t);
}

/* Theme, colours and the mouse change at once, and the terminal is restored
 * from what it is by then. */
static void test_settings_of_the_terminal(void **state)
{
	(void)state;
	struct terminal *t = look(NULL);
	size_t before, after;

	assert_true(terminal_has_colour(t));
	terminal_type(t, "s");
	assert_true(terminal_wait_text(t, "settings", 5000));
	terminal_bytes(t, &before);
	terminal_type(t, "\033[C");
	wait_row(t, 1, "high-contrast");
	terminal_type(t, "\033[B\033[C");
	wait_row(t, 2, "0");
	terminal_pass(t, 300);
	assert_false(terminal_has_colour(t));
	terminal_type(t, "\033[B\033[B\033[B\033[B ");
	wait_row(t, 6, "no");
	terminal_pass(t, 300);
	terminal_bytes(t, &after);
	assert_true(after > before);
	assert_true(has_sent(t, "\033[?1002l"));
	/* As colourless as it is, it goes on. */
	terminal_type(t, "\033");
	assert_true(terminal_wait_text(t, "virtual", 5000));
	quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_click_moves),
		cmocka_unit_test(test_drag_in_one_piece),
		cmocka_unit_test(test_double_click_is_enter),
		cmocka_unit_test(test_wheel),
		cmocka_unit_test(test_in_pieces),
		cmocka_unit_test(test_no_mouse),
		cmocka_unit_test(test_settings_of_the_terminal),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
