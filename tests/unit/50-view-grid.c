/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/view/grid.h"
#include "vmatlas/view/role.h"

#define WIDE 0x4e2d	/* a character of two columns */
#define WIDE_UTF8 "\xe4\xb8\xad"

static struct grid made(int rows, int cols, bool utf8)
{
	struct grid grid = {.utf8 = utf8};

	grid_resize(&grid, rows, cols);
	return grid;
}

static uint32_t code_at(const struct grid *grid, int row, int col)
{
	const struct grid_cell *cell = grid_at(grid, row, col);

	assert_non_null(cell);
	return cell->code;
}

static int role_at(const struct grid *grid, int row, int col)
{
	return grid_at(grid, row, col)->role;
}

/* Row ROW as ASCII; beyond it: '<' wide, '>' its second half, '^' others. */
static void assert_row(const struct grid *grid, int row, const char *expected)
{
	char seen[GRID_MAX + 1] = "";

	for (int col = 0; col < grid->cols; col++) {
		uint32_t code = code_at(grid, row, col);

		seen[col] = code == 0	    ? '>'
			    : code == WIDE  ? '<'
			    : code >= 0x80  ? '^'
					    : (char)code;
	}
	assert_string_equal(seen, expected);
}

static void test_size(void **state)
{
	struct grid grid = {0};

	(void)state;
	assert_null(grid_at(&grid, 0, 0));
	grid_put(&grid, 0, 0, 'x', ROLE_TEXT);
	assert_int_equal(grid_str(&grid, 0, 0, -1, ROLE_TEXT, "x"), 0);
	grid_resize(&grid, 2, 3);
	assert_int_equal(grid.rows, 2);
	assert_int_equal(grid.cols, 3);
	assert_row(&grid, 1, "   ");
	assert_int_equal(grid.cursor_row, -1);
	grid_put(&grid, 1, 2, 'x', ROLE_TITLE);
	assert_row(&grid, 1, "  x");
	assert_null(grid_at(&grid, 2, 0));
	assert_null(grid_at(&grid, 0, 3));
	assert_null(grid_at(&grid, -1, 0));
	grid_resize(&grid, 2, 3);
	assert_row(&grid, 1, "   ");
	assert_int_equal(role_at(&grid, 1, 2), ROLE_TEXT);
	grid_resize(&grid, 0, 100000);
	assert_int_equal(grid.rows, 1);
	assert_int_equal(grid.cols, GRID_MAX);
	grid_fini(&grid);
	assert_null(grid_at(&grid, 0, 0));
}

static void test_put(void **state)
{
	struct grid grid = made(2, 4, false);

	(void)state;
	grid_put_fill(&grid, 0, 1, 'A', ROLE_OF_STATE(STATE_ANON), FILL_HALF);
	assert_int_equal(grid_at(&grid, 0, 1)->fill, FILL_HALF);
	assert_int_equal(role_at(&grid, 0, 1), ROLE_OF_STATE(STATE_ANON));
	/* Nothing that a terminal would act on, or that is not ASCII here. */
	grid_put(&grid, 0, 0, 27, ROLE_TEXT);
	grid_put(&grid, 0, 2, 0x2500, ROLE_TEXT);
	grid_put(&grid, 0, 3, 0, ROLE_TEXT);
	assert_row(&grid, 0, "?A??");
	grid_put(&grid, 2, 0, 'x', ROLE_TEXT);
	grid_put(&grid, -1, 0, 'x', ROLE_TEXT);
	grid_put(&grid, 1, 4, 'x', ROLE_TEXT);
	grid_put(&grid, 1, -1, 'x', ROLE_TEXT);
	assert_row(&grid, 1, "    ");
	grid_put(&grid, 1, 0, 'x', NROLES);
	assert_int_equal(role_at(&grid, 1, 0), ROLE_TEXT);
	grid_role(&grid, 0, 1, ROLE_CURSOR);
	assert_int_equal(role_at(&grid, 0, 1), ROLE_CURSOR);
	assert_int_equal(code_at(&grid, 0, 1), 'A');
	grid_fini(&grid);
}

