/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/source/replay.h"

#define MAGIC "vmatlas-recording 1\n"
#define ONE(body) MAGIC "refresh n=0 time_ms=1000 uptime_ms=50\n" body "end\n"

static const struct proc_id p42 = { 42, 5 };

static struct source *replay(const char *text)
{
	struct err warning = { 0 }, err = { 0 };
	struct source *src = replay_of_text(text, strlen(text), &warning,
		&err);

	if (!src)
		fail_msg("%s", err.text);
	assert_string_equal(warning.text, "");
	assert_int_equal(source_refresh(src, &err), 1);
	return src;
}

static void check_text(struct source *src, struct proc_id id,
	const char *path, const char *want)
{
	struct buf buf = { 0 };

	assert_int_equal(source_text(src, id, path, &buf), ANSWER_OK);
	assert_string_equal(buf_text(&buf), want);
	buf_fini(&buf);
}

static enum answer ask_text(struct source *src, struct proc_id id,
	const char *path)
{
	struct buf buf = { 0 };
	enum answer answer = source_text(src, id, path, &buf);

	buf_fini(&buf);
	return answer;
}

static void test_facts(void **state)
{
	struct source *src = replay(MAGIC
		"# by hand\n"
		"facts release=6.1.0\\x20x machine=armv7l page_size=0x10000"
		" pfn_visible=yes uid=3 task_size=0xc0000000 colour=blue\n"
		"refresh time_ms=1000 uptime_ms=50\n"
		"end\n"
		"refresh time_ms=2000 uptime_ms=1050\n"
		"facts uid=4\n"
		"end\n");
	struct facts facts;

	(void)state;
	assert_int_equal(source_facts(src, &facts), ANSWER_OK);
	assert_string_equal(facts.release, "6.1.0 x");
	assert_string_equal(facts.machine, "armv7l");
	assert_int_equal(facts.page_size, 65536);
	assert_int_equal(facts.clock_ticks, 100);
	assert_int_equal(facts.task_size, 0xc0000000);
	assert_int_equal(facts.uid, 3);
	assert_true(facts.pfn_visible);
	assert_int_equal(facts.time_ms, 1000);
	assert_int_equal(facts.self_cpu_us, 0);
	assert_int_equal(facts.self_rss, 0);
	assert_int_equal(replay_nrefreshes(src), 2);
	assert_int_equal(source_refresh(src, NULL), 1);
	assert_int_equal(source_facts(src, &facts), ANSWER_OK);
	assert_int_equal(facts.time_ms, 2000);
	assert_int_equal(facts.uptime_ms, 1050);
	assert_int_equal(facts.uid, 4);
	assert_int_equal(facts.page_size, 65536);
	assert_int_equal(source_refresh(src, NULL), 0);
	replay_rewind(src, 0);
	assert_int_equal(source_refresh(src, NULL), 1);
	assert_int_equal(source_facts(src, &facts), ANSWER_OK);
	assert_int_equal(facts.time_ms, 1000);
	source_free(src);
	src = replay(ONE(""));
	assert_int_equal(source_facts(src, &facts), ANSWER_UNRECORDED);
	source_free(src);
}

static void test_go(void **state)
{
	struct source *src = replay(MAGIC
		"refresh time_ms=1000 uptime_ms=1\n"
		"text path=version\n\tone\nend\n"
		"refresh time_ms=2500 uptime_ms=2\n"
		"text path=version\n\ttwo\nend\n"
		"refresh\n"
		"text path=version\n\tthree\nend\n");
	uint64_t time_ms = 0;

	(void)state;
	assert_int_equal(source_count(src), 3);
	assert_true(source_time_of(src, 2, &time_ms));
	assert_int_equal(time_ms, 2500);
	/* There is no such refresh. */
	assert_false(source_time_of(src, 0, &time_ms));
	assert_false(source_time_of(src, 4, &time_ms));
	assert_false(source_go(src, 0));
	assert_false(source_go(src, 4));
	check_text(src, PROC_NONE, "version", "one\n");
	assert_true(source_go(src, 3));
	assert_int_equal(source_refresh(src, NULL), 1);
	check_text(src, PROC_NONE, "version", "three\n");
	assert_int_equal(source_refresh(src, NULL), 0);
	assert_true(source_go(src, 1));
	assert_int_equal(source_refresh(src, NULL), 1);
	check_text(src, PROC_NONE, "version", "one\n");
	source_free(src);
}

