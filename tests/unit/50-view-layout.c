/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/view/layout.h"

static struct machine machine = { .page_shift = 12 };
static struct snapshot snapshot = { .machine = &machine };

/* Regions by their bounds in pages. */
static void regions(const uint64_t (*bounds)[2], size_t n)
{
	size_t i;

	free(snapshot.regions);
	snapshot.regions = calloc(n, sizeof(*snapshot.regions));
	snapshot.nregions = n;
	for (i = 0; i < n; i++) {
		snapshot.regions[i].start = bounds[i][0] << 12;
		snapshot.regions[i].end = bounds[i][1] << 12;
	}
}

static const uint64_t odd[][2] = {
	{ 0x10, 0x11 }, { 0x11, 0x14 }, { 0x1fd, 0x203 }, { 0x400, 0x600 },
	{ 0x601, 0x1234 }, { 0x40000, 0x40001 }, { 0x40007, 0x41fff },
	{ 0x7fff00000, 0x7fff00003 }, { UINT64_C(0xffffffffff600),
		UINT64_C(0xffffffffff601) },
};

#define NODD (sizeof(odd) / sizeof(*odd))

/* Every cell of every row is found again at its first and its last page, no
 * page is in two cells, and none is left out. */
static void check_inverse(const struct layout *layout, uint64_t pages)
{
	uint64_t n, seen = 0, last = 0;
	unsigned i;

	for (n = 0; n < layout->nrows; n++) {
		struct row row = layout_row(layout, n);

		assert_int_not_equal(row.kind, ROW_NONE);
		for (i = 0; i < row.ncells; i++) {
			uint64_t start, end, found;
			unsigned cell;

			layout_range(layout, &row, i, &start, &end);
			assert_true(start < end && start >= last);
			last = end;
			seen += end - start;
			assert_true(layout_find(layout, start, &found, &cell));
			assert_true(found == n && cell == i);
			assert_true(layout_find(layout, end - 1, &found, &cell));
			assert_true(found == n && cell == i);
		}
	}
	assert_true(seen == pages);
	assert_int_equal(layout_row(layout, n).kind, ROW_NONE);
	assert_int_equal(layout_row(layout, UINT64_MAX).kind, ROW_NONE);
}

static void find_is_the_inverse_of_rows(void **state)
{
	static const unsigned widths[][2] = { { 12, 37 }, { 1, 1 }, { 5, 5 },
		{ 40, 78 }, { 7, 200 } };
	struct layout layout = { 0 };
	unsigned shift, w;
	uint64_t pages = 0;
	size_t i;

	(void)state;
	regions(odd, NODD);
	for (i = 0; i < NODD; i++)
		pages += odd[i][1] - odd[i][0];
	for (shift = 0; shift < SCALE_SHIFT_MAX; shift++)
		for (w = 0; w < 5; w++) {
			layout_virtual(&layout, &snapshot, shift,
				widths[w][0], widths[w][1]);
			check_inverse(&layout, pages);
		}
	layout_fini(&layout);
}

static void cells_are_aligned_whatever_the_region(void **state)
{
	struct layout layout = { 0 };
	struct row row;
	uint64_t start, end;

	(void)state;
	regions(odd, NODD);
	layout_virtual(&layout, &snapshot, 2, 12, 37);
	row = layout_row(&layout, 2);	/* 0x1fd to 0x203 */
	assert_int_equal(row.kind, ROW_HEAD);
	assert_int_equal(row.ncells, 2);
	layout_range(&layout, &row, 0, &start, &end);
	assert_true(start == 0x1fd && end == 0x200);
	layout_range(&layout, &row, 1, &start, &end);
	assert_true(start == 0x200 && end == 0x203);
	layout_fini(&layout);
}

static void what_does_not_fit_goes_below(void **state)
{
	static const uint64_t two[][2] = { { 0, 12 }, { 16, 16 + 13 } };
	struct layout layout = { 0 };
	struct row row;

	(void)state;
	regions(two, 2);
	layout_virtual(&layout, &snapshot, 0, 12, 5);
	row = layout_row(&layout, 0);
	assert_int_equal(row.kind, ROW_HEAD);
	assert_int_equal(row.ncells, 12);
	row = layout_row(&layout, 1);
	assert_int_equal(row.kind, ROW_HEAD);
	assert_int_equal(row.ncells, 0);
	row = layout_row(&layout, 2);
	assert_int_equal(row.kind, ROW_CELLS);
	assert_int_equal(row.ncells, 5);
	row = layout_row(&layout, 4);
	assert_int_equal(row.ncells, 3);
	assert_true(row.first == 10);
	assert_true(layout.nrows == 5);
	layout_fini(&layout);
}

