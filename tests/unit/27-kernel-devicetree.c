/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "machine-file.h"
#include "vmatlas/kernel/devicetree.h"

static const struct resource *named(const struct resource *all, size_t n,
	const char *name, unsigned which)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(all[i].name, name) && !which--)
			return &all[i];
	return NULL;
}

/* A machine that qemu made, with a bus, reserved ranges and a CMA area. */
static void test_board(void **state)
{
	static const struct {
		const char *name;
		unsigned which;
		uint64_t start, end;
		unsigned depth;
	} want[] = {
		{ "pl011@9000000", 0, 0x9000000, 0x9001000, 0 },
		{ "flash@0", 0, 0, 0x4000000, 0 },
		{ "flash@0", 1, 0x4000000, 0x8000000, 0 },
		/* Through the "ranges" of /soc@c000000. */
		{ "sensor@1000", 0, 0xc001000, 0xc002000, 0 },
		{ "sensor@1000", 1, 0xc008000, 0xc008200, 0 },
		{ "i2c@4000", 0, 0xc004000, 0xc005000, 0 },
		/* Through empty ones. */
		{ "v2m@8020000", 0, 0x8020000, 0x8021000, 0 },
		{ "pcie@10000000", 0, UINT64_C(0x4010000000),
			UINT64_C(0x4020000000), 0 },
		{ "CMA linux,cma@70000000", 0, 0x70000000, 0x74000000, 1 },
		{ "reserved-memory framebuffer@78000000", 0, 0x78000000,
			0x78800000, 1 },
		{ "reserved-memory shm@7a000000", 0, 0x7a000000, 0x7a100000,
			1 },
	};
	struct buf buf = { 0 };
	struct resource *all;
	size_t i, n;

	(void)state;
	n = devicetree_parse(machine_file("arm64-board", "device-tree", &buf),
		&all);
	for (i = 0; i < sizeof(want) / sizeof(*want); i++) {
		const struct resource *one = named(all, n, want[i].name,
			want[i].which);

		assert_non_null(one);
		assert_true(one->start == want[i].start);
		assert_true(one->end == want[i].end);
		assert_int_equal(one->depth, want[i].depth);
	}
	/* A chip on I2C, a CPU and memory have no place of their own. */
	assert_null(named(all, n, "eeprom@50", 0));
	assert_null(named(all, n, "cpu@0", 0));
	assert_null(named(all, n, "memory@40000000", 0));
	iomem_free(all, n);
	buf_fini(&buf);
}

static size_t parse(const char *text, struct resource **all)
{
	return devicetree_parse(text_of(text), all);
}

static void test_buses(void **state)
{
	struct resource *all;
	size_t n;

	(void)state;
	/* Two buses, the inner one in two pieces; a 64-bit address. */
	n = parse("/ #address-cells=00000002 #size-cells=00000002\n"
		"/b #address-cells=00000001 #size-cells=00000001 "
		"ranges=000000000000000f0000000000010000\n"
		"/b/c #address-cells=00000001 #size-cells=00000001 "
		"ranges=000000000000400000001000000080000000500000001000\n"
		"/b/c/one reg=0000001000000010\n"
		"/b/c/two reg=0000801000000010\n"
		"/b/c/none reg=0000200000000010\n"
		"/b/c/over reg=00000ff000000011\n", &all);
	assert_int_equal(n, 2);
	assert_true(all[0].start == UINT64_C(0xf00004010));
	assert_true(all[0].end == UINT64_C(0xf00004020));
	assert_true(all[1].start == UINT64_C(0xf00005010));
	iomem_free(all, n);
	/* No "ranges": another address space. */
	n = parse("/ #address-cells=00000001 #size-cells=00000001\n"
		"/b #address-cells=00000001 #size-cells=00000001\n"
		"/b/d reg=0000100000001000\n", &all);
	assert_int_equal(n, 0);
	iomem_free(all, n);
	/* Nothing said: two cells for an address, one for a size. */
	n = parse("/\n/d reg=000000010000000000001000\n", &all);
	assert_int_equal(n, 1);
	assert_true(all[0].start == UINT64_C(0x100000000));
	assert_true(all[0].end == UINT64_C(0x100001000));
	iomem_free(all, n);
}

static void test_reserved(void **state)
{
	struct resource *all;
	size_t n;

	(void)state;
	/* Lent out only with both; elsewhere the words mean nothing. */
	n = parse("/ #address-cells=00000001 #size-cells=00000001\n"
		"/reserved-memory #address-cells=00000001 "
		"#size-cells=00000001 ranges=\n"
		"/reserved-memory/a reg=0000100000001000 "
		"compatible=7800" "7368617265642d646d612d706f6f6c00\n"
		"/reserved-memory/b reg=0000200000001000 reusable=\n"
		"/reserved-memory/c reg=0000300000001000 reusable= "
		"compatible=7800" "7368617265642d646d612d706f6f6c00\n"
		"/reserved-memory/d reg=0000400000001000 reusable= "
		"compatible=787368617265642d646d612d706f6f6c00\n"
		"/reserved-memory/auto size=00100000 reusable=\n"
		"/e reg=0000500000001000 reusable= "
		"compatible=7368617265642d646d612d706f6f6c00\n", &all);
	assert_int_equal(n, 5);
	assert_string_equal(all[0].name, "reserved-memory a");
	assert_string_equal(all[1].name, "reserved-memory b");
	assert_string_equal(all[2].name, "CMA c");
	assert_string_equal(all[3].name, "reserved-memory d");
	assert_string_equal(all[4].name, "e");
	iomem_free(all, n);
}

static void test_hostile(void **state)
{
	struct resource *all;
	size_t n;

	(void)state;
	/* Cells of no size, sums that pass the end, parents that lack. */
	n = parse("/d reg=0000100000001000\n"
		"/ #address-cells=00000000 #size-cells=00000000\n"
		"/z reg=00000000\n"
		"/z/y ranges= reg=00\n"
		"/ #address-cells=00000002 #size-cells=00000002\n"
		"/end reg=fffffffffffff0000000000000002000\n"
		"/bus #address-cells=00000000 #size-cells=00000000 "
		"ranges=0000000000000000\n"
		"/bus/x reg=0000000000000000\n"
		"/up #address-cells=00000001 #size-cells=00000001 "
		"ranges=00000000ffffffffffffff00ffffffff\n"
		"/up/x reg=0000010000000100\n"
		"/a/b/c reg=00000000000010000000000000001000\n"
		"/q reg=zz\n/r reg\n/s =12\n"
		"/three #address-cells=00000003 #size-cells=00000002 ranges=\n"
		"/three/p reg=02000000000000000000100000000000000010000\n"
		"//\n///\n", &all);
	assert_int_equal(n, 0);
	iomem_free(all, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_board),
		cmocka_unit_test(test_buses),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
