/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "machine-file.h"
#include "vmatlas/model/machine.h"

static const char *const machines[] = {
	"arm64", "arm64-6g", "armhf", "armhf-512m", "armhflpae", "i386",
	"i386-256m", "i386pae", "ppc64el",
};

#define NMACHINES (sizeof(machines) / sizeof(*machines))

static struct machine *read_machine(const char *name, bool iomem)
{
	struct buf zoneinfo = { 0 }, resources = { 0 };
	struct fake *fake = fake_new();
	struct machine *machine;

	machine_file(name, "zoneinfo", &zoneinfo);
	machine_file(name, "iomem", &resources);
	buf_char(&zoneinfo, '\n');
	buf_char(&resources, '\n');
	fake->zoneinfo = buf_text(&zoneinfo);
	fake->iomem = iomem ? buf_text(&resources) : NULL;
	if (!strcmp(name, "ppc64el")) {
		fake->facts.page_size = 65536;
		strcpy(fake->facts.machine, "ppc64le");
	}
	machine = machine_read(&fake->src);
	buf_fini(&zoneinfo);
	buf_fini(&resources);
	source_free(&fake->src);
	return machine;
}

static void check_stretch(const struct machine *machine, uint64_t pfn,
	enum stretch_kind kind, int zone, const char *name)
{
	const struct stretch *stretch = machine_stretch(machine, pfn);

	assert_non_null(stretch);
	assert_true(stretch->start <= pfn && pfn < stretch->end);
	assert_int_equal(stretch->kind, kind);
	assert_int_equal(stretch->zone, zone);
	if (name)
		assert_string_equal(stretch->name, name);
	else
		assert_null(stretch->name);
}

/* On each real machine, with and without iomem. */
static void stretches_are_a_map(void **state)
{
	size_t i, k, s;

	(void)state;
	for (k = 0; k < 2 * NMACHINES; k++) {
		struct machine *machine = read_machine(machines[k / 2], k % 2);
		uint64_t in_zone[8] = { 0 };

		assert_true(machine->nstretches > 0 && machine->nzones <= 8);
		for (i = 0; i < machine->nstretches; i++) {
			const struct stretch *stretch = &machine->stretches[i];

			assert_true(stretch->start < stretch->end);
			if (i)
				assert_true(stretch[-1].end <= stretch->start);
			assert_int_equal(machine_zone(machine, stretch->start),
				stretch->zone);
			assert_int_equal(machine_zone(machine,
				stretch->end - 1), stretch->zone);
			assert_ptr_equal(machine_stretch(machine,
				stretch->end - 1), stretch);
			if (stretch->zone >= 0)
				in_zone[stretch->zone] +=
					stretch->end - stretch->start;
			/* Nothing is RAM that no zone has. */
			if (stretch->kind == STRETCH_RAM)
				assert_true(stretch->zone >= 0 ||
					stretch->end - stretch->start < 512);
		}
		for (s = 0; s < machine->nzones; s++)
			if (machine->zones[s].has_start)
				assert_true(in_zone[s] ==
					machine->zones[s].spanned);
		machine_unref(machine);
	}
}

static void i386_low_memory(void **state)
{
	struct machine *machine = read_machine("i386", true);

	(void)state;
	check_stretch(machine, 0, STRETCH_RESERVED, -1, "Reserved");
	check_stretch(machine, 1, STRETCH_RAM, 0, "System RAM");
	check_stretch(machine, 0x9e, STRETCH_RAM, 0, "System RAM");
	/* Half RAM, half reserved: not to be used. */
	check_stretch(machine, 0x9f, STRETCH_RESERVED, 0, "Reserved");
	check_stretch(machine, 0xa0, STRETCH_MMIO, 0, "PCI Bus 0000:00");
	check_stretch(machine, 0xc0, STRETCH_RESERVED, 0, "Video ROM");
	check_stretch(machine, 0xcb, STRETCH_HOLE, 0, NULL);
	check_stretch(machine, 0x100, STRETCH_RAM, 0, "System RAM");
	check_stretch(machine, 4096, STRETCH_RAM, 1, "System RAM");
	assert_false(machine_is_ram(machine, 0xa0));
	assert_false(machine_is_ram(machine, 0xcb));
	assert_true(machine_is_ram(machine, 0x100));
	assert_null(machine_stretch(machine, 0x200000));
	machine_unref(machine);
}

