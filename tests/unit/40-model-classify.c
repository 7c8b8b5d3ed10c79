/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One test for each rule of the decision table: without its rule, it fails.
 * Words are spelled as pagemap has them (P S F G W X).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/classify.h"

#define P PM_PRESENT
#define F PM_FILE
#define X PM_EXCLUSIVE
#define SWAP(type, offset) (PM_SWAP | (uint64_t)(offset) << 5 | (type))

#define ANON (KPF(ANON) | KPF(SWAPBACKED) | KPF(UPTODATE) | KPF(LRU))
#define OWN (ANON | KPF_ANON_EXCLUSIVE)
#define CACHE (KPF(UPTODATE) | KPF(LRU) | KPF(MMAP))

static struct kernel_rules recent, debian12, before_5_19, before_4_2;

static struct page_context cx_of(const char *maps)
{
	struct region *regions;
	struct buf names = { 0 };
	struct page_context cx;
	size_t n = regions_parse(text_of(maps), &regions, &names, NULL);

	assert_int_equal(n, 1);
	page_context_of(&regions[0], region_name(&regions[0], &names),
		&recent, &cx);
	buf_fini(&names);
	free(regions);
	return cx;
}

#define ANON_MAP "1000-9000 rw-p 00000000 00:00 0 \n"
#define DATA_MAP "1000-9000 rw-p 00001000 fe:01 77 /lib/libc.so\n"
#define CODE_MAP "1000-9000 r-xp 00001000 fe:01 77 /lib/libc.so\n"
#define SHARED_MAP "1000-9000 rw-s 00000000 fe:01 78 /var/db\n"
#define MEMFD_MAP "1000-9000 rw-s 00000000 00:01 9 /memfd:x (deleted)\n"
#define VDSO_MAP "1000-9000 r-xp 00000000 00:00 0 [vdso]\n"
#define VVAR_MAP "1000-9000 r--p 00000000 00:00 0 [vvar]\n"
#define HUGE_MAP "1000-9000 rw-s 00000000 00:0f 5 /anon_hugepage (deleted)\n"
#define SECRET_MAP "1000-9000 rw-s 00000000 00:0c 5 /secretmem (deleted)\n"
#define DEVICE_MAP "1000-9000 rw-p 0 00:0e 7 anon_inode:bpf-map\n"
#define GATE_MAP "ffffffffff600000-ffffffffff601000 --xp 0 00:00 0 [vsyscall]\n"

/* A frame with these flags and count, mapped by this entry. */
static struct page_facts page_of(uint64_t word, uint64_t flags, uint64_t count)
{
	return (struct page_facts){ .word = word | 0x1234, .flags = flags,
		.head_flags = flags, .count = count, .has_flags = true,
		.has_count = true, .frame_is_ram = true };
}

#define STATE(maps, word, flags, count, want) do { \
	struct page_context cx_ = cx_of(maps); \
	struct page_facts page_ = page_of(word, flags, count); \
	assert_string_equal(state_info(classify(&cx_, &page_))->name, want); \
} while (0)

#define STATE_WITHOUT(maps, word_, want) do { \
	struct page_context cx_ = cx_of(maps); \
	struct page_facts page_ = { .word = word_ }; \
	assert_string_equal(state_info(classify(&cx_, &page_))->name, want); \
} while (0)

/* ---- 1 and 2: what the region alone says */

static void gate(void **state)
{
	(void)state;
	STATE_WITHOUT(GATE_MAP, 0, "gate");
}

static void pfnmap_by_flag(void **state)
{
	struct page_context cx = cx_of("1000-9000 rw-s 0 00:06 3 /dev/fb0\n");
	struct page_facts none = { 0 };

	(void)state;
	assert_int_equal(classify(&cx, &none), STATE_NOT_MAPPED);
	cx.is_pfnmap = true;
	assert_int_equal(classify(&cx, &none), STATE_PFNMAP);
	assert_int_equal(classify_absent(&cx), STATE_PFNMAP);
}

static void io_is_pfnmap_only_where_absent(void **state)
{
	struct page_context cx = cx_of("1000-9000 rw-s 0 00:06 3 /dev/uio0\n");
	struct page_facts page = page_of(P | F, KPF(MMAP), 1);

	(void)state;
	cx.is_io = true;
	assert_int_equal(classify(&cx, &page), STATE_DRIVER);
	page = (struct page_facts){ 0 };
	assert_int_equal(classify(&cx, &page), STATE_PFNMAP);
}

