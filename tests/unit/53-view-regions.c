/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/view/regions.h"

/* The regions of a process, as a test has them in the words of maps. */
struct world {
	struct machine machine;
	struct snapshot snapshot;
	struct regions regions;
	struct grid grid;
};

static void start(struct world *w, const char *maps)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	w->machine.page_shift = 12;
	w->machine.facts.page_size = 4096;
	w->machine.facts.pfn_visible = true;
	w->snapshot.machine = &w->machine;
	w->snapshot.process.id = (struct proc_id){ 7, 7 };
	w->snapshot.whole = true;
	w->snapshot.nregions = regions_parse(text_of(maps),
		&w->snapshot.regions, &w->snapshot.names, NULL);
	w->snapshot.state_pages = calloc(w->snapshot.nregions * NSTATES,
		sizeof(*w->snapshot.state_pages));
	for (i = 0; i < w->snapshot.nregions; i++) {
		struct figures *usage = &w->snapshot.regions[i].usage;

		figures_zero(usage);
		usage->rss = 4096 * (i + 1);
		w->snapshot.state_pages[i * NSTATES + STATE_ANON] = i + 1;
	}
	regions_init(&w->regions);
}

static void stop(struct world *w)
{
	regions_fini(&w->regions);
	grid_fini(&w->grid);
	free(w->snapshot.regions);
	free(w->snapshot.state_pages);
	buf_fini(&w->snapshot.names);
}

static const char few[] =
	"10000-12000 r-xp 00000000 08:01 5 /bin/a\n"
	"12000-13000 rw-p 00002000 08:01 5 /bin/a\n"
	"20000-30000 rw-p 00000000 00:00 0 [heap]\n"
	"40000-41000 rw-p 00000000 00:00 0\n"
	"50000-51000 r-xp 00000000 08:01 6 /lib/b\n"
	"51000-52000 rw-p 00001000 08:01 6 /lib/b\n"
	"60000-61000 rw-p 00000000 00:00 0\n";

/* The lines: a region by its start, a group's head by "=" and its RSS in
 * pages; the cursor in brackets. */
static void expect(struct world *w, const char *lines)
{
	struct regions *regions = &w->regions;
	struct buf got = { 0 };
	size_t i;

	regions_update(regions, &w->snapshot, 24, 80);
	for (i = 0; i < regions->nrows; i++) {
		const struct regions_row *row = &regions->rows[i];
		const struct regions_group *group =
			row->region == REGIONS_NONE ?
			&regions->groups[row->group] : NULL;
		bool chosen = regions->on_group == (group != NULL) &&
			(group ? group->id == regions->cursor_group :
			 w->snapshot.regions[row->region].start ==
			 regions->cursor);

		buf_fmt(&got, "%s%s", i ? " " : "", chosen ? "[" : "");
		if (group)
			buf_fmt(&got, "=%d", (int)(group->sum.usage.rss / 4096));
		else
			buf_fmt(&got, "%x", (unsigned)w->snapshot.regions[
				row->region].start >> 12);
		buf_str(&got, chosen ? "]" : "");
	}
	assert_string_equal(buf_text(&got), lines);
	buf_fini(&got);
}

static bool act(struct world *w, enum action action)
{
	regions_update(&w->regions, &w->snapshot, 24, 80);
	return regions_act(&w->regions, &w->snapshot, action);
}

static uint64_t sum_pages(struct world *w)
{
	regions_update(&w->regions, &w->snapshot, 24, 80);
	return w->regions.sum.usage.rss / 4096;
}

static void groups(void **state)
{
	struct world w;

	(void)state;
	start(&w, few);
	expect(&w, "[10] 12 20 40 50 51 60");
	act(&w, ACTION_DOWN);
	act(&w, ACTION_GROUP);	/* by file */
	expect(&w, "[=3] =3 =11 =11");
	act(&w, ACTION_GROUP_OPEN);
	act(&w, ACTION_BOTTOM);
	assert_true(regions_toggle(&w.regions));
	expect(&w, "=3 10 12 =3 =11 [=11] 50 51");
	act(&w, ACTION_DOWN);
	act(&w, ACTION_DOWN);
	assert_false(regions_toggle(&w.regions));
	act(&w, ACTION_GROUP_CLOSE);
	expect(&w, "=3 10 12 =3 =11 [=11]");
	act(&w, ACTION_GROUP);	/* code data heap anon */
	expect(&w, "[=6] =8 =3 =11");
	/* What was opened is open again. */
	act(&w, ACTION_GROUP);
	act(&w, ACTION_GROUP);
	expect(&w, "=3 [10] 12 =3 =11 =11");
	act(&w, ACTION_GROUPS_CLOSE);
	expect(&w, "[=3] =3 =11 =11");
	act(&w, ACTION_GROUPS_OPEN);
	expect(&w, "[=3] 10 12 =3 20 =11 40 60 =11 50 51");
	stop(&w);
}