static void where_nothing_is_the_next_is_found(void **state)
{
	struct layout layout = { 0 };
	uint64_t row;
	unsigned cell;

	(void)state;
	regions(odd, NODD);
	layout_virtual(&layout, &snapshot, 0, 12, 37);
	assert_true(layout_find(&layout, 0, &row, &cell));
	assert_true(row == 0 && cell == 0);
	assert_true(layout_find(&layout, 0x50, &row, &cell));
	assert_true(row == 2 && cell == 0);
	assert_true(layout_find(&layout, UINT64_MAX, &row, &cell));
	assert_true(row == layout.nrows - 1 && cell == 0);
	snapshot.nregions = 0;
	layout_virtual(&layout, &snapshot, 0, 12, 37);
	assert_true(layout.nrows == 0);
	assert_false(layout_find(&layout, 0x10, &row, &cell));
	assert_int_equal(layout_row(&layout, 0).kind, ROW_NONE);
	layout_fini(&layout);
}

static void a_wide_gap_has_a_row(void **state)
{
	static const uint64_t far[][2] = { { 0x10, 0x20 }, { 0x30, 0x40 },
		{ 0x7f0000000, 0x7f0000010 } };
	struct layout layout = { 0 };
	uint64_t row;
	unsigned cell;

	(void)state;
	regions(far, 3);
	layout_virtual(&layout, &snapshot, 0, 37, 37);
	assert_int_equal(layout_row(&layout, 1).kind, ROW_HEAD);
	assert_int_equal(layout_row(&layout, 2).kind, ROW_GAP);
	assert_int_equal(layout_row(&layout, 2).section, 2);
	assert_true(layout.sections[2].gap == 0x7f0000000 - 0x40);
	assert_int_equal(layout_row(&layout, 3).kind, ROW_HEAD);
	assert_true(layout.nrows == 4);
	/* Nobody stands in it. */
	assert_true(layout_find(&layout, 0x1000, &row, &cell));
	assert_true(row == 3 && cell == 0);
	layout_fini(&layout);
}

static uint64_t rows_at(unsigned shift, unsigned head, unsigned row)
{
	struct layout layout = { 0 };
	uint64_t n;

	layout_virtual(&layout, &snapshot, shift, head, row);
	n = layout.nrows;
	layout_fini(&layout);
	return n;
}

static void fit_shows_all_with_the_most_detail(void **state)
{
	unsigned rows;

	(void)state;
	regions(odd, NODD);
	for (rows = 12; rows < 3000; rows += 13) {
		unsigned shift = layout_fit_virtual(&snapshot, rows, 12, 37);

		assert_true(rows_at(shift, 12, 37) <= rows);
		if (shift)
			assert_true(rows_at(shift - 1, 12, 37) > rows);
	}
}

/* ---- physical */

static void zones(void)
{
	static struct stretch stretches[] = {
		{ 0, 1, -1, STRETCH_RESERVED, "Reserved", 0 },
		{ 1, 0xa0, 0, STRETCH_RAM, "System RAM", 0 },
		{ 0xa0, 0x100, 0, STRETCH_MMIO, "VGA", 0 },
		{ 0x100, 0x1234, 0, STRETCH_RAM, "System RAM", 0 },
		{ 0x1234, 0x1800, 1, STRETCH_RAM, "System RAM", 0 },
		{ 0x1800, 0x1900, 1, STRETCH_HOLE, NULL, 0 },
		{ 0x1900, 0x2f01, 1, STRETCH_RAM, "System RAM", 0 },
		{ 0xfe000, 0xfe010, -1, STRETCH_MMIO, "uart", 0 },
	};

	machine.stretches = stretches;
	machine.nstretches = sizeof(stretches) / sizeof(*stretches);
}

