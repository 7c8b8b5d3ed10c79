/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "fake-source.h"
#include "vmatlas/model/runs.h"

struct run {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	struct snapshot snapshot;
	struct wish wish;
};

static void start(struct run *run, const char *maps)
{
	memset(run, 0, sizeof(*run));
	run->fake = fake_new();
	run->fake->maps = maps;
}

static void begin(struct run *run)
{
	run->machine = machine_read(&run->fake->src);
	run->snapshot.machine = run->machine;
	space_init(&run->space, (struct proc_id){ FAKE_PID, 0 }, false);
	assert_int_equal(space_refresh(&run->space, &run->fake->src,
		run->machine), ANSWER_OK);
	space_pass_begin(&run->space, DEPTH_STATES);
	run->wish.runs.end = UINT64_MAX;
}

static void fill(struct run *run)
{
	assert_int_equal(runs_fill(&run->snapshot, &run->space, &run->wish), 0);
}

static void stop(struct run *run)
{
	size_t i;

	for (i = 0; i < run->snapshot.nswaps; i++)
		free(run->snapshot.swaps[i].area.file);
	free(run->snapshot.swaps);
	free(run->snapshot.runs);
	space_fini(&run->space);
	machine_unref(run->machine);
	source_free(&run->fake->src);
}

static void check(const struct run *run, size_t i, uint64_t vpn,
	uint64_t npages, enum page_state state)
{
	assert_true(i < run->snapshot.nruns);
	assert_true(run->snapshot.runs[i].vpn == vpn);
	assert_true(run->snapshot.runs[i].npages == npages);
	assert_int_equal(run->snapshot.runs[i].state, state);
}

/* Each thing that must agree, one by one. */
static void joins(void **state)
{
	const struct page_run first = { .vpn = 100, .npages = 2, .pfn = 50,
		.flags = 7, .count = 1, .swap_offset = 9, .region = 1,
		.state = STATE_ANON, .swap_type = 2, .has_pfn = true,
		.has_flags = true, .has_count = true };
	const struct page_run next = { .vpn = 102, .npages = 3, .pfn = 52,
		.flags = 7, .count = 1, .swap_offset = 11, .region = 1,
		.state = STATE_ANON, .swap_type = 2, .has_pfn = true,
		.has_flags = true, .has_count = true };
	struct page_run a = first, b = next;

	(void)state;
	assert_true(runs_join(&a, &b));
	assert_true(a.npages == 5 && a.vpn == 100 && a.pfn == 50);
#define NOT(change) do { \
	a = first; \
	b = next; \
	change; \
	assert_false(runs_join(&a, &b)); \
	assert_true(a.npages == 2); \
} while (0)
	NOT(b.vpn = 103);
	NOT(b.region = 2);
	NOT(b.state = STATE_FILE);
	NOT(b.marks = MARK_MLOCKED);
	NOT(b.pfn = 53);
	NOT(b.pfn = 51);
	NOT(b.flags = 8);
	NOT(b.count = 2);
	NOT(b.has_pfn = false);
	NOT(b.has_flags = false);
	NOT(b.has_count = false);
	NOT(b.has_swap = true);
	a = first;
	b = next;
	a.has_pfn = b.has_pfn = false;
	a.has_swap = b.has_swap = true;
	b.pfn = 999;
	assert_true(runs_join(&a, &b));
	NOT(a.has_swap = b.has_swap = true; b.swap_type = 1);
	NOT(a.has_swap = b.has_swap = true; b.swap_offset = 12);
}