static void vvar_is_pfnmap(void **state)
{
	(void)state;
	STATE_WITHOUT(VVAR_MAP, 0, "pfnmap");
	STATE_WITHOUT("1000-3000 r--p 0 00:00 0 [vvar_vclock]\n", 0, "pfnmap");
}

static void special_regions_are_the_kernels(void **state)
{
	(void)state;
	STATE_WITHOUT(VDSO_MAP, 0, "kernel");
	STATE_WITHOUT("1000-2000 r-xp 0 00:00 0 [sigpage]\n", 0, "kernel");
	STATE_WITHOUT("1000-2000 r-xp 0 00:00 0 [vectors]\n", 0, "kernel");
	STATE_WITHOUT("1000-2000 --xp 0 00:00 0 [uprobes]\n", 0, "kernel");
	STATE(VDSO_MAP, P | F, KPF(MMAP) | KPF(RESERVED), 90, "kernel");
	/* Not every kernel reserves them. */
	STATE(VDSO_MAP, P | F, KPF(MMAP), 90, "kernel");
	/* Nor calls them a file's (uprobes' page). */
	STATE(VDSO_MAP, P, KPF(MMAP), 2, "kernel");
	STATE_WITHOUT(VDSO_MAP, P | F, "kernel");
}

/* ---- 3: nothing there */

static void absent_hugetlb(void **state)
{
	(void)state;
	STATE_WITHOUT(HUGE_MAP, 0, "hugetlb-unfaulted");
}

static void absent_anon(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, 0, "untouched");
	STATE_WITHOUT("1000-9000 ---p 00000000 00:00 0 \n", 0, "untouched");
	STATE_WITHOUT("1000-9000 rw-p 0 00:00 0 [heap]\n", 0, "untouched");
	STATE_WITHOUT("1000-9000 rw-p 0 00:00 0 [anon:jit]\n", 0, "untouched");
	/* Private memory of /dev/zero is anonymous, whatever its name. */
	STATE_WITHOUT("1000-9000 rw-p 0 00:05 4 /dev/zero\n", 0, "untouched");
}

static void absent_file_and_shmem(void **state)
{
	(void)state;
	STATE_WITHOUT(CODE_MAP, 0, "not-mapped");
	STATE_WITHOUT(DATA_MAP, 0, "not-mapped");
	STATE_WITHOUT(MEMFD_MAP, 0, "not-mapped");
	STATE_WITHOUT("1000-9000 rw-s 0 00:01 4 /dev/zero (deleted)\n", 0,
		"not-mapped");
	STATE_WITHOUT(SECRET_MAP, 0, "not-mapped");
}

static void soft_dirty_alone_is_absent(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, PM_SOFT_DIRTY, "untouched");
}

/* ---- 4: special entries */

static void guard(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, SWAP(31, 4) | PM_GUARD, "guard");
	STATE_WITHOUT(ANON_MAP, SWAP(31, 4), "guard");		/* 6.13 */
	STATE_WITHOUT(ANON_MAP, PM_SWAP | PM_GUARD, "guard");	/* not root */
}

static void wp_marker(void **state)
{
	struct page_context cx = cx_of(ANON_MAP);
	struct page_facts page = { .word = SWAP(31, 1) | PM_UFFD_WP };

	(void)state;
	assert_int_equal(classify(&cx, &page), STATE_WP_MARKER);
	assert_int_equal(classify_marks(&cx, &page), MARK_UFFD_WP);
}

static void poison_marker(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, SWAP(31, 2), "poisoned");
}

static void migration(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, SWAP(26, 0x8123), "migration");
}

static void device(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, SWAP(29, 0x8123), "device");
}

static void hwpoison_entry(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, SWAP(24, 0x8123), "poisoned");
}

/* Kernels without device-private memory number the others differently: what
 * the frame says goes first. */
static void special_entry_by_its_frame(void **state)
{
	struct page_context cx = cx_of(ANON_MAP);
	struct page_facts page = page_of(SWAP(26, 0x8123), 0, 0);

	(void)state;
	page.flags = KPF(HWPOISON) | KPF(ANON);
	assert_int_equal(classify(&cx, &page), STATE_POISONED);
	page.flags = KPF(LOCKED) | KPF(ANON);
	page.word = SWAP(29, 0x8123);
	assert_int_equal(classify(&cx, &page), STATE_MIGRATION);
	page.flags = 0;
	page.frame_is_ram = false;
	assert_int_equal(classify(&cx, &page), STATE_DEVICE);
	/* A slot has no frame. */
	page.flags = KPF(HWPOISON);
	page.word = SWAP(3, 0x8123);
	assert_int_equal(classify(&cx, &page), STATE_SWAP);
}

