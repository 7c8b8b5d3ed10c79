/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/base/stamp.h"

#include <stdio.h>
#include <time.h>

static bool is_told(char out[STAMP_MAX], size_t n)
{
	if (!n)
		snprintf(out, STAMP_MAX, "?");
	return n;
}

bool stamp_utc(char out[STAMP_MAX], uint64_t time_ms)
{
	time_t seconds = (time_t)(time_ms / 1000);
	size_t n = 0;
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		n = strftime(out, STAMP_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	if (n)
		snprintf(out + n, STAMP_MAX - n, ".%03uZ",
			(unsigned)(time_ms % 1000));
	return is_told(out, n);
}

bool stamp_local(char out[STAMP_MAX], uint64_t time_ms, bool date)
{
	time_t seconds = (time_t)(time_ms / 1000);
	size_t n = 0;
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		n = date ? strftime(out, STAMP_MAX, "%Y-%m-%d %H:%M:%S", &tm) :
			strftime(out, STAMP_MAX, "%H:%M:%S", &tm);
	return is_told(out, n);
}