static void test_text(void **state)
{
	struct source *src = replay(ONE(
		"text path=zoneinfo\n"
		"\tNode 0\n"
		"# between\n"
		"\n"
		"\t\ttabbed \\x1b[1m \\134 \\x5cx41\n"
		"text pid=42 starttime=5 path=cmdline eol=no\n"
		"\ta\\x00b\n"
		"text pid=42 path=a\\x20eol=no\n"
		"\tend\n"
		"text pid=42 starttime=6 path=maps status=denied\n"
		"text pid=42 starttime=5 path=maps\n"
		"text pid=43 path=maps status=gone\n"
		"text pid=43 path=smaps status=elsewhere\n"
		"novelty a=b\n"
		"\twhatever\n"));
	struct buf buf = { 0 };

	(void)state;
	check_text(src, PROC_NONE, "zoneinfo",
		"Node 0\n\ttabbed \x1b[1m \\134 \\x41\n");
	assert_int_equal(source_text(src, p42, "cmdline", &buf), ANSWER_OK);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.data, "a\0b", 3);
	buf_fini(&buf);
	check_text(src, p42, "a eol=no", "end\n");
	/* Empty is not the same as unknown. */
	check_text(src, p42, "maps", "");
	assert_int_equal(ask_text(src, (struct proc_id){ 42, 6 }, "maps"),
		ANSWER_DENIED);
	assert_int_equal(ask_text(src, (struct proc_id){ 42, 7 }, "maps"),
		ANSWER_UNRECORDED);
	assert_int_equal(ask_text(src, (struct proc_id){ 43, 1 }, "maps"),
		ANSWER_GONE);
	assert_int_equal(ask_text(src, (struct proc_id){ 43, 1 }, "smaps"),
		ANSWER_UNRECORDED);
	assert_int_equal(ask_text(src, PROC_NONE, "maps"), ANSWER_UNRECORDED);
	source_free(src);
}

static void test_text_again(void **state)
{
	struct source *src = replay(
		ONE("text pid=42 path=stat\n\tone\n"
		    "text pid=42 path=stat\n\ttwo\n"
		    "text pid=42 path=stat status=gone\n")
		"refresh n=1\n"
		"text pid=42 path=stat\n\tnext\n"
		"end\n");
	int round;

	(void)state;
	for (round = 0; round < 2; round++) {
		check_text(src, p42, "stat", "one\n");
		check_text(src, p42, "stat", "two\n");
		assert_int_equal(ask_text(src, p42, "stat"), ANSWER_GONE);
		assert_int_equal(ask_text(src, p42, "stat"), ANSWER_GONE);
		assert_int_equal(source_refresh(src, NULL), 1);
		check_text(src, p42, "stat", "next\n");
		check_text(src, p42, "stat", "next\n");
		replay_rewind(src, 0);
		assert_int_equal(source_refresh(src, NULL), 1);
	}
	source_free(src);
}

/* Ask for N words from FIRST on; WANT is what comes, as text. */
static void check_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, const char *want)
{
	struct buf buf = { 0 };
	uint64_t words[64];
	size_t got, i;
	enum answer answer = source_words(src, file, id, first, n, words,
		&got);

	if (answer != ANSWER_OK)
		buf_str(&buf, answer_name(answer));
	for (i = 0; i < got; i++)
		buf_fmt(&buf, "%s%" PRIx64, i ? " " : "", words[i]);
	assert_string_equal(buf_text(&buf), want);
	buf_fini(&buf);
}

