/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "vmatlas/view/picture.h"
#include "vmatlas/view/role.h"

#define WIDE "\xe4\xb8\xad"

/* ' <A&"' in two roles on the first row, a wide character on the second. */
static struct grid sample(void)
{
	struct grid grid = {.utf8 = true};

	grid_resize(&grid, 2, 8);
	grid_str(&grid, 0, 1, -1, ROLE_TITLE, "<A");
	grid_put_fill(&grid, 0, 3, '&', ROLE_OF_STATE(STATE_ANON), FILL_FULL);
	grid_put(&grid, 0, 4, '"', ROLE_MARK);
	grid_str(&grid, 1, 0, -1, ROLE_TITLE, "a" WIDE "b");
	return grid;
}

static struct theme sample_theme(const char *text)
{
	struct theme theme;
	struct err err = {0};
	struct buf all = {0};

	/* Only what these lines say. */
	for (int role = 0; role < NROLES; role++)
		buf_fmt(&all, "%s = - -\n", role_name((enum role)role));
	buf_str(&all, text);
	if (theme_parse(&theme, "sample",
			(struct text){buf_text(&all), all.len}, &err))
		fail_msg("%s", err.text);
	buf_fini(&all);
	return theme;
}

static void assert_picture(const char *theme_text, enum picture_format format,
			   const char *expected)
{
	struct theme theme = sample_theme(theme_text);
	struct grid grid = sample();
	struct buf out = {0};

	picture_write(&out, &grid, &theme, format);
	assert_string_equal(buf_text(&out), expected);
	buf_fini(&out);
	grid_fini(&grid);
}

static void assert_has(const struct buf *out, const char *part)
{
	if (!strstr(buf_text(out), part))
		fail_msg("no %s in:\n%s", part, buf_text(out));
}

static void test_dump(void **state)
{
	struct grid grid = sample();
	struct buf out = {0};

	(void)state;
	picture_dump(&out, &grid);
	assert_string_equal(buf_text(&out),
			    "screen 8x2\n"
			    " <A&\"\n"
			    "a" WIDE "b\n"
			    "roles\n"
			    ".TTA@...\n"
			    "TTTT....\n"
			    "key\n"
			    ". text\n"
			    "@ mark\n"
			    "A state.anon\n"
			    "T title\n");
	buf_fini(&out);
	grid_fini(&grid);
}

static void test_format_of(void **state)
{
	(void)state;
	assert_int_equal(picture_format_of("a.txt"), PICTURE_TXT);
	assert_int_equal(picture_format_of("/x.y/a.b.ansi"), PICTURE_ANSI);
	assert_int_equal(picture_format_of("a.HTML"), PICTURE_HTML);
	assert_int_equal(picture_format_of(".svg"), PICTURE_SVG);
	assert_int_equal(picture_format_of("svg"), -1);
	assert_int_equal(picture_format_of("a.png"), -1);
	assert_int_equal(picture_format_of(""), -1);
}

static void test_txt(void **state)
{
	(void)state;
	assert_picture("", PICTURE_TXT, " <A&\"\na" WIDE "b\n");
}

static void test_ansi(void **state)
{
	(void)state;
	assert_picture("title = #010203 - bold\n"
		       "state.anon = #000000 #00ff00\n"
		       "mark = - - reverse underline\n",
		       PICTURE_ANSI,
		       " \033[0;1;38;2;1;2;3m<A"
		       "\033[0;38;2;0;0;0;48;2;0;255;0m&"
		       "\033[0;4;7m\"\033[0m   \n"
		       "\033[0;1;38;2;1;2;3ma" WIDE "b\033[0m    \n");
}

static void test_html(void **state)
{
	struct theme theme = sample_theme("text = #111111 -\n"
					  "title = #010203 - bold\n"
					  "state.anon = #000000 #00ff00\n");
	struct grid grid = sample();
	struct buf out = {0};

	(void)state;
	picture_write(&out, &grid, &theme, PICTURE_HTML);
	/* Dark letters: so the ground is light. */
	assert_has(&out, "background:#ffffff}");
	assert_has(&out, "pre{margin:0;color:#111111;");
	assert_has(&out, "\n <span style=\"color:#010203;background:#ffffff;"
			 "font-weight:bold\">&lt;A</span>"
			 "<span style=\"color:#000000;background:#00ff00\">"
			 "&amp;</span>&quot;   \n");
	assert_has(&out, ">a" WIDE "b</span>    \n</pre>");
	assert_null(strstr(buf_text(&out), "http"));
	buf_fini(&out);
	grid_fini(&grid);
}

static void test_svg(void **state)
{
	struct theme theme = sample_theme("title = #010203 - bold\n"
					  "state.anon = #000000 #00ff00\n"
					  "mark = - - reverse\n");
	struct grid grid = sample();
	struct buf out = {0};

	(void)state;
	picture_write(&out, &grid, &theme, PICTURE_SVG);
	assert_has(&out, "width=\"72\" height=\"36\" viewBox=\"0 0 72 36\"");
	assert_has(&out, "<rect width=\"72\" height=\"36\" fill=\"#12161b\"/>");
	assert_has(&out, "<text x=\"9\" y=\"14\" textLength=\"18\" "
			 "lengthAdjust=\"spacingAndGlyphs\" fill=\"#010203\" "
			 "font-weight=\"bold\">&lt;A</text>\n"
			 "<rect x=\"27\" y=\"0\" width=\"9\" height=\"18\" "
			 "fill=\"#00ff00\"/>\n");
	assert_has(&out, ">&amp;</text>");
	/* Reversed: the ground's colour on the text's. */
	assert_has(&out, "height=\"18\" fill=\"#c9d3dd\"/>");
	assert_has(&out, "fill=\"#12161b\">&quot;</text>");
	/* A wide character stands alone, on its own two columns. */
	assert_has(&out, "<text x=\"9\" y=\"32\" textLength=\"18\" "
			 "lengthAdjust=\"spacingAndGlyphs\" fill=\"#010203\" "
			 "font-weight=\"bold\">" WIDE "</text>");
	assert_has(&out, "<text x=\"27\" y=\"32\" textLength=\"9\"");
	assert_has(&out, ">b</text>\n</g>\n</svg>\n");
	buf_fini(&out);
	grid_fini(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump), cmocka_unit_test(test_format_of),
		cmocka_unit_test(test_txt),  cmocka_unit_test(test_ansi),
		cmocka_unit_test(test_html), cmocka_unit_test(test_svg),
	};

	/* For the widths of characters. */
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
