/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FRAME_SUMS_H
#define VMATLAS_MODEL_FRAME_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/model/frames.h"

/*
 * A struct frame_sums counts every frame of the machine by zone, use and
 * owner, in steps of one slice, so that it can go on for many refreshes: a
 * frame costs some 150 ns.  Each is counted once, at the moment it was read;
 * what is not RAM is counted without reading.
 *
 * Invariant: once done, the counts of a zone are the frames that are told to
 * be in it; those that may be another's are the doubts' (model/machine.h).
 */
struct frame_sums {
	struct frames *frames;		/* NULL: none to be read */
	struct machine *machine;	/* its own reference */
	int pid;			/* whose view it is; 0: nobody's */
	size_t stretch;
	uint64_t pfn, read, all;	/* where it is; RAM frames read, in all */
	uint64_t *counts;		/* see frame_sums_at; NULL: nothing was begun */
	bool done;
	enum answer answer;		/* why flags are not known, where some are not */
	uint64_t done_ms;		/* uptime at its end */
};

/* Begin anew.  Owners are told as the process of SPACE sees them, which is
 * walked now; NULL: no owners. */
void frame_sums_begin(struct frame_sums *sums, struct source *src,
	const struct machine *machine, struct space *space);
/* One slice; false: all are counted. */
bool frame_sums_step(struct frame_sums *sums);
void frame_sums_fini(struct frame_sums *sums);

/* Of ZONE (a doubt, too; nplaces: frames in none), by enum frame_owner; USE
 * may be NFRAME_USES: those that could not be read. */
static inline uint64_t *frame_sums_at(uint64_t *counts, size_t zone,
	unsigned use)
{
	return counts + (zone * (NFRAME_USES + 1) + use) * NFRAME_OWNERS;
}

#endif
