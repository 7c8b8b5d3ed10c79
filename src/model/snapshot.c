/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/classify.h"
#include "vmatlas/model/link.h"
#include "swap_rows.h"

/* A block that was read so many refreshes ago looks old on screen. */
#define STALE_AFTER 5

/* They are the last members, so that what is before them is one piece. */
#define WISH_LISTS(X) \
	X(shown_pids, nshown_pids) \
	X(list_pids, nlist_pids) \
	X(pages, npages) \
	X(frames, nframes) \
	X(group_pids, ngroup_pids)
#define WISH_HEAD offsetof(struct wish, shown_pids)

void wish_copy(struct wish *to, const struct wish *from)
{
	memcpy(to, from, WISH_HEAD);
#define X(list, n) memcpy(to->list, from->list, from->n * sizeof(*from->list));
	WISH_LISTS(X)
#undef X
}

bool wish_is_same(const struct wish *a, const struct wish *b)
{
	/* With how many there are of each. */
	if (memcmp(a, b, WISH_HEAD))
		return false;
#define X(list, n) \
	if (memcmp(a->list, b->list, a->n * sizeof(*a->list))) \
		return false;
	WISH_LISTS(X)
#undef X
	return true;
}

struct page_range range_in_pages(struct page_range bytes,
	const struct machine *machine)
{
	if (!bytes.end)
		return (struct page_range){ 0, UINT64_MAX };
	return (struct page_range){ bytes.start >> machine->page_shift,
		((bytes.end - 1) >> machine->page_shift) + 1 };
}

/* END 0 means all. */
static void cut(struct page_range *range, struct page_range to)
{
	if (range->start < to.start)
		range->start = to.start;
	if (!range->end || range->end > to.end)
		range->end = to.end;
}

void wish_cut_to_pa(struct wish *wish, const struct machine *machine)
{
	struct page_range frames = range_in_pages(wish->only_pa, machine);

	if (!wish->only_pa.end)
		return;
	cut(&wish->runs_pfn, frames);
	cut(&wish->frame_runs, frames);
	cut(&wish->asked_pfns, frames);
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	__atomic_add_fetch(&snapshot->refs, 1, __ATOMIC_RELAXED);
	return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
	if (snapshot)
		__atomic_sub_fetch(&snapshot->refs, 1, __ATOMIC_RELEASE);
}

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	machine_unref(snapshot->machine);
	buf_fini(&snapshot->command);
	snapshot_drop_regions(snapshot);
	buf_fini(&snapshot->commands);
	buf_fini(&snapshot->problems);
	contents_fini(&snapshot->contents);
	free(snapshot->fitness);
	free(snapshot->blocks);
	free(snapshot->words);
	free(snapshot->classes);
	free(snapshot->heat);
	free(snapshot->frame_blocks);
	free(snapshot->frames);
	free(snapshot->link);
	free(snapshot->cached);
	free(snapshot->matched);
	free(snapshot->void_matches);
	free(snapshot->cached_known);
	audit_fini(&snapshot->audit);
	free(snapshot->runs);
	free(snapshot->frame_runs);
	free(snapshot->uses);
	swap_rows_clear(snapshot);
	budget_fini(&snapshot->budget);
	free(snapshot->frame_sums);
	free(snapshot->swaps);
	free(snapshot->rows);
	free(snapshot->members);
	buf_fini(&snapshot->newcomers);
	free(snapshot->owners);
	buf_fini(&snapshot->owner_names);
	shares_fini(&snapshot->shares);
	comparison_fini(&snapshot->comparison);
	buf_fini(&snapshot->owner_symbols);
	file_use_fini(&snapshot->file_use);
	buf_fini(&snapshot->detail_names);
	buf_fini(&snapshot->run_names);
	stacks_fini(&snapshot->stacks);
	cow_files_fini(&snapshot->cow_files);
	functions_fini(&snapshot->functions);
	buf_fini(&snapshot->symbol_notes);
	free(snapshot->changes);
	buf_fini(&snapshot->change_names);
	free(snapshot);
}

static void take_block(struct block_view *view, const struct block *block,
	const struct space *space)
{
	const struct machine *machine = space->reader->machine;
	unsigned i;

	view->vpn = block->vpn;
	view->npages = block->npages;
	view->nchanged = block->nchanged;
	view->nsplit = block->nsplit;
	view->nshared = block->nshared;
	view->nprivate = block->nprivate;
	view->nframes = block->nframes;
	view->region = block->region;
	view->stale = space->refresh - block->refresh > STALE_AFTER;
	view->detail = NO_DETAIL;
	view->zone = -1;
	if (block->nframes && machine->facts.pfn_visible) {
		int zone = machine_zone(machine, block->min_pfn);

		if (zone == machine_zone(machine, block->max_pfn))
			view->zone = (int16_t)zone;
	}
	for (i = 0; i < NSTATES; i++)
		view->state[i] = (uint16_t)block->usage.state[i];
}

