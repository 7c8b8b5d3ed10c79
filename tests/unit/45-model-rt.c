/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line for each reason that an access to a page can fault, and for what
 * takes it away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/rt.h"

#define P PM_PRESENT
#define F PM_FILE
#define X PM_EXCLUSIVE
#define ANON (KPF(ANON) | KPF(SWAPBACKED) | KPF(UPTODATE) | KPF(LRU))
#define OWN (ANON | KPF_ANON_EXCLUSIVE)
#define CACHE (KPF(UPTODATE) | KPF(LRU) | KPF(MMAP))
#define ANON_MAP "1000-9000 rw-p 00000000 00:00 0 \n"
#define READ_MAP "1000-9000 r--p 00000000 00:00 0 \n"
#define DATA_MAP "1000-9000 rw-p 00001000 fe:01 77 /lib/libc.so\n"
#define CODE_MAP "1000-9000 r-xp 00001000 fe:01 77 /lib/libc.so\n"
#define SHARED_MAP "1000-9000 rw-s 00000000 fe:01 78 /var/db\n"
#define SHARED_READ_MAP "1000-9000 r--s 00000000 fe:01 78 /var/db\n"
#define MEMFD_MAP "1000-9000 rw-s 00000000 00:01 9 /memfd:x (deleted)\n"
#define NONE_MAP "1000-9000 ---p 00000000 00:00 0 \n"
#define VDSO_MAP "1000-9000 r-xp 00000000 00:00 0 [vdso]\n"
#define VVAR_MAP "1000-9000 r--p 00000000 00:00 0 [vvar]\n"
#define HUGE_MAP "1000-9000 rw-p 00000000 00:0f 5 /anon_hugepage (deleted)\n"

static struct kernel_rules recent, before_5_19;

/* The page WORD with FLAGS and COUNT in the region MAPS; VM_FLAGS < 0: not
 * known. */
static enum rt_reason reason(const struct kernel_rules *rules,
	const char *maps, int vm_flags, uint64_t word, uint64_t flags,
	uint64_t count, bool pmd)
{
	struct page_facts page = { .word = word | 0x1234, .flags = flags,
		.count = count, .has_flags = flags, .has_count = true,
		.frame_is_ram = true, .pmd_mapped = pmd,
		.head_flags = flags & KPF(TAIL) ? flags & ~KPF(TAIL) : flags };
	struct region *regions;
	struct buf names = { 0 };
	struct page_context cx;
	struct rt_context rt;
	enum page_state state;
	enum rt_reason result;

	assert_int_equal(regions_parse(text_of(maps), &regions, &names, NULL),
		1);
	if (vm_flags >= 0) {
		regions[0].vm_flags = (uint8_t)vm_flags;
		regions[0].vm_flags_known = true;
	}
	if (!word)
		page.word = 0;
	page_context_of(&regions[0], region_name(&regions[0], &names), rules,
		&cx);
	rt_context_of(&regions[0], &cx, 64, &rt);
	state = classify(&cx, &page);
	result = rt_reason_of(&rt, state, classify_marks(&cx, &page),
		word & P ? &page : NULL);
	buf_fini(&names);
	free(regions);
	return result;
}

#define LO SMAPS_FLAG_LOCKED
#define IS(expected, maps, vm_flags, word, flags, count) \
	assert_string_equal(rt_reason_name(reason(&recent, maps, vm_flags, \
		word, flags, count, false)), expected)

static void test_absent(void **state)
{
	(void)state;
	IS("untouched", ANON_MAP, LO, 0, 0, 0);
	IS("untouched", READ_MAP, LO, 0, 0, 0);
	IS("not-mapped", CODE_MAP, LO, 0, 0, 0);
	IS("not-mapped", MEMFD_MAP, LO, 0, 0, 0);
	IS("not-mapped", VDSO_MAP, 0, 0, 0, 0);
	IS("swapped", ANON_MAP, 0, PM_SWAP | 5 << 5, 0, 0);
	IS("no-access", NONE_MAP, LO, 0, 0, 0);
	IS("no-access", NONE_MAP, 0, P | X, OWN, 1);
	IS("no-access", ANON_MAP, 0, PM_SWAP | PM_GUARD | 4 << 5 | 31, 0, 0);
	IS("kernel", VVAR_MAP, 0, 0, 0, 0);
	IS("untouched", HUGE_MAP, LO, 0, 0, 0);
}

