/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"

/* An entry's bits 55 to 59 give way to the state. */
#define STATE_SHIFT 55
#define ENTRY_BITS (PM_PRESENT | PM_SWAP | PM_PFN_MASK)

void baseline_fini(struct baseline *baseline)
{
	free(baseline->rows);
	free(baseline->words);
	free(baseline->regions);
	memset(baseline, 0, sizeof(*baseline));
}

/* 0: nothing is there. */
static uint64_t pack(uint64_t word, uint8_t class)
{
	if (!(word & (PM_PRESENT | PM_SWAP)))
		return 0;
	return (word & ENTRY_BITS) | (uint64_t)CLASS_STATE(class) << STATE_SHIFT;
}

static void add_block(struct baseline *baseline, const struct block *block)
{
	struct baseline_row *row;
	struct pages pages;
	size_t i;

	baseline->rows = mem_grow(baseline->rows, &baseline->rows_cap,
		baseline->nrows + 1, sizeof(*baseline->rows));
	row = &baseline->rows[baseline->nrows++];
	*row = (struct baseline_row){ block->vpn, block->npages,
		baseline->nwords };
	baseline->words = mem_grow(baseline->words, &baseline->words_cap,
		baseline->nwords + block->npages, sizeof(*baseline->words));
	block_unpack(block, &pages);
	for (i = 0; i < block->npages; i++) {
		uint64_t word = pack(pages.words[i], pages.classes[i]);

		baseline->words[baseline->nwords++] = word;
		baseline->npages += word != 0;
	}
}

void baseline_take(struct baseline *baseline, uint32_t number,
	struct space *space, uint64_t time_ms)
{
	size_t i;

	baseline_fini(baseline);
	baseline->number = number;
	baseline->id = space->process.id;
	baseline->time_ms = time_ms;
	space_sum(space, &baseline->usage);
	baseline->splits = space->splits;
	baseline->faults = space->process.minor_faults +
		space->process.major_faults;
	for (i = 0; i < space->nblocks; i++) {
		add_block(baseline, space->blocks[i]);
		space->blocks[i]->ndiffers = BLOCK_NOT_COUNTED;
	}
}

void baseline_jumped(struct baseline *baseline)
{
	size_t i;

	baseline->has_jumped = true;
	for (i = 0; i < baseline->nregions; i++)
		baseline->regions[i].splits_known = false;
}

bool baseline_is_of(const struct baseline *baseline, const struct space *space)
{
	return baseline->number &&
		baseline->id.pid == space->process.id.pid &&
		baseline->id.starttime == space->process.id.starttime;
}

