/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/slice.h"

#define FIRST 0x1000	/* pages */
/* Flags and count of a frame that is only like itself: no state hangs on them. */
#define MARK(pfn) (FAKE_CACHE | ((pfn) & 1 ? KPF(REFERENCED) : 0) | \
	((pfn) & 2 ? KPF(ACTIVE) : 0) | ((pfn) & 4 ? KPF(RECLAIM) : 0))
#define COUNT(pfn) (2 + (pfn))

struct run {
	struct fake *fake;
	struct machine *machine;
	struct reader *reader;
	struct page_context cx;
	uint64_t *page;
};

static void start(struct run *run, size_t npages, enum depth depth)
{
	struct region region = { .start = (uint64_t)FIRST << 12,
		.end = (FIRST + npages) << 12, .read = true, .write = true };

	run->fake = fake_new();
	run->machine = machine_read(&run->fake->src);
	run->page = fake_area(run->fake, FIRST, npages);
	run->reader = calloc(1, sizeof(*run->reader));
	reader_init(run->reader, &run->fake->src, run->machine,
		(struct proc_id){ FAKE_PID, 1 }, depth);
	page_context_of(&region, text_of(""), &run->machine->rules, &run->cx);
}

static void stop(struct run *run)
{
	free(run->reader);
	machine_unref(run->machine);
	source_free(&run->fake->src);
}

/* N pages from page FROM on, with all that there is about them. */
static void look(struct run *run, size_t from, size_t n)
{
	memset(run->fake->calls, 0, sizeof(run->fake->calls));
	assert_int_equal(reader_words(run->reader, FIRST + from, n), ANSWER_OK);
	reader_frames(run->reader, &run->cx);
}

static void put(struct run *run, size_t i, uint64_t pfn)
{
	run->page[i] = fake_frame(run->fake, pfn, MARK(pfn), COUNT(pfn));
}

/* What was read of each page is its own frame's. */
static void check(const struct run *run, size_t n)
{
	const struct slice *slice = &run->reader->slice;
	size_t i;

	for (i = 0; i < n; i++) {
		uint64_t pfn = run->page[i] & PM_PFN_MASK;

		assert_int_equal(slice->known[i] & (SLICE_FLAGS | SLICE_COUNT),
			SLICE_FLAGS | SLICE_COUNT);
		assert_true(slice->flags[i] == MARK(pfn));
		assert_true(slice->counts[i] == COUNT(pfn));
	}
}

static void ask(struct run *run, size_t n, unsigned questions)
{
	look(run, 0, n);
	check(run, n);
	assert_int_equal(run->fake->calls[WORDS_KPAGEFLAGS], questions);
	assert_int_equal(run->fake->calls[WORDS_KPAGECOUNT], questions);
}

/* As a free list gives them: near each other, in no order. */
static void frames_in_any_order(void **state)
{
	struct run run;
	size_t i;

	(void)state;
	start(&run, 600, DEPTH_FULL);
	for (i = 0; i < 600; i++)
		put(&run, i, 0x1ff00 - (i * 7 + 3) % 600 * 2);
	ask(&run, 600, 1);
	/* What differs lies in any byte of their numbers. */
	for (i = 0; i < 600; i++)
		put(&run, i, i % 3 * 0x8000 + 0x100 + (i * 11) % 600);
	ask(&run, 600, 3);
	stop(&run);
}

static void gaps_are_read_over_if_small(void **state)
{
	struct run run;
	size_t i;

	(void)state;
	start(&run, 20, DEPTH_FULL);
	for (i = 0; i < 20; i++)
		put(&run, i, 900 - 17 * i);
	ask(&run, 20, 1);
	for (i = 0; i < 20; i++)
		put(&run, i, 900 - 18 * i);
	ask(&run, 20, 20);
	stop(&run);
}

static void the_same_frame_is_asked_for_once(void **state)
{
	struct run run;
	size_t i;

	(void)state;
	start(&run, 40, DEPTH_FULL);
	for (i = 0; i < 40; i++)
		put(&run, i, i % 2 ? 700 : 701);
	ask(&run, 40, 1);
	assert_true(run.fake->asked[WORDS_KPAGEFLAGS] == 2);
	stop(&run);
}

static void no_question_is_too_long(void **state)
{
	struct run run;
	size_t i;

	(void)state;
	start(&run, 600, DEPTH_FULL);
	for (i = 0; i < 600; i++)
		put(&run, i, 20000 - 17 * i);
	/* 241 of them span 4081 frames. */
	ask(&run, 600, 3);
	stop(&run);
}

/* As of a recording that was made by asking for each by itself. */
static struct source_ops ops;
static unsigned unrecorded;

