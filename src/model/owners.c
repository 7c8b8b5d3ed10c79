/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/owners.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "space_impl.h"

/* Bytes of names of regions: far more than any machine has. */
#define NAMES_MAX (64u << 20)

void owners_fini(struct owners *owners)
{
	mine_fini(&owners->mine);
	free(owners->rows);
	buf_fini(&owners->names);
	symbols_fini(&owners->symbols);
	memset(owners, 0, sizeof(*owners));
}

/* ---- the frames asked about */

static void take_frame(struct owners *owners, uint64_t pfn, bool first)
{
	mine_add_frame(&owners->mine, pfn, false);
	if (first)
		owners->byte_pfn = pfn;
}

static void take_frames(struct owners *owners, struct space *space,
	uint64_t first)
{
	struct reader *reader = space->reader;
	struct page_context cx;
	uint64_t pfn;
	size_t i;

	space_context(space, &cx);
	reader_frames(reader, &cx);
	for (i = 0; i < reader->slice.n; i++)
		if (reader_pfn(reader, i, &pfn) &&
		    reader->slice.state[i] != STATE_ZERO &&
		    reader->slice.state[i] != STATE_HUGE_ZERO)
			take_frame(owners, pfn, reader->slice.vpn + i == first);
}

static enum answer take_pages(struct owners *owners, struct space *space,
	struct page_range pages)
{
	struct reader *reader = space->reader;
	uint64_t from, to;
	enum answer answer;

	space_pass_begin(space, DEPTH_STATES);
	space_seek(space, pages.start);
	while (space_next_slice(space, &from, &to) && from < pages.end) {
		from = from < pages.start ? pages.start : from;
		to = to > pages.end ? pages.end : to;
		if (from >= to)
			continue;
		answer = reader_words(reader, from, (size_t)(to - from));
		if (answer != ANSWER_OK)
			return answer;
		take_frames(owners, space, pages.start);
	}
	return ANSWER_OK;
}

enum answer owners_begin(struct owners *owners, struct page_range frames,
	struct space *space, struct page_range pages, uint64_t byte)
{
	mine_fini(&owners->mine);
	symbols_forget(&owners->symbols);
	owners->symbols_answer = ANSWER_OK;
	owners->byte_pfn = frames.end ? frames.start : UINT64_MAX;
	owners->byte = byte;
	buf_clear(&owners->names);
	owners->n = 0;
	owners->is_cut = false;
	owners->frames = frames;
	owners->last_at = SIZE_MAX;
	return frames.end ? ANSWER_OK : take_pages(owners, space, pages);
}

/* ---- who has them */

static bool is_asked(const struct owners *owners, uint64_t pfn)
{
	bool exclusive;

	if (owners->frames.end)
		return pfn >= owners->frames.start && pfn < owners->frames.end;
	return mine_times(&owners->mine, pfn, &exclusive);
}

static void take_name(struct owners *owners, size_t at,
	const struct space *space)
{
	struct text title;

	if (owners->last_at == at && owners->last_region == space->at_region)
		return;
	title = region_title(&space->regions[space->at_region], &space->names);
	owners->last_at = at;
	owners->last_region = space->at_region;
	owners->last_name = owners->names.len;
	buf_add(&owners->names, title.p, title.n);
	buf_char(&owners->names, '\0');
}

static bool row_join(struct owner_row *a, const struct owner_row *b)
{
	if (a->member != b->member || a->name != b->name ||
	    a->vpn + a->npages != b->vpn || a->pfn + a->npages != b->pfn ||
	    a->state != b->state || a->marks != b->marks)
		return false;
	a->npages += b->npages;
	return true;
}

static void take_symbol(struct owners *owners, const struct space *space,
	struct owner_row *row)
{
	unsigned shift = space->reader->machine->page_shift;
	struct symbol_place place = symbols_at(&owners->symbols, space,
		space->at_region, (row->vpn << shift) +
		(row->pfn == owners->byte_pfn ? owners->byte : 0));

	row->has_symbol = place.answer == ANSWER_OK;
	row->symbol = place.symbol;
	if (owners->symbols_answer == ANSWER_OK)
		owners->symbols_answer = place.answer;
}

static void add(struct owners *owners, const struct space *space,
	const struct owner_row *row)
{
	if (owners->n && row_join(&owners->rows[owners->n - 1], row))
		return;
	if (owners->n == OWNERS_MAX) {
		owners->is_cut = true;
		return;
	}
	owners->rows = mem_grow(owners->rows, &owners->cap, owners->n + 1,
		sizeof(*owners->rows));
	owners->rows[owners->n] = *row;
	take_symbol(owners, space, &owners->rows[owners->n++]);
}

static void take_slice(void *arg, size_t at, struct space *space)
{
	struct owners *owners = arg;
	struct reader *reader = space->reader;
	struct slice *slice = &reader->slice;
	const struct region *region = &space->regions[space->at_region];
	unsigned shift = reader->machine->page_shift;
	struct page_context cx;
	size_t i, found = 0;
	uint64_t pfn;

	for (i = 0; i < slice->n; i++) {
		if (reader_pfn(reader, i, &pfn) && is_asked(owners, pfn))
			found++;
		else
			slice->known[i] |= SLICE_SKIP;
	}
	owners->is_cut |= found && (owners->names.len > NAMES_MAX ||
		owners->symbols.names.len > NAMES_MAX);
	if (!found || owners->is_cut)
		return;
	space_context(space, &cx);
	reader_frames(reader, &cx);
	take_name(owners, at, space);
	for (i = 0; i < slice->n; i++) {
		struct owner_row row = { .member = (uint32_t)at,
			.name = (uint32_t)owners->last_name,
			.vpn = slice->vpn + i, .npages = 1,
			.state = slice->state[i], .marks = slice->marks[i],
			.has_offset = region->inode };

		if ((slice->known[i] & SLICE_SKIP) ||
		    !reader_pfn(reader, i, &row.pfn))
			continue;
		row.file_offset = region->offset +
			((row.vpn << shift) - region->start);
		add(owners, space, &row);
	}
}

struct crowd_user owners_user(struct owners *owners)
{
	return (struct crowd_user){
		.slice = take_slice, .arg = owners, .wants_states = true };
}

static int compare_rows(const void *a, const void *b)
{
	const struct owner_row *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	return x->vpn < y->vpn ? -1 : x->vpn > y->vpn;
}

void owners_sort(struct owners *owners)
{
	if (owners->n)
		qsort(owners->rows, owners->n, sizeof(*owners->rows),
			compare_rows);
}
