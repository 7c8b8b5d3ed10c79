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
	"amd64-hotplug", "amd64-numa3", "arm64", "arm64-6g", "armhf", "armhf-512m", "armhflpae", "i386",
	"i386-256m", "i386pae", "ppc64el",
};

#define NMACHINES (sizeof(machines) / sizeof(*machines))

static struct machine *read_machine(const char *name, bool iomem)
{
	struct buf zoneinfo = { 0 }, resources = { 0 }, sys = { 0 };
	struct fake *fake = fake_new();
	struct machine *machine;

	machine_file(name, "zoneinfo", &zoneinfo);
	machine_file(name, "iomem", &resources);
	if (!strncmp(name, "amd64", 5)) {
		machine_file(name, "sys", &sys);
		buf_char(&sys, '\n');
	}
	fake->sys = buf_text(&sys);
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
	buf_fini(&sys);
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
		uint64_t in_zone[15] = { 0 };

		assert_true(machine->nstretches > 0 && machine->nzones <= 15);
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
			/* Nothing is RAM that no zone has, or is offline. */
			if (stretch->kind == STRETCH_RAM &&
			    !machine->zones_overlap)
				assert_true(stretch->zone >= 0 ||
					stretch->end - stretch->start < 512);
		}
		for (s = 0; s < machine->nzones; s++)
			if (machine->zones[s].has_start &&
			    !machine->zones_overlap)
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
	check_stretch(machine, 1048575, STRETCH_RAM, 0, "reserved");
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

/* ---- spans that overlap */

#define ZONE(node, name, spanned, start) "Node " #node ", zone " name \
	"\n        spanned  " #spanned "\n        present  " #spanned \
	"\n        managed  " #spanned "\n  start_pfn:           " #start "\n"
#define BLOCK(number, file, text) \
	"== /sys/devices/system/memory/memory" #number "/" file "\n" text "\n"
#define NODE_BLOCK(node, number, file, text) "== /sys/devices/system/node/" \
	"node" #node "/memory" #number "/" file "\n" text "\n"
/* 256 frames of 4 KiB. */
#define BLOCK_SIZE "== /sys/devices/system/memory/block_size_bytes\n100000\n"

static struct machine *overlapping(struct fake **fake, const char *zoneinfo,
	const char *sys)
{
	*fake = fake_new();
	(*fake)->zoneinfo = zoneinfo;
	(*fake)->sys = sys;
	(*fake)->iomem = "00000000-0fffffff : System RAM\n";
	return machine_read(&(*fake)->src);
}

static void check_doubt(const struct machine *machine, uint64_t pfn, int node,
	const char *name)
{
	int zone = machine_zone(machine, pfn);

	assert_true(zone >= (int)machine->nzones &&
		zone < (int)machine->nplaces);
	assert_int_equal(machine->zones[zone].node, node);
	assert_string_equal(machine->zones[zone].name, name);
	assert_int_equal(machine_stretch(machine, pfn)->zone, zone);
}

static void without_blocks_there_is_doubt(void **state)
{
	struct fake *fake;
	struct machine *machine = overlapping(&fake,
		ZONE(0, "Normal", 1000, 1000) ZONE(0, "Movable", 500, 1600)
		ZONE(1, "Normal", 1000, 1500) ZONE(1, "Movable", 10, 1650),
		NULL);

	(void)state;
	assert_true(machine->zones_overlap);
	assert_int_equal(machine->nzones, 4);
	assert_int_equal(machine_zone(machine, 999), -1);
	assert_int_equal(machine_zone(machine, 1499), 0);
	check_doubt(machine, 1500, -1, "Normal");
	check_doubt(machine, 1600, -1, "Normal or Movable");
	check_doubt(machine, 1655, -1, "Normal or Movable");
	check_doubt(machine, 2050, -1, "Movable or Normal");
	check_doubt(machine, 1999, -1, "Normal or Movable");
	assert_int_equal(machine_zone(machine, 2100), 2);
	assert_int_equal(machine_zone(machine, 2500), -1);
	/* Cells and blocks are cut where that changes. */
	assert_true(machine->zones_unaligned);
	assert_true(machine_cell(machine, 1510, 9) == 1500);
	assert_true(machine_cell(machine, 1550, 9) == 1536);
	assert_true(machine_cell(machine, 1590, 20) == 1500);
	assert_true(machine_cell(machine, 1660, 20) == 1600);
	machine_unref(machine);
	source_free(&fake->src);
}

