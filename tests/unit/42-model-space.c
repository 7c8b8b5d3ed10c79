/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/space.h"

#define HEAP 0x1000	/* pages */
#define MAP_HEAP "1000000-1400000 rw-p 00000000 00:00 0 [heap]\n"

struct run {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	struct usage total;
	enum answer answer;
};

static void start(struct run *run, struct fake *fake, bool keep_blocks)
{
	run->fake = fake;
	run->machine = machine_read(&fake->src);
	space_init(&run->space, (struct proc_id){ FAKE_PID, 0 }, keep_blocks);
}

/* One refresh, whole. */
static void turn(struct run *run, enum depth depth)
{
	int more;

	run->space.refresh++;
	run->answer = space_refresh(&run->space, &run->fake->src,
		run->machine);
	if (run->answer != ANSWER_OK)
		return;
	space_pass_begin(&run->space, depth);
	while ((more = space_pass_step(&run->space, false)) > 0)
		;
	assert_int_equal(more, 0);
	space_sum(&run->space, &run->total);
}

static void stop(struct run *run)
{
	space_fini(&run->space);
	machine_unref(run->machine);
	source_free(&run->fake->src);
}

/* The class of page PAGE of the first block. */
static uint8_t class_of(const struct space *space, unsigned page)
{
	struct pages pages;

	block_unpack(space->blocks[0], &pages);
	return pages.classes[page];
}

static struct fake *with_heap(uint64_t **pages)
{
	struct fake *fake = fake_new();

	fake->maps = MAP_HEAP;
	*pages = fake_area(fake, HEAP, 1024);
	return fake;
}

#define ASSERT_U64(a, b) assert_true((uint64_t)(a) == (uint64_t)(b))

/* ---- sums */

/* Each page's share is cut to whole 4096ths of a byte, as the kernel does. */
static void pss_is_fixed_point(void **state)
{
	static const enum depth depths[] = { DEPTH_SUMS, DEPTH_STATES,
		DEPTH_FULL };
	unsigned i, k;

	(void)state;
	for (k = 0; k < 6; k++) {
		struct run run;
		uint64_t *page;
		struct fake *fake = with_heap(&page);

		for (i = 0; i < 3; i++)
			page[i] = fake_frame(fake, 100 + i, FAKE_ANON, 3);
		page[700] = fake_frame(fake, 200, FAKE_OWN, 1);
		start(&run, fake, k % 2);
		turn(&run, depths[k / 2]);
		ASSERT_U64(run.total.rss, 4 * 4096);
		ASSERT_U64(run.total.pss_fixed,
			3 * ((4096u << 12) / 3) + (4096u << 12));
		ASSERT_U64(usage_pss(&run.total), 4096 + 4095);
		ASSERT_U64(run.total.uss, 4096);
		ASSERT_U64(run.total.shared, 3 * 4096);
		ASSERT_U64(run.total.anonymous, 4 * 4096);
		assert_true(usage_knows(&run.total, USAGE_PSS | USAGE_USS));
		assert_int_equal(usage_knows(&run.total, USAGE_STATES),
			k != 0);
		stop(&run);
	}
}

static void states_are_counted_with_the_absent(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_OWN, 1);
	page[1] = fake_frame(fake, 101, FAKE_ANON, 2);
	page[2] = fake_frame(fake, 102, FAKE_ANON, 1);
	page[3] = PM_SWAP | 7 << 5;
	page[4] = PM_SWAP | PM_GUARD | 4 << 5 | 31;
	page[5] = fake_frame(fake, 9, KPF(ZERO_PAGE) | KPF(RESERVED), 0);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.total.state[STATE_ANON], 1);
	assert_int_equal(run.total.state[STATE_COW_SHARED], 1);
	assert_int_equal(run.total.state[STATE_ANON_WAS_SHARED], 1);
	assert_int_equal(run.total.state[STATE_SWAP], 1);
	assert_int_equal(run.total.state[STATE_GUARD], 1);
	assert_int_equal(run.total.state[STATE_ZERO], 1);
	assert_int_equal(run.total.state[STATE_UNTOUCHED], 1024 - 6);
	/* A guard is no swap, the zero page is nobody's. */
	ASSERT_U64(run.total.swap, 4096);
	assert_false(usage_knows(&run.total, USAGE_SWAP_PSS));
	ASSERT_U64(run.total.rss, 3 * 4096);
	assert_int_equal(run.space.nblocks, 1);
	assert_int_equal(run.space.blocks[0]->nframes, 3);
	ASSERT_U64(run.space.blocks[0]->min_pfn, 100);
	ASSERT_U64(run.space.blocks[0]->max_pfn, 102);
	stop(&run);
}

static void zero_page_is_asked_about_once(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);
	unsigned i;

	(void)state;
	for (i = 0; i < 1024; i += 2)
		page[i] = fake_frame(fake, 9, KPF(ZERO_PAGE), 0);
	start(&run, fake, false);
	turn(&run, DEPTH_SUMS);
	ASSERT_U64(run.total.rss, 0);
	assert_true(usage_knows(&run.total, USAGE_RSS | USAGE_PSS));
	fake->asked[WORDS_KPAGECOUNT] = fake->asked[WORDS_KPAGEFLAGS] = 0;
	turn(&run, DEPTH_SUMS);
	ASSERT_U64(run.total.rss, 0);
	ASSERT_U64(fake->asked[WORDS_KPAGECOUNT], 0);
	ASSERT_U64(fake->asked[WORDS_KPAGEFLAGS], 0);
	stop(&run);
}

