/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/link.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/baseline.h"

/* Of one device's mapping, so many cells are told apart. */
#define DEVICE_CELLS 65536

static bool has_frame(const struct pages *pages, unsigned page)
{
	return (pages->words[page] & PM_PRESENT) &&
		state_info(CLASS_STATE(pages->classes[page]))->presence ==
			PRESENCE_MAPPED;
}

static uint64_t frame_of(const struct pages *pages, unsigned page)
{
	return pages->words[page] & PM_PFN_MASK;
}

/* ---- link */

/* N pages or frames from FIRST on lie in the cell at INDEX. */
static void link_add(struct snapshot *snapshot, uint64_t index,
	uint64_t first, uint32_t n)
{
	struct link_cell *last = snapshot->nlink ?
		&snapshot->link[snapshot->nlink - 1] : NULL;

	snapshot->link_pages += n;
	if (last && last->index == index) {
		last->n += n;
		if (first < last->first)
			last->first = first;
		return;
	}
	snapshot->link = mem_grow(snapshot->link, &snapshot->link_cap,
		snapshot->nlink + 1, sizeof(*snapshot->link));
	snapshot->link[snapshot->nlink++] =
		(struct link_cell){ index, first, n };
}

static int compare_cells(const void *a, const void *b)
{
	uint64_t x = ((const struct link_cell *)a)->index;
	uint64_t y = ((const struct link_cell *)b)->index;

	return x < y ? -1 : x > y;
}

static void link_merge(struct snapshot *snapshot)
{
	size_t i, kept = 0;

	if (!snapshot->nlink)
		return;
	qsort(snapshot->link, snapshot->nlink, sizeof(*snapshot->link),
		compare_cells);
	for (i = 0; i < snapshot->nlink; i++) {
		struct link_cell *last = kept ? &snapshot->link[kept - 1] : NULL;
		const struct link_cell *cell = &snapshot->link[i];

		if (!last || last->index != cell->index) {
			snapshot->link[kept++] = *cell;
			continue;
		}
		last->n += cell->n;
		if (cell->first < last->first)
			last->first = cell->first;
	}
	snapshot->nlink = kept;
}

static void link_to_frames(struct snapshot *snapshot,
	const struct space *space, const struct focus *focus)
{
	size_t i = space_block_after(space, focus->range.start);
	struct pages pages;

	for (; i < space->nblocks; i++) {
		const struct block *block = space->blocks[i];
		unsigned k;

		if (block->vpn >= focus->range.end)
			break;
		block_unpack(block, &pages);
		for (k = 0; k < block->npages; k++) {
			uint64_t vpn = block->vpn + k;

			if (vpn < focus->range.start ||
			    vpn >= focus->range.end || !has_frame(&pages, k))
				continue;
			link_add(snapshot, machine_cell(snapshot->machine,
				frame_of(&pages, k), focus->other_shift),
				frame_of(&pages, k), 1);
		}
	}
}

static void link_to_pages(struct snapshot *snapshot,
	const struct space *space, const struct focus *focus)
{
	unsigned shift = snapshot->machine->page_shift;
	struct pages pages;
	size_t i;

	for (i = 0; i < space->nblocks; i++) {
		const struct block *block = space->blocks[i];
		uint64_t first = space->regions[block->region].start >> shift;
		bool zeros = block->usage.state[STATE_ZERO] ||
			block->usage.state[STATE_HUGE_ZERO];
		unsigned k;

		if (!zeros && (!block->nframes ||
				block->max_pfn < focus->range.start ||
				block->min_pfn >= focus->range.end))
			continue;
		block_unpack(block, &pages);
		for (k = 0; k < block->npages; k++) {
			uint64_t pfn = frame_of(&pages, k), cell;

			if (pfn < focus->range.start ||
			    pfn >= focus->range.end || !has_frame(&pages, k))
				continue;
			cell = (block->vpn + k) >> focus->other_shift
				<< focus->other_shift;
			link_add(snapshot, cell < first ? first : cell,
				block->vpn + k, 1);
		}
	}
}

/* ---- devices: their frames are told by their place alone */

