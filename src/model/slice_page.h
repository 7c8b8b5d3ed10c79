/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_SLICE_PAGE_H
#define VMATLAS_SRC_MODEL_SLICE_PAGE_H

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/slice.h"

/*
 * One page of a slice, for what reads slices (slice.c) and what adds them up
 * (slice_sums.c).
 */
static inline uint64_t pfn_of(const struct slice *slice, size_t i)
{
	uint64_t word = slice->words[i];

	/* In a special entry it stands where swap has its offset. */
	return (word & PM_PFN_MASK) >> (word & PM_PRESENT ? 0 : 5);
}

static inline bool is_present(const struct slice *slice, size_t i)
{
	return slice->words[i] & PM_PRESENT;
}

static inline bool is_exclusive(const struct reader *reader, size_t i)
{
	return reader->machine->rules.high_bits &&
		(reader->slice.words[i] & PM_EXCLUSIVE);
}

/*
 * All pages of a huge mapping whose head says "exclusive" belong to one
 * process; of a folio mapped page by page, each page's entry speaks.
 */
static inline bool huge_is_exclusive(const struct slice *slice, size_t i)
{
	const uint64_t both = KPF(ANON) | KPF_ANON_EXCLUSIVE;

	return (slice->known[i] & SLICE_PMD) &&
		(slice->known[i] & SLICE_FLAGS) &&
		(slice->head_flags[i] & both) == both;
}

/*
 * Page I and the one before it differ in nothing that was read of them but
 * their frames' numbers, on which nothing else hangs either: what is made of
 * the one is true of the other.
 */
static inline bool slice_is_alike(const struct slice *slice, size_t i)
{
	uint64_t differ;
	uint8_t known = slice->known[i];

	if (!i)
		return false;
	differ = slice->words[i] ^ slice->words[i - 1];
	if ((differ & ~PM_PFN_MASK) || known != slice->known[i - 1])
		return false;
	if (!is_present(slice, i))
		return !differ && !(slice->words[i] & PM_SWAP);
	if ((known & SLICE_COUNT) && slice->counts[i] != slice->counts[i - 1])
		return false;
	/* What is outside of RAM is so by its number. */
	if (!(known & SLICE_FLAGS))
		return !(known & SLICE_COUNT);
	return slice->flags[i] == slice->flags[i - 1] &&
		slice->head_flags[i] == slice->head_flags[i - 1] &&
		!kpageflags_are_void(slice->flags[i]);
}

/* All that was read about it. */
struct page_facts slice_page(const struct reader *reader, size_t i);

#endif