static void swap(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, SWAP(0, 77), "swap");
	STATE_WITHOUT(DATA_MAP, SWAP(22, 77), "swap");
	STATE_WITHOUT(ANON_MAP, PM_SWAP, "swap");	/* not told which */
}

/* ---- 5: present, whatever the region */

static void xip(void **state)
{
	struct page_context cx = cx_of(CODE_MAP);
	struct page_facts page = page_of(P | F, 0, 0);

	(void)state;
	page.frame_is_ram = false;
	assert_int_equal(classify(&cx, &page), STATE_XIP);
	page.word = P | 5;		/* 6.1: not even F */
	page.flags = KPF(NOPAGE);
	assert_int_equal(classify(&cx, &page), STATE_XIP);
	page.frame_is_ram = true;
	page.flags = 0;
	assert_int_not_equal(classify(&cx, &page), STATE_XIP);
	page.frame_is_ram = false;
	page.flags = KPF(RESERVED);	/* 5.10 */
	assert_int_equal(classify(&cx, &page), STATE_XIP);
	page.flags = KPF(MMAP);		/* a driver's */
	assert_int_not_equal(classify(&cx, &page), STATE_XIP);
	page.flags = 0;
	page.count = 1;			/* 7.2, by bit 56 */
	assert_int_equal(classify(&cx, &page), STATE_XIP);
	cx = cx_of(ANON_MAP);
	assert_int_not_equal(classify(&cx, &page), STATE_XIP);
}

static void stale_flags_are_changing(void **state)
{
	static const uint64_t bits[] = { KPF(SLAB), KPF(PGTABLE), KPF(BUDDY) };
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		STATE(ANON_MAP, P | X, OWN | bits[i], 1, "changing");
		STATE(CODE_MAP, P | F, CACHE | bits[i], 1, "changing");
	}
	/* Between the two reads an own page was freed, or a file's page was,
	 * and somebody has it now. */
	STATE(ANON_MAP, P | X, CACHE, 1, "changing");
	STATE(ANON_MAP, P | X, 0, 0, "changing");
	STATE(CODE_MAP, P | F, OWN, 1, "changing");
	STATE(CODE_MAP, P | F, 0, 0, "changing");
}

static void slab_before_its_junk(void **state)
{
	(void)state;
	STATE(ANON_MAP, P | X, KPF(SLAB) | KPF(ANON) | KPF(KSM), 1,
		"changing");
}

static void hwpoison_frame(void **state)
{
	(void)state;
	STATE(ANON_MAP, P | X, OWN | KPF(HWPOISON), 1, "poisoned");
	STATE(CODE_MAP, P | F, CACHE | KPF(HWPOISON), 1, "poisoned");
}

static void zero_pages(void **state)
{
	(void)state;
	STATE(ANON_MAP, P, KPF(ZERO_PAGE) | KPF(RESERVED), 0, "zero");
	STATE(ANON_MAP, P | F, KPF(ZERO_PAGE) | KPF(THP), 0, "huge-zero");
}

static void hugetlb(void **state)
{
	(void)state;
	STATE(HUGE_MAP, P | F | X, KPF(HUGE) | KPF(HEAD) | KPF(UPTODATE), 1,
		"hugetlb");
	STATE(ANON_MAP, P | X, KPF(HUGE) | KPF(ANON) | KPF(TAIL), 1,
		"hugetlb");
}

/* ---- 6: anonymous */

static void ksm(void **state)
{
	(void)state;
	STATE(ANON_MAP, P, KPF(ANON) | KPF(KSM) | KPF(LRU), 9, "ksm");
}

static void lazyfree(void **state)
{
	(void)state;
	STATE(ANON_MAP, P | X, KPF(ANON) | KPF(UPTODATE) | KPF(LRU) |
		KPF_ANON_EXCLUSIVE, 1, "lazyfree");
	/* Even where it is shared still. */
	STATE(ANON_MAP, P, KPF(ANON) | KPF(UPTODATE), 2, "lazyfree");
}

