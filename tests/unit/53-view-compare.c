/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/view/compare.h"

/* Two processes, 7 and 8, that have what a test puts in. */
struct world {
	struct machine machine;
	struct snapshot snapshot;
	struct compare compare;
	struct compare_row rows[8];
	struct compare_run runs[64];
	struct grid grid;
};

static void start(struct world *w)
{
	struct comparison *comparison = &w->snapshot.comparison;

	memset(w, 0, sizeof(*w));
	w->machine.page_shift = 12;
	w->snapshot.machine = &w->machine;
	w->snapshot.answered = true;
	comparison->rows = w->rows;
	comparison->runs = w->runs;
	comparison->frames_told = true;
	comparison->serial = 1;
	comparison->split_rate = -1;
	comparison->processes[COMPARE_A].id.pid = 7;
	comparison->processes[COMPARE_B].id.pid = 8;
	buf_str(&comparison->names, "[heap]");
	buf_char(&comparison->names, '\0');
	compare_init(&w->compare);
	grid_resize(&w->grid, 24, 80);
}

/* Pages from A's START (0: A has none) and B's on, a letter each, of which
 * there are TIMES. */
static void add(struct world *w, uint64_t a, uint64_t b, const char *letters,
	uint64_t times)
{
	struct comparison *comparison = &w->snapshot.comparison;
	struct compare_row *row = &w->rows[comparison->nrows++];
	size_t i;
	unsigned k;

	*row = (struct compare_row){ .start = { a, b },
		.npages = strlen(letters) * times, .is_in = { a, b },
		.perms = { "rw-p", "rw-p" }, .first_run = comparison->nruns };
	for (i = 0; letters[i]; i++)
		for (k = 0; k < NRELATIONS; k++) {
			if (relation_info(k)->letter != letters[i])
				continue;
			row->pages[k] += times;
			w->runs[comparison->nruns++] = (struct compare_run){
				.page = i * times, .relation = k };
			row->nruns++;
		}
}

static void update(struct world *w)
{
	const struct atlas_status status = { .delay = 1 };

	w->snapshot.comparison.serial++;
	compare_update(&w->compare, &w->snapshot, 24, 80);
	compare_paint(&w->compare, &w->snapshot, &status, &w->grid);
}

static void stop(struct world *w)
{
	buf_fini(&w->snapshot.comparison.names);
	compare_fini(&w->compare);
	grid_fini(&w->grid);
}

/* What stands in a row of the screen from column COL on. */
static const char *line(const struct world *w, int row, int col, size_t n)
{
	static char text[81];
	size_t i;

	for (i = 0; i < n; i++)
		text[i] = (char)grid_at(&w->grid, row, col + (int)i)->code;
	text[n] = '\0';
	return text;
}

static void assert_chosen(struct world *w, int pid, uint64_t start,
	uint64_t end)
{
	struct page_range pages;
	struct proc_id id;

	assert_true(compare_chosen(&w->compare, &w->snapshot, &id, &pages));
	assert_int_equal(id.pid, pid);
	assert_true(pages.start == start && pages.end == end);
}

static void cells(void **state)
{
	struct world w;
	int col;

	(void)state;
	start(&w);
	add(&w, 0x1000, 0x1000, "=x ab=", 1);
	add(&w, 0x2000, 0x2000, "= ", 4);
	update(&w);
	col = 1 + w.compare.pages.label;
	assert_string_equal(line(&w, 3, col, 7), "=x ab= ");
	assert_string_equal(line(&w, 4, col, 9), "====     ");
	/* What differs shows first, then what is the same. */
	compare_act(&w.compare, &w.snapshot, ACTION_ZOOM_IN);
	assert_int_equal(w.compare.pages.shift, 0);
	w.compare.pages.fit = false;
	w.compare.pages.shift = 2;
	w.compare.laid_out = false;
	update(&w);
	assert_string_equal(line(&w, 3, col, 3), "xb ");
	assert_string_equal(line(&w, 4, col, 3), "=  ");
	assert_int_equal(grid_at(&w.grid, 3, col + 1)->fill, FILL_HALF);
	stop(&w);
}

/* The cursor begins where most is different, and stays on its page whatever
 * comes before it, or is left out. */