static enum answer tell_recorded(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	const struct fake *fake = (struct fake *)src;
	size_t i;

	for (i = 0; file != WORDS_PAGEMAP && i < n; i++)
		if (!fake->flags[first + i]) {
			unrecorded++;
			return ANSWER_UNRECORDED;
		}
	return fake_ops.words(src, file, id, first, n, out, got);
}

static void what_lies_between_need_not_be_recorded(void **state)
{
	struct run run;
	size_t i;

	(void)state;
	start(&run, 30, DEPTH_FULL);
	for (i = 0; i < 30; i++)
		put(&run, i, 800 - 3 * i);
	ops = fake_ops;
	ops.words = tell_recorded;
	run.fake->src.ops = &ops;
	unrecorded = 0;
	look(&run, 0, 30);
	check(&run, 30);
	assert_int_equal(unrecorded, 1);
	stop(&run);
}

static void beyond_the_last_frame_is_nothing(void **state)
{
	struct run run;
	size_t i;

	(void)state;
	start(&run, 40, DEPTH_FULL);
	for (i = 0; i < 20; i++)
		put(&run, i, FAKE_FRAMES - 20 + i);
	for (; i < 40; i++)
		run.page[i] = (FAKE_FRAMES + 5 + i) | PM_PRESENT | PM_FILE;
	look(&run, 0, 40);
	check(&run, 20);
	for (i = 20; i < 40; i++) {
		assert_int_equal(run.reader->slice.known[i], SLICE_FLAGS |
			SLICE_COUNT);
		assert_true(!run.reader->slice.flags[i]);
		assert_true(!run.reader->slice.counts[i]);
	}
	stop(&run);
}

static uint64_t seed = 88172645463325252;

static uint64_t below(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

/* Mostly as the page before, or different in one thing. */
static void put_like(struct run *run, size_t i, uint64_t pfn)
{
	static const uint64_t flags[] = { FAKE_OWN, FAKE_ANON, FAKE_CACHE,
		FAKE_OWN | KPF(REFERENCED), FAKE_CACHE | KPF(DIRTY), 0,
		FAKE_ANON | KPF(MLOCKED), KPF(ZERO_PAGE), KPF(NOPAGE),
		FAKE_ANON | KPF(SWAPCACHE), KPF(BUDDY), KPF(ANON) };
	static const uint64_t bits[] = { PM_EXCLUSIVE, PM_FILE, PM_UFFD_WP,
		PM_SOFT_DIRTY, PM_PRESENT, PM_PRESENT | PM_SWAP };
	uint64_t word = i ? run->page[i - 1] & ~PM_PFN_MASK :
		PM_PRESENT | PM_EXCLUSIVE;

	if (!below(4))
		word ^= bits[below(6)];
	run->page[i] = word & PM_PRESENT ? word | pfn :
		word & PM_SWAP ? word | below(9) << 5 | 29 : 0;
	if (pfn >= FAKE_FRAMES)
		return;
	/* The last ones of RAM, and what is none, look alike. */
	if (pfn >= FAKE_FRAMES - 2) {
		run->page[i] = pfn | PM_PRESENT | PM_FILE;
		run->fake->flags[pfn] = run->fake->counts[pfn] = 0;
		return;
	}
	run->fake->flags[pfn] = below(4) ? run->fake->flags[pfn - 1] :
		flags[below(12)];
	run->fake->counts[pfn] = below(4) ? run->fake->counts[pfn - 1] :
		below(3);
}

/* What is said of neighbours together is what is said of each alone. */
static void neighbours_are_what_each_is(void **state)
{
	static const enum depth depths[] = { DEPTH_FULL, DEPTH_STATES };
	const size_t n = 400;
	struct run run;
	size_t round, i;

	(void)state;
	for (round = 0; round < 40; round++) {
		uint8_t states[400], marks[400];

		start(&run, n, depths[round % 2]);
		run.cx.has_file = round % 4 > 1;
		run.cx.soft_dirty_told = true;
		for (i = 0; i < n; i++)
			put_like(&run, i, FAKE_FRAMES - 350 + i);
		look(&run, 0, n);
		memcpy(states, run.reader->slice.state, n);
		memcpy(marks, run.reader->slice.marks, n);
		for (i = 0; i < n; i++) {
			look(&run, i, 1);
			assert_int_equal(run.reader->slice.state[0], states[i]);
			assert_int_equal(run.reader->slice.marks[0], marks[i]);
		}
		stop(&run);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(frames_in_any_order), T(gaps_are_read_over_if_small),
		T(the_same_frame_is_asked_for_once), T(no_question_is_too_long),
		T(what_lies_between_need_not_be_recorded),
		T(beyond_the_last_frame_is_nothing),
		T(neighbours_are_what_each_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