static void cow_shared(void **state)
{
	(void)state;
	STATE(ANON_MAP, P, ANON, 2, "cow-shared");
	STATE(DATA_MAP, P, ANON, 2, "cow-shared");
	/* Without a count, the entry's word stands. */
	{
		struct page_context cx = cx_of(ANON_MAP);
		struct page_facts page = page_of(P | X, ANON, 2);

		page.has_count = false;
		assert_int_equal(classify(&cx, &page), STATE_ANON_WAS_SHARED);
	}
}

static void cow_copied(void **state)
{
	(void)state;
	STATE(DATA_MAP, P | X, OWN, 1, "cow-copied");
	STATE(DATA_MAP, P | X, ANON, 1, "cow-copied");
	STATE("1000-9000 rw-p 0 00:05 4 /dev/zero\n", P | X, OWN, 1, "anon");
}

static void anon(void **state)
{
	(void)state;
	STATE(ANON_MAP, P | X, OWN, 1, "anon");
	/* Fresh pages are not on the LRU yet. */
	STATE(ANON_MAP, P | X, KPF(ANON) | KPF(SWAPBACKED) |
		KPF_ANON_EXCLUSIVE, 1, "anon");
}

static void anon_was_shared(void **state)
{
	(void)state;
	STATE(ANON_MAP, P | X, ANON, 1, "anon-was-shared");
}

static void tails_are_not_was_shared(void **state)
{
	(void)state;
	STATE(ANON_MAP, P | X, ANON | KPF(THP) | KPF(TAIL), 1, "anon");
	STATE(ANON_MAP, P | X, ANON | KPF(THP) | KPF(HEAD), 1,
		"anon-was-shared");
}

static void no_file_entry_of_no_anonymous_frame(void **state)
{
	(void)state;
	STATE(ANON_MAP, P | X, CACHE, 1, "changing");
}

/* ---- 7: of a file */

static void reserved_is_kernel(void **state)
{
	(void)state;
	STATE("1000-2000 r--p 0 00:06 3 /dev/odd\n", P | F,
		KPF(RESERVED) | KPF(UPTODATE), 3, "kernel");
}

static void secret(void **state)
{
	(void)state;
	STATE(SECRET_MAP, P | F | X, KPF(UPTODATE) | KPF(DIRTY) |
		KPF(UNEVICTABLE) | KPF(MLOCKED), 1, "secret");
	STATE_WITHOUT(SECRET_MAP, P | F | X, "secret");
}

static void driver(void **state)
{
	(void)state;
	STATE("1000-9000 rw-s 0 00:0e 7 anon_inode:[io_uring]\n", P | F | X,
		KPF(MMAP), 1, "driver");
	STATE("1000-9000 rw-s 0 00:08 7 socket:[99]\n", P | F | X, KPF(MMAP), 1,
		"driver");
	/* Any one of these bits says page cache. */
	STATE(SHARED_MAP, P | F, KPF(LRU), 1, "file");
	STATE(SHARED_MAP, P | F, KPF(UPTODATE), 1, "file");
	STATE(MEMFD_MAP, P | F, KPF(SWAPBACKED), 1, "shmem");
}

static void cow_pending(void **state)
{
	(void)state;
	STATE(DATA_MAP, P | F, CACHE, 40, "cow-pending");
	/* Also of shared memory, mapped private. */
	STATE("1000-9000 rw-p 0 00:01 9 /memfd:x (deleted)\n", P | F,
		CACHE | KPF(SWAPBACKED), 1, "cow-pending");
	STATE(CODE_MAP, P | F, CACHE, 40, "file");
}

static void shmem(void **state)
{
	(void)state;
	STATE(MEMFD_MAP, P | F | X, CACHE | KPF(SWAPBACKED) | KPF(DIRTY), 1,
		"shmem");
	/* A file on tmpfs: its name does not tell. */
	STATE(SHARED_MAP, P | F, CACHE | KPF(SWAPBACKED), 1, "shmem");
}

static void ramfs(void **state)
{
	(void)state;
	STATE(SHARED_MAP, P | F, CACHE | KPF(DIRTY) | KPF(UNEVICTABLE), 1,
		"ramfs");
	STATE(SHARED_MAP, P | F, CACHE | KPF(UNEVICTABLE), 1, "file");
	STATE(SHARED_MAP, P | F, CACHE | KPF(DIRTY) | KPF(UNEVICTABLE) |
		KPF(MLOCKED), 1, "file-dirty");
}