static void physical_rows(void **state)
{
	struct layout layout = { 0 };
	unsigned shift, width;

	(void)state;
	zones();
	for (shift = 0; shift < SCALE_SHIFT_MAX; shift++)
		for (width = 1; width < 100; width += 21) {
			struct row row;
			uint64_t n;
			unsigned cell;

			layout_physical(&layout, &snapshot, shift, width,
				false);
			check_inverse(&layout, 0x2f00);
			assert_int_equal(layout.nsections, 4);
			/* Devices take a row each, without cells. */
			row = layout_row(&layout, 0);
			assert_int_equal(row.kind, ROW_HEAD);
			assert_int_equal(row.ncells, 0);
			assert_true(layout_find(&layout, 0xfe008, &n, &cell));
			assert_true(n == layout.nrows - 1 && cell == 0);
		}
	layout_fini(&layout);
}

static void only_rows_with_a_frame_of_mine(void **state)
{
	struct frame_block blocks[3] = {
		{ .pfn = 0x200 }, { .pfn = 0x1234 }, { .pfn = 0x2e00 },
	};
	struct layout layout = { 0 };
	unsigned shift;
	uint64_t n, row;
	unsigned cell;

	(void)state;
	zones();
	blocks[0].mine[0] = 1;			/* 0x200 */
	blocks[0].mine[7] = UINT64_C(1) << 63;	/* 0x3ff */
	blocks[1].mine[1] = 1;			/* 0x1240 */
	blocks[2].mine[4] = 1;			/* 0x2f00 */
	snapshot.frame_blocks = blocks;
	snapshot.nframe_blocks = 3;
	for (shift = 0; shift < 20; shift++) {
		static const uint64_t mine[] = { 0x200, 0x3ff, 0x1240, 0x2f00 };
		unsigned i, found = 0;

		layout_physical(&layout, &snapshot, shift, 16, true);
		assert_true(layout.nrows >= 1 && layout.nrows <= 4);
		for (i = 0; i < 4; i++) {
			uint64_t start, end;
			struct row at;

			assert_true(layout_find(&layout, mine[i], &row, &cell));
			at = layout_row(&layout, row);
			layout_range(&layout, &at, cell, &start, &end);
			assert_true(start <= mine[i] && mine[i] < end);
		}
		/* Each row has one of them. */
		for (n = 0; n < layout.nrows; n++) {
			struct row at = layout_row(&layout, n);
			uint64_t start, end, unused;
			bool any = false;

			layout_range(&layout, &at, 0, &start, &unused);
			layout_range(&layout, &at, at.ncells - 1, &unused, &end);
			for (i = 0; i < 4; i++)
				any |= mine[i] >= start && mine[i] < end;
			found += any;
		}
		assert_int_equal(found, layout.nrows);
	}
	layout_physical(&layout, &snapshot, 0, 16, true);
	assert_true(layout.nrows == 4);
	/* What is not shown leads to the next row that is. */
	assert_true(layout_find(&layout, 0x1300, &row, &cell));
	assert_true(row == 3 && cell == 0);
	assert_true(layout_find(&layout, 0xfe000, &row, &cell));
	assert_true(row == 3);
	snapshot.nframe_blocks = 0;
	layout_physical(&layout, &snapshot, 0, 16, true);
	assert_true(layout.nrows == 0);
	assert_false(layout_find(&layout, 0x200, &row, &cell));
	snapshot.frame_blocks = NULL;
	layout_fini(&layout);
}

static void physical_fit(void **state)
{
	unsigned rows, shift;

	(void)state;
	zones();
	for (rows = 4; rows < 400; rows += 7) {
		struct layout layout = { 0 };

		shift = layout_fit_physical(&snapshot, rows, 22);
		layout_physical(&layout, &snapshot, shift, 22, false);
		assert_true(layout.nrows <= rows);
		if (shift) {
			layout_physical(&layout, &snapshot, shift - 1, 22,
				false);
			assert_true(layout.nrows > rows);
		}
		layout_fini(&layout);
	}
	/* Too small for all: as few rows as there can be. */
	shift = layout_fit_physical(&snapshot, 1, 22);
	assert_true(shift >= 9 && shift < 20);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(find_is_the_inverse_of_rows),
		T(cells_are_aligned_whatever_the_region),
		T(what_does_not_fit_goes_below),
		T(where_nothing_is_the_next_is_found), T(a_wide_gap_has_a_row),
		T(fit_shows_all_with_the_most_detail), T(physical_rows),
		T(only_rows_with_a_frame_of_mine), T(physical_fit),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(snapshot.regions);
	return failed;
}
