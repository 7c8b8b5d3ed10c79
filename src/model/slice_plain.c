/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "slice_page.h"

/*
 * Most memory is private and untroubled: for the sums its entries say enough.
 * What is so is found out for hundreds of pages at once, and then left out of
 * all that is done page by page.
 */
enum look { LOOK_OTHER, LOOK_PLAIN, LOOK_LIKE_HUGE };

/* Pages that follow each other in memory as they do here. */
static bool is_one_run(const struct reader *reader, size_t first, size_t n)
{
	const uint64_t *words = reader->slice.words + first;
	size_t k;

	for (k = 1; k < n; k++)
		if (words[k] != words[0] + k)
			return false;
	return true;
}

/* For huge pages of the pool it is all the same who asks for what. */
static bool find_pool(struct reader *reader, const struct page_context *cx,
	struct plain *plains, size_t n)
{
	const struct slice *slice = &reader->slice;
	bool all = true;
	size_t i;

	if (reader->depth != DEPTH_SUMS || cx->may_share_tables ||
	    !reader->machine->facts.pfn_visible)
		return false;
	for (i = 0; i < n; i++) {
		struct plain *plain = &plains[i];
		size_t first = plain->first, last = first + plain->n - 1;

		plain->pool = plain->is_plain = is_present(slice, first) &&
			is_one_run(reader, first, plain->n);
		plain->shared = !is_exclusive(reader, first);
		plain->npages = plain->n;
		plain->min_pfn = pfn_of(slice, first);
		plain->max_pfn = pfn_of(slice, last);
		all &= plain->is_plain;
	}
	return all;
}

static bool may_be_plain(const struct reader *reader,
	const struct page_context *cx)
{
	return reader->depth == DEPTH_SUMS && !reader->may_have_ksm &&
		reader->machine->facts.pfn_visible &&
		reader->machine->rules.high_bits && !cx->is_hugetlb &&
		!cx->is_pfnmap && !cx->is_gate;
}

/* One entry could map the PMD's worth of pages around any of these. */
static bool is_like_huge(const struct reader *reader, size_t first, size_t n)
{
	const struct slice *slice = &reader->slice;
	uint32_t pmd = machine_pmd_pages(reader->machine);
	size_t step = pmd < n ? pmd : n, i;

	for (i = first; pmd && i + step <= first + n; i += step)
		if (is_present(slice, i) && is_present(slice, i + step - 1) &&
		    (pfn_of(slice, i) - slice->vpn - i) % pmd == 0 &&
		    pfn_of(slice, i + step - 1) - pfn_of(slice, i) == step - 1)
			return true;
	return false;
}

static enum look look_at(const struct reader *reader, size_t first, size_t n,
	struct plain *plain)
{
	const uint64_t *words = reader->slice.words + first;
	uint64_t all = PM_EXCLUSIVE, absent = 0;
	uint64_t min = UINT64_MAX, max = 0, nfile = 0, npages = 0;
	bool like_huge = is_like_huge(reader, first, n);
	size_t k;

	plain->is_run = like_huge && is_one_run(reader, first, n);
	if (plain->is_run) {
		plain->npages = n;
		plain->nfile = words[0] & PM_FILE ? n : 0;
		plain->min_pfn = pfn_of(&reader->slice, first);
		plain->max_pfn = plain->min_pfn + n - 1;
		return LOOK_LIKE_HUGE;
	}
	for (k = 0; k < n; k++) {
		uint64_t word = words[k], pfn = word & PM_PFN_MASK;

		if (!(word & PM_PRESENT)) {
			absent |= word;
			continue;
		}
		all &= word;
		npages++;
		nfile += !!(word & PM_FILE);
		min = pfn < min ? pfn : min;
		max = pfn > max ? pfn : max;
	}
	plain->npages = npages;
	plain->nfile = nfile;
	plain->min_pfn = min;
	plain->max_pfn = max;
	if (!npages || (absent & PM_SWAP))
		return LOOK_OTHER;
	if (like_huge)
		return LOOK_LIKE_HUGE;
	return all ? LOOK_PLAIN : LOOK_OTHER;
}

