/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "next-text.h"
#include "vmatlas/source/replay.h"
#include "vmatlas/source/tap.h"

#define TEXT "vmatlas-recording 1\n" \
	"refresh n=0 time_ms=1 uptime_ms=1\nfacts page_size=4096\n" \
	"text path=zoneinfo\n\tone\nend\n" \
	"refresh n=1 time_ms=2 uptime_ms=2\nfacts page_size=4096\n" \
	"text path=zoneinfo\n\ttwo\nend\n" \
	"refresh n=2 time_ms=3 uptime_ms=3\nfacts page_size=4096\n" \
	"text path=zoneinfo\n\tthree\nend\n"

/* The same answers, and in the file those of the refreshes between. */
static void what_is_recorded(void **state)
{
	char path[] = "/tmp/vmatlas-tap-XXXXXX";
	struct recording *recording;
	struct err err = { 0 };
	struct source *src, *inner;

	(void)state;
	close(mkstemp(path));
	inner = replay_of_text(TEXT, strlen(TEXT), &err, &err);
	assert_non_null(inner);
	src = tap_new(inner);
	check(src, "one\n");
	recording = recording_open(path, &err);
	assert_non_null(recording);
	tap_record(src, recording);
	check(src, "two\n");
	source_done(src);
	tap_record(src, NULL);
	/* It is whole, and nothing more comes. */
	check(src, "three\n");
	assert_true(recording_close(recording, &err));
	source_free(src);
	src = replay_new(path, &err, &err);
	assert_non_null(src);
	assert_string_equal(err.text, "");
	assert_int_equal(source_count(src), 1);
	check(src, "two\n");
	source_free(src);
	unlink(path);
}

/* It ends with its source; what was not done is not whole. */
static void while_it_is_recorded(void **state)
{
	char path[] = "/tmp/vmatlas-tap-XXXXXX";
	struct recording *recording;
	struct err err = { 0 };
	struct source *src;

	close(mkstemp(path));
	src = tap_new(replay_of_text(TEXT, strlen(TEXT), &err, &err));
	recording = recording_open(path, &err);
	tap_record(src, recording);
	check(src, "one\n");
	check(src, "two\n");
	if (*state)
		source_done(src);
	source_free(src);
	assert_true(recording_close(recording, &err));
	src = replay_new(path, &err, &err);
	assert_non_null(src);
	assert_int_equal(source_count(src), *state ? 2 : 1);
	source_free(src);
	unlink(path);
}

/* A source that is none is left alone. */
static void no_tap(void **state)
{
	struct err err = { 0 };
	struct source *src = replay_of_text(TEXT, strlen(TEXT), &err, &err);

	(void)state;
	tap_record(src, NULL);
	check(src, "one\n");
	source_free(src);
}

int main(void)
{
	static char done[] = "done";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_recorded),
		cmocka_unit_test(while_it_is_recorded),
		cmocka_unit_test_prestate(while_it_is_recorded, done),
		cmocka_unit_test(no_tap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