static void a_doubt_within_a_node_has_it(void **state)
{
	struct fake *fake;
	struct machine *machine = overlapping(&fake,
		ZONE(3, "DMA32", 1024, 0) ZONE(3, "Normal", 1024, 512), NULL);

	(void)state;
	check_doubt(machine, 512, 3, "DMA32 or Normal");
	check_doubt(machine, 1023, 3, "DMA32 or Normal");
	assert_int_equal(machine->nplaces, 3);
	assert_false(machine->zones_unaligned);
	machine_unref(machine);
	source_free(&fake->src);
}

static void blocks_tell_zones_apart(void **state)
{
	struct fake *fake;
	struct machine *machine = overlapping(&fake,
		ZONE(0, "Normal", 4096, 0) ZONE(0, "Movable", 2048, 1024)
		ZONE(1, "Normal", 2304, 1024), BLOCK_SIZE
		NODE_BLOCK(0, 4, "valid_zones", "Movable")
		NODE_BLOCK(1, 5, "valid_zones", "Normal")
		/* The block is of more than one zone. */
		NODE_BLOCK(0, 6, "valid_zones", "none")
		/* ... and of more than one node. */
		NODE_BLOCK(0, 7, "valid_zones", "none")
		NODE_BLOCK(1, 7, "valid_zones", "none")
		BLOCK(7, "valid_zones", "none") BLOCK(7, "state", "online")
		NODE_BLOCK(0, 8, "valid_zones", "Normal Movable")
		BLOCK(8, "state", "offline")
		/* Older kernels say more of what is online, too. */
		NODE_BLOCK(0, 9, "valid_zones", "Normal Movable")
		BLOCK(9, "state", "online")
		/* Before 3.18 there is the node alone. */
		NODE_BLOCK(0, 10, "state", "online")
		BLOCK(10, "state", "online")
		/* A block that says what zoneinfo does not know of. */
		NODE_BLOCK(0, 11, "valid_zones", "Other"));

	(void)state;
	assert_int_equal(machine_zone(machine, 1023), 0);
	assert_int_equal(machine_zone(machine, 1024), 1);
	assert_int_equal(machine_zone(machine, 1279), 1);
	assert_int_equal(machine_zone(machine, 1280), 2);
	check_doubt(machine, 6 * 256, 0, "Normal or Movable");
	check_doubt(machine, 7 * 256, -1, "Normal or Movable");
	assert_int_equal(machine_zone(machine, 8 * 256), -1);
	assert_int_equal(machine_zone(machine, 9 * 256), 0);
	check_doubt(machine, 10 * 256, 0, "Normal or Movable");
	check_doubt(machine, 11 * 256, -1, "Normal or Movable");
	/* Twelve is a hole: no such block. */
	assert_int_equal(machine_zone(machine, 3072), -1);
	assert_int_equal(machine_zone(machine, 3327), -1);
	assert_int_equal(machine_zone(machine, 3328), 0);
	assert_true(machine->zones_unaligned);
	machine_unref(machine);
	source_free(&fake->src);
}

