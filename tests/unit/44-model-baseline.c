/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/model/baseline.h"

static struct region region(uint64_t start, uint64_t end, uint64_t rss,
	uint64_t swap)
{
	struct region region = { .start = start, .end = end,
		.splits_known = true, .splits = 1 };

	figures_zero(&region.usage);
	region.usage.rss = rss;
	region.usage.swap = swap;
	return region;
}

static void check(const struct region *region, int64_t rss, int64_t swap)
{
	assert_true(region->since.on);
	assert_true(region->since.rss_known);
	assert_int_equal(region->since.rss, rss);
	assert_int_equal(region->since.swap, swap);
}

static void check_unknown(const struct region *region)
{
	assert_true(region->since.on);
	assert_false(region->since.rss_known);
	assert_false(region->since.swap_known);
	assert_false(region->since.splits_known);
}

static void differences(void **state)
{
	struct baseline baseline = { .number = 1 };
	struct region then[] = {
		region(0x1000, 0x3000, 8192, 0),
		region(0x3000, 0x4000, 4096, 0),
		region(0x8000, 0xc000, 0, 4096),
		region(0x10000, 0x14000, 12288, 0),
	};
	/* Merged, new, grown downwards, cut in two. */
	struct region now[] = {
		region(0x1000, 0x4000, 4096, 4096),
		region(0x5000, 0x6000, 4096, 0),
		region(0x7000, 0xc000, 4096, 0),
		region(0x10000, 0x12000, 4096, 0),
		region(0x13000, 0x14000, 4096, 0),
	};

	(void)state;
	baseline_regions(&baseline, then, 4, 4096);
	check(&then[0], 0, 0);
	check(&then[3], 0, 0);
	baseline_regions(&baseline, now, 5, 4096);
	check(&now[0], -8192, 4096);
	assert_int_equal(now[0].since.splits, -4096);
	check(&now[1], 4096, 0);
	assert_int_equal(now[1].since.splits, 4096);
	check(&now[2], 4096, -4096);
	check_unknown(&now[3]);
	check_unknown(&now[4]);
	baseline_fini(&baseline);
}

static void what_was_not_known(void **state)
{
	struct baseline baseline = { .number = 1 };
	struct region then = region(0x1000, 0x3000, 0, 0);
	struct region now = region(0x1000, 0x3000, 4096, 4096);

	(void)state;
	then.usage.known &= ~(uint32_t)USAGE_RSS;
	then.splits_known = false;
	baseline_regions(&baseline, &then, 1, 4096);
	baseline_regions(&baseline, &now, 1, 4096);
	assert_false(now.since.rss_known);
	assert_false(now.since.splits_known);
	assert_true(now.since.swap_known);
	assert_int_equal(now.since.swap, 4096);
	now = region(0x1000, 0x3000, 4096, 4096);
	now.usage.known = 0;
	baseline_regions(&baseline, &now, 1, 4096);
	assert_false(now.since.swap_known);
	baseline_fini(&baseline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences),
		cmocka_unit_test(what_was_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
