/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/explain.h"
#include "vmatlas/view/explain_stack.h"

#include <inttypes.h>
#include <string.h>

#include "vmatlas/view/bin.h"
#include "vmatlas/view/explain_names.h"
#include "vmatlas/view/why.h"

/* The detail is about the cell that the cursor is on now. */
static bool detail_fits(const struct snapshot *snapshot, enum focus_side side,
	uint64_t start, uint64_t end)
{
	const struct focus *focus = &snapshot->focus;

	return snapshot->detail.valid && focus->side == side &&
		focus->range.start == start && focus->range.end == end;
}

static uint64_t va_of(const struct snapshot *snapshot, uint64_t vpn)
{
	return vpn << snapshot->machine->page_shift;
}

static void add_count(struct buf *out, const struct page_detail *detail)
{
	if (!detail->has_count)
		return;
	if (detail->count == 1)
		buf_str(out, ", mapped once");
	else if (detail->count)
		buf_fmt(out, ", mapped %" PRIu64 " times", detail->count);
}

/* "-> frame 0x1b2c3 0/Normal" */
static void add_frame(struct buf *out, const struct snapshot *snapshot,
	const struct page_detail *detail)
{
	enum presence presence = state_info(detail->state)->presence;
	const struct resource *resource;
	char zone[32];

	if (presence != PRESENCE_MAPPED && detail->state != STATE_PFNMAP)
		return;
	if (!detail->has_pfn) {
		buf_str(out, " -> frame ?");
		return;
	}
	resource = detail->state == STATE_PFNMAP ?
		machine_resource(snapshot->machine, detail->pfn) : NULL;
	buf_fmt(out, " -> frame 0x%" PRIx64 " ", detail->pfn);
	if (resource)
		text_escape(out, text_of(resource->name), false);
	else
		buf_str(out, snapshot_zone(snapshot, machine_zone(
			snapshot->machine, detail->pfn), zone));
}

/* "77 of /swapfile" */
static void add_slot(struct buf *out, const struct snapshot *snapshot,
	const struct page_detail *detail)
{
	const struct swap_row *row = snapshot_swap_area(snapshot,
		detail->swap_type);

	buf_fmt(out, "%" PRIu64 " of ", detail->swap_offset);
	if (row)
		text_escape(out, (struct text){ row->area.file,
			row->area.file_len }, false);
	else
		buf_fmt(out, "swap area %u", (unsigned)detail->swap_type);
}

/* What a touch of a page that is not mapped in would do. */
static const char *cached_words(const struct page_detail *detail)
{
	if (detail->beyond_end)
		return "it lies beyond the end of its file: a touch is a bus error";
	if (detail->marks & MARK_CACHED)
		return "the page cache has it: a touch is a minor fault";
	if (detail->is_shmem)
		return "memory has none: a touch brings zeros, or what is in swap";
	return "the page cache has not got it: a touch must read the file (major fault)";
}

/* What it is, and why: because it is shared, or else what its state says. */
static void add_why(struct buf *out, const struct snapshot *snapshot)
{
	const struct state_info *info = state_info(snapshot->detail.state);

	buf_fmt(out, "  %s: ", info->title);
	if (!why_line(out, snapshot))
		buf_fmt(out, "it %s", info->words);
}

static void explain_page(struct buf *out, const struct snapshot *snapshot,
	uint64_t vpn)
{
	const struct page_detail *detail = &snapshot->detail;

	buf_fmt(out, "%" PRIx64, vpn);
	add_frame(out, snapshot, detail);
	if (detail->has_count && detail->count)
		buf_fmt(out, " x%" PRIu64, detail->count);
	if (detail->has_swap) {
		buf_str(out, " -> slot ");
		add_slot(out, snapshot, detail);
	}
	/* A narrow screen cuts the end: what it is comes before the why. */
	if (detail->has_cached)
		buf_fmt(out, "  %s: %s", state_info(detail->state)->title,
			cached_words(detail));
	else
		add_why(out, snapshot);
}