static void test_write(void **state)
{
	const uint64_t zero = KPF(ZERO_PAGE) | KPF(RESERVED);

	(void)state;
	IS("zero", ANON_MAP, LO, P, zero, 0);
	IS("none", READ_MAP, 0, P, zero, 0);
	IS("cow-pending", DATA_MAP, LO, P | F, CACHE, 3);
	IS("cow-shared", ANON_MAP, LO, P, ANON, 2);
	IS("none", READ_MAP, LO, P, ANON, 2);
	IS("cow-shared", ANON_MAP, LO, P, ANON | KPF(KSM), 3);
	IS("was-shared", ANON_MAP, LO, P | X, ANON, 1);
	/* A written copy of a file's page keeps its state after a fork. */
	IS("was-shared", DATA_MAP, LO, P | X, ANON, 1);
	IS("none", DATA_MAP, LO, P | X, OWN, 1);
	IS("write-protected", ANON_MAP, LO, P | X | PM_UFFD_WP, OWN, 1);
	IS("file-write", SHARED_MAP, LO, P | F | X, CACHE, 1);
	IS("none", SHARED_READ_MAP, LO, P | F | X, CACHE, 1);
	IS("none", MEMFD_MAP, LO, P | F | X, CACHE | KPF(SWAPBACKED), 1);
	IS("cow-shared", HUGE_MAP, LO, P, ANON | KPF(HUGE), 2);
	IS("none", HUGE_MAP, 0, P | X, ANON | KPF(HUGE), 1);
}

static void test_lock(void **state)
{
	(void)state;
	IS("none", ANON_MAP, LO, P | X, OWN, 1);
	IS("not-locked", ANON_MAP, 0, P | X, OWN, 1);
	IS("untold", ANON_MAP, -1, P | X, OWN, 1);
	IS("none", CODE_MAP, LO, P | F, CACHE, 3);
	IS("not-locked", CODE_MAP, 0, P | F, CACHE, 3);
	/* By SHM_LOCK, not by mlock(). */
	IS("none", MEMFD_MAP, 0, P | F,
		CACHE | KPF(SWAPBACKED) | KPF(UNEVICTABLE), 2);
	IS("not-locked", MEMFD_MAP, 0, P | F, CACHE | KPF(SWAPBACKED) |
		KPF(UNEVICTABLE) | KPF(MLOCKED), 2);
}

static void test_untold(void **state)
{
	const uint64_t tail = OWN | KPF(THP) | KPF(TAIL);
	const uint64_t left = ANON | KPF(THP) | KPF(TAIL);

	(void)state;
	IS("untold", ANON_MAP, LO, P | X, 0, 1);
	assert_int_equal(reason(&before_5_19, ANON_MAP, LO, P | X, ANON, 1,
		false), RT_UNTOLD_PAGE);
	/* The head of a large folio speaks for it where one entry maps it. */
	assert_int_equal(reason(&recent, ANON_MAP, LO, P | X, tail, 1, true),
		RT_NONE_PAGE);
	assert_int_equal(reason(&recent, ANON_MAP, LO, P | X, left, 1, true),
		RT_WAS_SHARED_PAGE);
	assert_int_equal(reason(&recent, ANON_MAP, LO, P | X, tail, 1, false),
		RT_UNTOLD_PAGE);
}

/* A line of every reason has a name and a time, or will never fault. */
static void test_table(void **state)
{
	struct rt_totals totals = { { 0 } };
	unsigned i;

	(void)state;
	for (i = 0; i < NRT_REASONS; i++) {
		assert_true(*rt_reason_name(i) && *rt_reason_words(i));
		totals.pages[i] = 1;
	}
	assert_int_equal(rt_total(&totals, RT_NEVER), 3);
	assert_int_equal(rt_total(&totals, RT_ACCESS), 4);
	assert_int_equal(rt_total(&totals, RT_WRITE), 5);
	assert_int_equal(rt_total(&totals, RT_MAY_WRITE), 1);
	assert_int_equal(rt_total(&totals, RT_LATER), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_untold),
		cmocka_unit_test(test_table),
	};

	kernel_rules_of(text_of("6.18.44"), &recent);
	kernel_rules_of(text_of("5.10.0"), &before_5_19);
	return cmocka_run_group_tests_name("model-rt", tests, NULL, NULL);
}
