/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "space_impl.h"

/* ---- in the pass that is made anyway */

void space_want_fitness(struct space *space, bool wanted, uint64_t below,
	uint64_t start, uint64_t end)
{
	space->want_fitness = wanted;
	space->fitness_below = below;
	space->fitness_start = start;
	space->fitness_end = end ? end : UINT64_MAX;
}

void space_fitness_forget(struct space *space)
{
	free(space->fitness);
	space->fitness = NULL;
}

void space_fitness_begin(struct space *space)
{
	space_fitness_forget(space);
	if (!space->want_fitness || space->keep_blocks)
		return;
	space->fitness = mem_new(space->nregions + 1, sizeof(*space->fitness));
	fitness_rules_of(space->reader->machine, space->fitness_below,
		&space->fitness_rules);
}

/* The PMD's worth of pages around VPN goes on beyond the slice, so that
 * nobody asked whether one PMD maps it. */
static bool is_cut(const struct space *space, const struct region *region,
	uint64_t vpn)
{
	const struct slice *slice = &space->reader->slice;
	unsigned shift = space->fitness_rules.page_shift;
	uint32_t pmd = space->fitness_rules.pmd;
	uint64_t from = vpn - vpn % pmd, end = slice->vpn + slice->n;

	return (from < slice->vpn && region->start >> shift < slice->vpn) ||
		(from + pmd > end && region->end >> shift > end);
}

/* How many pages the mapping of page I has: see fitness_page. */
static uint32_t step_of(const struct space *space, const struct region *region,
	const struct page_context *cx, size_t i)
{
	const struct reader *reader = space->reader;
	const struct slice *slice = &reader->slice;
	uint32_t pmd = space->fitness_rules.pmd;

	if (cx->is_hugetlb || ((slice->known[i] & SLICE_FLAGS) &&
			slice->flags[i] & KPF(HUGE)))
		return region->page_size >> space->fitness_rules.page_shift;
	if (slice->known[i] & SLICE_PMD)
		return pmd;
	if (!pmd || reader->huge != ANSWER_OK ||
	    is_cut(space, region, slice->vpn + i))
		return FITNESS_STEP_PTE_OR_PMD;
	return 1;
}

/* Present pages FIRST.. of the slice that are mapped by STEP pages each, as
 * runs. */
static void fold_runs(struct space *space, struct fitness *fitness,
	size_t first, size_t n, uint32_t step)
{
	const struct slice *slice = &space->reader->slice;
	const uint64_t *words = slice->words + first;
	const uint64_t mask = PM_PRESENT | PM_PFN_MASK;
	size_t k = 0, from;

	while (k < n) {
		if (!(words[k] & PM_PRESENT)) {
			k++;
			continue;
		}
		for (from = k++; k < n && ((words[k] & mask) ==
			(words[k - 1] & mask) + 1); k++)
			;
		fitness_run(fitness, &space->fitness_rules,
			slice->vpn + first + from, words[from] & PM_PFN_MASK,
			k - from, step);
	}
}

/* Pages FROM..TO of the slice. */
static void fold_pages(struct space *space, uint32_t region,
	const struct page_context *cx, size_t from, size_t to)
{
	const struct slice *slice = &space->reader->slice;
	size_t i;

	for (i = from; i < to; i++)
		if (slice->words[i] & PM_PRESENT)
			fitness_page(&space->fitness[region],
				&space->fitness_rules, slice->vpn + i,
				slice->words[i] & PM_PFN_MASK,
				step_of(space, &space->regions[region], cx, i));
}

/* Those of the pages that were asked for: *FROM..*TO, counted from VPN. */
static bool cut_wanted(const struct space *space, uint64_t vpn, size_t *from,
	size_t *to)
{
	unsigned shift = space->fitness_rules.page_shift;
	uint64_t start = space->fitness_start >> shift;
	uint64_t last = (space->fitness_end - 1) >> shift;

	if (start > vpn + *from)
		*from = start - vpn < *to ? (size_t)(start - vpn) : *to;
	if (last < vpn)
		*to = 0;
	else if (last - vpn < *to)
		*to = (size_t)(last - vpn) + 1;
	return *from < *to;
}

void space_fold_fitness(struct space *space, uint32_t region,
	const struct page_context *cx, const struct plain *plains, size_t n)
{
	uint64_t vpn = space->reader->slice.vpn;
	size_t i, from, to;

	for (i = 0; space->fitness && i < n; i++) {
		const struct plain *plain = &plains[i];

		from = plain->first;
		to = plain->first + plain->n;
		if (!cut_wanted(space, vpn, &from, &to))
			continue;
		if (!plain->is_plain)
			fold_pages(space, region, cx, from, to);
		else if (plain->pool)
			fitness_run(&space->fitness[region],
				&space->fitness_rules, vpn + from,
				plain->min_pfn + from - plain->first,
				to - from, step_of(space,
					&space->regions[region], cx, from));
		else if (plain->huge)
			fitness_run(&space->fitness[region],
				&space->fitness_rules, vpn + from,
				plain->min_pfn + from - plain->first,
				to - from, space->fitness_rules.pmd);
		else
			fold_runs(space, &space->fitness[region], from,
				to - from, step_of(space,
					&space->regions[region], cx, from));
	}
}

/* The kernel tells which frames its pages have: not those of a mapping of
 * bare addresses, nor its own above user space. */
