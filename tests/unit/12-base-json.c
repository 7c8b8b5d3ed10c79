/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>

#include "vmatlas/base/json.h"

static void test_nesting(void **state)
{
	struct buf out = { 0 };
	struct json json;

	(void)state;
	json_init(&json, &out);
	json_object(&json, NULL);
	json_str(&json, "kind", "zone");
	json_array(&json, "free");
	json_u64(&json, NULL, 0);
	json_u64(&json, NULL, UINT64_MAX);
	json_object(&json, NULL);
	json_close(&json, '}');
	json_object(&json, NULL);
	json_u64(&json, "b", 1);
	json_close(&json, '}');
	json_object(&json, NULL);
	json_i64(&json, "a", -2);
	json_close(&json, '}');
	json_close(&json, ']');
	json_array(&json, "none");
	json_close(&json, ']');
	json_null(&json, "pfn");
	json_bool(&json, "agree", true);
	json_bool(&json, "complete", false);
	json_hex(&json, "start", UINT64_C(0x7fff00001000));
	json_close(&json, '}');
	assert_string_equal(buf_text(&out),
		"{\"kind\":\"zone\",\"free\":[0,18446744073709551615,{},"
		"{\"b\":1},{\"a\":-2}],\"none\":[],\"pfn\":null,\"agree\":true,"
		"\"complete\":false,\"start\":\"0x7fff00001000\"}");
	assert_int_equal(json.depth, 0);
	buf_fini(&out);
}

static void test_deep(void **state)
{
	struct buf out = { 0 };
	struct json json;
	int i;

	(void)state;
	json_init(&json, &out);
	for (i = 0; i < 16; i++)
		json_array(&json, NULL);
	json_u64(&json, NULL, 1);
	json_u64(&json, NULL, 2);
	for (i = 0; i < 16; i++)
		json_close(&json, ']');
	assert_string_equal(buf_text(&out),
			    "[[[[[[[[[[[[[[[[1,2]]]]]]]]]]]]]]]]");
	buf_fini(&out);
}

static const char *quoted(struct buf *out, struct text text)
{
	struct json json;

	buf_clear(out);
	json_init(&json, out);
	json_text(&json, NULL, text);
	return buf_text(out);
}

static void test_text(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_string_equal(quoted(&out, text_of("")), "\"\"");
	assert_string_equal(quoted(&out, text_of("a\"b\\c/")),
			    "\"a\\\"b\\\\c/\"");
	assert_string_equal(quoted(&out, text_of("\n\x1b")),
			    "\"\\\\x0a\\\\x1b\"");
	assert_string_equal(quoted(&out, text_of("\xc3\xa4\xff")),
			    "\"\xc3\xa4\\\\xff\"");
	assert_string_equal(quoted(&out, (struct text){ "a\0b", 3 }),
			    "\"a\\\\x00b\"");
	buf_fini(&out);
}

static const char *tenth(struct buf *out, double value)
{
	struct json json;

	buf_clear(out);
	json_init(&json, out);
	json_fixed(&json, NULL, value, 1);
	return buf_text(out);
}

static void test_tenth(void **state)
{
	struct buf out = { 0 };

	(void)state;
	/* Where there is such a locale it must not matter. */
	setlocale(LC_ALL, "de_DE.UTF-8");
	assert_string_equal(tenth(&out, 3.14), "3.1");
	assert_string_equal(tenth(&out, 0), "0.0");
	assert_string_equal(tenth(&out, -0.01), "0.0");
	assert_string_equal(tenth(&out, -12.5), "-12.5");
	assert_string_equal(tenth(&out, 9.96), "10.0");
	assert_string_equal(tenth(&out, 123456789.0), "123456789.0");
	assert_string_equal(tenth(&out, (double)NAN), "null");
	assert_string_equal(tenth(&out, (double)INFINITY), "null");
	assert_string_equal(tenth(&out, -1e300), "null");
	setlocale(LC_ALL, "C");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_tenth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
