/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_BASELINE_H
#define VMATLAS_MODEL_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/model/space.h"

/*
 * A struct baseline is what a process's pages were at the moment that was
 * chosen to compare with: 8 bytes for each page that was in memory or swap (in
 * blocks that had any) and 48 for each region, until it is forgotten.  It asks the kernel nothing.
 *
 * A page differs that has another state or another frame; one that is touched
 * and given up again does not.
 */
struct baseline {
	uint32_t number;	/* of the request it was taken for; 0: none */
	struct proc_id id;
	uint64_t time_ms;	/* since the epoch */
	struct usage usage;	/* of all of it, then; states with it */
	uint64_t splits, faults;	/* counters, then */
	bool has_jumped;	/* not all since then was seen */
	uint64_t npages;	/* that were in memory or swap */
	struct baseline_row {
		uint64_t vpn;
		uint32_t npages;
		uint64_t first;	/* in words */
	} *rows;
	size_t nrows, rows_cap;
	uint64_t *words;
	size_t nwords, words_cap;
	bool has_regions;	/* their figures then: */
	struct baseline_region {
		uint64_t start, end;	/* bytes */
		bool rss_known, swap_known, splits_known;
		uint64_t rss, swap, splits;
	} *regions;
	size_t nregions;
};

/* How a process differs from that, as a snapshot has it. */
struct baseline_view {
	bool on;
	uint64_t time_ms;
	uint64_t differ;	/* pages, of those that are there now or then */
	uint64_t gone;		/* of those, that are not there any more */
	bool pages_known, rss_known, swap_known, splits_known;
	int64_t rss, swap;	/* bytes */
	uint64_t splits;
	int64_t faults;		/* less than 0: that moment is yet to come */
	bool kinds_known;
	uint64_t pages[NCHANGE_KINDS];	/* that were seen to, since then */
};

void baseline_fini(struct baseline *baseline);
/* Now, for request NUMBER. */
void baseline_take(struct baseline *baseline, uint32_t number,
	struct space *space, uint64_t time_ms);
/* Of a recording another refresh than the next is looked at: what is made of
 * all refreshes since then is not known any more. */
void baseline_jumped(struct baseline *baseline);
/* Is it about this process? */
bool baseline_is_of(const struct baseline *baseline, const struct space *space);
/* How many pages of BLOCK differ: counted anew only where it was read anew. */
unsigned baseline_count(const struct baseline *baseline, struct block *block);
/* Mark in CLASSES (of all of BLOCK, which keeps PAGES) with CLASS_CHANGED just
 * those. */
void baseline_mark(const struct baseline *baseline, const struct block *block,
	const struct pages *pages, uint8_t *classes);
/* Set SINCE of these regions (a snapshot's, with their figures); the first time
 * for a baseline, it takes theirs.  What was mapped since then had nothing; of
 * regions that were cut it is not known which part had what. */
void baseline_regions(struct baseline *baseline, struct region *regions,
	size_t n, uint32_t page_size);
/* After baseline_count of all blocks. */
void baseline_sum(const struct baseline *baseline, const struct space *space,
	const struct usage *total, struct baseline_view *out);

#endif