static void test_wide(void **state)
{
	struct grid grid = made(1, 6, true);

	(void)state;
	grid_put(&grid, 0, 1, WIDE, ROLE_TITLE);
	assert_row(&grid, 0, " <>   ");
	assert_int_equal(role_at(&grid, 0, 2), ROLE_TITLE);
	/* Half of it written over: the other half goes. */
	grid_put(&grid, 0, 2, 'x', ROLE_TEXT);
	assert_row(&grid, 0, "  x   ");
	grid_put(&grid, 0, 1, WIDE, ROLE_TEXT);
	grid_put(&grid, 0, 3, WIDE, ROLE_TEXT);
	assert_row(&grid, 0, " <><> ");
	grid_put(&grid, 0, 2, WIDE, ROLE_TEXT);
	assert_row(&grid, 0, "  <>  ");
	grid_put(&grid, 0, 2, 'y', ROLE_TEXT);
	assert_row(&grid, 0, "  y   ");
	/* Cut at an edge. */
	grid_put(&grid, 0, 5, WIDE, ROLE_TEXT);
	grid_put(&grid, 0, -1, WIDE, ROLE_TEXT);
	assert_row(&grid, 0, "  y   ");
	/* A role is for the whole character, from either half. */
	grid_put(&grid, 0, 0, WIDE, ROLE_TEXT);
	grid_role(&grid, 0, 1, ROLE_MARK);
	assert_int_equal(role_at(&grid, 0, 0), ROLE_MARK);
	grid_role(&grid, 0, 0, ROLE_CURSOR);
	assert_int_equal(role_at(&grid, 0, 1), ROLE_CURSOR);
	assert_int_equal(role_at(&grid, 0, 2), ROLE_TEXT);
	grid_fini(&grid);
}

static void test_text(void **state)
{
	struct grid grid = made(1, 10, false);

	(void)state;
	assert_int_equal(grid_str(&grid, 0, 1, -1, ROLE_TEXT, "abc"), 4);
	assert_row(&grid, 0, " abc      ");
	assert_int_equal(grid_str(&grid, 0, 1, 3, ROLE_TEXT, "xyz"), 4);
	assert_row(&grid, 0, " xyz      ");
	assert_int_equal(grid_str(&grid, 0, 1, 3, ROLE_TEXT, "long"), 4);
	assert_row(&grid, 0, " lo~      ");
	assert_int_equal(grid_str(&grid, 0, 8, -1, ROLE_TEXT, "edge"), 10);
	assert_row(&grid, 0, " lo~    e~");
	assert_int_equal(grid_str(&grid, 0, 5, 0, ROLE_TEXT, "no"), 5);
	assert_int_equal(grid_str(&grid, 0, 5, 1, ROLE_TEXT, "no"), 6);
	assert_row(&grid, 0, " lo~ ~  e~");
	assert_int_equal(grid_str(&grid, 0, -2, -1, ROLE_TEXT, "abcd"), 2);
	assert_row(&grid, 0, "cdo~ ~  e~");
	assert_int_equal(grid_str(&grid, 1, 0, -1, ROLE_TEXT, "no"), 0);
	assert_int_equal(grid_str(&grid, 0, 12, -1, ROLE_TEXT, "no"), 12);
	grid_clear(&grid);
	assert_int_equal(grid_fmt(&grid, 0, 0, -1, ROLE_KEY, "%d%s", 42, "K"),
			 3);
	assert_row(&grid, 0, "42K       ");
	assert_int_equal(role_at(&grid, 0, 2), ROLE_KEY);
	assert_int_equal(role_at(&grid, 0, 3), ROLE_TEXT);
	grid_fini(&grid);
}

