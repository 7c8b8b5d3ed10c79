/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/space.h"

#define ASSERT_U64(a, b) assert_true((uint64_t)(a) == (uint64_t)(b))
#define G4 (UINT64_C(4) << 30)

/* ---- made-up layouts */

static struct fitness_rules rules_for(const char *name, uint32_t page_size,
	uint64_t below)
{
	struct machine machine = { .page_shift =
		(unsigned)__builtin_ctz(page_size) };
	struct fitness_rules rules;

	machine.facts.page_size = page_size;
	strcpy(machine.facts.machine, name);
	fitness_rules_of(&machine, below, &rules);
	return rules;
}

/* N pages in consecutive frames. */
static void put(struct fitness *fitness, const struct fitness_rules *rules,
	uint64_t vpn, uint64_t pfn, uint64_t n, uint32_t step)
{
	uint64_t i;

	for (i = 0; i < n; i++)
		fitness_page(fitness, rules, vpn + i, pfn + i, step);
}

static void a_run_follows_itself_on_both_sides(void **state)
{
	struct fitness_rules rules = rules_for("x86_64", 4096, G4);
	struct fitness f = { .known = true };

	(void)state;
	put(&f, &rules, 0x1000, 0x500, 4, 1);
	put(&f, &rules, 0x1005, 0x505, 3, 1);	/* a hole at 0x1004 */
	put(&f, &rules, 0x1008, 0x600, 5, 1);	/* frames elsewhere */
	put(&f, &rules, 0x100d, 0x604, 1, 1);	/* the frame before once more */
	put(&f, &rules, 0x100e, 0x604, 1, 1);
	put(&f, &rules, 0x100f, 0x603, 1, 1);	/* backwards */
	fitness_close(&f, &rules);
	fitness_close(&f, &rules);
	ASSERT_U64(f.runs, 6);
	ASSERT_U64(f.present, 15);
	ASSERT_U64(f.longest, 5);
	ASSERT_U64(f.longest_pfn, 0x600);
	ASSERT_U64(f.below, 15);
	ASSERT_U64(f.mapped[MAPPING_PTE], 15);
	ASSERT_U64(f.tlb, 15);
	ASSERT_U64(f.tlb_best, 15);
	assert_true(fitness_knows_tlb(&f));
	assert_true(fitness_knows_best(&f));
}

static void the_first_of_two_longest_is_named(void **state)
{
	struct fitness_rules rules = rules_for("x86_64", 4096, G4);
	struct fitness f = { 0 };

	(void)state;
	put(&f, &rules, 1, 0x700, 3, 1);
	put(&f, &rules, 4, 0x100, 3, 1);
	fitness_close(&f, &rules);
	ASSERT_U64(f.longest_pfn, 0x700);
}

static void frame_0_and_frames_beyond_32_bits(void **state)
{
	struct fitness_rules rules = rules_for("x86_64", 4096, G4);
	const uint64_t far = UINT64_C(0x3fffffe00);	/* crosses 2^34 */
	struct fitness f = { 0 };

	(void)state;
	put(&f, &rules, 0x200, 0, 8, 1);
	fitness_close(&f, &rules);
	ASSERT_U64(f.longest, 8);
	ASSERT_U64(f.longest_pfn, 0);
	ASSERT_U64(f.below, 8);
	put(&f, &rules, 0x400, far, 1024, 1);
	fitness_close(&f, &rules);
	ASSERT_U64(f.runs, 2);
	ASSERT_U64(f.longest, 1024);
	ASSERT_U64(f.longest_pfn, far);
	ASSERT_U64(f.below, 8);
	ASSERT_U64(f.tlb_best, 8 + 2);
	ASSERT_U64(fitness_alignment(far, 12), UINT64_C(512) << 12);
	ASSERT_U64(fitness_alignment(1, 12), 4096);
	ASSERT_U64(fitness_alignment(3 << 18, 12), 1 << 30);
	ASSERT_U64(fitness_alignment(0, 12), UINT64_C(1) << 63);
	ASSERT_U64(fitness_alignment(UINT64_C(1) << 54, 16), UINT64_C(1) << 63);
}

