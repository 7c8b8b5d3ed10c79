/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-crowd.h"
#include "vmatlas/model/question.h"

/* ---- the map of frames */

static void spans(void **state)
{
	struct frame_map map = { 0 };
	const struct frame_span *span;
	unsigned i;

	(void)state;
	frame_map_close(&map);
	assert_null(frame_map_find(&map, 0));
	for (i = 0; i < 10; i++)
		frame_map_add(&map, 0x200 + i, 1);
	for (i = 0; i < 10; i++)
		frame_map_add(&map, 0x100 + i, 2);
	frame_map_add(&map, 0x10a, 3);
	assert_int_equal(map.n, 3);
	frame_map_close(&map);
	assert_true(map.nframes == 21);
	span = frame_map_find(&map, 0x109);
	assert_true(span->thing == 2 && span->pfn == 0x100 && !span->index);
	span = frame_map_find(&map, 0x10a);
	assert_true(span->thing == 3 && span->index == 10);
	assert_null(frame_map_find(&map, 0x10b));
	assert_null(frame_map_find(&map, 0x1ff));
	assert_null(frame_map_find(&map, 0xff));
	assert_null(frame_map_find(&map, 0x20a));
	assert_null(frame_map_find(&map, UINT64_MAX));
	span = frame_map_find(&map, 0x205);
	assert_true(span->thing == 1 && span->index == 11);
	frame_map_fini(&map);
}

/* Whatever was added how often and in which order: each frame is there once,
 * with an index of its own. */
static void overlaps(void **state)
{
	enum { FRAMES = 200 };
	bool there[FRAMES] = { false };
	uint32_t seed = 7;
	int round;

	(void)state;
	for (round = 0; round < 50; round++) {
		struct frame_map map = { 0 };
		uint8_t index[FRAMES] = { 0 };
		uint64_t total = 0;
		unsigned i, k;

		memset(there, 0, sizeof(there));
		for (i = 0; i < 20; i++) {
			unsigned from, n;

			seed = seed * 1103515245 + 12345;
			from = seed >> 16 & 127;
			n = seed >> 24 & 31;
			for (k = 0; k < n; k++) {
				frame_map_add(&map, from + k, i);
				there[from + k] = true;
			}
		}
		frame_map_close(&map);
		for (i = 0; i < FRAMES; i++) {
			const struct frame_span *span =
				frame_map_find(&map, i * 61 % FRAMES);
			unsigned pfn = i * 61 % FRAMES;

			assert_int_equal(span != NULL, there[pfn]);
			total += there[pfn];
			if (span)
				index[span->index + pfn - span->pfn]++;
		}
		assert_true(map.nframes == total);
		for (i = 0; i < total; i++)
			assert_int_equal(index[i], 1);
		frame_map_fini(&map);
	}
}

/* ---- what processes have in common */

struct world {
	struct fake_crowd crowd;
	struct machine *machine;
	struct space space;
	struct question question;
	struct snapshot snapshot;
	unsigned steps;
};

static void start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	fake_crowd_init(&w->crowd);
	/* Of process 2: pages 0-15 memory, 16-31 a file, 32-39 a memfd, and
	 * the file once more. */
	w->crowd.procs[2].maps =
		"1000000-1010000 rw-p 00000000 00:00 0 \n"
		"1010000-1020000 r--p 00000000 fe:01 11 /lib/x\n"
		"1020000-1028000 rw-s 00000000 00:01 12 /memfd:m (deleted)\n"
		"1028000-1030000 r-xp 00008000 fe:01 11 /lib/x\n"
		"1030000-1031000 r-xp 00000000 00:00 0 [vdso]\n";
}

static void ask(struct world *w)
{
	struct wish wish = { .question = QUESTION_SHARING, .pid = 2 };

	if (w->machine)
		machine_unref(w->machine);
	w->machine = machine_read(&w->crowd.src);
	w->space.process.id.pid = 2;
	question_begin(&w->question, &w->crowd.src, w->machine, &wish,
		&w->space);
	while (question_step(&w->question))
		w->steps++;
	w->snapshot.machine = w->machine;
	question_fill(&w->question, &wish, &w->snapshot);
}

static void stop(struct world *w)
{
	question_fini(&w->question);
	shares_fini(&w->snapshot.shares);
	buf_fini(&w->snapshot.owner_names);
	free(w->snapshot.members);
	free(w->snapshot.owners);
	machine_unref(w->machine);
	source_free(&w->crowd.machine->src);
}

static const struct share_row *row_of(const struct world *w, int pid)
{
	const struct shares *shares = &w->snapshot.shares;
	size_t i;

	for (i = 0; i < shares->n; i++)
		if (w->snapshot.members[shares->rows[i].member].process.id.pid ==
				pid)
			return &shares->rows[i];
	return NULL;
}

