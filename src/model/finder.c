/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "finder_impl.h"

#include <stdlib.h>
#include <string.h>

/* ---- pages: a segment at a time */

static unsigned shift_of(const struct space *space)
{
	return space->reader->machine->page_shift;
}

static void end_with(struct finder *finder, enum found_how how)
{
	finder->found.how = how;
}

static void found_run(struct finder *finder, const struct space *space)
{
	finder->found.start = finder->run_start << shift_of(space);
	finder->found.end = finder->run_end << shift_of(space);
	end_with(finder, FOUND_IT);
}

/* Pages FROM..TO go on with the run, or begin it. */
static void take_run(struct finder *finder, uint64_t from, uint64_t to)
{
	if (!finder->in_run) {
		finder->run_start = from;
		finder->run_end = to;
	} else if (finder->find.backward) {
		finder->run_start = from;
	} else {
		finder->run_end = to;
	}
	finder->in_run = true;
}

/* The pages of SEGMENT one by one, in the direction of the search; true: a
 * run has ended in it. */
static bool walk_block(struct finder *finder, const struct segment *segment,
	const struct block *block, const struct matched *matched)
{
	bool backward = finder->find.backward;
	uint64_t n = segment->end - segment->start, k;

	for (k = 0; k < n; k++) {
		uint64_t page = backward ? segment->end - 1 - k :
			segment->start + k;
		bool yes = matched_has(matched, (unsigned)(page - block->vpn));

		if (!yes && finder->in_run)
			return true;
		if (yes)
			take_run(finder, page, page + 1);
	}
	return false;
}

static bool walk_segment(struct finder *finder, struct space *space,
	const struct segment *segment)
{
	struct matched matched;
	enum match match;

	if (segment->block >= 0) {
		const struct block *block = space->blocks[segment->block];

		if (matcher_block(space, block, &finder->find.filter,
			    &matched))
			return true;
		finder->found.unknown += matched.nmaybe;
		return walk_block(finder, segment, block, &matched);
	}
	match = matcher_void(space, segment->region, &finder->find.filter);
	if (match == MATCH_MAYBE)
		finder->found.unknown += segment->end - segment->start;
	if (match != MATCH_YES)
		return finder->in_run;
	/* A run may end where the void of another region begins. */
	take_run(finder, segment->start, segment->end);
	return false;
}

/* Go round; false: it did already. */
static bool wrap(struct finder *finder)
{
	if (finder->found.wrapped)
		return false;
	finder->found.wrapped = true;
	finder->at = finder->find.backward ? UINT64_MAX : 0;
	return true;
}

/* Of the pages behind where it began only those are left that lie before it. */
static bool is_round(const struct finder *finder, const struct space *space,
	const struct segment *segment)
{
	uint64_t from = finder->find.from >> shift_of(space);

	if (!finder->found.wrapped)
		return false;
	return finder->find.backward ? segment->end <= from :
		segment->start >= from;
}

/* Consecutive pages of one region are a run; beyond its edge they are none. */
static bool leaves_run(const struct finder *finder, const struct space *space,
	const struct segment *segment)
{
	uint64_t edge = finder->find.backward ? segment->end :
		segment->start;
	const struct region *region = &space->regions[segment->region];

	if (!finder->in_run)
		return false;
	return edge != (finder->find.backward ? finder->run_start :
			finder->run_end) ||
		edge << shift_of(space) == (finder->find.backward ?
			region->end : region->start);
}

static bool page_matches(const struct finder *finder, struct space *space,
	const struct segment *segment, uint64_t page)
{
	const struct block *block;
	struct matched matched;

	if (segment->block < 0)
		return matcher_void(space, segment->region,
			&finder->find.filter) == MATCH_YES;
	block = space->blocks[segment->block];
	return !matcher_block(space, block, &finder->find.filter, &matched) &&
		matched_has(&matched, (unsigned)(page - block->vpn));
}

/* What was found is the rest of the pages that the search began on? */
static bool is_rest(const struct finder *finder, struct space *space)
{
	bool backward = finder->find.backward;
	uint64_t edge = backward ? finder->run_end : finder->run_start;
	struct segment near, run;

	if (finder->found.wrapped ||
	    edge != finder->find.from >> shift_of(space))
		return false;
	if (backward)
		return segment_after(space, edge, &near) &&
			segment_before(space, edge, &run) &&
			near.start == edge && near.region == run.region &&
			page_matches(finder, space, &near, edge);
	return segment_before(space, edge, &near) &&
		segment_after(space, edge, &run) && near.end == edge &&
		near.region == run.region &&
		page_matches(finder, space, &near, edge - 1);
}

static bool step_pages(struct finder *finder, struct space *space)
{
	struct segment segment;
	bool more = finder->find.backward ?
		segment_before(space, finder->at, &segment) :
		segment_after(space, finder->at, &segment);

	if (more && !is_round(finder, space, &segment) &&
	    !leaves_run(finder, space, &segment)) {
		finder->at = finder->find.backward ? segment.start :
			segment.end;
		finder->found.done += segment.block >= 0;
		if (!walk_segment(finder, space, &segment))
			return true;
	} else if (!finder->in_run && !more && wrap(finder)) {
		return true;
	}
	if (finder->in_run && is_rest(finder, space)) {
		finder->at = finder->find.backward ? finder->run_start :
			finder->run_end;
		finder->in_run = false;
		return true;
	}
	if (finder->in_run)
		found_run(finder, space);
	else
		end_with(finder, FOUND_NOT);
	return false;
}

/* ---- all of it */

static bool same_name(const struct find *a, const struct find *b)
{
	return a->kind == FIND_SYMBOL && b->kind == FIND_SYMBOL &&
		a->offset == b->offset && !strcmp(a->name, b->name) &&
		!strcmp(a->file, b->file);
}

void finder_begin(struct finder *finder, const struct find *find,
	const struct space *space)
{
	bool keep = finder->collected && same_name(&finder->find, find) &&
		finder->pid == space->process.id.pid &&
		finder->layout == space->layout;
	size_t nplaces = finder->found.nplaces;
	enum answer answer = finder->found.answer;

	if (find->serial == finder->find.serial &&
	    finder->pid == space->process.id.pid)
		return;
	finder->find = *find;
	finder->pid = space->process.id.pid;
	memset(&finder->found, 0, sizeof(finder->found));
	finder->found.serial = find->serial;
	finder->in_run = false;
	if (!find->serial || find->kind == FIND_NONE)
		return;
	finder->found.how = FOUND_SEARCHING;
	finder->found.all = find->kind == FIND_MATCH ? space->nblocks :
		space->nregions;
	finder->at = find->from >> shift_of(space);
	/* The page that FROM lies in the middle of was passed. */
	if (!find->backward && finder->at << shift_of(space) < find->from)
		finder->at++;
	finder->collected = keep;
	if (keep) {
		finder->found.nplaces = nplaces;
		finder->found.answer = answer;
		return;
	}
	finder->nplaces = finder->region = 0;
	finder->layout = space->layout;
}

bool finder_step(struct finder *finder, struct space *space,
	struct symbols *symbols)
{
	if (finder->found.how != FOUND_SEARCHING)
		return false;
	if (finder->find.kind == FIND_MATCH)
		return step_pages(finder, space);
	if (!finder->collected && finder_collect(finder, space, symbols))
		return true;
	finder_choose(finder);
	return false;
}

void finder_fini(struct finder *finder)
{
	free(finder->places);
	memset(finder, 0, sizeof(*finder));
}
