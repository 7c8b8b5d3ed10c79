/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/view/grid.h"
#include "vmatlas/view/theme.h"

#define ANON ROLE_OF_STATE(STATE_ANON)
#define FILE_PAGE ROLE_OF_STATE(STATE_FILE)

static const char *const shipped[] = {"default", "light", "high-contrast",
				      "colour-blind", "mono"};

static struct theme parsed(const char *text)
{
	struct theme theme;
	struct err err = {0};

	if (theme_parse(&theme, "test", text_of(text), &err))
		fail_msg("%s", err.text);
	return theme;
}

static void assert_look(struct look look, int32_t fg, int32_t bg, int attributes)
{
	assert_int_equal(look.fg, fg);
	assert_int_equal(look.bg, bg);
	assert_int_equal(look.attributes, attributes);
}

static struct look look_of(const struct theme *theme, int depth, int role)
{
	return theme_look(theme, (enum color_depth)depth, role, FILL_FULL);
}

static void test_colors(void **state)
{
	struct theme t = parsed("text = #12aBff - bold underline\n"
				"dim = red bright-blue # said so\n"
				"title=7 232 dim reverse standout\r\n"
				"\n# nothing\n#\n\t key\t=\t- -");

	(void)state;
	assert_look(look_of(&t, DEPTH_TRUE, ROLE_TEXT), 0x12abff, -1,
		    LOOK_BOLD | LOOK_UNDERLINE);
	assert_look(look_of(&t, DEPTH_TRUE, ROLE_DIM), 0xcd0000, 0x5c5cff, 0);
	assert_look(look_of(&t, DEPTH_TRUE, ROLE_TITLE), 0xe5e5e5, 0x080808,
		    LOOK_DIM | LOOK_REVERSE | LOOK_STANDOUT);
	assert_look(look_of(&t, DEPTH_TRUE, ROLE_KEY), -1, -1, 0);
}

static void test_conversion(void **state)
{
	struct theme t = parsed("text = #ff0000 #0000d7\n"
				"dim = #8a8a8a -\n"
				"mark = #ff5555 #aa2222 underline\n"
				"[256]\ntitle = 196 - bold\n"
				"[16]\nkey = bright-red -\n"
				"value = bright-black -\n"
				"zone = bright-white bright-green\n");

	(void)state;
	assert_look(look_of(&t, DEPTH_256, ROLE_TEXT), 196, 20, 0);
	assert_look(look_of(&t, DEPTH_16, ROLE_TEXT), 9, 4, 0);
	/* Bright letters are bold where there are only 8. */
	assert_look(look_of(&t, DEPTH_8, ROLE_TEXT), 1, 4, LOOK_BOLD);
	assert_look(look_of(&t, DEPTH_MONO, ROLE_TEXT), -1, -1, LOOK_BOLD);
	assert_look(look_of(&t, DEPTH_256, ROLE_DIM), 245, -1, 0);
	assert_look(look_of(&t, DEPTH_16, ROLE_DIM), 8, -1, 0);
	assert_look(look_of(&t, DEPTH_8, ROLE_DIM), 7, -1, 0);
	/* Never two colours that become one. */
	for (int depth = DEPTH_8; depth < NDEPTHS; depth++) {
		struct look look = look_of(&t, depth, ROLE_MARK);

		assert_int_not_equal(look.fg, look.bg);
		assert_true(look.attributes & LOOK_UNDERLINE);
	}
	assert_look(look_of(&t, DEPTH_16, ROLE_TITLE), 9, -1, LOOK_BOLD);
	assert_look(look_of(&t, DEPTH_8, ROLE_KEY), 1, -1, LOOK_BOLD);
	assert_look(look_of(&t, DEPTH_8, ROLE_VALUE), 7, -1, 0);
	assert_look(look_of(&t, DEPTH_8, ROLE_ZONE), 7, 2, LOOK_BOLD);
}

