/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/layout.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* A gap gets a row when it is this wide, and this part of all that lies
 * between the first region and the last: a process with many scattered
 * regions is no longer to read if every gap takes one. */
#define GAP_BYTES (UINT64_C(1) << 30)
#define GAP_PART 16

void layout_fini(struct layout *layout)
{
	free(layout->sections);
	free(layout->chosen);
	memset(layout, 0, sizeof(*layout));
}

static struct section *section_add(struct layout *layout)
{
	struct section *section;

	layout->sections = mem_grow(layout->sections, &layout->cap,
		layout->nsections + 1, sizeof(*layout->sections));
	section = &layout->sections[layout->nsections++];
	*section = (struct section){ .region = -1, .zone = -1, .stretch = -1 };
	return section;
}

static uint64_t rows_for(uint64_t cells, unsigned per_row)
{
	return (cells + per_row - 1) / per_row;
}

uint64_t layout_region_rows(const struct scale *scale, unsigned head_cells,
	unsigned row_cells)
{
	uint64_t cells = scale_cells(scale);

	return cells <= head_cells ? 1 : 1 + rows_for(cells, row_cells);
}

static struct scale region_scale(const struct snapshot *snapshot, size_t i,
	unsigned shift)
{
	unsigned page_shift = snapshot->machine->page_shift;

	return (struct scale){ snapshot->regions[i].start >> page_shift,
		snapshot->regions[i].end >> page_shift, shift };
}

/* The smallest gap, in bytes, that a row tells of. */
static uint64_t least_gap(const struct snapshot *snapshot)
{
	size_t n = snapshot->nregions;
	uint64_t part;

	/* Up to the gate lies what is nobody's, not even the kernel's. */
	while (n && snapshot->regions[n - 1].type == REGION_VSYSCALL)
		n--;
	if (!n)
		return GAP_BYTES;
	part = (snapshot->regions[n - 1].end - snapshot->regions[0].start) /
		GAP_PART;
	return part > GAP_BYTES ? part : GAP_BYTES;
}

/* Pages of the gap before region I if it is at least LEAST bytes, else 0. */
static uint64_t gap_before(const struct snapshot *snapshot, size_t i,
	uint64_t least)
{
	uint64_t gap;

	if (!i || snapshot->regions[i].type == REGION_VSYSCALL)
		return 0;
	gap = snapshot->regions[i].start - snapshot->regions[i - 1].end;
	return gap < least ? 0 : gap >> snapshot->machine->page_shift;
}

void layout_begin(struct layout *layout, unsigned head_cells,
	unsigned row_cells)
{
	layout->nsections = 0;
	layout->nrows = 0;
	layout->only = false;
	layout->head_cells = head_cells;
	layout->row_cells = row_cells;
}

void layout_add_region(struct layout *layout, const struct scale *scale,
	long region, uint64_t gap)
{
	struct section *section = section_add(layout);

	section->scale = *scale;
	section->region = region;
	section->gap = gap;
	section->first_row = layout->nrows + (gap != 0);
	section->one_row = scale_cells(scale) <= layout->head_cells;
	layout->nrows = section->first_row + layout_region_rows(scale,
		layout->head_cells, layout->row_cells);
}

void layout_virtual(struct layout *layout, const struct snapshot *snapshot,
	unsigned shift, unsigned head_cells, unsigned row_cells)
{
	uint64_t least = least_gap(snapshot);
	size_t i;

	layout_begin(layout, head_cells, row_cells);
	for (i = 0; i < snapshot->nregions; i++) {
		struct scale scale = region_scale(snapshot, i, shift);

		if (scale.start < scale.end)
			layout_add_region(layout, &scale, (long)i,
				gap_before(snapshot, i, least));
	}
}

static uint64_t virtual_rows(const void *arg, unsigned shift,
	unsigned head_cells, unsigned row_cells)
{
	const struct snapshot *snapshot = arg;
	uint64_t rows = 0, least = least_gap(snapshot);
	size_t i;

	for (i = 0; i < snapshot->nregions; i++) {
		struct scale scale = region_scale(snapshot, i, shift);

		if (scale.start < scale.end)
			rows += layout_region_rows(&scale, head_cells,
				row_cells) +
				(gap_before(snapshot, i, least) != 0);
	}
	return rows;
}

