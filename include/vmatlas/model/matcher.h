/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_MATCHER_H
#define VMATLAS_MODEL_MATCHER_H

#include "vmatlas/model/filter.h"
#include "vmatlas/model/space.h"

/*
 * Which pages of a process meet a condition: from what struct space keeps
 * wherever that is enough, else (flags, marks) by reading them.
 */

/* A bit for each of BLOCK_PAGES pages, from the block's first. */
struct matched {
	uint64_t yes[BLOCK_PAGES / 64];
	uint16_t npages;		/* of the block; 0: not looked at yet */
	uint16_t nyes, nmaybe;
	/* Of those that do: by enum sharing, and by state. */
	uint16_t nshared, nprivate, state[NSTATES];
};

static inline bool matched_has(const struct matched *matched, unsigned i)
{
	return matched->yes[i / 64] >> (i % 64) & 1;
}

/* Must pages be read to tell? */
bool matcher_reads(const struct filter *filter);
/* The pages of BLOCK, one of SPACE's; -1: the address space is gone. */
int matcher_block(struct space *space, const struct block *block,
	const struct filter *filter, struct matched *out);
/* Pages of REGION (an index) in which nothing is. */
enum match matcher_void(const struct space *space, size_t region,
	const struct filter *filter);

/*
 * Consecutive pages that are in one block, or all in none; in one region.
 * BLOCK is an index, or -1.
 */
struct segment {
	uint64_t start, end;
	size_t region;
	long block;
};

/* The one that begins at page AT or is the first behind it; the one that ends
 * there or is the last before it.  False: there is none. */
bool segment_after(const struct space *space, uint64_t at,
	struct segment *out);
bool segment_before(const struct space *space, uint64_t at,
	struct segment *out);

#endif