/* The groups' names, as they are drawn. */
static bool is_drawn(struct world *w, const char *text)
{
	struct buf screen = { 0 };
	bool drawn;
	int row, col;

	regions_update(&w->regions, &w->snapshot, 24, 80);
	grid_resize(&w->grid, 24, 80);
	regions_paint(&w->regions, &w->snapshot, &(struct atlas_status){ 0 },
		&w->grid);
	for (row = 0; row < 24; row++)
		for (col = 0; col < 80; col++)
			buf_char(&screen, (char)grid_at(&w->grid, row, col)->
				code);
	drawn = strstr(buf_text(&screen), text) != NULL;
	buf_fini(&screen);
	return drawn;
}

static void program_and_libraries(void **state)
{
	struct world w;

	(void)state;
	start(&w, few);
	act(&w, ACTION_GROUP_BACK);
	/* Nobody tells which is the program: nobody is said to be. */
	expect(&w, "[=6] =8 =3 =11");
	assert_true(is_drawn(&w, "+ code (2)"));
	w.snapshot.process.start_code = 0x10040;
	w.snapshot.serial++;
	expect(&w, "[=1] =2 =3 =11 =5 =6");
	assert_true(is_drawn(&w, "+ program code (1)"));
	assert_true(is_drawn(&w, "+ library data (1)"));
	assert_true(is_drawn(&w, "+ heap (1)"));
	/* An address where nothing is mapped tells nothing. */
	w.snapshot.process.start_code = 0x90000;
	w.snapshot.serial++;
	assert_true(is_drawn(&w, "+ code (2)"));
	stop(&w);
}

static void order_in_groups(void **state)
{
	struct world w;

	(void)state;
	start(&w, few);
	w.regions.columns.sort = columns_field(&w.regions.columns, "RSS");
	expect(&w, "[60] 51 50 40 20 12 10");
	act(&w, ACTION_GROUP);
	act(&w, ACTION_GROUPS_OPEN);
	/* Groups by their sums, and so what is in each. */
	expect(&w, "[=11] 60 40 =11 51 50 =3 12 10 =3 20");
	act(&w, ACTION_SORT_INVERT);
	expect(&w, "=3 10 12 =3 20 [=11] 40 60 =11 50 51");
	w.regions.columns.invert = false;
	w.regions.columns.sort = columns_field(&w.regions.columns, "NAME");
	w.regions.valid = false;
	act(&w, ACTION_GROUP);
	act(&w, ACTION_GROUPS_CLOSE);
	/* Groups of types by these: anon code data heap. */
	expect(&w, "[=11] =6 =8 =3");
	/* Rights are of one region, not of several. */
	w.regions.columns.sort = columns_field(&w.regions.columns, "PERM");
	w.regions.valid = false;
	expect(&w, "=6 =8 =3 [=11]");
	stop(&w);
}

static void tags_and_sums(void **state)
{
	struct world w;

	(void)state;
	start(&w, few);
	assert_int_equal(sum_pages(&w), 28);
	act(&w, ACTION_TAG);
	act(&w, ACTION_TAG);
	expect(&w, "10 12 [20] 40 50 51 60");
	assert_int_equal(sum_pages(&w), 3);
	act(&w, ACTION_GROUP);
	/* The rest of a group, then none of it. */
	act(&w, ACTION_TOP);
	act(&w, ACTION_TAG);
	assert_int_equal(sum_pages(&w), 0 + 28);
	act(&w, ACTION_BOTTOM);
	act(&w, ACTION_TAG);
	assert_int_equal(sum_pages(&w), 11);
	/* What is not mapped any more has none; another process has none. */
	w.snapshot.regions[4].start += 2048;
	w.snapshot.serial++;
	assert_int_equal(sum_pages(&w), 6);
	assert_int_equal(w.regions.ntags, 1);
	w.snapshot.process.id.starttime++;
	assert_int_equal(sum_pages(&w), 28);
	stop(&w);
}

static void filter_and_find(void **state)
{
	struct world w;

	(void)state;
	start(&w, few);
	regions_filter(&w.regions, "RW- /");
	expect(&w, "[12] 51");
	assert_int_equal(w.regions.nhidden, 5);
	assert_int_equal(sum_pages(&w), 8);
	regions_filter(&w.regions, "heap");
	expect(&w, "[20]");
	regions_filter(&w.regions, "5000");
	expect(&w, "[50]");
	regions_filter(&w.regions, "no such");
	expect(&w, "");
	assert_int_equal(sum_pages(&w), 0);
	regions_filter(&w.regions, "");
	regions_go(&w.regions, 0x20fff);
	expect(&w, "10 12 [20] 40 50 51 60");
	assert_true(regions_search(&w.regions, &w.snapshot, "lib", false));
	expect(&w, "10 12 20 40 [50] 51 60");
	act(&w, ACTION_FIND_NEXT);
	act(&w, ACTION_FIND_NEXT);
	expect(&w, "10 12 20 40 [50] 51 60");
	act(&w, ACTION_FIND_BACK);
	expect(&w, "10 12 20 40 50 [51] 60");
	assert_false(regions_search(&w.regions, &w.snapshot, "zz", true));
	/* In a closed group it is found, too, and that opens. */
	act(&w, ACTION_GROUP);
	act(&w, ACTION_TOP);
	assert_true(regions_search(&w.regions, &w.snapshot, "anon", false));
	expect(&w, "=3 =3 =11 [40] 60 =11");
	stop(&w);
}

