/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vmatlas/view/explain.h"

/* What is said of a region whose frames were counted like this. */
static void says(struct region_fitness about, uint64_t below,
	const char *expected)
{
	struct machine machine = { .page_shift = 12 };
	struct snapshot snapshot = { .machine = &machine, .below = below,
		.focus_fitness = about };
	struct buf out = { 0 };

	snapshot.focus.side = FOCUS_VIRTUAL;
	snapshot.focus.range = (struct page_range){ 0x1000, 0x1001 };
	snapshot.detail.valid = true;
	snapshot.detail.pfn = 0x100b;
	explain_fitness(&out, &snapshot, 3, 0x1000, 0x1001);
	assert_string_equal(buf_text(&out), expected);
	buf_fini(&out);
}

#define G4 (UINT64_C(4) << 30)

static void fitness_in_words(void **state)
{
	struct region_fitness about = { .valid = true, .region = 3,
		.has_run = true, .run_at = 12, .run_length = 37 };

	(void)state;
	about.fitness = (struct fitness){ .known = true, .present = 600,
		.below = 600, .runs = 5, .longest = 512,
		.longest_pfn = 0x200000 };
	says(about, G4, "run\t12 of 37 frames: 0x1000-0x1025, 11 before and 25 "
		"behind\n"
		"frames\t5 runs, longest 2.0M at 0x200000000, all below 4.0G\n");
	about.fitness.below = 7;
	says(about, G4, "run\t12 of 37 frames: 0x1000-0x1025, 11 before and 25 "
		"behind\nframes\t5 runs, longest 2.0M "
		"at 0x200000000, not all below 4.0G (7 of 600)\n");
	about.has_run = false;
	about.fitness.below = 0;
	about.fitness.runs = 1;
	says(about, 16 << 20, "frames\t1 run, longest 2.0M at 0x200000000, "
		"none below 16.0M\n");
	about.partial = true;
	about.fitness.end = 0x7f0000400000;
	says(about, 16 << 20, "frames\t1 run, longest 2.0M at 0x200000000, "
		"none below 16.0M, so far (up to 0x7f0000400000)\n");
}

static void what_was_not_counted_is_not_said(void **state)
{
	struct region_fitness about = { .valid = true, .region = 3 };

	(void)state;
	about.fitness = (struct fitness){ .known = true };
	says(about, G4, "");
	about.fitness = (struct fitness){ .known = false, .present = 1,
		.runs = 1, .longest = 1 };
	says(about, G4, "");
	about.fitness.known = true;
	about.region = 2;
	says(about, G4, "");
	about.region = 3;
	about.valid = false;
	says(about, G4, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fitness_in_words),
		cmocka_unit_test(what_was_not_counted_is_not_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