static void the_limit_counts_whole_frames(void **state)
{
	static const struct {
		uint64_t limit, below;
	} cases[] = {
		{ 0x10000, 0 }, { 0x10fff, 0 }, { 0x11000, 1 },
		{ 0x13fff, 3 }, { 0x18000, 8 }, { UINT64_MAX, 8 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fitness_rules rules = rules_for("x86_64", 4096,
			cases[i].limit);
		struct fitness f = { 0 };

		put(&f, &rules, 7, 0x10, 8, 1);
		fitness_close(&f, &rules);
		ASSERT_U64(f.below, cases[i].below);
	}
}

/* The largest piece that fits is the best at each place, as the sizes divide
 * each other. */
static uint64_t greedy(const struct fitness_rules *rules, uint64_t vpn,
	uint64_t pfn, uint64_t n)
{
	uint64_t entries = 0;

	while (n) {
		uint64_t step = 1;

		if (rules->pmd && !(vpn % rules->pmd) && !(pfn % rules->pmd) &&
		    n >= rules->pmd)
			step = rules->pmd;
		if (rules->pud && !(vpn % rules->pud) && !(pfn % rules->pud) &&
		    n >= rules->pud)
			step = rules->pud;
		vpn += step;
		pfn += step;
		n -= step;
		entries++;
	}
	return entries;
}

static void the_best_is_the_fewest_aligned_pieces(void **state)
{
	static const struct {
		const char *machine;
		uint32_t page_size, pmd, pud;
	} kinds[] = {
		{ "x86_64", 4096, 512, 512 * 512 },
		{ "riscv64", 4096, 512, 512 * 512 },
		{ "aarch64", 4096, 512, 512 * 512 },
		{ "aarch64", 16384, 2048, 0 },
		{ "aarch64", 65536, 8192, 0 },
		{ "loongarch64", 16384, 2048, 0 },
	};
	unsigned i, k, seed = 1;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct fitness_rules rules = rules_for(kinds[i].machine,
			kinds[i].page_size, G4);

		assert_true(rules.best_known);
		assert_int_equal(rules.pmd, kinds[i].pmd);
		assert_int_equal(rules.pud, kinds[i].pud);
		for (k = 0; k < 200; k++) {
			struct fitness f = { 0 };
			uint64_t vpn, pfn, n;

			seed = seed * 1103515245 + 12345;
			vpn = seed >> 8 & 0xfffff;
			seed = seed * 1103515245 + 12345;
			/* Half of them could be huge. */
			pfn = k % 2 ? seed >> 8 & 0xfffff : vpn +
				(uint64_t)rules.pmd * (1 + (seed >> 20 & 511));
			n = k % 8 ? seed >> 16 & 0x3fff : seed >> 12;
			/* As if they had been put there one by one. */
			f.run_vpn = vpn;
			f.run_pfn = pfn;
			f.run_pages = f.piece_pages = n + 1;
			f.step = 1;
			fitness_close(&f, &rules);
			ASSERT_U64(f.tlb_best, greedy(&rules, vpn, pfn, n + 1));
		}
	}
}

static void other_machines_have_no_best(void **state)
{
	static const char *const names[] = { "i686", "armv7l", "ppc64le",
		"s390x", "" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct fitness_rules rules = rules_for(names[i], 4096, G4);
		struct fitness f = { .known = true };

		put(&f, &rules, 512, 512, 512, 1);
		fitness_close(&f, &rules);
		assert_false(fitness_knows_best(&f));
		assert_true(fitness_knows_tlb(&f));
	}
}

