/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "machine-file.h"
#include "vmatlas/kernel/zoneinfo.h"

/* Figures read out of the files with grep; START -1: none is printed. */
struct expected {
	const char *machine, *name;
	int64_t start;
	uint64_t spanned, present, managed, free, min, low, high;
	unsigned norders;
	unsigned first, last;	/* free blocks of order 0 and of the highest */
	int node;
};

static const struct expected expected[] = {
	{ "amd64-hotplug", "DMA", 1, 4095, 3998, 3840, 3808,
	  11, 14, 17, 11, 0, 3, 0 },
	{ "amd64-hotplug", "DMA32", 4096, 61440, 61440, 48991, 40375,
	  142, 190, 238, 11, 5, 35, 0 },
	{ "amd64-hotplug", "Normal", 1048576, 196608, 65536, 65536, 65470,
	  190, 255, 320, 11, 2, 62, 0 },
	{ "amd64-hotplug", "Movable", 1081344, 32768, 32768, 32768, 32747,
	  95, 127, 159, 11, 1, 31, 0 },
	{ "amd64-hotplug", "Device", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "amd64-hotplug", "DMA", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 1 },
	{ "amd64-hotplug", "DMA32", 65536, 65504, 65504, 47343, 43926,
	  137, 184, 231, 11, 2, 40, 1 },
	{ "amd64-hotplug", "Normal", 1114112, 196608, 65536, 65536, 65536,
	  190, 255, 320, 11, 0, 64, 1 },
	{ "amd64-hotplug", "Movable", 1146880, 131072, 65536, 65536, 65536,
	  190, 255, 320, 11, 0, 64, 1 },
	{ "amd64-hotplug", "Device", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 1 },
	{ "amd64-numa3", "DMA", 1, 4095, 3998, 3840, 3808,
	  162, 202, 242, 11, 0, 3, 0 },
	{ "amd64-numa3", "DMA32", 4096, 51200, 51200, 51200, 45438,
	  2165, 2706, 3247, 11, 2, 43, 0 },
	{ "amd64-numa3", "Normal", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "amd64-numa3", "Movable", 55296, 10240, 10240, 9106, 7444,
	  385, 481, 577, 11, 1, 7, 0 },
	{ "amd64-numa3", "Device", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "amd64-numa3", "DMA", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 1 },
	{ "amd64-numa3", "DMA32", 65536, 55296, 55296, 43981, 40910,
	  1774, 2217, 2660, 11, 2, 37, 1 },
	{ "amd64-numa3", "Normal", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 1 },
	{ "amd64-numa3", "Movable", 120832, 10240, 10240, 9172, 8148,
	  387, 483, 579, 11, 0, 7, 1 },
	{ "amd64-numa3", "Device", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 1 },
	{ "amd64-numa3", "DMA", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 2 },
	{ "amd64-numa3", "DMA32", 131072, 55296, 55296, 55296, 54212,
	  2338, 2922, 3506, 11, 2, 52, 2 },
	{ "amd64-numa3", "Normal", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 2 },
	{ "amd64-numa3", "Movable", 186368, 10208, 10208, 8623, 7314,
	  352, 440, 528, 11, 0, 7, 2 },
	{ "amd64-numa3", "Device", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 2 },
	{ "arm64", "DMA", 262144, 524288, 524288, 507392, 499159,
	  5632, 7040, 8448, 11, 1, 485, 0 },
	{ "arm64", "DMA32", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "arm64", "Normal", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "arm64", "Movable", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "arm64-6g", "DMA", 262144, 786432, 786432, 763220, 760162,
	  5652, 7065, 8478, 11, 2, 740, 0 },
	{ "arm64-6g", "DMA32", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "arm64-6g", "Normal", 1048576, 786432, 786432, 755431, 747895,
	  5611, 7013, 8415, 11, 1, 729, 0 },
	{ "arm64-6g", "Movable", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "armhf", "DMA", 262144, 196608, 196608, 187157, 183534,
	  862, 1077, 1292, 12, 6, 87, 0 },
	{ "armhf", "Normal", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "armhf", "HighMem", 458752, 327680, 327680, 327680, 326378,
	  128, 507, 886, 12, 0, 157, 0 },
	{ "armhf", "Movable", -1, 0, 0, 0, 0,
	  32, 32, 32, 0, 0, 0, 0 },
	{ "armhf-512m", "DMA", 262144, 131072, 131072, 125165, 120725,
	  704, 880, 1056, 12, 2, 56, 0 },
	{ "armhf-512m", "Normal", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "armhf-512m", "HighMem", -1, 0, 0, 0, 0,
	  32, 32, 32, 0, 0, 0, 0 },
	{ "armhf-512m", "Movable", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "armhflpae", "DMA", 262144, 196608, 196608, 168077, 164169,
	  5632, 7040, 8448, 12, 5, 77, 0 },
	{ "armhflpae", "Normal", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "armhflpae", "HighMem", 458752, 589824, 589824, 589824, 588522,
	  128, 5101, 10074, 12, 0, 285, 0 },
	{ "armhflpae", "Movable", -1, 0, 0, 0, 0,
	  32, 32, 32, 0, 0, 0, 0 },
	{ "i386", "DMA", 1, 4095, 3998, 3840, 3840,
	  190, 237, 284, 11, 0, 3, 0 },
	{ "i386", "Normal", 4096, 220158, 220158, 211101, 207085,
	  10436, 13045, 15654, 11, 5, 201, 0 },
	{ "i386", "HighMem", 224254, 300002, 300002, 300002, 298174,
	  128, 3853, 7578, 11, 0, 290, 0 },
	{ "i386", "Movable", -1, 0, 0, 0, 0,
	  32, 32, 32, 0, 0, 0, 0 },
	{ "i386-256m", "DMA", 1, 4095, 3998, 3840, 3840,
	  31, 38, 45, 11, 0, 3, 0 },
	{ "i386-256m", "Normal", 4096, 61408, 61408, 57044, 52757,
	  457, 571, 685, 11, 3, 49, 0 },
	{ "i386-256m", "HighMem", -1, 0, 0, 0, 0,
	  32, 32, 32, 0, 0, 0, 0 },
	{ "i386-256m", "Movable", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
	{ "i386pae", "DMA", 1, 4095, 3998, 3840, 3840,
	  190, 237, 284, 11, 0, 3, 0 },
	{ "i386pae", "Normal", 4096, 221182, 221182, 212093, 208108,
	  10490, 13112, 15734, 11, 2, 202, 0 },
	{ "i386pae", "HighMem", 225278, 298978, 298978, 298978, 297402,
	  128, 3840, 7552, 11, 0, 289, 0 },
	{ "i386pae", "Movable", -1, 0, 0, 0, 0,
	  32, 32, 32, 0, 0, 0, 0 },
	{ "ppc64el", "Normal", 0, 32768, 32768, 31825, 31124,
	  352, 440, 528, 9, 2, 118, 0 },
	{ "ppc64el", "Movable", -1, 0, 0, 0, 0,
	  0, 0, 0, 0, 0, 0, 0 },
};

static void assert_zone(const struct zone *zone, const struct expected *want)
{
	assert_string_equal(zone->name, want->name);
	assert_int_equal(zone->node, want->node);
	assert_int_equal(zone->has_start, want->start >= 0);
	if (want->start >= 0)
		assert_true(zone->start_pfn == (uint64_t)want->start);
	assert_true(zone->has_managed);
	assert_true(zone->spanned == want->spanned);
	assert_true(zone->present == want->present);
	assert_true(zone->managed == want->managed);
	assert_true(zone->free == want->free);
	assert_true(zone->min == want->min);
	assert_true(zone->low == want->low);
	assert_true(zone->high == want->high);
	assert_int_equal(zone->norders, want->norders);
	if (!want->norders)
		return;
	assert_true(zone->free_blocks[0] == want->first);
	assert_true(zone->free_blocks[want->norders - 1] == want->last);
}

static void test_machines(void **state)
{
	const size_t count = sizeof(expected) / sizeof(expected[0]);
	struct buf buf = { 0 };
	struct zone *zones;
	size_t i = 0, n, j;

	(void)state;
	while (i < count) {
		const char *machine = expected[i].machine;

		n = zoneinfo_parse(machine_file(machine, "zoneinfo", &buf),
				   &zones);
		buddyinfo_parse(machine_file(machine, "buddyinfo", &buf),
				zones, n);
		for (j = 0; j < n; j++, i++) {
			assert_true(i < count);
			assert_string_equal(expected[i].machine, machine);
			assert_zone(&zones[j], &expected[i]);
		}
		/* None of this machine's is left. */
		assert_true(i == count ||
			    strcmp(expected[i].machine, machine) != 0);
		free(zones);
	}
	buf_fini(&buf);
}

/* What is held back, and what newer kernels print besides: read out of the
 * files by hand. */
static void test_reserves(void **state)
{
	static const struct {
		const char *machine;
		unsigned zone, n;
		uint64_t reserve[5];
	} cases[] = {
		{ "i386", 0, 4, { 0, 820, 1992, 1992 } },
		{ "i386", 1, 4, { 0, 0, 9375, 9375 } },
		{ "amd64-hotplug", 7, 5, { 0, 0, 0, 2048, 2048 } },
		{ "ppc64el", 0, 2, { 0, 0 } },
	};
	struct buf buf = { 0 };
	struct zone *zones;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		zoneinfo_parse(machine_file(cases[i].machine, "zoneinfo",
			&buf), &zones);
		assert_int_equal(zones[cases[i].zone].nreserves, cases[i].n);
		for (k = 0; k < cases[i].n; k++)
			assert_true(zones[cases[i].zone].reserve[k] ==
				cases[i].reserve[k]);
		assert_true(zones->has_cma && zones->has_boost);
		free(zones);
	}
	zoneinfo_parse(text_of("Node 0, zone DMA\n        promo    7\n"
		"        cma      9\n        boost    3\n"
		"      nr_free_cma  4\n"
		"        protection: (1, 2,3 )\n"
		"Node 0, zone Normal\n        protection: (1, x)\n"
		"Node 0, zone Movable\n        protection: ()\n"
		"Node 0, zone Device\n"
		"        protection: (1,2,3,4,5,6,7,8,9)\n"
		"        protection: (\n        protection:\n"), &zones);
	assert_true(zones->promo == 7 && zones->cma == 9);
	assert_true(zones->boost == 3 && zones->free_cma == 4);
	assert_true(zones->has_promo && zones->has_cma && zones->has_boost);
	assert_int_equal(zones->nreserves, 3);
	assert_true(zones->reserve[2] == 3);
	assert_int_equal(zones[1].nreserves, 0);
	assert_false(zones[1].has_promo || zones[1].has_cma);
	assert_int_equal(zones[2].nreserves, 0);
	assert_int_equal(zones[3].nreserves, ZONE_TYPES_MAX);
	free(zones);
	buf_fini(&buf);
}

