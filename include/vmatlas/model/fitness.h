/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FITNESS_H
#define VMATLAS_MODEL_FITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/model/machine.h"

/*
 * A struct fitness is what the frames of a stretch of virtual pages are good
 * for: how many physically contiguous runs they make, how long the longest
 * is and how it is aligned, whether they lie below a limit, by mappings of
 * which size they are reached, and how many TLB entries that takes.
 *
 * Only present pages count.  A run is pages that follow each other both in
 * virtual and in physical memory: a page without a frame (never touched,
 * swapped, a guard) ends it, and so does the page of zeros, whose frame does
 * not follow itself.  Shared and file pages count as any other.
 *
 * TLB entries are counted as mappings, one entry for each:
 *
 *   as mapped  A page of a PTE is one, a PMD one, a huge page of the pool
 *              one.  Not known where it is not known what maps a page.
 *   at best    Each run is cut into the largest naturally aligned pieces that
 *              have the size of a page, of a PMD mapping or of a PUD mapping
 *              (as far as the architecture has leaves there) and start at a
 *              multiple of that size both in virtual and in physical memory.
 *              No page is moved for it and no absent one is filled in, and
 *              neither rights nor the file behind the pages are looked at.
 *
 * Real TLBs may do with less: several CPUs coalesce neighbouring entries, and
 * arm64 and RISC-V can mark groups of PTEs as contiguous, which no kernel
 * tells.  They may need more too, where they split large pages.
 */

/* By what a page is mapped (Documentation/mm/page_tables.rst). */
#define MAPPING_SIZES(X) \
	X(PTE, "pte")		/* one page */ \
	X(PMD, "pmd")		/* a table's worth: 2 MiB on x86-64 */ \
	X(PUD, "pud")		/* a table of those: 1 GiB on x86-64 */ \
	X(POOL, "pool")		/* a huge page of the pool of another size */ \
	X(UNKNOWN, "?")

#define X(id, name) MAPPING_##id,
enum mapping_size { MAPPING_SIZES(X) NMAPPINGS };
#undef X

const char *mapping_size_name(enum mapping_size size);

/* What the figures are counted by, the same for all of a process. */
struct fitness_rules {
	unsigned page_shift;
	uint32_t pmd, pud;	/* pages of such a mapping; 0: not known, or none */
	bool best_known;	/* these are the sizes that the machine has */
	uint64_t below;		/* frame: those before it lie below the limit */
};

/* BELOW is in bytes.  A frame lies below it when its last byte does. */
void fitness_rules_of(const struct machine *machine, uint64_t below,
	struct fitness_rules *rules);

struct fitness {
	bool known;		/* set by whoever counted: all of it was read */
	uint64_t start, end;	/* bytes looked at; END exclusive */
	uint64_t present, below;	/* pages */
	uint64_t runs;
	uint64_t longest, longest_pfn;	/* pages, first frame; the first of several */
	uint64_t mapped[NMAPPINGS];	/* pages */
	uint64_t tlb, tlb_best;		/* entries; see fitness_knows_* */
	bool best_known;
	/* The run that may go on, and its last pages of one mapping size. */
	uint64_t run_vpn, run_pfn, run_pages;
	uint64_t piece_pages;
	uint32_t step;
};

/* STEP where the kernel did not say whether a PMD maps the page: it is a PTE
 * unless the run has a whole aligned PMD's worth there. */
#define FITNESS_STEP_UNKNOWN 0
#define FITNESS_STEP_PTE_OR_PMD UINT32_MAX

/*
 * Add the present page VPN in frame PFN, in ascending order of VPN.  STEP is
 * how many pages the mapping has that it is part of (1: a PTE), or one of the
 * above.
 */
static inline void fitness_page(struct fitness *fitness,
	const struct fitness_rules *rules, uint64_t vpn, uint64_t pfn,
	uint32_t step);
/* The same for NPAGES that follow each other both ways. */
static inline void fitness_run(struct fitness *fitness,
	const struct fitness_rules *rules, uint64_t vpn, uint64_t pfn,
	uint64_t npages, uint32_t step);
/* No page follows: count the run that is open. */
void fitness_close(struct fitness *fitness, const struct fitness_rules *rules);
/* Add closed FROM to INTO, whose runs are another region's. */
void fitness_add(struct fitness *into, const struct fitness *from);

static inline bool fitness_knows_tlb(const struct fitness *fitness)
{
	return fitness->known && !fitness->mapped[MAPPING_UNKNOWN];
}

static inline bool fitness_knows_best(const struct fitness *fitness)
{
	return fitness->known && fitness->best_known;
}

/* The largest power of two that divides PFN's physical address, in bytes;
 * 2^63 for address 0 and whatever is divided by more. */
uint64_t fitness_alignment(uint64_t pfn, unsigned page_shift);

/* ---- */

/* Count the pages of one mapping size at the end of the open run. */
void fitness_close_piece(struct fitness *fitness,
	const struct fitness_rules *rules);

static inline void fitness_run(struct fitness *fitness,
	const struct fitness_rules *rules, uint64_t vpn, uint64_t pfn,
	uint64_t npages, uint32_t step)
{
	uint64_t n = fitness->run_pages;

	if (n && vpn - fitness->run_vpn == n && pfn - fitness->run_pfn == n) {
		if (step != fitness->step)
			fitness_close_piece(fitness, rules);
	} else {
		fitness_close(fitness, rules);
		fitness->run_vpn = vpn;
		fitness->run_pfn = pfn;
	}
	fitness->run_pages += npages;
	fitness->piece_pages += npages;
	fitness->step = step;
}

static inline void fitness_page(struct fitness *fitness,
	const struct fitness_rules *rules, uint64_t vpn, uint64_t pfn,
	uint32_t step)
{
	fitness_run(fitness, rules, vpn, pfn, 1, step);
}

#endif
