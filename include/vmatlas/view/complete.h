/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_COMPLETE_H
#define VMATLAS_VIEW_COMPLETE_H

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/history.h"

/*
 * A struct completion is how the last word of a text may go on: words that
 * begin as it does, at most COMPLETE_WORDS of them, none twice.
 * Zero-initialised is ready for use.
 */
#define COMPLETE_WORDS 256

struct completion {
	size_t from;			/* where the word begins, in bytes */
	struct buf words;		/* NUL-terminated each */
	size_t n;
	size_t common;			/* bytes that all begin with */
};

/* TEXT is a query (model/query.h); COMMANDS: or a command.  SNAPSHOT, which
 * may be NULL, has the names of zones and regions; ASKED, which may be too, what
 * was looked for so far: words among it, as symbols are, complete others. */
void complete_query(struct completion *completion, struct text text,
	bool commands, const struct snapshot *snapshot,
	const struct history *asked);
void completion_fini(struct completion *completion);

#endif
