/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "read-recording.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/source/record.h"
#include "vmatlas/source/replay.h"

static const struct proc_id p42 = { 42, 5 };

/* Bytes that a name may hold, all of them. */
#define NASTY "a \\x41 \\134\t\x1b[31m \xff\xc3\xa4 \\\n\n\r\n x"

/* A source that makes its answers up: the Nth refresh says so. */
struct teller {
	struct source src;
	unsigned refresh, asked;
};

static int teller_refresh(struct source *src, struct err *err)
{
	struct teller *teller = (struct teller *)src;

	(void)err;
	return teller->refresh++ < 2;
}

static enum answer teller_facts(struct source *src, struct facts *out)
{
	*out = (struct facts){
		.time_ms = 1000 * ((struct teller *)src)->refresh,
		.uptime_ms = 7, .release = "6.1 \\x41", .machine = "m68k",
		.page_size = 8192, .clock_ticks = 250, .task_size = 1 << 30,
		.pfn_visible = true, .uid = 12, .self_rss = 99,
		.self_cpu_us = 98,
	};
	return ANSWER_OK;
}

static enum answer teller_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct teller *teller = (struct teller *)src;

	(void)id;
	if (!strcmp(path, "denied"))
		return ANSWER_DENIED;
	if (!strcmp(path, "empty"))
		return ANSWER_OK;
	source_before(src, id.pid, path);
	if (!strcmp(path, "nasty"))
		buf_add(out, NASTY "\0!", sizeof(NASTY) + 1);
	else
		buf_fmt(out, "%s %u\n", path, ++teller->asked);
	source_after(src);
	return ANSWER_OK;
}

static enum answer teller_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	size_t i;

	(void)src;
	(void)id;
	if (file == WORDS_KPAGECOUNT)
		return ANSWER_DENIED;
	/* Runs of all sorts, and an end. */
	for (i = 0; i < n && first + i < 10000; i++) {
		uint64_t at = first + i;

		out[i] = at % 100 < 30 ? 0 : at % 100 < 60 ? at :
			at % 100 < 62 ? UINT64_MAX - 61 + at % 100 :
			at * UINT64_C(0x9e3779b97f4a7c15);
	}
	*got = i;
	return ANSWER_OK;
}

/* Every third page, and only two ranges at a time. */
static enum answer teller_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	(void)src;
	(void)id;
	if (kind == POPULATED_HUGE)
		return ANSWER_ABSENT;
	for (; start < end && *n < max && *n < 2; start++)
		if (start % 3 == 0)
			out[(*n)++] = (struct vpn_range){ start, start + 1 };
	*next = start;
	return ANSWER_OK;
}

static enum answer teller_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	(void)src;
	*out = mem_new(2, sizeof(**out));
	(*out)[0] = (struct process_entry){ 1, 0, "root" };
	(*out)[1] = (struct process_entry){ 42, 70000, "" };
	*n = 2;
	return ANSWER_OK;
}

static void teller_forget(struct source *src, struct proc_id id)
{
	((struct teller *)src)->asked = (unsigned)id.pid;
}

static void teller_free(struct source *src)
{
	free(src);
}

static const struct source_ops teller_ops = {
	.refresh = teller_refresh, .facts = teller_facts, .text = teller_text,
	.words = teller_words, .populated = teller_populated,
	.processes = teller_processes, .forget = teller_forget,
	.free = teller_free,
};

static struct source *teller_new(void)
{
	struct teller *teller = mem_new(1, sizeof(*teller));

	teller->src.ops = &teller_ops;
	return &teller->src;
}

struct place {
	char dir[64], path[80];
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->dir, "/tmp/vmatlas-test.XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	snprintf(place->path, sizeof(place->path), "%s/rec", place->dir);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	/* Fails where anything else was left behind. */
	assert_int_equal(rmdir(place->dir), 0);
	free(place);
	return 0;
}

static struct recording *open_recording(const char *path)
{
	struct err err = { 0 };
	struct recording *recording = recording_open(path, &err);

	if (!recording)
		fail_msg("%s", err.text);
	return recording;
}

