/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever the kernel says, and however it changes its mind while it is asked,
 * the sums of a region stay within it: each page is in one state, and no
 * figure is larger than the region, or negative.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/space.h"

/* Always the same row of numbers: a failure can be looked into. */
static uint64_t seed;

static uint64_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static uint64_t below(uint64_t n)
{
	return any() % n;
}

#define FIRST 0x1000	/* pages */
#define PAGES 6000

static uint64_t any_flags(void)
{
	static const uint64_t likely[] = { FAKE_OWN, FAKE_ANON, FAKE_CACHE, 0,
		FAKE_ANON | KPF(KSM), KPF(ZERO_PAGE), KPF(HUGE) | KPF(ANON),
		KPF(HUGE), FAKE_OWN | KPF(THP) | KPF(HEAD),
		FAKE_OWN | KPF(THP) | KPF(TAIL), KPF(BUDDY), KPF(SLAB),
		KPF(PGTABLE), KPF(NOPAGE), KPF(MMAP), KPF(HWPOISON),
		KPF(RESERVED) | KPF(MMAP), KPF(ZERO_PAGE) | KPF(THP) };
	const size_t n = sizeof(likely) / sizeof(*likely);

	return below(8) ? likely[below(n)] : any();
}

static uint64_t any_word(void)
{
	switch (below(6)) {
	case 0:
	case 1:
		return 0;
	case 2:		/* swap, migration, markers ... */
		return PM_SWAP | below(32) | below(16) << 5 |
			(below(2) ? PM_FILE : 0);
	case 3:
		return any();
	default:
		return PM_PRESENT | below(FAKE_FRAMES - 2) |
			(below(2) ? PM_FILE : 0) |
			(below(2) ? PM_EXCLUSIVE : 0);
	}
}

/* The kernel goes on while it is asked. */
static void stir(struct fake *fake, enum word_file file, uint64_t first)
{
	uint64_t *words = fake->areas[0].words;
	unsigned i;

	(void)file;
	(void)first;
	for (i = 0; i < 40; i++) {
		words[below(PAGES)] = any_word();
		fake->flags[below(FAKE_FRAMES)] = any_flags();
		fake->counts[below(FAKE_FRAMES)] = below(8) ? below(4) : any();
	}
}

static void any_maps(char *out, size_t size)
{
	static const char *const kinds[] = {
		"rw-p 00000000 00:00 0", "r-xp 00000000 fe:01 11 /bin/x",
		"rw-p 00001000 fe:01 11 /bin/x", "rw-s 00000000 fe:01 12 /f",
		"rw-s 00000000 00:01 13 /memfd:m (deleted)",
		"r--p 00000000 00:01 13 /memfd:m (deleted)",
		"rw-s 00000000 00:0e 14 /anon_hugepage (deleted)",
		"r--p 00000000 00:00 0 [vvar]", "r-xp 00000000 00:00 0 [vdso]",
		"rw-s 00000000 00:06 9 /dev/mem", "rw-p 00000000 00:00 0 [heap]",
	};
	uint64_t vpn = FIRST;
	size_t at = 0;

	while (vpn < FIRST + PAGES) {
		uint64_t end = vpn + 1 + below(below(2) ? 40 : 1500);

		if (end > FIRST + PAGES)
			end = FIRST + PAGES;
		if (below(6))
			at += (size_t)snprintf(out + at, size - at,
				"%llx-%llx %s\n", (unsigned long long)vpn << 12,
				(unsigned long long)end << 12,
				kinds[below(sizeof(kinds) / sizeof(*kinds))]);
		vpn = end;
	}
	out[at] = '\0';
}

static void check_usage(const struct figures *usage, uint64_t size)
{
	assert_true(usage->rss <= size);
	assert_true(usage->swap <= size);
	assert_true(usage->anonymous <= usage->rss);
	assert_true(usage->uss + usage->shared <= usage->rss);
	assert_true(usage->pss_fixed <= usage->rss << PSS_SHIFT);
	assert_true(usage->pss_anon_fixed <= usage->pss_fixed);
	assert_true(usage->ksm <= usage->rss);
	assert_true(usage->anon_huge <= usage->anonymous);
	assert_true(usage->shared_hugetlb + usage->private_hugetlb +
		usage->rss <= size);
	assert_true(usage->locked <= usage->rss);
	assert_true(usage->cached <= size);
}

static void check(const struct space *space, const struct usage *total)
{
	uint64_t size = 0;
	size_t i, k;

	for (i = 0; i < space->nregions; i++) {
		const struct region *region = &space->regions[i];
		uint64_t pages = (region->end - region->start) >> 12;
		uint64_t counted = 0, zones = 0;

		size += region->end - region->start;
		check_usage(&region->usage, region->end - region->start);
		for (k = 0; space->state_pages && k < NSTATES; k++)
			counted += space->state_pages[i * NSTATES + k];
		if (figures_know(&region->usage, USAGE_STATES))
			assert_true(counted == pages);
		for (k = 0; k < space->zone_stride; k++)
			zones += space->zone_pages[i * space->zone_stride + k];
		assert_true(zones <= pages);
	}
	check_usage(&total->figures, size);
}