/* The first row that ends above VPN. */
static size_t row_after(const struct baseline *baseline, uint64_t vpn)
{
	size_t low = 0, high = baseline->nrows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct baseline_row *row = &baseline->rows[middle];

		if (row->vpn + row->npages > vpn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* What page VPN was; *ROW goes on from page to page. */
static uint64_t word_at(const struct baseline *baseline, size_t *row,
	uint64_t vpn)
{
	const struct baseline_row *it;

	while (*row < baseline->nrows && baseline->rows[*row].vpn +
			baseline->rows[*row].npages <= vpn)
		++*row;
	if (*row == baseline->nrows || baseline->rows[*row].vpn > vpn)
		return 0;
	it = &baseline->rows[*row];
	return baseline->words[it->first + (vpn - it->vpn)];
}

unsigned baseline_count(const struct baseline *baseline, struct block *block)
{
	struct pages pages;
	size_t row, i;

	if (block->ndiffers != BLOCK_NOT_COUNTED)
		return block->ndiffers;
	row = row_after(baseline, block->vpn);
	block->ndiffers = block->nbefore = 0;
	block_unpack(block, &pages);
	for (i = 0; i < block->npages; i++) {
		uint64_t was = word_at(baseline, &row, block->vpn + i);

		block->nbefore += was != 0;
		block->ndiffers += was != pack(pages.words[i],
			pages.classes[i]);
	}
	return block->ndiffers;
}

void baseline_mark(const struct baseline *baseline, const struct block *block,
	const struct pages *pages, uint8_t *classes)
{
	size_t row = row_after(baseline, block->vpn), i;

	for (i = 0; i < block->npages; i++) {
		uint64_t was = word_at(baseline, &row, block->vpn + i);

		classes[i] &= (uint8_t)~CLASS_CHANGED;
		if (was != pack(pages->words[i], pages->classes[i]))
			classes[i] |= CLASS_CHANGED;
	}
}

/* ---- regions */

static void take_regions(struct baseline *baseline,
	const struct region *regions, size_t n, uint32_t page_size)
{
	size_t i;

	baseline->regions = mem_new(n ? n : 1, sizeof(*baseline->regions));
	baseline->nregions = n;
	baseline->has_regions = true;
	for (i = 0; i < n; i++)
		baseline->regions[i] = (struct baseline_region){
			.start = regions[i].start, .end = regions[i].end,
			.rss_known = figures_know(&regions[i].usage, USAGE_RSS),
			.swap_known = figures_know(&regions[i].usage,
				USAGE_SWAP),
			.splits_known = regions[i].splits_known,
			.rss = regions[i].usage.rss,
			.swap = regions[i].usage.swap,
			.splits = regions[i].splits * page_size,
		};
}

static void take_off(struct region_since *since,
	const struct baseline_region *then)
{
	since->rss_known &= then->rss_known;
	since->swap_known &= then->swap_known;
	since->splits_known &= then->splits_known;
	since->rss -= (int64_t)then->rss;
	since->swap -= (int64_t)then->swap;
	since->splits -= (int64_t)then->splits;
}

void baseline_regions(struct baseline *baseline, struct region *regions,
	size_t n, uint32_t page_size)
{
	size_t i, k = 0;

	if (!baseline->has_regions)
		take_regions(baseline, regions, n, page_size);
	for (i = 0; i < n; i++) {
		struct region *region = &regions[i];
		struct region_since *since = &region->since;
		size_t at;

		*since = (struct region_since){ .on = true,
			.rss_known = figures_know(&region->usage, USAGE_RSS),
			.swap_known = figures_know(&region->usage, USAGE_SWAP),
			.splits_known = region->splits_known,
			.rss = (int64_t)region->usage.rss,
			.swap = (int64_t)region->usage.swap,
			.splits = (int64_t)(region->splits * page_size),
		};
		while (k < baseline->nregions &&
		       baseline->regions[k].end <= region->start)
			k++;
		for (at = k; at < baseline->nregions &&
		     baseline->regions[at].start < region->end; at++) {
			const struct baseline_region *then =
				&baseline->regions[at];

			take_off(since, then);
			/* Another region has a part of it, too. */
			if ((i && regions[i - 1].end > then->start) ||
			    (i + 1 < n && regions[i + 1].start < then->end))
				*since = (struct region_since){ .on = true };
		}
	}
}

void baseline_sum(const struct baseline *baseline, const struct space *space,
	const struct usage *total, struct baseline_view *out)
{
	const struct usage *then = &baseline->usage;
	uint64_t before = 0, faults = space->process.minor_faults +
		space->process.major_faults;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->on = true;
	out->time_ms = baseline->time_ms;
	for (i = 0; i < space->nblocks; i++) {
		out->differ += space->blocks[i]->ndiffers;
		before += space->blocks[i]->nbefore;
	}
	/* In blocks that are not there any more. */
	out->gone = baseline->npages > before ? baseline->npages - before : 0;
	out->differ += out->gone;
	out->pages_known =
		space->reader->answers[WORDS_PAGEMAP] == ANSWER_OK;
	out->rss_known = usage_knows(then, USAGE_RSS) &&
		usage_knows(total, USAGE_RSS);
	out->swap_known = usage_knows(then, USAGE_SWAP) &&
		usage_knows(total, USAGE_SWAP);
	out->rss = (int64_t)(total->rss - then->rss);
	out->swap = (int64_t)(total->swap - then->swap);
	out->kinds_known = !baseline->has_jumped;
	out->splits_known = space_sees_splits(space) && !baseline->has_jumped;
	out->splits = space->splits - baseline->splits;
	out->faults = (int64_t)(faults - baseline->faults);
}
