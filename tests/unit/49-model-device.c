/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "machine-file.h"
#include "vmatlas/model/board.h"
#include "vmatlas/model/device.h"

/* ---- where regions are */

#define UIO "/sys/class/uio/uio0/maps/map"
#define BACK "/sys/devices/../devices/pci0000:00/0000:00:02.0/resource"
#define BAR "/sys/devices/pci0000:00/0000:00:02.0/resource"
#define SYSFS \
	"== " UIO "0/addr\n0x00000000fd000000\n" \
	"== " UIO "0/size\n0x0000000000004000\n" \
	"== " UIO "1/addr\n0x00000000fe000000\n" \
	"== " UIO "1/size\n0x0000000000004000\n" \
	"== " BAR "\n0x00000000e0000000 0x00000000e000ffff 0x0000000000042208\n" \
	"0x0000000000003000 0x00000000000030ff 0x0000000000040101\n" \
	"0x00000000feb00800 0x00000000feb008ff 0x0000000000040200\n" \
	"0x0000000000000000 0x0000000000000000 0x0000000000000000\n" \
	"== " BACK "\n0x00000000e0000000 0x00000000e000ffff 0x0000000000042208\n"

static struct region place_on(const char *maps, unsigned flags,
	const char *sys, const char *machine_name)
{
	struct fake *fake = fake_new();
	struct device_files files = { .n = 0 };
	struct machine *machine;
	struct region *regions, one;
	struct buf names = { 0 };
	size_t n;

	fake->sys = sys;
	strcpy(fake->facts.machine, machine_name);
	machine = machine_read(&fake->src);
	n = regions_parse(text_of(maps), &regions, &names, NULL);
	assert_int_equal(n, 1);
	regions->vm_flags_known = true;
	regions->vm_flags = (uint8_t)flags;
	device_place_all(&files, &fake->src, machine, regions, n, &names);
	one = *regions;
	free(regions);
	buf_fini(&names);
	device_files_fini(&files);
	machine_unref(machine);
	source_free(&fake->src);
	return one;
}

static void check(const char *maps, enum device_place place, uint64_t pa)
{
	struct region region = place_on(maps,
		SMAPS_FLAG_PFNMAP | SMAPS_FLAG_IO, SYSFS, "x86_64");

	assert_int_equal(region.place, place);
	if (place == PLACE_KNOWN)
		assert_true(region.pa == pa);
	/* Every reason has words; what is known needs none. */
	assert_int_equal(place == PLACE_KNOWN,
		!device_place_words(region.place)[0]);
}

static void test_dev_mem(void **state)
{
	uint64_t pfn;
	struct region region = place_on("7000-9000 rw-s 1ff000000000 00:05 3 "
		"/dev/mem\n", SMAPS_FLAG_PFNMAP, NULL, "x86_64");

	(void)state;
	assert_int_equal(region.place, PLACE_KNOWN);
	assert_true(device_pfn(&region, 12, 0x8000, &pfn));
	assert_true(pfn == 0x1ff000001);
	assert_false(device_pfn(&region, 12, 0x9000, &pfn));
	assert_false(device_pfn(&region, 12, 0x6000, &pfn));
	check("7000-8000 r--p b8000 00:05 3 /dev/mem\n", PLACE_PRIVATE, 0);
	/* An ordinary file that is called so. */
	assert_int_equal(place_on("7000-9000 rw-s 1000 00:05 3 /dev/mem\n", 0,
		NULL, "x86_64").place, PLACE_NONE);
}

static void test_flags(void **state)
{
	struct fake *fake = fake_new();
	struct machine *machine = machine_read(&fake->src);
	struct device_files files = { .n = 0 };
	struct buf names = { 0 };
	struct region *regions;
	size_t n;

	(void)state;
	/* smaps was not to be had. */
	n = regions_parse(text_of("7000-8000 rw-s 1000 00:05 3 /dev/mem\n"
		"8000-9000 rw-s 0 00:05 9 /tmp/file\n"), &regions, &names,
		NULL);
	device_place_all(&files, &fake->src, machine, regions, n, &names);
	assert_int_equal(regions[0].place, PLACE_FLAGS);
	assert_int_equal(regions[1].place, PLACE_NONE);
	free(regions);
	buf_fini(&names);
	machine_unref(machine);
	source_free(&fake->src);
}

