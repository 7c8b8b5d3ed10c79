/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings of a process that changes: what is asked again is answered again,
 * whatever of it was written, and nothing that was damaged passes for true.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/source/memo.h"
#include "read-recording.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/source/record.h"
#include "vmatlas/source/replay.h"

#define REFRESHES 3600
#define PAGES_MOST 8192
#define REGIONS_MOST 40
#define FRAMES 4096

static const struct proc_id p42 = { 42, 5 };

/* A process whose pages, regions and figures change a little at a time. */
struct world {
	struct source src;
	unsigned refresh, seed, asked;
	size_t npages, nregions;
	uint64_t pages[PAGES_MOST], flags[FRAMES];
	unsigned regions[REGIONS_MOST];
	bool denied;
};

static unsigned chance(struct world *world, unsigned n)
{
	world->seed = world->seed * 1103515245 + 12345;
	return (world->seed >> 8) % n;
}

static void change_regions(struct world *world)
{
	size_t i = chance(world, (unsigned)world->nregions);

	if (chance(world, 2) && world->nregions < REGIONS_MOST) {
		memmove(&world->regions[i + 1], &world->regions[i],
			(world->nregions++ - i) * sizeof(*world->regions));
		world->regions[i] = chance(world, 1000);
	} else if (world->nregions > 3) {
		memmove(&world->regions[i], &world->regions[i + 1],
			(--world->nregions - i) * sizeof(*world->regions));
	}
}

/* The clock goes by seconds, however soon the next refresh is asked for. */
static int world_refresh(struct source *src, struct err *err)
{
	struct world *world = (struct world *)src;
	unsigned i, n = chance(world, 8) ? 5 : 600;

	(void)err;
	world->refresh++;
	world->asked = 0;
	for (i = chance(world, 4) ? n : 0; i; i--)
		world->pages[chance(world, (unsigned)world->npages)] =
			chance(world, 3) ? chance(world, FRAMES) : 0;
	for (i = chance(world, 4); i; i--)
		world->flags[chance(world, FRAMES)] ^= 1u << chance(world, 20);
	if (!chance(world, 10))
		change_regions(world);
	if (!chance(world, 50) && world->npages < PAGES_MOST)
		world->npages++;
	if (!chance(world, 100))
		world->denied = !world->denied;
	return 1;
}

static enum answer world_facts(struct source *src, struct facts *out)
{
	struct world *world = (struct world *)src;

	*out = (struct facts){ .time_ms = 1000 * (uint64_t)world->refresh,
		.uptime_ms = 500 + 1000 * (uint64_t)world->refresh,
		.release = "6.18.44", .machine = "x86_64", .page_size = 4096,
		.clock_ticks = 100, .task_size = UINT64_C(0x7ffffffff000),
		.pfn_visible = true, .uid = world->refresh > 1000 ? 7 : 0 };
	return ANSWER_OK;
}

static enum answer world_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct world *world = (struct world *)src;
	size_t i;

	(void)id;
	if (!strcmp(path, "smaps") && world->denied)
		return ANSWER_DENIED;
	if (!strcmp(path, "stat"))
		buf_fmt(out, "42 (x) S %u %u", world->refresh,
			world->asked++ % 3);
	else if (!strcmp(path, "comm"))
		buf_str(out, world->refresh % 7 ? "a\\x41\n" : "");
	else
		for (i = 0; i < world->nregions; i++)
			buf_fmt(out, "%u-%u \xff\n\\x%u =1 +2\n",
				world->regions[i], world->regions[i] + 1,
				world->regions[i] % 90);
	return ANSWER_OK;
}

static enum answer world_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct world *world = (struct world *)src;
	uint64_t *words = file == WORDS_PAGEMAP ? world->pages : world->flags;
	size_t end = file == WORDS_PAGEMAP ? world->npages : FRAMES;

	(void)id;
	if (file == WORDS_KPAGECOUNT)
		return ANSWER_ABSENT;
	for (*got = 0; *got < n && first + *got < end; ++*got)
		out[*got] = words[first + *got];
	return ANSWER_OK;
}

static enum answer world_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	struct world *world = (struct world *)src;

	(void)id;
	if (kind == POPULATED_HUGE)
		return ANSWER_ABSENT;
	/* Every other page, so that no two ranges become one. */
	for (*next = start; *next < end && *n < max; ++*next)
		if (*next % 2 && *next < world->npages && world->pages[*next])
			out[(*n)++] = (struct vpn_range){ *next, *next + 1 };
	return ANSWER_OK;
}

static enum answer world_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	struct world *world = (struct world *)src;
	size_t i;

	*n = 3 + world->refresh / 100 % 5;
	*out = mem_new(*n, sizeof(**out));
	for (i = 0; i < *n; i++)
		(*out)[i] = (struct process_entry){ (int)i + 1,
			(uint32_t)i, "some one" };
	return ANSWER_OK;
}