static void cursor(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	add(&w, 0x1000, 0x1000, "==x", 1);
	add(&w, 0x2003, 0x2003, "=xx=", 1);
	update(&w);
	assert_chosen(&w, 7, 0x2004, 0x2005);
	w.snapshot.comparison.nrows = w.snapshot.comparison.nruns = 0;
	add(&w, 0x0f00, 0x0f00, "===", 1);
	add(&w, 0x1000, 0x1000, "=xx", 1);
	add(&w, 0x2003, 0x2003, "====", 1);
	update(&w);
	assert_chosen(&w, 7, 0x2004, 0x2005);
	compare_act(&w.compare, &w.snapshot, ACTION_UP);
	assert_chosen(&w, 7, 0x1001, 0x1002);
	compare_act(&w.compare, &w.snapshot, ACTION_ONLY_MINE);
	update(&w);
	assert_chosen(&w, 7, 0x1001, 0x1002);
	assert_int_equal(w.compare.pages.layout.nsections, 1);
	compare_act(&w.compare, &w.snapshot, ACTION_ONLY_MINE);
	update(&w);
	assert_chosen(&w, 7, 0x1001, 0x1002);
	assert_int_equal(w.compare.pages.layout.nsections, 3);
	/* One of the two could not be read for a while. */
	w.snapshot.comparison.nrows = 0;
	update(&w);
	w.snapshot.comparison.nrows = 3;
	update(&w);
	assert_chosen(&w, 7, 0x1001, 0x1002);
	stop(&w);
}

/* The other way round it is the same page; of others it is another. */
static void swapped(void **state)
{
	struct comparison *comparison;
	struct world w;

	(void)state;
	start(&w);
	comparison = &w.snapshot.comparison;
	add(&w, 0x1000, 0x5000, "===x=x", 1);
	add(&w, 0, 0x6000, "bb", 1);
	update(&w);
	compare_act(&w.compare, &w.snapshot, ACTION_DOWN);
	assert_chosen(&w, 8, 0x6001, 0x6002);
	compare_act(&w.compare, &w.snapshot, ACTION_UP);
	compare_act(&w.compare, &w.snapshot, ACTION_RIGHT);
	assert_chosen(&w, 7, 0x1002, 0x1003);
	comparison->processes[COMPARE_A].id.pid = 8;
	comparison->processes[COMPARE_B].id.pid = 7;
	comparison->nrows = comparison->nruns = 0;
	add(&w, 0x5000, 0x1000, "===x=x", 1);
	add(&w, 0x6000, 0, "aa", 1);
	update(&w);
	assert_chosen(&w, 8, 0x5002, 0x5003);
	comparison->processes[COMPARE_B].id.pid = 9;
	update(&w);
	assert_chosen(&w, 8, 0x5003, 0x5004);
	stop(&w);
}

/* Cells are aligned to addresses, also of regions that go on below. */
static void wide(void **state)
{
	struct page_range pages;
	struct proc_id id;
	struct world w;

	(void)state;
	start(&w);
	add(&w, 0x10003, 0x10003, "=x", 50000);
	update(&w);
	assert_true(w.compare.pages.shift > 0);
	compare_act(&w.compare, &w.snapshot, ACTION_BOTTOM);
	assert_true(compare_chosen(&w.compare, &w.snapshot, &id, &pages));
	assert_true(pages.end == 0x10003 + 100000);
	compare_act(&w.compare, &w.snapshot, ACTION_LEFT);
	assert_true(compare_chosen(&w.compare, &w.snapshot, &id, &pages));
	assert_true(!(pages.start & ((1u << w.compare.pages.shift) - 1)));
	compare_act(&w.compare, &w.snapshot, ACTION_ZOOM_MOST);
	update(&w);
	assert_chosen(&w, 7, pages.start, pages.start + 1);
	stop(&w);
}

/* What is not known is no figure and no letter. */
static void unknown(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	add(&w, 0x1000, 0x1000, "=x", 1);
	w.snapshot.comparison.frames_told = false;
	update(&w);
	assert_string_equal(line(&w, 3, 1 + w.compare.pages.label, 3), "?? ");
	assert_string_equal(line(&w, 1, 1, 8), "only A ?");
	stop(&w);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(cells), T(cursor), T(swapped), T(wide), T(unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