/* ---- huge pages */

static void map_huge(struct fake *fake, uint64_t *page, uint64_t head)
{
	unsigned i;

	for (i = 0; i < 512; i++)
		page[i] = fake_frame(fake, 512 + i, i ? FAKE_ANON | KPF(TAIL) |
			KPF(THP) : head, 1);
	fake->huge[0] = (struct vpn_range){ HEAP, HEAP + 512 };
	fake->nhuge = 1;
}

static void exclusive_huge_page_costs_one_read(void **state)
{
	static const enum depth depths[] = { DEPTH_SUMS, DEPTH_STATES };
	unsigned k;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct run run;
		uint64_t *page;
		struct fake *fake = with_heap(&page);

		map_huge(fake, page, FAKE_OWN | KPF(HEAD) | KPF(THP));
		start(&run, fake, false);
		turn(&run, depths[k]);
		ASSERT_U64(fake->asked[WORDS_KPAGEFLAGS], 1);
		ASSERT_U64(fake->asked[WORDS_KPAGECOUNT], 0);
		ASSERT_U64(run.total.rss, 2u << 20);
		ASSERT_U64(run.total.uss, 2u << 20);
		ASSERT_U64(usage_pss(&run.total), 2u << 20);
		ASSERT_U64(run.total.anon_huge, 2u << 20);
		if (k)
			assert_int_equal(run.total.state[STATE_ANON], 512);
		stop(&run);
	}
}

/* The entries all say X, because the head is mapped once; half of the pages
 * are a child's too. */
static void shared_huge_page_is_counted_page_by_page(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);
	unsigned i;

	(void)state;
	map_huge(fake, page, FAKE_ANON | KPF(HEAD) | KPF(THP));
	for (i = 256; i < 512; i++)
		fake->counts[512 + i] = 2;
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	ASSERT_U64(fake->asked[WORDS_KPAGECOUNT], 512);
	ASSERT_U64(run.total.uss, 1u << 20);
	ASSERT_U64(run.total.shared, 1u << 20);
	ASSERT_U64(usage_pss(&run.total), (1u << 20) + (1u << 19));
	assert_int_equal(run.total.state[STATE_COW_SHARED], 256);
	assert_int_equal(run.space.blocks[0]->nshared, 256);
	stop(&run);
}

static void huge_page_without_scan(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);
	unsigned i;

	(void)state;
	map_huge(fake, page, FAKE_ANON | KPF(HEAD) | KPF(THP));
	for (i = 256; i < 512; i++)
		fake->counts[512 + i] = 2;
	fake->populated_answer[POPULATED_HUGE] = ANSWER_ABSENT;
	start(&run, fake, false);
	turn(&run, DEPTH_SUMS);
	ASSERT_U64(run.total.shared, 1u << 20);
	ASSERT_U64(usage_pss(&run.total), (1u << 20) + (1u << 19));
	assert_false(usage_knows(&run.total, USAGE_ANON_HUGE));
	stop(&run);
}

static void hugetlb_is_outside_of_rss(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 512, KPF(HUGE) | KPF(ANON) | KPF(HEAD), 1);
	/* Two processes share the table that maps it: count 1, no X. */
	page[1] = 600 | PM_PRESENT | PM_FILE;
	fake->flags[600] = KPF(HUGE) | KPF(HEAD);
	fake->counts[600] = 1;
	start(&run, fake, false);
	turn(&run, DEPTH_STATES);
	ASSERT_U64(run.total.rss, 0);
	ASSERT_U64(run.total.private_hugetlb, 4096);
	ASSERT_U64(run.total.shared_hugetlb, 4096);
	stop(&run);
}

/* ---- what is not told */

static void exclusive_pages_need_no_count(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_OWN, 1);
	fake->words_answer[WORDS_KPAGEFLAGS] = ANSWER_DENIED;
	fake->words_answer[WORDS_KPAGECOUNT] = ANSWER_DENIED;
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_true(usage_knows(&run.total, USAGE_PSS | USAGE_USS | USAGE_RSS));
	ASSERT_U64(run.total.uss, 4096);
	assert_int_equal(run.total.state[STATE_ANON], 1);
	assert_int_equal(run.space.reader->answers[WORDS_KPAGEFLAGS],
		ANSWER_DENIED);
	page[1] = fake_frame(fake, 101, FAKE_ANON, 2);
	turn(&run, DEPTH_STATES);
	/* It could be the zero page: even that it is resident is unknown. */
	assert_false(usage_knows(&run.total, USAGE_PSS));
	assert_false(usage_knows(&run.total, USAGE_USS));
	assert_false(usage_knows(&run.total, USAGE_RSS));
	assert_int_equal(run.total.state[STATE_PRESENT], 1);
	stop(&run);
}

