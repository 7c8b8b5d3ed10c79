/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmatlas/app/config.h"
#include "vmatlas/app/themes.h"

#define OTHER_UID 65534

static char home[64];

static const char *in_home(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	return path;
}

static int setup(void **state)
{
	(void)state;
	snprintf(home, sizeof(home), "%s/config-test-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home))
		return -1;
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {
		".config/vmatlas/themes/mine.theme", ".config/vmatlas/themes",
		".config/vmatlas/vmatlasrc", "elsewhere", ".config/vmatlas",
		".config",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		remove(in_home(names[i]));
	return rmdir(home);
}

static void assert_read(const char *want)
{
	struct buf text = { 0 }, path = { 0 };
	struct err err;

	assert_int_equal(config_read(&text, &path, &err), 0);
	assert_string_equal(buf_text(&text), want);
	buf_fini(&text);
	buf_fini(&path);
}

static int save(const char *text)
{
	struct buf path = { 0 };
	struct err err;
	int result;

	assert_true(config_folder(&path));
	buf_str(&path, "/vmatlasrc");
	result = config_save(buf_text(&path), text_of(text), &err);
	buf_fini(&path);
	return result;
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(in_home(name), &st), 0);
	return st.st_mode;
}

static void what_is_saved_is_read(void **state)
{
	(void)state;
	umask(022);
	assert_read("");
	assert_int_equal(save("ascii = yes\n"), 0);
	assert_read("ascii = yes\n");
	assert_int_equal(mode_of(".config") & 0777, 0700);
	assert_int_equal(mode_of(".config/vmatlas") & 0777, 0700);
	assert_int_equal(mode_of(".config/vmatlas/vmatlasrc") & 0777, 0644);
	/* Who may read it is the user's to say. */
	chmod(in_home(".config/vmatlas/vmatlasrc"), 0600);
	assert_int_equal(save("ascii = no\n"), 0);
	assert_read("ascii = no\n");
	assert_int_equal(mode_of(".config/vmatlas/vmatlasrc") & 0777, 0600);
}

static void a_link_stays_one(void **state)
{
	char target[256];

	(void)state;
	assert_int_equal(save("a = 1\n"), 0);
	snprintf(target, sizeof(target), "%s", in_home("elsewhere"));
	assert_int_equal(rename(in_home(".config/vmatlas/vmatlasrc"), target),
		0);
	assert_int_equal(symlink(target,
		in_home(".config/vmatlas/vmatlasrc")), 0);
	assert_int_equal(save("b = 2\n"), 0);
	assert_true(S_ISLNK(mode_of(".config/vmatlas/vmatlasrc")));
	assert_true(S_ISREG(mode_of("elsewhere")));
	assert_read("b = 2\n");
}

static void what_is_no_file_is_refused(void **state)
{
	struct buf text = { 0 }, path = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(save(""), 0);
	assert_int_equal(remove(in_home(".config/vmatlas/vmatlasrc")), 0);
	assert_int_equal(mkfifo(in_home(".config/vmatlas/vmatlasrc"), 0600),
		0);
	/* And it does not hold us up. */
	assert_int_equal(config_read(&text, &path, &err), -1);
	assert_non_null(strstr(err.text, "no regular file"));
	buf_fini(&text);
	buf_fini(&path);
}

static void what_is_too_big_is_refused(void **state)
{
	struct buf text = { 0 }, path = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(save(""), 0);
	assert_int_equal(truncate(in_home(".config/vmatlas/vmatlasrc"),
		1 << 20), 0);
	assert_int_equal(config_read(&text, &path, &err), -1);
	assert_int_equal(text.len, 0);
	buf_fini(&text);
	buf_fini(&path);
}

/* With sudo, HOME may be that of whoever called it. */
static void root_leaves_others_alone(void **state)
{
	struct buf folder = { 0 };
	char target[256];

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(save("ascii = yes\n"), 0);
	assert_int_equal(chown(in_home(".config/vmatlas"), OTHER_UID,
		(gid_t)-1), 0);
	if (config_folder(&folder))
		assert_null(strstr(buf_text(&folder), home));
	buf_clear(&folder);
	assert_int_equal(chown(in_home(".config/vmatlas"), 0, (gid_t)-1), 0);
	assert_true(config_folder(&folder));
	assert_non_null(strstr(buf_text(&folder), home));
	buf_fini(&folder);
	/* Nor does a link lead it to a file of theirs. */
	snprintf(target, sizeof(target), "%s", in_home("elsewhere"));
	assert_int_equal(rename(in_home(".config/vmatlas/vmatlasrc"), target),
		0);
	assert_int_equal(chown(target, OTHER_UID, (gid_t)-1), 0);
	assert_int_equal(symlink(target,
		in_home(".config/vmatlas/vmatlasrc")), 0);
	assert_int_equal(save("ascii = no\n"), -1);
	assert_true(S_ISREG(mode_of("elsewhere")));
}

static bool is_ours(void)
{
	struct buf folder = { 0 };
	bool ours = config_folder(&folder) && strstr(buf_text(&folder), home);

	buf_fini(&folder);
	return ours;
}

/* Whose folder it is, is not enough: it counts who can put another there. */
static void root_takes_no_folder_that_others_can_change(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(mkdir(in_home(".config"), 0755), 0);
	assert_true(is_ours());
	assert_int_equal(chmod(in_home(".config"), 0777), 0);
	assert_false(is_ours());
	assert_int_equal(chmod(in_home(".config"), 01777), 0);
	assert_true(is_ours());
	/* A link of somebody else's to a folder of root's. */
	assert_int_equal(symlink("/etc", in_home(".config/vmatlas")), 0);
	assert_true(is_ours());
	assert_int_equal(lchown(in_home(".config/vmatlas"), OTHER_UID,
		(gid_t)-1), 0);
	assert_false(is_ours());
	assert_int_equal(unlink(in_home(".config/vmatlas")), 0);
	assert_int_equal(chmod(in_home(".config"), 0755), 0);
	/* All above it is theirs, whatever they put below. */
	assert_int_equal(mkdir(in_home(".config/vmatlas"), 0700), 0);
	assert_int_equal(chown(home, OTHER_UID, (gid_t)-1), 0);
	assert_false(is_ours());
	assert_int_equal(chown(home, 0, (gid_t)-1), 0);
	assert_true(is_ours());
}

static void options_come_first(void **state)
{
	struct options options = { .colors = -1, .mouse = true, .delay = 3,
		.delay_given = true, .cpu = 1 };
	struct config config;

	(void)state;
	assert_int_equal(save("delay = 9\ncpu = 5\nmouse = no\nascii = yes\n"
		"colors = 8\ntheme = light\nwrong = 1\n"), 0);
	config_load(&config, &options);
	assert_true(options.delay > 2.9 && options.delay < 3.1);
	assert_true(options.cpu > 4.9 && options.cpu < 5.1);
	assert_false(options.mouse);
	assert_true(options.ascii);
	assert_int_equal(options.colors, 8);
	assert_string_equal(options.theme, "light");
	assert_string_equal(buf_text(&config.complaints),
		"~/.config/vmatlas/vmatlasrc:7: wrong is no setting\n");
	config_fini(&config);
	/* Reports do not depend on the file. */
	options = (struct options){ .colors = -1, .mouse = true, .delay = 1,
		.cpu = 1, .batch = true };
	config_load(&config, &options);
	assert_true(options.cpu < 1.1);
	assert_false(options.ascii);
	assert_int_equal(config.complaints.len, 0);
	config_fini(&config);
}

static void own_themes_are_among_them(void **state)
{
	char name[256] = "default", first[256];
	bool mine = false;
	unsigned n = 0;
	FILE *file;

	(void)state;
	assert_int_equal(save(""), 0);
	assert_int_equal(mkdir(in_home(".config/vmatlas/themes"), 0700), 0);
	file = fopen(in_home(".config/vmatlas/themes/mine.theme"), "w");
	assert_non_null(file);
	fputs("text = red -\n", file);
	fclose(file);
	do {
		themes_step(name, 1, name, sizeof(name));
		mine |= !strcmp(name, "mine");
		assert_true(n++ < 100);
	} while (strcmp(name, "default"));
	assert_true(mine);
	themes_step("mine", 1, first, sizeof(first));
	themes_step(first, -1, first, sizeof(first));
	assert_string_equal(first, "mine");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_saved_is_read), T(a_link_stays_one),
		T(what_is_no_file_is_refused), T(what_is_too_big_is_refused),
		T(root_leaves_others_alone),
		T(root_takes_no_folder_that_others_can_change),
		T(options_come_first), T(own_themes_are_among_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
