/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine-file.h"
#include "vmatlas/kernel/procstat.h"

#define NUMBERS " S 1 4242 4242 0 -1 4194560 100 2000 30 4000 50 60 70 80 " \
	"20 0 1 0 123456 25165824 1024 18446744073709551615 1 1 0 0 0 0 0\n"

static void test_stat(void **state)
{
	struct procstat stat;

	(void)state;
	assert_true(procstat_parse(text_of("4242 (redis-server)" NUMBERS),
				   &stat));
	assert_true(stat.pid == 4242 && stat.ppid == 1);
	assert_true(text_is(stat.name, "redis-server"));
	assert_int_equal(stat.state, 'S');
	assert_true(stat.minor_faults == 100 && stat.major_faults == 30);
	assert_true(stat.cpu_ticks == 110 && stat.starttime == 123456);
	assert_int_equal(stat.nthreads, 1);
	assert_true(stat.vss == 25165824 && stat.rss_pages == 1024);
	/* 1: it is there, but not told. */
	assert_true(!stat.start_code);
	assert_true(procstat_parse(text_of("1 (a) S 1 4 4 0 -1 4 1 2 3 4 5 6 7 "
		"8 20 0 1 0 1 2 3 18446744073709551615 93920003379200 9"),
		&stat));
	assert_true(stat.start_code == 93920003379200);
	assert_true(procstat_parse(text_of("1 (a) S 1 4 4 0 -1 4 1 2 3 4 5 6 7 "
		"8 20 0 1 0 1 2 3 18446744073709551615"), &stat));
	assert_true(!stat.start_code);
}

static void test_names(void **state)
{
	static const char *const names[] = {
		"", ")", "a) R 9 9 (b", "x y", "((", "\n", "sd-pam)",
	};
	struct buf buf = { 0 };
	struct procstat stat;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_clear(&buf);
		buf_fmt(&buf, "7 (%s)" NUMBERS, names[i]);
		assert_true(procstat_parse(text_of(buf.data), &stat));
		assert_true(text_is(stat.name, names[i]));
		assert_true(stat.pid == 7 && stat.ppid == 1);
		assert_int_equal(stat.state, 'S');
	}
	buf_fini(&buf);
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"", "\n", "7", "7 (a", "7 a)", ")(", "7 (a)", "7 (a) S",
		"x (a)" NUMBERS, "(a)" NUMBERS, "7 8 (a)" NUMBERS,
		/* cut before, and a letter among, what is needed */
		"7 (a) S 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 123 456",
		"7 (a) S 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 x 456 1",
		"7 (a) SS 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 123 456 1",
	};
	struct procstat stat;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (procstat_parse(text_of(texts[i]), &stat))
			fail_msg("taken for a stat: %s", texts[i]);
	assert_true(procstat_parse(text_of("7 (a) S 1 2 3 0 -1 4 5 6 7 8 9 10 "
					   "11 12 20 0 1 0 123 456 -1"),
				   &stat));
	assert_true(stat.rss_pages == 0 && stat.vss == 456);
}

static void test_key(void **state)
{
	static const char text[] =
		"Name:\tPss: 9 kB\n"
		" Rss: 8 kB\n"
		"Pss_Anon:  12 kB\n"
		"Pss:       34 kB\n"
		"Rss: none\n"
		"Threads:\t5\n"
		"Pss:       99 kB\n"
		"HugePages_Total:0";
	uint64_t value = 7;

	(void)state;
	assert_true(procstat_key(text_of(text), "Pss", &value));
	assert_true(value == 34);
	assert_true(procstat_key(text_of(text), "Pss_Anon", &value));
	assert_true(value == 12);
	assert_true(procstat_key(text_of(text), "Threads", &value));
	assert_true(value == 5);
	assert_true(procstat_key(text_of(text), "HugePages_Total", &value));
	assert_true(value == 0);
	value = 7;
	assert_false(procstat_key(text_of(text), "Rss", &value));
	assert_false(procstat_key(text_of(text), "Swap", &value));
	assert_false(procstat_key(text_of(text), "Ps", &value));
	assert_false(procstat_key(text_of("Pss:"), "Pss", &value));
	assert_false(procstat_key(text_of("Pss"), "Pss", &value));
	assert_false(procstat_key(text_of(""), "Pss", &value));
	assert_true(value == 7);
}

/* The first key of a real smaps is that of its first region. */
static void test_machine(void **state)
{
	struct buf buf = { 0 };
	struct text text = machine_file("ppc64el", "self_smaps", &buf);
	uint64_t value;

	(void)state;
	assert_true(procstat_key(text, "KernelPageSize", &value));
	assert_true(value == 64);
	assert_true(procstat_key(text, "Size", &value));
	assert_true(value == 2432);
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