static void finish(struct recording *recording)
{
	struct err err = { 0 };

	if (!recording_close(recording, &err))
		fail_msg("%s", err.text);
}

/* Ask SRC all sorts of things; all that was said is in SAID. */
static void ask(struct source *src, struct buf *said)
{
	static const char *const texts[] = { "stat", "denied", "empty",
		"nasty", "with blank=\\x41", "stat" };
	static uint64_t words[4096];
	struct vpn_range ranges[4];
	struct process_entry *list;
	struct facts facts;
	struct buf buf = { 0 };
	uint64_t vpn, next;
	size_t i, n;

	assert_int_equal(source_refresh(src, NULL), 1);
	assert_int_equal(source_facts(src, &facts), ANSWER_OK);
	facts.self_cpu_us = facts.self_rss = 0;
	buf_add(said, &facts.time_ms, sizeof(facts.time_ms));
	buf_fmt(said, "%s %s %u %u %u %d\n", facts.release, facts.machine,
		facts.page_size, facts.clock_ticks, facts.uid,
		facts.pfn_visible);
	for (i = 0; i < 6; i++) {
		buf_str(said, answer_name(source_text(src,
			i % 2 ? PROC_NONE : p42, texts[i], &buf)));
		buf_add(said, buf_text(&buf), buf.len);
	}
	for (vpn = 0; vpn < 12000; vpn += 4096) {
		assert_int_equal(source_words(src, WORDS_PAGEMAP, p42, vpn,
			4096, words, &n), ANSWER_OK);
		buf_add(said, words, n * sizeof(*words));
	}
	buf_str(said, answer_name(source_words(src, WORDS_KPAGECOUNT,
		PROC_NONE, 77, 5, words, &n)));
	for (vpn = 100; vpn < 200; vpn = next) {
		assert_int_equal(source_populated(src, POPULATED_ANY, p42,
			vpn, 200, ranges, 4, &n, &next), ANSWER_OK);
		for (i = 0; i < n; i++)
			buf_fmt(said, "%u-%u ", (unsigned)ranges[i].start,
				(unsigned)ranges[i].end);
		/* How much comes at a time may differ. */
		assert_true(next > vpn);
	}
	buf_str(said, answer_name(source_populated(src, POPULATED_HUGE, p42,
		5, 6, ranges, 4, &n, &next)));
	assert_int_equal(source_processes(src, &list, &n), ANSWER_OK);
	for (i = 0; i < n; i++)
		buf_fmt(said, "%d %u %s\n", list[i].pid, list[i].uid,
			list[i].user);
	free(list);
	buf_fini(&buf);
}

static void test_round_trip(void **state)
{
	struct place *place = *state;
	struct recording *recording = open_recording(place->path);
	struct source *src = record_new(teller_new(), recording);
	struct buf told = { 0 }, replayed = { 0 }, again = { 0 };
	struct err warning = { 0 }, err = { 0 };
	struct stat stat_now;

	ask(src, &told);
	ask(src, &told);
	assert_int_equal(source_refresh(src, NULL), 0);
	source_free(src);
	finish(recording);
	assert_int_equal(stat(place->path, &stat_now), 0);
	assert_int_equal(stat_now.st_mode & 07777, 0600);
	src = replay_new(place->path, &warning, &err);
	assert_non_null(src);
	assert_string_equal(warning.text, "");
	assert_int_equal(replay_nrefreshes(src), 2);
	ask(src, &replayed);
	ask(src, &replayed);
	assert_int_equal(told.len, replayed.len);
	assert_memory_equal(told.data, replayed.data, told.len);
	source_free(src);
	/* Nothing in the file can act on a terminal. */
	read_recording(place->path, &again);
	assert_null(memchr(again.data, '\x1b', again.len));
	assert_null(memchr(again.data, '\r', again.len));
	assert_null(memchr(again.data, '\0', again.len));
	/* Runs are short. */
	assert_non_null(strstr(again.data, " 1e+30 "));
	assert_non_null(strstr(again.data, " 0*30 "));
	buf_fini(&told);
	buf_fini(&replayed);
	buf_fini(&again);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what))) {
		n++;
		text++;
	}
	return n;
}

