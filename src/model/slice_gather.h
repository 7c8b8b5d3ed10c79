/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_SLICE_GATHER_H
#define VMATLAS_SRC_MODEL_SLICE_GATHER_H

#include "slice_page.h"

/*
 * What a file says of the frames of some pages of the reader's slice, with as
 * few questions as that takes: frames come from the kernel's free lists in any
 * order, but most of them lie near others of the same process.
 *
 * The pages are chosen first, in ascending order; then one file is read for
 * them, or several in turn.
 */
static inline void gather_begin(struct reader *reader)
{
	reader->gather.n = 0;
	reader->gather.is_sorted = true;
}

/* Page I, which lies behind those that are chosen and has a frame. */
static inline void gather_page(struct reader *reader, size_t i)
{
	struct gather *gather = &reader->gather;
	struct page_stretch *next = &gather->stretches[gather->n];
	uint64_t pfn = pfn_of(&reader->slice, i);

	if (gather->n && (size_t)next[-1].at + next[-1].n == i &&
	    pfn == gather->next_pfn) {
		next[-1].n++;
	} else {
		gather->is_sorted &= !gather->n || pfn >= gather->next_pfn;
		*next = (struct page_stretch){ (uint16_t)i, 1 };
		gather->n++;
	}
	gather->next_pfn = pfn + 1;
}

/*
 * Read FILE for the pages chosen, into VALUES where the pages are in the slice
 * (what lies beyond the last frame reads 0), and set BIT in their known[].  An
 * answer that is none is kept in answers[].
 */
void gather_read(struct reader *reader, enum word_file file, uint64_t *values,
	uint8_t bit);

#endif
