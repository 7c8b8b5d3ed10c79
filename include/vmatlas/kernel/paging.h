/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_PAGING_H
#define VMATLAS_KERNEL_PAGING_H

#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * A struct paging is the way in which a kernel takes a virtual address apart:
 * the bits that index each level of the page tables, by Linux's names for the
 * levels (Documentation/mm/page_tables.rst), and the offset in the page.  A
 * level of no bits is folded: the kernel's code has it, the tables have not.
 *
 * Invariants: the levels from PTE up and the offset have at most 64 bits
 * together; what could not be told is in SURE and NOTE, never in the figures
 * alone.  Nothing here asks anybody: all is chosen from struct paging_facts.
 */
enum paging_level { PAGING_PTE, PAGING_PMD, PAGING_PUD, PAGING_P4D, PAGING_PGD,
	NPAGING_LEVELS };

/* "PGD" */
const char *paging_level_name(enum paging_level level);

enum paging_sure {
	PAGING_KNOWN,
	PAGING_EITHER,		/* one of several, as NOTE says */
	PAGING_ASSUMED,		/* as most machines have it; not known of this */
	PAGING_NO_TREE,		/* the processor walks no tables */
};

struct paging {
	const char *family;	/* "x86-64", "arm64" ...; or uname's machine */
	const char *note;	/* static: what else is to be said, or NULL */
	enum paging_sure sure;
	uint8_t page_shift;	/* bits of the offset */
	uint8_t bits[NPAGING_LEVELS];
};

/* What tells one from the other. */
struct paging_facts {
	const char *machine;	/* uname -m */
	unsigned page_shift;
	/* User space of this process ends at or a little below 2^TASK_BITS;
	 * one of paging_task_bits; 0: not known. */
	unsigned task_bits;
	uint64_t highest;	/* end of what is mapped highest; 0: not known */
	/* /proc/cpuinfo and /proc/meminfo; empty: not known. */
	struct text cpuinfo, meminfo;
};

/* The limits of user space that tell formats apart, rising: bit N of them. */
#define NPAGING_TASK_BITS 9
extern const unsigned char paging_task_bits[NPAGING_TASK_BITS];

/* Never fails: at worst it is PAGING_ASSUMED. */
void paging_choose(const struct paging_facts *facts, struct paging *out);
/* The lowest bit of the address that indexes LEVEL: an entry there stands for
 * 2^N bytes. */
unsigned paging_shift(const struct paging *paging, enum paging_level level);
/* The bits of an address that count. */
unsigned paging_bits(const struct paging *paging);
/* Which entry of LEVEL the address VA is in. */
uint64_t paging_index(const struct paging *paging, enum paging_level level,
	uint64_t va);
/* Which level maps pages of 2^SHIFT bytes (at least that of the offset, less
 * than 64): the highest whose entries are not bigger.  One such page takes *N
 * entries there, side by side. */
enum paging_level paging_leaf(const struct paging *paging, unsigned shift,
	uint64_t *n);

#endif