static void mappings_of_several_sizes_in_one_run(void **state)
{
	struct fitness_rules rules = rules_for("x86_64", 4096, G4);
	struct fitness f = { .known = true };

	(void)state;
	put(&f, &rules, 0x3f0, 0x3f0, 16, 1);
	put(&f, &rules, 0x400, 0x400, 1024, 512);
	put(&f, &rules, 0x800, 0x800, 16, 16);
	put(&f, &rules, 0x810, 0x810, 1, 1);
	fitness_close(&f, &rules);
	ASSERT_U64(f.runs, 1);
	ASSERT_U64(f.longest, 16 + 1024 + 16 + 1);
	ASSERT_U64(f.mapped[MAPPING_PTE], 17);
	ASSERT_U64(f.mapped[MAPPING_PMD], 1024);
	ASSERT_U64(f.mapped[MAPPING_POOL], 16);
	ASSERT_U64(f.tlb, 16 + 2 + 1 + 1);
	ASSERT_U64(f.tlb_best, 16 + 2 + 17);
	put(&f, &rules, 1 << 18, 1 << 18, 1 << 18, 1 << 18);
	fitness_close(&f, &rules);
	ASSERT_U64(f.mapped[MAPPING_PUD], 1 << 18);
	ASSERT_U64(f.tlb_best, 16 + 2 + 17 + 1);
}

/* A part of a huge mapping needs its entry as the whole does. */
static void a_cut_mapping_is_an_entry_of_its_own(void **state)
{
	struct fitness_rules rules = rules_for("x86_64", 4096, G4);
	struct fitness f = { .known = true };

	(void)state;
	put(&f, &rules, 0x4f0, 0x4f0, 0x20, 512);
	fitness_close(&f, &rules);
	ASSERT_U64(f.tlb, 1);
	put(&f, &rules, 0x9f0, 0x9f0, 0x20, 512);
	fitness_close(&f, &rules);
	ASSERT_U64(f.tlb, 1 + 2);
}

/* Where nobody said what maps a page, its place may. */
static void pages_that_no_pmd_can_map(void **state)
{
	struct fitness_rules rules = rules_for("x86_64", 4096, G4);
	struct fitness_rules ppc = rules_for("ppc64le", 65536, G4);
	struct fitness f = { .known = true };

	(void)state;
	put(&f, &rules, 0x3f0, 0x7f1, 1040, FITNESS_STEP_PTE_OR_PMD);
	put(&f, &rules, 0x1001, 0x2001, 1022, FITNESS_STEP_PTE_OR_PMD);
	fitness_close(&f, &rules);
	ASSERT_U64(f.mapped[MAPPING_PTE], 2062);
	assert_true(fitness_knows_tlb(&f));
	ASSERT_U64(f.tlb, 2062);
	put(&f, &rules, 0x2001, 0x3001, 1023, FITNESS_STEP_PTE_OR_PMD);
	fitness_close(&f, &rules);
	ASSERT_U64(f.mapped[MAPPING_UNKNOWN], 512);
	ASSERT_U64(f.mapped[MAPPING_PTE], 2062 + 511);
	assert_false(fitness_knows_tlb(&f));
	f = (struct fitness){ .known = true };
	put(&f, &ppc, 1, 7, 3, FITNESS_STEP_PTE_OR_PMD);
	fitness_close(&f, &ppc);
	ASSERT_U64(f.mapped[MAPPING_UNKNOWN], 3);
}

static void sums_over_regions(void **state)
{
	struct fitness_rules rules = rules_for("x86_64", 4096, 0x600000);
	struct fitness a = { 0 }, b = { 0 }, sum = { .known = true };

	(void)state;
	put(&a, &rules, 0x100, 0x5fe, 4, 1);
	put(&b, &rules, 0x104, 0x602, 2, 1);	/* goes on, but is another's */
	put(&b, &rules, 0x200, 0x800, 512, 512);
	fitness_close(&a, &rules);
	fitness_close(&b, &rules);
	fitness_add(&sum, &b);
	fitness_add(&sum, &a);
	ASSERT_U64(sum.runs, 3);
	ASSERT_U64(sum.present, 518);
	ASSERT_U64(sum.below, 2);
	ASSERT_U64(sum.longest, 512);
	ASSERT_U64(sum.longest_pfn, 0x800);
	ASSERT_U64(sum.tlb, 7);
	ASSERT_U64(sum.tlb_best, 7);
	ASSERT_U64(sum.mapped[MAPPING_PMD], 512);
	assert_true(fitness_knows_best(&sum));
}

/* ---- in a pass over a process */