/* The most frequent states of a cell, with their counts. */
static void add_states(struct buf *out, const struct tally *tally)
{
	uint64_t below = UINT64_MAX;
	int left = 4;
	bool first = true;

	while (left--) {
		uint64_t most = 0;
		unsigned i, n = 0;

		for (i = 0; i < NSTATES; i++)
			if (tally->state[i] < below && tally->state[i] > most)
				most = tally->state[i];
		if (!most)
			break;
		for (i = 0; i < NSTATES; i++) {
			if (tally->state[i] != most)
				continue;
			buf_fmt(out, "%s%" PRIu64 " %s", first && !n ? "" : ", ",
				most, state_info(i)->title);
			if (i == STATE_NOT_MAPPED && tally->cached_known)
				buf_fmt(out, " (%" PRIu64 " in page cache)",
					tally->cached);
			n++;
		}
		first = false;
		below = most;
	}
}

static void explain_pages(struct buf *out, const struct snapshot *snapshot,
	size_t region, uint64_t start, uint64_t end)
{
	struct tally tally;

	bin_pages(snapshot, region, start, end, &tally);
	buf_fmt(out, "%" PRIu64 " page%s at %" PRIx64 ": ", end - start,
		end - start == 1 ? "" : "s", start);
	if (tally.unknown)
		buf_str(out, snapshot->pagemap == ANSWER_OK ?
			"? (too large and empty to look for its pages)" :
			"? (pagemap cannot be read)");
	else if (tally.pending)
		buf_str(out, "being read");
	else
		add_states(out, &tally);
	if (snapshot->focus.side == FOCUS_VIRTUAL && snapshot->nlink &&
	    snapshot->focus.range.start == start)
		buf_fmt(out, "; frames in %zu cell%s", snapshot->nlink,
			snapshot->nlink == 1 ? "" : "s");
}

/* What a frame is, by its flags. */
static const char *frame_words(const struct page_detail *detail)
{
	return !detail->has_flags ? "" : detail->flags ? "flags " :
		"no flags: free, or the kernel's own";
}

static void explain_frames(struct buf *out, const struct snapshot *snapshot,
	uint64_t start, uint64_t end)
{
	const struct machine *machine = snapshot->machine;
	const struct resource *resource = machine_resource(machine, start);
	const struct page_detail *detail = &snapshot->detail;
	bool fits = detail_fits(snapshot, FOCUS_PHYSICAL, start, end);
	struct tally tally;
	char zone[32];

	bin_frames(snapshot, start, end, &tally);
	if (end - start == 1)
		buf_fmt(out, "frame 0x%" PRIx64, start);
	else
		buf_fmt(out, "frames 0x%" PRIx64 "-0x%" PRIx64, start, end);
	if (machine_zone(machine, start) >= 0)
		buf_fmt(out, " %s", snapshot_zone(snapshot,
			machine_zone(machine, start), zone));
	if (resource) {
		buf_char(out, ' ');
		text_escape(out, text_of(resource->name), false);
	}
	if (tally.content) {
		buf_str(out, ": here ");
		add_states(out, &tally);
	} else if (!tally.pending && machine->facts.pfn_visible) {
		buf_str(out, tally.ram ? ": none of this process" : "");
	}
	if (fits && snapshot->nlink)
		buf_fmt(out, "; %" PRIu64 " page%s", snapshot->link_pages,
			snapshot->link_pages == 1 ? "" : "s");
	if (fits && end - start == 1 && detail->has_flags) {
		buf_fmt(out, "; %s", frame_words(detail));
		snapshot_flags(out, detail->flags, ",");
		add_count(out, detail);
	}
}

void explain_line(struct buf *out, const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	uint64_t start, end;
	long region;

	if (!pane_focus(&atlas->panes[atlas->active], &start, &end)) {
		buf_str(out, "there is nothing here");
		return;
	}
	if (atlas->active == SIDE_PHYSICAL) {
		explain_frames(out, snapshot, start, end);
		return;
	}
	region = snapshot_region(snapshot, start);
	if (region < 0)
		return;
	if (end - start == 1 && snapshot->pagemap == ANSWER_OK &&
	    detail_fits(snapshot, FOCUS_VIRTUAL, start, end))
		explain_page(out, snapshot, start);
	else
		explain_pages(out, snapshot, (size_t)region, start, end);
}

/* ---- inspector */

#define PAGES_NAMED 4
#define OWNERS_NAMED 2

