/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_PAGE_WALK_H
#define VMATLAS_MODEL_PAGE_WALK_H

#include "vmatlas/kernel/paging.h"
#include "vmatlas/source/source.h"

/*
 * A struct page_walk is the way from a virtual address through the page
 * tables of its process: the levels with the index at each, and the level
 * whose entry maps the page, as far as the kernel tells.
 *
 * Which tables exist for a page that nothing was put in is not told by
 * anybody, and not said.
 */
struct walk_step {
	const char *name;	/* "PGD" */
	uint8_t shift, bits;	/* of the address: SHIFT is the lowest */
	uint64_t index;
};

enum walk_end {
	WALK_UNTOLD,		/* nothing is here: there may be no table */
	WALK_PAGE,		/* the last step's entry has the page */
	WALK_HUGE,		/* that of step LEAF has a huge page */
	WALK_OUT,		/* the last step's says where it is instead */
	WALK_EITHER,		/* the page is here, by an entry of some level */
	WALK_DEVICE,		/* what is here is not told by pagemap */
};

struct page_walk {
	bool valid;
	uint64_t va;		/* of the page */
	struct paging paging;
	struct walk_step steps[NPAGING_LEVELS];	/* from the top */
	unsigned nsteps;
	const char *folded[NPAGING_LEVELS];
	unsigned nfolded;
	enum walk_end end;
	unsigned leaf;		/* the step whose entry it is; WALK_PAGE, _HUGE,
				 * _OUT: and there it takes so many entries */
	uint64_t entries;
};

/*
 * What the kernel was asked about its tables: the machine's part once, the
 * process's once a refresh.  Zero-initialised is ready for use.
 */
struct page_tables {
	bool asked;		/* the machine's part, by these texts: */
	struct buf cpuinfo, meminfo;
	struct proc_id id;	/* of task_bits */
	uint32_t refresh;
	unsigned task_bits;
};

struct snapshot;
struct space;

/* Ask what is not known yet; cheap, and part of every recording. */
void page_tables_ask(struct page_tables *tables, const struct space *space);
void page_tables_fini(struct page_tables *tables);
/* Fill walk of SNAPSHOT, whose detail must be that of page VPN. */
void page_walk_fill(struct snapshot *snapshot, struct page_tables *tables,
	const struct space *space, uint64_t vpn);
/* The names of the bits of the entry that detail is about: "present, file,
 * mapped once"; nothing for an empty one. */
void page_entry_names(struct buf *out, const struct snapshot *snapshot);

#endif
