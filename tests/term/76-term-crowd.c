// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 500 processes: the screen of processes answers keys at once, fills its costly
 * columns step by step, those on screen first, and keeps to its budget.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target.h"
#include "terminal.h"

#define NPROCS 500
/* What each maps: reading its sums takes a part of a millisecond. */
#define SHARED_BYTES (32u << 20)
#define PATIENCE_MS 120000

static pid_t pids[NPROCS];

static void be_one(char *shared, int ready)
{
	volatile char seen = 0;
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "one-of-many");
	for (i = 0; i < SHARED_BYTES; i += 4096)
		seen = (char)(seen + shared[i]);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int setup(void **state)
{
	char *shared = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ready[2], i;
	char c;

	(void)state;
	if (shared == MAP_FAILED || pipe(ready))
		return -1;
	memset(shared, 1, SHARED_BYTES);
	fflush(NULL);
	for (i = 0; i < NPROCS; i++) {
		pids[i] = fork();
		if (!pids[i])
			be_one(shared, ready[1]);
		if (pids[i] < 0)
			return -1;
	}
	for (i = 0; i < NPROCS; i++)
		if (read(ready[0], &c, 1) != 1)
			return -1;
	return 0;
}

static int teardown(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < NPROCS; i++) {
		if (pids[i] <= 0)
			continue;
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return 0;
}

/* How many the second row says were read, and of how many; false: it says
 * that all were, or nothing yet. */
static bool read_so_far(struct terminal *t, unsigned *n, unsigned *all)
{
	return sscanf(terminal_row(t, 1), " %u of %u read:", n, all) == 2;
}

static bool has_read(struct terminal *t, void *arg)
{
	unsigned n, all;

	if (strstr(terminal_row(t, 1), " all:"))
		return true;
	return read_so_far(t, &n, &all) && n >= *(unsigned *)arg;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_of(pid_t pid)
{
	char path[64], text[1024], *at;
	unsigned long user, system;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	at = strrchr(text, ')');
	assert_non_null(at);
	assert_int_equal(sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u "
		"%*u %*u %lu %lu", &user, &system), 2);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static struct terminal *start(const char *delay, const char *cpu)
{
	struct terminal_setup how = { .rows = 40, .cols = 140 };
	char *argv[] = { vmatlas_path(), "-d", (char *)delay, "--cpu",
		(char *)cpu, NULL };
	struct terminal *t = terminal_start(&how, argv);

	assert_true(terminal_wait_text(t, "COMMAND", 20000));
	return t;
}

/* Its share of a processor over some refreshes, in percent. */
static double load(struct terminal *t, int ms)
{
	double begun = seconds(), cpu = cpu_of(terminal_pid(t));

	terminal_pass(t, ms);
	return 100 * (cpu_of(terminal_pid(t)) - cpu) / (seconds() - begun);
}

static void columns_fill_within_the_budget(void **state)
{
	unsigned some = 1, most = NPROCS, first, later, all;
	double idle, busy;
	struct terminal *t;

	(void)state;
	t = start("1", "0.01");
	assert_true(terminal_wait(t, has_read, &some, PATIENCE_MS));
	idle = load(t, 6000);
	terminal_free(t);

	t = start("1", "4");
	assert_true(terminal_wait(t, has_read, &some, PATIENCE_MS));
	assert_true(read_so_far(t, &first, &all));
	assert_in_range(all, NPROCS, 100000);
	/* What is on screen, and not much more. */
	assert_in_range(first, 1, NPROCS / 2);
	busy = load(t, 3000);
	/* By now, or when the machine lets it. */
	later = first + 1;
	assert_true(terminal_wait(t, has_read, &later, PATIENCE_MS));
	if (read_so_far(t, &later, &all))
		print_message("# read: %u, then %u, of %u\n", first, later,
			all);
	assert_true(terminal_wait(t, has_read, &most, PATIENCE_MS));
	print_message("# %.1f%% of a processor with --cpu 4, %.1f%% with "
		"next to none\n", busy, idle);
	/* What is on screen is read at once, and again; the rest slowly. */
	assert_true(busy - idle < 3 * 4);
	terminal_free(t);
}

static bool is_elsewhere(struct terminal *t, void *arg)
{
	return strcmp(terminal_row(t, 10), arg) != 0;
}

/* Many of ours are on screen, and the PSS of each is known. */
static bool is_filled(struct terminal *t, void *arg)
{
	int row, ours = 0;

	(void)arg;
	for (row = 3; row < 39; row++) {
		const char *text = terminal_row(t, row);
		char pss[16];

		if (!strstr(text, "term-crowd"))
			continue;
		ours++;
		/* PID PPID USER S VSS RSS PSS */
		if (sscanf(text, "%*s %*s %*s %*s %*s %*s %15s", pss) != 1 ||
		    !strcmp(pss, "?"))
			return false;
	}
	return ours > 20;
}

static void keys_do_not_wait_for_a_refresh(void **state)
{
	unsigned some = 1;
	struct terminal *t;
	char row[512];

	(void)state;
	/* The next refresh is far away. */
	t = start("120", "0.01");
	assert_true(terminal_wait(t, has_read, &some, PATIENCE_MS));
	assert_true(terminal_wait(t, is_filled, NULL, PATIENCE_MS));
	snprintf(row, sizeof(row), "%s", terminal_row(t, 10));
	terminal_type(t, "\x06\x06\x06\x06\x06\x06");
	assert_true(terminal_wait(t, is_elsewhere, row, 20000));
	/* What has come on screen is read, though nothing else is due. */
	assert_true(terminal_wait(t, is_filled, NULL, PATIENCE_MS));
	terminal_type(t, "\\one-of-m");
	assert_true(terminal_wait_text(t, "filter one-of-m", 20000));
	assert_true(terminal_wait_text(t, "processes 500", 20000));
	terminal_type(t, "\ry");
	assert_true(terminal_wait_text(t, "processes 500", 20000));
	/* Two as one, though all the others are there. */
	terminal_type(t, "  ");
	assert_true(terminal_wait_text(t, "2 tagged:", 20000));
	assert_true(terminal_wait_text(t, "ending frees", PATIENCE_MS));
	terminal_type(t, "q");
	assert_true(terminal_wait_job(t, JOB_ENDED, 20000));
	terminal_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_fill_within_the_budget),
		cmocka_unit_test(keys_do_not_wait_for_a_refresh),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
