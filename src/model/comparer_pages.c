/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "comparer_impl.h"
#include "vmatlas/base/mem.h"

/*
 * Goes over the frames that one side has in a row: NPAGES from page PAGE of
 * the row on are in frames from PFN on; npages 0: there are no more.
 */
struct cursor {
	const struct comparer *comparer;
	const struct comparer_side *side;
	size_t row, region, run;
	uint64_t start;			/* of the row, on this side */
	uint64_t end;			/* of the region */
	uint64_t page, npages, pfn;
	size_t looked;			/* at so many runs */
};

/* The first run that begins at or behind VPN. */
static size_t run_from(const struct comparer_side *side, uint64_t vpn)
{
	size_t low = 0, high = side->nruns;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (side->runs[middle].vpn >= vpn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void enter_region(struct cursor *cursor)
{
	const struct region *region = &cursor->side->regions[cursor->region];
	unsigned shift = cursor->comparer->page_shift;

	cursor->end = region->end >> shift;
	cursor->run = run_from(cursor->side, region->start >> shift);
}

/* To the row's next region on this side; false: it has no more. */
static bool next_region(struct cursor *cursor, uint64_t row_end)
{
	const struct comparer_side *side = cursor->side;
	unsigned shift = cursor->comparer->page_shift;

	while (++cursor->region < side->nregions &&
	       side->regions[cursor->region].start >> shift < row_end) {
		if (side->rows[cursor->region] != cursor->row)
			continue;
		enter_region(cursor);
		return true;
	}
	return false;
}

static void next_run(struct cursor *cursor, uint64_t row_end)
{
	const struct comparer_side *side = cursor->side;
	const struct compare_pages *run;

	cursor->npages = 0;
	do {
		if (cursor->run >= side->nruns)
			return;
		run = &side->runs[cursor->run];
		if (run->vpn >= cursor->end)
			continue;
		cursor->run++;
		cursor->looked++;
		cursor->page = run->vpn - cursor->start;
		cursor->npages = run->more + 1;
		cursor->pfn = run->pfn;
		return;
	} while (next_region(cursor, row_end));
}

static struct cursor begin(const struct comparer *comparer, size_t row,
	unsigned at)
{
	const struct row_extent *extent = &comparer->extents[row];
	struct cursor cursor = { .comparer = comparer, .row = row,
		.side = &comparer->sides[at], .region = extent->first[at],
		.start = comparer->answer.rows[row].start[at] };

	if (!comparer->answer.rows[row].is_in[at])
		return cursor;
	enter_region(&cursor);
	next_run(&cursor, extent->end[at]);
	return cursor;
}

/* Done with N pages of what it stands on. */
static void pass(struct cursor *cursor, uint64_t n, uint64_t row_end)
{
	cursor->page += n;
	cursor->pfn += n;
	cursor->npages -= n;
	if (!cursor->npages)
		next_run(cursor, row_end);
}

/* ---- what comes of it */

static void put(struct comparison *answer, struct compare_row *row,
	enum relation relation, uint64_t from, uint64_t to)
{
	if (from >= to)
		return;
	row->pages[relation] += to - from;
	answer->pages[relation] += to - from;
	if (row->nruns &&
	    answer->runs[answer->nruns - 1].relation == relation)
		return;
	if (answer->is_cut)
		return;
	if (answer->nruns == COMPARE_RUNS_MAX) {
		/* A part of a row would look like all of it. */
		answer->is_cut = true;
		answer->nruns = row->first_run;
		row->nruns = 0;
		return;
	}
	answer->runs = mem_grow(answer->runs, &answer->runs_cap,
		answer->nruns + 1, sizeof(*answer->runs));
	answer->runs[answer->nruns++] = (struct compare_run){ .page = from,
		.relation = relation };
	row->nruns++;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

size_t comparer_relate_row(struct comparer *comparer, size_t at)
{
	struct comparison *answer = &comparer->answer;
	struct compare_row *row = &answer->rows[at];
	const struct row_extent *extent = &comparer->extents[at];
	struct cursor a = begin(comparer, at, COMPARE_A);
	struct cursor b = begin(comparer, at, COMPARE_B);
	uint64_t page = 0;

	row->first_run = answer->nruns;
	while (a.npages || b.npages) {
		uint64_t pa = a.npages ? a.page : UINT64_MAX;
		uint64_t pb = b.npages ? b.page : UINT64_MAX;
		enum relation relation;
		uint64_t n;

		put(answer, row, RELATION_NONE, page, least(pa, pb));
		page = least(pa, pb);
		if (pa == pb) {
			relation = a.pfn == b.pfn ? RELATION_SAME :
				RELATION_DIFFER;
			n = least(a.npages, b.npages);
		} else if (pa < pb) {
			relation = RELATION_ONLY_A;
			n = least(a.npages, pb - pa);
		} else {
			relation = RELATION_ONLY_B;
			n = least(b.npages, pa - pb);
		}
		put(answer, row, relation, page, page + n);
		page += n;
		if (pa <= pb)
			pass(&a, n, extent->end[COMPARE_A]);
		if (pb <= pa)
			pass(&b, n, extent->end[COMPARE_B]);
	}
	put(answer, row, RELATION_NONE, page, row->npages);
	return a.looked + b.looked;
}