/* Its highmem begins within 512 frames. */
static void i386_highmem(void **state)
{
	struct machine *machine = read_machine("i386", true);
	uint64_t first = 224254;

	(void)state;
	assert_int_not_equal(first % 512, 0);
	assert_true(machine->zones_unaligned);
	assert_false(machine->zones_overlap);
	assert_int_equal(machine_zone(machine, 0), -1);
	assert_int_equal(machine_zone(machine, 1), 0);
	assert_int_equal(machine_zone(machine, 4095), 0);
	assert_int_equal(machine_zone(machine, 4096), 1);
	assert_int_equal(machine_zone(machine, first - 1), 1);
	assert_int_equal(machine_zone(machine, first), 2);
	assert_int_equal(machine_zone(machine, 524255), 2);
	assert_int_equal(machine_zone(machine, 524256), -1);
	/* Cells are cut there, at every size. */
	assert_true(machine_cell(machine, first + 1, 9) == first);
	assert_true(machine_cell(machine, first - 1, 9) ==
		first / 512 * 512);
	assert_true(machine_cell(machine, first + 600, 9) ==
		(first + 600) / 512 * 512);
	assert_true(machine_cell(machine, first + 5, 20) == first);
	assert_true(machine_cell(machine, 4096 + 5, 20) == 4096);
	assert_true(machine_cell(machine, 3, 20) == 1);
	assert_true(machine_cell(machine, first + 5, 0) == first + 5);
	machine_unref(machine);
}

static void pae_highmem(void **state)
{
	struct machine *machine = read_machine("i386pae", true);

	(void)state;
	assert_true(machine->zones_unaligned);
	assert_int_equal(machine_zone(machine, 225277), 1);
	assert_int_equal(machine_zone(machine, 225278), 2);
	check_stretch(machine, 0x100000, STRETCH_MMIO, -1, "PCI Bus 0000:00");
	machine_unref(machine);
}

static void arm_highmem_is_aligned(void **state)
{
	struct machine *machine = read_machine("armhf", true);

	(void)state;
	assert_false(machine->zones_unaligned);
	assert_int_equal(machine_zone(machine, 262143), -1);
	assert_int_equal(machine_zone(machine, 262144), 0);
	assert_int_equal(machine_zone(machine, 458751), 0);
	assert_int_equal(machine_zone(machine, 458752), 2);
	check_stretch(machine, 458752, STRETCH_RAM, 2, "System RAM");
	machine_unref(machine);
}

static void arm64_one_ram_two_zones(void **state)
{
	struct machine *machine = read_machine("arm64-6g", true);
	const struct resource *resource;

	(void)state;
	check_stretch(machine, 1048575, STRETCH_RAM, 0, "System RAM");
	check_stretch(machine, 1048576, STRETCH_RAM, 2, "System RAM");
	check_stretch(machine, 0x8000000, STRETCH_MMIO, -1,
		"pcie@10000000");
	/* The innermost is named. */
	resource = machine_resource(machine, 0x40210);
	assert_non_null(resource);
	assert_string_equal(resource->name, "Kernel code");
	resource = machine_resource(machine, 0x9000);
	assert_int_equal(resource->depth, 1);
	assert_null(machine_resource(machine, 0x3fff0));
	assert_int_equal(machine_pmd_pages(machine), 512);
	machine_unref(machine);
}

