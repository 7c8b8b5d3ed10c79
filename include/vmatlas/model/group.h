/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_GROUP_H
#define VMATLAS_MODEL_GROUP_H

#include "vmatlas/model/address_spaces.h"
#include "vmatlas/model/crowd.h"
#include "vmatlas/model/mine.h"

/*
 * A struct group is what some processes have together, as if they were one:
 * each frame counts once, however many of them map it, and is theirs alone
 * where all mappings that the kernel counts (kpagecount) were found in them.
 *
 * What ending them gives back is not what is theirs alone: anonymous frames
 * are freed with their last mapping; a file's frame stays in the page cache,
 * and shared memory as long as somebody has it open or it has a name, so
 * these are only unmapped.  A page of a large folio comes back when the whole
 * folio does: one of which others have a page is not counted as freed.  Huge
 * pages of the pool go back to the pool, and are no part of any other figure
 * (as in Rss).  Memory for page tables is not counted.
 *
 * Memory: two bits for each frame of a block of 512 that they have any of,
 * and two bytes where one is mapped twice.  A process that may not be read, or
 * ended while it was, is not one of them, and leaves nothing in the figures.
 */
struct group_figures {
	/* Not known: what a figure was to be read from did not answer. */
	bool rss_known, own_known, swap_known;
	const char *why;	/* static; NULL: all is known */
	int why_pid;		/* the process that is the reason; 0: none is */
	size_t nread;		/* processes, */
	size_t nspaces;		/* and their different address spaces */
	/* Bytes.  By rss_known: */
	uint64_t rss, anonymous, hugetlb;
	/* By own_known: */
	uint64_t pss_fixed, uss, shared, frees, unmaps, unmaps_shmem;
	/* By swap_known: each slot once. */
	uint64_t swap;
};

struct group {
	struct group_figures figures;
	struct address_spaces spaces;
	struct mine all, swap;		/* of all; swap: slots as if frames */
	struct mine member, member_swap;	/* of the one being read */
	bool is_twin;			/* its address space was read already */
	enum answer answers[NWORD_FILES];
	/* Then the counts are read, block by block. */
	uint64_t *keys;			/* NULL: not yet */
	size_t at;
	struct {
		uint64_t next;		/* frame that it may go on at */
		uint64_t nframes;	/* that are freed if all of it is */
		bool is_open, is_foreign;
	} folio;
};

void group_begin(struct group *group);
/* Shows GROUP to a crowd of the chosen processes. */
struct crowd_user group_user(struct group *group);
/*
 * After CROWD has passed: read counts, a block of frames at a time.  False:
 * all were read, and the figures are there.
 */
bool group_step(struct group *group, const struct crowd *crowd);
void group_fini(struct group *group);

#endif
