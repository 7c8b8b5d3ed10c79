/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "vmatlas/base/key.h"
#include "vmatlas/view/config.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/role.h"

static struct settings read_settings(const char *text, const char *complaints)
{
	struct settings settings;
	struct buf said = { 0 };

	settings_default(&settings);
	config_settings(&settings, "rc", text_of(text), &said);
	assert_string_equal(buf_text(&said), complaints);
	buf_fini(&said);
	return settings;
}

static void read_keys(struct keymap *map, bool vi, const char *text,
	const char *complaints)
{
	struct buf said = { 0 };

	keymap_default(map, vi);
	config_keys(map, "rc", text_of(text), &said);
	assert_string_equal(buf_text(&said), complaints);
	buf_fini(&said);
}

static void assert_value(const struct settings *settings, enum setting setting,
	const char *value)
{
	struct buf own = { 0 };

	setting_get(settings, setting, &own);
	assert_string_equal(buf_text(&own), value);
	buf_fini(&own);
}

static void settings_are_read(void **state)
{
	struct settings s = read_settings("# mine\n\n"
		"theme = light\n colors=256 \r\nascii = yes # a vt100\n"
		"vi-keys = on\ndelay = 0.5\ndelay = 2.5\nsort = pss\n"
		"screen = memory\nlist_columns = pid command PSS\n"
		"region_columns = default", "");

	(void)state;
	assert_value(&s, SETTING_THEME, "light");
	assert_value(&s, SETTING_COLORS, "256");
	assert_value(&s, SETTING_ASCII, "yes");
	assert_value(&s, SETTING_VI_KEYS, "yes");
	assert_value(&s, SETTING_DELAY, "2.5");
	assert_value(&s, SETTING_SORT, "PSS");
	assert_value(&s, SETTING_SCREEN, "memory");
	assert_value(&s, SETTING_MOUSE, "yes");
	assert_value(&s, SETTING_LIST_COLUMNS, "pid command PSS");
	assert_value(&s, SETTING_REGION_COLUMNS, "default");
	setting_step(&s, SETTING_LIST_COLUMNS, 1);
	assert_value(&s, SETTING_LIST_COLUMNS, "default");
}

static void mistakes_are_named_and_change_nothing(void **state)
{
	struct settings s = read_settings("delay = 0\nascii = perhaps\n"
		"delay = 1e3\n\nwhatever\ncolour = \033[2J\ntheme =\n",
		"rc:1: 0 is no value of delay: a number from 0.05 to 86400\n"
		"rc:2: perhaps is no value of ascii: yes or no\n"
		"rc:3: 1e3 is no value of delay: a number from 0.05 to 86400\n"
		"rc:5: whatever is neither NAME = VALUE nor a binding\n"
		"rc:6: colour is no setting\n"
		"rc:7:  is no value of theme: a name or a file: default light "
		"high-contrast colour-blind mono\n");
	struct settings initial;
	unsigned i;

	(void)state;
	settings_default(&initial);
	for (i = 0; i < NSETTINGS; i++)
		assert_true(setting_is_same(&s, &initial, (enum setting)i));
	/* What is quoted cannot reach a terminal as it is. */
	read_settings("ascii = \033[2J", "rc:1: \\x1b[2J is no value of "
		"ascii: yes or no\n");
}

static void every_value_is_read_as_it_is_written(void **state)
{
	struct settings s, again;
	struct buf text = { 0 };
	unsigned i;
	int step;

	(void)state;
	settings_default(&s);
	for (step = 0; step < 30; step++) {
		buf_clear(&text);
		config_write(&text, text_of(""), &s, (1u << NSETTINGS) - 1);
		again = read_settings(buf_text(&text), "");
		for (i = 0; i < NSETTINGS; i++) {
			assert_true(setting_is_same(&s, &again,
				(enum setting)i));
			setting_step(&s, (enum setting)i, step % 3 ? 1 : -1);
		}
	}
	buf_fini(&text);
}

static void what_is_not_changed_stays(void **state)
{
	struct settings s;
	struct buf out = { 0 };

	(void)state;
	settings_default(&s);
	s.number[SETTING_DELAY] = 5;
	s.number[SETTING_ASCII] = 1;
	config_write(&out, text_of("# by hand\nascii = no   # not yet\n"
		"delay = 1\nfuture = 3\nbind F5 freeze\ndelay = 2\ntheme=mono"),
		&s, 1u << SETTING_DELAY | 1u << SETTING_ASCII |
		1u << SETTING_MOUSE);
	assert_string_equal(buf_text(&out), "# by hand\n"
		"ascii = yes # not yet\ndelay = 5\nfuture = 3\n"
		"bind F5 freeze\ntheme=mono\nmouse = yes\n");
	buf_fini(&out);
}

/* ---- keys */

static void keys_are_bound(void **state)
{
	struct keymap map;

	(void)state;
	read_keys(&map, false, "bind F5 freeze\nunbind z\nbind # zoom-in # more\n"
		"bind C-n down # and so on\n", "");
	assert_int_equal(keymap_action(&map, key_parse("F5"), ON_LIST),
		ACTION_FREEZE);
	assert_int_equal(keymap_action(&map, 'z', ON_ATLAS), ACTION_NONE);
	assert_int_equal(keymap_action(&map, '#', ON_ATLAS), ACTION_ZOOM_IN);
	assert_int_equal(keymap_action(&map, KEY_ID_CTRL('n'), ON_LIST),
		ACTION_DOWN);
	/* What nobody touched. */
	assert_int_equal(keymap_action(&map, '+', ON_ATLAS), ACTION_ZOOM_IN);
}