/* How many of N pages or frames from AT on go with it into one cell, where
 * there are so many cells that they need not all be told. */
static uint32_t cell_share(uint64_t at, uint64_t n, unsigned shift)
{
	uint64_t room;

	while (shift < 31 && n >> shift > DEVICE_CELLS)
		shift++;
	room = (((at >> shift) + 1) << shift) - at;
	if (room > n)
		room = n;
	return room < UINT32_MAX ? (uint32_t)room : UINT32_MAX;
}

static void device_to_frames(struct snapshot *snapshot,
	const struct region *region, const struct focus *focus)
{
	const struct machine *machine = snapshot->machine;
	unsigned shift = machine->page_shift;
	uint64_t vpn = region->start >> shift, end = region->end >> shift, pfn;
	uint32_t n;

	vpn = vpn < focus->range.start ? focus->range.start : vpn;
	end = end > focus->range.end ? focus->range.end : end;
	for (; vpn < end; vpn += n) {
		if (!device_pfn(region, shift, vpn << shift, &pfn))
			return;
		n = cell_share(pfn, end - vpn, focus->other_shift);
		link_add(snapshot, machine_cell(machine, pfn,
			focus->other_shift), pfn, n);
	}
}

static void device_to_pages(struct snapshot *snapshot,
	const struct region *region, const struct focus *focus)
{
	unsigned shift = snapshot->machine->page_shift, other =
		focus->other_shift;
	uint64_t first = region->start >> shift, pfn, end, vpn, cell;
	uint32_t n;

	if (!device_pfn(region, shift, region->start, &pfn))
		return;
	end = pfn + ((region->end - region->start) >> shift);
	end = end > focus->range.end ? focus->range.end : end;
	vpn = first;
	if (pfn < focus->range.start) {
		vpn += focus->range.start - pfn;
		pfn = focus->range.start;
	}
	for (; pfn < end; pfn += n, vpn += n) {
		n = cell_share(vpn, end - pfn, other);
		cell = vpn >> other << other;
		link_add(snapshot, cell < first ? first : cell, vpn, n);
	}
}

static void link_devices(struct snapshot *snapshot, const struct space *space,
	const struct focus *focus)
{
	size_t i;

	for (i = 0; i < space->nregions; i++) {
		if (space->regions[i].place != PLACE_KNOWN)
			continue;
		if (focus->side == FOCUS_VIRTUAL)
			device_to_frames(snapshot, &space->regions[i], focus);
		else if (focus->side == FOCUS_PHYSICAL)
			device_to_pages(snapshot, &space->regions[i], focus);
	}
}

void link_fill(struct snapshot *snapshot, const struct space *space,
	const struct focus *focus)
{
	snapshot->nlink = 0;
	snapshot->link_pages = 0;
	snapshot->focus = *focus;
	if (!snapshot->machine->facts.pfn_visible)
		return;
	if (focus->side == FOCUS_VIRTUAL)
		link_to_frames(snapshot, space, focus);
	else if (focus->side == FOCUS_PHYSICAL)
		link_to_pages(snapshot, space, focus);
	link_devices(snapshot, space, focus);
	link_merge(snapshot);
}

/* ---- frames */

static int compare_frame_blocks(const void *a, const void *b)
{
	uint64_t x = ((const struct frame_block *)a)->pfn;
	uint64_t y = ((const struct frame_block *)b)->pfn;

	return x < y ? -1 : x > y;
}

/* A table from 512 frames to their entry in frame_blocks. */
struct frame_table {
	uint32_t *slots;	/* index + 1 */
	size_t size;		/* a power of two */
	struct snapshot *snapshot;
};

static size_t slot_of(const struct frame_table *table, uint64_t pfn)
{
	uint64_t hash = (pfn / BLOCK_PAGES) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 32) & (table->size - 1);

	while (table->slots[i] &&
	       table->snapshot->frame_blocks[table->slots[i] - 1].pfn != pfn)
		i = (i + 1) & (table->size - 1);
	return i;
}

