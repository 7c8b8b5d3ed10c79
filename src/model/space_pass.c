/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/classify.h"
#include "space_impl.h"

/* Below this size, reading the entries costs less than asking where they
 * are. */
#define SCAN_BYTES (UINT64_C(64) << 20)

/* So many empty pages cost less to read than another question. */
#define AHEAD_GAP 32
/* Regions in one step of a pass. */
#define AHEAD_REGIONS 256

static uint64_t first_page(const struct space *space, size_t region)
{
	return space->regions[region].start >> space->reader->machine->page_shift;
}

static uint64_t end_page(const struct space *space, size_t region)
{
	return space->regions[region].end >> space->reader->machine->page_shift;
}

static void enter_region(struct space *space, size_t region)
{
	space->at_region = region;
	space->nranges = space->range = 0;
	space->found = 0;
	space->dense = space->scan == ANSWER_OK ||
		space->scan == ANSWER_UNRECORDED;
	if (region < space->nregions)
		space->at_vpn = space->scanned_to = space->cached_vpn =
			first_page(space, region);
}

static void leave_region(struct space *space)
{
	space_count_cached(space, space->at_region,
		end_page(space, space->at_region));
	enter_region(space, space->at_region + 1);
}

static bool counts_states(const struct space *space)
{
	return space->keep_blocks || space->reader->depth >= DEPTH_STATES;
}

/* Before adding up: figures of smaps stay, all else begins at nothing; so do
 * the counts by zone unless these are to stay. */
static void reset_sums(struct space *space, bool keep_zones)
{
	size_t i;

	for (i = 0; !space->usage_from_smaps && i < space->nregions; i++)
		figures_zero(&space->regions[i].usage);
	if (!counts_states(space)) {
		free(space->state_pages);
		space->state_pages = NULL;
	} else if (!space->state_pages) {
		space->state_pages = mem_new(space->nregions * NSTATES,
			sizeof(*space->state_pages));
	} else {
		memset(space->state_pages, 0, space->nregions * NSTATES *
			sizeof(*space->state_pages));
	}
	if (space->zone_pages && !keep_zones)
		memset(space->zone_pages, 0, space->nregions *
			space->zone_stride * sizeof(*space->zone_pages));
}

void space_pass_begin(struct space *space, enum depth depth)
{
	space->pass++;
	space->summed = false;
	space_own(space);
	space->reader->depth = depth;
	memset(space->reader->answers, 0, sizeof(space->reader->answers));
	space->layout_of_pass = space->layout;
	space->skip = SKIP_SPARSE;
	space->cached_answer = ANSWER_OK;
	space->count_cached = !space->keep_blocks && depth == DEPTH_FULL &&
		!space->usage_from_smaps;
	enter_region(space, 0);
	space_fitness_begin(space);
	if (!space->keep_blocks)
		reset_sums(space, false);
}

/* Where the kernel cannot say where a big region is populated, smaps says
 * how much is: all of that was found. */
static bool is_exhausted(const struct space *space, const struct region *r)
{
	return space->scan != ANSWER_OK && r->smaps_known &&
		space->found >= r->smaps_resident &&
		r->end - r->start > SCAN_BYTES;
}

bool space_is_unreadable(const struct space *space, const struct region *r)
{
	const struct facts *facts = &space->reader->machine->facts;

	return r->type == REGION_VSYSCALL || r->type == REGION_VVAR ||
		(facts->task_size && r->start >= facts->task_size);
}

/* The end of a slice that begins at VPN: on a block's boundary. */
static uint64_t slice_end(uint64_t vpn, uint64_t limit)
{
	uint64_t end = (vpn + SOURCE_SLICE) & ~(uint64_t)(BLOCK_PAGES - 1);

	return end < limit ? end : limit;
}

/* The pages that are populated from at_vpn on, in a region that is too big
 * to read all of it: false when there are none left. */