static void unprivileged_takes_figures_of_smaps(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	fake->facts.pfn_visible = false;
	fake->smaps = MAP_HEAP "Size: 4096 kB\nRss: 12 kB\nPss: 9 kB\n"
		"Shared_Clean: 0 kB\nShared_Dirty: 4 kB\nPrivate_Clean: 0 kB\n"
		"Private_Dirty: 8 kB\nAnonymous: 12 kB\nSwap: 4 kB\n"
		"VmFlags: rd wr mr\n";
	page[0] = page[1] = PM_PRESENT | PM_EXCLUSIVE;
	page[2] = PM_PRESENT;
	page[3] = PM_SWAP;
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	ASSERT_U64(run.total.rss, 12 << 10);
	ASSERT_U64(usage_pss(&run.total), 9 << 10);
	ASSERT_U64(run.total.uss, 8 << 10);
	ASSERT_U64(run.total.shared, 4 << 10);
	ASSERT_U64(run.total.swap, 4 << 10);
	assert_false(usage_knows(&run.total, USAGE_ZONES));
	assert_false(usage_knows(&run.total, USAGE_KSM));
	assert_int_equal(run.total.state[STATE_ANON], 2);
	assert_int_equal(run.total.state[STATE_PRESENT], 1);
	assert_int_equal(run.total.state[STATE_SWAP], 1);
	assert_int_equal(run.total.state[STATE_UNTOUCHED], 1020);
	/* Frame 0 is nobody's: nothing was asked about it. */
	ASSERT_U64(fake->asked[WORDS_KPAGEFLAGS], 0);
	ASSERT_U64(fake->asked[WORDS_KPAGECOUNT], 0);
	/* Figures do not grow from refresh to refresh. */
	turn(&run, DEPTH_STATES);
	ASSERT_U64(run.total.rss, 12 << 10);
	stop(&run);
}

static void nothing_is_known_without_pagemap(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	fake->words_answer[WORDS_PAGEMAP] = ANSWER_DENIED;
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.total.known & (USAGE_RSS | USAGE_SWAP |
		USAGE_STATES | USAGE_ZONES), 0);
	stop(&run);
}

/* ---- what needs no second look */

enum kind { OWN, OWN_FILE, HOLE, SHARED, SWAPPED, ZERO_PAGE, MERGED, NKINDS };

static uint64_t page_of(struct fake *fake, enum kind kind, uint64_t pfn)
{
	switch (kind) {
	case OWN:
		return fake_frame(fake, pfn, FAKE_OWN, 1);
	case OWN_FILE:
		return fake_frame(fake, pfn, KPF(LRU) | KPF(UPTODATE), 1);
	case SHARED:
		return fake_frame(fake, pfn, FAKE_ANON, 2 + pfn % 3);
	case SWAPPED:
		return PM_SWAP | pfn << 5;
	case ZERO_PAGE:
		return fake_frame(fake, 9, KPF(ZERO_PAGE) | KPF(RESERVED), 0);
	case MERGED:
		return fake_frame(fake, pfn, FAKE_ANON | KPF(KSM), 1);
	default:
		return 0;
	}
}

/* The first 512 pages are one huge mapping, of one kind or the other. */
static void map_some_huge(struct fake *fake, uint64_t *page, unsigned kind)
{
	unsigned i;

	map_huge(fake, page, (kind ? FAKE_ANON : FAKE_OWN) | KPF(HEAD) |
		KPF(THP));
	for (i = 0; kind == 1 && i < 512; i++)
		fake->counts[512 + i] = 2;	/* though all say exclusive */
	for (i = 0; kind == 2 && i < 512; i++)	/* shared memory */
		page[i] = fake_frame(fake, 512 + i, KPF(LRU) | KPF(THP) |
			KPF(SWAPBACKED) | (i ? KPF(TAIL) : KPF(HEAD)), 1);
	fake->nhuge = kind != 3;		/* neighbours by chance */
}

struct sums {
	struct usage usage;
	uint64_t zones[4];
};

static void sum_of(struct sums *out, unsigned round, bool one_by_one)
{
	static const char *const releases[] = { "6.18.0", "3.9.0" };
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);
	uint32_t dice = 12345 + round;
	unsigned i, other = round % NKINDS;
	bool old = round / NKINDS % 2;

	snprintf(fake->facts.release, sizeof(fake->facts.release), "%s",
		releases[old]);
	fake->ksm = round % 3 ? "0\n" : "7\n";
	for (i = 0; i < 1024; i++) {
		dice = dice * 1103515245 + 12345;
		page[i] = page_of(fake, dice >> 16 & 1 ? OWN : other,
			2048 + 3 * i);
		if (other == SHARED && old)	/* no such bit then */
			page[i] |= PM_EXCLUSIVE;
	}
	if (round % 5 < 4)
		map_some_huge(fake, page, round % 5);
	start(&run, fake, one_by_one);
	turn(&run, DEPTH_SUMS);
	out->usage = run.total;
	memset(out->zones, 0, sizeof(out->zones));
	assert_true(run.space.zone_stride <= 4);
	memcpy(out->zones, run.space.zone_pages,
		run.space.zone_stride * sizeof(*out->zones));
	stop(&run);
}

/* Whatever pages there are, in whatever mixture: the sums of what is looked at
 * by hundreds are those of what is looked at page by page. */
