/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine-file.h"
#include "vmatlas/kernel/paging.h"

/* Bits and indices of each level, PTE first. */
struct split {
	uint8_t bits[NPAGING_LEVELS];
	uint64_t index[NPAGING_LEVELS];
};

static struct paging choose(const char *machine, unsigned page_shift,
	unsigned task_bits, uint64_t highest, const char *cpuinfo,
	const char *meminfo)
{
	struct paging_facts facts = {
		.machine = machine, .page_shift = page_shift,
		.task_bits = task_bits, .highest = highest,
		.cpuinfo = text_of(cpuinfo), .meminfo = text_of(meminfo),
	};
	struct paging paging;

	paging_choose(&facts, &paging);
	return paging;
}

/* What is left over is the offset in the page: nothing may be lost. */
static void check(const struct paging *paging, uint64_t va,
	const struct split *want)
{
	uint64_t again = va & ((UINT64_C(1) << paging->page_shift) - 1);
	int i;

	for (i = 0; i < NPAGING_LEVELS; i++) {
		enum paging_level level = (enum paging_level)i;

		assert_int_equal(paging->bits[i], want->bits[i]);
		assert_int_equal(paging_index(paging, level, va),
			want->index[i]);
		again |= paging_index(paging, level, va) <<
			paging_shift(paging, level);
	}
	assert_true(again == va);
}

/*
 * 0x7f36887a1abc: 0111'1111'0011'0110'1000'1000'0111'1010'0001 + abc, which
 * is 011111110 011011010 001000011 110100001: 254, 218, 67, 417.
 */
static void test_x86_64(void **state)
{
	struct split four = { { 9, 9, 9, 0, 9 }, { 417, 67, 218, 0, 254 } };
	struct split five = { { 9, 9, 9, 9, 9 }, { 417, 67, 218, 254, 0 } };
	struct paging paging;

	(void)state;
	paging = choose("x86_64", 12, 47, 0x7fff00000000, "", "");
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0x7f36887a1abc, &four);
	assert_int_equal(paging_bits(&paging), 48);
	paging = choose("x86_64", 12, 56, 0x7fff00000000, "", "");
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0x7f36887a1abc, &five);
	assert_int_equal(paging_bits(&paging), 57);
	/* Above 2^48: 0xab12'3456'789a'bcde is not user space; bits 48 to 56
	 * of 0x00cc'0000'0000'0000 are 011001100, 204. */
	assert_int_equal(paging_index(&paging, PAGING_PGD, 0xcc000000000000),
		204);
}

/* A process of 32 bits has the tables of its 64-bit kernel, whose end of user
 * space it does not show. */
static void test_x86_compat(void **state)
{
	/* 0xf7f3e123: 11 110111111 100111110 + 123: 3, 447, 318. */
	struct split four = { { 9, 9, 9, 0, 9 }, { 318, 447, 3, 0, 0 } };
	struct paging paging;

	(void)state;
	paging = choose("x86_64", 12, 32, 0xffffe000,
		"flags\t\t: fpu pae lm\n", "");
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0xf7f3e123, &four);
	paging = choose("x86_64", 12, 32, 0xffffe000,
		"flags\t\t: fpu la57 lm\n", "");
	assert_int_equal(paging.sure, PAGING_KNOWN);
	assert_int_equal(paging_bits(&paging), 57);
	paging = choose("x86_64", 12, 0, 0xffffe000, "", "");
	assert_int_equal(paging.sure, PAGING_EITHER);
	assert_non_null(strstr(paging.note, "la57"));
	check(&paging, 0xf7f3e123, &four);
	/* No five levels: nothing else has addresses that high. */
	paging = choose("x86_64", 12, 0, UINT64_C(1) << 50, "", "");
	assert_int_equal(paging.sure, PAGING_KNOWN);
	assert_int_equal(paging_bits(&paging), 57);
}

static struct paging of_machine(const char *machine, const char *fixture,
	unsigned page_shift, struct buf *buf)
{
	struct paging_facts facts = {
		.machine = machine, .page_shift = page_shift,
		.cpuinfo = text_of(""),
		.meminfo = machine_file(fixture, "meminfo", buf),
	};
	struct paging paging;

	paging_choose(&facts, &paging);
	return paging;
}

/* Real kernels' meminfo.  0xb7e8'9def: 1011011111 1010001001 + def is 735 and
 * 649; 10 110111111 010001001 is 2, 447 and 137. */
