/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_GUARD_H
#define VMATLAS_SOURCE_GUARD_H

#include "vmatlas/source/source.h"

/*
 * A guard is a source around a source that does not ask again what the
 * kernel once did not answer: such a file is ANSWER_BLOCKED at once.
 */
struct blocked_file {
	int pid;
	char file[64];		/* as source_watch's BEFORE named it */
};

/* Takes INNER over; copies LIST. */
struct source *guard_new(struct source *inner,
	const struct blocked_file *list, size_t n);

#endif