static void sums_are_the_same_page_by_page(void **state)
{
	struct sums quick, slow;
	unsigned round;

	(void)state;
	for (round = 0; round < 2 * 3 * 5 * NKINDS; round++) {
		sum_of(&quick, round, false);
		sum_of(&slow, round, true);
		assert_true((quick.usage.known ^ slow.usage.known) %
			USAGE_CACHED == 0);
#define X(id, member) if (USAGE_##id != USAGE_CACHED && \
	usage_knows(&slow.usage, USAGE_##id)) \
			ASSERT_U64(quick.usage.member, slow.usage.member);
		USAGE_FIGURES(X)
#undef X
		assert_memory_equal(quick.zones, slow.zones,
			sizeof(quick.zones));
		assert_true(quick.usage.rss > 0);
	}
}

/* ---- big regions */

#define MAP_BIG "1000000-100001000000 rw-p 00000000 00:00 0 \n"	/* 16 TiB */

static void reservations_cost_nothing(void **state)
{
	struct run run;
	struct fake *fake = fake_new();
	uint64_t *near = fake_area(fake, 0x5000, 4);
	uint64_t *far = fake_area(fake, UINT64_C(0x80000123), 4);

	(void)state;
	fake->maps = MAP_BIG;
	near[1] = fake_frame(fake, 100, FAKE_OWN, 1);
	far[3] = fake_frame(fake, 101, FAKE_OWN, 1);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	ASSERT_U64(run.total.rss, 2 * 4096);
	assert_int_equal(run.space.nblocks, 2);
	/* What it begins with is looked at without asking. */
	ASSERT_U64(fake->asked[WORDS_PAGEMAP], SOURCE_SLICE + 2 * BLOCK_PAGES);
	stop(&run);
}

static void sums_are_the_same_without_scan(void **state)
{
	unsigned k;

	(void)state;
	for (k = 0; k < 3; k++) {
		struct run run;
		struct fake *fake = fake_new();
		uint64_t *page = fake_area(fake, 0x1000, 32768);
		unsigned i;

		fake->maps = "1000000-9000000 rw-p 00000000 00:00 0 \n";
		/* Zeros and guards are in no figure of smaps. */
		for (i = 0; i < 32768; i += 33)
			page[i] = i % 2 ?
				fake_frame(fake, 9, KPF(ZERO_PAGE), 0) :
				PM_SWAP | PM_GUARD | 4 << 5 | 31;
		page[5] = fake_frame(fake, 100, FAKE_OWN, 1);
		page[32767] = fake_frame(fake, 101, FAKE_OWN, 1);
		page[20000] = PM_SWAP | 3 << 5;
		if (k)
			fake->populated_answer[POPULATED_ANY] = ANSWER_ABSENT;
		if (k == 2)
			fake->smaps = "1000000-9000000 rw-p 00000000 00:00 0 \n"
				"Rss: 8 kB\nSwap: 4 kB\n";
		start(&run, fake, true);
		turn(&run, DEPTH_STATES);
		ASSERT_U64(run.total.rss, 2 * 4096);
		ASSERT_U64(run.total.swap, 4096);
		turn(&run, DEPTH_STATES);
		ASSERT_U64(run.total.rss, 2 * 4096);
		stop(&run);
	}
}

/* Small regions near each other: one question for as many as there are in a
 * slice, and none of them is read twice or left out. */
static void small_regions_are_read_together(void **state)
{
	struct run run;
	struct fake *fake = fake_new();
	struct buf maps = { 0 };
	uint64_t *page = fake_area(fake, 0x1000, 300 * 50);
	unsigned i;

	(void)state;
	for (i = 0; i < 300; i++) {
		buf_fmt(&maps, "%x-%x rw-p 00000000 00:00 0 \n",
			(0x1000 + i * 50) << 12, (0x1000 + i * 50 + 40) << 12);
		page[i * 50 + i % 40] = fake_frame(fake, 5000 + 2 * i,
			FAKE_OWN, 1);
		/* Between them there is nothing, whatever is read there. */
		page[i * 50 + 45] = fake_frame(fake, 9000 + 2 * i, FAKE_OWN, 1);
	}
	fake->maps = buf_text(&maps);
	start(&run, fake, false);
	turn(&run, DEPTH_SUMS);
	ASSERT_U64(run.total.rss, 300 * 4096);
	for (i = 0; i < 300; i++)
		ASSERT_U64(run.space.regions[i].usage.rss, 4096);
	assert_int_equal(fake->calls[WORDS_PAGEMAP], 4);
	stop(&run);
	buf_fini(&maps);
}

/* Of a huge page of the pool one entry is read, and is all of it; but of those
 * that two may have by one page table, none says that it is alone. */
static void pool_pages_are_told_by_one_entry(void **state)
{
	static const char *const maps[] = {
		"1000000-1600000 rw-p 00000000 00:0f 7 /anon_hugepage (deleted)\n",
		"40000000-80600000 rw-s 00000000 00:0f 7 /anon_hugepage (deleted)\n",
	};
	unsigned k, i;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct run run;
		struct fake *fake = fake_new();
		uint64_t *page = fake_area(fake, k ? 0x40000 : HEAP,
			3 * 512);
		struct buf smaps = { 0 };

		buf_fmt(&smaps, "%sRss: 0 kB\nKernelPageSize: 2048 kB\n",
			maps[k]);
		for (i = 0; i < 2 * 512; i++)
			page[i] = fake_frame(fake, 4096 + i, KPF(HUGE) |
				(i % 512 ? KPF(TAIL) : KPF(HEAD)),
				i < 512 ? 1 : 2);
		fake->maps = maps[k];
		fake->smaps = buf_text(&smaps);
		if (k)
			strcpy(fake->facts.release, "6.1.0");
		start(&run, fake, false);
		turn(&run, DEPTH_SUMS);
		assert_true(fake->asked[WORDS_PAGEMAP] <= 16);
		ASSERT_U64(run.total.rss, 0);
		if (k) {
			assert_false(usage_knows(&run.total,
				USAGE_PRIVATE_HUGETLB));
		} else {
			ASSERT_U64(run.total.private_hugetlb, 2 << 20);
			ASSERT_U64(run.total.shared_hugetlb, 2 << 20);
			ASSERT_U64(run.space.zone_pages[0] +
				run.space.zone_pages[1], 1024);
		}
		stop(&run);
		buf_fini(&smaps);
	}
}

