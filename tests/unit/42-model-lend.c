/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/snapshot.h"

#define VPN 0x1000
#define A "1000000-1002000 rw-p 00000000 00:00 0 [heap]\n"
#define B "1010000-1012000 rw-p 00000000 00:00 0\n"

struct world {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	uint64_t *page;
	struct wish wish;
};

static void start(struct world *w, bool keep_blocks)
{
	memset(w, 0, sizeof(*w));
	w->fake = fake_new();
	w->fake->maps = A;
	w->page = fake_area(w->fake, VPN, 64);
	w->page[0] = fake_frame(w->fake, 100, FAKE_OWN, 1);
	w->machine = machine_read(&w->fake->src);
	w->wish.keep_blocks = keep_blocks;
	space_init(&w->space, (struct proc_id){ FAKE_PID, 0 }, keep_blocks);
}

static void stop(struct world *w)
{
	space_fini(&w->space);
	machine_unref(w->machine);
	source_free(&w->fake->src);
}

static void turn(struct world *w, enum depth depth)
{
	assert_int_equal(space_refresh(&w->space, &w->fake->src, w->machine),
		ANSWER_OK);
	space_pass_begin(&w->space, depth);
	while (space_pass_step(&w->space, true) > 0)
		;
}

static struct snapshot *take(struct world *w)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	snapshot->machine = machine_ref(w->machine);
	snapshot_take_space(snapshot, &w->space, &w->wish);
	return snapshot;
}

static void check(const struct snapshot *snapshot, size_t nregions,
	uint64_t rss, uint64_t anon)
{
	assert_int_equal(snapshot->nregions, nregions);
	assert_true(snapshot->regions[0].usage.rss == rss);
	assert_int_equal(snapshot->regions[0].end, 0x1002000);
	assert_true(snapshot->zone_pages[0] + snapshot->zone_pages[1] +
		snapshot->zone_pages[2] == rss >> 12);
	assert_true(snapshot_states(snapshot, 0)[STATE_ANON] == anon);
	assert_int_equal(snapshot_region_title(snapshot, 0).n, 6);
}

/* Whatever the space reads later, its snapshots have what they had. */
static void snapshots_stay_as_they_were(void **state)
{
	struct snapshot *first, *second, *third;
	struct world w;

	(void)state;
	start(&w, false);
	turn(&w, DEPTH_STATES);
	first = take(&w);
	assert_ptr_equal(first->regions, w.space.regions);
	check(first, 1, 4096, 1);
	/* The same regions, with other pages in them. */
	w.page[1] = fake_frame(w.fake, 101, FAKE_OWN, 1);
	turn(&w, DEPTH_STATES);
	second = take(&w);
	assert_ptr_not_equal(first->regions, w.space.regions);
	assert_ptr_not_equal(first->names.data, w.space.names.data);
	assert_int_equal(w.space.names.len, first->names.len);
	assert_memory_equal(w.space.names.data, first->names.data,
		first->names.len);
	/* And others. */
	w.fake->maps = A B;
	turn(&w, DEPTH_STATES);
	third = take(&w);
	check(first, 1, 4096, 1);
	check(second, 1, 8192, 2);
	check(third, 2, 8192, 2);
	/* The second look at maps marks what is the space's own. */
	w.fake->maps = B;
	space_check_regions(&w.space);
	assert_true(w.space.regions[0].changed);
	assert_false(third->regions[0].changed);
	snapshot_free(first);
	snapshot_free(third);
	stop(&w);
	check(second, 1, 8192, 2);
	snapshot_free(second);
}

/* Nothing is copied for a snapshot that has gone. */
static void what_nobody_has_is_taken_back(void **state)
{
	const struct region *regions;
	struct snapshot *first, *second;
	struct world w;

	(void)state;
	start(&w, false);
	turn(&w, DEPTH_SUMS);
	first = take(&w);
	second = take(&w);
	regions = w.space.regions;
	assert_ptr_equal(second->regions, regions);
	snapshot_drop_regions(first);
	assert_int_equal(first->nregions, 0);
	snapshot_free(second);
	turn(&w, DEPTH_SUMS);
	assert_ptr_equal(w.space.regions, regions);
	snapshot_free(first);
	stop(&w);
}

/* On screen, what is shown is a copy, and goes into the same memory again. */
static void what_keeps_blocks_lends_nothing(void **state)
{
	const struct region *regions;
	struct snapshot *snapshot;
	struct world w;

	(void)state;
	start(&w, true);
	turn(&w, DEPTH_STATES);
	snapshot = take(&w);
	regions = snapshot->regions;
	assert_ptr_not_equal(regions, w.space.regions);
	w.page[1] = fake_frame(w.fake, 101, FAKE_OWN, 1);
	turn(&w, DEPTH_STATES);
	check(snapshot, 1, 4096, 1);
	snapshot_take_space(snapshot, &w.space, &w.wish);
	assert_ptr_equal(snapshot->regions, regions);
	check(snapshot, 1, 8192, 2);
	snapshot_free(snapshot);
	stop(&w);
}

/* What is not counted is not known. */
static void only_what_is_wanted_is_counted(void **state)
{
	struct snapshot *snapshot;
	struct world w;

	(void)state;
	start(&w, false);
	w.space.want_zones = false;
	turn(&w, DEPTH_SUMS);
	snapshot = take(&w);
	assert_null(snapshot->zone_pages);
	assert_null(snapshot_states(snapshot, 0));
	assert_false(figures_know(&snapshot->regions[0].usage, USAGE_ZONES));
	assert_false(figures_know(&snapshot->regions[0].usage, USAGE_STATES));
	assert_true(figures_know(&snapshot->regions[0].usage, USAGE_RSS));
	snapshot_free(snapshot);
	w.space.want_zones = true;
	turn(&w, DEPTH_STATES);
	snapshot = take(&w);
	check(snapshot, 1, 4096, 1);
	assert_true(figures_know(&snapshot->regions[0].usage,
		USAGE_ZONES | USAGE_STATES));
	snapshot_free(snapshot);
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snapshots_stay_as_they_were),
		cmocka_unit_test(what_nobody_has_is_taken_back),
		cmocka_unit_test(what_keeps_blocks_lends_nothing),
		cmocka_unit_test(only_what_is_wanted_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
