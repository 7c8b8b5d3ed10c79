/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/bin.h"

#include <string.h>

/* One page, or with N > 1 several alike. */
static void count(struct tally *tally, enum page_state state, uint64_t n)
{
	tally->state[state] += n;
	if (state_info(state)->presence != PRESENCE_VOID)
		tally->content += n;
}

static void count_class(struct tally *tally, uint8_t class)
{
	count(tally, CLASS_STATE(class), 1);
	tally->shared += CLASS_SHARING(class) == SHARING_SHARED;
	tally->private += CLASS_SHARING(class) == SHARING_PRIVATE;
	tally->changed += (class & CLASS_CHANGED) != 0;
	tally->split += CLASS_IS_SPLIT(class);
}

static void count_heat(struct tally *tally, uint8_t heat)
{
	if (HEAT_VIEW_AGE(heat) < tally->age)
		tally->age = HEAT_VIEW_AGE(heat);
	tally->reclaim[HEAT_VIEW_RECLAIM(heat)]++;
}

static void count_heats(struct tally *tally, enum age age,
	const uint16_t reclaim[NRECLAIMS])
{
	unsigned i;

	if (age < tally->age)
		tally->age = age;
	for (i = 0; i < NRECLAIMS; i++)
		tally->reclaim[i] += reclaim[i];
}

static void count_zone(struct tally *tally, int zone, bool *first)
{
	if (*first)
		tally->zone = zone;
	else if (tally->zone != zone)
		tally->zone = -1;
	*first = false;
}

/* All pages of a block that meet the filter. */
static void count_matched(struct tally *tally, const struct matched *matched)
{
	unsigned i;

	for (i = 0; i < NSTATES; i++)
		if (matched->state[i])
			count(tally, i, matched->state[i]);
	tally->shared += matched->nshared;
	tally->private += matched->nprivate;
	tally->matched += matched->nyes;
	tally->pending |= !matched->npages;
}

static uint64_t count_block(struct tally *tally,
	const struct block_view *block)
{
	uint64_t counted = 0;
	unsigned i;

	for (i = 0; i < NSTATES; i++) {
		if (block->state[i])
			count(tally, i, block->state[i]);
		counted += block->state[i];
	}
	tally->shared += block->nshared;
	tally->private += block->nprivate;
	tally->changed += block->nchanged;
	tally->split += block->nsplit;
	return counted;
}

static uint64_t count_pages(struct tally *tally,
	const struct snapshot *snapshot, const struct block_view *block,
	uint64_t start, uint64_t end, const struct matched *only,
	bool *first_zone)
{
	uint64_t vpn;

	if (block->detail == NO_DETAIL) {
		tally->pending = true;
		return 0;
	}
	for (vpn = start; vpn < end; vpn++) {
		size_t i = block->detail + (size_t)(vpn - block->vpn);
		uint8_t class = snapshot->classes[i];
		uint64_t pfn;

		if (only && !matched_has(only, (unsigned)(vpn - block->vpn)))
			continue;
		tally->matched += only != NULL;
		count_class(tally, class);
		if (snapshot->has_heat &&
		    state_info(CLASS_STATE(class))->presence != PRESENCE_VOID)
			count_heat(tally, snapshot->heat[i]);
		if (block->zone < 0 && snapshot_pfn(snapshot, i, &pfn))
			count_zone(tally, machine_zone(snapshot->machine, pfn),
				first_zone);
	}
	return end - start;
}

/* How many pages of START..END lie in the ranges, which are sorted. */
static uint64_t overlap(const struct page_range *ranges, size_t n,
	uint64_t start, uint64_t end)
{
	size_t low = 0, high = n;
	uint64_t pages = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges[middle].end > start)
			high = middle;
		else
			low = middle + 1;
	}
	for (; low < n && ranges[low].start < end; low++) {
		uint64_t from = ranges[low].start, to = ranges[low].end;

		pages += (to < end ? to : end) - (from > start ? from : start);
	}
	return pages;
}

/* A block that lies in the cell as a whole, or (ONLY) what of it meets the
 * filter. */
static uint64_t count_whole(struct tally *tally,
	const struct snapshot *snapshot, const struct block_view *block,
	const struct matched *only)
{
	if (snapshot->has_heat)
		count_heats(tally, block->age, block->reclaim);
	if (!only)
		return count_block(tally, block);
	count_matched(tally, only);
	return block->npages;
}