static void test_once(void **state)
{
	struct place *place = *state;
	struct recording *recording = open_recording(place->path);
	struct source *src = record_new(teller_new(), recording);
	uint64_t words[40];
	struct buf text = { 0 };
	size_t n, i, round;

	/* Before the first refresh nothing is recorded. */
	source_text(src, p42, "empty", &text);
	for (round = 0; round < 2; round++) {
		assert_int_equal(source_refresh(src, NULL), 1);
		for (i = 0; i < 3; i++) {
			source_text(src, p42, "denied", &text);
			source_text(src, p42, "changing", &text);
			source_words(src, WORDS_PAGEMAP, p42, 0, 30, words,
				&n);
			source_words(src, WORDS_PAGEMAP, p42, 0, 31, words,
				&n);
		}
	}
	source_done(src);
	source_free(src);
	finish(recording);
	read_recording(place->path, &text);
	assert_int_equal(count(buf_text(&text), "path=empty"), 0);
	assert_int_equal(count(buf_text(&text), "path=changing"), 6);
	/* The second refresh says of these that they are the same: one after
	 * the other, but for what is between them. */
	assert_int_equal(count(buf_text(&text), "path=denied"), 1);
	assert_int_equal(count(buf_text(&text), "asked=30"), 1);
	assert_int_equal(count(buf_text(&text), "asked=31"), 1);
	assert_int_equal(count(buf_text(&text), "\n\t0*30\n"), 1);
	assert_int_equal(count(buf_text(&text), "\nsame first=0 n=1 "), 1);
	assert_int_equal(count(buf_text(&text), "\nsame first=2 n=2 "), 1);
	assert_int_equal(count(buf_text(&text), "\nend"), 2);
	assert_int_equal(count(buf_text(&text), "\nrefresh "), 2);
	buf_fini(&text);
}

/* ---- what changed a little */

static int slow_refresh(struct source *src, struct err *err)
{
	(void)err;
	return ((struct teller *)src)->refresh++ < 3;
}

/* Much, of which a little is another in each refresh; of "still" and of what
 * begins at 8192 only in the third. */
static enum answer slow_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct teller *teller = (struct teller *)src;
	unsigned i;

	(void)id;
	/* "turns" is another at each question. */
	teller->asked += !strcmp(path, "turns");
	for (i = 0; i < 400; i++)
		buf_fmt(out, "%s %u: %u\n", path, i, i != 7 ?
			i * 7919 + teller->asked % 2 : strcmp(path, "still") ?
			teller->refresh : teller->refresh > 2);
	return ANSWER_OK;
}

/* Scattered below 4096, and in runs from there on. */
static enum answer slow_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	const struct teller *teller = (const struct teller *)src;
	size_t i;

	(void)file;
	(void)id;
	for (i = 0; i < n; i++)
		out[i] = (first + i) * (first < 4096 ?
			UINT64_C(0x9e3779b97f4a7c15) : 1);
	out[n / 2] = first != 8192 ? teller->refresh : teller->refresh > 2;
	*got = n;
	return ANSWER_OK;
}

static const struct source_ops slow_ops = {
	.refresh = slow_refresh, .facts = teller_facts, .text = slow_text,
	.words = slow_words, .populated = teller_populated,
	.processes = teller_processes, .forget = teller_forget,
	.free = teller_free,
};

/* The last question is about more than the time before. */
static void ask_slow(struct source *src, unsigned refresh, struct buf *said)
{
	static const char *const texts[] = { "list", "turns", "turns",
		"still" };
	static uint64_t words[4096];
	const struct {
		uint64_t first;
		size_t n;
	} parts[] = { { 0, 2000 }, { 8192, 4000 }, { 2500, 1 },
		{ 3000, 600 + refresh } };
	struct buf buf = { 0 };
	size_t i, n;

	assert_int_equal(source_refresh(src, NULL), 1);
	for (i = 0; i < 4; i++) {
		assert_int_equal(source_text(src, p42, texts[i], &buf),
			ANSWER_OK);
		buf_add(said, buf_text(&buf), buf.len);
	}
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		assert_int_equal(source_words(src, WORDS_PAGEMAP, p42,
			parts[i].first, parts[i].n, words, &n), ANSWER_OK);
		assert_int_equal(n, parts[i].n);
		buf_add(said, words, n * sizeof(*words));
	}
	buf_fini(&buf);
}