/* What a file does not name stays the default's, at every depth. */
static void test_inheritance(void **state)
{
	struct theme t = parsed("text = #102030 -\n[8]\ntext = yellow -\n"
				"[mono]\ncursor = - - standout"), plain;

	(void)state;
	theme_default(&plain);
	for (int depth = 0; depth < NDEPTHS; depth++)
		for (int role = 0; role < NROLES; role++) {
			struct look a = look_of(&t, depth, role);
			struct look b = look_of(&plain, depth, role);

			if (role != ROLE_TEXT &&
			    (role != ROLE_CURSOR || depth != DEPTH_MONO))
				assert_look(a, b.fg, b.bg, b.attributes);
		}
	assert_int_equal(look_of(&t, DEPTH_TRUE, ROLE_TEXT).fg, 0x102030);
	assert_int_not_equal(look_of(&t, DEPTH_256, ROLE_TEXT).fg, -1);
	assert_int_equal(look_of(&t, DEPTH_8, ROLE_TEXT).fg, 3);
	assert_int_equal(look_of(&t, DEPTH_MONO, ROLE_CURSOR).attributes,
			 LOOK_STANDOUT);
}

static void test_all_states(void **state)
{
	struct theme t = parsed("state.anon = #000000 #00ff00\n"
				"state.* = #000000 #ffffff\n"
				"[8]\nstate.file = white blue\n"
				"state.* = black cyan\n");

	(void)state;
	assert_look(look_of(&t, DEPTH_TRUE, ANON), 0, 0x00ff00, 0);
	assert_look(look_of(&t, DEPTH_TRUE, FILE_PAGE), 0, 0xffffff, 0);
	assert_look(look_of(&t, DEPTH_8, FILE_PAGE), 7, 4, 0);
	/* Named above, but not in this variant. */
	assert_look(look_of(&t, DEPTH_8, ANON), 0, 6, 0);
}

static void test_fill(void **state)
{
	struct theme t = parsed("state.anon = #000000 #00ff00 bold reverse\n"
				"state.guard = #ff0000 -\n"
				"palette.0 = #000000 #0000ff\n");
	int guard = ROLE_OF_STATE(STATE_GUARD);

	(void)state;
	assert_look(theme_look(&t, DEPTH_TRUE, ANON, FILL_FULL), 0, 0x00ff00,
		    LOOK_BOLD | LOOK_REVERSE);
	for (int fill = FILL_NONE; fill < FILL_FULL; fill++) {
		assert_look(theme_look(&t, DEPTH_TRUE, ANON, fill), 0x00ff00,
			    -1, LOOK_BOLD);
		assert_look(theme_look(&t, DEPTH_TRUE, guard, fill), 0xff0000,
			    -1, 0);
	}
	assert_look(theme_look(&t, DEPTH_TRUE, ROLE_PALETTE_0, FILL_NONE), 0,
		    0xff, 0);
	assert_look(theme_look(&t, DEPTH_TRUE, ROLE_PALETTE_0, FILL_SOME), 0xff,
		    -1, 0);
	/* On a theme's own ground. */
	t = parsed("text = - #101010\nstate.anon = #000000 #00ff00");
	assert_look(theme_look(&t, DEPTH_TRUE, ANON, FILL_SOME), 0x00ff00,
		    0x101010, 0);
	assert_look(theme_look(&t, DEPTH_TRUE, NROLES, FILL_FULL), -1, -1, 0);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{"\nnobody = - -", "sad.theme, line 2: no such role: \"nobody\""},
		{"text = - grin", "sad.theme, line 1: not a colour: \"grin\""},
		{"text = 256 -", "sad.theme, line 1: not a colour: \"256\""},
		{"text = #12345 -", "sad.theme, line 1: not a colour: \"#12345\""},
		{"text = #12345g -",
		 "sad.theme, line 1: not a colour: \"#12345g\""},
		{"text = bright -", "sad.theme, line 1: not a colour: \"bright\""},
		{"text = - - blink",
		 "sad.theme, line 1: not an attribute: \"blink\""},
		{"text = red", "sad.theme, line 1: no background after: \"red\""},
		{"text =", "sad.theme, line 1: no foreground after: \"=\""},
		{"text\033 red", "sad.theme, line 1: no '=' in: \"text\\x1b red\""},
		{"[64]", "sad.theme, line 1: a variant is [256], [16], [8] or "
			 "[mono], not: \"[64]\""},
	};
	struct theme theme, before;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = {0};

		theme = before;
		assert_int_equal(theme_parse(&theme, "sad.theme",
					     text_of(bad[i].text), &err), -1);
		assert_string_equal(err.text, bad[i].message);
		assert_memory_equal(&theme, &before, sizeof(theme));
	}
}