static void test_i386(void **state)
{
	struct split two = { { 10, 0, 0, 0, 10 }, { 649, 0, 0, 0, 735 } };
	struct split pae = { { 9, 9, 0, 0, 2 }, { 137, 447, 0, 0, 2 } };
	struct buf buf = { 0 };
	struct paging paging;

	(void)state;
	paging = of_machine("i686", "i386", 12, &buf);
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0xb7e89def, &two);
	paging = of_machine("i586", "i386pae", 12, &buf);
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0xb7e89def, &pae);
	paging = choose("i686", 12, 32, 0xc0000000, "", "MemTotal: 1 kB\n");
	assert_int_equal(paging.sure, PAGING_EITHER);
	assert_non_null(strstr(paging.note, "PAE"));
	/* "i686" by setarch, on a kernel of 64 bits. */
	paging = choose("i686", 12, 47, 0x7fff00000000, "", "DirectMap2M: 1");
	assert_int_equal(paging_bits(&paging), 48);
	buf_fini(&buf);
}

/* 0xb6f5'c777: 10110110111 101011100 + 777 is 1463 and 348 (Linux pairs two
 * of the processor's 4096 entries); 10 110110111 101011100 is 2, 439, 348. */
static void test_arm(void **state)
{
	struct split brief = { { 9, 0, 0, 0, 11 }, { 348, 0, 0, 0, 1463 } };
	struct split lpae = { { 9, 9, 0, 0, 2 }, { 348, 439, 0, 0, 2 } };
	struct buf buf = { 0 };
	struct paging paging;

	(void)state;
	paging = choose("armv7l", 12, 32, 0xbf000000,
		"Features\t: half thumb vfpv3\n", "MemTotal: 1 kB\n");
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0xb6f5c777, &brief);
	paging = of_machine("armv7l", "armhflpae", 12, &buf);
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0xb6f5c777, &lpae);
	/* It could, but does it? */
	paging = choose("armv7l", 12, 32, 0xbf000000,
		"Features\t: half lpae\n", "MemTotal: 1 kB\n");
	assert_int_equal(paging.sure, PAGING_EITHER);
	paging = of_machine("armv7l", "armhf", 12, &buf);
	assert_int_equal(paging.sure, PAGING_EITHER);
	buf_fini(&buf);
}

static void test_arm64(void **state)
{
	/* 0x7f'8a5c'3321 >> 12 = 0x7f8a5c3: 111111110 001010010 111000011 */
	struct split k4 = { { 9, 9, 0, 0, 9 }, { 451, 82, 0, 0, 510 } };
	/* 0xffff'8a5c'3321 >> 12 = 0xffff8a5c3: 511, 510, 82, 451 */
	struct split k4_48 = { { 9, 9, 9, 0, 9 }, { 451, 82, 510, 0, 511 } };
	/* bits 48 to 51 of 0xa'ffff'8a5c'3321 are 1010 */
	struct split k4_52 = { { 9, 9, 9, 9, 4 }, { 451, 82, 510, 511, 10 } };
	/* 0xf'ffff'c321 >> 14 = 0x3fffff: 22 times 1 */
	struct split k16_36 = { { 11, 0, 0, 0, 11 }, { 2047, 0, 0, 0, 2047 } };
	/* 0x7f36'887a'1abc >> 14 = 0x1fcda21e8: 11111110011 01101000100
	 * 00111101000 is 2035, 836, 488 */
	struct split k16_47 = { { 11, 11, 0, 0, 11 }, { 488, 836, 0, 0, 2035 } };
	struct split k16_48 = { { 11, 11, 11, 0, 1 }, { 488, 836, 2035, 0, 1 } };
	struct split k16_52 = { { 11, 11, 11, 0, 5 }, { 488, 836, 2035, 0, 21 } };
	/* 0x3ff'8a5c'3321 >> 16 = 0x3ff8a5c: 1111111111100 0101001011100 */
	struct split k64_42 = { { 13, 0, 0, 0, 13 }, { 2652, 0, 0, 0, 8188 } };
	/* 0xffff'8a5c'3321 >> 16 = 0xffff8a5c: 111111 1111111111100
	 * 0101001011100 of 32 bits: 63, 8188, 2652 */
	struct split k64_48 = { { 13, 13, 0, 0, 6 }, { 2652, 8188, 0, 0, 63 } };
	/* with 1010 above: 1010111111, 703 */
	struct split k64_52 = { { 13, 13, 0, 0, 10 }, { 2652, 8188, 0, 0, 703 } };
	static const struct {
		unsigned page_shift, task;
	} all[] = { { 12, 39 }, { 12, 48 }, { 12, 52 }, { 14, 36 }, { 14, 47 },
		{ 14, 48 }, { 14, 52 }, { 16, 42 }, { 16, 48 }, { 16, 52 } };
	static const uint64_t va[] = { 0x7f8a5c3321, 0xffff8a5c3321,
		0xaffff8a5c3321, 0xfffffc321, 0x7f36887a1abc, 0xff36887a1abc,
		0xaff36887a1abc, 0x3ff8a5c3321, 0xffff8a5c3321,
		0xaffff8a5c3321 };
	const struct split *want[] = { &k4, &k4_48, &k4_52, &k16_36, &k16_47,
		&k16_48, &k16_52, &k64_42, &k64_48, &k64_52 };
	struct paging paging;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		paging = choose("aarch64", all[i].page_shift, all[i].task, 0,
			"", "");
		assert_int_equal(paging.sure, PAGING_KNOWN);
		assert_int_equal(paging_bits(&paging), all[i].task);
		check(&paging, va[i], want[i]);
	}
	paging = choose("aarch64", 12, 0, 0x7fff000000, "", "");
	assert_int_equal(paging.sure, PAGING_EITHER);
	check(&paging, va[0], &k4);
	paging = choose("aarch64", 12, 0, 0xffff00000000, "", "");
	assert_int_equal(paging.sure, PAGING_EITHER);
	check(&paging, va[1], &k4_48);
	/* A program of 32 bits. */
	paging = choose("armv8l", 12, 32, 0xfff00000, "", "");
	assert_int_equal(paging.sure, PAGING_EITHER);
}