static void line(struct buf *out, const char *title)
{
	buf_fmt(out, "%s\t", title);
}

/* What lies on its lists, as most that is mapped does. */
static void inspect_reclaim(struct buf *out, enum reclaim reclaim)
{
	static const char *const words[NRECLAIMS] = {
#define X(id, letter, title, words) words,
		RECLAIMS(X)
#undef X
	};

	if (reclaim != RECLAIM_UNLISTED && reclaim != RECLAIM_UNKNOWN)
		buf_fmt(out, "reclaim\tit %s\n", words[reclaim]);
}

static void inspect_frame(struct buf *out, const struct snapshot *snapshot,
	uint64_t pfn)
{
	const struct machine *machine = snapshot->machine;
	const struct resource *resource = machine_resource(machine, pfn);
	const struct page_detail *detail = &snapshot->detail;
	char zone[32];

	buf_fmt(out, "frame\t0x%" PRIx64 "  at 0x%" PRIx64 "\n", pfn,
		pfn << machine->page_shift);
	if (machine_zone(machine, pfn) >= 0 || machine->zones_overlap ||
	    machine->zoneinfo != ANSWER_OK)
		buf_fmt(out, "zone\t%s\n", snapshot_zone(snapshot,
			machine_zone(machine, pfn), zone));
	if (resource) {
		line(out, "resource");
		text_escape(out, text_of(resource->name), false);
		buf_char(out, '\n');
	}
	if (detail->has_count)
		buf_fmt(out, "map count\t%" PRIu64 "\n", detail->count);
	if (detail->has_flags) {
		line(out, "flags");
		snapshot_flags(out, detail->flags, " ");
		buf_char(out, '\n');
		inspect_reclaim(out, reclaim_of_flags(detail->flags));
	}
}

/* Where the device's memory is that REGION maps. */
static void inspect_device(struct buf *out, const struct snapshot *snapshot,
	const struct region *region)
{
	const struct resource *resource;

	if (region->place == PLACE_NONE)
		return;
	if (region->place != PLACE_KNOWN) {
		buf_fmt(out, "device at\t?  (%s)\n",
			device_place_words(region->place));
		return;
	}
	resource = machine_resource_at(snapshot->machine, region->pa);
	buf_fmt(out, "device at\t0x%" PRIx64 " ", region->pa);
	if (resource)
		text_escape(out, text_of(resource->name), false);
	buf_char(out, '\n');
}

static void inspect_region(struct buf *out, const struct snapshot *snapshot,
	size_t i, uint64_t vpn)
{
	const struct region *region = &snapshot->regions[i];
	struct text name = snapshot_region_title(snapshot, i);
	char perms[5], size[TEXT_SIZE_MAX];

	line(out, "region");
	text_escape(out, name, false);
	buf_fmt(out, "\nrange\t0x%" PRIx64 "-0x%" PRIx64 " (%s)\n",
		region->start, region->end,
		text_size(region->end - region->start, size));
	buf_fmt(out, "rights\t%s  type %s\n", region_perms(region, perms),
		region_type_name(region->type));
	inspect_device(out, snapshot, region);
	if (region->inode)
		buf_fmt(out, "offset\t0x%" PRIx64 "\n", region->offset +
			va_of(snapshot, vpn) - region->start);
	if (figures_know(&region->usage, USAGE_RSS | USAGE_PSS)) {
		buf_fmt(out, "rss\t%s", text_size(region->usage.rss, size));
		buf_fmt(out, "  pss %s\n", text_size(figures_pss(&region->usage),
			size));
	}
	if (!figures_know(&region->usage, USAGE_SWAP))
		buf_str(out, "swap\t?\n");
	else if (region->usage.swap)
		buf_fmt(out, "swap\t%s\n",
			text_size(region->usage.swap, size));
	explain_stack_lines(out, snapshot, i);
}

/* How far the frames go on side by side, as the pages do. */
static void add_run(struct buf *out, const struct snapshot *snapshot,
	const struct region_fitness *about)
{
	uint64_t before = about->run_at - 1;
	uint64_t after = about->run_length - about->run_at;
	uint64_t pfn = snapshot->detail.pfn;

	buf_fmt(out, "run\t%" PRIu64 " of %" PRIu64 " frame%s", about->run_at,
		about->run_length, about->run_length == 1 ? "" : "s");
	if (about->run_length > 1)
		buf_fmt(out, ": 0x%" PRIx64 "-0x%" PRIx64 ", %" PRIu64
			" before and %" PRIu64 " behind", pfn - before,
			pfn + after + 1, before, after);
	buf_char(out, '\n');
}

