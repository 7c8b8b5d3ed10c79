/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/snapshot.h"

/* A kernel whose user space ends at a limit, and which may say what is huge. */
struct teller {
	struct source src;
	unsigned task_bits, page_shift;
	enum answer words, populated;
	bool is_huge;
	const char *meminfo, *cpuinfo;
	unsigned texts, probes;
};

static enum answer teller_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct teller *teller = (struct teller *)src;
	const char *text = !strcmp(path, "meminfo") ? teller->meminfo :
		!strcmp(path, "cpuinfo") ? teller->cpuinfo : NULL;

	(void)id;
	teller->texts++;
	if (text)
		buf_str(out, text);
	return text ? ANSWER_OK : ANSWER_UNRECORDED;
}

static enum answer teller_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct teller *teller = (struct teller *)src;

	(void)id;
	assert_int_equal(file, WORDS_PAGEMAP);
	assert_int_equal(n, 1);
	teller->probes++;
	*out = 0;
	*got = first < UINT64_C(1) << (teller->task_bits -
		teller->page_shift) ? 1 : 0;
	return teller->words;
}

static enum answer teller_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	struct teller *teller = (struct teller *)src;

	(void)id;
	(void)max;
	assert_int_equal(kind, POPULATED_HUGE);
	out[0] = (struct vpn_range){ start, end };
	*n = teller->is_huge;
	*next = end;
	return teller->populated;
}

static const struct source_ops ops = { .text = teller_text,
	.words = teller_words, .populated = teller_populated };

struct world {
	struct teller teller;
	struct machine machine;
	struct region region;
	struct reader reader;
	struct space space;
	struct snapshot snapshot;
	struct page_tables tables;
};

#define VPN UINT64_C(0x7f36887a1)
#define HERE (PM_PRESENT | 0x1234)

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->teller.src.ops = &ops;
	w->teller.task_bits = 47;
	w->teller.page_shift = 12;
	w->machine.page_shift = 12;
	w->machine.facts.page_size = 4096;
	strcpy(w->machine.facts.machine, "x86_64");
	w->region = (struct region){ .start = 0x7f3600000000,
		.end = 0x7f3700000000, .type = REGION_ANON };
	w->reader.src = &w->teller.src;
	w->reader.machine = &w->machine;
	w->space.reader = &w->reader;
	w->space.regions = &w->region;
	w->space.nregions = 1;
	w->space.refresh = 1;
	w->snapshot.machine = &w->machine;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	page_tables_fini(&w->tables);
	free(w);
	return 0;
}

static const struct page_walk *fill(struct world *w, enum page_state at,
	uint64_t word, unsigned marks)
{
	w->snapshot.detail = (struct page_detail){ .valid = true, .vpn = VPN,
		.word = word, .state = (uint8_t)at, .marks = (uint8_t)marks };
	page_walk_fill(&w->snapshot, &w->tables, &w->space, VPN);
	return &w->snapshot.walk;
}

static void levels_are_told_by_the_end_of_user_space(void **state)
{
	struct world *w = *state;
	const struct page_walk *walk = fill(w, STATE_ANON, HERE, 0);

	assert_true(walk->valid);
	assert_int_equal(walk->paging.sure, PAGING_KNOWN);
	assert_int_equal(walk->nsteps, 4);
	assert_string_equal(walk->steps[0].name, "PGD");
	assert_int_equal(walk->steps[0].index, 254);
	assert_int_equal(walk->steps[3].index, 417);
	assert_int_equal(walk->nfolded, 1);
	assert_string_equal(walk->folded[0], "P4D");
	/* Asked once a refresh, and the machine's texts once. */
	w->teller.probes = 0;
	w->teller.task_bits = 56;
	assert_int_equal(fill(w, STATE_ANON, HERE, 0)->nsteps, 4);
	assert_int_equal(w->teller.probes, 0);
	w->space.refresh++;
	assert_int_equal(fill(w, STATE_ANON, HERE, 0)->nsteps, 5);
	assert_int_equal(w->teller.texts, 2);
	/* Not told: then that is said. */
	w->space.refresh++;
	w->teller.words = ANSWER_UNRECORDED;
	assert_int_equal(fill(w, STATE_ANON, HERE, 0)->paging.sure,
		PAGING_EITHER);
	/* It has no region. */
	w->space.nregions = 0;
	assert_false(fill(w, STATE_ANON, HERE, 0)->valid);
}

static void ends(struct world *w, enum walk_end end, const char *step,
	uint64_t entries)
{
	const struct page_walk *walk = &w->snapshot.walk;

	assert_int_equal(walk->end, end);
	assert_string_equal(walk->steps[walk->leaf].name, step);
	assert_int_equal(walk->entries, entries);
}