static void a_process_in_lines(void **state)
{
	struct run run;
	uint64_t *page;
	unsigned i;

	(void)state;
	start(&run, "1000000-1010000 rw-p 00000000 00:00 0 \n"
		"1010000-1012000 r--p 00000000 fe:01 3 /x\n"
		"2000000-2001000 rw-p 00000000 00:00 0 \n");
	page = fake_area(run.fake, 0x1000, 16);
	for (i = 0; i < 4; i++)
		page[i] = fake_frame(run.fake, 100 + i, FAKE_OWN, 1);
	page[4] = fake_frame(run.fake, 105, FAKE_OWN, 1);
	page[5] = PM_SWAP | 70 << 5 | 1;
	page[6] = PM_SWAP | 71 << 5 | 1;
	page[7] = PM_SWAP | 90 << 5 | 1;
	begin(&run);
	fill(&run);
	check(&run, 0, 0x1000, 4, STATE_ANON);
	assert_true(run.snapshot.runs[0].pfn == 100);
	assert_true(run.snapshot.runs[0].has_count &&
		run.snapshot.runs[0].count == 1);
	check(&run, 1, 0x1004, 1, STATE_ANON);
	check(&run, 2, 0x1005, 2, STATE_SWAP);
	assert_int_equal(run.snapshot.runs[2].swap_type, 1);
	assert_true(run.snapshot.runs[2].swap_offset == 70);
	assert_false(run.snapshot.runs[2].has_pfn);
	check(&run, 3, 0x1007, 1, STATE_SWAP);
	check(&run, 4, 0x1008, 8, STATE_UNTOUCHED);
	/* The next region is another line, and so is what a hole parts. */
	check(&run, 5, 0x1010, 2, STATE_NOT_MAPPED);
	check(&run, 6, 0x2000, 1, STATE_UNTOUCHED);
	assert_int_equal(run.snapshot.nruns, 7);
	assert_true(run.snapshot.runs_next == UINT64_MAX);
	stop(&run);
}

/* Though their frames follow each other. */
static void a_run_ends_where_anything_differs(void **state)
{
	struct run run;
	uint64_t *page;
	unsigned i;

	(void)state;
	start(&run, "1000000-100a000 rw-p 00000000 00:00 0 \n");
	page = fake_area(run.fake, 0x1000, 10);
	for (i = 0; i < 10; i++)
		page[i] = fake_frame(run.fake, 100 + i, FAKE_OWN |
			(i / 2 == 1 ? KPF(REFERENCED) : 0), i / 2 == 2 ? 2 : 1) |
			(i / 2 == 3 ? PM_UFFD_WP : 0);
	begin(&run);
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 5);
	for (i = 0; i < 5; i++) {
		check(&run, i, 0x1000 + 2 * i, 2,
			i == 2 ? STATE_COW_SHARED : STATE_ANON);
		assert_true(run.snapshot.runs[i].pfn == 100 + 2 * i);
		assert_true(run.snapshot.runs[i].flags == (FAKE_OWN |
			(i == 1 ? KPF(REFERENCED) : 0)));
		assert_int_equal(run.snapshot.runs[i].marks,
			i == 3 ? MARK_UFFD_WP : 0);
	}
	/* Asked for by themselves, only some of a run come. */
	run.wish.runs_pfn = (struct page_range){ 101, 103 };
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 2);
	check(&run, 0, 0x1001, 1, STATE_ANON);
	check(&run, 1, 0x1002, 1, STATE_ANON);
	stop(&run);
}

static void only_these_addresses(void **state)
{
	struct run run;
	uint64_t *page;
	unsigned i;

	(void)state;
	start(&run, "1000000-1010000 rw-p 00000000 00:00 0 \n"
		"1010000-1020000 rw-s 00000000 00:01 3 /memfd:x\n");
	page = fake_area(run.fake, 0x1000, 32);
	for (i = 0; i < 8; i++)
		page[i] = fake_frame(run.fake, 100 + i, FAKE_OWN, 1);
	begin(&run);
	/* One byte of a page is the page. */
	run.wish.runs = (struct page_range){ 0x1003fff, 0x1005001 };
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 1);
	check(&run, 0, 0x1003, 3, STATE_ANON);
	assert_true(run.snapshot.runs[0].pfn == 103);
	run.wish.runs = (struct page_range){ 0x100c000, 0x1012000 };
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 2);
	check(&run, 0, 0x100c, 4, STATE_UNTOUCHED);
	check(&run, 1, 0x1010, 2, STATE_NOT_MAPPED);
	run.wish.runs = (struct page_range){ 0x5000000, 0x6000000 };
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 0);
	assert_true(run.snapshot.runs_next == 0x6000000);
	stop(&run);
}

