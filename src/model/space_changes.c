/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "vmatlas/kernel/pagemap.h"
#include "space_impl.h"

bool space_follows(const struct space *space)
{
	return space->changes && space->keep_blocks && space->whole;
}

static bool has_pfn(const struct space *space, uint64_t word)
{
	return (word & PM_PRESENT) && space->reader->machine->facts.pfn_visible;
}

enum page_state space_absent(const struct space *space,
	const struct region *region, const struct buf *names)
{
	struct page_context cx;

	page_context_of(region, region_name(region, names),
		&space->reader->machine->rules, &cx);
	return classify_absent(&cx);
}

/* ---- pages */

/* Is a private page of a file what it was before the region's rights changed?
 * Then that was said already. */
static bool is_by_rights(const struct block *block, uint64_t was, uint64_t word,
	enum page_state from, enum page_state to)
{
	return block->is_cut && was == word &&
		(from == STATE_COW_PENDING) != (to == STATE_COW_PENDING);
}

void space_note_page(struct space *space, const struct block *block,
	uint64_t was, size_t i, enum page_state from, uint8_t class, bool moved)
{
	const struct region *region = &space->regions[block->region];
	const struct slice *slice = &space->reader->slice;
	uint64_t word = slice->words[i];
	struct change change = {
		.vpn = slice->vpn + i, .npages = 1,
		.region = region->start >> space->reader->machine->page_shift,
		.pfn_from = was & PM_PFN_MASK, .pfn_to = word & PM_PFN_MASK,
		.from = (uint8_t)from, .to = (uint8_t)CLASS_STATE(class),
		.rights_from = RIGHTS_NONE, .rights_to = RIGHTS_NONE,
		.has_from = has_pfn(space, was), .has_to = has_pfn(space, word),
	};

	if (is_by_rights(block, was, word, from, CLASS_STATE(class)))
		return;
	change.kind = (uint8_t)change_between(from, CLASS_STATE(class), moved,
		CLASS_IS_SPLIT(class));
	changes_add(space->changes, &change, region_title(region, &space->names));
}

void space_note_gone(struct space *space, const struct block *block)
{
	const struct region *region = &space->regions[block->region];
	enum page_state absent;
	struct change change;
	struct pages pages;
	size_t k;

	if (!space_follows(space) ||
	    space->reader->answers[WORDS_PAGEMAP] != ANSWER_OK)
		return;
	absent = space_absent(space, region, &space->names);
	memset(&change, 0, sizeof(change));
	change.npages = 1;
	change.region = region->start >> space->reader->machine->page_shift;
	change.to = (uint8_t)absent;
	change.rights_from = change.rights_to = RIGHTS_NONE;
	block_unpack(block, &pages);
	for (k = 0; k < block->npages; k++) {
		enum page_state state = CLASS_STATE(pages.classes[k]);

		if (!pages.words[k] || state == absent)
			continue;
		change.vpn = block->vpn + k;
		change.from = (uint8_t)state;
		change.has_from = has_pfn(space, pages.words[k]);
		change.pfn_from = pages.words[k] & PM_PFN_MASK;
		change.kind = (uint8_t)change_between(state, absent, false,
			false);
		changes_add(space->changes, &change,
			region_title(region, &space->names));
	}
}

/* ---- regions */

bool overlay_next(struct overlay *o, const struct region *old, size_t nold,
	const struct region *now, size_t nnow)
{
	uint64_t at = o->end, next = UINT64_MAX;

	while (o->at_old < nold && old[o->at_old].end <= at)
		o->at_old++;
	while (o->at_now < nnow && now[o->at_now].end <= at)
		o->at_now++;
	if (o->at_old == nold && o->at_now == nnow)
		return false;
	/* Over what neither has. */
	if (o->at_old < nold)
		next = old[o->at_old].start;
	if (o->at_now < nnow && now[o->at_now].start < next)
		next = now[o->at_now].start;
	if (at < next)
		at = next;
	o->start = at;
	o->old = o->at_old < nold && old[o->at_old].start <= at ?
		(long)o->at_old : -1;
	o->now = o->at_now < nnow && now[o->at_now].start <= at ?
		(long)o->at_now : -1;
	o->end = UINT64_MAX;
	if (o->at_old < nold)
		o->end = o->old >= 0 ? old[o->at_old].end : old[o->at_old].start;
	if (o->at_now < nnow) {
		uint64_t end = o->now >= 0 ? now[o->at_now].end :
			now[o->at_now].start;

		if (end < o->end)
			o->end = end;
	}
	return true;
}

static uint8_t rights_of(const struct region *region)
{
	return (uint8_t)((region->read ? RIGHT_READ : 0) |
		(region->write ? RIGHT_WRITE : 0) |
		(region->exec ? RIGHT_EXEC : 0) |
		(region->shared ? RIGHT_SHARED : 0));
}

/* The pages START..END of an old region went: what they were, and that was
 * not there at all. */