static void table_grow(struct frame_table *table)
{
	const struct snapshot *snapshot = table->snapshot;
	size_t i;

	free(table->slots);
	table->size *= 2;
	table->slots = mem_new(table->size, sizeof(*table->slots));
	for (i = 0; i < snapshot->nframe_blocks; i++)
		table->slots[slot_of(table, snapshot->frame_blocks[i].pfn)] =
			(uint32_t)i + 1;
}

static struct frame_block *table_at(struct frame_table *table, uint64_t pfn)
{
	struct snapshot *snapshot = table->snapshot;
	size_t slot;

	pfn = machine_cell(snapshot->machine, pfn, BLOCK_SHIFT);
	slot = slot_of(table, pfn);
	if (!table->slots[slot]) {
		if (snapshot->nframe_blocks * 2 >= table->size) {
			table_grow(table);
			slot = slot_of(table, pfn);
		}
		snapshot->frame_blocks = mem_grow(snapshot->frame_blocks,
			&snapshot->frame_blocks_cap,
			snapshot->nframe_blocks + 1,
			sizeof(*snapshot->frame_blocks));
		snapshot->frame_blocks[snapshot->nframe_blocks] =
			(struct frame_block){ .pfn = pfn, .age = AGE_NEVER };
		table->slots[slot] = (uint32_t)++snapshot->nframe_blocks;
	}
	return &snapshot->frame_blocks[table->slots[slot] - 1];
}

/* Where the frames end that go with PFN into one frame_block. */
static uint64_t block_end(const struct machine *machine, uint64_t pfn)
{
	uint64_t end = (pfn / BLOCK_PAGES + 1) * BLOCK_PAGES;

	return machine->zones_unaligned &&
			machine_cell(machine, end - 1, BLOCK_SHIFT) != pfn ?
		pfn + 1 : end;
}

static void frame_block_heat(struct frame_block *into, uint8_t heat)
{
	uint16_t *reclaim = &into->reclaim[HEAT_VIEW_RECLAIM(heat)];

	if (HEAT_VIEW_AGE(heat) < into->age)
		into->age = HEAT_VIEW_AGE(heat);
	if (*reclaim < UINT16_MAX)
		++*reclaim;
}

static void frame_block_add(struct frame_block *into, uint64_t pfn,
	uint8_t class)
{
	uint16_t *state = &into->state[CLASS_STATE(class)];
	unsigned bit = (unsigned)(pfn % BLOCK_PAGES);

	into->nmine++;
	into->mine[bit / 64] |= UINT64_C(1) << bit % 64;
	if (*state < UINT16_MAX)
		++*state;
	if (CLASS_SHARING(class) == SHARING_SHARED && into->nshared < UINT16_MAX)
		into->nshared++;
	if (class & CLASS_CHANGED && into->nchanged < UINT16_MAX)
		into->nchanged++;
	if (CLASS_IS_SPLIT(class) && into->nsplit < UINT16_MAX)
		into->nsplit++;
}

/* Page K of block I meets the filter. */
static bool is_matched(const struct snapshot *snapshot, size_t i, unsigned k)
{
	return snapshot->filter.n && matched_has(&snapshot->matched[i], k);
}

/* The classes of BLOCK's PAGES, with what is new marked: since the refresh
 * before, or since the baseline where there is one.  OUT: room for them. */
static const uint8_t *classes_of(const struct space *space,
	const struct block *block, const struct pages *pages,
	uint8_t out[BLOCK_PAGES])
{
	if (!space->baseline)
		return pages->classes;
	memcpy(out, pages->classes, block->npages);
	baseline_mark(space->baseline, block, pages, out);
	return out;
}