struct world {
	struct fake *fake;
	struct machine *machine;
	struct space space;
};

static void begin(struct world *world, struct fake *fake, bool keep_blocks,
	bool wanted, uint64_t start, uint64_t end)
{
	world->fake = fake;
	world->machine = machine_read(&fake->src);
	space_init(&world->space, (struct proc_id){ FAKE_PID, 0 }, keep_blocks);
	space_want_fitness(&world->space, wanted, G4, start, end);
	world->space.refresh = 1;
	assert_int_equal(space_refresh(&world->space, &fake->src,
		world->machine), ANSWER_OK);
	space_pass_begin(&world->space, DEPTH_SUMS);
}

static void look(struct world *world, struct fake *fake, bool keep_blocks,
	bool wanted, uint64_t start, uint64_t end)
{
	begin(world, fake, keep_blocks, wanted, start, end);
	while (space_pass_step(&world->space, true) > 0)
		;
	space_sum(&world->space, NULL);
}

static struct fitness fitness_at(const struct world *world, size_t region)
{
	struct fitness fitness;

	assert_true(space_fitness(&world->space, region, &fitness));
	return fitness;
}

static void leave(struct world *world)
{
	space_fini(&world->space);
	machine_unref(world->machine);
	source_free(&world->fake->src);
}

#define OWN(pfn) ((uint64_t)(pfn) | PM_PRESENT | PM_EXCLUSIVE)

/* 9000 pages from 0x1000 on in consecutive frames: several slices, and many
 * blocks. */
static struct fake *with_long_run(void)
{
	struct fake *fake = fake_new();
	uint64_t *page = fake_area(fake, 0x1001, 9000);
	size_t i;

	fake->maps = "1001000-3329000 rw-p 00000000 00:00 0 [heap]\n";
	for (i = 0; i < 9000; i++)
		page[i] = fake_frame(fake, 0x3001 + i, FAKE_OWN, 1);
	return fake;
}

static void a_run_goes_on_from_slice_to_slice(void **state)
{
	struct world world;
	struct fitness f;

	(void)state;
	look(&world, with_long_run(), false, true, 0, 0);
	f = fitness_at(&world, 0);
	assert_true(f.known);
	ASSERT_U64(f.runs, 1);
	ASSERT_U64(f.longest, 9000);
	ASSERT_U64(f.longest_pfn, 0x3001);
	ASSERT_U64(f.start, 0x1001000);
	ASSERT_U64(f.end, 0x3329000);
	ASSERT_U64(f.tlb, 9000);
	ASSERT_U64(f.tlb_best, 511 + 16 + 297);
	leave(&world);
}

static void it_asks_nothing_more(void **state)
{
	struct world without, with;
	unsigned i;

	(void)state;
	look(&without, with_long_run(), false, false, 0, 0);
	look(&with, with_long_run(), false, true, 0, 0);
	assert_false(space_fitness(&without.space, 0, &(struct fitness){ 0 }));
	assert_int_equal(with.fake->texts, without.fake->texts);
	for (i = 0; i < NWORD_FILES; i++) {
		assert_int_equal(with.fake->calls[i], without.fake->calls[i]);
		ASSERT_U64(with.fake->asked[i], without.fake->asked[i]);
	}
	leave(&without);
	leave(&with);
}

static void only_the_range_asked_for(void **state)
{
	struct world world;
	struct fitness f;

	(void)state;
	/* Inside of two pages: both are looked at, whole. */
	look(&world, with_long_run(), false, true, 0x1010800, 0x1011001);
	f = fitness_at(&world, 0);
	ASSERT_U64(f.start, 0x1010000);
	ASSERT_U64(f.end, 0x1012000);
	ASSERT_U64(f.present, 2);
	ASSERT_U64(f.longest_pfn, 0x3010);
	leave(&world);
	look(&world, with_long_run(), false, true, 0x900000, 0x901000);
	f = fitness_at(&world, 0);
	assert_true(f.start >= f.end);
	ASSERT_U64(f.present, 0);
	leave(&world);
}