static void only_these_frames(void **state)
{
	struct run run;
	uint64_t *page;
	unsigned i;

	(void)state;
	start(&run, "1000000-1010000 rw-p 00000000 00:00 0 \n");
	page = fake_area(run.fake, 0x1000, 16);
	for (i = 0; i < 8; i++)
		page[i] = fake_frame(run.fake, 100 + i, FAKE_OWN, 1);
	page[9] = page[2];
	page[10] = PM_SWAP | 102 << 5;
	begin(&run);
	run.wish.runs_pfn = (struct page_range){ 102, 104 };
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 2);
	check(&run, 0, 0x1002, 2, STATE_ANON);
	check(&run, 1, 0x1009, 1, STATE_ANON);
	stop(&run);
}

/* More lines than one portion holds: all of them come, once each, and a
 * portion costs no more memory than it must. */
static void portions(void **state)
{
	struct run run;
	uint64_t *page, next = 0x1000, lines = 0;
	unsigned i, n = 3 * RUNS_PORTION + 100, rounds = 0;
	char maps[80];

	(void)state;
	snprintf(maps, sizeof(maps), "1000000-%x rw-p 00000000 00:00 0 \n",
		(0x1000 + n + 700) << 12);
	start(&run, maps);
	page = fake_area(run.fake, 0x1000, n);
	for (i = 0; i < n; i++)	/* no two frames side by side */
		page[i] = fake_frame(run.fake, 2 + 2 * i, FAKE_OWN, 1);
	begin(&run);
	do {
		fill(&run);
		rounds++;
		assert_true(run.snapshot.nruns <= RUNS_PORTION + SOURCE_SLICE);
		for (i = 0; i < run.snapshot.nruns; i++) {
			assert_true(run.snapshot.runs[i].vpn == next);
			next += run.snapshot.runs[i].npages;
			lines++;
		}
		run.wish.runs.start = run.snapshot.runs_next;
	} while (run.snapshot.runs_next < UINT64_MAX);
	assert_true(next == 0x1000 + n + 700);
	assert_true(lines == n + 1);
	assert_true(rounds >= 3);
	stop(&run);
}

static void sparse_regions_are_whole(void **state)
{
	struct run run;
	uint64_t *page, next = 0x1000;
	unsigned i;

	(void)state;
	start(&run, "1000000-100001000000 rw-p 00000000 00:00 0 \n");
	page = fake_area(run.fake, UINT64_C(0x40000123), 600);
	page[0] = fake_frame(run.fake, 100, FAKE_OWN, 1);
	page[599] = fake_frame(run.fake, 101, FAKE_OWN, 1);
	begin(&run);
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 5);
	for (i = 0; i < 5; i++) {
		assert_true(run.snapshot.runs[i].vpn == next);
		next += run.snapshot.runs[i].npages;
	}
	assert_true(next == UINT64_C(0x100001000));
	check(&run, 1, UINT64_C(0x40000123), 1, STATE_ANON);
	check(&run, 2, UINT64_C(0x40000124), 598, STATE_UNTOUCHED);
	stop(&run);
}

static void nobody_sees_neither_frame_nor_slot(void **state)
{
	struct run run;
	uint64_t *page;

	(void)state;
	start(&run, "1000000-1004000 rw-p 00000000 00:00 0 \n");
	run.fake->facts.pfn_visible = false;
	page = fake_area(run.fake, 0x1000, 4);
	page[0] = page[1] = PM_PRESENT | PM_EXCLUSIVE;
	page[2] = page[3] = PM_SWAP;
	begin(&run);
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 2);
	check(&run, 0, 0x1000, 2, STATE_ANON);
	assert_false(run.snapshot.runs[0].has_pfn ||
		run.snapshot.runs[0].has_flags);
	assert_true(run.snapshot.runs[0].has_count);
	check(&run, 1, 0x1002, 2, STATE_SWAP);
	assert_false(run.snapshot.runs[1].has_swap);
	stop(&run);
}

#define SLOT(type, offset) (PM_SWAP | (uint64_t)(offset) << 5 | (type))
#define ONE_AREA "Filename Type Size Used Priority\n/one file 1024 40 -2\n"
#define TWO_AREAS ONE_AREA "/two partition 2048 0 5\n"

static const char *file_of(const struct run *run, unsigned type)
{
	const struct swap_row *row = snapshot_swap_area(&run->snapshot, type);

	return row ? row->area.file : NULL;
}

