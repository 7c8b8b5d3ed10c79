/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_DIFFERENCE_H
#define VMATLAS_MODEL_DIFFERENCE_H

#include "vmatlas/model/snapshot.h"

/*
 * A struct difference is how the regions of two snapshots differ: of one
 * process at two moments, or of two processes (of two recordings, say).
 *
 * Regions of one process are put side by side by where they are; those of two
 * by what they are: their name and rights, the first of a kind with the first.
 * Pure: it keeps no more than indices, and asks nobody.
 *
 * Invariants: each region of either side is in one row; rows are in the order
 * of addresses, of the second side where that has it.
 */
struct difference_row {
	long from, to;		/* index of the region; -1: there it is not */
};

struct difference {
	const struct snapshot *from, *to;	/* the caller's */
	bool same_process;
	struct difference_row *rows;
	size_t n;
};

/* FROM and TO must stay as long as DIFFERENCE is used. */
void difference_init(struct difference *difference,
	const struct snapshot *from, const struct snapshot *to);
void difference_fini(struct difference *difference);
/* Some figure of row I is another one, or known on one side only. */
bool difference_differs(const struct difference *difference, size_t i);

/* The figures that are held against each other, as in smaps.  Columns:
 * identifier, name in reports, member of struct usage. */
#define DIFFERENCE_FIGURES(X) \
	X(RSS, "rss") X(PSS, "pss") X(USS, "uss") X(SHARED, "shared") \
	X(ANONYMOUS, "anonymous") X(SWAP, "swap")

#define X(id, name) DIFFERENCE_##id,
enum difference_figure { DIFFERENCE_FIGURES(X) NDIFFERENCE_FIGURES };
#undef X

/* Bytes of region INDEX of SNAPSHOT (-1: there is none, and so 0), or with
 * NULL for the index of all of them; false: that is not known. */
bool difference_figure(const struct snapshot *snapshot, const long *index,
	enum difference_figure figure, uint64_t *out);

#endif
