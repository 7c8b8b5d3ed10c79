/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_MOMENT_H
#define VMATLAS_APP_MOMENT_H

#include "vmatlas/base/err.h"
#include "vmatlas/base/text.h"
#include "vmatlas/model/go.h"

/*
 * A struct moment is a time of a recording, as somebody typed it:
 *
 *   12                       refresh 12, from 1
 *   13:22 13:22:01           a clock time, of the day that is looked at
 *   2026-11-20T13:22:01Z     a time; a blank for the T; without the Z local,
 *                            without seconds the first of the minute
 *   +30 -2.5 +10m -1h        so many seconds, minutes, hours from there
 *
 * Clock times are local ones, as they stand on the screen.
 */
struct moment {
	enum moment_kind {
		MOMENT_NUMBER,		/* TO: of the refresh */
		MOMENT_CLOCK,		/* TO: seconds since midnight */
		MOMENT_TIME,		/* TO: ms since the epoch */
		MOMENT_LATER, MOMENT_EARLIER,	/* by TO ms */
	} kind;
	uint64_t to;
};

/* False: TEXT is none. */
bool moment_parse(struct moment *moment, struct text text);
/* Where to go, seen from NOW_MS (since the epoch); its serial is the caller's. */
void moment_go(const struct moment *moment, uint64_t now_ms, struct go *go);

#endif