static void note_lost(struct space *space, struct change *change,
	uint64_t start, uint64_t end, enum page_state absent, struct text name)
{
	size_t i = space_block_after(space, start), k;
	const struct block *unpacked = NULL;
	struct pages pages;
	uint64_t at = start;

	change->to = STATE_HOLE;
	while (at < end) {
		const struct block *block = i < space->nblocks ?
			space->blocks[i] : NULL;

		change->vpn = at;
		change->has_from = false;
		change->pfn_from = 0;
		change->from = (uint8_t)absent;
		if (!block || block->vpn > at) {
			change->npages = (block && block->vpn < end ?
				block->vpn : end) - at;
		} else {
			if (block != unpacked)
				block_unpack(block, &pages);
			unpacked = block;
			k = (size_t)(at - block->vpn);
			change->npages = 1;
			if (pages.words[k]) {
				change->from = (uint8_t)CLASS_STATE(
					pages.classes[k]);
				change->has_from = has_pfn(space,
					pages.words[k]);
				change->pfn_from = pages.words[k] & PM_PFN_MASK;
			}
			i += k + 1 == block->npages;
		}
		changes_add(space->changes, change, name);
		at += change->npages;
	}
}

/* Other rights, and the two have just the stretch in common. */
static bool is_kept(const struct overlay *o, const struct region *old,
	const struct region *now)
{
	return o->old >= 0 && o->now >= 0 &&
		region_continues(&old[o->old], &now[o->now]);
}

/* Does a stretch that both have touch O, so that REGION has only changed its
 * size there? */
static bool is_edge(const struct overlay *o, const struct region *region,
	const struct region *others, size_t n)
{
	size_t before = regions_after(others, n, o->start - 1);
	size_t behind = regions_after(others, n, o->end);
	bool first = o->start > region->start && before < n &&
		others[before].start < o->start &&
		region_continues(&others[before], region);
	bool last = o->end < region->end && behind < n &&
		others[behind].start <= o->end &&
		region_continues(&others[behind], region);

	/* In its middle, it was cut in two, or two became one. */
	return first != last;
}

static void note_stretch(struct space *space, const struct overlay *o,
	const struct region *old, size_t nold, const struct buf *names)
{
	unsigned shift = space->reader->machine->page_shift;
	const struct region *was = o->old >= 0 ? &old[o->old] : NULL;
	const struct region *is = o->now >= 0 ? &space->regions[o->now] : NULL;
	bool kept = is_kept(o, old, space->regions);
	struct change change = {
		.rights_from = was ? rights_of(was) : RIGHTS_NONE,
		.rights_to = is ? rights_of(is) : RIGHTS_NONE,
	};

	if (was && !kept) {
		change.rights_to = RIGHTS_NONE;
		change.region = was->start >> shift;
		change.kind = is_edge(o, was, space->regions, space->nregions) ?
			CHANGE_SHRUNK : CHANGE_UNMAPPED;
		note_lost(space, &change, o->start >> shift, o->end >> shift,
			space_absent(space, was, names), region_title(was, names));
	}
	if (!is || (kept && change.rights_from == change.rights_to))
		return;
	change.vpn = o->start >> shift;
	change.npages = (o->end - o->start) >> shift;
	change.region = is->start >> shift;
	change.has_from = false;
	change.pfn_from = 0;
	change.rights_to = rights_of(is);
	change.to = (uint8_t)space_absent(space, is, &space->names);
	change.from = kept ? change.to : STATE_HOLE;
	if (!kept)
		change.rights_from = RIGHTS_NONE;
	change.kind = kept ? CHANGE_PROTECTED :
		is_edge(o, is, old, nold) ? CHANGE_GROWN : CHANGE_MAPPED;
	changes_add(space->changes, &change, region_title(is, &space->names));
}

/* Nothing is as it was but what the kernel maps for every process. */
static bool is_exec(const struct space *space, const struct region *old,
	size_t nold)
{
	struct overlay o = { 0 };

	while (overlay_next(&o, old, nold, space->regions, space->nregions))
		if (is_kept(&o, old, space->regions) &&
		    old[o.old].type != REGION_VSYSCALL &&
		    old[o.old].type != REGION_VDSO &&
		    old[o.old].type != REGION_VVAR)
			return false;
	return true;
}

void space_note_regions(struct space *space, const struct region *old,
	size_t nold, const struct buf *names, const struct machine *machine)
{
	struct overlay o = { 0 };

	space->reader->machine = machine;
	/* One that ends loses all of it at once: that is not told by regions. */
	if (!space_follows(space) || !nold || !space->nregions)
		return;
	if (is_exec(space, old, nold)) {
		struct change change = { .kind = CHANGE_EXEC,
			.rights_from = RIGHTS_NONE, .rights_to = RIGHTS_NONE };

		changes_add(space->changes, &change,
			text_of(space->process.name));
		/* What it has now is what is compared with from now on. */
		space->whole = false;
		space->finished = 0;
		return;
	}
	while (overlay_next(&o, old, nold, space->regions, space->nregions))
		note_stretch(space, &o, old, nold, names);
}
