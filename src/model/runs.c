/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/runs.h"

#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "slice_page.h"
#include "space_impl.h"
#include "swap_rows.h"

bool runs_join(struct page_run *a, const struct page_run *b)
{
	if (a->vpn + a->npages != b->vpn || a->region != b->region ||
	    a->state != b->state || a->marks != b->marks ||
	    a->has_pfn != b->has_pfn || a->has_flags != b->has_flags ||
	    a->has_count != b->has_count || a->has_swap != b->has_swap ||
	    a->reason != b->reason || a->cached_known != b->cached_known)
		return false;
	if ((a->has_flags && a->flags != b->flags) ||
	    (a->has_count && a->count != b->count) ||
	    (a->has_pfn && a->pfn + a->npages != b->pfn) ||
	    (a->has_swap && (a->swap_type != b->swap_type ||
		    a->swap_offset + a->npages != b->swap_offset)))
		return false;
	a->npages += b->npages;
	return true;
}

/* Why an access to it would fault, and no more than that: so there are fewer
 * of them.  PAGE: as it was read; NULL where it has no entry. */
static void take_reason(struct page_run *run, const struct space *space,
	const struct page_context *cx, const struct page_facts *page)
{
	struct rt_context rt;

	rt_context_of(&space->regions[run->region], cx, space->locked_kb, &rt);
	run->reason = (uint8_t)rt_reason_of(&rt, run->state, run->marks, page);
	run->has_pfn = run->has_flags = run->has_count = run->has_swap = false;
	run->marks &= MARK_CACHED;
}

static bool is_wanted(struct snapshot *snapshot, const struct space *space,
	const struct filter *filter, const struct page_run *run)
{
	const struct machine *machine = snapshot->machine;
	bool is_mapped = state_info(run->state)->presence == PRESENCE_MAPPED;
	char zone[32];
	struct filter_facts facts = {
		.name = region_title(&space->regions[run->region],
			&space->names),
		.has_state = FACT_KNOWN, .state = run->state,
		.has_flags = run->has_flags ? FACT_KNOWN :
			is_mapped ? FACT_UNKNOWN : FACT_NONE,
		.flags = run->flags,
		.has_marks = FACT_KNOWN, .marks = run->marks,
		.has_zone = is_mapped ? FACT_UNKNOWN : FACT_NONE,
	};
	enum match match;

	if (!filter->n)
		return true;
	if (run->has_pfn) {
		int index = machine_zone(machine, run->pfn);

		facts.has_zone = index < 0 ? FACT_NONE : FACT_KNOWN;
		facts.zone = machine_zone_name(machine, index, zone);
	}
	match = filter_match(filter, &facts);
	if (match == MATCH_MAYBE)
		snapshot->unmatched += run->npages;
	return match == MATCH_YES;
}

static void add(struct snapshot *snapshot, const struct space *space,
	const struct wish *wish, const struct page_run *run)
{
	if (!is_wanted(snapshot, space, &wish->filter, run))
		return;
	if (snapshot->nruns &&
	    runs_join(&snapshot->runs[snapshot->nruns - 1], run))
		return;
	snapshot->runs = mem_grow(snapshot->runs, &snapshot->runs_cap,
		snapshot->nruns + 1, sizeof(*snapshot->runs));
	snapshot->runs[snapshot->nruns++] = *run;
}

/* One region's pages from RUN's first to END, none of which is mapped: those
 * that the page cache has are marked.  As many as fit into the portion. */
static void add_not_mapped(struct snapshot *snapshot, struct space *space,
	const struct wish *wish, struct page_run run, uint64_t end)
{
	while (run.vpn < end && snapshot->nruns <= RUNS_PORTION) {
		const struct cached_map *map = space_cached(space, run.region,
			run.vpn, false);
		uint64_t next = end;
		size_t i;

		run.marks = 0;
		run.cached_known = false;
		if (map) {
			run.cached_known = true;
			next = map->to;
			i = cached_after(map, run.vpn);
			if (i < map->n && map->ranges[i].start <= run.vpn) {
				run.marks = MARK_CACHED;
				next = map->ranges[i].end;
			} else if (i < map->n) {
				next = map->ranges[i].start;
			}
		}
		run.npages = (next < end ? next : end) - run.vpn;
		add(snapshot, space, wish, &run);
		run.vpn += run.npages;
	}
}

