/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "vmatlas/base/stamp.h"
#include "vmatlas/base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_text(struct text t, const char *s)
{
	if (!text_is(t, s))
		fail_msg("\"%.*s\" is not \"%s\"", (int)t.n, t.p, s);
}

static void test_lines(void **state)
{
	struct text rest = text_of("one\n\nthree"), line;

	(void)state;
	assert_true(text_line(&rest, &line));
	assert_text(line, "one");
	assert_true(text_line(&rest, &line));
	assert_text(line, "");
	assert_true(text_line(&rest, &line));
	assert_text(line, "three");
	assert_false(text_line(&rest, &line));

	/* A newline ends a line and starts none. */
	rest = text_of("a\n");
	assert_true(text_line(&rest, &line));
	assert_false(text_line(&rest, &line));
	rest = text_of("");
	assert_false(text_line(&rest, &line));
	rest = text_of(NULL);
	assert_false(text_line(&rest, &line));
}

static void test_parts(void **state)
{
	struct text rest = text_of(" \tone  two\t"), part;

	(void)state;
	assert_true(text_word(&rest, &part));
	assert_text(part, "one");
	assert_text(rest, "  two\t");
	assert_true(text_word(&rest, &part));
	assert_text(part, "two");
	assert_false(text_word(&rest, &part));

	rest = text_of("a::b");
	assert_true(text_until(&rest, ':', &part));
	assert_text(part, "a");
	assert_true(text_until(&rest, ':', &part));
	assert_text(part, "");
	assert_true(text_until(&rest, ':', &part));
	assert_text(part, "b");
	assert_false(text_until(&rest, ':', &part));
	assert_text(part, "");

	assert_text(text_trim(text_of("\t x y ")), "x y");
	assert_text(text_trim(text_of("  ")), "");
	assert_true(text_starts(text_of("abc"), "ab"));
	assert_true(text_starts(text_of("abc"), ""));
	assert_false(text_starts(text_of("ab"), "abc"));
	assert_false(text_is(text_of("ab"), "abc"));
	assert_false(text_is(text_of("abc"), "ab"));
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		int base, ok;
		uint64_t value;
		const char *rest;
	} cases[] = {
		{ "0", 10, 1, 0, "" },
		{ "12ab", 10, 1, 12, "ab" },
		{ "12ag", 16, 1, 0x12a, "g" },
		{ "0xFf ", 16, 1, 255, " " },
		{ "0x", 16, 1, 0, "x" },
		{ "0xg", 16, 1, 0, "xg" },
		{ "0x1", 10, 1, 0, "x1" },
		{ "18446744073709551615", 10, 1, UINT64_MAX, "" },
		{ "18446744073709551616", 10, 0, 0, "" },
		{ "99999999999999999999", 10, 0, 0, "" },
		{ "ffffffffffffffff", 16, 1, UINT64_MAX, "" },
		{ "10000000000000000", 16, 0, 0, "" },
		{ "0000000000000000000001", 16, 1, 1, "" },
		{ "", 10, 0, 0, "" },
		{ " 1", 10, 0, 0, "" },
		{ "-1", 10, 0, 0, "" },
		{ "+1", 10, 0, 0, "" },
		{ "x", 16, 0, 0, "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct text t = text_of(cases[i].text);
		uint64_t value = 77;

		assert_int_equal(text_u64(&t, cases[i].base, &value),
				 cases[i].ok);
		assert_true(value == (cases[i].ok ? cases[i].value : 77));
		assert_text(t, cases[i].ok ? cases[i].rest : cases[i].text);
		value = 77;
		assert_int_equal(text_all_u64(text_of(cases[i].text),
					      cases[i].base, &value),
				 cases[i].ok && !*cases[i].rest);
	}
}