unsigned layout_fit(const struct layout_rows *all, unsigned rows,
	unsigned head_cells, unsigned row_cells)
{
	uint64_t totals[SCALE_SHIFT_MAX], fewest = UINT64_MAX, most;
	unsigned shift;

	for (shift = 0; shift < SCALE_SHIFT_MAX; shift++) {
		totals[shift] = all->count(all->arg, shift, head_cells,
			row_cells);
		if (totals[shift] < fewest)
			fewest = totals[shift];
		if (totals[shift] <= rows || totals[shift] == all->least)
			break;
	}
	/* Where all of it cannot be on screen, detail is worth scrolling half
	 * a screen more. */
	most = fewest <= rows ? rows : fewest + rows / 2;
	for (shift = 0; shift < SCALE_SHIFT_MAX - 1; shift++)
		if (totals[shift] <= most)
			break;
	return shift;
}

unsigned layout_fit_virtual(const struct snapshot *snapshot, unsigned rows,
	unsigned head_cells, unsigned row_cells)
{
	const struct layout_rows all = { virtual_rows, snapshot,
		snapshot->nregions };

	return layout_fit(&all, rows, head_cells, row_cells);
}

/* ---- physical */

/* Sections in the order of their addresses: zones whole, and between them
 * what no zone has. */
static void physical_sections(struct layout *layout,
	const struct snapshot *snapshot, unsigned shift)
{
	const struct machine *machine = snapshot->machine;
	size_t i;

	layout->nsections = 0;
	for (i = 0; i < machine->nstretches; i++) {
		const struct stretch *stretch = &machine->stretches[i];
		struct section *last = layout->nsections ?
			&layout->sections[layout->nsections - 1] : NULL;
		struct section *section;

		if (last && stretch->zone >= 0 && last->zone == stretch->zone) {
			last->scale.end = stretch->end;
			continue;
		}
		section = section_add(layout);
		section->scale = (struct scale){ stretch->start, stretch->end,
			shift };
		section->zone = stretch->zone;
		if (stretch->zone < 0 && stretch->kind != STRETCH_RAM) {
			section->stretch = (long)i;
			section->one_row = true;
		}
	}
}

static uint64_t number_rows(struct layout *layout)
{
	uint64_t row = 0;
	size_t i;

	for (i = 0; i < layout->nsections; i++) {
		struct section *section = &layout->sections[i];

		section->first_row = row;
		row += section->one_row ? 1 :
			rows_for(scale_cells(&section->scale),
				layout->row_cells);
	}
	return row;
}

static void choose_row(struct layout *layout, uint64_t row)
{
	if (layout->nchosen && layout->chosen[layout->nchosen - 1] >= row)
		return;
	layout->chosen = mem_grow(layout->chosen, &layout->chosen_cap,
		layout->nchosen + 1, sizeof(*layout->chosen));
	layout->chosen[layout->nchosen++] = row;
}

/* The first frame of BLOCK from bit BIT on that is the process's, or 512. */
static unsigned next_mine(const struct frame_block *block, unsigned bit)
{
	while (bit < BLOCK_PAGES) {
		uint64_t left = block->mine[bit / 64] >> bit % 64;

		if (left)
			return bit + (unsigned)__builtin_ctzll(left);
		bit = (bit / 64 + 1) * 64;
	}
	return BLOCK_PAGES;
}

/* Where the frames of row N end. */
static uint64_t row_end(const struct layout *layout, uint64_t n)
{
	struct row row = layout_row(layout, n);
	uint64_t start, end;

	if (!row.ncells)
		return layout->sections[row.section].scale.end;
	layout_range(layout, &row, row.ncells - 1, &start, &end);
	return end;
}

static void choose_mine(struct layout *layout, const struct snapshot *snapshot)
{
	size_t i;

	layout->nchosen = 0;
	for (i = 0; i < snapshot->nframe_blocks; i++) {
		const struct frame_block *block = &snapshot->frame_blocks[i];
		uint64_t base = block->pfn / BLOCK_PAGES * BLOCK_PAGES;
		uint64_t row, end;
		unsigned cell, bit = next_mine(block, 0);

		while (bit < BLOCK_PAGES &&
		       layout_find(layout, base + bit, &row, &cell)) {
			choose_row(layout, row);
			end = row_end(layout, row);
			if (end <= base + bit || end - base >= BLOCK_PAGES)
				break;
			bit = next_mine(block, (unsigned)(end - base));
		}
	}
	layout->only = true;
}

