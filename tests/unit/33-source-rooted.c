/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf-made.h"
#include "vmatlas/source/replay.h"
#include "vmatlas/source/rooted.h"

#define BUILD_ID "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3"
#define AT "map_files/401000-402000:elf"
/* With an id, the first question about a symbol was answered, too. */
#define RECORDING(id) "vmatlas-recording 1\n" \
	"refresh time_ms=1 uptime_ms=1\nfacts page_size=4096\n" \
	"text pid=42 path=maps\n" \
	"\t00401000-00402000 r-xp 00001000 08:01 7 /opt/made lib\n" \
	"\t00402000-00403000 r--p 00002000 08:01 7 /opt/made lib\n" \
	"\t00500000-00501000 r--p 00000000 08:01 8 /opt/another\n" \
	"text pid=42 path=" AT "\n\ttype dyn\n" id \
	"\tload 0 0 2000 2000\n\tsection 1000 1000 .text\n" \
	"text pid=42 path=" AT "@1800\n\tsection .text\n\tsymbol 0 told\n" \
	"text pid=42 path=" AT "@1200\n\tsection .text\n" \
	"text pid=42 path=denied status=denied\n" \
	"end\n"

static const struct proc_id p42 = { 42, 0 };

struct world {
	char root[64];
	struct source *src;
};

/* The library below a root of its own, at PATH. */
static void put_file(struct world *w, const char *path)
{
	static struct made made;
	char name[512], *slash;
	FILE *file;

	made_build(&made, true, false);
	snprintf(name, sizeof(name), "%s%s", w->root, path);
	for (slash = strchr(name + strlen(w->root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(name, 0700);
		*slash = '/';
	}
	file = fopen(name, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(made.bytes, 1, sizeof(made.bytes), file),
		sizeof(made.bytes));
	fclose(file);
}

static void begin(struct world *w, const char *recording)
{
	struct err err = { 0 };
	struct source *inner = replay_of_text(recording, strlen(recording),
		&err, &err);

	assert_non_null(inner);
	w->src = rooted_new(inner, w->root);
	assert_int_equal(source_refresh(w->src, NULL), 1);
}

static int setup(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	strcpy(world.root, "/tmp/vmatlas-root-XXXXXX");
	*state = &world;
	return mkdtemp(world.root) ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char command[128];

	source_free(w->src);
	snprintf(command, sizeof(command), "rm -rf %s", w->root);
	return system(command);
}

static void check(struct world *w, const char *path, enum answer want,
	const char *text)
{
	struct buf out = { 0 };
	enum answer answer = source_text(w->src, p42, path, &out);
	char full[1024];

	if (answer != want)
		fail_msg("%s: %s", path, answer_name(answer));
	/* "%" stands for the root. */
	if (strchr(text, '%'))
		snprintf(full, sizeof(full), "%.*s%s%s",
			(int)(strchr(text, '%') - text), text, w->root,
			strchr(text, '%') + 1);
	else
		snprintf(full, sizeof(full), "%s", text);
	assert_string_equal(buf_text(&out), full);
	buf_fini(&out);
}

static void ask_first(struct world *w)
{
	struct buf out = { 0 };

	assert_int_equal(source_text(w->src, p42, "maps", &out), ANSWER_OK);
	assert_int_equal(source_text(w->src, p42, AT, &out), ANSWER_OK);
	buf_fini(&out);
}

static void names_of_the_same_build(void **state)
{
	struct world *w = *state;

	put_file(w, "/opt/made lib");
	begin(w, RECORDING("\tbuild-id " BUILD_ID "\n"));
	/* Before it is known what is mapped there, there is none. */
	check(w, AT "@1044", ANSWER_UNRECORDED, "");
	ask_first(w);
	check(w, AT "@1044", ANSWER_OK,
		"separate %/opt/made lib\nsection .text\nsymbol 4 inner\n");
	check(w, AT "?table", ANSWER_OK,
		"separate %/opt/made lib\nsymbol 4000\n");
	/* What was recorded stands; where it has no name, there is one. */
	check(w, AT "@1800", ANSWER_OK, "section .text\nsymbol 0 told\n");
	check(w, AT "@1200", ANSWER_OK,
		"separate %/opt/made lib\nsection .text\nsymbol 0 label\n");
	check(w, "denied", ANSWER_DENIED, "");
}

/* The layout was recorded of another part of the file. */
static void another_part(void **state)
{
	struct world *w = *state;
	struct buf out = { 0 };

	put_file(w, "/opt/made lib");
	put_file(w, "/opt/another");
	begin(w, RECORDING("\tbuild-id " BUILD_ID "\n"));
	assert_int_equal(source_text(w->src, p42, "maps", &out), ANSWER_OK);
	check(w, "map_files/402000-403000:elf@1044", ANSWER_OK,
		"separate %/opt/made lib\nsection .text\nsymbol 4 inner\n");
	assert_int_equal(source_text(w->src, p42,
		"map_files/402000-403000:elf", &out), ANSWER_OK);
	assert_non_null(strstr(buf_text(&out), BUILD_ID));
	check(w, "map_files/500000-501000:elf", ANSWER_UNRECORDED, "");
	check(w, "map_files/500000-501000:elf@1044", ANSWER_UNRECORDED, "");
	buf_fini(&out);
}

static void by_the_build_id(void **state)
{
	struct world *w = *state;

	put_file(w, "/usr/lib/debug/.build-id/a0/"
		"a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3.debug");
	begin(w, RECORDING("\tbuild-id " BUILD_ID "\n"));
	ask_first(w);
	check(w, AT "@1044", ANSWER_OK, "separate %/usr/lib/debug/.build-id/a0/"
		"a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3.debug\n"
		"section .text\nsymbol 4 inner\n");
}

static void another_build(void **state)
{
	struct world *w = *state;

	put_file(w, "/opt/made lib");
	begin(w, RECORDING("\tbuild-id 00" BUILD_ID "\n"));
	ask_first(w);
	check(w, AT "@1044", ANSWER_OK, "stranger %/opt/made lib\n");
}

/* Nothing says that it is the same file. */
static void without_a_build_id(void **state)
{
	struct world *w = *state;

	put_file(w, "/opt/made lib");
	begin(w, RECORDING(""));
	ask_first(w);
	check(w, AT "@1044", ANSWER_UNRECORDED, "");
	check(w, AT "@1200", ANSWER_OK, "section .text\n");
}

static void nothing_there(void **state)
{
	struct world *w = *state;

	mkdir(w->root, 0700);
	begin(w, RECORDING("\tbuild-id " BUILD_ID "\n"));
	ask_first(w);
	check(w, AT "@1044", ANSWER_UNRECORDED, "");
	assert_int_equal(source_count(w->src), 1);
	assert_true(source_go(w->src, 1));
	assert_false(source_go(w->src, 2));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(names_of_the_same_build), T(another_part),
		T(by_the_build_id),
		T(another_build), T(without_a_build_id), T(nothing_there),
	};

	if (!elf_is_there()) {
		puts("1..0 # SKIP no libelf here");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
