/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "vmatlas/app/moment.h"

/* 2026-11-20T13:22:01.250Z */
#define NOW UINT64_C(1795180921250)

static void check(const char *text, enum go_where where, uint64_t to)
{
	struct moment moment;
	struct go go;

	if (!moment_parse(&moment, text_of(text)))
		fail_msg("'%s' is no moment", text);
	moment_go(&moment, NOW, &go);
	if (go.where != where || go.to != to)
		fail_msg("'%s' leads to %d %llu", text, go.where,
			(unsigned long long)go.to);
}

static void what_is_one(void **state)
{
	(void)state;
	check("12", GO_NUMBER, 12);
	check(" 12 ", GO_NUMBER, 12);
	/* A second is all of it, as it is shown. */
	check("13:22:01", GO_AT, NOW - 250 + 999);
	check("13:22", GO_AT, NOW - 1250 + 999);
	check("1:02:03.5", GO_AT, NOW - 250 - ((12 * 60 + 19) * 60 + 58) *
		UINT64_C(1000) + 500);
	check("2026-11-20T13:22:01Z", GO_AT, NOW - 250 + 999);
	check("2026-11-20 13:22:01.250", GO_AT, NOW);
	check("2026-12-31T13:22:01.250", GO_AT, NOW + UINT64_C(41) * 86400000);
	check("1970-01-01T00:00Z", GO_AT, 999);
	check("+30", GO_FROM, NOW + 30000);
	check("+2.5", GO_FROM, NOW + 2500);
	check("-10s", GO_AT, NOW - 10000);
	check("-1.5m", GO_AT, NOW - 90000);
	check("+1h", GO_FROM, NOW + 3600000);
	check("-999999h", GO_AT, 0);
}

static void what_is_none(void **state)
{
	static const char *const texts[] = {
		"", " ", "0", "x", "12x", "12:", "24:00", "12:60",
		"12:00:61", "12:00:00:00", "+", "-", "+x", "+1d", "+1.",
		"++1", "12:00:00.", "2026-02-30T12:00", "2026-13-01T00:00",
		"2026-11-20", "2026-11-20T", "2026-11-20T13:22:01Zx",
		"1969-12-31T00:00Z", "99999999999999999999",
		"+9999999999", "0x10", "1000-2000", "state:anon",
	};
	struct moment moment;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (moment_parse(&moment, text_of(texts[i])))
			fail_msg("'%s' is one", texts[i]);
}

/* Clock times are of the place where one looks. */
static void local_times(void **state)
{
	(void)state;
	setenv("TZ", "CET-1", 1);
	tzset();
	check("14:22:01", GO_AT, NOW - 250 + 999);
	check("2026-11-20T14:22:01", GO_AT, NOW - 250 + 999);
	check("2026-11-20T13:22:01Z", GO_AT, NOW - 250 + 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_one),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(local_times),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