/* It is told from what it was, whatever way that is kept. */
static void test_changes_alone(void **state)
{
	struct place *place = *state;
	struct recording *recording = open_recording(place->path);
	struct source *inner = teller_new(), *src;
	struct buf told = { 0 }, replayed = { 0 }, text = { 0 };
	struct err err = { 0 };
	const char *first, *second, *third;
	unsigned i;

	inner->ops = &slow_ops;
	src = record_new(inner, recording);
	for (i = 0; i < 3; i++)
		ask_slow(src, i, &told);
	source_done(src);
	source_free(src);
	finish(recording);
	src = replay_new(place->path, &err, &err);
	assert_non_null(src);
	for (i = 0; i < 3; i++)
		ask_slow(src, i, &replayed);
	assert_int_equal(told.len, replayed.len);
	assert_memory_equal(told.data, replayed.data, told.len);
	source_free(src);
	read_recording(place->path, &text);
	first = strstr(buf_text(&text), "\nrefresh ");
	assert_non_null(first);
	second = strstr(first + 1, "\nrefresh ");
	assert_non_null(second);
	third = strstr(second + 1, "\nrefresh ");
	assert_non_null(third);
	/* Texts and pieces of words, in both; one word alone is told as it is. */
	assert_int_equal(count(third, " base="), 7);
	assert_int_equal(count(third, "\n\t~"), 4);
	assert_int_equal(count(second, " base="), 5 + 7);
	assert_int_equal(count(second, "\n\t~"), 3 + 4);
	assert_int_equal(count(second, "\nsame "), 2);
	assert_in_range(strlen(second), 200, 3000);
	assert_true((size_t)(second - first) > 40 * strlen(second));
	buf_fini(&told);
	buf_fini(&replayed);
	buf_fini(&text);
}

/* What is there stays until there is a whole refresh to replace it. */
static void test_replaces_late(void **state)
{
	struct place *place = *state;
	struct buf text = { 0 };
	struct recording *recording;
	struct source *src;
	int fd = open(place->path, O_WRONLY | O_CREAT, 0644), round;

	assert_int_equal(write(fd, "old\n", 4), 4);
	close(fd);
	for (round = 0; round < 2; round++) {
		recording = open_recording(place->path);
		src = record_new(teller_new(), recording);
		if (round)
			assert_int_equal(source_refresh(src, NULL), 1);
		read_file(place->path, &text);
		assert_string_equal(buf_text(&text), "old\n");
		if (round)
			assert_int_equal(source_refresh(src, NULL), 1);
		read_file(place->path, &text);
		assert_int_equal(!strcmp(buf_text(&text), "old\n"), !round);
		source_free(src);
		finish(recording);
		/* The teardown sees to it that nothing is left over. */
	}
	buf_fini(&text);
}

static void test_refused(void **state)
{
	struct place *place = *state;
	struct err err = { 0 };

	assert_int_equal(symlink("elsewhere", place->path), 0);
	assert_null(recording_open(place->path, &err));
	assert_int_equal(err.code, ELOOP);
	assert_non_null(strstr(err.text, "symbolic"));
	unlink(place->path);
	assert_null(recording_open(place->dir, &err));
	assert_int_equal(err.code, EISDIR);
	assert_null(recording_open("/nowhere/rec", &err));
	assert_int_equal(err.code, ENOENT);
}