#define HUGETLB_MAPS "40000000-40600000 rw-p 00000000 00:0f 5 " \
	"/anon_hugepage (deleted)\n"
#define HUGETLB_SMAPS(kb) HUGETLB_MAPS "KernelPageSize: " kb " kB\n" \
	"MMUPageSize: " kb " kB\nRss: 0 kB\nVmFlags: rd wr mr mw me de ht\n"

static struct fake *with_hugetlb(const char *smaps)
{
	struct fake *fake = fake_new();
	uint64_t *page = fake_area(fake, 0x40000, 1536);
	size_t i;

	fake->maps = HUGETLB_MAPS;
	fake->smaps = smaps;
	/* The first and the last page of three, frames apart. */
	for (i = 0; i < 512; i++) {
		page[i] = OWN(0x8000 + i);
		page[1024 + i] = OWN(0x4000 + i);
	}
	return fake;
}

static void huge_pages_of_the_pool(void **state)
{
	struct world world;
	struct fitness f;

	(void)state;
	look(&world, with_hugetlb(HUGETLB_SMAPS("2048")), false, true, 0, 0);
	f = fitness_at(&world, 0);
	assert_true(f.known);
	ASSERT_U64(f.runs, 2);
	ASSERT_U64(f.longest, 512);
	ASSERT_U64(f.longest_pfn, 0x8000);
	ASSERT_U64(f.mapped[MAPPING_PMD], 1024);
	ASSERT_U64(f.tlb, 2);
	ASSERT_U64(f.tlb_best, 2);
	leave(&world);
	look(&world, with_hugetlb(HUGETLB_SMAPS("64")), false, true, 0, 0);
	f = fitness_at(&world, 0);
	ASSERT_U64(f.mapped[MAPPING_POOL], 1024);
	ASSERT_U64(f.tlb, 64);
	leave(&world);
	/* Nobody said how large its pages are. */
	look(&world, with_hugetlb(NULL), false, true, 0, 0);
	f = fitness_at(&world, 0);
	assert_true(f.known);
	assert_false(fitness_knows_tlb(&f));
	ASSERT_U64(f.mapped[MAPPING_UNKNOWN], 1024);
	assert_true(fitness_knows_best(&f));
	leave(&world);
}

static struct fake *with_thp(void)
{
	struct fake *fake = fake_new();
	uint64_t *page = fake_area(fake, 0x1000, 1536);
	size_t i;

	fake->maps = "1000000-1600000 rw-p 00000000 00:00 0\n";
	/* One mapped by a PMD, one whole but by PTEs, one not aligned. */
	for (i = 0; i < 512; i++) {
		page[i] = fake_frame(fake, 0x4000 + i, FAKE_OWN | KPF(THP), 1);
		page[512 + i] = fake_frame(fake, 0x6000 + i,
			FAKE_OWN | KPF(THP), 1);
		page[1024 + i] = fake_frame(fake, 0x7001 + i, FAKE_OWN, 1);
	}
	fake->huge[0] = (struct vpn_range){ 0x1000, 0x1200 };
	fake->nhuge = 1;
	return fake;
}

static void transparent_huge_pages(void **state)
{
	struct fake *fake = with_thp();
	struct world world;
	struct fitness f;

	(void)state;
	look(&world, fake, false, true, 0, 0);
	f = fitness_at(&world, 0);
	ASSERT_U64(f.mapped[MAPPING_PMD], 512);
	ASSERT_U64(f.mapped[MAPPING_PTE], 1024);
	ASSERT_U64(f.tlb, 1 + 1024);
	ASSERT_U64(f.tlb_best, 1 + 1 + 512);
	leave(&world);
	/* A kernel that does not say what is mapped by a PMD. */
	fake = with_thp();
	fake->populated_answer[POPULATED_HUGE] = ANSWER_ABSENT;
	look(&world, fake, false, true, 0, 0);
	f = fitness_at(&world, 0);
	ASSERT_U64(f.mapped[MAPPING_UNKNOWN], 1024);
	ASSERT_U64(f.mapped[MAPPING_PTE], 512);
	assert_false(fitness_knows_tlb(&f));
	leave(&world);
}