static void sums_stay_within(bool keep_blocks, enum depth depth)
{
	char maps[1 << 16];
	unsigned round, k;

	for (round = 1; round < 7; round++) {
		struct fake *fake = fake_new();
		struct machine *machine = machine_read(&fake->src);
		struct space space;
		struct usage total;
		uint64_t *words;

		seed = round * UINT64_C(0x9e3779b97f4a7c15);
		words = fake_area(fake, FIRST, PAGES);
		for (k = 0; k < PAGES; k++)
			words[k] = any_word();
		for (k = 0; k < FAKE_FRAMES; k++) {
			fake->flags[k] = any_flags();
			fake->counts[k] = below(4);
		}
		fake->before_words = stir;
		fake->status = below(2) ? "VmLck: 4 kB\n" : "VmLck: 0 kB\n";
		space_init(&space, (struct proc_id){ FAKE_PID, 0 }, keep_blocks);
		for (k = 0; k < 4; k++) {
			int more;

			if (!k || below(2))
				any_maps(maps, sizeof(maps));
			fake->maps = maps;
			space.refresh++;
			assert_int_equal(space_refresh(&space, &fake->src,
				machine), ANSWER_OK);
			space_pass_begin(&space, depth);
			while ((more = space_pass_step(&space, below(2))) > 0)
				if (keep_blocks && !below(3))
					space_read(&space, FIRST + below(PAGES),
						FIRST + PAGES, below(2));
			assert_int_equal(more, 0);
			space_sum(&space, &total);
			check(&space, &total);
		}
		space_fini(&space);
		machine_unref(machine);
		source_free(&fake->src);
	}
}

static void in_one_pass(void **state)
{
	(void)state;
	sums_stay_within(false, DEPTH_SUMS);
	sums_stay_within(false, DEPTH_STATES);
	sums_stay_within(false, DEPTH_FULL);
}

static void over_refreshes(void **state)
{
	(void)state;
	sums_stay_within(true, DEPTH_STATES);
	sums_stay_within(true, DEPTH_FULL);
}

/* ---- regions that come and go */

static const char *maps_later;

static void swap_maps(struct fake *fake, enum word_file file, uint64_t first)
{
	(void)file;
	(void)first;
	if (maps_later)
		fake->maps = maps_later;
}

#define A "1000000-1002000 rw-p 00000000 00:00 0\n"
#define A_LONGER "1000000-1003000 rw-p 00000000 00:00 0\n"
#define A_READ_ONLY "1000000-1002000 r--p 00000000 00:00 0\n"
#define B "1010000-1012000 rw-p 00000000 00:00 0\n"
#define C "1020000-1021000 rw-p 00000000 00:00 0\n"

static void check_moved(const char *before, const char *after, size_t came,
	size_t went, const char *changed)
{
	struct fake *fake = fake_new();
	struct machine *machine = machine_read(&fake->src);
	struct space space;
	size_t i;

	fake_area(fake, FIRST, 64);
	fake->maps = before;
	fake->before_words = swap_maps;
	maps_later = after;
	space_init(&space, (struct proc_id){ FAKE_PID, 0 }, false);
	assert_int_equal(space_refresh(&space, &fake->src, machine),
		ANSWER_OK);
	space_pass_begin(&space, DEPTH_SUMS);
	while (space_pass_step(&space, true) > 0)
		;
	space_check_regions(&space);
	assert_true(space.checked);
	assert_int_equal(space.came, came);
	assert_int_equal(space.went, went);
	assert_int_equal(space.nregions, strlen(changed));
	for (i = 0; i < space.nregions; i++)
		assert_int_equal(space.regions[i].changed, changed[i] == '!');
	space_fini(&space);
	machine_unref(machine);
	source_free(&fake->src);
}

static void what_moved_meanwhile_is_marked(void **state)
{
	(void)state;
	check_moved(A B, NULL, 0, 0, "..");
	check_moved(A B, A, 0, 1, ".!");
	check_moved(A B, B, 0, 1, "!.");
	check_moved(A B, A B C, 1, 0, "..");
	check_moved(A B, A_LONGER B, 1, 1, "!.");
	check_moved(A B, A_READ_ONLY B, 1, 1, "!.");
	check_moved(A B, C, 1, 2, "!!");
}

/* On the screen, what came since the refresh before: for one refresh. */
static void what_came_is_marked_once(void **state)
{
	static const struct {
		const char *maps, *changed;
	} refreshes[] = {
		{ A B, ".." }, { A B, ".." }, { A B C, "..!" },
		{ A B C, "..." }, { A_LONGER C, "!." }, { A_LONGER C, ".." },
	};
	struct fake *fake = fake_new();
	struct machine *machine = machine_read(&fake->src);
	struct space space;
	size_t i, k;

	(void)state;
	fake_area(fake, FIRST, 64);
	space_init(&space, (struct proc_id){ FAKE_PID, 0 }, true);
	for (i = 0; i < sizeof(refreshes) / sizeof(*refreshes); i++) {
		fake->maps = refreshes[i].maps;
		assert_int_equal(space_refresh(&space, &fake->src, machine),
			ANSWER_OK);
		for (k = 0; k < space.nregions; k++)
			assert_int_equal(space.regions[k].changed,
				refreshes[i].changed[k] == '!');
	}
	space_fini(&space);
	machine_unref(machine);
	source_free(&fake->src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_one_pass),
		cmocka_unit_test(over_refreshes),
		cmocka_unit_test(what_moved_meanwhile_is_marked),
		cmocka_unit_test(what_came_is_marked_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