static void test_utf8(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		int32_t code;
	} cases[] = {
		{ "a", 1, 'a' },
		{ "\x7f", 1, 0x7f },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xe2\x82\xac", 3, 0x20ac },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xf0\x9f\x98\x80", 4, 0x1f600 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		/* alone, overlong, surrogate, beyond, cut, broken */
		{ "\x80", 1, -1 },
		{ "\xc0\x80", 1, -1 },
		{ "\xc1\xbf", 1, -1 },
		{ "\xe0\x9f\xbf", 1, -1 },
		{ "\xf0\x8f\xbf\xbf", 1, -1 },
		{ "\xed\xa0\x80", 1, -1 },
		{ "\xf4\x90\x80\x80", 1, -1 },
		{ "\xf5\x80\x80\x80", 1, -1 },
		{ "\xff", 1, -1 },
		{ "\xe2\x82", 1, -1 },
		{ "\xe2", 1, -1 },
		{ "\xe2\x28\xa1", 1, -1 },
	};
	char out[4];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].bytes);
		int32_t code;
		/* Exactly as long, so that a read beyond shows. */
		char *bytes = malloc(n);

		assert_non_null(bytes);
		memcpy(bytes, cases[i].bytes, n);
		assert_int_equal(text_decode(bytes, n, &code), cases[i].n);
		assert_int_equal(code, cases[i].code);
		free(bytes);
		if (code < 0)
			continue;
		assert_int_equal(text_encode((uint32_t)code, out), n);
		assert_memory_equal(out, cases[i].bytes, n);
	}
	/* What is no character becomes the replacement character. */
	assert_int_equal(text_encode(0xd800, out), 3);
	assert_memory_equal(out, "\xef\xbf\xbd", 3);
}

static void assert_escapes(const char *in, const char *want, bool ascii_only)
{
	struct buf out = { 0 }, back = { 0 };

	text_escape(&out, text_of(in), ascii_only);
	assert_string_equal(buf_text(&out), want);
	text_unescape(&back, (struct text){ out.data, out.len });
	assert_string_equal(buf_text(&back), in);
	buf_fini(&out);
	buf_fini(&back);
}

static void test_escape(void **state)
{
	(void)state;
	assert_escapes("", "", false);
	assert_escapes("/lib/libc.so.6", "/lib/libc.so.6", false);
	assert_escapes("a\x1b[31mb", "a\\x1b[31mb", false);
	assert_escapes("\n\t\x7f", "\\x0a\\x09\\x7f", false);
	assert_escapes("\xc3\xa4", "\xc3\xa4", false);
	assert_escapes("\xc3\xa4", "\\xc3\\xa4", true);
	assert_escapes("\xff" "a", "\\xffa", false);
	/* C1 (CSI), right-to-left override, isolate, mark, line separator */
	assert_escapes("\xc2\x9b", "\\xc2\\x9b", false);
	assert_escapes("\xe2\x80\xae", "\\xe2\\x80\\xae", false);
	assert_escapes("\xe2\x81\xa6", "\\xe2\\x81\\xa6", false);
	assert_escapes("\xd8\x9c", "\\xd8\\x9c", false);
	assert_escapes("\xe2\x80\xa8", "\\xe2\\x80\\xa8", false);
	/* zero-width space, byte order mark, soft hyphen, a tag */
	assert_escapes("\xe2\x80\x8b", "\\xe2\\x80\\x8b", false);
	assert_escapes("\xef\xbb\xbf", "\\xef\\xbb\\xbf", false);
	assert_escapes("\xc2\xad", "\\xc2\\xad", false);
	assert_escapes("\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81", false);
	/* Their neighbours are harmless. */
	assert_escapes("\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf",
		       false);
	assert_escapes("\xc2\xa0", "\xc2\xa0", false);
}

static void test_escape_backslash(void **state)
{
	struct buf out = { 0 };

	(void)state;
	/* The kernel's own \012 stays; what looks like ours does not. */
	assert_escapes("a\\012b\\", "a\\012b\\", false);
	assert_escapes("\\x4", "\\x4", false);
	assert_escapes("\\x41", "\\x5cx41", false);
	assert_escapes("\\\\x41", "\\\\x5cx41", false);

	text_unescape(&out, text_of("\\x41\\xzz\\n\\x4"));
	assert_string_equal(buf_text(&out), "A\\xzz\\n\\x4");
	buf_clear(&out);
	text_unescape(&out, text_of("\\x00|\\xFF"));
	assert_int_equal(out.len, 3);
	assert_memory_equal(out.data, "\0|\xff", 3);
	buf_fini(&out);
}