/* A device's memory has frames that pagemap does not tell. */
static void place_run(struct page_run *run, const struct region *region,
	unsigned shift)
{
	if (run->state == STATE_PFNMAP)
		run->has_pfn = device_pfn(region, shift, run->vpn << shift,
			&run->pfn);
}

/* Only what of RUN has frames in RANGE; false: nothing. */
static bool clip_run(struct page_run *run, struct page_range range)
{
	uint64_t end = run->pfn + run->npages, skip;

	if (!run->has_pfn || run->pfn >= range.end || end <= range.start)
		return false;
	skip = run->pfn < range.start ? range.start - run->pfn : 0;
	run->vpn += skip;
	run->pfn += skip;
	run->npages = (end < range.end ? end : range.end) - run->pfn;
	return true;
}

static void add_void(struct snapshot *snapshot, struct space *space,
	const struct wish *wish, uint64_t from, uint64_t to)
{
	unsigned shift = snapshot->machine->page_shift;
	size_t i = regions_after(space->regions, space->nregions,
		from << shift);

	if (from >= to)
		return;
	for (; i < space->nregions && snapshot->nruns <= RUNS_PORTION; i++) {
		const struct region *region = &space->regions[i];
		uint64_t start = region->start >> shift;
		uint64_t end = region->end >> shift;
		struct page_context cx;
		struct page_run run;

		if (start >= to)
			break;
		start = start < from ? from : start;
		end = end > to ? to : end;
		page_context_of(region, region_name(region, &space->names),
			&snapshot->machine->rules, &cx);
		run = (struct page_run){ .vpn = start, .npages = end - start,
			.region = (uint32_t)i,
			.state = (uint8_t)classify_absent(&cx) };
		place_run(&run, region, shift);
		if (wish->runs_pfn.end && !clip_run(&run, wish->runs_pfn))
			continue;
		if (wish->want_rt)
			take_reason(&run, space, &cx, NULL);
		if (run.state == STATE_NOT_MAPPED)
			add_not_mapped(snapshot, space, wish, run, end);
		else
			add(snapshot, space, wish, &run);
	}
}

static struct page_run run_of(const struct space *space, size_t i)
{
	const struct reader *reader = space->reader;
	const struct slice *slice = &reader->slice;
	struct pte pte = pte_decode(slice->words[i], &reader->machine->rules);
	bool told = reader->machine->facts.pfn_visible;
	struct page_run run = {
		.vpn = slice->vpn + i, .npages = 1,
		.region = (uint32_t)space->at_region,
		.state = slice->state[i], .marks = slice->marks[i],
		.has_pfn = pte.present && told,
		.has_swap = pte.special == PTE_SWAP && told,
		.has_flags = pte.present && (slice->known[i] & SLICE_FLAGS),
	};

	if (run.has_pfn)
		run.pfn = pte.pfn;
	if (run.has_flags)
		run.flags = slice->flags[i];
	run.has_count = pte.present && reader_mapcount(reader, i, &run.count);
	if (!run.has_count)
		run.count = 0;
	if (run.has_swap) {
		run.swap_type = (uint8_t)pte.swap_type;
		run.swap_offset = pte.swap_offset;
	}
	return run;
}

/* Does the page cache have RUN, a page of the region that the pass is at? */
static void mark_cached(struct page_run *run, struct space *space)
{
	const struct cached_map *map = run->state != STATE_NOT_MAPPED ? NULL :
		space_cached(space, space->at_region, run->vpn, false);

	run->cached_known = map;
	if (map && cached_has(map, run->vpn))
		run->marks |= MARK_CACHED;
}

/* Only smaps tells whether the mark of being written means anything. */
static bool needs_smaps(const struct space *space, const struct region *region)
{
	const uint64_t written = PM_PRESENT | PM_SOFT_DIRTY;
	const struct slice *slice = &space->reader->slice;
	size_t i = 0;

	if (region->vm_flags_known || space->smaps != ANSWER_OK ||
	    !space->smaps_age)
		return false;
	while (i < slice->n && (slice->words[i] & written) != written)
		i++;
	return i < slice->n;
}

/* Page I of the slice is alike the one before it, as its frame follows that
 * one's. */
static bool goes_on(const struct slice *slice, size_t i)
{
	return slice_is_alike(slice, i) && is_present(slice, i) &&
		slice->words[i] == slice->words[i - 1] + 1 &&
		slice->state[i] == slice->state[i - 1] &&
		slice->marks[i] == slice->marks[i - 1];
}