static void where_the_walk_ends(void **state)
{
	struct world *w = *state;

	fill(w, STATE_ANON, HERE, 0);
	ends(w, WALK_PAGE, "PTE", 1);
	fill(w, STATE_ANON, HERE, MARK_THP_PMD);
	ends(w, WALK_HUGE, "PMD", 1);
	fill(w, STATE_HUGE_ZERO, HERE, 0);
	ends(w, WALK_HUGE, "PMD", 1);
	fill(w, STATE_ANON, HERE, MARK_THP_PTE);
	ends(w, WALK_PAGE, "PTE", 1);
	fill(w, STATE_SWAP, PM_SWAP | 0x40, 0);
	ends(w, WALK_OUT, "PTE", 1);
	fill(w, STATE_GUARD, PM_SWAP | PM_GUARD, 0);
	assert_int_equal(w->snapshot.walk.end, WALK_OUT);
	/* Nothing was put in: nobody says which tables there are. */
	fill(w, STATE_UNTOUCHED, 0, 0);
	assert_int_equal(w->snapshot.walk.end, WALK_UNTOLD);
	fill(w, STATE_NOT_MAPPED, 0, 0);
	assert_int_equal(w->snapshot.walk.end, WALK_UNTOLD);
	fill(w, STATE_PFNMAP, 0, 0);
	assert_int_equal(w->snapshot.walk.end, WALK_DEVICE);
}

/* Without flags of frames one more question tells; without it, none does. */
static void who_may_not_see_frames(void **state)
{
	struct world *w = *state;

	w->teller.is_huge = true;
	fill(w, STATE_PRESENT, PM_PRESENT, 0);
	ends(w, WALK_HUGE, "PMD", 1);
	w->teller.is_huge = false;
	fill(w, STATE_PRESENT, PM_PRESENT, 0);
	ends(w, WALK_PAGE, "PTE", 1);
	w->teller.populated = ANSWER_ABSENT;
	fill(w, STATE_PRESENT, PM_PRESENT, 0);
	assert_int_equal(w->snapshot.walk.end, WALK_EITHER);
	w->snapshot.detail.has_flags = true;
	w->snapshot.detail.flags = KPF(ANON) | KPF(LRU);
	page_walk_fill(&w->snapshot, &w->tables, &w->space, VPN);
	ends(w, WALK_PAGE, "PTE", 1);
}

static void pages_from_the_pool(void **state)
{
	struct world *w = *state;

	w->region.type = REGION_HUGETLB;
	w->region.page_size = 2 << 20;
	fill(w, STATE_HUGETLB, HERE, 0);
	ends(w, WALK_HUGE, "PMD", 1);
	w->region.page_size = 1 << 30;
	fill(w, STATE_HUGETLB, HERE, 0);
	ends(w, WALK_HUGE, "PUD", 1);
	/* arm64: sixteen entries side by side. */
	strcpy(w->machine.facts.machine, "aarch64");
	w->teller.task_bits = 48;
	w->space.refresh++;
	w->region.page_size = 64 << 10;
	fill(w, STATE_HUGETLB, HERE, 0);
	ends(w, WALK_HUGE, "PTE", 16);
	w->region.page_size = 32 << 20;
	fill(w, STATE_HUGETLB, HERE, 0);
	ends(w, WALK_HUGE, "PMD", 16);
	w->region.page_size = 0;
	fill(w, STATE_HUGETLB, HERE, 0);
	assert_int_equal(w->snapshot.walk.end, WALK_EITHER);
}

/* Of two levels, where the upper one is Linux's PGD: its pages are of 4M. */
static void two_levels(void **state)
{
	struct world *w = *state;

	strcpy(w->machine.facts.machine, "i686");
	w->region.start = 0;
	w->region.end = 0xc0000000;
	w->teller.task_bits = 32;
	w->teller.meminfo = "DirectMap4M: 884736 kB\n";
	w->snapshot.detail = (struct page_detail){ .valid = true,
		.vpn = 0xb7e89, .word = HERE, .state = STATE_ANON,
		.marks = MARK_THP_PMD };
	page_walk_fill(&w->snapshot, &w->tables, &w->space, 0xb7e89);
	assert_int_equal(w->snapshot.walk.nsteps, 2);
	assert_int_equal(w->snapshot.walk.paging.sure, PAGING_KNOWN);
	ends(w, WALK_HUGE, "PGD", 1);
	assert_int_equal(w->snapshot.walk.steps[0].shift, 22);
}

static void entries_by_name(void **state)
{
	struct world *w = *state;
	struct buf out = { 0 };

	kernel_rules_of(text_of("6.18.44"), &w->machine.rules);
	w->snapshot.detail.word = HERE | PM_EXCLUSIVE | PM_FILE | PM_UFFD_WP;
	page_entry_names(&out, &w->snapshot);
	assert_string_equal(buf_text(&out),
		"present, file or shared, mapped once, uffd-wp");
	buf_clear(&out);
	w->snapshot.detail.word = PM_SWAP | 0x40 | PM_SOFT_DIRTY;
	page_entry_names(&out, &w->snapshot);
	assert_string_equal(buf_text(&out), "swapped, soft-dirty");
	buf_clear(&out);
	w->snapshot.detail.word = 0;
	page_entry_names(&out, &w->snapshot);
	assert_string_equal(buf_text(&out), "");
	buf_fini(&out);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(levels_are_told_by_the_end_of_user_space),
		TEST(where_the_walk_ends), TEST(who_may_not_see_frames),
		TEST(pages_from_the_pool), TEST(two_levels),
		TEST(entries_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