static void file_and_dirty(void **state)
{
	(void)state;
	STATE(CODE_MAP, P | F, CACHE, 1, "file");
	STATE(SHARED_MAP, P | F, CACHE | KPF(DIRTY), 1, "file-dirty");
}

/* ---- without kpageflags */

static void without_flags(void **state)
{
	(void)state;
	STATE_WITHOUT(ANON_MAP, P | X, "anon");
	STATE_WITHOUT(DATA_MAP, P | X, "cow-copied");
	STATE_WITHOUT(DATA_MAP, P | F, "cow-pending");
	STATE_WITHOUT(CODE_MAP, P | F, "file");
	STATE_WITHOUT(MEMFD_MAP, P | F, "shmem");
	STATE_WITHOUT(HUGE_MAP, P | F, "hugetlb");
	STATE_WITHOUT(HUGE_MAP, P | X, "hugetlb");
	/* No file, yet a file's bit: the huge page of zeros. */
	STATE_WITHOUT(ANON_MAP, P | F, "huge-zero");
	STATE_WITHOUT(ANON_MAP, P, "present");
	STATE_WITHOUT(ANON_MAP, 0, "untouched");
	/* A driver's own pages, or those of a file: who knows? */
	STATE_WITHOUT(DEVICE_MAP, P | F, "present");
	STATE_WITHOUT(DEVICE_MAP, P | F | X, "present");
}

/* ---- older kernels */

static void no_anon_exclusive_before_5_19(void **state)
{
	struct page_context cx = cx_of(ANON_MAP);
	struct page_facts page = page_of(P | X, ANON, 1);

	(void)state;
	cx.rules = &before_5_19;
	assert_int_equal(classify(&cx, &page), STATE_ANON);
	page.count = 2;
	assert_int_equal(classify(&cx, &page), STATE_COW_SHARED);
}

/* 6.1 shows a huge page's flags on its head alone. */
static void tails_take_their_heads_flags(void **state)
{
	struct page_context cx = cx_of(ANON_MAP);
	struct page_facts page = page_of(P | X,
		KPF(ANON) | KPF(TAIL) | KPF(THP), 1);

	(void)state;
	page.head_flags = OWN | KPF(HEAD) | KPF(THP) | KPF(MLOCKED);
	assert_int_equal(classify(&cx, &page), STATE_LAZYFREE);
	assert_int_equal(classify_marks(&cx, &page), MARK_THP_PTE);
	cx.rules = &debian12;
	assert_int_equal(classify(&cx, &page), STATE_ANON);
	assert_int_equal(classify_marks(&cx, &page),
		MARK_THP_PTE | MARK_MLOCKED);
	/* And a truly lazily freed one stays so. */
	page.head_flags = KPF(ANON) | KPF(HEAD) | KPF(THP) | KPF(LRU);
	assert_int_equal(classify(&cx, &page), STATE_LAZYFREE);
}

static void high_bits_before_4_2(void **state)
{
	struct page_context cx = cx_of(ANON_MAP);
	struct page_facts page = { .word = P | X | PM_UFFD_WP };

	(void)state;
	assert_int_equal(classify_marks(&cx, &page), MARK_UFFD_WP);
	cx.rules = &before_4_2;
	/* Bit 56 is a page shift there: it says nothing. */
	assert_int_equal(classify(&cx, &page), STATE_PRESENT);
	assert_int_equal(classify_marks(&cx, &page), 0);
}

/* ---- marks */

/* New regions have the bit in all entries, whoever writes. */
static void soft_dirty_where_it_was_cleared(void **state)
{
	static const struct {
		bool known;
		uint8_t flags;
		unsigned want;
	} cases[] = {
		{ true, 0, MARK_SOFT_DIRTY },
		{ true, SMAPS_FLAG_SOFT_DIRTY, 0 },
		{ false, 0, 0 },
	};
	struct region region = { .type = REGION_ANON, .write = true };
	struct page_facts page = page_of(P | X | PM_SOFT_DIRTY, OWN, 1);
	struct page_context cx;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		region.vm_flags_known = cases[i].known;
		region.vm_flags = cases[i].flags;
		page_context_of(&region, text_of(""), &recent, &cx);
		assert_int_equal(classify_marks(&cx, &page), cases[i].want);
	}
}