/* What blocks say is kept until a zone changes. */
static void blocks_are_read_once(void **state)
{
	struct fake *fake;
	struct machine *first = overlapping(&fake,
		ZONE(0, "Normal", 2048, 0) ZONE(0, "Movable", 512, 512),
		BLOCK_SIZE NODE_BLOCK(0, 2, "valid_zones", "Movable")
		NODE_BLOCK(0, 3, "valid_zones", "Normal")), *second;
	unsigned texts = fake->texts;

	(void)state;
	fake->sys = BLOCK_SIZE NODE_BLOCK(0, 2, "valid_zones", "Normal")
		NODE_BLOCK(0, 3, "valid_zones", "Movable");
	second = machine_reread(&fake->src, first);
	assert_int_equal(fake->texts - texts, 3);
	assert_ptr_equal(second->topology, first->topology);
	machine_unref(first);
	assert_int_equal(machine_zone(second, 512), 1);
	assert_int_equal(machine_zone(second, 768), 0);
	first = second;
	fake->zoneinfo = ZONE(0, "Normal", 2048, 0) ZONE(0, "Movable", 511, 513);
	second = machine_reread(&fake->src, first);
	assert_int_equal(machine_zone(second, 513), 0);
	assert_int_equal(machine_zone(second, 768), 1);
	machine_unref(first);
	/* The same spans, but a block was plugged in or out between. */
	fake->sys = BLOCK_SIZE NODE_BLOCK(0, 3, "valid_zones", "Normal");
	first = second;
	fake->zoneinfo = ZONE(0, "Normal", 2048, 0) "Node 0, zone Movable\n"
		"        spanned 511\n        present 9\n  start_pfn: 513\n";
	second = machine_reread(&fake->src, first);
	assert_int_equal(machine_zone(second, 768), 0);
	machine_unref(first);
	first = second;
	fake->sys = BLOCK_SIZE NODE_BLOCK(0, 3, "valid_zones", "Movable");
	fake->zoneinfo = ZONE(0, "Normal", 2048, 0) "Node 0, zone Movable\n"
		"        spanned 510\n        present 9\n  start_pfn: 513\n";
	second = machine_reread(&fake->src, first);
	assert_int_equal(machine_zone(second, 768), 1);
	machine_unref(first);
	/* Where nothing overlaps, sysfs is not asked; nor is what never
	 * changes, but by the first machine. */
	fake->zoneinfo = FAKE_ZONES;
	texts = fake->texts;
	machine_unref(machine_reread(&fake->src, second));
	assert_int_equal(fake->texts - texts, 3);
	machine_unref(second);
	source_free(&fake->src);
}

/* Hot-plugged blocks of two nodes and two zones, one of them offline. */
static void a_real_interleaved_machine(void **state)
{
	struct machine *machine = read_machine("amd64-hotplug", true);
	static const int zones[] = { 2, 3, 7, 8, -1, 2, 8, 7 };
	uint64_t in_zone[10] = { 0 };
	size_t i;

	(void)state;
	assert_true(machine->zones_overlap);
	assert_false(machine->zones_unaligned);
	assert_int_equal(machine->nzones, 10);
	assert_int_equal(machine->nplaces, 10);
	for (i = 0; i < 8; i++) {
		uint64_t pfn = (32 + i) * 32768;

		assert_int_equal(machine_zone(machine, pfn), zones[i]);
		assert_int_equal(machine_zone(machine, pfn + 32767), zones[i]);
		assert_true(machine_cell(machine, pfn + 32767, 40) == pfn);
		assert_int_equal(machine_stretch(machine, pfn)->kind,
			STRETCH_RAM);
	}
	for (i = 0; i < machine->nstretches; i++) {
		const struct stretch *stretch = &machine->stretches[i];

		if (stretch->zone >= 0 && stretch->kind == STRETCH_RAM)
			in_zone[stretch->zone] += stretch->end - stretch->start;
	}
	/* The kernel's own sums, but for what firmware keeps. */
	for (i = 1; i < 10; i++)
		assert_true(in_zone[i] == machine->zones[i].present);
	machine_unref(machine);
}

/* ---- the order in which an allocation walks zones */

static void check_fallback(const struct machine *machine, size_t zone,
	const char *want)
{
	struct buf buf = { 0 };
	bool known = topology_fallback(machine->topology, &machine->rules,
		machine->zones, machine->nzones, zone, &buf);

	assert_int_equal(known, want != NULL);
	assert_string_equal(buf_text(&buf), want ? want : "");
	buf_fini(&buf);
}

/* Its log says "Fallback order for Node 0: 0 2 1", "1: 1 0 2", "2: 2 0 1". */
static void fallback_of_three_nodes(void **state)
{
	struct machine *machine = read_machine("amd64-numa3", true);

	(void)state;
	assert_int_equal(machine->nzones, 15);
	assert_false(machine->zones_overlap);
	check_fallback(machine, 0, "0/DMA");
	check_fallback(machine, 1, "0/DMA32 0/DMA 2/DMA32 1/DMA32");
	/* The type counts, not whether the zone has pages. */
	check_fallback(machine, 2, "0/DMA32 0/DMA 2/DMA32 1/DMA32");
	check_fallback(machine, 3, "0/Movable 0/DMA32 0/DMA "
		"2/Movable 2/DMA32 1/Movable 1/DMA32");
	check_fallback(machine, 8, "1/Movable 1/DMA32 "
		"0/Movable 0/DMA32 0/DMA 2/Movable 2/DMA32");
	check_fallback(machine, 11, "2/DMA32 0/DMA32 0/DMA 1/DMA32");
	machine_unref(machine);
}