/* Where nobody says where its pages are, a huge region with hardly any is not
 * read for them: its figures are smaps's, and the rest is not known. */
static void what_is_too_sparse_is_told_by_smaps(void **state)
{
	struct run run;
	struct fake *fake = fake_new();
	uint64_t *page = fake_area(fake, UINT64_C(0x80000123), 4);

	(void)state;
	fake->maps = MAP_BIG;
	fake->smaps = MAP_BIG "Size: 17179869184 kB\nRss: 12 kB\nPss: 9 kB\n"
		"Swap: 4 kB\n";
	page[3] = fake_frame(fake, 101, FAKE_OWN, 1);
	fake->populated_answer[POPULATED_ANY] = ANSWER_ABSENT;
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	ASSERT_U64(run.total.rss, 12 << 10);
	ASSERT_U64(usage_pss(&run.total), 9 << 10);
	ASSERT_U64(run.total.swap, 4 << 10);
	assert_true(usage_knows(&run.total, USAGE_RSS | USAGE_PSS | USAGE_SWAP));
	assert_int_equal(run.total.known & (USAGE_STATES | USAGE_ZONES), 0);
	assert_true(run.space.regions[0].by_smaps);
	ASSERT_U64(fake->asked[WORDS_PAGEMAP], 0);
	stop(&run);
	/* What has a page in 64 is read. */
	fake = fake_new();
	page = fake_area(fake, 0x1003, 1);
	page[0] = fake_frame(fake, 101, FAKE_OWN, 1);
	fake->maps = "1000000-201000000 rw-p 00000000 00:00 0 \n";
	fake->smaps = "1000000-201000000 rw-p 00000000 00:00 0 \n"
		"Size: 8388608 kB\nRss: 131072 kB\n";
	fake->populated_answer[POPULATED_ANY] = ANSWER_ABSENT;
	start(&run, fake, false);
	turn(&run, DEPTH_SUMS);
	assert_false(run.space.regions[0].by_smaps);
	ASSERT_U64(run.total.rss, 4096);
	stop(&run);
}

/* Nor where the kernel says where they are. */
static void what_is_sparse_is_found(void **state)
{
	struct run run;
	struct fake *fake = fake_new();
	uint64_t *page = fake_area(fake, UINT64_C(0x80000123), 4);

	(void)state;
	fake->maps = MAP_BIG;
	page[3] = fake_frame(fake, 101, FAKE_OWN, 1);
	start(&run, fake, true);
	fake->smaps = MAP_BIG "Size: 17179869184 kB\nRss: 268435456 kB\n";
	fake->populated_answer[POPULATED_ANY] = ANSWER_OK;
	turn(&run, DEPTH_STATES);
	assert_false(run.space.regions[0].by_smaps);
	ASSERT_U64(run.total.rss, 4096);
	stop(&run);
}

/* ---- change */

static void changes_stay_marked_for_the_refresh(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_ANON, 2);
	page[1] = fake_frame(fake, 101, FAKE_OWN, 1);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.space.blocks[0]->nchanged, 0);
	/* A copy was made, a page moved, one came, and one in a new block. */
	page[0] = fake_frame(fake, 200, FAKE_OWN, 1);
	page[1] = fake_frame(fake, 201, FAKE_OWN, 1);
	page[2] = fake_frame(fake, 202, FAKE_OWN, 1);
	page[600] = fake_frame(fake, 203, FAKE_OWN, 1);
	run.space.refresh++;
	assert_int_equal(space_refresh(&run.space, &fake->src, run.machine),
		ANSWER_OK);
	space_pass_begin(&run.space, DEPTH_STATES);
	/* What is on screen comes first, and again for each wish. */
	assert_int_equal(space_read(&run.space, HEAP, HEAP + 10, true), 0);
	assert_int_equal(run.space.blocks[0]->nchanged, 3);
	while (space_pass_step(&run.space, false) > 0)
		;
	assert_int_equal(space_read(&run.space, HEAP, HEAP + 10, true), 0);
	assert_int_equal(run.space.nblocks, 2);
	assert_int_equal(run.space.blocks[0]->nchanged, 3);
	assert_int_equal(run.space.blocks[1]->nchanged, 1);
	assert_int_equal(class_of(&run.space, 0) & CLASS_CHANGED,
		CLASS_CHANGED);
	assert_int_equal(class_of(&run.space, 3) & CLASS_CHANGED, 0);
	assert_int_equal(run.space.blocks[0]->nsplit, 1);
	assert_true(CLASS_IS_SPLIT(class_of(&run.space, 0)));
	assert_false(CLASS_IS_SPLIT(class_of(&run.space, 1)));
	ASSERT_U64(run.space.splits, 1);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.space.blocks[0]->nchanged, 0);
	assert_int_equal(run.space.blocks[1]->nchanged, 0);
	assert_int_equal(run.space.blocks[0]->nsplit, 0);
	assert_false(CLASS_IS_SPLIT(class_of(&run.space, 0)));
	ASSERT_U64(run.space.splits, 1);
	stop(&run);
}

