/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "machine-file.h"
#include "vmatlas/kernel/smaps.h"

#define HAS(entry, field) ((entry).has >> SMAPS_##field & 1)

/* Sums made with grep and awk. */
static const struct {
	const char *machine;
	size_t n;
	uint64_t rss, pss, page_kb;
	unsigned vvar_flags;
} expected[] = {
	{ "arm64", 9, 1236, 493, 4, SMAPS_FLAG_PFNMAP },
	{ "arm64-6g", 9, 1232, 489, 4, SMAPS_FLAG_PFNMAP },
	{ "armhf", 11, 952, 342, 4, 0 },
	{ "armhf-512m", 11, 952, 342, 4, 0 },
	{ "armhflpae", 11, 952, 342, 4, 0 },
	{ "i386", 11, 1328, 555, 4, SMAPS_FLAG_PFNMAP | SMAPS_FLAG_IO },
	{ "i386-256m", 11, 1328, 555, 4, SMAPS_FLAG_PFNMAP | SMAPS_FLAG_IO },
	{ "i386pae", 11, 1328, 555, 4, SMAPS_FLAG_PFNMAP | SMAPS_FLAG_IO },
	{ "ppc64el", 8, 1664, 724, 64, SMAPS_FLAG_PFNMAP | SMAPS_FLAG_IO },
};

static void test_machines(void **state)
{
	struct buf buf = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct text rest = machine_file(expected[i].machine,
						"self_smaps", &buf);
		struct smaps_entry entry;
		uint64_t rss = 0, pss = 0;
		size_t n = 0;

		for (; smaps_next(&rest, &entry); n++) {
			uint64_t size = entry.map.end - entry.map.start;

			assert_true(entry.kb[SMAPS_SIZE] == size / 1024);
			assert_true(entry.kb[SMAPS_KERNEL_PAGE_SIZE] ==
				    expected[i].page_kb);
			assert_true(HAS(entry, RSS) && HAS(entry, LOCKED));
			/* These kernels print neither. */
			assert_false(HAS(entry, KSM) || HAS(entry, PSS_ANON));
			assert_true(entry.has_flags);
			assert_int_equal(entry.flags & ~SMAPS_FLAG_SOFT_DIRTY,
				text_is(entry.map.name, "[vvar]") ?
				expected[i].vvar_flags : 0);
			rss += entry.kb[SMAPS_RSS];
			pss += entry.kb[SMAPS_PSS];
		}
		assert_int_equal(n, expected[i].n);
		assert_true(rss == expected[i].rss);
		assert_true(pss == expected[i].pss);
	}
	buf_fini(&buf);
}

static void test_entry(void **state)
{
	struct text rest = text_of(
		"lost: 1 kB\n"
		"1000-5000 rw-s 00000000 00:01 9     /dev/shm/x: y\n"
		"Size:                 16 kB\n"
		"Locked:                8 kB\n"
		"Rss:                  12 kB\n"
		"Rss_New:              13 kB\n"
		"Swap:                  4\n"
		"Pss:                   many kB\n"
		"THPeligible:    1\n"
		"ProtectionKey:         0\n"
		"VmFlags: rd wr sh lo ht pfx \n"
		"6000-7000 ---p 00000000 00:00 0\n");
	struct smaps_entry entry;

	(void)state;
	assert_true(smaps_next(&rest, &entry));
	assert_true(entry.map.start == 0x1000 && entry.map.end == 0x5000);
	assert_true(text_is(entry.map.name, "/dev/shm/x: y"));
	assert_true(entry.has == (1u << SMAPS_SIZE | 1u << SMAPS_LOCKED |
				  1u << SMAPS_RSS | 1u << SMAPS_SWAP));
	assert_true(entry.kb[SMAPS_SIZE] == 16);
	assert_true(entry.kb[SMAPS_LOCKED] == 8);
	assert_true(entry.kb[SMAPS_RSS] == 12);
	assert_true(entry.kb[SMAPS_SWAP] == 4);
	assert_true(entry.kb[SMAPS_PSS] == 0);
	assert_true(entry.has_flags);
	assert_int_equal(entry.flags,
			 SMAPS_FLAG_LOCKED | SMAPS_FLAG_HUGETLB);

	/* Nothing is carried over to the next one. */
	assert_true(smaps_next(&rest, &entry));
	assert_true(entry.map.start == 0x6000);
	assert_true(entry.has == 0 && !entry.has_flags && entry.flags == 0);
	assert_true(entry.kb[SMAPS_RSS] == 0);
	assert_false(smaps_next(&rest, &entry));
	assert_false(smaps_next(&rest, &entry));
}

static void test_rollup(void **state)
{
	struct text rest = text_of(
		"00400000-ffffd0a8a000 ---p 00000000 00:00 0      [rollup]\n"
		"Rss:                1240 kB\n"
		"Pss:                 490 kB\n"
		"Pss_Anon:            100 kB\n"
		"KSM:                   3 kB\n"
		"SwapPss:               2 kB\n");
	struct smaps_entry entry;

	(void)state;
	assert_true(smaps_next(&rest, &entry));
	assert_true(text_is(entry.map.name, "[rollup]"));
	assert_true(entry.kb[SMAPS_PSS] == 490);
	assert_true(entry.kb[SMAPS_PSS_ANON] == 100);
	assert_true(entry.kb[SMAPS_KSM] == 3);
	assert_true(entry.kb[SMAPS_SWAP_PSS] == 2);
	assert_false(HAS(entry, SWAP) || entry.has_flags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_rollup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