static bool next_populated(struct space *space, uint64_t end)
{
	while (space->range >= space->nranges) {
		if (space->scanned_to >= end)
			return false;
		space->range = space->nranges = 0;
		space->scan = source_populated(space->reader->src,
			POPULATED_ANY, space->process.id, space->scanned_to,
			end, space->ranges,
			sizeof(space->ranges) / sizeof(*space->ranges),
			&space->nranges, &space->scanned_to);
		if (space->scan == ANSWER_UNRECORDED) {
			/* It was not asked, for the pages before went on. */
			space->scanned_to = slice_end(space->at_vpn, end);
			space->ranges[0] = (struct vpn_range){
				space->at_vpn, space->scanned_to };
			space->nranges = 1;
		} else if (space->scan != ANSWER_OK) {
			/* This kernel cannot say: read it all, or as much
			 * as smaps says there is to be found. */
			space_read_smaps(space, false);
			if (space_skips_region(space)) {
				space->scanned_to = end;
				return false;
			}
			space->ranges[0] = (struct vpn_range){
				space->at_vpn, end };
			space->nranges = 1;
			space->scanned_to = end;
		} else {
			space_own(space);
			space->regions[space->at_region].by_smaps = false;
		}
	}
	return true;
}

/* Where many pages are, there are more behind them, most likely: then those
 * are read without asking where there are any. */
static void learn_density(struct space *space)
{
	const struct slice *slice = &space->reader->slice;
	size_t i, n = slice->n < BLOCK_PAGES ? slice->n : BLOCK_PAGES;

	if (!n || slice->vpn + slice->n != space->at_vpn)
		return;
	space->dense = false;
	for (i = slice->n - n; slice->n > SOURCE_SLICE / 2 && i < slice->n &&
	     !space->dense; i++)
		space->dense = slice->words[i] & (PM_PRESENT | PM_SWAP);
}

/* Only where the kernel can say where pages are, it is worth a guess that the
 * first ones are there: else smaps is asked how many there are. */
static void try_scan(struct space *space, uint64_t end)
{
	size_t n = 0;
	uint64_t next;

	if (space->scan_tried)
		return;
	space->scan_tried = true;
	space->scan = source_populated(space->reader->src, POPULATED_ANY,
		space->process.id, space->at_vpn, slice_end(space->at_vpn, end),
		space->ranges, 1, &n, &next);
	space->dense = space->dense && (space->scan == ANSWER_OK ||
		space->scan == ANSWER_UNRECORDED);
}

static bool goes_on(const struct space *space, uint64_t end, uint64_t *from,
	uint64_t *to)
{
	*from = space->at_vpn;
	*to = end;
	return space->dense && *from < end;
}

/* The part of the current range that is still to be read, in whole blocks:
 * a block's other pages are void. */
static bool cut_range(const struct space *space, uint64_t end, uint64_t *from,
	uint64_t *to)
{
	const struct vpn_range *range = &space->ranges[space->range];
	const uint64_t mask = BLOCK_PAGES - 1;

	*from = range->start & ~mask;
	*to = (range->end + mask) & ~mask;
	if (*from < space->at_vpn)
		*from = space->at_vpn;
	if (*to > end)
		*to = end;
	return *from < *to;
}

bool space_next_slice(struct space *space, uint64_t *from, uint64_t *to)
{
	learn_density(space);
	for (; space->at_region < space->nregions; leave_region(space)) {
		const struct region *region = &space->regions[space->at_region];
		uint64_t end = end_page(space, space->at_region);
		bool found = false;

		if (space_is_unreadable(space, region) ||
		    is_exhausted(space, region))
			continue;
		if (region->end - region->start <= SCAN_BYTES) {
			*from = space->at_vpn;
			*to = end;
			found = *from < end;
		} else {
			try_scan(space, end);
			found = goes_on(space, end, from, to);
			if (!found && space->scanned_to < space->at_vpn)
				space->scanned_to = space->at_vpn;
			while (!found && next_populated(space, end) &&
			       !is_exhausted(space, region) &&
			       !(found = cut_range(space, end, from, to)))
				space->range++;
		}
		if (!found)
			continue;
		*to = slice_end(*from, *to);
		space->at_vpn = *to;
		return true;
	}
	return false;
}

void space_context(const struct space *space, struct page_context *cx)
{
	const struct region *region = &space->regions[space->at_region];

	page_context_of(region, region_name(region, &space->names),
		&space->reader->machine->rules, cx);
}

void space_seek(struct space *space, uint64_t vpn)
{
	size_t i = regions_after(space->regions, space->nregions,
		vpn << space->reader->machine->page_shift);

	space->count_cached = false;
	space->skip = SKIP_NOTHING;
	enter_region(space, i);
	if (i < space->nregions && space->at_vpn < vpn) {
		space->at_vpn = space->scanned_to = vpn;
		space->dense = false;
	}
}

