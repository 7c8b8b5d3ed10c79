/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/kernel/swaps.h"

#define HEAD "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

static void lines(void **state)
{
	struct swap_area *areas;
	size_t n = swaps_parse(text_of(HEAD
		"/swapfile                               file\t\t2097148\t\t512\t\t-2\n"
		"/dev/zram0                              partition\t16777216\t0\t\t100\n"),
		&areas);

	(void)state;
	assert_int_equal(n, 2);
	assert_string_equal(areas[0].file, "/swapfile");
	assert_string_equal(areas[0].medium, "file");
	assert_true(areas[0].size == UINT64_C(2097148) * 1024);
	assert_true(areas[0].used == 512 * 1024);
	assert_true(areas[0].priority == -2);
	assert_string_equal(areas[1].file, "/dev/zram0");
	assert_string_equal(areas[1].medium, "partition");
	assert_true(areas[1].size == UINT64_C(16777216) * 1024);
	assert_true(areas[1].used == 0);
	assert_true(areas[1].priority == 100);
	swaps_free(areas, n);
}

static void none(void **state)
{
	struct swap_area *areas;

	(void)state;
	assert_int_equal(swaps_parse(text_of(HEAD), &areas), 0);
	assert_int_equal(swaps_parse(text_of(""), &areas), 0);
	assert_null(areas);
}

static void escapes(void **state)
{
	struct swap_area *areas;
	size_t n = swaps_parse(text_of(HEAD
		"/a\\040b\\134c\\011\\040(deleted) file 4 0 -1\n"
		"/end\\04 file 4 0 -1\n"
		"/nul\\000x\\777\\089 file 4 0 -1\n"), &areas);

	(void)state;
	assert_int_equal(n, 3);
	assert_string_equal(areas[0].file, "/a b\\c\t (deleted)");
	assert_int_equal(areas[0].file_len, 17);
	/* What is no escape stands as it is. */
	assert_string_equal(areas[1].file, "/end\\04");
	assert_string_equal(areas[2].file, "/nul\\000x\\777\\089");
	swaps_free(areas, n);
}

static void not_an_area(void **state)
{
	struct swap_area *areas;
	size_t n = swaps_parse(text_of(
		"/a file 4 0\n"			/* no priority */
		"/b file x 0 -1\n"
		"/c file 4 -1 -1\n"
		"/d file 4 1 --1\n"
		"/e file 4 1 99999999999\n"
		"/f file 18446744073709551615 0 -1\n"	/* too many bytes */
		"\n"
		"/g a-medium-with-a-long-name 8 4 3"), &areas);

	(void)state;
	assert_int_equal(n, 1);
	assert_string_equal(areas[0].file, "/g");
	assert_string_equal(areas[0].medium, "a-medium-with-a");
	assert_true(areas[0].size == 8192 && areas[0].used == 4096);
	swaps_free(areas, n);
}

static void only_so_many(void **state)
{
	struct buf buf = { 0 };
	struct swap_area *areas;
	unsigned i;
	size_t n;

	(void)state;
	for (i = 0; i < 40; i++)
		buf_str(&buf, "/x file 4 0 -1\n");
	n = swaps_parse((struct text){ buf.data, buf.len }, &areas);
	assert_int_equal(n, SWAP_AREAS_MAX);
	swaps_free(areas, n);
	buf_fini(&buf);
}

/* ---- which row is which type */

static void check_types(uint32_t seen, size_t n, int a, int b, int c)
{
	int types[3] = { -7, -7, -7 };

	swaps_types(seen, n, types);
	assert_int_equal(types[0], a);
	assert_int_equal(types[1], b);
	assert_int_equal(types[2], c);
}

static void nothing_seen(void **state)
{
	(void)state;
	check_types(0, 1, -1, -7, -7);
	check_types(0, 3, -1, -1, -1);
}

static void as_many_as_rows(void **state)
{
	(void)state;
	check_types(1 << 1, 1, 1, -7, -7);
	check_types(1 << 3 | 1 << 5, 2, 3, 5, -7);
	check_types(1 << 0 | 1 << 2 | 1u << 31, 3, 0, 2, 31);
}

static void from_the_first_on(void **state)
{
	(void)state;
	check_types(1 << 0, 2, 0, -1, -7);
	check_types(1 << 0 | 1 << 1, 3, 0, 1, -1);
	/* 2 may be the second row or the third. */
	check_types(1 << 0 | 1 << 2, 3, 0, -1, -1);
}

static void not_provable(void **state)
{
	(void)state;
	check_types(1 << 1, 2, -1, -1, -7);
	check_types(1 << 4, 3, -1, -1, -1);
	check_types(1 << 1 | 1 << 2, 3, -1, -1, -1);
}

/* The last of 32 types leaves no room above it. */
static void squeezed(void **state)
{
	int types[SWAP_AREAS_MAX], i;

	(void)state;
	swaps_types(0, SWAP_AREAS_MAX, types);
	for (i = 0; i < SWAP_AREAS_MAX; i++)
		assert_int_equal(types[i], i);
}

static void areas_changed_meanwhile(void **state)
{
	(void)state;
	check_types(1 << 0 | 1 << 1, 1, -1, -7, -7);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(lines), T(none), T(escapes), T(not_an_area), T(only_so_many),
		T(nothing_seen), T(as_many_as_rows), T(from_the_first_on),
		T(not_provable), T(squeezed), T(areas_changed_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