/* Pages of 16 KiB: a PMD's 2048 pages may lie in two slices, and then nobody
 * asked about them.  Pages of 64 KiB: they never fit into one. */
static void large_pages(void **state)
{
	static const struct {
		uint32_t page_size, pmd;
		uint64_t first, unknown;
	} cases[] = {
		/* Slices end at page 0x1200 and 0x2200: one of three is cut. */
		{ 16384, 2048, 0x2bc, 2048 },
		{ 16384, 2048, 0, 0 },
		{ 65536, 8192, 0x2bc, 0 },
		{ 65536, 8192, 0, 8192 },
	};
	size_t i, k;

	(void)state;
	for (k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		struct fake *fake = fake_new();
		uint64_t *page = fake_area(fake, cases[k].first, 8192);
		const uint64_t n = 8192;
		char maps[100];
		struct world world;
		struct fitness f;

		fake->facts.page_size = cases[k].page_size;
		strcpy(fake->facts.machine, "aarch64");
		snprintf(maps, sizeof(maps), "%llx-%llx rw-p 00000000 00:00 0\n",
			(unsigned long long)cases[k].first * fake->facts.page_size,
			(unsigned long long)(cases[k].first + n) *
			fake->facts.page_size);
		fake->maps = maps;
		for (i = 0; i < n; i++)
			page[i] = fake_frame(fake, 0x8000 + cases[k].first + i,
				FAKE_OWN, 1);
		look(&world, fake, false, true, 0, 0);
		f = fitness_at(&world, 0);
		ASSERT_U64(f.runs, 1);
		ASSERT_U64(f.longest, n);
		ASSERT_U64(f.mapped[MAPPING_UNKNOWN], cases[k].unknown);
		ASSERT_U64(f.mapped[MAPPING_PTE], n - cases[k].unknown);
		leave(&world);
	}
}

#define DEVICE_MAPS "1000000-1010000 rw-s f0000000 00:06 9 /dev/mem\n"

static void what_is_not_told_is_not_0(void **state)
{
	struct fake *fake = fake_new();
	struct world world;

	(void)state;
	/* Bare addresses, for which pagemap has nothing. */
	fake->maps = DEVICE_MAPS
		"7fff0000-7fff4000 r--p 00000000 00:00 0 [vvar]\n"
		"7fff4000-7fff6000 r-xp 00000000 00:00 0 [vdso]\n";
	look(&world, fake, false, true, 0, 0);
	assert_false(fitness_at(&world, 0).known);
	assert_false(fitness_at(&world, 1).known);
	assert_true(fitness_at(&world, 2).known);
	leave(&world);
	fake = fake_new();
	fake->maps = DEVICE_MAPS;
	fake->smaps = DEVICE_MAPS "Rss: 0 kB\nVmFlags: rd wr sh pf de\n";
	look(&world, fake, false, true, 0, 0);
	assert_false(fitness_at(&world, 0).known);
	leave(&world);
	fake = fake_new();
	fake->maps = DEVICE_MAPS;
	fake->smaps = DEVICE_MAPS "Rss: 0 kB\nVmFlags: rd wr sh io de\n";
	look(&world, fake, false, true, 0, 0);
	assert_false(fitness_at(&world, 0).known);
	leave(&world);
	fake = fake_new();
	fake->maps = "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 "
		"[vsyscall]\n";
	look(&world, fake, false, true, 0, 0);
	assert_false(fitness_at(&world, 0).known);
	leave(&world);
	/* A driver's memory with frames of the kernel's. */
	fake = fake_new();
	fake->maps = DEVICE_MAPS;
	fake->smaps = DEVICE_MAPS "Rss: 0 kB\nVmFlags: rd wr sh mm\n";
	look(&world, fake, false, true, 0, 0);
	assert_true(fitness_at(&world, 0).known);
	leave(&world);
	fake = with_long_run();
	fake->facts.pfn_visible = false;
	look(&world, fake, false, true, 0, 0);
	assert_false(fitness_at(&world, 0).known);
	leave(&world);
	fake = with_long_run();
	fake->words_answer[WORDS_PAGEMAP] = ANSWER_DENIED;
	look(&world, fake, false, true, 0, 0);
	assert_false(fitness_at(&world, 0).known);
	leave(&world);
}