static void fallback_of_one_node(void **state)
{
	struct machine *machine = read_machine("i386", true);

	(void)state;
	check_fallback(machine, 0, "0/DMA");
	check_fallback(machine, 1, "0/Normal 0/DMA");
	check_fallback(machine, 3, "0/HighMem 0/Normal 0/DMA");
	machine_unref(machine);
}

#define DISTANCE(node, text) \
	"== /sys/devices/system/node/node" #node "/distance\n" text "\n"

/* Nothing is allocated from what has no pages, or has none left. */
static void fallback_without_pages(void **state)
{
	struct fake *fake = fake_new();
	struct machine *machine;

	(void)state;
	fake->zoneinfo = "Node 0, zone DMA\n  present 5\n  managed 0\n"
		"Node 0, zone Normal\n  present 9\n  managed 7\n"
		"Node 1, zone DMA\n  present 0\n"
		"Node 1, zone Normal\n  present 0\n"
		"Node 2, zone DMA\n  present 6\n"
		"Node 2, zone Normal\n  present 9\n  managed 7\n";
	fake->sys = DISTANCE(0, "10 20 20") DISTANCE(1, "20 10 20")
		DISTANCE(2, "20 20 10");
	machine = machine_read(&fake->src);
	/* Without the second node no two are as far as each other. */
	check_fallback(machine, 1, "0/Normal 2/Normal 2/DMA");
	check_fallback(machine, 3, "0/Normal|2/Normal|2/DMA");
	machine_unref(machine);
	source_free(&fake->src);
}

/* Where a node leaves zones out, the place of one is not its type. */
static void fallback_of_nodes_that_differ(void **state)
{
	static const char *const texts[] = {
		ZONE(0, "DMA", 10, 0) ZONE(0, "Normal", 90, 10)
		ZONE(1, "Normal", 100, 100),
		ZONE(0, "DMA", 10, 0) ZONE(0, "Normal", 90, 10)
		ZONE(1, "Normal", 100, 100) ZONE(1, "Movable", 100, 200),
	};
	struct fake *fake = fake_new();
	struct machine *machine;
	size_t i;

	(void)state;
	fake->sys = DISTANCE(0, "10 20") DISTANCE(1, "20 10");
	strcpy(fake->facts.release, "6.1");
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		fake->zoneinfo = texts[i];
		machine = machine_read(&fake->src);
		check_fallback(machine, 2, NULL);
		machine_unref(machine);
	}
	source_free(&fake->src);
}

static void fallback_says_what_is_not_known(void **state)
{
	static const char zoneinfo[] = ZONE(0, "Normal", 100, 0)
		ZONE(1, "Normal", 100, 100) ZONE(2, "Normal", 100, 200)
		ZONE(3, "Normal", 100, 300);
	struct fake *fake = fake_new();
	struct machine *machine;
	size_t i;
	static const struct {
		const char *sys, *release, *want;
	} cases[] = {
		/* Both at the same distance: weights that are not told. */
		{ DISTANCE(0, "10 21 21 31") DISTANCE(1, "21 10 31 21")
		  DISTANCE(2, "21 31 10 21") DISTANCE(3, "31 21 22 10"),
		  "4.14.1", "3/Normal 1/Normal|2/Normal 0/Normal" },
		{ DISTANCE(0, "10 21 21 31") DISTANCE(1, "21 10 31 21")
		  DISTANCE(2, "21 31 10 21") DISTANCE(3, "31 21 24 10"),
		  "5.0", "3/Normal 1/Normal 2/Normal 0/Normal" },
		/* Zone order may have been chosen. */
		{ DISTANCE(0, "10 21 21 31") DISTANCE(1, "21 10 31 21")
		  DISTANCE(2, "21 31 10 21") DISTANCE(3, "31 21 24 10"),
		  "4.13.9", NULL },
		/* Not told, too few, too many: which node is which? */
		{ NULL, "6.1", NULL },
		{ DISTANCE(0, "10 21 21 31") DISTANCE(1, "21 10 31 21")
		  DISTANCE(2, "21 31 10") DISTANCE(3, "31 21 24 10"),
		  "6.1", NULL },
		{ DISTANCE(0, "10 21 21 31") DISTANCE(1, "21 10 31 21")
		  DISTANCE(2, "21 31 10 21 21") DISTANCE(3, "31 21 24 10"),
		  "6.1", NULL },
	};

	(void)state;
	fake->zoneinfo = zoneinfo;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fake->sys = cases[i].sys;
		strcpy(fake->facts.release, cases[i].release);
		machine = machine_read(&fake->src);
		check_fallback(machine, 3, cases[i].want);
		machine_unref(machine);
	}
	source_free(&fake->src);
}