static void test_words(void **state)
{
	struct source *src = replay(ONE(
		"words file=pagemap pid=42 starttime=5 first=0x10 asked=8"
		" got=8 status=ok\n"
		"\t1 2*3 a+3\n"
		"\tffffffffffffffff\n"
		"words file=pagemap pid=42 starttime=5 first=24 asked=8\n"
		"\t7*4\n"
		"words file=pagemap pid=43 status=denied\n"
		"words file=pagemap pid=44 starttime=3 status=denied\n"
		"words file=kpageflags first=0 asked=4 got=4 status=ok\n"
		"\t0*4\n"
		"words file=kpagecgroup first=0\n"
		"\tnonsense that a later version may know\n"));

	(void)state;
	check_words(src, WORDS_PAGEMAP, p42, 16, 8,
		"1 2 2 2 a b c ffffffffffffffff");
	check_words(src, WORDS_PAGEMAP, p42, 19, 3, "2 a b");
	check_words(src, WORDS_PAGEMAP, p42, 22, 4, "c ffffffffffffffff 7 7");
	/* The file ends at 28: that is what the answer of 24 said. */
	check_words(src, WORDS_PAGEMAP, p42, 26, 4, "7 7");
	check_words(src, WORDS_PAGEMAP, p42, 29, 2, "");
	check_words(src, WORDS_PAGEMAP, p42, 15, 2, "unrecorded");
	check_words(src, WORDS_PAGEMAP, p42, 32, 1, "unrecorded");
	check_words(src, WORDS_PAGEMAP, p42, UINT64_MAX - 2, 4, "unrecorded");
	check_words(src, WORDS_PAGEMAP, (struct proc_id){ 42, 6 }, 16, 1,
		"unrecorded");
	check_words(src, WORDS_PAGEMAP, (struct proc_id){ 42, 0 }, 16, 1, "1");
	check_words(src, WORDS_PAGEMAP, (struct proc_id){ 43, 9 }, 77, 1,
		"denied");
	check_words(src, WORDS_PAGEMAP, (struct proc_id){ 44, 3 }, 77, 1,
		"denied");
	check_words(src, WORDS_PAGEMAP, (struct proc_id){ 44, 9 }, 77, 1,
		"unrecorded");
	check_words(src, WORDS_KPAGEFLAGS, PROC_NONE, 2, 2, "0 0");
	check_words(src, WORDS_KPAGEFLAGS, p42, 2, 2, "0 0");
	check_words(src, WORDS_KPAGEFLAGS, PROC_NONE, 3, 2, "unrecorded");
	check_words(src, WORDS_KPAGECOUNT, PROC_NONE, 2, 2, "unrecorded");
	source_free(src);
}

/* A page that was read twice is answered for twice, whatever came with it. */
static void test_words_again(void **state)
{
	struct source *src = replay(ONE(
		"words file=pagemap pid=42 first=0 asked=8 got=8\n\t0+8\n"
		"words file=pagemap pid=42 first=3 asked=2 got=2\n\tee ff\n"
		"words file=pagemap pid=42 first=4 asked=1 status=gone\n"));
	int round;

	(void)state;
	for (round = 0; round < 2; round++) {
		check_words(src, WORDS_PAGEMAP, p42, 0, 8, "0 1 2 3 4 5 6 7");
		check_words(src, WORDS_PAGEMAP, p42, 3, 1, "ee");
		check_words(src, WORDS_PAGEMAP, p42, 2, 4, "2 ee ff 5");
		check_words(src, WORDS_PAGEMAP, p42, 4, 1, "gone");
		check_words(src, WORDS_PAGEMAP, p42, 4, 1, "gone");
		check_words(src, WORDS_PAGEMAP, p42, 5, 3, "5 6 7");
		replay_rewind(src, 0);
		assert_int_equal(source_refresh(src, NULL), 1);
	}
	source_free(src);
}