/* A process chooses its name, and may choose to attack the screen. */
static void test_hostile(void **state)
{
	struct grid grid = made(1, 20, true);
	size_t n = 1 << 20;
	char *long_name = malloc(n);

	(void)state;
	assert_int_equal(grid_str(&grid, 0, 0, -1, ROLE_TEXT, "a\033[2Jb"), 9);
	assert_row(&grid, 0, "a\\x1b[2Jb           ");
	assert_int_equal(grid_str(&grid, 0, 0, -1, ROLE_TEXT, "\\x41"), 7);
	assert_row(&grid, 0, "\\x5cx41Jb           ");
	/* A line of such names shows them once escaped, and obeys nothing. */
	assert_int_equal(grid_line(&grid, 0, 0, -1, ROLE_TEXT,
				   text_of("\\x41\\\033\\")), 10);
	assert_row(&grid, 0, "\\x41\\\\x1b\\          ");
	grid_clear(&grid);
	/* A mark that combines has no cell, and must not get lost. */
	assert_int_equal(grid_str(&grid, 0, 0, -1, ROLE_TEXT, "e\xcc\x81"), 9);
	assert_row(&grid, 0, "e\\xcc\\x81           ");
	assert_int_equal(grid_width(&grid, text_of("e\xcc\x81")), 9);
	assert_int_equal(grid_width(&grid, text_of("\n" WIDE_UTF8)), 6);
	grid_clear(&grid);
	assert_non_null(long_name);
	memset(long_name, '\001', n);
	assert_int_equal(grid_text(&grid, 0, 0, -1, ROLE_TEXT,
				   (struct text){long_name, n}), 20);
	assert_row(&grid, 0, "\\x01\\x01\\x01\\x01\\x0^");
	free(long_name);
	grid_fini(&grid);
}

static void test_wide_text(void **state)
{
	struct grid grid = made(1, 6, true);

	(void)state;
	assert_int_equal(grid_str(&grid, 0, 0, -1, ROLE_TEXT,
				  "a" WIDE_UTF8 "b"), 4);
	assert_row(&grid, 0, "a<>b  ");
	grid_clear(&grid);
	/* The cut mark never takes half of a wide character. */
	assert_int_equal(grid_str(&grid, 0, 0, 4, ROLE_TEXT,
				  WIDE_UTF8 WIDE_UTF8 WIDE_UTF8), 3);
	assert_row(&grid, 0, "<>^   ");
	assert_int_equal(code_at(&grid, 0, 2), 0x2026);
	grid.utf8 = false;
	grid_clear(&grid);
	grid_str(&grid, 0, 0, 5, ROLE_TEXT, WIDE_UTF8);
	assert_row(&grid, 0, "\\xe4~ ");
	grid_fini(&grid);
}

/* Cut at the start, not through a character. */
static void test_tail(void **state)
{
	struct grid grid = made(4, 8, true);
	struct grid ascii = made(1, 8, false);

	(void)state;
	assert_int_equal(grid_tail(&grid, 0, 0, 6, ROLE_TEXT,
		text_of("/a/b/c/d")), 6);
	assert_row(&grid, 0, "^b/c/d  ");
	assert_int_equal(grid_tail(&grid, 1, 1, 6, ROLE_TEXT,
		text_of(WIDE_UTF8 WIDE_UTF8 WIDE_UTF8 "x")), 7);
	assert_row(&grid, 1, " ^<><>x ");
	assert_int_equal(grid_tail(&grid, 2, 0, 5, ROLE_TEXT,
		text_of(WIDE_UTF8 WIDE_UTF8 WIDE_UTF8)), 5);
	assert_row(&grid, 2, "^<><>   ");
	/* To the edge of the grid; and what fits is not cut. */
	grid_tail(&grid, 3, 4, -1, ROLE_TEXT, text_of("abcdef"));
	assert_row(&grid, 3, "    ^def");
	grid_tail(&grid, 3, 4, 4, ROLE_TEXT, text_of("abcd"));
	assert_row(&grid, 3, "    abcd");
	grid_tail(&grid, 3, 7, 9, ROLE_TEXT, text_of("xyz"));
	grid_tail(&grid, 3, 9, 9, ROLE_TEXT, text_of("xyz"));
	grid_tail(&ascii, 0, 0, 4, ROLE_TEXT, text_of("a\033bc"));
	assert_row(&ascii, 0, "~bbc    ");
	/* Of a path its end, but of a long name in it the start. */
	grid_clear(&grid);
	grid_path(&grid, 0, 0, 6, ROLE_TEXT, text_of("/a/b/cde"));
	assert_row(&grid, 0, "^b/cde  ");
	grid_clear(&grid);
	grid_path(&grid, 0, 0, 6, ROLE_TEXT, text_of("/a/b/cdefghi"));
	assert_row(&grid, 0, "cdefg^  ");
	grid_clear(&grid);
	grid_path(&grid, 0, 0, 6, ROLE_TEXT, text_of("/ab/cd"));
	assert_row(&grid, 0, "/ab/cd  ");
	grid_fini(&grid);
	grid_fini(&ascii);
}