static bool is_told(const struct space *space, const struct region *region)
{
	const struct reader *reader = space->reader;
	struct page_context cx;

	page_context_of(region, region_name(region, &space->names),
		&reader->machine->rules, &cx);
	if (region->type == REGION_DEVICE && !region->vm_flags_known)
		return false;
	return reader->machine->facts.pfn_visible &&
		reader->answers[WORDS_PAGEMAP] == ANSWER_OK &&
		!space_is_unreadable(space, region) && !cx.is_pfnmap &&
		!cx.is_io;
}

bool space_fitness(const struct space *space, size_t region,
	struct fitness *out)
{
	const struct region *r = &space->regions[region];
	unsigned shift = space->fitness_rules.page_shift;

	if (!space->fitness)
		return false;
	*out = space->fitness[region];
	fitness_close(out, &space->fitness_rules);
	/* In whole pages. */
	out->start = space->fitness_start >> shift << shift;
	out->end = ((space->fitness_end - 1) >> shift) + 1;
	out->end = out->end > r->end >> shift ? r->end : out->end << shift;
	out->start = out->start < r->start ? r->start : out->start;
	out->known = space->whole && !r->by_smaps && is_told(space, r);
	return true;
}

/* ---- one region of a space that keeps its blocks */

/* Entries that are looked at each time: some 4 ms. */
#define WALK_PAGES (1 << 20)

void fitness_walk_step(struct fitness_walk *walk, const struct space *space,
	size_t region, uint64_t below)
{
	const struct region *r = &space->regions[region];
	unsigned shift = space->reader->machine->page_shift;
	uint64_t left = WALK_PAGES, end = r->end >> shift;
	struct pages pages;
	size_t i, k;

	fitness_rules_of(space->reader->machine, below, &walk->rules);
	if (walk->layout != space->layout || walk->start != r->start ||
	    walk->pid != space->process.id.pid || walk->below != below ||
	    !walk->whole || !space->whole ||
	    (walk->done && walk->refresh != space->refresh)) {
		*walk = (struct fitness_walk){ .rules = walk->rules,
			.layout = space->layout, .start = r->start,
			.pid = space->process.id.pid, .below = below,
			.at = r->start >> shift };
	}
	walk->refresh = space->refresh;
	walk->whole = space->whole;
	for (i = space_block_after(space, walk->at); !walk->done; i++) {
		const struct block *block = i < space->nblocks ?
			space->blocks[i] : NULL;

		if (!block || block->vpn >= end) {
			walk->done = true;
			break;
		}
		if (block->npages > left)
			break;
		left -= block->npages;
		block_unpack(block, &pages);
		for (k = 0; k < block->npages; k++)
			if (pages.words[k] & PM_PRESENT)
				fitness_page(&walk->fitness, &walk->rules,
					block->vpn + k,
					pages.words[k] & PM_PFN_MASK,
					FITNESS_STEP_UNKNOWN);
		walk->at = block->vpn + block->npages;
	}
}

void fitness_walk_take(const struct fitness_walk *walk,
	const struct space *space, size_t region, struct fitness *out)
{
	unsigned shift = space->reader->machine->page_shift;
	const struct region *r = &space->regions[region];

	*out = walk->fitness;
	fitness_close(out, &walk->rules);
	out->start = r->start;
	out->end = walk->done ? r->end : walk->at << shift;
	out->known = is_told(space, r);
}

/* Entries as they were kept, one after another. */
struct kept {
	const struct block *block;	/* whose pages these are, or NULL */
	struct pages pages;
};

/* That of page VPN; 0: there is none. */
static uint64_t kept_word(const struct space *space, uint64_t vpn,
	struct kept *kept)
{
	const struct block *block = kept->block;
	size_t i;

	if (!block || vpn < block->vpn || vpn - block->vpn >= block->npages) {
		i = space_block_after(space, vpn);
		if (i >= space->nblocks || space->blocks[i]->vpn > vpn)
			return 0;
		block = kept->block = space->blocks[i];
		block_unpack(block, &kept->pages);
	}
	return kept->pages.words[vpn - block->vpn];
}

/* How many pages next to VPN, up to and with LAST, go on in the frames next
 * to PFN's, upwards or (STEP -1) downwards. */
static uint64_t count_run(const struct space *space, uint64_t vpn,
	uint64_t pfn, uint64_t last, uint64_t step)
{
	struct kept kept;
	uint64_t n = 0, word;

	kept.block = NULL;
	while (vpn != last && n < WALK_PAGES) {
		vpn += step;
		pfn += step;
		word = kept_word(space, vpn, &kept);
		if (!(word & PM_PRESENT) || (word & PM_PFN_MASK) != pfn)
			break;
		n++;
	}
	return n;
}

bool space_run_around(const struct space *space, size_t region, uint64_t vpn,
	uint64_t pfn, uint64_t *at, uint64_t *length)
{
	const struct region *r = &space->regions[region];
	unsigned shift = space->reader->machine->page_shift;
	struct kept kept;
	uint64_t word, before, behind;

	kept.block = NULL;
	word = kept_word(space, vpn, &kept);
	if (!(word & PM_PRESENT) || (word & PM_PFN_MASK) != pfn)
		return false;
	before = count_run(space, vpn, pfn, r->start >> shift, UINT64_MAX);
	behind = count_run(space, vpn, pfn, (r->end >> shift) - 1, 1);
	*at = before + 1;
	*length = before + 1 + behind;
	return before < WALK_PAGES && behind < WALK_PAGES;
}
