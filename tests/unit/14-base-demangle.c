/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/base/demangle.h"

static void check(const char *name, const char *expected)
{
	struct buf out = { 0 };

	assert_true(demangle(&out, text_of(name)) == (expected != NULL));
	assert_string_equal(buf_text(&out), expected ? expected : "");
	buf_clear(&out);
	demangle_or_keep(&out, text_of(name));
	assert_string_equal(buf_text(&out), expected ? expected : name);
	buf_fini(&out);
}

static void test_names(void **state)
{
	(void)state;
	check("_ZN5cache5tableE", "cache::table");
	check("_ZN5cache5tableE+0x800", "cache::table+0x800");
	check("_ZN5cache6lookupERKSsi", "cache::lookup(std::string const&, int)");
	check("_ZNSt6vectorIiSaIiEE9push_backEOi",
		"std::vector<int, std::allocator<int> >::push_back(int&&)");
	check("_ZL6hiddenv.cold", "hidden() [clone .cold]");
	/* Rust's two ways; the older one looks like C++. */
	check("_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar");
	check("_ZN3foo3bar17h05af221e174051e9E", "foo::bar");
}

static void test_others(void **state)
{
	(void)state;
	check("main", NULL);
	check("main+0x12", NULL);
	check("", NULL);
	check("_Z", NULL);
	check("_ZN5cacheE", "cache");
	check("_ZN5cachE", NULL);
	check("_Zebra", NULL);
	check("+0x12", NULL);
	check("_R", NULL);
}

/* A name that is 3^N parts long, each three of the one before. */
static void triple(struct buf *name, unsigned n)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	unsigned i;

	buf_clear(name);
	buf_str(name, "_Z1f1AIiiiE");
	for (i = 0; i < n; i++)
		buf_fmt(name, "S_IS%c_S%c_S%c_E", digits[i], digits[i],
			digits[i]);
}

static void test_hostile(void **state)
{
	struct buf name = { 0 }, out = { 0 };
	unsigned n;

	(void)state;
	for (n = 1; n <= 7; n++) {
		triple(&name, n);
		buf_clear(&out);
		assert_true(demangle(&out, text_of(buf_text(&name))));
		assert_true(out.len <= DEMANGLE_MOST);
	}
	assert_int_equal(out.len, DEMANGLE_MOST);
	/* 4 references each: from 8 on it is more than is looked at. */
	for (; n < 35; n++) {
		triple(&name, n);
		check(buf_text(&name), NULL);
	}
	/* Nesting, and a length that no name has. */
	buf_clear(&name);
	buf_str(&name, "_Z1f");
	while (name.len < 1000)
		buf_char(&name, 'P');
	buf_char(&name, 'i');
	buf_clear(&out);
	assert_true(demangle(&out, text_of(buf_text(&name))));
	while (name.len < DEMANGLE_LONGEST + 1)
		buf_char(&name, 'i');
	check(buf_text(&name), NULL);
	buf_fini(&name);
	buf_fini(&out);
}

/* What a name of Rust spells may be anything, even what turns a line round. */
static void test_escaped(void **state)
{
	struct buf out = { 0 };
	const char *p;

	(void)state;
	demangle(&out, text_of("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea"
		"1cbdathfdh9hlq6y"));
	for (p = buf_text(&out); *p; p++)
		assert_true((unsigned char)*p >= ' ');
	/* U+202E as punycode. */
	buf_clear(&out);
	assert_true(demangle(&out, text_of("_RNvC1xu3zvg")));
	assert_string_equal(buf_text(&out), "x::\\xe2\\x80\\xae");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_escaped),
	};

	if (!demangle_is_built_in()) {
		/* A build without libiberty leaves all names as they are. */
		puts("1..0 # SKIP built without libiberty");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
