/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs from kernel to kernel in what pages are and add up to.  The
 * figures are those of smaps on real ones (tests/boards).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/space.h"

#define HEAP 0x1000	/* pages */
#define NPAGES 1024
#define MAP_HEAP "1000000-1400000 rw-p 00000000 00:00 0 [heap]\n"
#define MAP_DAX "1000000-1400000 rw-s 00000000 103:00 12 /dax/file\n"
#define IS(got, want) assert_true((uint64_t)(got) == (uint64_t)(want))

struct world {
	struct fake *fake;
	uint64_t *page;
	struct usage total;
};

static void start(struct world *w, const char *release, const char *maps)
{
	w->fake = fake_new();
	w->fake->maps = maps;
	strcpy(w->fake->facts.release, release);
	w->page = fake_area(w->fake, HEAP, NPAGES);
}

/* Read it all and forget it again; the sums stay. */
static void finish(struct world *w, enum depth depth)
{
	struct machine *machine = machine_read(&w->fake->src);
	struct space space;

	space_init(&space, (struct proc_id){ FAKE_PID, 0 }, false);
	assert_int_equal(space_refresh(&space, &w->fake->src, machine),
		ANSWER_OK);
	space_pass_begin(&space, depth);
	while (space_pass_step(&space, false) > 0)
		;
	space_sum(&space, &w->total);
	space_fini(&space);
	machine_unref(machine);
	source_free(&w->fake->src);
}

static bool knows(const struct world *w, uint32_t figures)
{
	return (w->total.known & figures) == figures;
}

/* ---- entries that have a frame, but no present page */

#define SPECIAL(type, pfn) (PM_SWAP | (uint64_t)(pfn) << 5 | (type))
#define SPLIT (USAGE_PSS | USAGE_USS | USAGE_SHARED)

/* One broken page, one that is being moved, one of each that is a file's. */
static void read_absent(struct world *w, const char *release, unsigned type,
	uint64_t flags)
{
	start(w, release, MAP_HEAP);
	w->fake->flags[0x2000] = w->fake->flags[0x2001] = flags;
	w->page[0] = SPECIAL(type, 0x2000);
	w->page[1] = SPECIAL(type, 0x2001) | PM_FILE;
	finish(w, DEPTH_STATES);
}

static void broken_frames(void **state)
{
	struct world w;

	(void)state;
	/* The numbers are those of Debian's kernels. */
	read_absent(&w, "5.10.0", 29, KPF(HWPOISON));
	IS(w.total.state[STATE_POISONED], 2);
	IS(w.total.rss, 0);
	assert_true(knows(&w, USAGE_RSS | SPLIT));
	read_absent(&w, "5.18.0", 29, KPF(HWPOISON));
	assert_false(knows(&w, USAGE_RSS) || knows(&w, USAGE_SHARED));
	read_absent(&w, "6.1.0", 26, KPF(HWPOISON));
	IS(w.total.state[STATE_POISONED], 2);
	IS(w.total.rss, 8192);
	IS(w.total.uss, 8192);
	IS(w.total.shared, 0);
	IS(w.total.anonymous, 4096);
	IS(usage_pss(&w.total), 8192);
	assert_true(knows(&w, USAGE_RSS | SPLIT | USAGE_ANONYMOUS));
	read_absent(&w, "6.12.0", 27, KPF(HWPOISON));
	IS(w.total.rss, 8192);
	IS(w.total.uss, 0);
	IS(w.total.shared, 8192);
	assert_true(knows(&w, USAGE_RSS | SPLIT | USAGE_ANONYMOUS));
}

static void moving_frames(void **state)
{
	struct world w;

	(void)state;
	read_absent(&w, "5.10.0", 30, KPF(LOCKED));
	IS(w.total.state[STATE_MIGRATION], 2);
	IS(w.total.rss, 8192);
	assert_true(knows(&w, USAGE_RSS | USAGE_ANONYMOUS));
	assert_false(knows(&w, USAGE_USS) || knows(&w, USAGE_PSS));
	/* Named device memory by its number alone. */
	read_absent(&w, "6.1.0", 28, KPF(LOCKED));
	IS(w.total.state[STATE_MIGRATION], 2);
	IS(w.total.uss, 8192);
	read_absent(&w, "6.18.0", 28, KPF(LOCKED));
	IS(w.total.shared, 8192);
	IS(w.total.anonymous, 4096);
	assert_true(knows(&w, SPLIT));
}

/* ---- merged pages */

static void read_ksm(struct world *w, const char *release, const char *ksm,
	const char *smaps)
{
	const uint64_t lie = FAKE_ANON | KPF(KSM);

	start(w, release, MAP_HEAP);
	w->fake->ksm = ksm;
	w->fake->smaps = smaps;
	w->page[0] = fake_frame(w->fake, 0x2000, lie | KPF_ANON_EXCLUSIVE, 1);
	w->page[1] = fake_frame(w->fake, 0x2001, lie, 2);
	w->page[2] = fake_frame(w->fake, 0x2010, lie | KPF(HEAD) | KPF(THP), 2);
	finish(w, DEPTH_STATES);
}