/* ---- from blocks that are kept */

static void blocks_tell_the_same(void **state)
{
	struct fitness_walk walk = { 0 };
	struct world world;
	struct fitness f;
	uint64_t at, length;

	(void)state;
	look(&world, with_long_run(), true, true, 0, 0);
	assert_false(space_fitness(&world.space, 0, &f));
	fitness_walk_step(&walk, &world.space, 0, G4);
	assert_true(walk.done);
	fitness_walk_take(&walk, &world.space, 0, &f);
	assert_true(f.known);
	ASSERT_U64(f.runs, 1);
	ASSERT_U64(f.longest, 9000);
	ASSERT_U64(f.below, 9000);
	ASSERT_U64(f.tlb_best, 511 + 16 + 297);
	assert_false(fitness_knows_tlb(&f));
	/* Again, and nothing is counted twice. */
	fitness_walk_step(&walk, &world.space, 0, G4);
	fitness_walk_take(&walk, &world.space, 0, &f);
	ASSERT_U64(f.present, 9000);
	/* Another limit, another count. */
	fitness_walk_step(&walk, &world.space, 0, 0x3002000);
	fitness_walk_take(&walk, &world.space, 0, &f);
	ASSERT_U64(f.below, 1);
	assert_true(space_run_around(&world.space, 0, 0x1001 + 4095,
		0x3001 + 4095, &at, &length));
	ASSERT_U64(at, 4096);
	ASSERT_U64(length, 9000);
	assert_false(space_run_around(&world.space, 0, 0x1001, 0x3002, &at,
		&length));
	leave(&world);
}

static void a_new_refresh_is_counted_anew(void **state)
{
	struct fitness_walk walk = { 0 };
	struct world world;
	struct fitness f;

	(void)state;
	look(&world, with_long_run(), true, true, 0, 0);
	fitness_walk_step(&walk, &world.space, 0, G4);
	world.fake->areas[0].words[100] = 0;
	world.space.refresh++;
	assert_int_equal(space_read(&world.space, 0x1001, 0x1400, true), 0);
	fitness_walk_step(&walk, &world.space, 0, G4);
	fitness_walk_take(&walk, &world.space, 0, &f);
	ASSERT_U64(f.runs, 2);
	ASSERT_U64(f.present, 8999);
	/* Another limit, for the run that is over too. */
	fitness_walk_step(&walk, &world.space, 0, 0x3002000);
	fitness_walk_take(&walk, &world.space, 0, &f);
	ASSERT_U64(f.below, 1);
	leave(&world);
}

/* What was counted while not all was read is no count of all. */
static void what_came_later_is_counted(void **state)
{
	struct fitness_walk walk = { 0 };
	struct world world;
	struct fitness f;

	(void)state;
	begin(&world, with_long_run(), true, true, 0, 0);
	assert_int_equal(space_pass_step(&world.space, true), 1);
	fitness_walk_step(&walk, &world.space, 0, G4);
	fitness_walk_take(&walk, &world.space, 0, &f);
	assert_true(f.present > 0 && f.present < 9000);
	while (space_pass_step(&world.space, true) > 0)
		;
	fitness_walk_step(&walk, &world.space, 0, G4);
	fitness_walk_take(&walk, &world.space, 0, &f);
	ASSERT_U64(f.present, 9000);
	leave(&world);
}

/* Regions that move under a pass: it is counted anew, as the pass begins. */
static void a_pass_that_begins_again(void **state)
{
	struct world world;
	struct fitness f;

	(void)state;
	begin(&world, with_long_run(), false, true, 0, 0);
	assert_int_equal(space_pass_step(&world.space, true), 1);
	world.fake->maps = "1001000-3328000 rw-p 00000000 00:00 0 [heap]\n"
		"7fff4000-7fff6000 r-xp 00000000 00:00 0 [vdso]\n";
	assert_int_equal(space_refresh(&world.space, &world.fake->src,
		world.machine), ANSWER_OK);
	assert_false(space_fitness(&world.space, 0, &f));
	while (space_pass_step(&world.space, true) > 0)
		;
	f = fitness_at(&world, 0);
	ASSERT_U64(f.present, 8999);
	ASSERT_U64(f.runs, 1);
	f = fitness_at(&world, 1);
	assert_true(f.known);
	ASSERT_U64(f.present, 0);
	leave(&world);
}