/* A copy made between the reading of an entry and that of its count. */
static void copies_that_are_read_halfway_are_counted(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_ANON, 1);
	page[1] = fake_frame(fake, 101, FAKE_ANON, 1);
	page[2] = fake_frame(fake, 102, FAKE_ANON, 1);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(CLASS_STATE(class_of(&run.space, 0)),
		STATE_ANON_WAS_SHARED);
	/* Copied; kept by a write; only moved by the kernel. */
	page[0] = fake_frame(fake, 200, FAKE_OWN, 1);
	page[1] = fake_frame(fake, 101, FAKE_OWN, 1);
	page[2] = fake_frame(fake, 202, FAKE_ANON, 1);
	turn(&run, DEPTH_STATES);
	ASSERT_U64(run.space.splits, 1);
	stop(&run);
}

static void pages_that_go_are_seen_to_go(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_OWN, 1);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	page[0] = 0;
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.space.nblocks, 1);
	assert_int_equal(run.space.blocks[0]->nchanged, 1);
	assert_int_equal(CLASS_STATE(class_of(&run.space, 0)),
		STATE_UNTOUCHED);
	assert_int_equal(space_read(&run.space, HEAP, HEAP + 1, true), 0);
	assert_int_equal(run.space.nblocks, 1);
	assert_int_equal(run.space.blocks[0]->nchanged, 1);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.space.nblocks, 0);
	assert_int_equal(run.total.state[STATE_UNTOUCHED], 1024);
	stop(&run);
}

static void unchanged_entries_are_not_asked_about(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_ANON, 2);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	fake->asked[WORDS_KPAGEFLAGS] = 0;
	turn(&run, DEPTH_STATES);
	ASSERT_U64(fake->asked[WORDS_KPAGEFLAGS], 0);
	ASSERT_U64(run.total.rss, 4096);
	/* On screen they are: sharing changes behind the entry's back. */
	fake->counts[100] = 1;
	run.space.refresh++;
	assert_int_equal(space_read(&run.space, HEAP, HEAP + 1, true), 0);
	assert_int_equal(CLASS_STATE(class_of(&run.space, 0)),
		STATE_ANON_WAS_SHARED);
	stop(&run);
}

static void free_the_frame(struct fake *fake, enum word_file file,
	uint64_t first)
{
	if (file != WORDS_KPAGEFLAGS)
		return;
	fake->before_words = NULL;
	fake->areas[0].words[0] = fake_frame(fake, 300, FAKE_OWN, 1);
	fake->flags[first] = KPF(BUDDY);
}

static void stale_frame_is_read_once_more(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_OWN, 1);
	fake->before_words = free_the_frame;
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.total.state[STATE_ANON], 1);
	ASSERT_U64(run.space.blocks[0]->min_pfn, 300);
	fake->flags[300] = KPF(BUDDY);
	assert_int_equal(space_read(&run.space, HEAP, HEAP + 1, true), 0);
	assert_int_equal(CLASS_STATE(class_of(&run.space, 0)),
		STATE_CHANGING);
	stop(&run);
}

/* The page has another frame by now, and what its flags say is about somebody
 * who shares it: plausible, and wrong. */
static void give_the_frame_away(struct fake *fake, enum word_file file,
	uint64_t first)
{
	if (file != WORDS_KPAGEFLAGS)
		return;
	fake->before_words = NULL;
	fake->areas[0].words[0] = fake_frame(fake, 300, FAKE_OWN, 1);
	fake->flags[first] &= ~KPF_ANON_EXCLUSIVE;
}

/* Every time that it is looked at, the page has a frame that was shared. */
static void give_it_another_frame(struct fake *fake, enum word_file file,
	uint64_t first)
{
	(void)first;
	if (file != WORDS_PAGEMAP)
		return;
	fake->areas[0].words[0] = fake_frame(fake, 300 + fake->calls[file] % 8,
		FAKE_OWN & ~KPF_ANON_EXCLUSIVE, 1);
}

static void frame_that_was_given_away_is_not_believed(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_OWN, 1);
	fake->before_words = give_the_frame_away;
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.total.state[STATE_ANON], 1);
	assert_int_equal(run.total.state[STATE_ANON_WAS_SHARED], 0);
	ASSERT_U64(run.space.blocks[0]->min_pfn, 300);
	fake->before_words = give_it_another_frame;
	assert_int_equal(space_read(&run.space, HEAP, HEAP + 1, true), 0);
	assert_int_equal(CLASS_STATE(class_of(&run.space, 0)),
		STATE_CHANGING);
	stop(&run);
}

