/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_UNIT_NEXT_TEXT_H
#define VMATLAS_TESTS_UNIT_NEXT_TEXT_H

/* For sources that stand around recordings: include after cmocka.h. */
#include "vmatlas/source/source.h"

/* There is a next refresh, and its zoneinfo is WANT. */
static void check(struct source *src, const char *want)
{
	struct buf text = { 0 };

	assert_int_equal(source_refresh(src, NULL), 1);
	assert_int_equal(source_text(src, PROC_NONE, "zoneinfo", &text),
		ANSWER_OK);
	assert_string_equal(buf_text(&text), want);
	buf_fini(&text);
}

#endif
