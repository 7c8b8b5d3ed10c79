/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "vmatlas/view/role.h"

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(role_name(ROLE_TEXT), "text");
	assert_string_equal(role_name(ROLE_SELECTED), "selected");
	assert_string_equal(role_name(ROLE_OF_STATE(STATE_HOLE)), "state.hole");
	assert_string_equal(role_name(ROLE_OF_STATE(STATE_COW_SHARED)),
			    "state.cow-shared");
	assert_string_equal(role_name(ROLE_OF_STATE(STATE_CHANGING)),
			    "state.changing");
	for (int role = 0; role < NROLES; role++)
		assert_int_equal(role_of_name(role_name((enum role)role)), role);
	assert_int_equal(role_of_name("anon"), -1);
	assert_int_equal(role_of_name("state."), -1);
	assert_int_equal(role_of_name(""), -1);
}

/* A dump can be read back only if no letter stands for two roles. */
static void test_letters(void **state)
{
	const char *letters = role_letters();

	(void)state;
	assert_int_equal(strlen(letters), NROLES);
	for (int role = 0; role < NROLES; role++) {
		assert_in_range(letters[role], '!', '~');
		assert_ptr_equal(strchr(letters, letters[role]), letters + role);
	}
	assert_int_equal(letters[ROLE_TEXT], '.');
	assert_int_equal(letters[ROLE_CURSOR], '#');
	assert_int_equal(letters[ROLE_OF_STATE(STATE_ANON)], 'A');
	assert_int_equal(letters[ROLE_OF_STATE(STATE_FILE)], 'f');
	/* Their own are taken. */
	assert_int_equal(letters[ROLE_OF_STATE(STATE_UNTOUCHED)], '-');
	assert_int_equal(letters[ROLE_OF_STATE(STATE_HOLE)], '_');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
