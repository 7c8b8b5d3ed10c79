/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../src/view/color.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/theme.h"

/*
 * The theme for the colour-blind, seen by them: Machado, Oliveira and
 * Fernandes' matrices (2009) for full deuteranopia, protanopia and tritanopia
 * on linear light, and distances in CIELAB, where 2.3 can just be told apart.
 */
#define LEAST 13

static const struct {
	const char *name;
	double m[3][3];
} visions[] = {
	{"everybody", {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
	{"deuteranopia", {{0.367322, 0.860646, -0.227968},
		{0.280085, 0.672501, 0.047413},
		{-0.011820, 0.042940, 0.968881}}},
	{"protanopia", {{0.152286, 1.052583, -0.204868},
		{0.114503, 0.786281, 0.099216},
		{-0.003882, -0.048116, 1.051998}}},
	{"tritanopia", {{1.255528, -0.076749, -0.178779},
		{-0.078411, 0.930809, 0.147602},
		{0.004733, 0.691367, 0.303900}}},
};

/* The Nth root, by Newton: without the mathematical library. */
static double root(double x, int n)
{
	double r = 1;

	if (x <= 0)
		return 0;
	for (int i = 0; i < 60; i++) {
		double power = 1;

		for (int k = 1; k < n; k++)
			power *= r;
		r += (x / power - r) / n;
	}
	return r;
}

static double linear(uint32_t byte)
{
	double c = byte / 255.0, base = (c + 0.055) / 1.055;

	return c <= 0.04045 ? c / 12.92 : base * base * root(base * base, 5);
}

static double lab_part(double t)
{
	return t > 0.008856 ? root(t, 3) : 7.787 * t + 16.0 / 116;
}

static void lab_of(uint32_t rgb, const double m[3][3], double lab[3])
{
	double in[3] = {linear(rgb >> 16 & 255), linear(rgb >> 8 & 255),
			linear(rgb & 255)}, c[3], x, y, z;

	for (int i = 0; i < 3; i++) {
		c[i] = m[i][0] * in[0] + m[i][1] * in[1] + m[i][2] * in[2];
		c[i] = c[i] < 0 ? 0 : c[i] > 1 ? 1 : c[i];
	}
	x = lab_part((.4124 * c[0] + .3576 * c[1] + .1805 * c[2]) / .9505);
	y = lab_part(.2126 * c[0] + .7152 * c[1] + .0722 * c[2]);
	z = lab_part((.0193 * c[0] + .1192 * c[1] + .9505 * c[2]) / 1.089);
	lab[0] = 116 * y - 16;
	lab[1] = 500 * (x - y);
	lab[2] = 200 * (y - z);
}

static double distance(uint32_t a, uint32_t b, const double m[3][3])
{
	double x[3], y[3], sum = 0;

	lab_of(a, m, x);
	lab_of(b, m, y);
	for (int i = 0; i < 3; i++)
		sum += (x[i] - y[i]) * (x[i] - y[i]);
	return root(sum, 2);
}

static struct theme theme_of(const char *name)
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

/* What is seen of a cell: its ground. */
static uint32_t ground(const struct theme *theme, const char *role)
{
	struct look look = theme_look(theme, DEPTH_TRUE, role_of_name(role),
				      FILL_FULL);

	assert_true(role_of_name(role) >= 0);
	assert_true(look.bg >= 0);
	return (uint32_t)look.bg;
}

/* Roles that stand beside each other and mean different things. */
static const char *const groups[][12] = {
	{"state.anon", "state.cow-shared", "state.cow-pending", "state.file",
	 "state.shmem", "state.swap", "state.hugetlb", "state.ksm",
	 "state.zero", "state.poisoned"},
	{"state.anon", "state.anon-was-shared", "state.cow-shared",
	 "state.cow-pending", "state.cow-copied"},
	{"sharing.private", "sharing.shared"},
	{"palette.0", "palette.1", "palette.2", "palette.3", "palette.4",
	 "palette.5"},
	{"cursor", "cursor.other", "mark", "selected"},
	{"message", "warning"},
};

/* How many pairs are nearer than LEAST; the first ones are named. */
static int near_pairs(const struct theme *theme, bool say)
{
	int n = 0;

	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++)
		for (int i = 0; groups[g][i]; i++)
			for (int k = i + 1; groups[g][k]; k++)
				for (int v = 0; v < 4; v++) {
					double d = distance(
						ground(theme, groups[g][i]),
						ground(theme, groups[g][k]),
						visions[v].m);

					if (d >= LEAST)
						continue;
					if (say)
						print_message("# %s: %s, %s: "
							"%.1f\n",
							visions[v].name,
							groups[g][i],
							groups[g][k], d);
					n++;
				}
	return n;
}

static void test_colour_blind(void **state)
{
	struct theme theme = theme_of("colour-blind"), plain;

	(void)state;
	assert_int_equal(near_pairs(&theme, true), 0);
	/* The measure sees what is wrong with other themes. */
	theme_default(&plain);
	assert_true(near_pairs(&plain, false) > 5);
}

/* White and black are 100 apart; red and green nearly nothing to some. */
static void test_measure(void **state)
{
	double seen = distance(0xcc0000, 0x6f6f00, visions[0].m);

	(void)state;
	assert_true(distance(0, 0xffffff, visions[0].m) > 99.5);
	assert_true(distance(0, 0xffffff, visions[1].m) > 99);
	assert_true(seen > 50);
	assert_true(distance(0xcc0000, 0x6f6f00, visions[1].m) < seen / 3);
}

static uint32_t rgb_of(int32_t value, enum color_depth depth)
{
	return color_rgb((struct color){value, depth == DEPTH_TRUE ?
		DEPTH_TRUE : DEPTH_256});
}

static bool of_cells(int role)
{
	return role >= ROLE_STATE_FIRST ||
	       (role >= ROLE_RAM && role <= ROLE_PALETTE_5);
}

/* In every variant of every theme that comes with vmatlas, each role has a
 * look that can be read. */
static void test_variants(void **state)
{
	static const char *const names[] = {"default", "light",
		"high-contrast", "colour-blind", "mono"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct theme theme = theme_of(names[i]);
		uint32_t own = strcmp(names[i], "light") ? 0x000000 : 0xffffff;

		for (int role = 0; role < NROLES; role++)
			for (int depth = DEPTH_8; depth < NDEPTHS; depth++)
				for (int fill = 0; fill <= FILL_FULL; fill++) {
					struct look look = theme_look(&theme,
						(enum color_depth)depth, role,
						fill);
					uint32_t fg = look.fg >= 0 ?
						rgb_of(look.fg,
						(enum color_depth)depth) :
						own ^ 0xffffff;
					uint32_t bg = look.bg >= 0 ?
						rgb_of(look.bg,
						(enum color_depth)depth) : own;

					/* The others are never half full. */
					if (fill && fill < FILL_FULL &&
					    !of_cells(role))
						continue;
					if (distance(fg, bg, visions[0].m) < 20)
						fail_msg("%s, depth %d: %s, "
							"fill %d: %06x on %06x",
							names[i], depth,
							role_name((enum role)
							role), fill, fg, bg);
				}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_colour_blind),
		cmocka_unit_test(test_variants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
