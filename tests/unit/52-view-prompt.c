/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "vmatlas/base/key.h"
#include "vmatlas/view/prompt.h"

static struct prompt opened(const char *text)
{
	struct prompt prompt = { PROMPT_NONE, "", 0, 0, NULL, 0, "" };

	prompt_open(&prompt, PROMPT_SEARCH, text);
	return prompt;
}

static void press(struct prompt *prompt, const char *names)
{
	struct text rest = text_of(names), word;

	while (text_word(&rest, &word)) {
		char name[16];

		memcpy(name, word.p, word.n);
		name[word.n] = '\0';
		assert_int_equal(prompt_key(prompt, key_parse(name)),
			PROMPT_TYPED);
	}
}

static void keys_edit(void **state)
{
	struct prompt p = opened("ab");

	(void)state;
	press(&p, "c Left d");
	assert_string_equal(p.text, "abdc");
	press(&p, "Home x Right y End z");
	assert_string_equal(p.text, "xaybdcz");
	press(&p, "Left Backspace Delete");
	assert_string_equal(p.text, "xaybd");
	press(&p, "C-a Delete C-e e C-k");
	assert_string_equal(p.text, "aybde");
	press(&p, "Left Left C-k");
	assert_string_equal(p.text, "ayb");
	press(&p, "Left C-u");
	assert_string_equal(p.text, "b");
	/* There is nothing more to delete here. */
	press(&p, "Delete Delete Delete");
	assert_string_equal(p.text, "");
}

static void words_are_cut(void **state)
{
	struct prompt p = opened("one two  ");

	(void)state;
	press(&p, "C-w");
	assert_string_equal(p.text, "one ");
	press(&p, "C-w C-w");
	assert_string_equal(p.text, "");
}

static void characters_stay_whole(void **state)
{
	struct prompt p = opened("");
	unsigned i;

	(void)state;
	prompt_key(&p, 0xe9);
	prompt_key(&p, 0x4e2d);
	prompt_key(&p, 0x1f600);
	assert_int_equal(p.n, 9);
	press(&p, "Left Backspace");
	assert_int_equal(p.n, 6);
	press(&p, "Home Delete");
	assert_int_equal(p.n, 4);
	for (i = 0; i < 100; i++)
		prompt_key(&p, 0x1f600);
	assert_true(p.n < PROMPT_MAX);
	assert_int_equal(p.n % 4, 0);
}

static void it_closes(void **state)
{
	struct prompt p = opened("x");

	(void)state;
	assert_int_equal(prompt_key(&p, KEY_ID_ENTER), PROMPT_DONE);
	assert_int_equal(p.kind, PROMPT_NONE);
	assert_string_equal(p.text, "x");
	p = opened("x");
	assert_int_equal(prompt_key(&p, KEY_ID_ESC), PROMPT_CANCELLED);
	p = opened("");
	assert_int_equal(prompt_key(&p, KEY_ID_BACKSPACE), PROMPT_CANCELLED);
	assert_int_equal(p.kind, PROMPT_NONE);
}

static void the_cursor_is_in_sight(void **state)
{
	struct grid grid = { .utf8 = true };
	struct prompt p = opened("0123456789012345678901234567890123456789");

	(void)state;
	grid_resize(&grid, 3, 20);
	prompt_paint(&p, &grid);
	assert_int_equal(grid.cursor_row, 2);
	assert_int_equal(grid.cursor_col, 19);
	assert_int_equal(grid_at(&grid, 2, 18)->code, '9');
	press(&p, "Home");
	grid_clear(&grid);
	prompt_paint(&p, &grid);
	assert_int_equal(grid.cursor_col, 1);
	assert_int_equal(grid_at(&grid, 2, 1)->code, '0');
	grid_resize(&grid, 1, 1);
	prompt_paint(&p, &grid);
	assert_int_equal(grid.cursor_col, 0);
	grid_fini(&grid);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(keys_edit), T(words_are_cut), T(characters_stay_whole),
		T(it_closes), T(the_cursor_is_in_sight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