static void world_forget(struct source *src, struct proc_id id)
{
	(void)src;
	(void)id;
}

static void world_free(struct source *src)
{
	free(src);
}

static const struct source_ops world_ops = {
	.refresh = world_refresh, .facts = world_facts, .text = world_text,
	.words = world_words, .populated = world_populated,
	.processes = world_processes, .forget = world_forget,
	.free = world_free,
};

static struct source *world_new(size_t npages)
{
	struct world *world = mem_new(1, sizeof(*world));
	size_t i;

	world->src.ops = &world_ops;
	world->seed = 1;
	world->npages = npages;
	world->nregions = 5;
	for (i = 0; i < FRAMES; i++)
		world->flags[i] = i % 9 ? 0x400005828 : i;
	return &world->src;
}

/* ---- what is asked of it, and a hash of all that is answered */

static uint64_t ask_words(struct source *src, uint64_t hash,
	enum word_file file, uint64_t first, size_t n, uint64_t *words)
{
	size_t got;
	enum answer answer = source_words(src, file, p42, first, n, words,
		&got);

	return hash_bytes(hash_u64(hash, (uint64_t)answer), words,
		got * sizeof(*words));
}

static uint64_t ask_text(struct source *src, uint64_t hash, const char *path)
{
	struct buf buf = { 0 };

	hash = hash_u64(hash, (uint64_t)source_text(src, p42, path, &buf));
	hash = hash_bytes(hash, buf_text(&buf), buf.len);
	buf_fini(&buf);
	return hash;
}

/* All of the refresh that SRC is in. */
static uint64_t ask(struct source *src)
{
	static const char *const texts[] = { "maps", "stat", "stat", "smaps",
		"comm", "stat" };
	static uint64_t words[SOURCE_SLICE];
	struct vpn_range ranges[8];
	struct process_entry *list;
	struct facts facts = { 0 };
	uint64_t hash, first, next;
	size_t i, n, k;

	hash = hash_u64(0, (uint64_t)source_facts(src, &facts));
	facts.left_out = 0;
	hash = hash_bytes(hash, &facts, sizeof(facts));
	for (i = 0; i < 6; i++)
		hash = ask_text(src, hash, texts[i]);
	for (first = 0; first < 12288; first += SOURCE_SLICE) {
		hash = ask_words(src, hash, WORDS_PAGEMAP, first, SOURCE_SLICE,
			words);
		/* Frames by themselves, as they are met. */
		for (i = 0; i < 64; i++)
			hash = ask_words(src, hash, WORDS_KPAGEFLAGS,
				(first + i * i) % FRAMES, 1 + i % 3,
				words + 8);
	}
	hash = ask_words(src, hash, WORDS_KPAGECOUNT, 5, 5, words);
	for (first = 0; first < 200; first = next) {
		if (source_populated(src, POPULATED_ANY, p42, first, 200,
			    ranges, 8, &n, &next) != ANSWER_OK)
			break;
		for (k = 0; k < n; k++)
			hash = hash_u64(hash, ranges[k].start);
	}
	if (source_processes(src, &list, &n) == ANSWER_OK)
		for (i = 0; i < n; i++)
			hash = hash_bytes(hash_u64(hash, list[i].uid),
				list[i].user, strlen(list[i].user));
	free(list);
	return hash;
}

static struct recording *open_recording(char *path)
{
	struct err err = { 0 };
	struct recording *recording;
	int fd;