void explain_fitness(struct buf *out, const struct snapshot *snapshot,
	size_t region, uint64_t start, uint64_t end)
{
	const struct region_fitness *about = &snapshot->focus_fitness;
	const struct fitness *fitness = &about->fitness;
	unsigned shift = snapshot->machine->page_shift;
	char size[TEXT_SIZE_MAX];

	if (!about->valid || about->region != region || !fitness->known)
		return;
	if (about->has_run && detail_fits(snapshot, FOCUS_VIRTUAL, start, end) &&
	    end - start == 1)
		add_run(out, snapshot, about);
	if (!fitness->runs)
		return;
	buf_fmt(out, "frames\t%" PRIu64 " run%s", fitness->runs,
		fitness->runs == 1 ? "" : "s");
	buf_fmt(out, ", longest %s at 0x%" PRIx64,
		text_size(fitness->longest << shift, size),
		fitness->longest_pfn << shift);
	buf_fmt(out, ", %s below %s", fitness->below == fitness->present ?
		"all" : fitness->below ? "not all" : "none",
		text_size(snapshot->below, size));
	if (fitness->below && fitness->below < fitness->present)
		buf_fmt(out, " (%" PRIu64 " of %" PRIu64 ")", fitness->below,
			fitness->present);
	if (about->partial)
		buf_fmt(out, ", so far (up to 0x%" PRIx64 ")", fitness->end);
	buf_char(out, '\n');
}

/* Who has the frame: only who opens the inspector wants everybody asked. */
static void inspect_owners(struct buf *out, const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	if (!snapshot->detail.has_pfn)
		return;
	if (!atlas->inspect) {
		buf_str(out, "owners\tnot asked for (Enter)\n");
		return;
	}
	line(out, "owners");
	if (!why_is_asked(snapshot, snapshot->detail.pfn)) {
		buf_str(out, "asking all processes\n");
		return;
	}
	why_owners(out, snapshot, OWNERS_NAMED);
	buf_str(out, snapshot->nowners ? "  (Tab: list)\n" : "\n");
}

static void inspect_why(struct buf *out, const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	const struct page_detail *detail = &snapshot->detail;
	struct buf sentence = { 0 };

	if (why_sentence(&sentence, snapshot))
		buf_fmt(out, "why\t%s\n", buf_text(&sentence));
	else
		buf_fmt(out, "\tit %s\n", state_info(detail->state)->words);
	buf_fini(&sentence);
	if (state_info(detail->state)->presence == PRESENCE_MAPPED &&
	    detail->state != STATE_ZERO && detail->state != STATE_HUGE_ZERO)
		inspect_owners(out, atlas, snapshot);
}

static void inspect_page(struct buf *out, const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	const struct page_detail *detail = &snapshot->detail;
	const struct state_info *info = state_info(detail->state);
	unsigned bit;

	explain_names(out, snapshot);
	buf_fmt(out, "state\t%c %s\n", info->letter, info->name);
	inspect_why(out, atlas, snapshot);
	if (detail->has_cached)
		buf_fmt(out, "touch\t%s\n", cached_words(detail));
	else if (detail->state == STATE_NOT_MAPPED)
		buf_str(out, "touch\t?  (what the page cache has is not known)\n");
	buf_fmt(out, "entry\t0x%016" PRIx64 "  ", detail->word);
	page_entry_names(out, snapshot);
	buf_char(out, '\n');
	for (bit = 0; bit < NMARKS; bit++)
		if (detail->marks >> bit & 1)
			buf_fmt(out, "mark\t%s\n", mark_words(bit));
	if (detail->has_swap) {
		line(out, "slot");
		add_slot(out, snapshot, detail);
		buf_char(out, '\n');
	} else if (detail->state == STATE_SWAP) {
		buf_str(out, "slot\t?  (needs CAP_SYS_ADMIN)\n");
	}
	if (info->presence != PRESENCE_MAPPED &&
	    detail->state != STATE_PFNMAP)
		return;
	if (detail->has_pfn)
		inspect_frame(out, snapshot, detail->pfn);
	else if (detail->state == STATE_PFNMAP)
		buf_str(out, "frame\t?\n");
	else
		buf_str(out, "frame\t?  (needs CAP_SYS_ADMIN)\n");
}