/* A whole huge mapping of this process alone. */
static bool is_own_huge(struct reader *reader, const struct plain *plain)
{
	struct slice *slice = &reader->slice;
	size_t first = plain->first, got = 0;

	if (plain->n != machine_pmd_pages(reader->machine) ||
	    (slice->words[first] & PM_FILE) || !plain->is_run ||
	    source_words(reader->src, WORDS_KPAGEFLAGS, PROC_NONE,
		    pfn_of(slice, first), 1, &slice->flags[first], &got) !=
		    ANSWER_OK || !got)
		return false;
	slice->known[first] |= SLICE_PMD | SLICE_FLAGS;
	slice->head_flags[first] = slice->flags[first];
	return huge_is_exclusive(slice, first);
}

static bool is_among(const struct vpn_range *ranges, size_t n, uint64_t from,
	uint64_t to)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ranges[i].start < to && ranges[i].end > from)
			return true;
	return false;
}

/* Which of those that look like huge mappings are; the rest is plain if its
 * entries are. */
static void settle_huge(struct reader *reader, struct plain *plains, size_t n,
	size_t from, size_t to)
{
	struct slice *slice = &reader->slice;
	struct vpn_range ranges[16];
	size_t nranges = 0, i;
	uint64_t next = 0;

	/* With more ranges than this, it is for another to tell. */
	if (source_populated(reader->src, POPULATED_HUGE, reader->id,
		    slice->vpn + from, slice->vpn + to, ranges, 16, &nranges,
		    &next) != ANSWER_OK || next < slice->vpn + to)
		return;
	for (i = 0; i < n; i++) {
		struct plain *plain = &plains[i];
		size_t first = plain->first, k;
		uint64_t vpn = slice->vpn + first, all = PM_EXCLUSIVE;

		if (plain->is_plain || !plain->like_huge)
			continue;
		if (is_among(ranges, nranges, vpn, vpn + plain->n)) {
			plain->huge = plain->is_plain =
				is_own_huge(reader, plain);
			continue;
		}
		for (k = first; k < first + plain->n; k++)
			all &= is_present(slice, k) ? slice->words[k] : all;
		plain->is_plain = all;
	}
}

bool reader_find_plain(struct reader *reader, const struct page_context *cx,
	struct plain *plains, size_t n)
{
	struct slice *slice = &reader->slice;
	size_t i, from = SIZE_MAX, to = 0;
	bool all = true;

	if (cx->is_hugetlb)
		return find_pool(reader, cx, plains, n);
	if (!may_be_plain(reader, cx))
		return false;
	for (i = 0; i < n; i++) {
		struct plain *plain = &plains[i];
		enum look look = look_at(reader, plain->first, plain->n, plain);

		plain->huge = false;
		plain->is_plain = look == LOOK_PLAIN;
		plain->like_huge = look == LOOK_LIKE_HUGE;
		if (!plain->like_huge)
			continue;
		from = plain->first < from ? plain->first : from;
		to = plain->first + plain->n;
	}
	if (from < to)
		settle_huge(reader, plains, n, from, to);
	for (i = 0; i < n; i++) {
		all &= plains[i].is_plain;
		if (plains[i].is_plain)
			memset(slice->known + plains[i].first,
				SLICE_SKIP | SLICE_PLAIN, plains[i].n);
	}
	return all;
}

void plain_account(const struct plain *plain, uint32_t page_size,
	struct usage *usage)
{
	uint64_t nbytes = plain->npages * page_size;
	uint64_t anonymous = (plain->npages - plain->nfile) * page_size;

	if (plain->pool) {
		*(plain->shared ? &usage->shared_hugetlb :
			&usage->private_hugetlb) += nbytes;
		return;
	}
	usage->rss += nbytes;
	usage->uss += nbytes;
	usage->pss_fixed += nbytes << PSS_SHIFT;
	usage->anonymous += anonymous;
	usage->pss_anon_fixed += anonymous << PSS_SHIFT;
	if (plain->huge)
		usage->anon_huge += nbytes;
}
