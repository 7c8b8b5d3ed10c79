/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/kernel/release.h"

static struct kernel_rules rules_of(const char *release)
{
	struct kernel_rules rules;

	kernel_rules_of(text_of(release), &rules);
	return rules;
}

static void test_release(void **state)
{
	static const struct {
		const char *release;
		unsigned major, minor;
		/* high_bits, markers and exclusive, folio_flags, guard_bit */
		int high, markers, folio, guard;
	} cases[] = {
		{ "2.6.32-5-686", 2, 6, 0, 0, 0, 0 },
		{ "3.10.0-1160.el7.x86_64", 3, 10, 0, 0, 0, 0 },
		{ "4.1.52", 4, 1, 0, 0, 0, 0 },
		{ "4.2.0", 4, 2, 1, 0, 0, 0 },
		{ "5.10.0-28-amd64", 5, 10, 1, 0, 0, 0 },
		{ "5.18.19", 5, 18, 1, 0, 0, 0 },
		{ "5.19", 5, 19, 1, 1, 0, 0 },
		{ "6.1.0-18-amd64", 6, 1, 1, 1, 0, 0 },
		{ "6.11.11", 6, 11, 1, 1, 0, 0 },
		{ "6.12.0-rc1", 6, 12, 1, 1, 1, 0 },
		{ "6.14.1", 6, 14, 1, 1, 1, 0 },
		{ "6.15.0", 6, 15, 1, 1, 1, 1 },
		{ "7.0-rc1", 7, 0, 1, 1, 1, 1 },
		/* not to be read: recent */
		{ "", 6, 18, 1, 1, 1, 1 },
		{ "6", 6, 18, 1, 1, 1, 1 },
		{ "linux", 6, 18, 1, 1, 1, 1 },
		{ "4.x", 6, 18, 1, 1, 1, 1 },
		{ "4294967300.1", 6, 18, 1, 1, 1, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kernel_rules rules = rules_of(cases[i].release);

		assert_int_equal(rules.major, cases[i].major);
		assert_int_equal(rules.minor, cases[i].minor);
		assert_int_equal(rules.high_bits, cases[i].high);
		assert_int_equal(rules.pte_markers, cases[i].markers);
		assert_int_equal(rules.anon_exclusive, cases[i].markers);
		assert_int_equal(rules.folio_flags, cases[i].folio);
		assert_int_equal(rules.guard_bit, cases[i].guard);
	}
}

static void test_present(void **state)
{
	struct kernel_rules rules = rules_of("6.18.0");
	struct pte pte;

	(void)state;
	pte = pte_decode(UINT64_C(0x8100000000abcdef), &rules);
	assert_true(pte.present && pte.exclusive && pte.pfn == 0xabcdef);
	assert_false(pte.file || pte.uffd_wp || pte.soft_dirty);
	assert_int_equal(pte.special, PTE_NOT_SPECIAL);

	pte = pte_decode(UINT64_C(0xa2ffffffffffffff), &rules);
	assert_true(pte.present && pte.file && pte.uffd_wp && pte.soft_dirty);
	assert_false(pte.exclusive);
	assert_true(pte.pfn == (UINT64_C(1) << 55) - 1);

	/* Present wins over what cannot be there with it. */
	pte = pte_decode(PM_PRESENT | PM_SWAP | PM_GUARD | 5, &rules);
	assert_true(pte.present && pte.pfn == 5);
	assert_int_equal(pte.special, PTE_NOT_SPECIAL);

	/* Without the privilege: present, no frame. */
	pte = pte_decode(PM_PRESENT | PM_FILE, &rules);
	assert_true(pte.present && pte.file && pte.pfn == 0);
}

static void test_empty(void **state)
{
	struct kernel_rules rules = rules_of("6.18.0");
	struct pte pte = pte_decode(0, &rules);

	(void)state;
	assert_false(pte.present || pte.soft_dirty);
	assert_int_equal(pte.special, PTE_NOT_SPECIAL);
	/* A region can be soft-dirty where it has no page. */
	pte = pte_decode(PM_SOFT_DIRTY, &rules);
	assert_true(!pte.present && pte.soft_dirty && pte.pfn == 0);
	assert_int_equal(pte.special, PTE_NOT_SPECIAL);
}

/* Below 4.2 bits 55 to 60 hold a page shift or nothing of use. */
static void test_old_high_bits(void **state)
{
	struct kernel_rules rules = rules_of("4.1.0");
	struct pte pte;

	(void)state;
	/* 3.10 on x86: page shift 12 */
	pte = pte_decode(UINT64_C(0x8600000000001234), &rules);
	assert_true(pte.present && pte.pfn == 0x1234);
	assert_false(pte.exclusive || pte.uffd_wp || pte.soft_dirty);
	pte = pte_decode(UINT64_C(0x5f80000000000021), &rules);
	assert_false(pte.exclusive || pte.uffd_wp || pte.soft_dirty);
	assert_int_equal(pte.special, PTE_SWAP);
	assert_int_equal(pte.swap_type, 1);
	assert_true(pte.swap_offset == 1);
}

static void test_swap(void **state)
{
	struct kernel_rules rules = rules_of("6.18.0");
	uint64_t most = (UINT64_C(1) << 50) - 1;
	struct pte pte;

	(void)state;
	pte = pte_decode(PM_SWAP | 77 << 5 | 3, &rules);
	assert_false(pte.present);
	assert_int_equal(pte.special, PTE_SWAP);
	assert_int_equal(pte.swap_type, 3);
	assert_true(pte.swap_offset == 77 && pte.pfn == 0);
	pte = pte_decode(PM_SWAP | PM_SOFT_DIRTY | most << 5 | 21, &rules);
	assert_int_equal(pte.special, PTE_SWAP);
	assert_true(pte.swap_offset == most && pte.soft_dirty);
	/* Untold type and offset read 0. */
	pte = pte_decode(PM_SWAP, &rules);
	assert_int_equal(pte.special, PTE_SWAP);
}

static void test_markers(void **state)
{
	struct kernel_rules recent = rules_of("6.18.0");
	struct kernel_rules before = rules_of("6.14.0");
	struct kernel_rules bookworm = rules_of("6.1.0");
	struct kernel_rules old = rules_of("5.10.0");
	uint64_t guard = PM_SWAP | 4 << 5 | 31;
	uint64_t wp = PM_SWAP | PM_UFFD_WP | 1 << 5 | 31;
	struct pte pte;

	(void)state;
	assert_int_equal(pte_decode(guard, &recent).special, PTE_GUARD);
	assert_int_equal(pte_decode(guard, &before).special, PTE_GUARD);
	assert_int_equal(pte_decode(wp, &recent).special, PTE_UFFD_WP_MARKER);
	assert_true(pte_decode(wp, &recent).uffd_wp);
	assert_int_equal(pte_decode(PM_SWAP | 2 << 5 | 31, &recent).special,
			 PTE_POISON_MARKER);
	/* Two at once: the one that stops more. */
	assert_int_equal(pte_decode(PM_SWAP | 5 << 5 | 31, &recent).special,
			 PTE_GUARD);
	/* Bit 58 is told without privilege; older kernels have no such bit. */
	pte = pte_decode(PM_SWAP | PM_GUARD, &recent);
	assert_int_equal(pte.special, PTE_GUARD);
	assert_int_equal(pte_decode(PM_SWAP | PM_GUARD, &before).special,
			 PTE_SWAP);
	/* 5.19 to 6.1 have failed swap-ins above the markers. */
	assert_int_equal(pte_decode(PM_SWAP | 1 << 5 | 30, &bookworm).special,
			 PTE_UFFD_WP_MARKER);
	assert_int_equal(pte_decode(PM_SWAP | 4096 << 5 | 31,
				    &bookworm).special, PTE_POISON_MARKER);
	/* No markers before 5.19: the top types are device memory. */
	pte = pte_decode(PM_SWAP | 4 << 5 | 31, &old);
	assert_int_equal(pte.special, PTE_DEVICE);
	assert_true(pte.pfn == 4);
}

/* WANT has a letter for what each type is, from FIRST on. */
static void assert_types(const char *release, unsigned first,
			 const char *want)
{
	static const char letters[] = "-smdhgup";
	struct kernel_rules rules = rules_of(release);
	unsigned i;

	for (i = 0; want[i]; i++) {
		uint64_t word = PM_SWAP | UINT64_C(0x123456) << 5 |
			(first + i);
		struct pte pte = pte_decode(word, &rules);

		if (letters[pte.special] != want[i])
			fail_msg("%s: type %u is %c, not %c", release,
				 first + i, letters[pte.special], want[i]);
		if (want[i] == 's')
			assert_true(pte.swap_offset == 0x123456 &&
				    pte.swap_type == first + i);
		else
			assert_true(pte.pfn == 0x123456 &&
				    pte.swap_offset == 0);
	}
}

static void test_special_types(void **state)
{
	(void)state;
	/* s swap, h hwpoison, m migration, d device */
	assert_types("4.9.0", 22, "ssssssshmm");
	assert_types("4.14.0", 22, "ssssshmmdd");
	assert_types("5.13.0", 22, "ssssshmmdd");
	assert_types("5.14.0", 22, "ssshmmdddd");
	assert_types("5.18.0", 22, "ssshmmdddd");
	assert_types("5.19.0", 21, "shmmmdddd");
	assert_types("6.1.0", 21, "shmmmdddd");
	assert_types("6.2.0", 22, "shmmmdddd");
	assert_types("6.14.0", 22, "shmmmdddd");
	assert_types("6.15.0", 22, "sshmmmddd");
	assert_types("6.18.0", 22, "sshmmmddd");
}

static void test_flag_names(void **state)
{
	(void)state;
	assert_int_equal(KPF_BIT_PGTABLE, 26);
	assert_int_equal(KPF_BIT_ARCH_3, 42);
	assert_string_equal(kpageflags_name(0, 0), "locked");
	assert_string_equal(kpageflags_name(0, 15), "compound_head");
	assert_string_equal(kpageflags_name(0, 24), "zero_page");
	assert_string_equal(kpageflags_name(0, 42), "arch_3");
	assert_null(kpageflags_name(0, 27));
	assert_null(kpageflags_name(0, 43));
	assert_null(kpageflags_name(0, 63));
	assert_null(kpageflags_name(0, 64));
	assert_null(kpageflags_name(0, 4000000000u));
	assert_string_equal(kpageflags_name(0, 34), "owner_2");
	assert_string_equal(kpageflags_name(KPF(ANON), 34), "anon_exclusive");
	assert_string_equal(kpageflags_name(KPF(ANON) | KPF(SLAB), 34),
			    "owner_2");
	assert_string_equal(kpageflags_name(KPF(ANON), 33), "mlocked");
	assert_true(KPF_ANON_EXCLUSIVE == UINT64_C(0x400000000));
}

/* From 6.10 on all anonymous frames may say KSM. */
static void test_ksm(void **state)
{
	uint64_t ksm = KPF(KSM) | KPF(ANON);

	(void)state;
	assert_true(kpageflags_is_ksm(ksm));
	assert_false(kpageflags_is_ksm(KPF(ANON)));
	assert_false(kpageflags_is_ksm(KPF(KSM)));
	assert_false(kpageflags_is_ksm(ksm | KPF_ANON_EXCLUSIVE));
	assert_false(kpageflags_is_ksm(ksm | KPF(HEAD)));
	assert_false(kpageflags_is_ksm(ksm | KPF(TAIL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_present),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_old_high_bits),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_markers),
		cmocka_unit_test(test_special_types),
		cmocka_unit_test(test_flag_names),
		cmocka_unit_test(test_ksm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