static void test_pci(void **state)
{
	(void)state;
	check("7000-9000 rw-s e0002000 00:15 9 " BAR "0\n", PLACE_KNOWN,
		0xe0002000);
	check("7000-8000 rw-s e000f000 00:15 9 " BAR "0_wc\n", PLACE_KNOWN,
		0xe000f000);
	check("7000-9000 rw-s e000f000 00:15 9 " BAR "0\n", PLACE_ODD, 0);
	check("7000-8000 rw-s dffff000 00:15 9 " BAR "0\n", PLACE_ODD, 0);
	check("7000-8000 rw-s e0020000 00:15 9 " BAR "0\n", PLACE_ODD, 0);
	check("7000-8000 rw-s 0 00:15 9 " BAR "0\n", PLACE_ODD, 0);
	check("7000-8000 rw-s 3000 00:15 9 " BAR "1\n", PLACE_PORTS, 0);
	/* Smaller than a page, and inside it. */
	check("7000-8000 rw-s feb00000 00:15 9 " BAR "2\n", PLACE_KNOWN,
		0xfeb00000);
	check("7000-8000 rw-s 1000 00:15 9 " BAR "4\n", PLACE_UNREAD, 0);
	check("7000-8000 rw-s 1000 00:15 9 " BAR "9\n", PLACE_DRIVER, 0);
	check("7000-8000 rw-s 1000 00:15 9 " BAR "0x\n", PLACE_DRIVER, 0);
	check("7000-8000 rw-s 1000 00:15 9 /sys/devices/x/resource0\n",
		PLACE_UNREAD, 0);
	check("7000-8000 rw-p e0000000 00:15 9 " BAR "0\n", PLACE_PRIVATE, 0);
	/* Never out of sysfs. */
	check("7000-8000 rw-s e0000000 00:15 9 " BACK "0\n", PLACE_UNREAD, 0);
}

static void test_uio(void **state)
{
	(void)state;
	check("10000-14000 rw-s 0 00:05 9 /dev/uio0\n", PLACE_KNOWN,
		0xfd000000);
	check("10000-14000 rw-s 1000 00:05 9 /dev/uio0\n", PLACE_KNOWN,
		0xfe000000);
	/* The rest of map 0, or a part of map 1. */
	check("10000-13000 rw-s 1000 00:05 9 /dev/uio0\n", PLACE_EITHER, 0);
	check("10000-11000 rw-s 4000 00:05 9 /dev/uio0\n", PLACE_KNOWN,
		0xfe003000);
	check("10000-15000 rw-s 0 00:05 9 /dev/uio0\n", PLACE_ODD, 0);
	check("10000-11000 rw-s 0 00:05 9 /dev/uio1\n", PLACE_UNREAD, 0);
	check("10000-11000 rw-s 0 00:05 9 /dev/uio0/x\n", PLACE_DRIVER, 0);
	check("10000-11000 rw-p fd000000 00:05 9 /dev/uio0\n", PLACE_PRIVATE,
		0);
}

/* Memory that a driver allocated stands in sysfs with the kernel's own
 * address. */
static void test_uio_virtual(void **state)
{
	static const char region[] =
		"10000-11000 rw-s 0 00:05 9 /dev/uio0\n";
	static const char high[] = "== " UIO "0/addr\n0xffff888001000000\n"
		"== " UIO "0/size\n0x1000\n";
	static const char low[] = "== " UIO "0/addr\n0xf0801000\n"
		"== " UIO "0/size\n0x1000\n";
	static const char device[] = "== " UIO "0/addr\n0xfe000000\n"
		"== " UIO "0/size\n0x1000\n";

	(void)state;
	assert_int_equal(place_on(region, SMAPS_FLAG_PFNMAP, high,
		"aarch64").place, PLACE_DRIVER);
	assert_int_equal(place_on(region, SMAPS_FLAG_PFNMAP, low,
		"armv7l").place, PLACE_DRIVER);
	assert_int_equal(place_on(region, SMAPS_FLAG_PFNMAP, low,
		"aarch64").place, PLACE_KNOWN);
	assert_int_equal(place_on(region, SMAPS_FLAG_PFNMAP, device,
		"armv7l").place, PLACE_KNOWN);
}