static void test_columns(void **state)
{
	uint32_t code;

	(void)state;
	assert_int_equal(text_columns('a'), 1);
	assert_int_equal(text_columns(0x1b), 1);
	assert_int_equal(text_columns(0xffffffff), 1);
	for (code = 0; code < 0x110100; code++)
		assert_in_range(text_columns(code), 0, 2);
	if (!setlocale(LC_ALL, "C.UTF-8"))
		skip();
	assert_int_equal(text_columns(0x2588), 1);
	assert_int_equal(text_columns(0x4e00), 2);
	assert_int_equal(text_columns(0x301), 0);
	for (code = 0; code < 0x110100; code++)
		assert_in_range(text_columns(code), 0, 2);
	setlocale(LC_ALL, "C");
}

static void test_size(void **state)
{
	static const struct {
		uint64_t nbytes;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 1, "1B" },
		{ 999, "999B" },
		{ 1023, "1023B" },
		{ 1024, "1.0K" },
		{ 4096, "4.0K" },
		{ 1024 * 100 - 52, "99.9K" },
		{ 1024 * 100 - 51, "100K" },
		{ 1024 * 1024 - 513, "1023K" },
		{ 1024 * 1024 - 512, "1.0M" },
		{ 24222106, "23.1M" },
		{ UINT64_C(1023) << 20, "1023M" },
		{ UINT64_C(1) << 30, "1.0G" },
		{ UINT64_C(46290079976653), "42.1T" },
		{ UINT64_C(1) << 47, "128T" },
		{ UINT64_MAX, "16.0E" },
	};
	char out[TEXT_SIZE_MAX];
	uint64_t bit, i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_string_equal(text_size(cases[i].nbytes, out),
				    cases[i].text);
	for (bit = 0; bit < 64; bit++)
		for (i = 0; i < 3; i++)
			assert_in_range(strlen(text_size((UINT64_C(1) << bit) +
							 i - 1, out)), 1, 5);
}

/* "64K", "1g": shifted; what does not fit, or is no number, is none. */
static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} cases[] = {
		{ "0", true, 0 }, { "7", true, 7 }, { "64K", true, 65536 },
		{ "3m", true, 3 << 20 }, { "1G", true, 1 << 30 },
		{ "16777215T", true, UINT64_C(16777215) << 40 },
		{ "16777216T", false, 0 }, { "K", false, 0 }, { "", false, 0 },
		{ "1KK", false, 0 }, { "1P", false, 0 }, { "1 ", false, 0 },
		{ "0x1K", false, 0 }, { "K1", false, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t value = 99;

		assert_int_equal(text_all_sized(text_of(cases[i].text), &value),
			cases[i].good);
		assert_int_equal(value, cases[i].good ? cases[i].value : 99);
	}
}

/* A recording can claim any moment. */
static void test_stamps(void **state)
{
	char text[STAMP_MAX];

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_true(stamp_utc(text, UINT64_C(1700000000123)));
	assert_string_equal(text, "2023-11-14T22:13:20.123Z");
	assert_true(stamp_local(text, UINT64_C(1700000000123), true));
	assert_string_equal(text, "2023-11-14 22:13:20");
	assert_true(stamp_local(text, UINT64_C(1700000000123), false));
	assert_string_equal(text, "22:13:20");
	/* As far as the calendar of the C library goes, and no further. */
	if (!stamp_utc(text, UINT64_MAX))
		assert_string_equal(text, "?");
	assert_in_range(strlen(text), 1, STAMP_MAX - 1);
	if (!stamp_local(text, UINT64_MAX, true))
		assert_string_equal(text, "?");
}

static void test_find(void **state)
{
	(void)state;
	assert_int_equal(text_find(text_of("a && b"), "&&"), 2);
	assert_int_equal(text_find(text_of("ab"), "abc"), 2);
	assert_int_equal(text_find(text_of("aab"), "ab"), 1);
	assert_int_equal(text_find(text_of(""), "x"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_escape_backslash),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
