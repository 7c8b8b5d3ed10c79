/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_RUNS_H
#define VMATLAS_MODEL_RUNS_H

#include "vmatlas/model/snapshot.h"

/*
 * The pages of a process as runs: same state, flags, count and marks, with
 * consecutive frames (or swap slots, or none).  They are made in portions,
 * so that a report costs no more memory for a big process.
 */
#define RUNS_PORTION 16384

/* Fill runs and runs_next of SNAPSHOT as the wish asks; -1: gone. */
int runs_fill(struct snapshot *snapshot, struct space *space,
	const struct wish *wish);
/* Can B be said in one line with A, as its end? */
bool runs_join(struct page_run *a, const struct page_run *b);

#endif