static void ppc64_pages_of_64k(void **state)
{
	struct machine *machine = read_machine("ppc64el", true);

	(void)state;
	assert_int_equal(machine->page_shift, 16);
	assert_int_equal(machine_zone(machine, 0), 0);
	assert_int_equal(machine_zone(machine, 32767), 0);
	assert_int_equal(machine_zone(machine, 32768), -1);
	check_stretch(machine, 0, STRETCH_RAM, 0, "System RAM");
	check_stretch(machine, 32767, STRETCH_RAM, 0, "System RAM");
	check_stretch(machine, UINT64_C(0x20008000), STRETCH_MMIO, -1,
		"pci@800000020000000");
	assert_string_equal(machine_resource(machine,
		UINT64_C(0x20008001))->name, "offb");
	/* Hash page tables have no PMD to map by. */
	assert_int_equal(machine_pmd_pages(machine), 0);
	machine_unref(machine);
}

static void without_iomem_zones_are_ram(void **state)
{
	struct machine *machine = read_machine("i386", false);

	(void)state;
	assert_int_equal(machine->iomem, ANSWER_ABSENT);
	check_stretch(machine, 0xa0, STRETCH_RAM, 0, NULL);
	assert_true(machine_is_ram(machine, 0xa0));
	assert_null(machine_stretch(machine, 0));
	assert_null(machine_resource(machine, 1));
	machine_unref(machine);
}

static void hidden_iomem_is_not_believed(void **state)
{
	struct fake *fake = fake_new();
	struct machine *machine;

	(void)state;
	fake->iomem = "00000000-00000000 : System RAM\n"
		"  00000000-00000000 : Kernel code\n";
	machine = machine_read(&fake->src);
	assert_true(machine->resources_hidden);
	assert_int_equal(machine->nresources, 0);
	assert_true(machine_is_ram(machine, 0x1000));
	check_stretch(machine, 0x1000, STRETCH_RAM, 1, NULL);
	machine_unref(machine);
	source_free(&fake->src);
}

static void overlapping_zones_say_neither(void **state)
{
	struct fake *fake = fake_new();
	struct machine *machine;

	(void)state;
	fake->zoneinfo = "Node 0, zone   Normal\n        spanned  1000\n"
		"  start_pfn:           1000\n"
		"Node 1, zone   Normal\n        spanned  1000\n"
		"  start_pfn:           1500\n";
	machine = machine_read(&fake->src);
	assert_true(machine->zones_overlap);
	assert_int_equal(machine_zone(machine, 1499), 0);
	assert_int_equal(machine_zone(machine, 1500), -1);
	assert_int_equal(machine_zone(machine, 1999), -1);
	assert_int_equal(machine_zone(machine, 2000), 1);
	assert_int_equal(machine_zone(machine, 2500), -1);
	machine_unref(machine);
	source_free(&fake->src);
}

static void hostile_numbers(void **state)
{
	struct fake *fake = fake_new();
	struct machine *machine;

	(void)state;
	fake->zoneinfo = "Node 0, zone   Normal\n"
		"        spanned  18446744073709551615\n"
		"  start_pfn:           18446744073709551000\n";
	fake->iomem = "fffffffffffff000-ffffffffffffffff : System RAM\n"
		"00000000-ffffffffffffffff : Reserved\n";
	fake->facts.page_size = 1;
	machine = machine_read(&fake->src);
	assert_int_equal(machine->page_shift, 12);
	machine_zone(machine, UINT64_MAX);
	machine_stretch(machine, UINT64_MAX);
	machine_resource(machine, UINT64_MAX);
	machine_unref(machine_ref(machine));
	machine_unref(machine);
	source_free(&fake->src);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(stretches_are_a_map), T(i386_low_memory), T(i386_highmem),
		T(pae_highmem), T(arm_highmem_is_aligned),
		T(arm64_one_ram_two_zones), T(ppc64_pages_of_64k),
		T(without_iomem_zones_are_ram),
		T(hidden_iomem_is_not_believed),
		T(overlapping_zones_say_neither), T(hostile_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
