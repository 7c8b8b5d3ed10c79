/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_CLASSIFY_H
#define VMATLAS_MODEL_CLASSIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/region.h"
#include "vmatlas/model/state.h"

/*
 * The decision table of KERNEL-FACTS: which state a page is in, from its
 * pagemap entry, its frame's flags and count, and its region.  Rules are in
 * the table's order; the first that matches wins.
 */

/* What about a region matters to its pages. */
struct page_context {
	const struct kernel_rules *rules;
	bool has_file;		/* a file or shmem is behind it */
	bool private_writable;
	bool is_shmem;		/* by its name or device: tmpfs, memfd, SysV */
	bool is_device;		/* its pages may be a driver's or a file's */
	bool is_special;	/* vdso and the like */
	bool is_hugetlb;
	bool is_secret;
	bool is_pfnmap;		/* VmFlags pf, or [vvar] */
	bool is_io;		/* VmFlags io */
	bool is_gate;
	bool may_be_merged;	/* by KSM, as far as its VmFlags tell */
	bool may_share_tables;	/* of huge pages, with other processes */
	bool soft_dirty_told;	/* soft-dirty was cleared since it is there */
};

void page_context_of(const struct region *region, struct text name,
	const struct kernel_rules *rules, struct page_context *out);

/* A page as it was read. */
struct page_facts {
	uint64_t word;		/* pagemap */
	uint64_t flags, count;	/* of its frame */
	bool has_flags, has_count;
	bool frame_is_ram;
	uint64_t head_flags;	/* of the large folio it is part of, or flags */
	bool pmd_mapped;
	bool pmd_unknown;	/* it could be, but this kernel does not say */
};

/* STATE_CHANGING: the flags say that this frame is not what the entry says; it
 * was freed or moved between the two reads. */
enum page_state classify(const struct page_context *cx,
	const struct page_facts *page);
/* The state of a page that has an all-zero entry in such a region. */
enum page_state classify_absent(const struct page_context *cx);
/* enum page_mark bits. */
unsigned classify_marks(const struct page_context *cx,
	const struct page_facts *page);
/* What an entry that is not present stands for, by its frame's flags where
 * those are known. */
enum pte_special classify_special(const struct pte *pte,
	const struct page_facts *page);

#endif