static void kinds(void **state)
{
	const struct share_row *row;
	uint64_t *mine, *other;
	struct world w;

	(void)state;
	start(&w);
	mine = w.crowd.procs[2].words;
	other = w.crowd.procs[3].words;
	mine[0] = fake_frame(w.crowd.machine, 0x600, FAKE_OWN, 1);
	mine[1] = fake_frame(w.crowd.machine, 0x601, FAKE_ANON, 2);
	mine[2] = fake_frame(w.crowd.machine, 0x602, FAKE_ANON | KPF(KSM), 3);
	mine[3] = fake_frame(w.crowd.machine, 0x603,
		KPF(ZERO_PAGE) | KPF(RESERVED), 0);
	mine[16] = fake_frame(w.crowd.machine, 0x610, FAKE_CACHE, 2);
	mine[17] = fake_frame(w.crowd.machine, 0x611, FAKE_CACHE, 2);
	mine[32] = fake_frame(w.crowd.machine, 0x620,
		FAKE_CACHE | KPF(SWAPBACKED), 2);
	mine[48] = fake_frame(w.crowd.machine, 0x630, KPF(RESERVED), 9);
	other[0] = mine[1];
	other[1] = mine[2];
	other[2] = mine[3];
	other[5] = mine[16];
	other[6] = mine[16];	/* twice: counted once */
	other[7] = mine[32];
	other[8] = mine[48];
	ask(&w);
	assert_true(w.question.answered);
	assert_int_equal(w.snapshot.shares.n, 1);
	row = row_of(&w, 3);
	assert_true(row->pages == 5 && row->same == SPACE_OTHER);
	assert_true(row->kinds[SHARE_COW] == 1 && row->kinds[SHARE_KSM] == 1);
	assert_true(row->kinds[SHARE_FILE] == 1 &&
		row->kinds[SHARE_SHMEM] == 1);
	assert_true(row->kinds[SHARE_KERNEL] == 1 && !row->kinds[SHARE_OWN]);
	stop(&w);
}

/* A file's regions are one thing, and the biggest comes first. */
static void things(void **state)
{
	const struct share_part *part;
	const struct share_row *row;
	uint64_t *mine;
	struct world w;

	(void)state;
	start(&w);
	mine = w.crowd.procs[2].words;
	mine[1] = fake_frame(w.crowd.machine, 0x601, FAKE_ANON, 3);
	mine[16] = fake_frame(w.crowd.machine, 0x610, FAKE_CACHE, 3);
	mine[40] = fake_frame(w.crowd.machine, 0x618, FAKE_CACHE, 3);
	w.crowd.procs[1].words[0] = mine[1];
	w.crowd.procs[1].words[1] = mine[16];
	w.crowd.procs[1].words[2] = mine[40];
	w.crowd.procs[4].words[0] = mine[1];
	ask(&w);
	assert_int_equal(w.snapshot.shares.n, 2);
	assert_ptr_equal(row_of(&w, 1), &w.snapshot.shares.rows[0]);
	row = row_of(&w, 1);
	assert_int_equal(row->nparts, 2);
	part = &w.snapshot.shares.parts[row->first];
	assert_string_equal(share_thing_name(&w.snapshot.shares, part->thing),
		"/lib/x");
	assert_true(part->pages == 2 && part->kinds[SHARE_FILE] == 2);
	part++;
	assert_string_equal(share_thing_name(&w.snapshot.shares, part->thing),
		"[anon]");
	assert_true(part->kinds[SHARE_COW] == 1);
	assert_int_equal(row_of(&w, 4)->pages, 1);
	stop(&w);
}

/* What is common to some is counted once, however many they are; and one
 * inode on two devices is two files. */
static void common(void **state)
{
	const struct shares *shares;
	uint64_t *mine;
	struct world w;
	size_t i, files = 0;

	(void)state;
	start(&w);
	w.crowd.procs[2].maps =
		"1000000-1010000 rw-p 00000000 fe:01 11 /a\n"
		"1010000-1020000 rw-p 00000000 fe:02 11 /b\n";
	mine = w.crowd.procs[2].words;
	mine[0] = fake_frame(w.crowd.machine, 0x600, FAKE_CACHE, 3);
	mine[1] = fake_frame(w.crowd.machine, 0x601, FAKE_CACHE, 3);
	mine[16] = fake_frame(w.crowd.machine, 0x610,
		FAKE_CACHE | KPF(SWAPBACKED), 2);
	w.crowd.procs[1].words[0] = mine[0];
	w.crowd.procs[3].words[0] = mine[0];
	w.crowd.procs[3].words[1] = mine[16];
	ask(&w);
	shares = &w.snapshot.shares;
	for (i = 0; i < shares->nthings; i++) {
		bool is_a = !strcmp(share_thing_name(shares, (uint32_t)i), "/a");

		files++;
		assert_true(shares->things[i].pages == (is_a ? 2u : 1u));
		assert_true(shares->things[i].common == 1);
	}
	assert_int_equal(files, 2);
	/* Private, not written yet, of a file that lives in RAM. */
	assert_true(row_of(&w, 3)->kinds[SHARE_SHMEM] == 1 &&
		row_of(&w, 3)->kinds[SHARE_FILE] == 1);
	stop(&w);
}