static void mistakes_in_bindings_are_named(void **state)
{
	struct keymap map;

	(void)state;
	read_keys(&map, false, "bind F13 down\nbind x fly\nbind\nunbind x y\n"
		"bind x down\n\nbind x up\nbind Mouse down\nbind x up\n",
		"rc:1: F13 is no key\nrc:2: fly is no action\n"
		"rc:3:  is no key\nrc:4: y is too much: unbind KEY\n"
		"rc:7: x is bound in line 5 already\nrc:8: Mouse is no key\n");
	assert_int_equal(keymap_action(&map, 'x', ON_LIST), ACTION_UP);
}

static void quitting_keeps_a_key(void **state)
{
	struct keymap map;

	(void)state;
	read_keys(&map, false, "unbind q\n", "");
	assert_int_equal(keymap_key(&map, ACTION_QUIT), key_parse("F10"));
	read_keys(&map, false, "unbind q\nunbind F10\n",
		"rc:2: q quits, as no other key does\n");
	assert_int_equal(keymap_action(&map, 'q', ON_LIST), ACTION_QUIT);
}

static void vi_moves_and_still_helps(void **state)
{
	struct keymap map;

	(void)state;
	read_keys(&map, true, "", "");
	assert_int_equal(keymap_action(&map, 'h', ON_ATLAS), ACTION_LEFT);
	assert_int_equal(keymap_action(&map, 'j', ON_LIST), ACTION_DOWN);
	assert_int_equal(keymap_action(&map, 'k', ON_LIST), ACTION_UP);
	assert_int_equal(keymap_action(&map, 'l', ON_ATLAS), ACTION_RIGHT);
	assert_int_equal(keymap_action(&map, '?', ON_ATLAS), ACTION_HELP);
	assert_int_equal(keymap_action(&map, key_parse("F1"), ON_ATLAS),
		ACTION_HELP);
	/* The file has the last word. */
	read_keys(&map, true, "bind h help\n", "");
	assert_int_equal(keymap_action(&map, 'h', ON_ATLAS), ACTION_HELP);
}

static void one_key_has_a_meaning_for_each_place(void **state)
{
	struct keymap map;

	(void)state;
	keymap_default(&map, false);
	keymap_unbind(&map, 'w');
	keymap_bind(&map, 'w', ACTION_FREEZE);
	keymap_bind(&map, 'w', ACTION_WRITE);
	assert_int_equal(keymap_action(&map, 'w', ON_SETTINGS), ACTION_WRITE);
	assert_int_equal(keymap_action(&map, 'w', ON_ATLAS), ACTION_FREEZE);
	keymap_bind(&map, 'w', ACTION_DELAY);
	assert_int_equal(keymap_action(&map, 'w', ON_ATLAS), ACTION_DELAY);
	assert_int_equal(keymap_action(&map, 'w', ON_SETTINGS), ACTION_WRITE);
}

static void names_of_actions_lead_back(void **state)
{
	char name[ACTION_NAME_MAX];
	unsigned i;

	(void)state;
	assert_string_equal(action_name(ACTION_ZOOM_IN, name), "zoom-in");
	for (i = 1; i < NACTIONS; i++)
		assert_int_equal(action_of_name(text_of(
			action_name((enum action)i, name))), i);
	assert_int_equal(action_of_name(text_of("none")), ACTION_NONE);
}

static void map_is_full_once(void **state)
{
	struct keymap map;
	uint32_t key;

	(void)state;
	keymap_default(&map, false);
	for (key = 0x4e00; map.n < KEYMAP_MAX; key++)
		assert_true(keymap_bind(&map, key, ACTION_UP));
	assert_false(keymap_bind(&map, key, ACTION_UP));
	keymap_unbind(&map, 0x4e00);
	assert_true(keymap_bind(&map, key, ACTION_UP));
}

/* ---- the foot shows them */

static void assert_foot(const char *config, const char *want)
{
	static const struct key_label labels[] = {
		{ "Tab", "Pane" }, { "+-", "Zoom" }, { "z", "Freeze" },
		{ "PgUp PgDn", "Scroll" }, { "?", "Help" }, { "q", "Quit" },
		{ NULL, NULL },
	};
	struct grid grid = { .utf8 = false };
	struct keymap map;
	char row[81];
	int i;

	read_keys(&map, false, config, "");
	grid_resize(&grid, 1, 80);
	foot_paint(&grid, 0, labels, &map);
	for (i = 0; i < 80; i++)
		row[i] = (char)grid_at(&grid, 0, i)->code;
	row[80] = '\0';
	while (i && row[i - 1] == ' ')
		row[--i] = '\0';
	assert_string_equal(row, want);
	grid_fini(&grid);
}

static void foot_shows_the_keys_there_are(void **state)
{
	(void)state;
	assert_foot("", " TabPane +-Zoom zFreeze PgUp PgDnScroll ?Help qQuit");
	assert_foot("unbind z\nunbind Tab\nbind F5 other-pane\n"
		"unbind q\nunbind PgUp\nbind x zoom-out\nunbind -\n",
		" F5Pane +xZoom C-b PgDnScroll ?Help F10Quit");
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(settings_are_read), T(mistakes_are_named_and_change_nothing),
		T(every_value_is_read_as_it_is_written),
		T(what_is_not_changed_stays), T(keys_are_bound),
		T(mistakes_in_bindings_are_named), T(quitting_keeps_a_key),
		T(vi_moves_and_still_helps),
		T(one_key_has_a_meaning_for_each_place),
		T(names_of_actions_lead_back), T(map_is_full_once),
		T(foot_shows_the_keys_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
