/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_TERM_TERMINAL_H
#define VMATLAS_TESTS_TERM_TERMINAL_H

/*
 * A struct terminal is a terminal with a program on it: a pty whose other
 * side is a libvterm screen, and a small shell that starts the program as
 * its foreground job, so that Ctrl-Z stops it as it would anywhere.
 *
 * Whoever waits here waits for something to become true, with a deadline,
 * never for a time.  Only one thread uses a terminal.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct terminal;

struct terminal_setup {
	const char *term;	/* TERM; NULL: xterm-256color */
	const char *locale;	/* LC_ALL; NULL: C.UTF-8 */
	const char *no_color;	/* NO_COLOR; NULL: it is not set */
	int rows, cols;		/* 0: 24 and 80 */
	unsigned speed;		/* as B9600; 0: a pseudo-terminal's own */
	bool no_size;		/* the tty does not know its size: a serial line */
};

/* How the program stands: see terminal_wait_job. */
enum job { JOB_RUNS, JOB_STOPPED, JOB_ENDED };

/* Start ARGV (found in PATH or by a path).  Ends the test if it cannot. */
struct terminal *terminal_start(const struct terminal_setup *setup,
				char *const argv[]);

/* The program is ended if it still runs; all is freed. */
void terminal_free(struct terminal *t);

/* The pid of the program itself. */
pid_t terminal_pid(const struct terminal *t);

/* Until TEXT is somewhere on the screen, at most MS milliseconds. */
bool terminal_wait_text(struct terminal *t, const char *text, int ms);

/* Until CONDITION holds for the screen, at most MS milliseconds. */
bool terminal_wait(struct terminal *t,
		   bool (*condition)(struct terminal *t, void *arg), void *arg,
		   int ms);

/* Take in what comes for MS milliseconds, whatever it is. */
void terminal_pass(struct terminal *t, int ms);

/*
 * Until the program is in state JOB, at most MS milliseconds; what it writes
 * meanwhile is taken in.
 */
bool terminal_wait_job(struct terminal *t, enum job job, int ms);

/* As waitpid gives it; only after JOB_ENDED. */
int terminal_status(const struct terminal *t);

/* "fg" for a stopped program. */
void terminal_resume(struct terminal *t);

/* Type these bytes. */
void terminal_type(struct terminal *t, const char *bytes);

/* The window has another size from now on; the program gets SIGWINCH. */
void terminal_resize(struct terminal *t, int rows, int cols);

/*
 * Row ROW as UTF-8 without blanks at its end.  Belongs to T, until the next
 * call.  terminal_screen is all rows with a newline after each.
 */
const char *terminal_row(struct terminal *t, int row);
const char *terminal_screen(struct terminal *t);

/* A cell's attributes: does any cell of the screen have a colour? */
bool terminal_has_colour(struct terminal *t);

/* Every byte that the program has written so far. */
const char *terminal_bytes(const struct terminal *t, size_t *len);

/*
 * Is the terminal as it was before the program started: main screen, cursor
 * shown, no mouse reports, the same termios?  Says in words what is not.
 */
bool terminal_restored(struct terminal *t);

#endif