/* How the cell's pages lie in memory, for more than one page. */
static void inspect_cell(struct buf *out, const struct snapshot *snapshot,
	const struct tally *tally, uint64_t npages)
{
	unsigned i;

	buf_fmt(out, "cell\t%" PRIu64 "%s\n", npages,
		tally->pending ? ", being read" : "");
	for (i = 0; i < NSTATES; i++)
		if (tally->state[i])
			buf_fmt(out, "%c\t%" PRIu64 " %s\n",
				state_info(i)->letter, tally->state[i],
				state_info(i)->title);
	if (tally->cached_known && tally->state[STATE_NOT_MAPPED])
		buf_fmt(out, ";\t%" PRIu64 " of them in the page cache\n",
			tally->cached);
	if (tally->shared || tally->private) {
		uint64_t mapped = tally->content - tally->state[STATE_SWAP];

		buf_fmt(out, "shared\t%" PRIu64 ", only here %" PRIu64,
			tally->shared, tally->private);
		if (mapped > tally->shared + tally->private)
			buf_fmt(out, ", not known %" PRIu64,
				mapped - tally->shared - tally->private);
		buf_char(out, '\n');
	}
	if (!snapshot->machine->facts.pfn_visible)
		return;
	buf_fmt(out, "linked\t%" PRIu64 " in %zu cell%s\n",
		snapshot->link_pages, snapshot->nlink,
		snapshot->nlink == 1 ? "" : "s");
}

/* The pages that a frame is at, as far as there is room for them. */
static void inspect_pages(struct buf *out, const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->nlink && i < PAGES_NAMED; i++) {
		long region = snapshot_region(snapshot, snapshot->link[i].first);

		buf_fmt(out, "page\t%" PRIx64 " ", snapshot->link[i].first);
		if (region >= 0)
			text_escape(out, snapshot_region_title(snapshot,
				(size_t)region), false);
		buf_char(out, '\n');
	}
	if (i < snapshot->nlink)
		buf_fmt(out, "\tand in %zu more cells\n",
			snapshot->nlink - i);
}

static void inspect_problems(struct buf *out, const struct snapshot *snapshot)
{
	if (snapshot->problems.len)
		buf_fmt(out, "not known\n%s", buf_text(&snapshot->problems));
}

void explain_inspect(struct buf *out, const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	bool virtual = atlas->active == SIDE_VIRTUAL;
	uint64_t start, end;
	struct tally tally;
	long region;

	if (!pane_focus(&atlas->panes[atlas->active], &start, &end)) {
		inspect_problems(out, snapshot);
		return;
	}
	region = virtual ? snapshot_region(snapshot, start) : -1;
	if (virtual && region < 0)
		return;
	if (virtual) {
		buf_fmt(out, "address\t0x%" PRIx64 "\n", va_of(snapshot, start));
		inspect_region(out, snapshot, (size_t)region, start);
		bin_pages(snapshot, (size_t)region, start, end, &tally);
	} else {
		bin_frames(snapshot, start, end, &tally);
	}
	if (end - start > 1 || snapshot->process.answer != ANSWER_OK) {
		inspect_cell(out, snapshot, &tally, end - start);
	} else if (!detail_fits(snapshot, virtual ? FOCUS_VIRTUAL :
			 FOCUS_PHYSICAL, start, end)) {
		buf_str(out, "being read\n");
	} else if (virtual && snapshot->pagemap != ANSWER_OK) {
		buf_str(out, "state\t?\n");
	} else if (virtual) {
		inspect_page(out, atlas, snapshot);
	} else {
		inspect_frame(out, snapshot, start);
		inspect_pages(out, snapshot);
		inspect_owners(out, atlas, snapshot);
	}
	if (virtual)
		explain_fitness(out, snapshot, (size_t)region, start, end);
	inspect_problems(out, snapshot);
}
