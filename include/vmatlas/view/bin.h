/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_BIN_H
#define VMATLAS_VIEW_BIN_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/model/snapshot.h"

/*
 * A struct tally counts what lies in one cell: pages of a region, or frames
 * of the machine.  From 512 pages on it sums whole blocks, below that it
 * looks at each page; both give the same figures.
 */
struct tally {
	uint64_t total;			/* pages or frames in the cell */
	uint64_t state[NSTATES];	/* pages; VOID ones too (virtual side) */
	uint64_t content;		/* pages with a frame or a slot; on the
					 * physical side, frames mapped here */
	uint64_t shared, private;	/* by enum sharing */
	uint64_t matched;		/* that meet the snapshot's filter */
	uint64_t changed, split;	/* since the refresh before */
	uint64_t cached;		/* of those not mapped in, in the page
					 * cache */
	bool cached_known;		/* of all pages in the cell */
	/* Of those with content, where the snapshot has it: */
	enum age age;			/* the youngest */
	uint64_t reclaim[NRECLAIMS];
	int zone;			/* of its frames; -1: none or several */
	bool stale;			/* read some refreshes ago */
	bool pending;			/* not read yet: the counts are too low */
	bool unknown;			/* it cannot be read */
	/* Physical side only: */
	bool ram;			/* some System RAM is in it */
	int stretch;			/* index of the first stretch in it, or -1 */
};

/* Pages START..END, all of REGION. */
void bin_pages(const struct snapshot *snapshot, size_t region, uint64_t start,
	uint64_t end, struct tally *tally);
/* The same of those only that meet the snapshot's filter, if it has one. */
void bin_matching_pages(const struct snapshot *snapshot, size_t region,
	uint64_t start, uint64_t end, struct tally *tally);
/* Frames START..END. */
void bin_frames(const struct snapshot *snapshot, uint64_t start, uint64_t end,
	struct tally *tally);

#endif
