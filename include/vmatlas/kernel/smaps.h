/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_SMAPS_H
#define VMATLAS_KERNEL_SMAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/kernel/maps.h"

/*
 * The figures of /proc/PID/smaps and smaps_rollup that vmatlas has a use
 * for, in the order of the kernel's documentation.
 */
#define SMAPS_TABLE(X) \
	X(SIZE, "Size") \
	X(KERNEL_PAGE_SIZE, "KernelPageSize") \
	X(RSS, "Rss") \
	X(PSS, "Pss") \
	X(PSS_ANON, "Pss_Anon") \
	X(SHARED_CLEAN, "Shared_Clean") \
	X(SHARED_DIRTY, "Shared_Dirty") \
	X(PRIVATE_CLEAN, "Private_Clean") \
	X(PRIVATE_DIRTY, "Private_Dirty") \
	X(REFERENCED, "Referenced") \
	X(ANONYMOUS, "Anonymous") \
	X(KSM, "KSM") \
	X(LAZY_FREE, "LazyFree") \
	X(ANON_HUGE, "AnonHugePages") \
	X(SHMEM_PMD, "ShmemPmdMapped") \
	X(FILE_PMD, "FilePmdMapped") \
	X(SHARED_HUGETLB, "Shared_Hugetlb") \
	X(PRIVATE_HUGETLB, "Private_Hugetlb") \
	X(SWAP, "Swap") \
	X(SWAP_PSS, "SwapPss") \
	X(LOCKED, "Locked")

#define X(name, key) SMAPS_##name,
enum smaps_field { SMAPS_TABLE(X) SMAPS_NFIELDS };
#undef X

/* Two-letter VmFlags that change how a region's pages are read. */
enum smaps_flag {
	SMAPS_FLAG_PFNMAP = 1,	/* pf */
	SMAPS_FLAG_IO = 2,	/* io */
	SMAPS_FLAG_LOCKED = 4,	/* lo */
	SMAPS_FLAG_HUGETLB = 8,	/* ht */
	SMAPS_FLAG_MERGEABLE = 16,	/* mg: KSM may merge its pages */
	SMAPS_FLAG_SOFT_DIRTY = 32,	/* sd: new since soft-dirty was cleared */
};

struct smaps_entry {
	struct maps_line map;
	uint32_t has;		/* bit per smaps_field that was there */
	uint64_t kb[SMAPS_NFIELDS];
	bool has_flags;		/* there was a VmFlags line (3.8) */
	unsigned flags;		/* of enum smaps_flag */
};

/* The next region of REST, taken off; false at the end.  Unknown keys and
 * lines are passed over. */
bool smaps_next(struct text *rest, struct smaps_entry *out);

#endif