/* Forget the blocks that a finished pass did not come across. */
static void drop_unseen(struct space *space)
{
	size_t i, kept = 0;

	for (i = 0; i < space->nblocks; i++) {
		struct block *block = space->blocks[i];

		if (block->pass == space->pass) {
			space->blocks[kept++] = block;
			continue;
		}
		space_note_gone(space, block);
		free(block);
		space->version++;
	}
	space->nblocks = kept;
}

/* Pages FROM..TO are the last of their region: if others are small and near,
 * all their entries in one question. */
static void read_ahead(struct space *space, uint64_t from, uint64_t to)
{
	size_t i = space->at_region, most = i + AHEAD_REGIONS;
	uint64_t end = to;

	if (to != end_page(space, i))
		return;
	for (i++; i < space->nregions && i < most; i++) {
		if (space_is_unreadable(space, &space->regions[i]) ||
		    first_page(space, i) - end > AHEAD_GAP ||
		    end_page(space, i) - from > SOURCE_SLICE)
			break;
		end = end_page(space, i);
	}
	if (end > to)
		reader_ahead(space->reader, from, (size_t)(end - from));
}

int space_pass_step(struct space *space, bool again)
{
	uint64_t from, to;
	int gone;

	space->summed = false;
	if (space->layout != space->layout_of_pass) {
		/* The regions moved under a pass that takes several
		 * refreshes: begin again, keeping what was read. */
		space->layout_of_pass = space->layout;
		enter_region(space, 0);
		space_fitness_begin(space);
	}
	if (space->has_cut)
		space_read_cut(space);
	if (space_next_slice(space, &from, &to)) {
		read_ahead(space, from, to);
		do
			gone = space_read_run(space,
				(uint32_t)space->at_region, from,
				(size_t)(to - from), again);
		while (!gone && reader_is_ahead(space->reader) &&
		       space_next_slice(space, &from, &to));
		space->reader->ahead_n = 0;
		/* Before others read what is on screen. */
		learn_density(space);
		return gone ? -1 : 1;
	}
	if (space->keep_blocks)
		drop_unseen(space);
	space->whole = true;
	space->finished++;
	return 0;
}

int space_read(struct space *space, uint64_t start, uint64_t end, bool again)
{
	unsigned shift = space->reader->machine->page_shift;
	size_t i = regions_after(space->regions, space->nregions,
		start << shift);
	uint64_t found = space->found;
	int gone = 0;

	for (; !gone && i < space->nregions && first_page(space, i) < end; i++) {
		uint64_t from = first_page(space, i), to, limit;

		if (space_is_unreadable(space, &space->regions[i]))
			continue;
		limit = end_page(space, i);
		if (from < (start & ~(uint64_t)(BLOCK_PAGES - 1)))
			from = start & ~(uint64_t)(BLOCK_PAGES - 1);
		to = (end + BLOCK_PAGES - 1) & ~(uint64_t)(BLOCK_PAGES - 1);
		if (limit > to)
			limit = to;
		for (; !gone && from < limit; from = to) {
			to = slice_end(from, limit);
			gone = space_read_run(space, (uint32_t)i, from,
				(size_t)(to - from), again);
		}
	}
	/* That is what the pass found, wherever it is. */
	space->found = found;
	return gone;
}

uint64_t space_read_to(const struct space *space)
{
	if (space->reader->answers[WORDS_PAGEMAP] != ANSWER_OK)
		return 0;
	return space->whole ? UINT64_MAX : space->at_vpn;
}

/* ---- sums */

/* The pages of a region that no block has, by its STATE counts. */
static void complete_states(const struct space *space,
	const struct region *region, uint64_t *state)
{
	uint64_t pages = (region->end - region->start) >>
		space->reader->machine->page_shift, counted = 0;
	struct page_context cx;
	enum page_state absent;
	unsigned i;

	page_context_of(region, region_name(region, &space->names),
		&space->reader->machine->rules, &cx);
	absent = classify_absent(&cx);
	state[absent] = 0;
	for (i = 0; i < NSTATES; i++)
		counted += state[i];
	state[absent] = pages > counted ? pages - counted : 0;
}

/* What no block told: the pages that are not there, what locks them, and
 * shared memory in swap. */
