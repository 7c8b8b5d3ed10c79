/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/model/difference.h"

/* A process with these regions, each with so many KiB. */
static struct snapshot *process(uint64_t starttime, const char *maps,
	const unsigned *rss)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	size_t i;

	snapshot->process.id = (struct proc_id){ 42, starttime };
	snapshot->nregions = regions_parse(text_of(maps), &snapshot->regions,
		&snapshot->names, NULL);
	for (i = 0; i < snapshot->nregions; i++) {
		figures_zero(&snapshot->regions[i].usage);
		snapshot->regions[i].usage.rss = (uint64_t)rss[i] << 10;
	}
	return snapshot;
}

static void process_free(struct snapshot *snapshot)
{
	free(snapshot->regions);
	buf_fini(&snapshot->names);
	free(snapshot);
}

/* "0=0 1- -1": by index, what stayed, went, came; "*" behind what differs. */
static void check(const struct snapshot *from, const struct snapshot *to,
	const char *want)
{
	struct difference difference;
	char text[256] = "";
	size_t i, n = 0;

	difference_init(&difference, from, to);
	for (i = 0; i < difference.n; i++) {
		const struct difference_row *row = &difference.rows[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, i ? " " : "");
		if (row->from >= 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
				"%ld", row->from);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
			row->from < 0 || row->to < 0 ? "-" : "=");
		if (row->to >= 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
				"%ld", row->to);
		if (difference_differs(&difference, i))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "*");
	}
	difference_fini(&difference);
	assert_string_equal(text, want);
}

static void by_address(void **state)
{
	struct snapshot *from = process(5,
		"1000-3000 r-xp 00000000 08:01 7 /bin/a\n"
		"8000-c000 rw-p 00000000 00:00 0 [heap]\n"
		"20000-24000 rw-p 00000000 00:00 0 \n"
		"30000-34000 rw-p 00000000 00:00 0 \n"
		"40000-44000 rw-p 00000000 00:00 0 [stack]\n",
		(const unsigned[]){ 4, 8, 16, 16, 4 });
	/* The heap grew, the next was cut in two, a file lies where the fourth
	 * was, the stack grew downwards. */
	struct snapshot *to = process(5,
		"1000-3000 r-xp 00000000 08:01 7 /bin/a\n"
		"8000-10000 rw-p 00000000 00:00 0 [heap]\n"
		"20000-21000 rw-p 00000000 00:00 0 \n"
		"23000-24000 rw-p 00000000 00:00 0 \n"
		"31000-33000 r--p 00000000 08:01 9 /lib/b\n"
		"3f000-44000 rw-p 00000000 00:00 0 [stack]\n",
		(const unsigned[]){ 4, 8, 4, 4, 0, 4 });

	(void)state;
	check(from, to, "0=0 1=1* 2=2* -3* -4* 3-* 4=5*");
	check(from, from, "0=0 1=1 2=2 3=3 4=4");
	process_free(from);
	process_free(to);
}

/* What begins where another ended is not that one. */
static void neighbours(void **state)
{
	struct snapshot *from = process(5,
		"50000-52000 rw-p 00000000 00:00 0 \n",
		(const unsigned[]){ 4 });
	struct snapshot *to = process(5,
		"52000-54000 rw-p 00000000 00:00 0 \n",
		(const unsigned[]){ 4 });

	(void)state;
	check(from, to, "0-* -0*");
	check(to, from, "-0* 0-*");
	process_free(from);
	process_free(to);
}

static void by_what_they_are(void **state)
{
	struct snapshot *from = process(5,
		"1000-3000 r-xp 00000000 08:01 7 /bin/a\n"
		"3000-4000 rw-p 00002000 08:01 7 /bin/a\n"
		"8000-c000 rw-p 00000000 00:00 0 \n"
		"20000-24000 rw-p 00000000 00:00 0 \n"
		"30000-31000 r--p 00000000 08:01 9 /lib/b\n",
		(const unsigned[]){ 4, 4, 8, 12, 0 });
	/* Elsewhere, with one more of the same kind and another library. */
	struct snapshot *to = process(6,
		"501000-503000 r-xp 00000000 08:01 7 /bin/a\n"
		"503000-504000 rw-p 00002000 08:01 7 /bin/a\n"
		"600000-604000 rw-p 00000000 00:00 0 \n"
		"620000-624000 rw-p 00000000 00:00 0 \n"
		"640000-644000 rw-p 00000000 00:00 0 \n"
		"700000-701000 r--p 00000000 08:01 9 /lib/c\n",
		(const unsigned[]){ 4, 0, 8, 12, 4, 0 });

	(void)state;
	check(from, to, "0=0 1=1* 2=2 3=3 -4* -5* 4-*");
	process_free(from);
	process_free(to);
}

/* What is known on one side only is no 0. */
static void not_known(void **state)
{
	const char *maps = "1000-3000 r-xp 00000000 08:01 7 /bin/a\n";
	struct snapshot *from = process(5, maps, (const unsigned[]){ 0 });
	struct snapshot *to = process(5, maps, (const unsigned[]){ 0 });
	const long none = -1, first = 0;
	uint64_t nbytes;

	(void)state;
	check(from, to, "0=0");
	to->regions[0].usage.known &= ~(uint32_t)USAGE_PSS;
	check(from, to, "0=0*");
	assert_false(difference_figure(to, &first, DIFFERENCE_PSS, &nbytes));
	assert_true(difference_figure(to, &first, DIFFERENCE_RSS, &nbytes));
	assert_true(difference_figure(to, &none, DIFFERENCE_PSS, &nbytes));
	assert_true(nbytes == 0);
	process_free(from);
	process_free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_address),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(by_what_they_are),
		cmocka_unit_test(not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
