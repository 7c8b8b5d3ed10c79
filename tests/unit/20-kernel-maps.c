/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "machine-file.h"
#include "vmatlas/kernel/maps.h"

static struct maps_line parse(const char *line)
{
	struct maps_line map;

	memset(&map, 0x55, sizeof(map));
	if (!maps_parse(text_of(line), &map))
		fail_msg("not a line of maps: %s", line);
	return map;
}

static void test_file(void **state)
{
	struct maps_line map = parse("7f1c7e1d5000-7f1c7e1d7000 rw-p 001b3000 "
				     "fe:0a 2621456 "
				     "                   /usr/lib/libc.so.6");

	(void)state;
	assert_true(map.start == UINT64_C(0x7f1c7e1d5000));
	assert_true(map.end == UINT64_C(0x7f1c7e1d7000));
	assert_true(map.offset == 0x1b3000);
	assert_true(map.inode == 2621456);
	assert_int_equal(map.major, 0xfe);
	assert_int_equal(map.minor, 0x0a);
	assert_true(map.read && map.write && !map.exec && !map.shared);
	assert_true(text_is(map.name, "/usr/lib/libc.so.6"));
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(parse("1000-2000 ---p 00000000 00:00 0 ").name.n, 0);
	assert_int_equal(parse("1000-2000 ---p 00000000 00:00 0").name.n, 0);
	assert_true(text_is(parse("1000-2000 r-xs 0 00:01 7  /a b  c ").name,
			    "/a b  c "));
	assert_true(text_is(parse("1000-2000 r-xs 0 0:1 7 /a\\012b (deleted)")
			    .name, "/a\\012b (deleted)"));
	assert_true(text_is(parse("1000-2000 rw-p 0 0:0 0 [anon:x y]").name,
			    "[anon:x y]"));
}

static void test_bounds(void **state)
{
	struct maps_line map;

	(void)state;
	map = parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0"
		    "                  [vsyscall]");
	assert_true(map.start == UINT64_C(0xffffffffff600000));
	assert_true(!map.read && !map.write && map.exec && !map.shared);
	map = parse("0-ffffffffffffffff rwxs ffffffffffffffff ffffffff:fffff "
		    "18446744073709551615 x");
	assert_true(map.end == UINT64_MAX && map.offset == UINT64_MAX);
	assert_true(map.inode == UINT64_MAX);
	assert_true(map.major == UINT32_MAX && map.minor == 0xfffff);
	assert_true(map.shared);
}

static void test_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"Size:               1740 kB",
		"Anonymous:             0 kB",
		"2000-1000 rw-p 0 00:00 0",
		"1000-1000 rw-p 0 00:00 0",
		"1000 2000 rw-p 0 00:00 0",
		"1000-2000 rw-",
		"1000-2000 rw-p",
		"1000-2000 rwp 0 00:00 0",
		"1000-2000 Rw-p 0 00:00 0",
		"1000-2000 rw-- 0 00:00 0",
		"1000-2000 rw-p 0",
		"1000-2000 rw-p 0 0000 0",
		"1000-2000 rw-p 0 00: 0",
		"1000-2000 rw-p 0 100000000:00 0",
		"1000-2000 rw-p 0 00:00 ",
		"1000-2000 rw-p 0 00:00 12x /a",
		"1000-2000 rw-p 0 00:00 12/a",
		"10000000000000000-20000000000000000 rw-p 0 00:00 0",
		"1000-2000 rw-p 0 00:00 99999999999999999999",
	};
	struct maps_line map;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (maps_parse(text_of(lines[i]), &map))
			fail_msg("taken for a line of maps: %s", lines[i]);
}

/* No prefix of a line is read beyond its end. */
static void test_prefixes(void **state)
{
	static const char line[] = "1000-2000 rw-p 00001000 fe:00 42   /a";
	struct maps_line map;
	size_t n, good = 0;

	(void)state;
	for (n = 1; n < sizeof(line); n++) {
		char *cut = malloc(n);

		assert_non_null(cut);
		memcpy(cut, line, n);
		good += maps_parse((struct text){ cut, n }, &map);
		free(cut);
	}
	/* From the first digit of the inode on. */
	assert_int_equal(good, strlen("42   /a"));
}

static void test_machines(void **state)
{
	static const struct {
		const char *machine;
		size_t nlines;
		uint64_t first, last_end;
		const char *last;
	} cases[] = {
		{ "arm64", 9, 0x400000, UINT64_C(0xfffff39fd000), "[stack]" },
		{ "arm64-6g", 9, 0x400000, UINT64_C(0xfffff5660000),
		  "[stack]" },
		{ "armhf", 11, 0x10000, 0xffff1000, "[vectors]" },
		{ "armhf-512m", 11, 0x10000, 0xffff1000, "[vectors]" },
		{ "armhflpae", 11, 0x10000, 0xffff1000, "[vectors]" },
		{ "i386", 11, 0x8048000, 0xbfb80000, "[stack]" },
		{ "i386-256m", 11, 0x8048000, 0xbf82a000, "[stack]" },
		{ "i386pae", 11, 0x8048000, 0xbfb45000, "[stack]" },
		{ "ppc64el", 8, 0x10000000, UINT64_C(0x7ffffbe30000),
		  "[stack]" },
	};
	struct buf buf = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text rest, line;
		struct maps_line map = { 0 };
		uint64_t before = 0;
		size_t n = 0;

		rest = machine_file(cases[i].machine, "self_maps", &buf);
		for (; text_line(&rest, &line); n++) {
			assert_true(maps_parse(line, &map));
			assert_true(map.start >= before);
			before = map.end;
			if (n == 0)
				assert_true(map.start == cases[i].first);
		}
		assert_int_equal(n, cases[i].nlines);
		assert_true(map.end == cases[i].last_end);
		assert_true(text_is(map.name, cases[i].last));
	}
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
