/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_RELEASE_H
#define VMATLAS_KERNEL_RELEASE_H

#include <stdbool.h>

#include "vmatlas/base/text.h"

/*
 * What the bits of a kernel's answers mean, by its release ("6.1.0-18").
 * The dates are those of KERNEL-FACTS: bits 55 to 60 of a pagemap entry are
 * a page shift below 3.11 and ambiguous below 4.2; bit 58 says guard from
 * 6.15; PTE markers exist from 5.19, together with three migration types
 * and the anon-exclusive page flag; flags are per folio from 6.12.  The
 * memory counters in /proc/PID/status are estimates that each CPU adds to in
 * batches, but for some releases that sum them up (task_mem() in
 * fs/proc/task_mmu.c): only of those a 0 is a 0.
 *
 * How smaps counts an entry that has a frame, but no present page (migration,
 * device memory, broken RAM) was changed several times: where it is not known
 * for sure, neither rule of a pair is set.
 */
struct kernel_rules {
	unsigned major, minor;
	bool high_bits;		/* pagemap bits 55 to 60 are to be believed */
	bool guard_bit;
	bool pte_markers;
	bool anon_exclusive;
	bool folio_flags;	/* kpageflags of a tail are its head's */
	bool exact_counters;	/* VmSwap and its like are exact */
	bool shared_tables;	/* 6.12: "exclusive" knows of them, with hugetlb */
	bool ksm_lies;		/* 6.10: all anonymous frames may say KSM */
	bool absent_private, absent_shared;	/* 5.17, 6.11 */
	bool poison_counts, poison_is_nothing;	/* 6.1, until 5.13 */
};

/* An unreadable release gives the rules of a recent kernel. */
void kernel_rules_of(struct text release, struct kernel_rules *rules);

#endif