static void test_shapes(void **state)
{
	struct grid grid = made(4, 5, false);

	(void)state;
	grid_box(&grid, 0, 0, 4, 5, ROLE_BORDER);
	assert_row(&grid, 0, "+---+");
	assert_row(&grid, 2, "|   |");
	assert_row(&grid, 3, "+---+");
	assert_int_equal(role_at(&grid, 3, 4), ROLE_BORDER);
	assert_int_equal(role_at(&grid, 1, 1), ROLE_TEXT);
	grid_fill(&grid, 2, 3, 100, 100, ROLE_POPUP);
	assert_row(&grid, 2, "|    ");
	assert_int_equal(role_at(&grid, 3, 4), ROLE_POPUP);
	grid_box(&grid, -1, -1, 3, 3, ROLE_BORDER);
	assert_row(&grid, 0, "+|--+");
	assert_row(&grid, 1, "-+  |");
	grid.utf8 = true;
	grid_box(&grid, 0, 0, 2, 2, ROLE_BORDER);
	assert_int_equal(code_at(&grid, 0, 0), 0x250c);
	assert_int_equal(code_at(&grid, 1, 1), 0x2518);
	grid_fini(&grid);
}

/* A terminal that draws them in two columns would shift all behind them; what
 * everyone draws wide stays. */
static void test_ambiguous_wide(void **state)
{
	struct grid grid = { .utf8 = true, .ambiguous_wide = true };

	(void)state;
	grid_resize(&grid, 3, 12);
	grid_box(&grid, 0, 0, 3, 12, ROLE_TEXT);
	assert_int_equal(grid_at(&grid, 0, 0)->code, '+');
	assert_int_equal(grid_at(&grid, 1, 0)->code, '|');
	/* Cyrillic and e with acute are ambiguous, o with diaeresis is not. */
	grid_str(&grid, 1, 1, -1, ROLE_TEXT, "\xd0\x96\xc3\xa9\xc3\xb6\xe9\xa1\xb5");
	assert_int_equal(grid_at(&grid, 1, 1)->code, '?');
	assert_int_equal(grid_at(&grid, 1, 2)->code, '?');
	assert_int_equal(grid_at(&grid, 1, 3)->code, 0xf6);
	assert_int_equal(grid_at(&grid, 1, 4)->code, 0x9875);
	assert_int_equal(grid_at(&grid, 1, 5)->code, 0);
	grid_str(&grid, 2, 0, 4, ROLE_TEXT, "too long");
	assert_int_equal(grid_at(&grid, 2, 3)->code, '~');
	grid_fini(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),	cmocka_unit_test(test_put),
		cmocka_unit_test(test_wide),	cmocka_unit_test(test_text),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_wide_text),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_ambiguous_wide),
	};

	/* For the widths of characters. */
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
