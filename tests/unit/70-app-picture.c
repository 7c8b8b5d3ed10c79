/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmatlas/app/picture_file.h"

/* Each test has a folder of its own, and is in it. */
static int setup(void **state)
{
	static char folder[64];

	snprintf(folder, sizeof(folder), "%s/picture-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	*state = mkdtemp(folder);
	return !*state || chdir(folder);
}

static int files(void)
{
	DIR *dir = opendir(".");
	int n = -2;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int teardown(void **state)
{
	static const char *const names[] = { "a.txt", "link.txt", "fifo.txt",
		"elsewhere" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(names[i]);
	return chdir("/") || rmdir(*state);
}

static int save(const char *path, const char *what, bool over)
{
	struct buf text = { 0 };
	struct err err = { 0 };
	int result;

	buf_str(&text, what);
	result = picture_save(path, &text, over, &err);
	assert_int_equal(result < 0, err.text[0] != '\0');
	buf_fini(&text);
	return result;
}

static void assert_file(const char *path, const char *what)
{
	char bytes[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, sizeof(bytes) - 1, file),
		strlen(what));
	fclose(file);
	assert_string_equal(bytes, what);
}

static void test_new(void **state)
{
	struct stat st;

	(void)state;
	umask(0);
	assert_int_equal(save("a.txt", "one", false), 0);
	assert_file("a.txt", "one");
	assert_int_equal(stat("a.txt", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(files(), 1);
}

static void test_there_already(void **state)
{
	(void)state;
	assert_int_equal(save("a.txt", "one", false), 0);
	assert_int_equal(save("a.txt", "two", false), 1);
	assert_file("a.txt", "one");
	assert_int_equal(save("a.txt", "three", true), 0);
	assert_file("a.txt", "three");
	assert_int_equal(files(), 1);
}

/* Somebody else's link in /tmp must not lead root's picture elsewhere. */
static void test_links(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(save("elsewhere", "mine", false), 0);
	assert_int_equal(symlink("elsewhere", "link.txt"), 0);
	assert_int_equal(save("link.txt", "two", false), 1);
	assert_int_equal(save("link.txt", "two", true), -1);
	assert_file("elsewhere", "mine");
	assert_int_equal(lstat("link.txt", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	/* A link that leads nowhere is there, too. */
	assert_int_equal(unlink("elsewhere"), 0);
	assert_int_equal(save("link.txt", "two", false), 1);
	assert_int_equal(access("elsewhere", F_OK), -1);
	assert_int_equal(mkfifo("fifo.txt", 0600), 0);
	assert_int_equal(save("fifo.txt", "two", true), -1);
	assert_int_equal(files(), 2);
}

static void test_no_folder(void **state)
{
	(void)state;
	assert_int_equal(save("nowhere/a.txt", "one", false), -1);
	assert_int_equal(save("nowhere/a.txt", "one", true), -1);
	assert_int_equal(files(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new, setup, teardown),
		cmocka_unit_test_setup_teardown(test_there_already, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_folder, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