/* Many blocks of one file, in no order and overlapping, by a plain loop. */
static void test_words_index(void **state)
{
	enum { N = 400, INDEXES = 3000 };
	static uint64_t last[INDEXES], words[INDEXES];
	static bool known[INDEXES];
	struct buf text = { 0 };
	unsigned seed = 1, i, j = 0, n, from;
	struct source *src;
	size_t got;

	(void)state;
	buf_str(&text, MAGIC "refresh\n");
	for (i = 0; i < N; i++) {
		unsigned first;

		seed = seed * 1103515245 + 12345;
		first = (seed >> 8) % (INDEXES - 300);
		n = (seed >> 4) % 13 ? 1 : 1 + (seed >> 16) % 300;
		buf_fmt(&text, "words file=kpagecount first=%u got=%u\n\t%x+%u\n",
			first, n, i * 10000, n);
		for (j = 0; j < n; j++) {
			/* The first answer counts for the first question. */
			if (!known[first + j])
				last[first + j] = i * UINT64_C(10000) + j;
			known[first + j] = true;
		}
	}
	buf_str(&text, "end\n");
	src = replay(buf_text(&text));
	for (i = 0; i < INDEXES; i++) {
		enum answer answer = source_words(src, WORDS_KPAGECOUNT,
			PROC_NONE, i, 1, words, &got);

		assert_int_equal(answer, known[i] ? ANSWER_OK :
			ANSWER_UNRECORDED);
		if (known[i])
			assert_int_equal(words[0], last[i]);
	}
	replay_rewind(src, 0);
	assert_int_equal(source_refresh(src, NULL), 1);
	/* The longest stretch that is known, out of however many blocks. */
	for (i = from = n = 0; i < INDEXES; i++) {
		if (i && known[i] && !known[i - 1])
			from = i;
		if (known[i] && i + 1 - from > n) {
			n = i + 1 - from;
			j = from;
		}
	}
	assert_true(n > 300);
	assert_int_equal(source_words(src, WORDS_KPAGECOUNT, PROC_NONE, j,
		n, words, &got), ANSWER_OK);
	assert_int_equal(got, n);
	assert_memory_equal(words, last + j, n * sizeof(*words));
	source_free(src);
	buf_fini(&text);
}

static void check_populated(struct source *src, enum populated_kind kind,
	uint64_t start, uint64_t end, size_t max, const char *want)
{
	struct vpn_range range[8];
	struct buf buf = { 0 };
	uint64_t next;
	size_t n, i;
	enum answer answer = source_populated(src, kind, p42, start, end,
		range, max, &n, &next);

	if (answer != ANSWER_OK)
		buf_str(&buf, answer_name(answer));
	else
		for (i = 0; i < n; i++)
			buf_fmt(&buf, "%" PRIu64 "-%" PRIu64 " ",
				range[i].start, range[i].end);
	if (answer == ANSWER_OK)
		buf_fmt(&buf, "next %" PRIu64, next);
	assert_string_equal(buf_text(&buf), want);
	buf_fini(&buf);
}

static void test_populated(void **state)
{
	struct source *src = replay(ONE(
		"populated kind=any pid=42 start=100 end=0xc8 status=ok\n"
		"\t0x6e-0x78 130-131\n\t150-200\n"
		"populated kind=any pid=42 start=200 end=300\n"
		"\t200-210 299-300\n"
		"populated kind=huge pid=42 status=absent\n"));

	(void)state;
	check_populated(src, POPULATED_ANY, 100, 300, 8,
		"110-120 130-131 150-210 299-300 next 300");
	check_populated(src, POPULATED_ANY, 100, 300, 2,
		"110-120 130-131 next 150");
	check_populated(src, POPULATED_ANY, 115, 116, 8, "115-116 next 116");
	check_populated(src, POPULATED_ANY, 120, 130, 8, "next 130");
	check_populated(src, POPULATED_ANY, 250, 400, 8, "299-300 next 300");
	check_populated(src, POPULATED_ANY, 300, 400, 8, "unrecorded");
	check_populated(src, POPULATED_ANY, 50, 50, 8, "next 50");
	check_populated(src, POPULATED_HUGE, 1, 2, 8, "absent");
	source_free(src);
}

/* Who asked where pages are need not have read what is empty; where one is,
 * or nobody asked, its entry is still missing. */
static void test_void_words(void **state)
{
	struct source *src = replay(ONE(
		"populated pid=42 start=100 end=120\n\t110-112\n"
		"populated kind=huge pid=42 start=120 end=140\n"
		"words file=pagemap pid=42 first=104 n=2\n\t7 9\n"));
	uint64_t out[16];
	size_t got;

	(void)state;
	memset(out, 0xff, sizeof(out));
	assert_int_equal(source_words(src, WORDS_PAGEMAP, p42, 102, 8, out,
		&got), ANSWER_OK);
	assert_int_equal(got, 8);
	assert_true(!out[0] && !out[1] && out[2] == 7 && out[3] == 9);
	assert_true(!out[4] && !out[7] && out[8] == UINT64_MAX);
	assert_int_equal(source_words(src, WORDS_PAGEMAP, p42, 109, 2, out,
		&got), ANSWER_UNRECORDED);
	assert_int_equal(source_words(src, WORDS_PAGEMAP, p42, 119, 2, out,
		&got), ANSWER_UNRECORDED);
	assert_int_equal(source_words(src, WORDS_KPAGEFLAGS, p42, 113, 2, out,
		&got), ANSWER_UNRECORDED);
	source_free(src);
}

