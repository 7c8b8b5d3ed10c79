/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_AUDIT_H
#define VMATLAS_MODEL_AUDIT_H

#include <stddef.h>

#include "vmatlas/model/space.h"

/*
 * An audit holds what vmatlas counted page by page against what the kernel
 * says in smaps, smaps_rollup and status: one line for each figure of each
 * region, and of the process.
 *
 * No figure is taken from the file that it is held against.  The kernel is
 * asked before and after: what it says twice differently moved meanwhile and
 * is left out, with that as the reason.  A figure that went away and came
 * back in between would seem to differ: whoever finds a difference looks
 * again before believing it, and only what differs every time does.
 */
enum audit_verdict {
	AUDIT_AGREES,
	AUDIT_DISAGREES,
	AUDIT_LEFT_OUT,		/* it could not be compared: see reason */
};

struct audit_line {
	uint64_t start;		/* of the region; 0: of the process */
	long region;		/* index, or -1 */
	const char *field;	/* as the kernel calls it */
	const char *file;	/* "smaps", "smaps_rollup", "status" */
	uint64_t ours, kernels;	/* bytes */
	bool ours_known, kernels_known;
	enum audit_verdict verdict;
	const char *reason;	/* static; NULL where they agree */
};

struct audit {
	struct audit_line *lines;
	size_t n, cap;
	struct audit_line *earlier;	/* as the looks before this one had them */
	size_t nearlier, earlier_cap, at;
	const char *swap_pss_why;	/* static: why we do not know SwapPss */
	struct buf before, after;	/* smaps */
	struct buf rollup_before, rollup_after;
	struct buf status_before, status_after;
};

/* Forget what was compared; or (AGAIN) keep it as the look before this. */
void audit_begin(struct audit *audit, bool again);
/* Ask the kernel, before and after the pages are read. */
void audit_before(struct audit *audit, struct source *src, struct proc_id id);
void audit_after(struct audit *audit, struct source *src, struct proc_id id);
/* Fill lines; the space's regions must be summed up. */
void audit_compare(struct audit *audit, const struct space *space,
	const struct usage *total);
/* Some line disagrees. */
bool audit_differs(const struct audit *audit);
void audit_fini(struct audit *audit);

#endif
