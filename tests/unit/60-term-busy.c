/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While the line has much left to send, a refresh is skipped.  A pty never says
 * that it has (TIOCOUTQ is always 0 there), a serial line that nobody reads is
 * not at hand: so this ioctl() says it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "vmatlas/term/term.h"

static int queued, refused;	/* what the line says: bytes, an errno */

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request != TIOCOUTQ)
		return (int)syscall(SYS_ioctl, fd, request, arg);
	*(int *)arg = queued;
	return refused ? -1 : 0;
}

/* A bit for each answer that is wrong. */
static int show(struct term *term, struct grid *grid)
{
	int wrong = 0;

	queued = 100000;
	grid_str(grid, 0, 0, -1, 0, "one");
	wrong |= term_show(term, grid, false) ? 1 : 0;
	wrong |= term_show(term, grid, true) ? 0 : 2;
	queued = 513;
	grid_str(grid, 0, 0, -1, 0, "two");
	wrong |= term_show(term, grid, false) ? 4 : 0;
	queued = 512;
	wrong |= term_show(term, grid, false) ? 0 : 8;
	/* What cannot be told is no reason to show nothing. */
	queued = 100000;
	refused = 1;
	grid_str(grid, 0, 0, -1, 0, "three");
	wrong |= term_show(term, grid, false) ? 0 : 16;
	return wrong;
}

/* On a terminal of its own; its exit status is what went wrong. */
static void child(const char *name)
{
	struct theme theme;
	struct term_options options = { .colors = 0, .theme = &theme };
	struct winsize size = { .ws_row = 4, .ws_col = 20 };
	struct grid grid = { 0 };
	struct term *term;
	struct err err;
	int fd, wrong;

	setsid();
	fd = open(name, O_RDWR);
	if (fd < 0 || dup2(fd, 0) || dup2(fd, 1) != 1)
		_exit(99);
	ioctl(fd, TIOCSWINSZ, &size);
	setenv("TERM", "xterm-256color", 1);
	theme_default(&theme);
	grid_resize(&grid, 4, 20);
	term = term_open(&options, &err);
	if (!term)
		_exit(98);
	wrong = show(term, &grid);
	term_close(term);
	_exit(wrong);
}

static void test_skipped(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status;
	char bytes[4096];
	pid_t pid;

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	pid = fork();
	if (!pid)
		child(ptsname(master));
	assert_true(pid > 0);
	/* Until the other side is closed: then it reads as an error. */
	while (read(master, bytes, sizeof(bytes)) > 0)
		;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(master);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