/* ---- regions that move */

static void blocks_follow_their_regions(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	page[0] = fake_frame(fake, 100, FAKE_OWN, 1);
	page[600] = fake_frame(fake, 101, FAKE_OWN, 1);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.space.nblocks, 2);
	/* One more below, the heap's second half is gone. */
	fake->maps = "500000-501000 r--p 00000000 00:00 0 \n"
		"1000000-1200000 rw-p 00000000 00:00 0 [heap]\n";
	assert_int_equal(space_refresh(&run.space, &fake->src, run.machine),
		ANSWER_OK);
	assert_int_equal(run.space.nblocks, 1);
	assert_int_equal(run.space.blocks[0]->region, 1);
	turn(&run, DEPTH_STATES);
	ASSERT_U64(run.total.rss, 4096);
	/* Split in the middle of a block: it is read anew. */
	fake->maps = "1000000-1010000 rw-p 00000000 00:00 0 [heap]\n"
		"1010000-1400000 r--p 00000000 00:00 0 \n";
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.space.nregions, 2);
	ASSERT_U64(run.space.regions[0].usage.rss, 4096);
	ASSERT_U64(run.space.regions[1].usage.rss, 4096);
	assert_int_equal(run.space.blocks[0]->npages, 16);
	assert_int_equal(run.space.blocks[1]->region, 1);
	stop(&run);
}

static void odd_edges(void **state)
{
	struct run run;
	struct fake *fake = fake_new();
	uint64_t *page = fake_area(fake, 0x11fd, 6);
	unsigned i;

	(void)state;
	/* Six pages, three on either side of a block's boundary. */
	fake->maps = "11fd000-1203000 rw-p 00000000 00:00 0 \n";
	for (i = 0; i < 6; i++)
		page[i] = fake_frame(fake, 100 + i, FAKE_OWN, 1);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.space.nblocks, 2);
	ASSERT_U64(run.space.blocks[0]->vpn, 0x11fd);
	assert_int_equal(run.space.blocks[0]->npages, 3);
	ASSERT_U64(run.space.blocks[1]->vpn, 0x1200);
	assert_int_equal(run.space.blocks[1]->npages, 3);
	assert_int_equal(space_block_after(&run.space, 0), 0);
	assert_int_equal(space_block_after(&run.space, 0x11ff), 0);
	assert_int_equal(space_block_after(&run.space, 0x1200), 1);
	assert_int_equal(space_block_after(&run.space, 0x1203), 2);
	/* Reading one page of it makes no block that is cut otherwise. */
	assert_int_equal(space_read(&run.space, 0x1201, 0x1202, true), 0);
	assert_int_equal(run.space.nblocks, 2);
	assert_int_equal(run.space.blocks[1]->npages, 3);
	stop(&run);
}

/* ---- ends, and who it is */

static void another_process_has_its_pid(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.answer, ANSWER_OK);
	fake->stat = "4242 (other) S 1 4242 4242 0 -1 0 10 0 2 0 5 2 0 0 20 0 1 "
		"0 9999 4096000 100 0\n";
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.answer, ANSWER_GONE);
	stop(&run);
}

static void pagemap_that_is_gone_ends_the_pass(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	start(&run, fake, true);
	assert_int_equal(space_refresh(&run.space, &fake->src, run.machine),
		ANSWER_OK);
	fake->words_answer[WORDS_PAGEMAP] = ANSWER_GONE;
	space_pass_begin(&run.space, DEPTH_STATES);
	assert_int_equal(space_pass_step(&run.space, false), -1);
	stop(&run);
}

/* ---- what the region adds */

static void locked_and_shmem_swap_come_from_smaps(void **state)
{
	struct run run;
	struct fake *fake = fake_new();
	uint64_t *page = fake_area(fake, 0x1000, 16);

	(void)state;
	fake->maps = "1000000-1008000 rw-p 00000000 00:00 0 \n"
		"1008000-1010000 rw-s 00000000 00:01 9 /memfd:x (deleted)\n";
	fake->smaps = "1000000-1008000 rw-p 00000000 00:00 0 \n"
		"Rss: 4 kB\nSwap: 0 kB\nVmFlags: rd wr lo\n"
		"1008000-1010000 rw-s 00000000 00:01 9 /memfd:x (deleted)\n"
		"Rss: 4 kB\nSwap: 8 kB\nVmFlags: rd wr sh\n";
	fake->status = "VmLck:\t       4 kB\n";
	fake->meminfo = "SwapTotal: 100 kB\nSwapFree: 50 kB\n";
	page[0] = fake_frame(fake, 100, FAKE_ANON, 2);
	page[8] = fake_frame(fake, 101, FAKE_CACHE | KPF(SWAPBACKED), 1);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	/* Locked is Pss where `lo` is set. */
	ASSERT_U64(run.space.regions[0].usage.locked, 2048);
	ASSERT_U64(run.space.regions[1].usage.locked, 0);
	ASSERT_U64(run.space.regions[0].usage.swap, 0);
	ASSERT_U64(run.space.regions[1].usage.swap, 8192);
	ASSERT_U64(run.total.swap, 8192);
	assert_true(usage_knows(&run.total, USAGE_SWAP | USAGE_LOCKED));
	fake->smaps = NULL;
	fake->maps = "1008000-1010000 rw-s 00000000 00:01 9 /memfd:x (deleted)\n";
	turn(&run, DEPTH_STATES);
	assert_false(usage_knows(&run.total, USAGE_SWAP));
	assert_false(usage_knows(&run.total, USAGE_LOCKED));
	stop(&run);
}