static void test_drivers(void **state)
{
	(void)state;
	check("7000-8000 rw-s 10000000 00:05 9 /dev/dri/card0\n",
		PLACE_DRIVER, 0);
	check("7000-8000 rw-s 0 00:05 9 /dev/fb0\n", PLACE_DRIVER, 0);
	check("7000-8000 rw-s 0 00:05 9 anon_inode:[vfio-device]\n",
		PLACE_DRIVER, 0);
	check("7000-8000 rw-s 0 00:05 9 /dev/memory\n", PLACE_DRIVER, 0);
}

/* Sysfs is asked once, however often the regions change. */
static void test_cost(void **state)
{
	struct fake *fake = fake_new();
	struct device_files files = { .n = 0 };
	struct machine *machine = machine_read(&fake->src);
	struct buf names = { 0 };
	struct region *regions;
	unsigned texts;

	(void)state;
	fake->sys = SYSFS;
	regions_parse(text_of("7000-8000 rw-s e0000000 00:15 9 " BAR "0\n"),
		&regions, &names, NULL);
	regions->vm_flags_known = true;
	regions->vm_flags = SMAPS_FLAG_PFNMAP;
	texts = fake->texts;
	device_place_all(&files, &fake->src, machine, regions, 1, &names);
	assert_int_equal(fake->texts, texts + 1);
	device_place_all(&files, &fake->src, machine, regions, 1, &names);
	assert_int_equal(fake->texts, texts + 1);
	assert_int_equal(regions->place, PLACE_KNOWN);
	free(regions);
	buf_fini(&names);
	device_files_fini(&files);
	machine_unref(machine);
	source_free(&fake->src);
}

/* ---- names */

static void check_name(const struct machine *machine, uint64_t pa,
	const char *name)
{
	const struct resource *resource = machine_resource_at(machine, pa);

	if (!name) {
		assert_null(resource);
		return;
	}
	assert_non_null(resource);
	assert_string_equal(resource->name, name);
}

static void check_stretch(const struct machine *machine, uint64_t start,
	uint64_t end, enum stretch_kind kind, const char *name)
{
	const struct stretch *stretch = machine_stretch(machine, start);

	assert_non_null(stretch);
	assert_true(stretch->start == start && stretch->end == end);
	assert_int_equal(stretch->kind, kind);
	assert_string_equal(stretch->name, name);
}

/* The real board: iomem, its device tree and what was reserved at boot. */
static void test_board(void **state)
{
	struct buf zoneinfo = { 0 }, iomem = { 0 }, tree = { 0 }, boot = { 0 };
	struct fake *fake = fake_new();
	struct machine *machine;

	(void)state;
	machine_file("arm64-board", "zoneinfo", &zoneinfo);
	machine_file("arm64-board", "iomem", &iomem);
	machine_file("arm64-board", "device-tree", &tree);
	machine_file("arm64-board", "memblock_reserved", &boot);
	fake->zoneinfo = buf_text(&zoneinfo);
	fake->iomem = buf_text(&iomem);
	fake->more[0].path = SOURCE_DEVICE_TREE;
	fake->more[0].text = buf_text(&tree);
	fake->more[1].path = "/sys/kernel/debug/memblock/reserved";
	fake->more[1].text = buf_text(&boot);
	fake->more[2].path = "/sys/kernel/debug/cma/";
	fake->more[2].text = "cma-other/\nfile\nnone/\nsplit/\n";
	fake->sys = "== /sys/kernel/debug/cma/cma-other/base_pfn\n503808\n"
		"== /sys/kernel/debug/cma/cma-other/count\n16\n"
		"== /sys/kernel/debug/cma/split/base_pfn\n524288\n"
		"== /sys/kernel/debug/cma/split/count\n16\n"
		"== /sys/kernel/debug/cma/split/ranges/1/base_pfn\n557056\n";
	machine = machine_read(&fake->src);
	check_name(machine, 0x40000000, "System RAM");
	check_name(machine, 0x40300000, "Kernel code");
	/* Between code and data. */
	check_name(machine, 0x41900000, "reserved");
	check_name(machine, 0x70000000, "CMA linux,cma@70000000");
	check_name(machine, 0x73ffffff, "CMA linux,cma@70000000");
	check_name(machine, 0x74000000, "System RAM");
	check_name(machine, 0x78000000, "reserved-memory framebuffer@78000000");
	check_name(machine, 0x78800000, "System RAM");
	check_name(machine, 0x7a000000, "reserved-memory shm@7a000000");
	/* The driver's name where iomem has one, else the tree's. */
	check_name(machine, 0x9000000, "9000000.pl011 pl011@9000000");
	check_name(machine, 0xc001fff, "sensor@1000");
	check_name(machine, 0xc002000, NULL);
	/* debugfs: one area, of which nothing else knows; one in pieces. */
	check_name(machine, UINT64_C(503808) << 12, "CMA other");
	check_name(machine, UINT64_C(503824) << 12, "System RAM");
	check_name(machine, UINT64_C(524288) << 12, "System RAM");
	/* On the map: CMA stays RAM, what is not the kernel's does not. */
	check_stretch(machine, 0x70000, 0x74000, STRETCH_RAM,
		"CMA linux,cma@70000000");
	check_stretch(machine, 0x78000, 0x78800, STRETCH_RESERVED,
		"reserved-memory framebuffer@78000000");
	check_stretch(machine, 0x7b000, 0x7b010, STRETCH_RAM, "CMA other");
	check_stretch(machine, 0x9000, 0x9001, STRETCH_MMIO, "pl011@9000000");
	machine_unref(machine);
	source_free(&fake->src);
	buf_fini(&zoneinfo);
	buf_fini(&iomem);
	buf_fini(&tree);
	buf_fini(&boot);
}