static void test_disk_full(void **state)
{
	struct recording *recording;
	struct err err = { 0 };
	struct source *src;

	(void)state;
	if (access("/dev/full", W_OK)) {
		print_message("# no /dev/full to write to\n");
		skip();
	}
	recording = open_recording("/dev/full");
	src = record_new(teller_new(), recording);
	assert_int_equal(source_refresh(src, NULL), 1);
	assert_true(recording_good(recording, &err));
	/* The questions are answered all the same. */
	assert_int_equal(source_refresh(src, NULL), 1);
	assert_false(recording_good(recording, &err));
	assert_int_equal(err.code, ENOSPC);
	assert_non_null(strstr(err.text, "/dev/full"));
	source_free(src);
	err.code = 0;
	assert_false(recording_close(recording, &err));
	assert_int_equal(err.code, ENOSPC);
}

/* Enough for several writes; the reader of the pipe is gone by then. */
static void test_pipe_closed(void **state)
{
	struct place *place = *state;
	struct recording *recording;
	struct source *src;
	struct err err;
	int fd, tries;

	assert_int_equal(mkfifo(place->path, 0600), 0);
	fd = open(place->path, O_RDONLY | O_NONBLOCK);
	recording = open_recording(place->path);
	src = record_new(teller_new(), recording);
	assert_int_equal(source_refresh(src, NULL), 1);
	close(fd);
	source_done(src);
	/* Another thread comes to know of it. */
	for (tries = 0; tries < 2000 && recording_good(recording, NULL);
	     tries++)
		usleep(1000);
	assert_false(recording_good(recording, &err));
	assert_int_equal(err.code, EPIPE);
	source_free(src);
	assert_false(recording_close(recording, &err));
}

/* One that was left behind in the kernel comes back: nothing of its is
 * written, and nothing that it uses is gone. */
static void test_left_behind(void **state)
{
	struct place *place = *state;
	struct recording *recording = open_recording(place->path);
	struct source *late = record_new(teller_new(), recording);
	struct source *src = record_new(teller_new(), recording);
	struct buf text = { 0 };

	assert_int_equal(source_refresh(late, NULL), 1);
	source_text(late, p42, "first", &text);
	assert_int_equal(source_refresh(src, NULL), 1);
	source_text(src, p42, "second", &text);
	source_text(late, p42, "late", &text);
	source_done(src);
	source_free(src);
	finish(recording);
	source_text(late, p42, "later", &text);
	assert_int_equal(source_refresh(late, NULL), 1);
	source_free(late);
	read_recording(place->path, &text);
	assert_int_equal(count(buf_text(&text), "path=first"), 1);
	assert_int_equal(count(buf_text(&text), "path=second"), 1);
	assert_int_equal(count(buf_text(&text), "path=late"), 0);
	/* What it had begun is no whole refresh. */
	assert_int_equal(count(buf_text(&text), "\nrefresh"), 2);
	assert_int_equal(count(buf_text(&text), "\nbroken-off"), 1);
	assert_int_equal(count(buf_text(&text), "\nend"), 1);
	buf_fini(&text);
}

static void note_before(void *arg, int pid, const char *file)
{
	*(int *)arg += pid + (int)strlen(file);
}

static void note_after(void *arg)
{
	*(int *)arg *= 10;
}

/* The recorder's watch is told what the source inside waits for. */
static void test_passes_on(void **state)
{
	struct place *place = *state;
	struct recording *recording = open_recording(place->path);
	struct source *teller = teller_new();
	struct source *src = record_new(teller, recording);
	struct buf text = { 0 };
	int sum = 0;

	src->watch = (struct source_watch){ note_before, note_after, &sum };
	source_text(src, p42, "stat", &text);
	assert_int_equal(sum, 460);
	source_forget(src, p42);
	assert_int_equal(((struct teller *)teller)->asked, 42);
	source_free(src);
	finish(recording);
	buf_fini(&text);
}

#define PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE(test_round_trip),
		PLACE(test_once),
		PLACE(test_changes_alone),
		PLACE(test_replaces_late),
		PLACE(test_refused),
		cmocka_unit_test(test_disk_full),
		PLACE(test_pipe_closed),
		PLACE(test_left_behind),
		PLACE(test_passes_on),
	};

	/* As the program itself has it. */
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