static void zones_are_counted(void **state)
{
	unsigned k;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct run run;
		uint64_t *page;
		struct fake *fake = with_heap(&page);

		page[0] = fake_frame(fake, 0xfff, FAKE_OWN, 1);
		page[1] = fake_frame(fake, 0x1000, FAKE_OWN, 1);
		page[2] = fake_frame(fake, 0x1001, FAKE_OWN, 1);
		page[3] = fake_frame(fake, 9, KPF(ZERO_PAGE), 0);
		page[4] = fake_frame(fake, 0x1fffe, FAKE_OWN, 1);
		page[600] = fake_frame(fake, 0x1002, FAKE_OWN, 1);
		start(&run, fake, k);
		turn(&run, DEPTH_STATES);
		assert_int_equal(run.space.zone_stride, 3);
		ASSERT_U64(run.space.zone_pages[0], 1);
		ASSERT_U64(run.space.zone_pages[1], 4);
		ASSERT_U64(run.space.zone_pages[2], 0);
		stop(&run);
	}
}

/* What may be of either zone is in a sum of its own. */
static void zones_in_doubt(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	fake->zoneinfo = "Node 0, zone   Normal\n        spanned  1000\n"
		"  start_pfn:           1000\n"
		"Node 0, zone  Movable\n        spanned  1000\n"
		"  start_pfn:           1500\n";
	page[0] = fake_frame(fake, 1499, FAKE_OWN, 1);
	page[1] = fake_frame(fake, 1500, FAKE_OWN, 1);
	page[2] = fake_frame(fake, 1999, FAKE_OWN, 1);
	page[3] = fake_frame(fake, 2000, FAKE_OWN, 1);
	page[4] = fake_frame(fake, 2500, FAKE_OWN, 1);	/* in none */
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	assert_int_equal(run.space.zone_stride, 4);
	assert_string_equal(run.machine->zones[2].name, "Normal or Movable");
	ASSERT_U64(run.space.zone_pages[0], 1);
	ASSERT_U64(run.space.zone_pages[1], 1);
	ASSERT_U64(run.space.zone_pages[2], 2);
	ASSERT_U64(run.space.zone_pages[3], 1);
	stop(&run);
}

/* Frames at both ends in one zone do not make all between them its own. */
static void zones_between_two_ends_of_one(void **state)
{
	struct run run;
	uint64_t *page;
	struct fake *fake = with_heap(&page);

	(void)state;
	fake->zoneinfo = "Node 0, zone   Normal\n        spanned  1000\n"
		"  start_pfn:           1000\n"
		"Node 1, zone   Normal\n        spanned  1000\n"
		"  start_pfn:           3000\n";
	page[0] = fake_frame(fake, 1000, FAKE_OWN, 1);
	page[1] = fake_frame(fake, 2500, FAKE_OWN, 1);	/* in none */
	page[2] = fake_frame(fake, 3000, FAKE_OWN, 1);
	start(&run, fake, true);
	turn(&run, DEPTH_STATES);
	ASSERT_U64(run.space.zone_pages[0], 1);
	ASSERT_U64(run.space.zone_pages[1], 1);
	ASSERT_U64(run.space.zone_pages[2], 1);
	stop(&run);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(pss_is_fixed_point), T(states_are_counted_with_the_absent),
		T(zero_page_is_asked_about_once),
		T(exclusive_huge_page_costs_one_read),
		T(shared_huge_page_is_counted_page_by_page),
		T(huge_page_without_scan), T(hugetlb_is_outside_of_rss),
		T(exclusive_pages_need_no_count),
		T(unprivileged_takes_figures_of_smaps),
		T(nothing_is_known_without_pagemap),
		T(sums_are_the_same_page_by_page),
		T(pool_pages_are_told_by_one_entry),
		T(small_regions_are_read_together),
		T(what_is_sparse_is_found),
		T(reservations_cost_nothing),
		T(what_is_too_sparse_is_told_by_smaps),
		T(sums_are_the_same_without_scan),
		T(changes_stay_marked_for_the_refresh),
		T(copies_that_are_read_halfway_are_counted),
		T(pages_that_go_are_seen_to_go),
		T(unchanged_entries_are_not_asked_about),
		T(stale_frame_is_read_once_more),
		T(frame_that_was_given_away_is_not_believed),
		T(blocks_follow_their_regions), T(odd_edges),
		T(another_process_has_its_pid),
		T(pagemap_that_is_gone_ends_the_pass),
		T(locked_and_shmem_swap_come_from_smaps),
		T(zones_are_counted), T(zones_in_doubt), T(zones_between_two_ends_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