/* More than is looked at in one go: it says how far it is. */
static void large_regions_come_in_portions(void **state)
{
	const size_t n = (1 << 20) + 5000;
	struct fake *fake = fake_new();
	uint64_t *page = fake_area(fake, 0x100000, n);
	struct fitness_walk walk = { 0 };
	struct world world;
	struct fitness f;
	uint64_t at, length;
	size_t i;

	(void)state;
	fake->maps = "100000000-201388000 rw-p 00000000 00:00 0\n";
	for (i = 0; i < n; i++)
		page[i] = OWN(0x200000 + i);
	look(&world, fake, true, true, 0, 0);
	fitness_walk_step(&walk, &world.space, 0, G4);
	assert_false(walk.done);
	fitness_walk_take(&walk, &world.space, 0, &f);
	ASSERT_U64(f.present, 1 << 20);
	ASSERT_U64(f.end, UINT64_C(0x200000000));
	/* It goes on in a later refresh too. */
	world.space.refresh++;
	fitness_walk_step(&walk, &world.space, 0, G4);
	assert_true(walk.done);
	fitness_walk_take(&walk, &world.space, 0, &f);
	ASSERT_U64(f.present, n);
	ASSERT_U64(f.runs, 1);
	ASSERT_U64(f.end, UINT64_C(0x201388000));
	/* Nobody counts for ever to say which page of a run this is. */
	assert_false(space_run_around(&world.space, 0, 0x100000, 0x200000,
		&at, &length));
	assert_true(space_run_around(&world.space, 0, 0x100000 + 10000,
		0x200000 + 10000, &at, &length));
	ASSERT_U64(at, 10001);
	ASSERT_U64(length, n);
	/* Half of it goes while it is counted. */
	world.space.refresh++;
	fitness_walk_step(&walk, &world.space, 0, G4);
	fake->maps = "100000000-180000000 rw-p 00000000 00:00 0\n";
	assert_int_equal(space_refresh(&world.space, &fake->src,
		world.machine), ANSWER_OK);
	fitness_walk_step(&walk, &world.space, 0, G4);
	fitness_walk_take(&walk, &world.space, 0, &f);
	ASSERT_U64(f.present, 1 << 19);
	leave(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_follows_itself_on_both_sides),
		cmocka_unit_test(the_first_of_two_longest_is_named),
		cmocka_unit_test(frame_0_and_frames_beyond_32_bits),
		cmocka_unit_test(the_limit_counts_whole_frames),
		cmocka_unit_test(the_best_is_the_fewest_aligned_pieces),
		cmocka_unit_test(other_machines_have_no_best),
		cmocka_unit_test(mappings_of_several_sizes_in_one_run),
		cmocka_unit_test(a_cut_mapping_is_an_entry_of_its_own),
		cmocka_unit_test(pages_that_no_pmd_can_map),
		cmocka_unit_test(sums_over_regions),
		cmocka_unit_test(a_run_goes_on_from_slice_to_slice),
		cmocka_unit_test(it_asks_nothing_more),
		cmocka_unit_test(only_the_range_asked_for),
		cmocka_unit_test(huge_pages_of_the_pool),
		cmocka_unit_test(transparent_huge_pages),
		cmocka_unit_test(large_pages),
		cmocka_unit_test(what_is_not_told_is_not_0),
		cmocka_unit_test(blocks_tell_the_same),
		cmocka_unit_test(a_new_refresh_is_counted_anew),
		cmocka_unit_test(what_came_later_is_counted),
		cmocka_unit_test(a_pass_that_begins_again),
		cmocka_unit_test(large_regions_come_in_portions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