/* ---- the kernel's own image: figures summed up from the files by hand */

static void kernel_image_by_zone(void **state)
{
	static const struct {
		const char *machine, *name;
		int zone;
		uint64_t pfn, frames;
	} cases[] = {
		{ "amd64-hotplug", "Kernel data", 1, 0x7000, 10789 },
		{ "amd64-numa3", "Kernel data", 6, 0x1b800, 10789 },
		{ "arm64", "Kernel data", 0, 0x41eb0, 6576 },
		{ "arm64-6g", "Kernel data", 0, 0x41eb0, 6576 },
		{ "armhf", "Kernel data", 0, 0x41400, 4608 },
		{ "armhf-512m", "Kernel data", 0, 0x41400, 4608 },
		{ "armhflpae", "Kernel data", 0, 0x41600, 5126 },
		{ "i386", "Kernel data", 1, 0x1ec39, 3557 },
		{ "i386-256m", "Kernel data", 1, 0xdc39, 3557 },
		{ "i386pae", "Kernel data", 1, 0xec52, 3589 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct machine *machine = read_machine(cases[i].machine, true);
		uint64_t frames;

		check_stretch(machine, cases[i].pfn, STRETCH_RAM,
			cases[i].zone, cases[i].name);
		assert_true(machine_kernel_image(machine, cases[i].zone,
			&frames));
		assert_int_equal(frames, cases[i].frames);
		assert_true(machine_is_ram(machine, cases[i].pfn));
		machine_unref(machine);
	}
}

/* The frame is one, whatever ranges it is in. */
static void parts_that_share_a_frame(void **state)
{
	struct fake *fake = fake_new();
	struct machine *machine;
	uint64_t frames;

	(void)state;
	fake->iomem = "00001000-1fffffff : System RAM\n"
		"  00100000-001017ff : Kernel code\n"
		"    00100000-00100fff : inner\n"
		"  00101800-001027ff : Kernel data\n";
	machine = machine_read(&fake->src);
	check_stretch(machine, 0xff, STRETCH_RAM, 0, "System RAM");
	check_stretch(machine, 0x100, STRETCH_RAM, 0, "inner");
	check_stretch(machine, 0x101, STRETCH_RAM, 0, "Kernel code");
	check_stretch(machine, 0x102, STRETCH_RAM, 0, "Kernel data");
	check_stretch(machine, 0x103, STRETCH_RAM, 0, "System RAM");
	assert_true(machine_kernel_image(machine, 0, &frames));
	assert_int_equal(frames, 2);
	machine_unref(machine);
	source_free(&fake->src);
}

static void no_image_is_not_known(void **state)
{
	struct machine *machine = read_machine("ppc64el", true);
	uint64_t frames;

	(void)state;
	assert_false(machine_kernel_image(machine, 0, &frames));
	machine_unref(machine);
	machine = read_machine("arm64-6g", true);
	assert_true(machine_kernel_image(machine, 2, &frames));
	assert_int_equal(frames, 0);
	/* Parts of RAM that firmware keeps are RAM. */
	check_stretch(machine, 0x48000, STRETCH_RAM, 0, "reserved");
	machine_unref(machine);
	machine = read_machine("i386", false);
	assert_false(machine_kernel_image(machine, 1, &frames));
	machine_unref(machine);
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
		T(without_blocks_there_is_doubt),
		T(a_doubt_within_a_node_has_it), T(blocks_tell_zones_apart),
		T(blocks_are_read_once), T(a_real_interleaved_machine),
		T(fallback_without_pages), T(parts_that_share_a_frame),
		T(fallback_of_three_nodes), T(fallback_of_one_node),
		T(fallback_of_nodes_that_differ),
		T(fallback_says_what_is_not_known), T(kernel_image_by_zone),
		T(no_image_is_not_known), T(hostile_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