static void make_frame_blocks(struct snapshot *snapshot,
	const struct space *space)
{
	struct frame_table table = { .size = 1024, .snapshot = snapshot };
	struct frame_block *at = NULL;
	struct pages pages;
	size_t i;
	unsigned k;

	table.slots = mem_new(table.size, sizeof(*table.slots));
	for (i = 0; i < space->nblocks; i++) {
		const struct block *block = space->blocks[i];
		uint8_t marked[BLOCK_PAGES];
		const uint8_t *classes;

		block_unpack(block, &pages);
		classes = classes_of(space, block, &pages, marked);
		for (k = 0; k < block->npages; k++) {
			uint64_t pfn = frame_of(&pages, k);

			if (!has_frame(&pages, k))
				continue;
			if (!at || pfn < at->pfn ||
			    pfn >= block_end(snapshot->machine, at->pfn))
				at = table_at(&table, pfn);
			frame_block_add(at, pfn, classes[k]);
			if (at->nmatched < UINT16_MAX)
				at->nmatched += is_matched(snapshot, i, k);
			if (snapshot->has_heat)
				frame_block_heat(at, block_heat(block, &pages,
					k, space_seconds(space)));
		}
	}
	free(table.slots);
	if (snapshot->nframe_blocks)
		qsort(snapshot->frame_blocks, snapshot->nframe_blocks,
			sizeof(*snapshot->frame_blocks),
			compare_frame_blocks);
}

void link_frame_blocks(struct snapshot *snapshot, const struct space *space)
{
	struct linked *linked = &snapshot->linked;
	struct linked now = { space->version + 1,
		machine_cells(snapshot->machine), 0 };

	snapshot->nframe_blocks = 0;
	if (!snapshot->machine->facts.pfn_visible)
		return;
	/* Ages pass; what a filter meets or a baseline had is another matter. */
	if (snapshot->has_heat || snapshot->filter.n || space->baseline) {
		linked->version = 0;
		make_frame_blocks(snapshot, space);
		return;
	}
	if (linked->version != now.version || linked->cells != now.cells) {
		make_frame_blocks(snapshot, space);
		*linked = now;
		linked->n = snapshot->nframe_blocks;
	}
	snapshot->nframe_blocks = linked->n;
}

static int compare_frames(const void *a, const void *b)
{
	uint64_t x = ((const struct frame_view *)a)->pfn;
	uint64_t y = ((const struct frame_view *)b)->pfn;

	return x < y ? -1 : x > y;
}

/* The wish's ranges are sorted: the first that ends above PFN decides. */
static bool in_ranges(const struct page_range *ranges, unsigned n,
	uint64_t pfn)
{
	unsigned low = 0, high = n;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (ranges[middle].end > pfn)
			high = middle;
		else
			low = middle + 1;
	}
	return low < n && ranges[low].start <= pfn;
}

void link_frames(struct snapshot *snapshot, const struct space *space,
	const struct wish *wish)
{
	struct pages pages;
	size_t i;
	unsigned k;

	snapshot->nframes = 0;
	snapshot->frames_asked = (struct page_range){ 0, 0 };
	if (wish->nframes)
		snapshot->frames_asked = (struct page_range){
			wish->frames[0].start,
			wish->frames[wish->nframes - 1].end };
	if (!wish->nframes || !snapshot->machine->facts.pfn_visible)
		return;
	for (i = 0; i < space->nblocks; i++) {
		const struct block *block = space->blocks[i];
		bool zeros = block->usage.state[STATE_ZERO] ||
			block->usage.state[STATE_HUGE_ZERO];
		uint8_t marked[BLOCK_PAGES];
		const uint8_t *classes;

		if (!zeros && (!block->nframes ||
			block->max_pfn < wish->frames[0].start ||
			block->min_pfn >= wish->frames[wish->nframes - 1].end))
			continue;
		block_unpack(block, &pages);
		classes = classes_of(space, block, &pages, marked);
		for (k = 0; k < block->npages; k++) {
			uint64_t pfn = frame_of(&pages, k);

			if (!has_frame(&pages, k) ||
			    !in_ranges(wish->frames, wish->nframes, pfn))
				continue;
			snapshot->frames = mem_grow(snapshot->frames,
				&snapshot->frames_cap, snapshot->nframes + 1,
				sizeof(*snapshot->frames));
			snapshot->frames[snapshot->nframes++] =
				(struct frame_view){ pfn, classes[k],
					snapshot->has_heat ? block_heat(block,
						&pages, k,
						space_seconds(space)) : 0,
					is_matched(snapshot, i, k) };
		}
	}
	if (snapshot->nframes)
		qsort(snapshot->frames, snapshot->nframes,
			sizeof(*snapshot->frames), compare_frames);
}