	strcpy(path, "/tmp/vmatlas-test.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	recording = recording_open(path, &err);
	if (!recording)
		fail_msg("%s", err.text);
	return recording;
}

/* N refreshes of a process of NPAGES: what was said in each of them. */
static void record(char *path, size_t npages, size_t n, uint64_t *said)
{
	struct recording *recording = open_recording(path);
	struct source *src = record_new(world_new(npages), recording);
	struct err err = { 0 };
	size_t i;

	for (i = 0; i < n; i++) {
		assert_int_equal(source_refresh(src, &err), 1);
		said[i] = ask(src);
		source_done(src);
	}
	source_free(src);
	if (!recording_close(recording, &err))
		fail_msg("%s", err.text);
}

static void test_hour(void **state)
{
	static uint64_t said[REFRESHES];
	char path[64];
	struct err warning = { 0 }, err = { 0 };
	struct source *src;
	unsigned i, at = 1;

	(void)state;
	record(path, 5000, REFRESHES, said);
	src = replay_new(path, &warning, &err);
	unlink(path);
	if (!src || warning.text[0])
		fail_msg("%s%s", err.text, warning.text);
	assert_int_equal(replay_nrefreshes(src), REFRESHES);
	for (i = 0; i < REFRESHES; i++) {
		assert_int_equal(source_refresh(src, &err), 1);
		if (ask(src) != said[i])
			fail_msg("refresh %u is another one", i);
	}
	assert_int_equal(source_refresh(src, &err), 0);
	/* In any order. */
	for (i = 0; i < 150; i++) {
		at = (at * 7919 + i) % REFRESHES;
		replay_rewind(src, at);
		assert_int_equal(source_refresh(src, &err), 1);
		if (ask(src) != said[at])
			fail_msg("refresh %u is another one after a jump", at);
	}
	source_free(src);
}

/* What was not asked is not known, though it was asked in the refresh before. */
static void test_unasked(void **state)
{
	char path[64];
	struct recording *recording = open_recording(path);
	struct source *src = record_new(world_new(100), recording);
	struct err warning = { 0 }, err = { 0 };
	uint64_t words[8];
	size_t got;

	(void)state;
	assert_int_equal(source_refresh(src, &err), 1);
	ask(src);
	assert_int_equal(source_refresh(src, &err), 1);
	source_words(src, WORDS_PAGEMAP, p42, 3, 5, words, &got);
	source_done(src);
	source_free(src);
	assert_true(recording_close(recording, &err));
	src = replay_new(path, &warning, &err);
	unlink(path);
	assert_non_null(src);
	/* The first refresh was asked for, but nobody said that it was done
	 * with; the next one did. */
	assert_int_equal(replay_nrefreshes(src), 2);
	source_refresh(src, &err);
	source_refresh(src, &err);
	assert_int_equal(source_words(src, WORDS_PAGEMAP, p42, 3, 5, words,
		&got), ANSWER_OK);
	assert_int_equal(source_words(src, WORDS_PAGEMAP, p42, 9, 5, words,
		&got), ANSWER_UNRECORDED);
	assert_int_equal(source_words(src, WORDS_KPAGEFLAGS, p42, 0, 1, words,
		&got), ANSWER_UNRECORDED);
	source_free(src);
}

/* ---- damage */

#define FEW 4

/* What can be had from DATA is true, and that some is missing is said; but a
 * recording may end behind any of its refreshes.  How many there are. */
static size_t check_true(const char *data, size_t n, const uint64_t *said,
	bool may_end, const char *what, size_t at)
{
	struct err warning = { 0 }, err = { 0 };
	struct source *src = replay_of_text(data, n, &warning, &err);
	size_t i, count;

	if (!src) {
		if (!err.text[0])
			fail_msg("%s at %zu: refused without a word", what, at);
		return 0;
	}
	count = replay_nrefreshes(src);
	if (count > FEW || (count < FEW && !may_end && !warning.text[0]))
		fail_msg("%s at %zu: %zu refreshes, and nothing is said", what,
			at, count);
	for (i = 0; i < count; i++) {
		assert_int_equal(source_refresh(src, &err), 1);
		if (ask(src) != said[i])
			fail_msg("%s at %zu: refresh %zu is false", what, at, i);
	}
	source_free(src);
	return count;
}

static void check_damage(struct buf *data, const uint64_t *said)
{
	static const unsigned char masks[] = { 0x01, 0x80, 0xff };
	size_t i, k, count, before = 0, quiet = 0;
	struct err warning, err;

	for (i = 0; i < data->len; i++)
		for (k = 0; k < sizeof(masks); k++) {
			data->data[i] ^= (char)masks[k];
			check_true(data->data, data->len, said, false,
				"a changed byte", i);
			data->data[i] ^= (char)masks[k];
		}
	for (i = 0; i < data->len; i++) {
		struct source *src;

		count = check_true(data->data, i, said, true, "cut off", i);
		assert_true(count >= before);
		before = count;
		warning.text[0] = '\0';
		src = replay_of_text(data->data, i, &warning, &err);
		quiet += src && !warning.text[0];
		source_free(src);
	}
	/* Only where a refresh ends nothing can be seen to be missing: the
	 * newline there may be missing, too, and the end of a frame. */
	assert_true(quiet <= 2 * FEW + 4);
	assert_true(before >= FEW - 1);
}

static void test_damage(void **state)
{
	uint64_t said[FEW];
	char path[64];
	struct buf packed = { 0 }, text = { 0 };

	(void)state;
	record(path, 60, FEW, said);
	read_file(path, &packed);
	unlink(path);
	unpack_recording(&packed, &text);
	assert_int_equal(check_true(packed.data, packed.len, said, false,
		"as it is", 0), FEW);
	check_damage(&packed, said);
	if (text.len != packed.len)
		check_damage(&text, said);
	buf_fini(&packed);
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hour),
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