static void marks(void **state)
{
	struct page_context cx = cx_of(ANON_MAP);
	struct page_facts page = page_of(P | X, OWN | KPF(THP) | KPF(HEAD), 1);

	(void)state;
	assert_int_equal(classify_marks(&cx, &page), MARK_THP_PTE);
	page.pmd_mapped = true;
	assert_int_equal(classify_marks(&cx, &page), MARK_THP_PMD);
	page.pmd_mapped = false;
	page.pmd_unknown = true;	/* no PAGEMAP_SCAN */
	assert_int_equal(classify_marks(&cx, &page), 0);
	page = page_of(P | X, OWN | KPF(SWAPCACHE), 1);
	assert_int_equal(classify_marks(&cx, &page), MARK_SWAPCACHE);
	/* On a file's page this bit is another one's alias. */
	page = page_of(P | F, CACHE | KPF(SWAPCACHE), 1);
	assert_int_equal(classify_marks(&cx, &page), 0);
	page = page_of(P | X, OWN | KPF(MLOCKED) | KPF(UNEVICTABLE), 1);
	assert_int_equal(classify_marks(&cx, &page), MARK_MLOCKED);
	page = page_of(P | X, OWN | KPF(HUGE), 1);
	assert_int_equal(classify_marks(&cx, &page), 0);
	/* What was not read has none, whatever lies there from before. */
	page = page_of(P | X, OWN | KPF(MLOCKED), 1);
	page.has_flags = false;
	assert_int_equal(classify_marks(&cx, &page), 0);
}

static void soft_dirty(void **state)
{
	struct page_context cx = cx_of(ANON_MAP);
	struct page_facts page = page_of(P | X | PM_SOFT_DIRTY, OWN, 1);

	(void)state;
	/* Of a new region all entries have the bit. */
	assert_int_equal(classify_marks(&cx, &page), 0);
	cx.soft_dirty_told = true;
	assert_int_equal(classify_marks(&cx, &page), MARK_SOFT_DIRTY);
	page.word &= ~PM_SOFT_DIRTY;
	assert_int_equal(classify_marks(&cx, &page), 0);
}

/* ---- the table of states itself */

static void states_have_one_letter_and_name_each(void **state)
{
	unsigned i, k;

	(void)state;
	for (i = 0; i < NSTATES; i++) {
		assert_int_equal(state_of_name(state_info(i)->name), i);
		for (k = 0; k < i; k++)
			assert_int_not_equal(state_info(i)->letter,
				state_info(k)->letter);
	}
	assert_int_equal(state_of_name("none"), NSTATES);
	assert_int_equal(CLASS_STATE(CLASS(STATE_CHANGING, SHARING_SHARED) |
		CLASS_CHANGED), STATE_CHANGING);
	assert_int_equal(CLASS_SHARING(CLASS(STATE_CHANGING, SHARING_SHARED) |
		CLASS_CHANGED), SHARING_SHARED);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(gate), T(pfnmap_by_flag), T(io_is_pfnmap_only_where_absent),
		T(vvar_is_pfnmap), T(special_regions_are_the_kernels),
		T(absent_hugetlb), T(absent_anon), T(absent_file_and_shmem),
		T(soft_dirty_alone_is_absent), T(guard), T(wp_marker),
		T(poison_marker), T(migration), T(device), T(hwpoison_entry),
		T(special_entry_by_its_frame), T(soft_dirty),
		T(swap), T(xip), T(stale_flags_are_changing),
		T(slab_before_its_junk), T(hwpoison_frame), T(zero_pages),
		T(hugetlb), T(ksm), T(lazyfree), T(cow_shared), T(cow_copied),
		T(anon), T(anon_was_shared), T(tails_are_not_was_shared),
		T(no_file_entry_of_no_anonymous_frame), T(reserved_is_kernel),
		T(secret), T(driver), T(cow_pending), T(shmem), T(ramfs),
		T(file_and_dirty), T(without_flags),
		T(no_anon_exclusive_before_5_19),
		T(tails_take_their_heads_flags), T(high_bits_before_4_2),
		T(soft_dirty_where_it_was_cleared),
		T(marks), T(states_have_one_letter_and_name_each),
	};

	kernel_rules_of(text_of("6.18.44"), &recent);
	kernel_rules_of(text_of("6.1.0-18-amd64"), &debian12);
	kernel_rules_of(text_of("5.10.0"), &before_5_19);
	kernel_rules_of(text_of("3.18.0"), &before_4_2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