static void test_populated_again(void **state)
{
	struct source *src = replay(ONE(
		"populated pid=42 start=0 end=10 status=denied\n"
		"populated pid=42 start=0 end=10\n\t1-2\n"));

	(void)state;
	check_populated(src, POPULATED_ANY, 0, 10, 8, "denied");
	check_populated(src, POPULATED_ANY, 0, 10, 8, "1-2 next 10");
	check_populated(src, POPULATED_ANY, 0, 10, 8, "1-2 next 10");
	source_free(src);
}

static void test_processes(void **state)
{
	struct source *src = replay(ONE(
		"processes status=ok\n"
		"\t42 1000 me\\x20too\n"
		"\t7 4294967295\n"));
	struct process_entry *list;
	size_t n;

	(void)state;
	assert_int_equal(source_processes(src, &list, &n), ANSWER_OK);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].pid, 7);
	assert_int_equal(list[0].uid, UINT32_MAX);
	assert_string_equal(list[0].user, "");
	assert_int_equal(list[1].pid, 42);
	assert_string_equal(list[1].user, "me too");
	free(list);
	source_free(src);
}

static void test_subject(void **state)
{
	struct source *src = replay(ONE(
		"text pid=1 path=stat\n"
		"text pid=2 path=maps status=denied\n"
		"words file=kpageflags first=0\n\t1\n"
		"text pid=9 starttime=77 path=maps\n"
		"words file=pagemap pid=3 first=0\n\t1\n"));
	struct proc_id id;

	(void)state;
	assert_true(replay_subject(src, &id));
	assert_int_equal(id.pid, 9);
	assert_int_equal(id.starttime, 77);
	source_free(src);
	src = replay(ONE("text pid=1 path=stat\n"));
	assert_false(replay_subject(src, &id));
	source_free(src);
}

/* ---- damage */

static void check_refused(const char *text, const char *want)
{
	struct err warning = { 0 }, err = { 0 };

	assert_null(replay_of_text(text, strlen(text), &warning, &err));
	if (!strstr(err.text, want))
		fail_msg("\"%s\" lacks \"%s\"", err.text, want);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused("", "no recording");
	check_refused("#!/bin/sh\n", "no recording");
	check_refused("vmatlas-recording 3\nrefresh\nend\n", "version 3");
	check_refused("vmatlas-recording 0\nrefresh\nend\n", "version 0");
	check_refused("vmatlas-recordings 1\nrefresh\nend\n", "no recording");
	check_refused(MAGIC, "no refresh");
	check_refused(MAGIC "refresh\n", "ends within");
	check_refused(MAGIC "end\n", "line 2");
	check_refused(MAGIC "text path=x\n", "outside");
	check_refused(ONE("facts page_size=0\n"), "page_size");
	check_refused(ONE("facts clock_ticks=0\n"), "clock_ticks");
	check_refused(ONE("text path=\n"), "path");
	check_refused(ONE("text pid=99999999999 path=x\n"), "process");
	check_refused(ONE("words file=pagemap\n\t1 2 g\n"), "damaged");
	check_refused(ONE("words file=pagemap\n\t1*0\n"), "damaged");
	check_refused(ONE("words file=pagemap\n\t1*1048577\n"), "damaged");
	check_refused(ONE("words file=pagemap\n\t1*1048576 1\n"), "damaged");
	check_refused(ONE("words file=pagemap got=3\n\t1 2\n"), "not as many");
	check_refused(ONE("words file=pagemap asked=1\n\t1 2\n"), "more");
	check_refused(ONE("populated start=5 end=9\n\t4-6\n"), "ranges");
	check_refused(ONE("populated start=5 end=9\n\t5-10\n"), "ranges");
	check_refused(ONE("populated start=5 end=9\n\t6-7 5-6\n"), "ranges");
	check_refused(ONE("populated start=5 end=9\n\t6-6\n"), "ranges");
	check_refused(ONE("processes\n\tx\n"), "process");
}

