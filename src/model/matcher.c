/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/matcher.h"

#include <string.h>

#include "vmatlas/kernel/pagemap.h"

bool matcher_reads(const struct filter *filter)
{
	return filter_asks(filter, FILTER_FLAGS) ||
		filter_asks(filter, FILTER_MARK);
}

/* What the page at INDEX of a block or slice is, as far as it is told. */
struct page_seen {
	int zone;		/* -1: none, -2: it may not be known */
	uint8_t state;
	bool has_flags;
	uint64_t flags;
	uint8_t marks;
};

static int zone_of(const struct space *space, uint64_t word)
{
	const struct machine *machine = space->reader->machine;
	struct pte pte = pte_decode(word, &machine->rules);

	if (!pte.present)
		return -1;
	return machine->facts.pfn_visible ? machine_zone(machine, pte.pfn) :
		-2;
}

static bool is_same(const struct page_seen *a, const struct page_seen *b)
{
	return a->zone == b->zone && a->state == b->state &&
		a->has_flags == b->has_flags && a->flags == b->flags &&
		a->marks == b->marks;
}

static enum match judge(const struct space *space, size_t region,
	const struct page_seen *page, bool was_read,
	const struct filter *filter)
{
	bool is_mapped = state_info(page->state)->presence == PRESENCE_MAPPED;
	char zone[32];
	struct filter_facts facts = {
		.name = region_title(&space->regions[region], &space->names),
		.has_state = FACT_KNOWN, .state = page->state,
		.has_zone = page->zone >= 0 ? FACT_KNOWN :
			page->zone == -2 ? FACT_UNKNOWN : FACT_NONE,
		.has_flags = page->has_flags ? FACT_KNOWN :
			is_mapped ? FACT_UNKNOWN : FACT_NONE,
		.flags = page->flags, .marks = page->marks,
		.has_marks = was_read ? FACT_KNOWN : FACT_UNKNOWN,
	};

	if (page->zone >= 0)
		facts.zone = machine_zone_name(space->reader->machine,
			page->zone, zone);
	return filter_match(filter, &facts);
}

static void take(struct matched *out, unsigned i, enum match match,
	uint8_t class)
{
	out->nmaybe += match == MATCH_MAYBE;
	if (match != MATCH_YES)
		return;
	out->yes[i / 64] |= UINT64_C(1) << (i % 64);
	out->nyes++;
	out->state[CLASS_STATE(class)]++;
	out->nshared += CLASS_SHARING(class) == SHARING_SHARED;
	out->nprivate += CLASS_SHARING(class) == SHARING_PRIVATE;
}

static int read_block(struct space *space, const struct block *block)
{
	struct reader *reader = space->reader;
	const struct region *region = &space->regions[block->region];
	enum depth depth = reader->depth;
	struct page_context cx;

	page_context_of(region, region_name(region, &space->names),
		&reader->machine->rules, &cx);
	if (reader_words(reader, block->vpn, block->npages) != ANSWER_OK)
		return -1;
	if (reader->depth < DEPTH_STATES)
		reader->depth = DEPTH_STATES;
	reader_frames(reader, &cx);
	reader->depth = depth;
	return 0;
}

int matcher_block(struct space *space, const struct block *block,
	const struct filter *filter, struct matched *out)
{
	const struct slice *slice = &space->reader->slice;
	bool reads = matcher_reads(filter);
	struct page_seen last = { 0 };
	enum match match = MATCH_NO;
	struct pages pages;
	unsigned i;

	memset(out, 0, sizeof(*out));
	out->npages = block->npages;
	if (reads && read_block(space, block))
		return -1;
	block_unpack(block, &pages);
	for (i = 0; i < block->npages; i++) {
		uint64_t word = reads ? slice->words[i] : pages.words[i];
		struct page_seen page = {
			.zone = zone_of(space, word),
			.state = reads ? slice->state[i] :
				CLASS_STATE(pages.classes[i]),
			.has_flags = reads && (word & PM_PRESENT) &&
				(slice->known[i] & SLICE_FLAGS),
		};

		if (reads)
			page.marks = slice->marks[i];
		if (page.has_flags)
			page.flags = slice->flags[i];
		/* Neighbours mostly are alike. */
		if (!i || !is_same(&page, &last))
			match = judge(space, block->region, &page, reads,
				filter);
		last = page;
		take(out, i, match, pages.classes[i]);
	}
	return 0;
}

enum match matcher_void(const struct space *space, size_t region,
	const struct filter *filter)
{
	const struct region *it = &space->regions[region];
	struct page_context cx;
	struct page_seen page = { .zone = -1 };

	page_context_of(it, region_name(it, &space->names),
		&space->reader->machine->rules, &cx);
	page.state = (uint8_t)classify_absent(&cx);
	/* What is not told may be anything. */
	if (space->reader->answers[WORDS_PAGEMAP] != ANSWER_OK) {
		page.state = STATE_PRESENT;
		page.zone = -2;
	}
	return judge(space, region, &page, true, filter);
}

/* ---- segments */

static bool segment_of(const struct space *space, size_t region, uint64_t page,
	struct segment *out)
{
	unsigned shift = space->reader->machine->page_shift;
	size_t i = space_block_after(space, page);
	const struct block *block = i < space->nblocks ? space->blocks[i] :
		NULL;

	*out = (struct segment){ space->regions[region].start >> shift,
		space->regions[region].end >> shift, region, -1 };
	if (block && block->vpn <= page) {
		out->start = block->vpn;
		out->end = block->vpn + block->npages;
		out->block = (long)i;
		return true;
	}
	if (block && block->vpn < out->end)
		out->end = block->vpn;
	if (i && space->blocks[i - 1]->vpn + space->blocks[i - 1]->npages >
			out->start)
		out->start = space->blocks[i - 1]->vpn +
			space->blocks[i - 1]->npages;
	return true;
}

bool segment_after(const struct space *space, uint64_t at,
	struct segment *out)
{
	unsigned shift = space->reader->machine->page_shift;
	size_t i = 0;

	while (i < space->nregions && space->regions[i].end >> shift <= at)
		i++;
	if (i == space->nregions)
		return false;
	if (at < space->regions[i].start >> shift)
		at = space->regions[i].start >> shift;
	segment_of(space, i, at, out);
	out->start = at;
	return true;
}

bool segment_before(const struct space *space, uint64_t at,
	struct segment *out)
{
	unsigned shift = space->reader->machine->page_shift;
	size_t i = space->nregions;

	while (i && space->regions[i - 1].start >> shift >= at)
		i--;
	if (!i--)
		return false;
	if (at > space->regions[i].end >> shift)
		at = space->regions[i].end >> shift;
	segment_of(space, i, at - 1, out);
	out->end = at;
	return true;
}