static void what_is_not_known_is_in_no_sum(void **state)
{
	struct world w;
	int i;
	bool seen = false;

	(void)state;
	start(&w, few);
	w.snapshot.regions[0].usage.known &= ~(uint32_t)USAGE_RSS;
	act(&w, ACTION_GROUP);
	regions_update(&w.regions, &w.snapshot, 24, 80);
	assert_false(figures_know(&w.regions.sum.usage, USAGE_RSS));
	assert_false(figures_know(&w.regions.groups[0].sum.usage, USAGE_RSS));
	assert_true(figures_know(&w.regions.groups[1].sum.usage, USAGE_RSS));
	/* As has been set up: the first region has one page, the next two ... */
	assert_true(w.regions.groups[0].states[STATE_ANON] == 3);
	assert_true(w.regions.states[STATE_ANON] == 1 + 2 + 3 + 4 + 5 + 6 + 7);
	grid_resize(&w.grid, 24, 80);
	regions_paint(&w.regions, &w.snapshot, &(struct atlas_status){ 0 },
		&w.grid);
	/* Right below the title RSS, on the lines of the group and of all. */
	for (i = 0; i < 80; i++)
		seen |= grid_at(&w.grid, 3, i)->code == '?' &&
			grid_at(&w.grid, 22, i)->code == '?';
	assert_true(seen);
	stop(&w);
}

static void hostile_names(void **state)
{
	static const char maps[] =
		"10000-12000 r-xp 00000000 08:01 5 /a\\012\033[2Jb\xff\n"
		"20000-22000 r--p 00000000 08:01 6 /\xe2\x80\xae/x\n";
	struct world w;
	int row, col;

	(void)state;
	start(&w, maps);
	for (row = 1; row < 30; row++)
		for (col = 1; col < 120; col += 7) {
			regions_update(&w.regions, &w.snapshot, row, col);
			grid_resize(&w.grid, row, col);
			regions_paint(&w.regions, &w.snapshot,
				&(struct atlas_status){ 0 }, &w.grid);
		}
	act(&w, ACTION_GROUP);
	regions_update(&w.regions, &w.snapshot, 29, 119);
	regions_paint(&w.regions, &w.snapshot, &(struct atlas_status){ 0 },
		&w.grid);
	for (row = 0; row < w.grid.rows; row++)
		for (col = 0; col < w.grid.cols; col++)
			assert_true(grid_at(&w.grid, row, col)->code >= ' ' &&
				grid_at(&w.grid, row, col)->code < 0x7f);
	stop(&w);
}

/* A system call less a line would not show, a quadratic walk would: it would
 * take minutes. */
static void sixty_thousand(void **state)
{
	struct buf maps = { 0 };
	struct world w;
	unsigned i;

	(void)state;
	for (i = 0; i < 60000; i++)
		buf_fmt(&maps, "%x-%x rw-p 00000000 08:01 %u /f/%u\n",
			(i + 1) << 13, ((i + 1) << 13) + 4096, i, i);
	start(&w, buf_text(&maps));
	assert_int_equal(w.snapshot.nregions, 60000);
	act(&w, ACTION_GROUP);
	regions_update(&w.regions, &w.snapshot, 24, 80);
	assert_int_equal(w.regions.ngroups, 60000);
	act(&w, ACTION_GROUPS_OPEN);
	assert_int_equal(w.regions.nrows, 120000);
	act(&w, ACTION_GROUPS_CLOSE);
	act(&w, ACTION_BOTTOM);
	regions_update(&w.regions, &w.snapshot, 24, 80);
	assert_true(w.regions.cursor == (uint64_t)60000 << 13);
	act(&w, ACTION_GROUP);
	act(&w, ACTION_TOP);
	act(&w, ACTION_TAG);		/* all of one type */
	assert_int_equal(sum_pages(&w), 60000ull * 60001 / 2);
	assert_int_equal(w.regions.ntags, 60000);
	buf_fini(&maps);
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups),
		cmocka_unit_test(program_and_libraries),
		cmocka_unit_test(order_in_groups),
		cmocka_unit_test(tags_and_sums),
		cmocka_unit_test(filter_and_find),
		cmocka_unit_test(what_is_not_known_is_in_no_sum),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(sixty_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
