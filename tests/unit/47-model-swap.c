/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/frames.h"

#define ONE "Filename Type Size Used Priority\n/one file 1024 40 -2\n"
#define TWO ONE "/two partition 2048 0 5\n"
#define SLOT(type, offset) (PM_SWAP | (uint64_t)(offset) << 5 | (type))

struct world {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	struct frames *frames;
	struct snapshot *snapshot;
	struct wish wish;
	uint64_t *page;
};

static void start(struct world *w, const char *swaps)
{
	memset(w, 0, sizeof(*w));
	w->fake = fake_new();
	w->fake->maps = w->fake->smaps =
		"1000000-1010000 rw-p 00000000 00:00 0 \n";
	w->fake->swaps = swaps;
	w->page = fake_area(w->fake, 0x1000, 16);
	w->wish.want_swaps = true;
}

static void fill(struct world *w, bool process)
{
	w->machine = machine_read(&w->fake->src);
	w->snapshot = calloc(1, sizeof(*w->snapshot));
	w->snapshot->machine = machine_ref(w->machine);
	w->frames = frames_new();
	frames_begin(w->frames, &w->fake->src, w->machine);
	if (process) {
		space_init(&w->space, (struct proc_id){ FAKE_PID, 0 }, false);
		space_refresh(&w->space, &w->fake->src, w->machine);
		frames_take_mine(w->frames, &w->space);
		space_fini(&w->space);
	}
	frames_fill(w->frames, w->snapshot, &w->wish);
}

static void stop(struct world *w)
{
	snapshot_free(w->snapshot);
	frames_free(w->frames);
	machine_unref(w->machine);
	source_free(&w->fake->src);
}

/* MINE in pages; -1: not known. */
static void row(const struct world *w, size_t i, int type, int mine)
{
	assert_true(i < w->snapshot->nswaps);
	assert_int_equal(w->snapshot->swaps[i].type, type);
	assert_int_equal(w->snapshot->swaps[i].mine_known, mine >= 0);
	if (mine >= 0)
		assert_true(w->snapshot->swaps[i].mine ==
			(uint64_t)mine * 4096);
}

static void areas_without_a_process(void **state)
{
	struct world w;

	(void)state;
	start(&w, TWO);
	fill(&w, false);
	assert_int_equal(w.snapshot->nswaps, 2);
	assert_string_equal(w.snapshot->swaps[1].area.file, "/two");
	row(&w, 0, -1, -1);
	row(&w, 1, -1, -1);
	stop(&w);
}

static void one_area(void **state)
{
	struct world w;

	(void)state;
	start(&w, ONE);
	w.page[0] = SLOT(1, 7);
	w.page[5] = SLOT(1, 9);
	fill(&w, true);
	row(&w, 0, 1, 2);
	stop(&w);
}

static void nothing_swapped(void **state)
{
	struct world w;

	(void)state;
	start(&w, TWO);
	w.page[0] = fake_frame(w.fake, 0x600, FAKE_OWN, 1);
	/* A guard is no slot. */
	w.page[1] = PM_SWAP | PM_GUARD | 4 << 5 | 31;
	fill(&w, true);
	row(&w, 0, -1, 0);
	row(&w, 1, -1, 0);
	stop(&w);
}

static void both_areas(void **state)
{
	struct world w;

	(void)state;
	start(&w, TWO);
	w.page[0] = SLOT(1, 7);
	w.page[1] = SLOT(3, 7);
	w.page[2] = SLOT(3, 8);
	fill(&w, true);
	row(&w, 0, 1, 1);
	row(&w, 1, 3, 2);
	stop(&w);
}

/* All of it is in the first, so none is in the other, whatever its type. */
static void first_of_two(void **state)
{
	struct world w;

	(void)state;
	start(&w, TWO);
	w.page[0] = SLOT(0, 7);
	fill(&w, true);
	row(&w, 0, 0, 1);
	row(&w, 1, -1, 0);
	stop(&w);
}

static void not_certain(void **state)
{
	struct world w;

	(void)state;
	start(&w, TWO);
	w.page[0] = SLOT(1, 7);
	fill(&w, true);
	row(&w, 0, -1, -1);
	row(&w, 1, -1, -1);
	stop(&w);
}

/* Slots read as type 0 where they are not told: only their number counts. */
static void without_privilege(void **state)
{
	struct world w;

	(void)state;
	start(&w, ONE);
	w.fake->facts.pfn_visible = false;
	w.page[0] = w.page[1] = PM_SWAP;
	fill(&w, true);
	row(&w, 0, -1, 2);
	stop(&w);
	start(&w, TWO);
	w.fake->facts.pfn_visible = false;
	w.page[0] = PM_SWAP;
	fill(&w, true);
	row(&w, 0, -1, -1);
	row(&w, 1, -1, -1);
	stop(&w);
}

static void not_there(void **state)
{
	struct world w;

	(void)state;
	start(&w, NULL);
	fill(&w, true);
	assert_int_equal(w.snapshot->nswaps, 0);
	assert_int_equal(w.snapshot->swaps_answer, ANSWER_ABSENT);
	stop(&w);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(areas_without_a_process), T(one_area), T(nothing_swapped),
		T(both_areas), T(first_of_two), T(not_certain),
		T(without_privilege), T(not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