/* MATCHING: those only that meet the filter. */
static void bin(const struct snapshot *snapshot, size_t region, uint64_t start,
	uint64_t end, bool matching, struct tally *tally)
{
	bool first_zone = true;
	uint64_t counted = 0;
	size_t i;

	memset(tally, 0, sizeof(*tally));
	tally->total = end - start;
	tally->age = AGE_NEVER;
	tally->zone = -1;
	tally->stretch = -1;
	for (i = snapshot_block_after(snapshot, start);
	     i < snapshot->nblocks && snapshot->blocks[i].vpn < end; i++) {
		const struct block_view *block = &snapshot->blocks[i];
		const struct matched *only = matching ?
			&snapshot->matched[i] : NULL;
		uint64_t last = block->vpn + block->npages;

		if (block->zone >= 0)
			count_zone(tally, block->zone, &first_zone);
		tally->stale |= block->stale;
		if (block->vpn >= start && last <= end)
			counted += count_whole(tally, snapshot, block, only);
		else
			counted += count_pages(tally, snapshot, block,
				block->vpn > start ? block->vpn : start,
				last < end ? last : end, only, &first_zone);
	}
	if (snapshot->pagemap != ANSWER_OK || (counted < tally->total &&
			snapshot->regions[region].by_smaps))
		tally->unknown = true;
	else if (counted < tally->total && end > snapshot->read_to)
		tally->pending = true;
	if (counted < tally->total && !snapshot->regions[region].by_smaps &&
	    (!matching || snapshot->void_matches[region] == MATCH_YES)) {
		tally->state[snapshot_absent(snapshot, region)] +=
			tally->total - counted;
		tally->matched += tally->total - counted;
	}
	tally->cached = overlap(snapshot->cached, snapshot->ncached, start,
		end);
	tally->cached_known = overlap(snapshot->cached_known,
		snapshot->ncached_known, start, end) == tally->total;
}

void bin_pages(const struct snapshot *snapshot, size_t region, uint64_t start,
	uint64_t end, struct tally *tally)
{
	bin(snapshot, region, start, end, false, tally);
}

void bin_matching_pages(const struct snapshot *snapshot, size_t region,
	uint64_t start, uint64_t end, struct tally *tally)
{
	bin(snapshot, region, start, end, snapshot->filter.n != 0, tally);
}

/* ---- frames */

static size_t frame_block_after(const struct snapshot *snapshot, uint64_t pfn)
{
	size_t low = 0, high = snapshot->nframe_blocks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->frame_blocks[middle].pfn >= pfn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static size_t frame_after(const struct snapshot *snapshot, uint64_t pfn)
{
	size_t low = 0, high = snapshot->nframes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->frames[middle].pfn >= pfn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void count_frame_block(struct tally *tally,
	const struct frame_block *block)
{
	unsigned i;

	for (i = 0; i < NSTATES; i++)
		if (block->state[i])
			count(tally, i, block->state[i]);
	tally->shared += block->nshared;
	tally->private += block->nmine - block->nshared;
	tally->changed += block->nchanged;
	tally->split += block->nsplit;
	tally->matched += block->nmatched;
}

static void describe_stretches(struct tally *tally,
	const struct machine *machine, uint64_t start, uint64_t end)
{
	size_t low = 0, high = machine->nstretches;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (machine->stretches[middle].end > start)
			high = middle;
		else
			low = middle + 1;
	}
	if (low < machine->nstretches && machine->stretches[low].start < end)
		tally->stretch = (int)low;
	for (; low < machine->nstretches &&
	       machine->stretches[low].start < end; low++)
		tally->ram |= machine->stretches[low].kind == STRETCH_RAM;
}

/* Blocks are cut where zones begin, just as cells are: a cell holds whole
 * ones unless it is smaller than a block. */
static bool is_whole_blocks(const struct machine *machine, uint64_t start,
	uint64_t end)
{
	uint64_t next = (start / BLOCK_PAGES + 1) * BLOCK_PAGES;

	return machine_cell(machine, start, BLOCK_SHIFT) == start &&
		(end >= next ||
		 machine_cell(machine, end, BLOCK_SHIFT) == end);
}

void bin_frames(const struct snapshot *snapshot, uint64_t start, uint64_t end,
	struct tally *tally)
{
	size_t i;

	memset(tally, 0, sizeof(*tally));
	tally->total = end - start;
	tally->age = AGE_NEVER;
	tally->zone = machine_zone(snapshot->machine, start);
	tally->stretch = -1;
	describe_stretches(tally, snapshot->machine, start, end);
	if (is_whole_blocks(snapshot->machine, start, end)) {
		for (i = frame_block_after(snapshot, start);
		     i < snapshot->nframe_blocks &&
		     snapshot->frame_blocks[i].pfn < end; i++) {
			const struct frame_block *block =
				&snapshot->frame_blocks[i];

			count_frame_block(tally, block);
			if (snapshot->has_heat)
				count_heats(tally, block->age, block->reclaim);
		}
		return;
	}
	if (start < snapshot->frames_asked.start ||
	    end > snapshot->frames_asked.end)
		tally->pending = true;
	for (i = frame_after(snapshot, start);
	     i < snapshot->nframes && snapshot->frames[i].pfn < end; i++) {
		count_class(tally, snapshot->frames[i].class);
		tally->matched += snapshot->frames[i].matched;
		if (snapshot->has_heat)
			count_heat(tally, snapshot->frames[i].heat);
	}
}