static void every_frame_says_ksm(void **state)
{
	struct world w;

	(void)state;
	read_ksm(&w, "6.12.0", "0\n", NULL);
	IS(w.total.state[STATE_KSM], 0);
	IS(w.total.ksm, 0);
	IS(w.total.state[STATE_COW_SHARED], 2);
	IS(w.total.state[STATE_ANON], 1);
	/* Elsewhere in this process pages were merged. */
	read_ksm(&w, "6.12.0", "7\n", MAP_HEAP "VmFlags: rd wr\n");
	IS(w.total.state[STATE_KSM], 0);
	IS(w.total.ksm, 0);
	/* Here they may be. */
	read_ksm(&w, "6.12.0", "7\n", MAP_HEAP "VmFlags: rd wr mg\n");
	IS(w.total.state[STATE_KSM], 1);
	IS(w.total.ksm, 4096);
	/* Before, the flag is to be believed. */
	read_ksm(&w, "6.9.0", "7\n", NULL);
	IS(w.total.state[STATE_KSM], 3);
}

/* ---- memory that is no RAM */

static void read_dax(struct world *w, const char *release, uint64_t entry,
	uint64_t flags)
{
	start(w, release, MAP_DAX);
	w->fake->iomem = "00001000-00ffffff : System RAM\n"
		"02000000-02ffffff : Persistent Memory (legacy)\n";
	w->fake->flags[0x2000] = flags;
	w->page[0] = entry | 0x2000;
	finish(w, DEPTH_STATES);
	IS(w->total.state[STATE_XIP], 1);
}

static void dax(void **state)
{
	struct world w;

	(void)state;
	read_dax(&w, "5.10.0", PM_PRESENT, KPF(RESERVED));
	IS(w.total.rss, 0);
	read_dax(&w, "6.1.0", PM_PRESENT, KPF(NOPAGE));
	IS(w.total.rss, 0);
	read_dax(&w, "7.2.0", PM_PRESENT | PM_FILE | PM_EXCLUSIVE, 0);
	IS(w.total.rss, 4096);
	IS(w.total.uss, 4096);
	assert_true(knows(&w, SPLIT));
	/* Others map it too; how many is not told. */
	read_dax(&w, "7.2.0", PM_PRESENT | PM_FILE, 0);
	IS(w.total.rss, 4096);
	IS(w.total.shared, 4096);
	assert_true(knows(&w, USAGE_USS | USAGE_SHARED));
	assert_false(knows(&w, USAGE_PSS));
}

/* ---- huge mappings, where no PAGEMAP_SCAN tells of them */

static void huge_or_not(void **state)
{
	struct world w;
	size_t i;

	(void)state;
	start(&w, "6.1.0", MAP_HEAP);
	w.fake->populated_answer[POPULATED_HUGE] = ANSWER_ABSENT;
	for (i = 0; i < 512; i++)
		w.page[i] = fake_frame(w.fake, 0x2000 + i, FAKE_OWN, 1);
	finish(&w, DEPTH_STATES);
	/* No large folio, so no huge mapping. */
	assert_true(knows(&w, USAGE_ANON_HUGE));
	IS(w.total.anon_huge, 0);
	start(&w, "6.1.0", MAP_HEAP);
	w.fake->populated_answer[POPULATED_HUGE] = ANSWER_ABSENT;
	for (i = 0; i < 512; i++)
		w.page[i] = fake_frame(w.fake, 0x2000 + i, FAKE_OWN | KPF(THP) |
			(i ? KPF(TAIL) : KPF(HEAD)), 1);
	finish(&w, DEPTH_STATES);
	assert_false(knows(&w, USAGE_ANON_HUGE));
}

/* ---- page tables that processes share */

static void read_tables(struct world *w, const char *release, const char *maps,
	uint64_t exclusive)
{
	start(w, release, maps);
	w->page[0] = fake_frame(w->fake, 0x2000, KPF(HUGE) | KPF(HEAD), 2) |
		exclusive;
	finish(w, DEPTH_STATES);
}

static void shared_tables(void **state)
{
	static const uint32_t split = USAGE_SHARED_HUGETLB |
		USAGE_PRIVATE_HUGETLB;
	const char *big = "1000000-81000000 rw-s 0 00:0f 5 "
		"/anon_hugepage (deleted)\n";
	const char *small = "1000000-1400000 rw-s 0 00:0f 5 "
		"/anon_hugepage (deleted)\n";
	struct world w;

	(void)state;
	read_tables(&w, "6.1.0", big, PM_EXCLUSIVE);
	assert_false(w.total.known & split);
	read_tables(&w, "6.1.0", big, 0);
	assert_true(knows(&w, split));
	IS(w.total.shared_hugetlb, 4096);
	/* Too small for a table of its own. */
	read_tables(&w, "6.1.0", small, PM_EXCLUSIVE);
	assert_true(knows(&w, split));
	IS(w.total.private_hugetlb, 4096);
	read_tables(&w, "6.12.0", big, PM_EXCLUSIVE);
	assert_true(knows(&w, split));
	IS(w.total.private_hugetlb, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_frames),
		cmocka_unit_test(moving_frames),
		cmocka_unit_test(every_frame_says_ksm),
		cmocka_unit_test(dax),
		cmocka_unit_test(huge_or_not),
		cmocka_unit_test(shared_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