uint8_t block_heat(const struct block *block, const struct pages *pages,
	unsigned page, uint64_t now_s)
{
	uint16_t heat = pages->heat[page];

	return HEAT_VIEW(heat_age(heat, pages->classes[page] & CLASS_CHANGED,
		block->swept_s, now_s), HEAT_RECLAIM(heat));
}

static void take_heat(struct block_view *view, const struct block *block,
	uint64_t now_s)
{
	struct pages pages;
	unsigned i;

	block_unpack(block, &pages);
	view->age = AGE_NEVER;
	memset(view->reclaim, 0, sizeof(view->reclaim));
	for (i = 0; i < block->npages; i++) {
		uint8_t heat = block_heat(block, &pages, i, now_s);

		if (state_info(CLASS_STATE(pages.classes[i]))->presence ==
		    PRESENCE_VOID)
			continue;
		if (HEAT_VIEW_AGE(heat) < view->age)
			view->age = HEAT_VIEW_AGE(heat);
		view->reclaim[HEAT_VIEW_RECLAIM(heat)]++;
	}
}

static void take_detail(struct snapshot *snapshot, const struct space *space,
	size_t i)
{
	const struct block *block = space->blocks[i];
	size_t at = snapshot->ndetails;
	struct pages pages;

	block_unpack(block, &pages);
	snapshot->ndetails += block->npages;
	snapshot->words = mem_grow(snapshot->words, &snapshot->words_cap,
		snapshot->ndetails, sizeof(*snapshot->words));
	snapshot->classes = mem_grow(snapshot->classes,
		&snapshot->classes_cap, snapshot->ndetails, 1);
	memcpy(snapshot->words + at, pages.words,
		block->npages * sizeof(*pages.words));
	memcpy(snapshot->classes + at, pages.classes, block->npages);
	if (snapshot->has_heat) {
		uint64_t now = space_seconds(space);
		unsigned k;

		snapshot->heat = mem_grow(snapshot->heat, &snapshot->heat_cap,
			snapshot->ndetails, 1);
		for (k = 0; k < block->npages; k++)
			snapshot->heat[at + k] = block_heat(block, &pages, k,
				now);
	}
	snapshot->blocks[i].detail = (uint32_t)at;
}

static void take_blocks(struct snapshot *snapshot, const struct space *space,
	const struct wish *wish)
{
	size_t i;
	unsigned k;

	snapshot->nblocks = space->nblocks;
	snapshot->blocks = mem_grow(snapshot->blocks, &snapshot->blocks_cap,
		space->nblocks, sizeof(*snapshot->blocks));
	snapshot->has_heat = wish->want_heat;
	for (i = 0; i < space->nblocks; i++) {
		take_block(&snapshot->blocks[i], space->blocks[i], space);
		if (wish->want_heat)
			take_heat(&snapshot->blocks[i], space->blocks[i],
				space_seconds(space));
	}
	snapshot->ndetails = 0;
	for (k = 0; k < wish->npages; k++) {
		const struct page_range *range = &wish->pages[k];

		for (i = space_block_after(space, range->start);
		     i < space->nblocks && space->blocks[i]->vpn < range->end;
		     i++)
			if (snapshot->blocks[i].detail == NO_DETAIL)
				take_detail(snapshot, space, i);
	}
}

void snapshot_drop_regions(struct snapshot *snapshot)
{
	if (snapshot->lent) {
		lent_unref(snapshot->lent);
	} else {
		free(snapshot->regions);
		buf_fini(&snapshot->names);
		free(snapshot->zone_pages);
		free(snapshot->state_pages);
	}
	snapshot->lent = NULL;
	snapshot->regions = NULL;
	memset(&snapshot->names, 0, sizeof(snapshot->names));
	snapshot->zone_pages = snapshot->state_pages = NULL;
	snapshot->nregions = snapshot->regions_cap = 0;
	snapshot->zone_pages_cap = snapshot->state_pages_cap = 0;
}

static void borrow_regions(struct snapshot *snapshot, struct space *space)
{
	snapshot_drop_regions(snapshot);
	snapshot->lent = space_lend(space);
	snapshot->regions = space->regions;
	snapshot->names = space->names;
	snapshot->zone_pages = space->zone_pages;
	snapshot->state_pages = space->state_pages;
}

/* N counts of FROM, if there are any, into *INTO, whose capacity is *CAP. */
static void copy_counts(uint64_t **into, size_t *cap, const uint64_t *from,
	size_t n)
{
	if (from && n) {
		*into = mem_grow(*into, cap, n, sizeof(**into));
		memcpy(*into, from, n * sizeof(**into));
	} else {
		free(*into);
		*into = NULL;
		*cap = 0;
	}
}

static void copy_regions(struct snapshot *snapshot, const struct space *space)
{
	if (snapshot->lent)
		snapshot_drop_regions(snapshot);
	snapshot->regions = mem_grow(snapshot->regions,
		&snapshot->regions_cap, space->nregions,
		sizeof(*snapshot->regions));
	if (space->nregions)
		memcpy(snapshot->regions, space->regions,
			space->nregions * sizeof(*space->regions));
	buf_clear(&snapshot->names);
	buf_add(&snapshot->names, buf_text(&space->names), space->names.len);
	copy_counts(&snapshot->zone_pages, &snapshot->zone_pages_cap,
		space->zone_pages, space->nregions * space->zone_stride);
	copy_counts(&snapshot->state_pages, &snapshot->state_pages_cap,
		space->state_pages, space->nregions * NSTATES);
}