void layout_physical(struct layout *layout, const struct snapshot *snapshot,
	unsigned shift, unsigned row_cells, bool only_mine)
{
	layout->head_cells = layout->row_cells = row_cells;
	layout->only = false;
	physical_sections(layout, snapshot, shift);
	layout->nrows = number_rows(layout);
	if (!only_mine)
		return;
	choose_mine(layout, snapshot);
	layout->nrows = layout->nchosen;
}

unsigned layout_fit_physical(const struct snapshot *snapshot, unsigned rows,
	unsigned row_cells)
{
	struct layout layout = { .row_cells = row_cells };
	unsigned shift;
	uint64_t fewest = UINT64_MAX;
	unsigned best = 0;

	for (shift = 0; shift < SCALE_SHIFT_MAX; shift++) {
		uint64_t total;

		physical_sections(&layout, snapshot, shift);
		total = number_rows(&layout);
		if (total < fewest) {
			fewest = total;
			best = shift;
		}
		if (total <= rows)
			break;
	}
	layout_fini(&layout);
	return best;
}

/* ---- questions */

/* The last section that begins at or above row N. */
static size_t section_of_row(const struct layout *layout, uint64_t n)
{
	size_t low = 0, high = layout->nsections;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;
		const struct section *section = &layout->sections[middle];

		if (section->first_row - (section->gap != 0) <= n)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct row layout_row(const struct layout *layout, uint64_t n)
{
	const struct section *section;
	struct row row = { ROW_NONE, 0, 0, 0 };
	uint64_t cells, within;
	unsigned per_row = layout->row_cells;

	if (n >= layout->nrows || !layout->nsections)
		return row;
	if (layout->only)
		n = layout->chosen[n];
	row.section = section_of_row(layout, n);
	section = &layout->sections[row.section];
	if (n < section->first_row) {
		row.kind = ROW_GAP;
		return row;
	}
	within = n - section->first_row;
	row.kind = within ? ROW_CELLS : ROW_HEAD;
	if (section->stretch >= 0)
		return row;
	cells = scale_cells(&section->scale);
	if (section->region >= 0 && !section->one_row) {
		if (!within)
			return row;
		within--;
	}
	if (section->one_row)
		per_row = layout->head_cells;
	row.first = within * per_row;
	row.ncells = cells - row.first < per_row ?
		(unsigned)(cells - row.first) : per_row;
	return row;
}

void layout_range(const struct layout *layout, const struct row *row,
	unsigned i, uint64_t *start, uint64_t *end)
{
	scale_range(&layout->sections[row->section].scale, row->first + i,
		start, end);
}

static size_t section_at(const struct layout *layout, uint64_t x)
{
	size_t low = 0, high = layout->nsections;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (layout->sections[middle].scale.end > x)
			high = middle;
		else
			low = middle + 1;
	}
	return low < layout->nsections ? low : layout->nsections - 1;
}

/* The place of row N among those chosen, or of the first after it. */
static uint64_t chosen_at(const struct layout *layout, uint64_t n)
{
	size_t low = 0, high = layout->nchosen;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (layout->chosen[middle] >= n)
			high = middle;
		else
			low = middle + 1;
	}
	return low < layout->nchosen ? low : layout->nchosen - 1;
}

bool layout_find(const struct layout *layout, uint64_t x, uint64_t *row,
	unsigned *cell)
{
	const struct section *section;
	uint64_t i;

	if (!layout->nsections || !layout->nrows)
		return false;
	section = &layout->sections[section_at(layout, x)];
	if (x < section->scale.start)
		x = section->scale.start;
	if (x >= section->scale.end)
		x = section->scale.end - 1;
	i = scale_cell(&section->scale, x);
	*row = section->first_row;
	*cell = (unsigned)i;
	if (section->stretch >= 0) {
		*cell = 0;
	} else if (!section->one_row) {
		*row += i / layout->row_cells + (section->region >= 0);
		*cell = (unsigned)(i % layout->row_cells);
	}
	if (layout->only) {
		uint64_t at = chosen_at(layout, *row);

		if (layout->chosen[at] != *row)
			*cell = 0;
		*row = at;
	}
	return true;
}
