/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "machine-file.h"
#include "vmatlas/kernel/iomem.h"

/* Some lines of each machine, by their place in the file (from 0). */
static const struct {
	const char *machine;
	size_t n, at;
	uint64_t start, last;	/* LAST as in the file: inclusive */
	unsigned depth;
	const char *name;
} expected[] = {
	{ "amd64-hotplug", 28, 24, UINT64_C(0x120000000),
	  UINT64_C(0x12fffffff), 0, "System RAM" },
	{ "amd64-numa3", 24, 9, 0x19e00000, 0x1ac01d31, 1, "Kernel code" },
	{ "arm64", 21, 0, 0x9000000, 0x9000fff, 0, "pl011@9000000" },
	{ "arm64", 21, 1, 0x9000000, 0x9000fff, 1,
	  "9000000.pl011 pl011@9000000" },
	{ "arm64", 21, 7, 0x40000000, 0xbfffffff, 0, "System RAM" },
	{ "arm64", 21, 8, 0x40210000, 0x4185ffff, 1, "Kernel code" },
	{ "arm64", 21, 20, UINT64_C(0x8000000000), UINT64_C(0xffffffffff), 0,
	  "pcie@10000000" },
	{ "arm64-6g", 25, 7, 0x40000000, UINT64_C(0x1bfffffff), 0,
	  "System RAM" },
	{ "arm64-6g", 25, 22, UINT64_C(0x1bf3f8000), UINT64_C(0x1bfffffff), 1,
	  "reserved" },
	{ "arm64-6g", 25, 23, UINT64_C(0x4010000000), UINT64_C(0x401fffffff),
	  0, "PCI ECAM" },
	{ "armhf", 9, 7, 0x40208000, 0x411fffff, 1, "Kernel code" },
	{ "armhf-512m", 9, 6, 0x40000000, 0x5fffffff, 0, "System RAM" },
	{ "armhflpae", 12, 7, 0x40000000, 0xffffffff, 0, "System RAM" },
	{ "armhflpae", 12, 11, UINT64_C(0x8000000000), UINT64_C(0xffffffffff),
	  0, "pcie@10000000" },
	{ "i386", 23, 0, 0, 0xfff, 0, "Reserved" },
	{ "i386", 23, 4, 0xa0000, 0xbffff, 1, "Video RAM area" },
	{ "i386", 23, 22, 0xfffc0000, 0xffffffff, 0, "Reserved" },
	{ "i386-256m", 23, 22, 0xfffc0000, 0xffffffff, 0, "Reserved" },
	{ "i386pae", 24, 23, UINT64_C(0x100000000), UINT64_C(0x17fffffff), 0,
	  "PCI Bus 0000:00" },
	{ "ppc64el", 8, 0, 0, 0x7fffffff, 0, "System RAM" },
	{ "ppc64el", 8, 1, UINT64_C(0x200080000000), UINT64_C(0x2000ffffffff),
	  0, "pci@800000020000000" },
	{ "ppc64el", 8, 2, UINT64_C(0x200080000000), UINT64_C(0x200080ffffff),
	  1, "0000:00:00.0" },
	{ "ppc64el", 8, 3, UINT64_C(0x200080000000), UINT64_C(0x2000801d4bff),
	  2, "offb" },
	{ "ppc64el", 8, 4, UINT64_C(0x200081000000), UINT64_C(0x200081000fff),
	  1, "0000:00:00.0" },
};

static void test_machines(void **state)
{
	struct buf buf = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct resource *all, *one;
		bool hidden = true;
		size_t n;

		n = iomem_parse(machine_file(expected[i].machine, "iomem",
					     &buf), &all, &hidden);
		assert_int_equal(n, expected[i].n);
		assert_false(hidden);
		one = &all[expected[i].at];
		assert_string_equal(one->name, expected[i].name);
		assert_true(one->start == expected[i].start);
		assert_true(one->end == expected[i].last + 1);
		assert_int_equal(one->depth, expected[i].depth);
		iomem_free(all, n);
	}
	buf_fini(&buf);
}

static void test_hidden(void **state)
{
	static struct resource other;
	struct resource *all = &other;
	bool hidden = false;

	(void)state;
	assert_int_equal(iomem_parse(text_of(
		"00000000-00000000 : System RAM\n"
		"  00000000-00000000 : Kernel code\n"), &all, &hidden), 0);
	assert_true(hidden);
	assert_null(all);
	/* An empty file hides nothing. */
	assert_int_equal(iomem_parse(text_of(""), &all, &hidden), 0);
	assert_false(hidden);
	assert_null(all);
	iomem_free(all, 0);
}

static void test_hostile(void **state)
{
	struct resource *all;
	bool hidden;
	size_t n;

	(void)state;
	n = iomem_parse(text_of(
		"      00001000-00001fff : orphan\n"
		"00002000-00001fff : backwards\n"
		"00002000 00003000 : no range\n"
		"00002000-00002fff: no blank\n"
		"00002000-00002fff\n"
		"20000000000000000-20000000000000001 : too big\n"
		"        00001000-000010ff : deep\n"
		"0-ffffffffffffffff : all : of it \n"
		"00003000-00003fff : "), &all, &hidden);
	assert_int_equal(n, 4);
	assert_false(hidden);
	assert_string_equal(all[0].name, "orphan");
	assert_int_equal(all[0].depth, 0);
	assert_string_equal(all[1].name, "deep");
	assert_int_equal(all[1].depth, 1);
	assert_string_equal(all[2].name, "all : of it ");
	assert_true(all[2].start == 0 && all[2].end == UINT64_MAX);
	assert_int_equal(all[2].depth, 0);
	assert_string_equal(all[3].name, "");
	assert_true(all[3].end == 0x4000);
	iomem_free(all, n);
}

/* What a person wrote: comments are fine, mistakes are told by their line. */
static void test_file(void **state)
{
	struct resource *all;
	size_t n, wrong;

	(void)state;
	n = iomem_parse_file(text_of("# our board\n\n"
		"80000000-800fffff : FPGA\n"
		"  0x80000000-0x80000fff : FPGA registers\n   # end\n"),
		&all, &wrong);
	assert_int_equal(n, 2);
	assert_int_equal(wrong, 0);
	assert_true(all[0].start == 0x80000000 && all[0].end == 0x80100000);
	assert_string_equal(all[1].name, "FPGA registers");
	assert_int_equal(all[1].depth, 1);
	iomem_free(all, n);
	n = iomem_parse_file(text_of("1000-1fff : a\nFPGA at 80000000\n"
		"3000-2000 : b\n4000-4fff : \n"), &all, &wrong);
	assert_int_equal(n, 1);
	assert_int_equal(wrong, 2);
	iomem_free(all, n);
}

static void test_memblock(void **state)
{
	struct text text = text_of(
		"   0: 0x0000000040210000..0x000000004220afff\n"
		"no range\n  1: 5..4\n"
		"  17: 0x00000000bfbfc000..0x00000000bfffffff    0 NOMAP\n"
		"  18: 0x0..0xffffffffffffffff");
	struct resource range;

	(void)state;
	assert_true(memblock_next(&text, &range));
	assert_true(range.start == 0x40210000 && range.end == 0x4220b000);
	assert_true(memblock_next(&text, &range));
	assert_true(range.start == 0xbfbfc000 && range.end == 0xc0000000);
	assert_true(memblock_next(&text, &range));
	assert_true(range.start == 0 && range.end == UINT64_MAX);
	assert_false(memblock_next(&text, &range));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_memblock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
