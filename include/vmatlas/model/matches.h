/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_MATCHES_H
#define VMATLAS_MODEL_MATCHES_H

#include "vmatlas/model/matcher.h"

/*
 * A struct matches is which pages of a process meet the condition that a screen
 * is filtered by: for each block of the space, found out anew whenever the
 * block was read anew.  Zero-initialised is ready for use, and filters nothing.
 *
 * Invariant: blocks are the space's, one for one, as they were at the last
 * matches_begin.
 */
struct match_block {
	uint64_t vpn;
	uint32_t refresh, pass;		/* of the block, when it was looked at */
	bool known;
	struct matched matched;
};

struct matches {
	struct filter filter;		/* n 0: there is none */
	int pid;
	struct match_block *blocks;
	size_t n;
	size_t at;			/* the next to look at */
	bool whole;			/* all were looked at once */
};

/* A refresh begins, or another condition. */
void matches_begin(struct matches *matches, const struct filter *filter,
	const struct space *space);
/* Look at another block; false: all are up to date, or SPACE is gone. */
bool matches_step(struct matches *matches, struct space *space);
/* What is known, for SNAPSHOT to show: of each block of SPACE, in their order,
 * and of what no block tells about. */
struct snapshot;
void matches_fill(const struct matches *matches, const struct space *space,
	struct snapshot *snapshot);
void matches_fini(struct matches *matches);

#endif
