/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_SEEK_H
#define VMATLAS_APP_SEEK_H

#include "vmatlas/app/session.h"

/*
 * Where in a recording to begin.  MOMENT becomes the go of the session's wish,
 * for the refresh that is asked for next.  +TIME is counted from FROM, or with
 * NULL from the first refresh; -TIME from the last; a clock time is that of the
 * day of FROM or of the first refresh, or of the next day where it had passed.
 * Looks at a refresh where need be; -1 with ERR.
 */
int seek_moment(struct session *session, const struct moment *moment,
	const struct snapshot *from, const volatile int *stop,
	struct err *err);
/* Refresh N of the recording is asked for next (beyond the last: the last). */
void seek_number(struct session *session, enum go_where where, uint64_t n);

#endif
