/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_COMPARER_H
#define VMATLAS_MODEL_COMPARER_H

#include "vmatlas/model/comparison.h"
#include "vmatlas/model/crowd.h"

/*
 * A struct comparer finds out what a struct comparison says: it is shown the
 * pages of both processes by a crowd of these two, then works on what it
 * kept of them, in steps.
 *
 * Memory while that goes on: 16 bytes for each run of consecutive pages in
 * consecutive frames (at worst for each present page), both lists of regions,
 * and 200 bytes for each block of 512 frames that either has any of; then the
 * answer alone.
 */

/* NPAGES consecutive pages in as many consecutive frames, of one region. */
struct compare_pages {
	uint64_t vpn : 52, more : 12;	/* npages - 1 */
	uint64_t pfn;
};

struct comparer_side {
	struct region *regions;
	size_t nregions;
	struct buf names;
	size_t *rows;			/* of each region */
	struct compare_pages *runs;	/* by page */
	size_t nruns, runs_cap;
	size_t region;			/* that of the last run, as they come */
};

/* A row's first region, and where its last ends (pages), on either side. */
struct row_extent {
	size_t first[NCOMPARE_SIDES];
	uint64_t end[NCOMPARE_SIDES];
};

enum comparer_phase {
	COMPARER_WALKING,	/* the crowd shows pages */
	COMPARER_COUNTING_A, COMPARER_COUNTING_B,
	COMPARER_RELATING,
	COMPARER_DONE,
};

struct comparer {
	struct comparison answer;
	struct comparer_side sides[NCOMPARE_SIDES];
	enum comparer_phase phase;
	unsigned page_shift;
	/* Blocks of the answer by frame: open addressing, plus 1. */
	uint32_t *index;
	size_t index_cap;
	size_t last_block;
	uint64_t *counted;		/* [block * 8]: a bit for each frame */
	/* Where the work stands: a run and its region, or a row. */
	size_t at, region;
	struct row_extent *extents;	/* of each row */
};

/* Begin with the processes A and B, two different ones. */
void comparer_begin(struct comparer *comparer, int a, int b);
/* Shows COMPARER to a crowd of these two. */
struct crowd_user comparer_user(struct comparer *comparer);
/* After CROWD has passed: work out some more; false: comparer->answer is it. */
bool comparer_step(struct comparer *comparer, const struct crowd *crowd);
void comparer_fini(struct comparer *comparer);

#endif
