// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel that never answers, and one that has much to say: keys are
 * answered all the same.  The first is a tree of files with a FIFO in it that
 * nobody writes to.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "target.h"
#include "terminal.h"

/* A procfs of two processes, 77 and 78. */
struct tree {
	char root[64];
};

static void path_of(const struct tree *tree, const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", tree->root, name);
}

static void put(const struct tree *tree, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	path_of(tree, name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void put_process(const struct tree *tree, int pid, const char *name)
{
	char path[128], file[32], text[256];

	snprintf(file, sizeof(file), "%d", pid);
	path_of(tree, file, path);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(text, sizeof(text), "%d (%s) S 1 1 1 0 -1 0 10 0 0 0 0 0 0 0 "
		"20 0 1 0 %d 40960 10 0 0 0 0\n", pid, name, 1000 + pid);
	snprintf(file, sizeof(file), "%d/stat", pid);
	put(tree, file, text);
	snprintf(file, sizeof(file), "%d/cmdline", pid);
	put(tree, file, name);
}

static const char maps[] =
	"00400000-0040a000 r-xp 00000000 08:01 42 /bin/quiet\n"
	"0060a000-0060c000 rw-p 00000000 00:00 0 [heap]\n";

static int setup(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	strcpy(tree->root, "/tmp/vmatlas-blocked-XXXXXX");
	assert_non_null(mkdtemp(tree->root));
	put_process(tree, 77, "hangs");
	put_process(tree, 78, "answers");
	put(tree, "zoneinfo", "Node 0, zone   Normal\n  pages free     10\n"
		"        spanned  4096\n        present  4096\n"
		"        managed  4000\n  start_pfn:           0\n");
	*state = tree;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {
		"77/stat", "77/cmdline", "77/maps", "77/pagemap",
		"77/smaps", "77",
		"78/stat", "78/cmdline", "78", "zoneinfo", ""
	};
	struct tree *tree = *state;
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		path_of(tree, names[i], path);
		remove(path);
	}
	free(tree);
	return 0;
}

static struct terminal *look(const struct tree *tree)
{
	struct terminal_setup how = { 0 };
	char *argv[] = { vmatlas_path(), "--procfs", (char *)tree->root, "77",
		NULL };

	return terminal_start(&how, argv);
}

static void quit(struct terminal *t)
{
	terminal_type(t, "q");
	assert_true(terminal_wait_job(t, JOB_ENDED, 2000));
	assert_int_equal(WEXITSTATUS(terminal_status(t)), 0);
	assert_true(terminal_restored(t));
	terminal_free(t);
}

/* While it hangs there is a screen, and keys do what they do. */
static void keys_work(struct terminal *t)
{
	terminal_type(t, "?");
	assert_true(terminal_wait_text(t, "vmatlas help", 1000));
	terminal_type(t, "\033");
	assert_true(terminal_wait_text(t, "q quits", 1000));
}

static void test_pagemap(void **state)
{
	struct tree *tree = *state;
	struct terminal *t;
	char path[128];

	put(tree, "77/maps", maps);
	path_of(tree, "77/pagemap", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	t = look(tree);
	keys_work(t);
	assert_true(terminal_wait_text(t,
		"does not answer about pagemap of process 77", 6000));
	/* What can be known is: the regions; what cannot is not guessed. */
	assert_true(terminal_wait_text(t, "[heap]", 2000));
	assert_true(terminal_wait_text(t, "RSS ?", 2000));
	quit(t);
}

static void test_maps(void **state)
{
	struct tree *tree = *state;
	struct terminal *t;
	char path[128];

	path_of(tree, "77/maps", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	t = look(tree);
	keys_work(t);
	assert_true(terminal_wait_text(t,
		"does not answer about maps of process 77", 6000));
	/* Another process can be looked at. */
	terminal_type(t, "1");
	assert_true(terminal_wait_text(t, "answers", 3000));
	quit(t);
}

/* Each screen and pop-up comes, and says what it does not know. */
static void test_screens(void **state)
{
	static const struct {
		const char *key, *says;
	} screens[] = {
		{ "3", "SHARED" }, { "6", "Normal" },
		{ "7", "what changes is not known: pagemap" },
		{ "b", "? pages differ" }, { "2", "virtual" },
		{ "\r", "address    0x" }, { "\033", "virtual" },
		{ "W", "nothing is ever written there" },
		{ "s", "settings" }, { "\033", "virtual" },
	};
	static const char *const fifos[] = { "77/pagemap", "77/smaps" };
	struct tree *tree = *state;
	struct terminal *t;
	char path[128];
	size_t i;

	put(tree, "77/maps", maps);
	for (i = 0; i < 2; i++) {
		path_of(tree, fifos[i], path);
		assert_int_equal(mkfifo(path, 0600), 0);
	}
	t = look(tree);
	assert_true(terminal_wait_text(t, "pagemap of process 77", 6000));
	for (i = 0; i < sizeof(screens) / sizeof(*screens); i++) {
		terminal_type(t, screens[i].key);
		if (!terminal_wait_text(t, screens[i].says, 4000))
			fail_msg("'%s' does not show \"%s\"", screens[i].key,
				screens[i].says);
	}
	quit(t);
}

/* It is not read to the end when it is asked to quit. */
static void test_big(void **state)
{
	const size_t size = (size_t)1 << 30;
	struct terminal_setup how = { 0 };
	char pid[16];
	char *argv[] = { vmatlas_path(), pid, NULL };
	struct terminal *t;
	int ready[2];
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		size_t i;

		if (p == MAP_FAILED)
			_exit(1);
		madvise(p, size, MADV_NOHUGEPAGE);
		for (i = 0; i < size; i += 4096)
			p[i] = 1;
		if (write(ready[1], "r", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	snprintf(pid, sizeof(pid), "%d", (int)child);
	t = terminal_start(&how, argv);
	terminal_type(t, "?");
	assert_true(terminal_wait_text(t, "vmatlas help", 2000));
	terminal_type(t, "\033");
	assert_true(terminal_wait_text(t, "RSS 1.0G", 10000));
	quit(t);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pagemap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_maps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_screens, setup, teardown),
		cmocka_unit_test(test_big),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