static void complete_region(struct space *space, struct region *region)
{
	size_t i = (size_t)(region - space->regions);
	struct figures *usage = &region->usage;

	if (space->state_pages)
		complete_states(space, region,
			&space->state_pages[i * NSTATES]);
	if (space->usage_from_smaps)
		return;
	if (region->vm_flags_known ? region->vm_flags & SMAPS_FLAG_LOCKED :
	    space->locked_kb != 0)
		usage->locked = figures_pss(usage);
	if (!region->vm_flags_known && space->locked_kb)
		usage->known &= ~(uint32_t)USAGE_LOCKED;
	if (region->hidden == HIDDEN_NONE)
		return;
	if (region->hidden == HIDDEN_COUNTED)
		usage->swap += region->hidden_swap;
	else
		usage->swap = region->smaps_swap;
	if (region->hidden == HIDDEN_UNKNOWN)
		usage->known &= ~(uint32_t)USAGE_SWAP;
	/* SwapPss leaves shared memory out, as smaps does. */
}

/* A kernel file that did not answer takes with it what it would have told. */
static uint32_t unknown_by_answers(const struct space *space)
{
	const struct reader *reader = space->reader;

	if (reader->answers[WORDS_PAGEMAP] != ANSWER_OK)
		return USAGE_ALL;
	if (!reader->machine->facts.pfn_visible || !space->zone_pages)
		return USAGE_ZONES;
	return 0;
}

bool space_sees_splits(const struct space *space)
{
	const struct reader *reader = space->reader;

	return reader->machine && reader->machine->facts.pfn_visible &&
		reader->answers[WORDS_PAGEMAP] == ANSWER_OK &&
		reader->answers[WORDS_KPAGEFLAGS] == ANSWER_OK;
}

static void sum_blocks(struct space *space)
{
	struct zones_counted now = { space->version + 1,
		machine_cells(space->reader->machine) };
	bool keep_zones = space->zones_counted.version == now.version &&
		space->zones_counted.cells == now.cells;
	bool sees_splits = space_sees_splits(space);
	size_t i;

	space->zones_counted = now;
	reset_sums(space, keep_zones);
	for (i = 0; i < space->nregions; i++) {
		struct region *region = &space->regions[i];

		region->splits = region->splits_last = 0;
		region->splits_known = space->finished && sees_splits;
		region->splits_last_known = region->splits_known &&
			space->finished > 1;
	}
	for (i = 0; i < space->nblocks; i++) {
		const struct block *block = space->blocks[i];
		struct region *region = &space->regions[block->region];

		space_add_usage(space, block);
		/* Frame by frame, where zones meet in a block. */
		if (!keep_zones)
			space_count_zones(space, block, NULL, NULL);
		region->splits += block->splits;
		region->splits_last += block->nsplit;
	}
}

static void finish_region(struct space *space, struct region *region,
	uint32_t states, uint32_t unknown)
{
	complete_region(space, region);
	region->usage.known &= ~unknown;
	if (!states)
		region->usage.known &= ~(uint32_t)USAGE_STATES;
	else if (!(unknown & USAGE_STATES))
		region->usage.known |= USAGE_STATES;
	space_use_told(space, (size_t)(region - space->regions));
	if (!space->whole)
		region->usage.known = 0;
}

static void add_region(const struct space *space, size_t i,
	struct usage *total)
{
	unsigned k;

	figures_add(&total->figures, &space->regions[i].usage);
	for (k = 0; space->state_pages && k < NSTATES; k++)
		total->state[k] += space->state_pages[i * NSTATES + k];
}

void space_sum(struct space *space, struct usage *total)
{
	uint32_t unknown = unknown_by_answers(space) |
		(space->count_cached ? 0 : USAGE_CACHED);
	uint32_t states = counts_states(space) ? USAGE_STATES : 0;
	size_t i;

	if (!space->summed)
		space_own(space);
	if (space->keep_blocks)
		sum_blocks(space);
	if (total)
		usage_zero(total);
	for (i = 0; i < space->nregions; i++) {
		/* What no block told is added once to what they did. */
		if (!space->summed)
			finish_region(space, &space->regions[i], states,
				unknown);
		if (total)
			add_region(space, i, total);
	}
	space->summed = !space->keep_blocks;
	if (total && (space->maps != ANSWER_OK || !space->whole))
		total->known = 0;
}