/* As 2.6 and 3.2 print it: no managed, scanned between high and spanned. */
static void test_old_kernel(void **state)
{
	static const char text[] =
		"Node 0, zone   Normal\n"
		"  pages free     1111\n"
		"        min      22\n"
		"        low      27\n"
		"        high     33\n"
		"        scanned  5\n"
		"        spanned  32768\n"
		"        present  32512\n"
		"    nr_free_pages 1111\n"
		"  pagesets\n"
		"    cpu: 0\n"
		"              count: 41\n"
		"              high:  90\n"
		"              batch: 15\n"
		"  all_unreclaimable: 0\n"
		"  start_pfn:         4096\n"
		"  inactive_ratio:    1\n";
	struct zone *zones;

	(void)state;
	assert_int_equal(zoneinfo_parse(text_of(text), &zones), 1);
	assert_true(zones->high == 33 && zones->present == 32512);
	assert_false(zones->has_managed);
	assert_true(zones->has_start && zones->start_pfn == 4096);
	assert_int_equal(zones->norders, 0);
	assert_false(zones->has_cma || zones->has_free_cma);
	assert_false(zones->has_boost || zones->has_promo);
	free(zones);
}

static void test_nodes(void **state)
{
	struct zone *zones;
	size_t n;

	(void)state;
	n = zoneinfo_parse(text_of(
		"Node 0, zone   Normal\n  per-node stats\n"
		"      nr_mapped 7\n  pages free 1\n  start_pfn:  10\n"
		"Node 1, zone   Normal\n  pages free 2\n"
		"        spanned 20\n  start_pfn:  4503599627370496\n"
		"Node 12, zone Device\n        min 3\n"), &zones);
	assert_int_equal(n, 3);
	assert_int_equal(zones[1].node, 1);
	assert_true(zones[0].free == 1 && zones[1].free == 2);
	assert_true(zones[1].start_pfn == UINT64_C(1) << 52);
	assert_int_equal(zones[2].node, 12);
	assert_string_equal(zones[2].name, "Device");
	assert_false(zones[2].has_start);

	buddyinfo_parse(text_of(
		"Node 1, zone   Normal      4      3     2\n"
		"Node 2, zone   Normal      9      9     9\n"
		"nonsense\n"
		"Node 12, zone   Device\n"), zones, n);
	assert_int_equal(zones[0].norders, 0);
	assert_int_equal(zones[1].norders, 3);
	assert_true(zones[1].free_blocks[0] == 4);
	assert_true(zones[1].free_blocks[2] == 2);
	assert_int_equal(zones[2].norders, 0);
	free(zones);
}