/* Whoever runs in the same address space has all of it. */
static void one_address_space(void **state)
{
	uint64_t *mine;
	struct world w;
	const struct share_row *row;

	(void)state;
	start(&w);
	mine = w.crowd.procs[2].words;
	mine[0] = fake_frame(w.crowd.machine, 0x600, FAKE_OWN, 1);
	mine[16] = fake_frame(w.crowd.machine, 0x610, FAKE_CACHE, 1);
	w.crowd.procs[4].vm = w.crowd.procs[2].vm;
	w.crowd.procs[4].vss = w.crowd.procs[2].vss;
	memcpy(w.crowd.procs[4].words, mine, sizeof(w.crowd.procs[4].words));
	ask(&w);
	row = row_of(&w, 4);
	assert_true(row && row->same == SPACE_SAME && row->pages == 2);
	assert_true(row->kinds[SHARE_OWN] == 1 && row->kinds[SHARE_FILE] == 1);
	assert_null(row_of(&w, 3));
	w.crowd.kcmp = ANSWER_DENIED;
	mine[17] = fake_frame(w.crowd.machine, 0x611, FAKE_CACHE, 3);
	w.crowd.procs[3].words[0] = mine[17];
	w.crowd.procs[3].vss = w.crowd.procs[2].vss;
	ask(&w);
	assert_int_equal(row_of(&w, 3)->same, SPACE_NOT_KNOWN);
	stop(&w);
}

static void who_cannot_be_read(void **state)
{
	uint64_t *mine;
	struct world w;

	(void)state;
	start(&w);
	mine = w.crowd.procs[2].words;
	mine[16] = fake_frame(w.crowd.machine, 0x610, FAKE_CACHE, 4);
	w.crowd.procs[1].words[0] = mine[16];
	w.crowd.procs[3].words[0] = mine[16];
	w.crowd.procs[4].words[0] = mine[16];
	w.crowd.procs[1].maps_answer = ANSWER_DENIED;
	w.crowd.procs[3].pagemap = ANSWER_GONE;
	ask(&w);
	assert_int_equal(w.snapshot.shares.n, 1);
	assert_non_null(row_of(&w, 4));
	assert_int_equal(w.snapshot.members[0].answer, ANSWER_DENIED);
	assert_int_equal(w.snapshot.members[2].answer, ANSWER_GONE);
	/* The process itself; or nobody knows who there is. */
	w.crowd.procs[2].pagemap = ANSWER_DENIED;
	ask(&w);
	assert_int_equal(w.question.answer, ANSWER_DENIED);
	w.crowd.processes = ANSWER_UNRECORDED;
	ask(&w);
	assert_int_equal(w.question.answer, ANSWER_UNRECORDED);
	stop(&w);
}

/* What was found so far is told before there is an answer; then the answer,
 * until there is a newer one. */
static void meanwhile(void **state)
{
	struct wish wish = { .question = QUESTION_SHARING, .pid = 2 };
	uint64_t *mine;
	struct world w;
	unsigned k;

	(void)state;
	start(&w);
	mine = w.crowd.procs[2].words;
	mine[16] = fake_frame(w.crowd.machine, 0x610, FAKE_CACHE, 3);
	w.crowd.procs[1].words[0] = w.crowd.procs[4].words[0] = mine[16];
	w.machine = machine_read(&w.crowd.src);
	w.snapshot.machine = w.machine;
	w.space.process.id.pid = 2;
	assert_true(question_is_open(&w.question, &wish, w.machine));
	question_begin(&w.question, &w.crowd.src, w.machine, &wish, &w.space);
	question_fill(&w.question, &wish, &w.snapshot);
	assert_true(!w.snapshot.answered && !w.snapshot.shares.n);
	while (question_step(&w.question) && !w.snapshot.shares.n)
		question_fill(&w.question, &wish, &w.snapshot);
	assert_true(!w.snapshot.answered && row_of(&w, 1));
	while (question_step(&w.question))
		;
	question_fill(&w.question, &wish, &w.snapshot);
	assert_true(w.snapshot.answered && w.snapshot.shares.n == 2);
	assert_false(question_is_open(&w.question, &wish, w.machine));
	w.crowd.procs[4].words[0] = 0;
	question_begin(&w.question, &w.crowd.src, w.machine, &wish, &w.space);
	for (k = 0; k < 3; k++)
		question_step(&w.question);
	question_fill(&w.question, &wish, &w.snapshot);
	assert_true(w.snapshot.answered && w.snapshot.shares.n == 2);
	ask(&w);
	assert_true(w.snapshot.shares.n == 1);
	stop(&w);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(spans), T(overlaps), T(kinds), T(things), T(common),
		T(one_address_space), T(who_cannot_be_read), T(meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