/* What the user gave: names beside iomem, all there is without it. */
static void test_given(void **state)
{
	struct fake *fake = fake_new();
	struct machine *machine;
	const struct stretch *stretch;

	(void)state;
	fake->more[0].path = SOURCE_RESOURCES;
	fake->more[0].text = "# board\nfe000000-fe00ffff : FPGA\n"
		"fe000000-fe000fff : FPGA registers\n"
		"80000-8ffff : mailbox\n";
	machine = machine_read(&fake->src);
	check_name(machine, 0xfe000000, "FPGA registers");
	check_name(machine, 0xfe001000, "FPGA");
	check_name(machine, 0x80000, "mailbox");
	check_name(machine, 0x90000, "System RAM");
	assert_true(machine_is_ram(machine, 0x80));
	assert_string_equal(machine_stretch(machine, 0x80)->name, "mailbox");
	assert_int_equal(machine_stretch(machine, 0x80)->zone, 0);
	assert_string_equal(machine_stretch(machine, 0x90)->name,
		"System RAM");
	machine_unref(machine);

	/* Hidden addresses: names alone say nothing of what is where. */
	fake->iomem = "00000000-00000000 : System RAM\n";
	machine = machine_read(&fake->src);
	assert_true(machine->resources_hidden);
	check_name(machine, 0xfe000000, "FPGA registers");
	check_name(machine, 0x90000, NULL);
	assert_true(machine_is_ram(machine, 0xfe000));
	machine_unref(machine);

	fake->more[0].text = "00001000-1fffffff : System RAM\n"
		"  00080000-0008ffff : mailbox\nfe000000-fe00ffff : FPGA\n";
	machine = machine_read(&fake->src);
	check_name(machine, 0x80000, "mailbox");
	assert_true(machine_is_ram(machine, 0x80));
	assert_false(machine_is_ram(machine, 0xfe000));
	stretch = machine_stretch(machine, 0xfe000);
	assert_non_null(stretch);
	assert_int_equal(stretch->kind, STRETCH_MMIO);
	assert_string_equal(stretch->name, "FPGA");
	machine_unref(machine);
	source_free(&fake->src);
}

/* Whichever is read last; of equals the later is the better one. */
static void test_smallest(void **state)
{
	char small[] = "small", big[] = "big", better[] = "better";
	struct resource names[] = {
		{ .start = 0x1000, .end = 0x2000, .name = small },
		{ .start = 0x0, .end = 0x8000, .name = big },
		{ .start = 0x1000, .end = 0x2000, .name = better },
	};
	struct board board = { .refs = 1, .names = names, .nnames = 2 };

	(void)state;
	assert_string_equal(board_name(&board, 0x1800)->name, "small");
	assert_string_equal(board_name(&board, 0x2000)->name, "big");
	assert_null(board_name(&board, 0x8000));
	board.nnames = 3;
	assert_string_equal(board_name(&board, 0x1000)->name, "better");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dev_mem),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_pci),
		cmocka_unit_test(test_uio),
		cmocka_unit_test(test_uio_virtual),
		cmocka_unit_test(test_drivers),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_board),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_smallest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