static void test_hostile(void **state)
{
	struct buf buf = { 0 };
	struct zone *zones;
	size_t n;
	int i;

	(void)state;
	assert_int_equal(zoneinfo_parse(text_of(""), &zones), 0);
	assert_null(zones);
	assert_int_equal(zoneinfo_parse(text_of("  pages free 3\n"), &zones),
			 0);
	free(zones);

	/* A zone that cannot be read does not give its lines to another. */
	n = zoneinfo_parse(text_of(
		"Node 0, zone DMA\n  pages free 1\n"
		"Node x, zone DMA\n  pages free 2\n        min 2\n"
		"Node 4294967296, zone DMA\n  pages free 3\n"
		"Node 0, zone\n  pages free 4\n"
		"Node 0 zone DMA\n  pages free 5\n"
		"Node 0, area DMA\n  pages free 6\n"), &zones);
	assert_int_equal(n, 1);
	assert_true(zones->free == 1 && zones->min == 0);
	free(zones);

	/* Names are cut, numbers that are none passed over. */
	n = zoneinfo_parse(text_of(
		"Node 0, zone AVeryLongNameOfAZoneThatIsCut\n"
		"        min 12x\n        low\n        spanned 2\n"
		"  start_pfn: 18446744073709551615\n"), &zones);
	assert_int_equal(n, 1);
	assert_string_equal(zones->name, "AVeryLongNameOfAZoneThatIsC");
	assert_true(zones->min == 0 && zones->low == 0);
	/* It would run past the last PFN. */
	assert_false(zones->has_start);
	for (i = 0; i < 40; i++)
		buf_fmt(&buf, "%s%d", i ? " " : "Node 0, zone AVeryLongNameOfAZoneThatIsC ",
			i);
	buddyinfo_parse(text_of(buf_text(&buf)), zones, n);
	assert_int_equal(zones->norders, ZONE_ORDERS_MAX);
	assert_true(zones->free_blocks[31] == 31);
	free(zones);

	buf_clear(&buf);
	for (i = 0; i < ZONES_MAX + 9; i++)
		buf_fmt(&buf, "Node %d, zone Z\n  pages free %d\n", i, i);
	n = zoneinfo_parse(text_of(buf_text(&buf)), &zones);
	assert_int_equal(n, ZONES_MAX);
	assert_true(zones[ZONES_MAX - 1].free == ZONES_MAX - 1);
	free(zones);
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_reserves),
		cmocka_unit_test(test_old_kernel),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