/* 0x7fff'8a5c'3321 >> 16 = 0x7fff8a5c: 11111111 111111110 001010010 11100 is
 * 255, 510, 82, 28; >> 12 it ends in 001010010 111000011: 82, 451. */
static void test_ppc64(void **state)
{
	struct split k64 = { { 5, 9, 9, 0, 13 }, { 28, 82, 510, 0, 255 } };
	struct split k4 = { { 9, 9, 9, 0, 13 }, { 451, 82, 510, 0, 255 } };
	struct buf buf = { 0 };
	struct paging paging;

	(void)state;
	paging = of_machine("ppc64le", "ppc64el", 16, &buf);
	assert_int_equal(paging.sure, PAGING_KNOWN);
	assert_int_equal(paging_bits(&paging), 52);
	check(&paging, 0x7fff8a5c3321, &k64);
	paging = choose("ppc64le", 12, 0, 0, "MMU\t\t: Radix\n", "");
	check(&paging, 0x7fff8a5c3321, &k4);
	paging = choose("ppc64", 16, 0, 0, "cpu : POWER8\nMMU\t\t: Hash\n", "");
	assert_int_equal(paging.sure, PAGING_NO_TREE);
	assert_int_equal(paging_bits(&paging), 16);
	paging = choose("ppc64", 16, 0, 0, "", "");
	assert_int_equal(paging.sure, PAGING_EITHER);
	assert_int_equal(paging_bits(&paging), 16);
	buf_fini(&buf);
}

static void test_riscv(void **state)
{
	struct split sv39 = { { 9, 9, 0, 0, 9 }, { 451, 82, 0, 0, 254 } };
	struct split sv48 = { { 9, 9, 9, 0, 9 }, { 451, 82, 510, 0, 255 } };
	struct split sv57 = { { 9, 9, 9, 9, 9 }, { 451, 82, 510, 255, 0 } };
	struct split sv32 = { { 10, 0, 0, 0, 10 }, { 649, 0, 0, 0, 735 } };
	struct paging paging;

	(void)state;
	paging = choose("riscv64", 12, 38, 0, "", "");
	check(&paging, 0x3f8a5c3321, &sv39);
	paging = choose("riscv64", 12, 0, 0, "hart : 1\nmmu\t\t: sv48\n", "");
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0x7fff8a5c3321, &sv48);
	paging = choose("riscv64", 12, 56, 0, "mmu : sv48\n", "");
	check(&paging, 0x7fff8a5c3321, &sv57);
	paging = choose("riscv64", 12, 0, 0, "mmu : none\n", "");
	assert_int_equal(paging.sure, PAGING_EITHER);
	paging = choose("riscv32", 12, 0, 0, "", "");
	assert_int_equal(paging.sure, PAGING_KNOWN);
	check(&paging, 0xb7e89def, &sv32);
}

