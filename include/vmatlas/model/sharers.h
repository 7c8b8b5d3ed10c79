/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SHARERS_H
#define VMATLAS_MODEL_SHARERS_H

#include "vmatlas/model/crowd.h"
#include "vmatlas/model/frame_map.h"
#include "vmatlas/model/shares.h"

/*
 * A struct sharers finds out what a process has in common with every other
 * one, in two walks: over the pages of the process, which makes the map of
 * its frames that others may have too, then over everybody's.
 *
 * A frame that is mapped once is this process's alone, and not in the map;
 * but another process in the same address space (which the kernel tells by
 * kcmp(2)) has all of them.  Memory: the map, two bits for each frame in it,
 * and the answer.
 */
struct sharers {
	struct proc_id id;		/* of the process */
	uint64_t vss;
	struct frame_map frames;	/* thing * NSHARE_KINDS + kind */
	uint64_t *totals;		/* by the same, alone or not; frames */
	size_t totals_cap;
	uint32_t *index;		/* of things: open addressing, plus 1 */
	size_t index_cap;
	/* Of the process being walked: */
	uint64_t *found;		/* as totals */
	uint64_t nfound;
	uint64_t *seen;			/* a bit for each frame of the map */
	uint64_t *ever;			/* the same, of all so far */
	struct shares shares;
};

void sharers_begin(struct sharers *sharers);
/* Shows SHARERS to a crowd of the process alone, */
struct crowd_user sharers_first_user(struct sharers *sharers);
/* then, after sharers_between, to one of all processes. */
void sharers_between(struct sharers *sharers);
struct crowd_user sharers_user(struct sharers *sharers);
/* After both: sharers->shares is the answer. */
void sharers_sort(struct sharers *sharers);
void sharers_fini(struct sharers *sharers);

#endif