static void take_regions(struct snapshot *snapshot, struct space *space)
{
	if (space->keep_blocks)
		copy_regions(snapshot, space);
	else
		borrow_regions(snapshot, space);
	snapshot->nregions = space->nregions;
	snapshot->zone_stride = space->zone_stride;
}

static void take_fitness(struct snapshot *snapshot, const struct space *space)
{
	snapshot->nfitness = 0;
	if (!space->fitness)
		return;
	snapshot->fitness = mem_grow(snapshot->fitness,
		&snapshot->fitness_cap, space->nregions,
		sizeof(*snapshot->fitness));
	while (snapshot->nfitness < space->nregions &&
	       space_fitness(space, snapshot->nfitness,
		       &snapshot->fitness[snapshot->nfitness]))
		snapshot->nfitness++;
}

void snapshot_take_space(struct snapshot *snapshot, struct space *space,
	const struct wish *wish)
{
	const struct reader *reader = space->reader;

	space_sum(space, &snapshot->total);
	snapshot->has_process = true;
	snapshot->process = space->process;
	snapshot->maps = space->maps;
	snapshot->smaps = space->smaps;
	snapshot->pagemap = reader->answers[WORDS_PAGEMAP];
	snapshot->kpageflags = reader->answers[WORDS_KPAGEFLAGS];
	snapshot->kpagecount = reader->answers[WORDS_KPAGECOUNT];
	snapshot->cached_answer = space->cached_answer;
	snapshot->whole = space->whole;
	snapshot->layout = space->layout;
	snapshot->dropped = space->dropped;
	snapshot->checked = space->checked;
	snapshot->came = space->came;
	snapshot->went = space->went;
	snapshot->read_to = space_read_to(space);
	snapshot->progress = space->whole || !space->process.rss ? 1 :
		(double)snapshot->total.rss / (double)space->process.rss;
	take_regions(snapshot, space);
	take_fitness(snapshot, space);
	if (!wish->keep_blocks)
		return;
	take_blocks(snapshot, space, wish);
	link_frame_blocks(snapshot, space);
	link_frames(snapshot, space, wish);
	link_fill(snapshot, space, &wish->focus);
}

/* ---- questions */

bool snapshot_tells_left(const struct snapshot *snapshot,
	const uint64_t *state)
{
	const struct machine *machine = snapshot->machine;

	return !state[STATE_PRESENT] && (!state[STATE_ANON] ||
		(machine->facts.pfn_visible &&
		 snapshot->kpageflags == ANSWER_OK &&
		 machine->rules.anon_exclusive));
}

size_t snapshot_block_after(const struct snapshot *snapshot, uint64_t vpn)
{
	size_t low = 0, high = snapshot->nblocks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct block_view *block = &snapshot->blocks[middle];

		if (block->vpn + block->npages > vpn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool snapshot_pfn(const struct snapshot *snapshot, size_t i, uint64_t *pfn)
{
	*pfn = snapshot->words[i] & PM_PFN_MASK;
	return (snapshot->words[i] & PM_PRESENT) &&
		snapshot->machine->facts.pfn_visible;
}

void snapshot_flags(struct buf *out, uint64_t flags, const char *sep)
{
	bool first = true;
	unsigned bit;

	for (bit = 0; bit < 64; bit++) {
		const char *name;

		if (!(flags >> bit & 1))
			continue;
		if (!first)
			buf_str(out, sep);
		first = false;
		name = kpageflags_name(flags, bit);
		if (name)
			buf_str(out, name);
		else
			buf_fmt(out, "bit%u", bit);
	}
}

const char *snapshot_zone(const struct snapshot *snapshot, int zone,
	char out[32])
{
	return machine_zone_name(snapshot->machine, zone, out);
}

uint64_t *snapshot_uses(const struct snapshot *snapshot, size_t zone)
{
	return snapshot->uses + zone * NZONE_USES;
}

const struct swap_row *snapshot_swap_area(const struct snapshot *snapshot,
	unsigned type)
{
	size_t i;

	for (i = 0; i < snapshot->nswaps; i++)
		if (snapshot->swaps[i].type == (int)type)
			return &snapshot->swaps[i];
	return NULL;
}

long snapshot_region(const struct snapshot *snapshot, uint64_t vpn)
{
	return regions_find(snapshot->regions, snapshot->nregions,
		vpn << snapshot->machine->page_shift);
}

struct text snapshot_region_title(const struct snapshot *snapshot,
	size_t region)
{
	return region_title(&snapshot->regions[region], &snapshot->names);
}

enum page_state snapshot_absent(const struct snapshot *snapshot, size_t region)
{
	const struct region *r = &snapshot->regions[region];
	struct page_context cx;

	page_context_of(r, region_name(r, &snapshot->names),
		&snapshot->machine->rules, &cx);
	return classify_absent(&cx);
}
