/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "space_impl.h"

size_t space_block_after(const struct space *space, uint64_t vpn)
{
	size_t low = 0, high = space->nblocks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct block *block = space->blocks[middle];

		if (block->vpn + block->npages > vpn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static struct block *block_find(const struct space *space, uint64_t vpn,
	size_t *at)
{
	size_t i = space_block_after(space, vpn);

	*at = i;
	if (i < space->nblocks && space->blocks[i]->vpn == vpn)
		return space->blocks[i];
	return NULL;
}

struct block *block_new(size_t npages)
{
	struct block *block = mem_new(1, sizeof(*block));

	block->npages = (uint16_t)npages;
	block->ndiffers = BLOCK_NOT_COUNTED;
	return block;
}

struct block *block_pack(struct block *block, const struct pages *pages)
{
	uint8_t packed[PAGES_PACKED_MOST];
	size_t n = pages_pack(pages, block->npages, packed);

	if (n != block->npacked) {
		struct block *other = mem_new(1, sizeof(*other) + n);

		*other = *block;
		free(block);
		block = other;
		block->npacked = (uint16_t)n;
	}
	memcpy(block->packed, packed, n);
	return block;
}

static struct block *block_insert(struct space *space, size_t at,
	size_t npages)
{
	struct block *block = block_new(npages);

	space->blocks = mem_grow(space->blocks, &space->cap,
		space->nblocks + 1, sizeof(*space->blocks));
	memmove(&space->blocks[at + 1], &space->blocks[at],
		(space->nblocks - at) * sizeof(*space->blocks));
	space->blocks[at] = block;
	space->nblocks++;
	space->version++;
	return block;
}

static bool is_void(uint64_t word)
{
	return !(word & (PM_PRESENT | PM_SWAP));
}

/*
 * Was the page copied here?  Where the frame stays, it is whoever shared it
 * that made a copy, or ended.  A copy made while its entry was read, but not
 * yet its count, leaves the old frame with a count of one: was shared, and
 * has another frame now.
 */
static bool is_split(enum page_state from, enum page_state to, bool moved)
{
	if (!moved)
		return false;
	switch (from) {
	case STATE_COW_SHARED:
		return to == STATE_ANON || to == STATE_ANON_WAS_SHARED ||
			to == STATE_COW_COPIED;
	case STATE_ANON_WAS_SHARED:
		return to == STATE_ANON;
	case STATE_COW_PENDING:
		return to == STATE_COW_COPIED;
	case STATE_KSM:
		return to == STATE_ANON || to == STATE_COW_COPIED;
	default:
		return false;
	}
}

/* The class of page I of the slice, of which WORD_WAS and CLASS_WAS were kept
 * unless it IS_NEW, and whether it changed since then. */
static uint8_t classify_page(struct space *space, struct block *block,
	size_t i, uint64_t word_was, uint8_t class_was, bool is_new,
	enum page_state absent)
{
	const struct slice *slice = &space->reader->slice;
	enum page_state was = is_new ? absent : CLASS_STATE(class_was);
	uint64_t word = slice->words[i];
	uint8_t class = CLASS(slice->state[i],
		reader_sharing(space->reader, i));
	bool moved = !is_new && (word & PM_PRESENT) &&
		(word_was & PM_PRESENT) &&
		(word & PM_PFN_MASK) != (word_was & PM_PFN_MASK);

	if ((moved || was != slice->state[i]) && space->whole) {
		class |= CLASS_CHANGED;
		if (is_split(was, slice->state[i], moved)) {
			class |= CLASS(0, CLASS_SPLIT);
			block->splits++;
			space->splits++;
		}
		if (space_follows(space))
			space_note_page(space, block, word_was, i, was, class,
				moved);
	}
	/* What is on screen is read more than once in a refresh. */
	if (!is_new && block->refresh == space->refresh) {
		class |= class_was & CLASS_CHANGED;
		if (CLASS_IS_SPLIT(class_was))
			class |= CLASS(0, CLASS_SPLIT);
	}
	return class;
}

uint64_t space_seconds(const struct space *space)
{
	return space->reader->machine->facts.uptime_ms / 1000;
}

/* The heat of page I of the slice, that has its class already, AT in PAGES. */
static uint16_t heat_of(const struct space *space, const struct pages *pages,
	size_t i, size_t at, bool is_new)
{
	const struct slice *slice = &space->reader->slice;
	unsigned stamp = is_new ? HEAT_NEVER : HEAT_STAMP(pages->heat[at]);
	enum reclaim reclaim = RECLAIM_UNKNOWN;

	if (pages->classes[at] & CLASS_CHANGED)
		stamp = heat_stamp(space_seconds(space));
	/* Written, for the first time since that was cleared. */
	if (space->watch_writes && !is_new &&
	    (slice->words[i] & ~pages->words[at] & PM_SOFT_DIRTY))
		stamp = heat_stamp(space_seconds(space));
	if ((slice->words[i] & PM_PRESENT) && (slice->known[i] & SLICE_FLAGS))
		reclaim = reclaim_of_flags(slice->flags[i]);
	return HEAT(stamp, reclaim);
}

/* Take pages FIRST.. of the slice over into BLOCK and its PAGES. */
static void block_fold(struct space *space, struct block *block,
	struct pages *pages, const struct page_context *cx, size_t first,
	bool is_new)
{
	const struct reader *reader = space->reader;
	const struct slice *slice = &reader->slice;
	enum page_state absent = classify_absent(cx);
	bool differs = is_new;
	size_t k;

	usage_zero(&block->usage);
	block->nframes = block->nchanged = block->nsplit = 0;
	block->ndiffers = BLOCK_NOT_COUNTED;
	block->nshared = block->nprivate = 0;
	block->min_pfn = UINT64_MAX;
	block->max_pfn = 0;
	for (k = 0; k < block->npages; k++) {
		size_t i = first + k;
		uint64_t word = slice->words[i], pfn = word & PM_PFN_MASK;
		uint64_t word_was = is_new ? 0 : pages->words[k];
		uint8_t class_was = is_new ? 0 : pages->classes[k];

		reader_account(reader, cx, i, &block->usage);
		if (reader->depth >= DEPTH_STATES) {
			uint8_t class = classify_page(space, block, i,
				word_was, class_was, is_new, absent);

			differs |= class_was != class;
			pages->classes[k] = class;
			if (space->keep_blocks)
				pages->heat[k] = heat_of(space, pages, i, k,
					is_new);
			block->usage.state[CLASS_STATE(class)]++;
			block->nchanged += class >= CLASS_CHANGED;
			block->nsplit += CLASS_IS_SPLIT(class);
			block->nshared += CLASS_SHARING(class) == SHARING_SHARED;
			block->nprivate += CLASS_SHARING(class) == SHARING_PRIVATE;
		}
		differs |= word_was != word;
		pages->words[k] = word;
		if (!(word & PM_PRESENT) || cx->is_pfnmap ||
		    reader_is_zero_page(reader, cx, i))
			continue;
		block->nframes++;
		if (pfn < block->min_pfn)
			block->min_pfn = pfn;
		if (pfn > block->max_pfn)
			block->max_pfn = pfn;
	}
	if (reader->depth < DEPTH_STATES)
		block->usage.known &= ~(uint32_t)USAGE_STATES;
	space->version += differs;
}

/* Nothing changed in it: only its marks of change are gone. */
static void block_settle(struct block *block, struct pages *pages)
{
	size_t k;

	for (k = 0; k < block->npages; k++) {
		uint8_t class = pages->classes[k];

		pages->classes[k] = CLASS(CLASS_STATE(class),
			CLASS_SHARING(class));
	}
	block->nchanged = block->nsplit = 0;
}

void space_count_zones(struct space *space, const struct block *block,
	const uint64_t *words, const uint8_t *classes)
{
	const struct machine *machine = space->reader->machine;
	struct pages pages;
	uint64_t *zones;
	int first, last;
	size_t k;

	if (!block->nframes || !space->zone_pages)
		return;
	zones = &space->zone_pages[block->region * space->zone_stride];
	first = machine_zone(machine, block->min_pfn);
	last = machine_zone(machine, block->max_pfn);
	if (first == last && first >= 0 && !machine->zones_overlap) {
		zones[first] += block->nframes;
		return;
	}
	if (!words) {
		block_unpack(block, &pages);
		words = pages.words;
		classes = pages.classes;
	}
	for (k = 0; k < block->npages; k++) {
		uint64_t pfn = words[k] & PM_PFN_MASK;
		int zone;

		if (!(words[k] & PM_PRESENT) || pfn < block->min_pfn ||
		    pfn > block->max_pfn ||
		    (space->reader->depth >= DEPTH_STATES &&
		     CLASS_STATE(classes[k]) == STATE_ZERO))
			continue;
		zone = machine_zone(machine, pfn);
		zones[zone < 0 ? (size_t)machine->nplaces : (size_t)zone]++;
	}
}

void space_add_usage(struct space *space, const struct block *block)
{
	unsigned i;

	if (!space->usage_from_smaps)
		figures_add(&space->regions[block->region].usage,
			&block->usage.figures);
	for (i = 0; space->state_pages && i < NSTATES; i++)
		space->state_pages[block->region * NSTATES + i] +=
			block->usage.state[i];
}

/* Can this block's frames be taken to be as they were? */
static bool block_is_same(const struct space *space, const struct block *block,
	size_t first, size_t npages, bool again)
{
	struct pages pages;

	if (!block || again || block->is_cut || block->npages != npages ||
	    space->pass - block->flags_pass >= 16)
		return false;
	block_unpack(block, &pages);
	return !memcmp(pages.words, space->reader->slice.words + first,
		npages * sizeof(uint64_t));
}

static bool all_void(const struct slice *slice, size_t first, size_t n)
{
	size_t i;

	for (i = first; i < first + n; i++)
		if (!is_void(slice->words[i]))
			return false;
	return true;
}

void space_block_drop(struct space *space, size_t at)
{
	space->version++;
	free(space->blocks[at]);
	memmove(&space->blocks[at], &space->blocks[at + 1],
		(--space->nblocks - at) * sizeof(*space->blocks));
}

static size_t chunk_pages(const struct slice *slice, size_t first)
{
	size_t n = BLOCK_PAGES - (size_t)((slice->vpn + first) % BLOCK_PAGES);

	return n < slice->n - first ? n : slice->n - first;
}

/* What smaps counts of these pages: neither zeros nor guards. */
static uint64_t held_bytes(const struct usage *usage)
{
	if (!usage_knows(usage, USAGE_RSS))
		return 0;
	return usage->rss + usage->swap + usage->private_hugetlb +
		usage->shared_hugetlb;
}

/* What BLOCK keeps of its pages, FIRST.. of the slice, becomes what they are. */
static struct block *update_block(struct space *space, struct block *block,
	const struct page_context *cx, size_t first, bool is_new)
{
	uint64_t now = space_seconds(space);
	bool same = !is_new && (space->reader->slice.known[first] & SLICE_SKIP);
	bool settles = same && block->nchanged &&
		block->refresh != space->refresh;
	bool sweeps = now - block->swept_s >= HEAT_SWEEP;
	struct pages pages;

	if (same && !settles && !sweeps)
		return block;
	if (!is_new)
		block_unpack(block, &pages);
	if (settles) {
		space->version++;
		block_settle(block, &pages);
	}
	if (!same) {
		block_fold(space, block, &pages, cx, first, is_new);
		block->flags_pass = space->pass;
		block->is_cut = false;
	}
	if (sweeps) {
		heat_sweep(pages.heat, block->npages, block->swept_s, now);
		block->swept_s = now;
	}
	return block_pack(block, &pages);
}

static void keep_chunk(struct space *space, uint32_t region,
	const struct page_context *cx, size_t first, size_t n)
{
	const struct slice *slice = &space->reader->slice;
	bool empty = all_void(slice, first, n);
	struct block *block;
	bool is_new;
	size_t at;

	block = block_find(space, slice->vpn + first, &at);
	if (empty && (!block || (!block->nframes && !block->usage.swap &&
				 !block->usage.rss &&
				 block->refresh != space->refresh))) {
		/* What it had went a refresh ago, and was shown to go. */
		if (block) {
			space_note_gone(space, block);
			space_block_drop(space, at);
		}
		return;
	}
	if (block && block->npages != n) {
		space_block_drop(space, at);
		block = NULL;
	}
	is_new = !block;
	if (is_new) {
		block = block_insert(space, at, n);
		block->swept_s = space_seconds(space);
	}
	block->vpn = slice->vpn + first;
	block->region = region;
	block->pass = space->pass;
	block = space->blocks[at] = update_block(space, block, cx, first,
		is_new);
	block->refresh = space->refresh;
	space->found += held_bytes(&block->usage);
}

static void use_chunk(struct space *space, uint32_t region,
	const struct page_context *cx, size_t first, size_t n)
{
	struct pages pages;
	struct block block = { .vpn = space->reader->slice.vpn + first,
		.npages = (uint16_t)n, .region = region };

	if (all_void(&space->reader->slice, first, n))
		return;
	block_fold(space, &block, &pages, cx, first, true);
	space->found += held_bytes(&block.usage);
	space_add_usage(space, &block);
	space_count_zones(space, &block, pages.words, pages.classes);
}

static void use_plain(struct space *space, uint32_t region,
	const struct plain *plain)
{
	struct slice *slice = &space->reader->slice;
	struct block block = { .vpn = slice->vpn + plain->first,
		.npages = (uint16_t)plain->n, .region = region,
		.nframes = (uint16_t)plain->npages, .min_pfn = plain->min_pfn,
		.max_pfn = plain->max_pfn };

	usage_zero(&block.usage);
	block.usage.known &= ~(uint32_t)USAGE_STATES;
	plain_account(plain, space->reader->machine->facts.page_size,
		&block.usage);
	space->found += held_bytes(&block.usage);
	space_add_usage(space, &block);
	space_count_zones(space, &block, slice->words + plain->first, NULL);
}

/* The sums only. */
static void use_slice(struct space *space, uint32_t region,
	const struct page_context *cx)
{
	struct plain plains[SOURCE_SLICE / BLOCK_PAGES + 1];
	const struct slice *slice = &space->reader->slice;
	size_t first, chunk, i, n = 0;

	for (first = 0; first < slice->n; first += chunk) {
		chunk = chunk_pages(slice, first);
		plains[n++] = (struct plain){ .first = first, .n = chunk };
	}
	if (!reader_find_plain(space->reader, cx, plains, n))
		reader_frames(space->reader, cx);
	space_fold_fitness(space, region, cx, plains, n);
	for (i = 0; i < n; i++)
		if (plains[i].is_plain)
			use_plain(space, region, &plains[i]);
		else
			use_chunk(space, region, cx, plains[i].first,
				plains[i].n);
}

static void keep_slice(struct space *space, uint32_t region,
	const struct page_context *cx, bool again)
{
	struct slice *slice = &space->reader->slice;
	bool all_same = true, same;
	size_t first, chunk, at;

	for (first = 0; first < slice->n; first += chunk) {
		chunk = chunk_pages(slice, first);
		same = block_is_same(space, block_find(space,
			slice->vpn + first, &at), first, chunk, again);
		if (same)
			memset(slice->known + first, SLICE_SKIP, chunk);
		all_same &= same;
	}
	/* Mostly, no frame need be looked at. */
	if (all_same)
		reader_note_swap(space->reader);
	else
		reader_frames(space->reader, cx);
	for (first = 0; first < slice->n; first += chunk) {
		chunk = chunk_pages(slice, first);
		keep_chunk(space, region, cx, first, chunk);
	}
}

static bool has_blocks(const struct space *space, uint64_t vpn, size_t n)
{
	size_t i = space_block_after(space, vpn);

	return i < space->nblocks && space->blocks[i]->vpn < vpn + n;
}

/* Only the sums of huge pages of the pool are wanted. */
static bool is_pool_alone(const struct space *space,
	const struct page_context *cx, const struct region *region)
{
	return !space->keep_blocks && space->reader->depth == DEPTH_SUMS &&
		cx->is_hugetlb &&
		region->page_size > space->reader->machine->facts.page_size;
}

int space_read_run(struct space *space, uint32_t region, uint64_t vpn,
	size_t n, bool again)
{
	const struct region *r = &space->regions[region];
	struct reader *reader = space->reader;
	struct slice *slice = &reader->slice;
	struct page_context cx;
	enum answer answer;

	page_context_of(r, region_name(r, &space->names),
		&reader->machine->rules, &cx);
	answer = is_pool_alone(space, &cx, r) ?
		reader_huge_words(reader, vpn, n,
			r->page_size / reader->machine->facts.page_size) :
		reader_words(reader, vpn, n);
	if (answer != ANSWER_OK)
		return answer == ANSWER_GONE ? -1 : 0;
	if (all_void(slice, 0, n) && !has_blocks(space, vpn, n))
		return 0;
	space_count_cached(space, region, vpn + n);
	space_uncount_mapped(space, region);
	if (space->keep_blocks)
		keep_slice(space, region, &cx, again);
	else
		use_slice(space, region, &cx);
	return 0;
}