/* 0x3ff'8a5c'3321 >> 12 = 0x3ff8a5c3: 11111111111 00010100101 11000011 is
 * 2047, 165, 195; 0x4a5 of 0x4a5c'3321 is 1189; 0x17ff'0a5c'3321 >> 31
 * is 0x2ffe, 101 11111111110: 5, 2046. */
static void test_s390(void **state)
{
	struct split two = { { 8, 11, 0, 0, 0 }, { 195, 1189, 0, 0, 0 } };
	struct split three = { { 8, 11, 11, 0, 0 }, { 195, 165, 2047, 0, 0 } };
	struct split four = { { 8, 11, 11, 11, 0 }, { 195, 165, 2046, 5, 0 } };
	struct paging paging;

	(void)state;
	paging = choose("s390x", 12, 0, 0x7ffff000, "", "");
	check(&paging, 0x4a5c3321, &two);
	paging = choose("s390x", 12, 0, 0x3fffffff000, "", "");
	check(&paging, 0x3ff8a5c3321, &three);
	assert_non_null(paging.note);
	paging = choose("s390x", 12, 0, 0x17ffffff0000, "", "");
	check(&paging, 0x17ff0a5c3321, &four);
	paging = choose("s390x", 12, 0, UINT64_C(1) << 60, "", "");
	assert_int_equal(paging_bits(&paging), 64);
	paging = choose("s390x", 12, 0, 0, "", "");
	assert_int_equal(paging.sure, PAGING_EITHER);
}

static void test_others(void **state)
{
	struct paging paging;

	(void)state;
	paging = choose("loongarch64", 14, 47, 0x7ffffff00000, "", "");
	assert_int_equal(paging.sure, PAGING_ASSUMED);
	assert_string_equal(paging.family, "loongarch64");
	assert_int_equal(paging.bits[PAGING_PTE], 11);
	assert_int_equal(paging.bits[PAGING_PMD], 11);
	assert_int_equal(paging.bits[PAGING_PUD], 0);
	assert_int_equal(paging.bits[PAGING_PGD], 11);
	paging = choose("mips", 12, 0, 0x7fff8000, "", "");
	assert_int_equal(paging.bits[PAGING_PTE], 10);
	assert_int_equal(paging.bits[PAGING_PGD], 10);
	/* Nonsense, as a recording may have it. */
	paging = choose("", 0, 0, UINT64_MAX, "", "");
	assert_true(paging_bits(&paging) <= 64);
	paging = choose("x86_64", 1, 0, UINT64_MAX, "\n:\n::\n", ":");
	assert_true(paging_bits(&paging) <= 64);
	paging = choose("aarch64", 63, 0, UINT64_MAX, "", "");
	assert_true(paging_bits(&paging) <= 64);
}

static void test_leaf(void **state)
{
	struct paging paging = choose("x86_64", 12, 47, 0, "", "");
	uint64_t n;

	(void)state;
	assert_int_equal(paging_leaf(&paging, 12, &n), PAGING_PTE);
	assert_int_equal(n, 1);
	assert_int_equal(paging_leaf(&paging, 21, &n), PAGING_PMD);
	assert_int_equal(n, 1);
	assert_int_equal(paging_leaf(&paging, 30, &n), PAGING_PUD);
	assert_int_equal(n, 1);
	/* arm64: 16 entries as one, and 16 of the level above */
	paging = choose("aarch64", 12, 39, 0, "", "");
	assert_int_equal(paging_leaf(&paging, 16, &n), PAGING_PTE);
	assert_int_equal(n, 16);
	assert_int_equal(paging_leaf(&paging, 25, &n), PAGING_PMD);
	assert_int_equal(n, 16);
	assert_int_equal(paging_leaf(&paging, 30, &n), PAGING_PGD);
	assert_int_equal(n, 1);
	/* nonsense */
	assert_int_equal(paging_leaf(&paging, 3, &n), PAGING_PTE);
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x86_64),
		cmocka_unit_test(test_x86_compat),
		cmocka_unit_test(test_i386),
		cmocka_unit_test(test_arm),
		cmocka_unit_test(test_arm64),
		cmocka_unit_test(test_ppc64),
		cmocka_unit_test(test_riscv),
		cmocka_unit_test(test_s390),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_leaf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