/* Page I of the slice, and how many more are said with it. */
static size_t add_pages(struct snapshot *snapshot, struct space *space,
	const struct wish *wish, const struct page_context *cx, size_t i)
{
	const struct reader *reader = space->reader;
	struct page_run run = run_of(space, i);

	place_run(&run, &space->regions[run.region],
		reader->machine->page_shift);
	if (wish->runs_pfn.end &&
	    (!run.has_pfn || run.pfn < wish->runs_pfn.start ||
	     run.pfn >= wish->runs_pfn.end))
		return 1;
	mark_cached(&run, space);
	if (wish->want_rt) {
		struct page_facts page = slice_page(reader, i);

		take_reason(&run, space, cx,
			is_present(&reader->slice, i) ? &page : NULL);
	}
	/* The frames of one run may lie in two zones, or partly in a range. */
	while (!wish->filter.n && !wish->runs_pfn.end &&
	       i + run.npages < reader->slice.n &&
	       goes_on(&reader->slice, i + run.npages))
		run.npages++;
	add(snapshot, space, wish, &run);
	return run.npages;
}

/* Of the pages FROM..TO that are read those that are ASKED for. */
static int add_slice(struct snapshot *snapshot, struct space *space,
	const struct wish *wish, uint64_t from, uint64_t to,
	struct page_range asked)
{
	struct reader *reader = space->reader;
	const struct region *region = &space->regions[space->at_region];
	struct page_context cx;
	enum answer answer;
	size_t i;

	answer = reader_words(reader, from, (size_t)(to - from));
	if (answer != ANSWER_OK)
		return -1;
	if (needs_smaps(space, region))
		space_read_smaps(space, false);
	page_context_of(region, region_name(region, &space->names),
		&reader->machine->rules, &cx);
	for (i = 0; i < to - from; i++)
		if (from + i < asked.start || from + i >= asked.end)
			reader->slice.known[i] = SLICE_SKIP;
	reader_frames(reader, &cx);
	for (i = 0; i < to - from;)
		i += reader->slice.known[i] & SLICE_SKIP ? 1 :
			add_pages(snapshot, space, wish, &cx, i);
	return 0;
}

/* The types of the slots that the runs are in. */
static uint32_t swap_used(const struct snapshot *snapshot)
{
	uint32_t used = 0;
	size_t i;

	for (i = 0; i < snapshot->nruns; i++)
		if (snapshot->runs[i].has_swap)
			used |= UINT32_C(1) << snapshot->runs[i].swap_type;
	return used;
}

int runs_fill(struct snapshot *snapshot, struct space *space,
	const struct wish *wish)
{
	unsigned shift = snapshot->machine->page_shift;
	uint64_t at = wish->runs.start >> shift, from, to;
	uint64_t end = ((wish->runs.end - 1) >> shift) + 1;
	/* A huge mapping is only known by all its entries. */
	uint32_t whole = machine_pmd_pages(snapshot->machine);
	uint64_t last;

	snapshot->nruns = 0;
	snapshot->unmatched = 0;
	if (!whole || whole > SOURCE_SLICE)
		whole = 1;
	last = end + (whole - end % whole) % whole;
	space_seek(space, at - at % whole);
	while (snapshot->nruns < RUNS_PORTION &&
	       space_next_slice(space, &from, &to)) {
		struct page_range asked = { at, end };

		if (from >= end)
			break;
		if (to <= at)
			continue;
		if (to > last)
			to = last;
		add_void(snapshot, space, wish, at, from);
		if (snapshot->nruns > RUNS_PORTION)
			break;
		if (add_slice(snapshot, space, wish, from, to, asked)) {
			/* What cannot be read is no void either. */
			snapshot->pagemap = space->reader->answers[WORDS_PAGEMAP];
			snapshot->runs_next = wish->runs.end;
			return -1;
		}
		at = to < end ? to : end;
	}
	if (snapshot->nruns < RUNS_PORTION)
		add_void(snapshot, space, wish, at, end);
	snapshot->cached_answer = space->cached_answer;
	if (snapshot->nruns < RUNS_PORTION) {
		snapshot->runs_next = wish->runs.end;
		space_check_regions(space);
		snapshot->came = space->came;
		snapshot->went = space->went;
	} else {
		/* The last run may go on: it is the next portion's first. */
		snapshot->nruns--;
		snapshot->runs_next =
			snapshot->runs[snapshot->nruns].vpn << shift;
	}
	swap_rows_name(snapshot, space, swap_used(snapshot), true);
	return 0;
}
