/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_PAGEMAP_H
#define VMATLAS_KERNEL_PAGEMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/kernel/release.h"

/*
 * One entry of /proc/PID/pagemap: 64 bits for each virtual page
 * (Documentation/admin-guide/mm/pagemap.rst).
 */
#define PM_PFN_MASK	((UINT64_C(1) << 55) - 1)
#define PM_SOFT_DIRTY	(UINT64_C(1) << 55)
#define PM_EXCLUSIVE	(UINT64_C(1) << 56)
#define PM_UFFD_WP	(UINT64_C(1) << 57)
#define PM_GUARD	(UINT64_C(1) << 58)
#define PM_FILE		(UINT64_C(1) << 61)
#define PM_SWAP		(UINT64_C(1) << 62)
#define PM_PRESENT	(UINT64_C(1) << 63)

/* What a not-present entry with PM_SWAP stands for. */
enum pte_special {
	PTE_NOT_SPECIAL,	/* present, or nothing at all */
	PTE_SWAP,		/* a slot: swap_type, swap_offset */
	PTE_MIGRATION,		/* pfn is the frame being moved */
	PTE_DEVICE,		/* device memory; pfn */
	PTE_HWPOISON,
	PTE_GUARD,
	PTE_UFFD_WP_MARKER,
	PTE_POISON_MARKER,
};

struct pte {
	bool present, file, exclusive, uffd_wp, soft_dirty;
	enum pte_special special;
	uint64_t pfn;		/* where present; 0 also means "not told" */
	unsigned swap_type;
	uint64_t swap_offset;	/* in pages */
};

/*
 * The topmost of the 32 swap types are the kernel's own.  Which is which
 * depends on its release and on its configuration; what is taken here is the
 * numbering of the release in a kernel that has them all.  One without
 * device-private memory (Debian's, 32-bit ones, many boards) shows its
 * migrations and its broken frames as PTE_DEVICE or PTE_MIGRATION: the entry
 * does not tell them apart, its frame does.
 */
struct pte pte_decode(uint64_t word, const struct kernel_rules *rules);

/* The kinds that have a frame. */
static inline bool pte_special_has_frame(enum pte_special special)
{
	return special == PTE_MIGRATION || special == PTE_DEVICE ||
		special == PTE_HWPOISON;
}

/* Which of those an entry is whose frame has FLAGS and is System RAM or not. */
enum pte_special pte_special_of_frame(uint64_t flags, bool is_ram);

#endif