static void one_area_names_its_slots(void **state)
{
	struct run run;
	uint64_t *page;

	(void)state;
	start(&run, "1000000-1004000 rw-p 00000000 00:00 0 \n");
	run.fake->swaps = ONE_AREA;
	page = fake_area(run.fake, 0x1000, 4);
	page[1] = SLOT(3, 7);
	begin(&run);
	fill(&run);
	assert_string_equal(file_of(&run, 3), "/one");
	assert_null(file_of(&run, 0));
	assert_false(run.snapshot.swap_unnamed);
	stop(&run);
}

/* Type 1 alone may be either; with a page of another type, outside of what
 * is asked for, both are certain. */
static void two_areas_need_both_types(void **state)
{
	struct run run;
	uint64_t *page;

	(void)state;
	start(&run, "1000000-1004000 rw-p 00000000 00:00 0 \n");
	run.fake->swaps = TWO_AREAS;
	page = fake_area(run.fake, 0x1000, 4);
	page[0] = SLOT(1, 7);
	begin(&run);
	run.wish.runs.end = 0x1002 << 12;
	fill(&run);
	assert_null(file_of(&run, 1));
	assert_true(run.snapshot.swap_unnamed);
	stop(&run);
	start(&run, "1000000-1004000 rw-p 00000000 00:00 0 \n");
	run.fake->swaps = TWO_AREAS;
	page = fake_area(run.fake, 0x1000, 4);
	page[0] = SLOT(1, 7);
	page[3] = SLOT(4, 7);
	begin(&run);
	run.wish.runs.end = 0x1002 << 12;
	fill(&run);
	assert_string_equal(file_of(&run, 1), "/one");
	assert_string_equal(file_of(&run, 4), "/two");
	assert_false(run.snapshot.swap_unnamed);
	stop(&run);
}

/* Nothing swapped: nobody asks for the areas. */
static void areas_are_not_asked_for_nothing(void **state)
{
	struct run run;

	(void)state;
	start(&run, "1000000-1004000 rw-p 00000000 00:00 0 \n");
	run.fake->swaps = TWO_AREAS;
	fake_area(run.fake, 0x1000, 4);
	begin(&run);
	fill(&run);
	assert_int_equal(run.snapshot.nswaps, 0);
	stop(&run);
}

static void gone_while_read(void **state)
{
	struct run run;

	(void)state;
	start(&run, "1000000-1004000 rw-p 00000000 00:00 0 \n");
	begin(&run);
	run.fake->words_answer[WORDS_PAGEMAP] = ANSWER_GONE;
	assert_int_equal(runs_fill(&run.snapshot, &run.space, &run.wish), -1);
	stop(&run);
}

/* Some pages of a huge mapping are pages of a huge mapping. */
static void a_part_of_a_huge_mapping(void **state)
{
	struct run run;
	uint64_t *page;
	size_t i;

	(void)state;
	start(&run, "1000000-1400000 rw-p 00000000 00:00 0 \n");
	page = fake_area(run.fake, 0x1000, 1024);
	for (i = 0; i < 512; i++)
		page[i] = fake_frame(run.fake, 0x2000 + i, FAKE_OWN | KPF(THP) |
			(i ? KPF(TAIL) : KPF(HEAD)), 1);
	run.fake->huge[0] = (struct vpn_range){ 0x1000, 0x1200 };
	run.fake->nhuge = 1;
	begin(&run);
	run.wish.runs = (struct page_range){ 0x1003000, 0x1005000 };
	fill(&run);
	assert_int_equal(run.snapshot.nruns, 1);
	check(&run, 0, 0x1003, 2, STATE_ANON);
	assert_int_equal(run.snapshot.runs[0].marks, MARK_THP_PMD);
	stop(&run);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(a_part_of_a_huge_mapping), T(joins), T(a_process_in_lines),
		T(a_run_ends_where_anything_differs), T(only_these_addresses),
		T(only_these_frames), T(portions), T(sparse_regions_are_whole),
		T(nobody_sees_neither_frame_nor_slot), T(gone_while_read),
		T(one_area_names_its_slots), T(two_areas_need_both_types),
		T(areas_are_not_asked_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