/* Good up to the last whole refresh, and it says where it stops. */
static void test_damaged_later(void **state)
{
	static const char text[] = ONE("text path=a\n\tone\n")
		"refresh n=1\n"
		"text pid=3 path=maps\n"
		"words file=kpageflags\n\t1 2 nonsense\n"
		"end\n"
		"refresh n=2\nend\n";
	struct err warning = { 0 }, err = { 0 };
	struct source *src = replay_of_text(text, strlen(text), &warning,
		&err);
	struct proc_id id;

	(void)state;
	assert_non_null(src);
	assert_non_null(strstr(warning.text, "line 8"));
	assert_int_equal(replay_nrefreshes(src), 1);
	assert_false(replay_subject(src, &id));
	assert_int_equal(source_refresh(src, NULL), 1);
	check_text(src, PROC_NONE, "a", "one\n");
	assert_int_equal(source_refresh(src, NULL), 0);
	source_free(src);
}

static void test_cut(void **state)
{
	static const char text[] = ONE("text path=a\n\tone\n")
		"refresh n=1\n"
		"words file=kpageflags\n\t12345\n"
		"end\n";
	size_t whole = strlen(ONE("text path=a\n\tone\n")), n;

	(void)state;
	for (n = 0; n < strlen(text); n++) {
		struct err warning = { 0 }, err = { 0 };
		struct source *src = replay_of_text(text, n, &warning, &err);

		/* The newline behind "end" may be missing. */
		if (n < whole - 1) {
			assert_null(src);
			assert_true(err.text[0]);
			continue;
		}
		assert_non_null(src);
		assert_int_equal(replay_nrefreshes(src),
			n < strlen(text) - 1 ? 1 : 2);
		assert_int_equal(warning.text[0] != '\0',
			n > whole && n < strlen(text) - 1);
		source_free(src);
	}
}

static void test_checksum(void **state)
{
	/* As zlib has it: crc32(b"text path=a\n\tone\n") */
	struct source *src = replay(ONE("text path=a crc=fffbd02b\n"
		"# not covered\n\tone\n"));

	(void)state;
	check_text(src, PROC_NONE, "a", "one\n");
	source_free(src);
	check_refused(ONE("text path=a crc=fffbd02b\n\ttwo\n"),
		"checksum");
	check_refused(ONE("text path=b crc=fffbd02b\n\tone\n"),
		"checksum");
	check_refused(ONE("text path=a crc=0000000g\n\tone\n"), "checksum");
}

/* What is shipped as a fixture is whole, to its last checksum. */
static void test_fixtures(void **state)
{
	static const char dir[] = "tests/fixtures/recordings/";
	static const char *const names[] = { "board", "cow", "unprivileged" };
	struct err warning = { 0 }, err = { 0 };
	struct source *src;
	struct proc_id id;
	char path[200];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s.rec", dir, names[i]);
		src = replay_new(path, &warning, &err);
		if (!src || warning.text[0])
			fail_msg("%s%s", err.text, warning.text);
		assert_true(replay_subject(src, &id));
		source_free(src);
	}
	snprintf(path, sizeof(path), "%sboard.rec", dir);
	src = replay_new(path, &warning, &err);
	assert_non_null(src);
	assert_int_equal(source_refresh(src, NULL), 1);
	assert_true(replay_subject(src, &id));
	assert_int_equal(id.pid, 301);
	check_words(src, WORDS_PAGEMAP, id, 0x800, 4,
		"8100000000081100 8100000000081101 40000000000004e0 0");
	assert_int_equal(source_refresh(src, NULL), 1);
	check_words(src, WORDS_PAGEMAP, id, 0x800, 4, "gone");
	source_free(src);
	assert_null(replay_new("tests/fixtures/recordings", &warning, &err));
	assert_int_equal(err.code, EISDIR);
	assert_null(replay_new("/nowhere", &warning, &err));
	assert_int_equal(err.code, ENOENT);
	assert_null(replay_new("/dev/zero", &warning, &err));
	assert_non_null(strstr(err.text, "no recording"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_go),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_again),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_again),
		cmocka_unit_test(test_words_index),
		cmocka_unit_test(test_populated),
		cmocka_unit_test(test_void_words),
		cmocka_unit_test(test_populated_again),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged_later),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_fixtures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
