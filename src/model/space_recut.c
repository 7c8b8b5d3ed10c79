/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "space_impl.h"

struct recut {
	struct space *space;
	unsigned shift;
	struct block **blocks;	/* the new ones */
	size_t n, cap;
};

static void put_block(struct recut *recut, struct block *block)
{
	recut->blocks = mem_grow(recut->blocks, &recut->cap, recut->n + 1,
		sizeof(*recut->blocks));
	recut->blocks[recut->n++] = block;
}

/* The block of region index REGION that page VPN is in. */
static struct block *target_block(struct recut *recut, uint32_t region,
	uint64_t vpn)
{
	const struct region *r = &recut->space->regions[region];
	uint64_t first = r->start >> recut->shift, end = r->end >> recut->shift;
	uint64_t start = vpn & ~(uint64_t)(BLOCK_PAGES - 1);
	uint64_t stop = start + BLOCK_PAGES;
	struct block *block;
	struct pages pages;

	if (start < first)
		start = first;
	if (stop > end)
		stop = end;
	if (recut->n) {
		block = recut->blocks[recut->n - 1];
		if (block->vpn == start && block->is_cut)
			return block;
	}
	block = block_new((size_t)(stop - start));
	block->vpn = start;
	block->region = region;
	block->is_cut = true;
	block->min_pfn = UINT64_MAX;
	usage_zero(&block->usage);
	memset(&pages, 0, sizeof(pages));
	memset(pages.classes, CLASS(space_absent(recut->space, r,
		&recut->space->names), SHARING_UNKNOWN), block->npages);
	put_block(recut, block_pack(block, &pages));
	return recut->blocks[recut->n - 1];
}

/* Until it is read, it has about what its pages were known to be. */
static void count_page(struct recut *recut, struct block *block, uint64_t word,
	uint8_t class)
{
	uint64_t pfn = word & PM_PFN_MASK;

	block->usage.state[CLASS_STATE(class)]++;
	block->nshared += CLASS_SHARING(class) == SHARING_SHARED;
	block->nprivate += CLASS_SHARING(class) == SHARING_PRIVATE;
	if (!(word & PM_PRESENT) || CLASS_STATE(class) == STATE_ZERO ||
	    CLASS_STATE(class) == STATE_HUGE_ZERO)
		return;
	block->usage.rss += UINT64_C(1) << recut->shift;
	block->nframes++;
	if (pfn < block->min_pfn)
		block->min_pfn = pfn;
	if (pfn > block->max_pfn)
		block->max_pfn = pfn;
}

/* Pages START..END of OLD are of region index REGION now. */
static void move_pages(struct recut *recut, const struct block *old,
	uint32_t region, uint64_t start, uint64_t end)
{
	struct block *block = target_block(recut, region, start);
	struct pages were, pages;
	uint64_t vpn;

	block_unpack(old, &were);
	block_unpack(block, &pages);
	for (vpn = start; vpn < end; vpn++) {
		size_t from = (size_t)(vpn - old->vpn);
		size_t to = (size_t)(vpn - block->vpn);

		pages.words[to] = were.words[from];
		pages.classes[to] = CLASS(CLASS_STATE(were.classes[from]),
			CLASS_SHARING(were.classes[from]));
		pages.heat[to] = were.heat[from];
		if (were.words[from])
			count_page(recut, block, were.words[from],
				pages.classes[to]);
	}
	block->splits += old->splits;
	if (!block->swept_s || old->swept_s < block->swept_s)
		block->swept_s = old->swept_s;
	block->pass = old->pass;
	block->refresh = old->refresh;
	recut->blocks[recut->n - 1] = block_pack(block, &pages);
}

/* Are the block's bounds what they would be in this region? */
static bool fits(const struct block *block, const struct region *region,
	unsigned shift)
{
	uint64_t end = block->vpn + block->npages;

	return block->vpn >= region->start >> shift &&
		end <= region->end >> shift &&
		(block->vpn == region->start >> shift ||
		 block->vpn % BLOCK_PAGES == 0) &&
		(end == region->end >> shift || end % BLOCK_PAGES == 0);
}

static void recut_stretch(struct recut *recut, const struct overlay *o,
	bool same_rights, size_t *at)
{
	struct space *space = recut->space;
	const struct region *now = &space->regions[o->now];
	uint64_t start = o->start >> recut->shift, end = o->end >> recut->shift;

	while (*at < space->nblocks && space->blocks[*at]->vpn +
			space->blocks[*at]->npages <= start)
		free(space->blocks[(*at)++]);
	while (*at < space->nblocks && space->blocks[*at]->vpn < end) {
		struct block *block = space->blocks[*at];
		uint64_t block_end = block->vpn + block->npages;

		if (fits(block, now, recut->shift) && block->vpn >= start &&
		    block_end <= end) {
			block->region = (uint32_t)o->now;
			block->is_cut |= !same_rights;
			put_block(recut, block);
			(*at)++;
			continue;
		}
		move_pages(recut, block, (uint32_t)o->now,
			block->vpn > start ? block->vpn : start,
			block_end < end ? block_end : end);
		/* Another stretch may have the rest of it. */
		if (block_end > end)
			return;
		free(block);
		(*at)++;
	}
}

void space_recut(struct space *space, const struct region *old, size_t nold,
	const struct machine *machine)
{
	struct recut recut = { .space = space, .shift = machine->page_shift };
	struct overlay o = { 0 };
	size_t at = 0;

	if (!space->nblocks)
		return;
	while (overlay_next(&o, old, nold, space->regions, space->nregions)) {
		const struct region *was, *is;

		if (o.old < 0 || o.now < 0)
			continue;
		was = &old[o.old];
		is = &space->regions[o.now];
		if (region_continues(was, is))
			recut_stretch(&recut, &o, was->read == is->read &&
				was->write == is->write &&
				was->exec == is->exec, &at);
	}
	while (at < space->nblocks)
		free(space->blocks[at++]);
	free(space->blocks);
	space->blocks = recut.blocks;
	space->nblocks = recut.n;
	space->cap = recut.cap;
	space->has_cut = true;
	space->version++;
}

void space_read_cut(struct space *space)
{
	uint64_t found = space->found;
	size_t i;

	space->has_cut = false;
	/* Each may go as it is read. */
	for (i = 0; i < space->nblocks; i++) {
		const struct block *block = space->blocks[i];
		size_t n = space->nblocks;

		if (!block->is_cut)
			continue;
		if (space_read_run(space, block->region, block->vpn,
			    block->npages, false))
			break;
		i -= space->nblocks < n;
	}
	/* That is what the pass found, wherever it is. */
	space->found = found;
}
