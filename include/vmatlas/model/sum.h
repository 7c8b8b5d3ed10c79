/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SUM_H
#define VMATLAS_MODEL_SUM_H

#include "vmatlas/model/snapshot.h"

/*
 * A struct sum is what processes have together.  A frame that many map adds
 * up to one, by its shares; so over all processes the anonymous PSS is
 * AnonPages of /proc/meminfo, but for what is in no process that could be
 * read: memory of tasks that are ending, and what each CPU has counted and
 * not yet handed to the kernel's sum (up to 125 pages a CPU and node, see
 * calculate_normal_threshold in mm/vmstat.c).
 */
struct sum {
	struct usage usage;
	size_t nread;		/* processes whose memory is in it */
	int *unread;		/* pids of those that could not be read */
	size_t nunread, cap;
	bool partial;		/* some were left out on purpose */
};

void sum_init(struct sum *sum);
void sum_fini(struct sum *sum);
/* Take a row in; one that has ended is not there to be counted. */
void sum_add(struct sum *sum, const struct process_row *row);
/* False: none of them could be read, so that nobody knows what they have. */
bool sum_is_known(const struct sum *sum);
/* AnonPages minus the anonymous PSS, in bytes: what those that could not be
 * read have is in it.  False where they cannot be compared. */
bool sum_difference(const struct sum *sum, const struct snapshot *snapshot,
	int64_t *nbytes);

#endif
