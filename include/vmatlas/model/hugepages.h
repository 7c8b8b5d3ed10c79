/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_HUGEPAGES_H
#define VMATLAS_MODEL_HUGEPAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/model/machine.h"
#include "vmatlas/source/source.h"

/*
 * A struct huge_pool is the pool of huge pages of one size: the machine's, or
 * the part of it that one node has.  All but PAGE_BYTES counts huge pages.  A
 * figure is known where its bit is set; reservations and the limit are the
 * machine's alone, no node has them.  Kernel: Documentation/admin-guide/mm/
 * hugetlbpage.rst.
 */
enum huge_figure {
	HUGE_TOTAL = 1,		/* nr_hugepages: in the pool, surplus ones too */
	HUGE_FREE = 2,		/* free_hugepages: not handed out */
	HUGE_RESERVED = 4,	/* resv_hugepages: free, but promised */
	HUGE_SURPLUS = 8,	/* surplus_hugepages: go when they are freed */
	HUGE_LIMIT = 16,	/* nr_overcommit_hugepages: so much surplus at most */
};

struct huge_pool {
	int node;		/* -1: the whole machine's */
	uint64_t page_bytes;
	uint32_t known;		/* enum huge_figure */
	uint64_t total, free, reserved, surplus, limit;
};

/*
 * The pools of all sizes, smallest first: of each the machine's, then those
 * of MACHINE's nodes where the kernel tells.  *OUT is a heap array that the
 * caller frees, the result how many there are.  *ANSWER says why there are
 * none: ANSWER_ABSENT is a kernel without hugetlb or without sysfs.
 *
 * The sizes are found by asking for each power of two from two pages to
 * 16 GiB (some 25 opens, 50 us): sysfs lists them, a source does not.
 */
size_t hugepages_read(struct source *src, const struct machine *machine,
	struct huge_pool **out, enum answer *answer);

#endif
