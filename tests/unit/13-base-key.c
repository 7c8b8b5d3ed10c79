/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "vmatlas/base/key.h"

static void test_names(void **state)
{
	static const struct {
		uint32_t key;
		const char *name;
	} cases[] = {
		{ 'q', "q" },
		{ 'Q', "Q" },
		{ '+', "+" },
		{ '\\', "\\" },
		{ ' ', "Space" },
		{ 13, "Enter" },
		{ 9, "Tab" },
		{ 27, "Esc" },
		{ 127, "Backspace" },
		{ KEY_ID_DOWN, "Down" },
		{ KEY_ID_PGUP, "PgUp" },
		{ KEY_ID_PGDN, "PgDn" },
		{ KEY_ID_BACKTAB, "S-Tab" },
		{ KEY_ID_CTRL('f'), "C-f" },
		{ KEY_ID_CTRL('L'), "C-l" },
		{ 31, "C-_" },
		{ 28, "C-\\" },
		{ KEY_ID_F1, "F1" },
		{ KEY_ID_F1 + 9, "F10" },
		{ KEY_ID_F12, "F12" },
		{ KEY_ID_RESIZE, "Resize" },
		{ 0xe4, "\xc3\xa4" },
		{ 0x10ffff, "\xf4\x8f\xbf\xbf" },
	};
	char out[KEY_NAME_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(key_name(cases[i].key, out),
				    cases[i].name);
		assert_int_equal(key_parse(cases[i].name), cases[i].key);
	}
}

static void test_aliases(void **state)
{
	(void)state;
	assert_int_equal(key_parse("enter"), KEY_ID_ENTER);
	assert_int_equal(key_parse("Return"), KEY_ID_ENTER);
	assert_int_equal(key_parse("PageDown"), KEY_ID_PGDN);
	assert_int_equal(key_parse("S-Tab"), KEY_ID_BACKTAB);
	assert_int_equal(key_parse("Ctrl-f"), KEY_ID_CTRL('f'));
	assert_int_equal(key_parse("C-F"), KEY_ID_CTRL('f'));
	assert_int_equal(key_parse(" "), KEY_ID_SPACE);
}

static void test_no_keys(void **state)
{
	static const char *const names[] = {
		"", "qq", "F0", "F13", "C-", "C-ff", "C-1", "Dow",
		"Downs", "\x01", "\xff", "\xc2\x9b", "F99999999999999999999",
	};
	char out[KEY_NAME_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(key_parse(names[i]), KEY_ID_NONE);
	assert_int_equal(key_parse("F"), 'F');
	assert_string_equal(key_name(KEY_ID_NONE, out), "");
	assert_string_equal(key_name(0x9b, out), "U+009B");
	assert_string_equal(key_name(0xffffffff, out), "U+FFFFFFFF");
}

/* Every key that has a name is found by it, and no two share one. */
static void test_inverse(void **state)
{
	char out[KEY_NAME_MAX];
	uint32_t key;

	(void)state;
	for (key = 1; key <= KEY_ID_EOF; key++) {
		key_name(key, out);
		assert_in_range(strlen(out), 1, KEY_NAME_MAX - 1);
		if (strncmp(out, "U+", 2))
			assert_int_equal(key_parse(out), key);
		else
			assert_int_equal(key_parse(out), KEY_ID_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_no_keys),
		cmocka_unit_test(test_inverse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