static struct theme shipped_theme(const char *name)
{
	static char bytes[1 << 16];
	struct theme theme;
	struct err err = {0};
	char path[100];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "themes/%s.theme", name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: run the tests from the top of the tree", path);
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	if (theme_parse(&theme, path, (struct text){bytes, n}, &err))
		fail_msg("%s", err.text);
	return theme;
}

static void test_compiled_in(void **state)
{
	struct theme file = shipped_theme("default"), theme;

	(void)state;
	theme_default(&theme);
	assert_look(look_of(&theme, DEPTH_8, ANON), 0, 2, 0);
	for (int depth = 0; depth < NDEPTHS; depth++)
		for (int role = 0; role < NROLES; role++) {
			struct look look = look_of(&file, depth, role);

			assert_look(look_of(&theme, depth, role), look.fg,
				    look.bg, look.attributes);
		}
}

/* Relative luminance, near enough (a gamma of 2), from 0 to 1. */
static double luminance(int32_t rgb)
{
	double r = (rgb >> 16 & 255) / 255.0, g = (rgb >> 8 & 255) / 255.0;
	double b = (rgb & 255) / 255.0;

	return 0.2126 * r * r + 0.7152 * g * g + 0.0722 * b * b;
}

static double contrast(int32_t a, int32_t b)
{
	double la = luminance(a) + 0.05, lb = luminance(b) + 0.05;

	return la > lb ? la / lb : lb / la;
}

static bool of_cells(int role)
{
	return role >= ROLE_STATE_FIRST ||
	       (role >= ROLE_RAM && role <= ROLE_PALETTE_5);
}

/* Every letter can be read, on a ground of the kind that a theme is for. */
static void test_contrast(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		struct theme t = shipped_theme(shipped[i]);
		bool light = !strcmp(shipped[i], "light");
		double least = strcmp(shipped[i], "high-contrast") ? 3.0 : 5.0;

		for (int role = 0; role < NROLES; role++)
			for (int fill = 0; fill <= FILL_FULL; fill++) {
				struct look look = theme_look(&t, DEPTH_TRUE,
							      role, fill);
				int32_t fg = look.fg >= 0 ? look.fg
					     : light	  ? 0x000000
							  : 0xd0d0d0;
				int32_t bg = look.bg >= 0 ? look.bg
					     : light	  ? 0xffffff
							  : 0x101010;

				/* The others are never half full. */
				if (fill && fill < FILL_FULL && !of_cells(role))
					continue;
				if (contrast(fg, bg) < least)
					fail_msg("%s: %s, fill %d: contrast %.1f",
						 shipped[i],
						 role_name((enum role)role),
						 fill, contrast(fg, bg));
			}
	}
}

static bool looks_differ(struct look a, struct look b)
{
	return a.fg != b.fg || a.bg != b.bg || a.attributes != b.attributes;
}

/* The cursor is never mistaken for a page, at any depth. */
static void test_cursor(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		struct theme t = shipped_theme(shipped[i]);

		for (int depth = 0; depth < NDEPTHS; depth++) {
			struct look cursor = look_of(&t, depth, ROLE_CURSOR);
			struct look other =
				look_of(&t, depth, ROLE_CURSOR_OTHER);
			struct look mark = look_of(&t, depth, ROLE_MARK);

			assert_true(looks_differ(cursor, mark));
			assert_true(looks_differ(cursor, other));
			assert_true(looks_differ(other, mark));
			for (int s = 0; s < NSTATES; s++) {
				struct look look =
					look_of(&t, depth, ROLE_OF_STATE(s));

				if (!looks_differ(look, cursor) ||
				    !looks_differ(look, other) ||
				    !looks_differ(look, mark) ||
				    (look.bg >= 0 && look.bg == cursor.bg))
					fail_msg("%s, depth %d: %s", shipped[i],
						 depth,
						 role_name(ROLE_OF_STATE(s)));
			}
		}
		/* Nothing of colour is left without it. */
		for (int role = 0; role < NROLES; role++) {
			struct look look = look_of(&t, DEPTH_MONO, role);

			assert_look(look, -1, -1, look.attributes);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_conversion),
		cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_all_states),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_compiled_in),
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
