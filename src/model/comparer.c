/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/comparer.h"

#include <stdlib.h>
#include <string.h>

#include "comparer_impl.h"
#include "slice_page.h"
#include "space_impl.h"
#include "vmatlas/base/mem.h"

/* Pages, or runs of them, that a step looks at: well below a millisecond. */
#define STEP_PAGES 65536
#define STEP_RUNS 8192
#define PAGES_MAX 4096			/* in a run: 12 bits */
#define BLOCK_WORDS (COMPARE_BLOCK / 64)

static void side_fini(struct comparer_side *side)
{
	free(side->regions);
	free(side->rows);
	free(side->runs);
	buf_fini(&side->names);
	memset(side, 0, sizeof(*side));
}

/* All but the answer. */
static void forget(struct comparer *comparer)
{
	side_fini(&comparer->sides[COMPARE_A]);
	side_fini(&comparer->sides[COMPARE_B]);
	free(comparer->index);
	free(comparer->counted);
	free(comparer->extents);
	comparer->index = NULL;
	comparer->counted = NULL;
	comparer->extents = NULL;
	comparer->index_cap = comparer->last_block = 0;
	comparer->at = comparer->region = 0;
}

void comparer_fini(struct comparer *comparer)
{
	forget(comparer);
	comparison_fini(&comparer->answer);
	memset(comparer, 0, sizeof(*comparer));
}

void comparer_begin(struct comparer *comparer, int a, int b)
{
	struct comparison *answer = &comparer->answer;

	forget(comparer);
	comparison_clear(answer);
	comparer->phase = COMPARER_WALKING;
	answer->frames_told = true;	/* until one is not */
	answer->processes[COMPARE_A].id.pid = a;
	answer->processes[COMPARE_B].id.pid = b;
}

/* ---- blocks of frames */

static size_t slot_of(const struct comparer *comparer, uint64_t pfn)
{
	size_t mask = comparer->index_cap - 1;
	size_t i = (size_t)(pfn / COMPARE_BLOCK *
		UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;

	while (comparer->index[i] &&
	       comparer->answer.blocks[comparer->index[i] - 1].pfn != pfn)
		i = (i + 1) & mask;
	return i;
}

static void grow_index(struct comparer *comparer)
{
	struct comparison *answer = &comparer->answer;
	size_t i;

	free(comparer->index);
	comparer->index_cap = comparer->index_cap ?
		2 * comparer->index_cap : 64;
	comparer->index = mem_new(comparer->index_cap,
		sizeof(*comparer->index));
	for (i = 0; i < answer->nblocks; i++)
		comparer->index[slot_of(comparer, answer->blocks[i].pfn)] =
			(uint32_t)i + 1;
}

/* The block of frame PFN, an empty one if there was none. */
static size_t block_of(struct comparer *comparer, uint64_t pfn)
{
	struct comparison *answer = &comparer->answer;
	size_t slot;

	pfn -= pfn % COMPARE_BLOCK;
	if (comparer->last_block < answer->nblocks &&
	    answer->blocks[comparer->last_block].pfn == pfn)
		return comparer->last_block;
	if (4 * (answer->nblocks + 1) > 3 * comparer->index_cap)
		grow_index(comparer);
	slot = slot_of(comparer, pfn);
	if (!comparer->index[slot]) {
		answer->blocks = mem_grow(answer->blocks, &answer->blocks_cap,
			answer->nblocks + 1, sizeof(*answer->blocks));
		answer->blocks[answer->nblocks++] =
			(struct compare_block){ .pfn = pfn };
		comparer->index[slot] = (uint32_t)answer->nblocks;
	}
	comparer->last_block = comparer->index[slot] - 1;
	return comparer->last_block;
}

static bool has_frame(const struct compare_block *block, unsigned side,
	unsigned bit)
{
	return block->has[side][bit / 64] >> bit % 64 & 1;
}

/* ---- what the crowd shows */

static void take_page(struct comparer *comparer, unsigned at, size_t region,
	uint64_t vpn, uint64_t pfn)
{
	struct comparer_side *side = &comparer->sides[at];
	struct compare_pages *last = side->nruns ?
		&side->runs[side->nruns - 1] : NULL;
	size_t block = block_of(comparer, pfn);
	unsigned bit = pfn % COMPARE_BLOCK;

	comparer->answer.blocks[block].has[at][bit / 64] |=
		UINT64_C(1) << bit % 64;
	if (last && side->region == region && last->more + 1 < PAGES_MAX &&
	    last->vpn + last->more + 1 == vpn &&
	    last->pfn + last->more + 1 == pfn) {
		last->more++;
		return;
	}
	side->runs = mem_grow(side->runs, &side->runs_cap, side->nruns + 1,
		sizeof(*side->runs));
	side->runs[side->nruns++] = (struct compare_pages){ .vpn = vpn,
		.pfn = pfn };
	side->region = region;
}

static unsigned side_of(const struct comparer *comparer,
	const struct space *space)
{
	return space->process.id.pid ==
		comparer->answer.processes[COMPARE_A].id.pid ?
		COMPARE_A : COMPARE_B;
}

static void take_slice(void *arg, size_t member, struct space *space)
{
	struct comparer *comparer = arg;
	struct reader *reader = space->reader;
	struct slice *slice = &reader->slice;
	const struct region *region = &space->regions[space->at_region];
	unsigned side = side_of(comparer, space);
	struct page_context cx;
	bool asks = false;
	uint64_t pfn;
	size_t i;

	(void)member;
	/* Nobody has the page of zeros exclusively. */
	for (i = 0; i < slice->n; i++) {
		if (!reader_pfn(reader, i, &pfn) || is_exclusive(reader, i))
			slice->known[i] |= SLICE_SKIP;
		else
			asks = true;
	}
	page_context_of(region, region_name(region, &space->names),
		&reader->machine->rules, &cx);
	if (asks)
		reader_frames(reader, &cx);
	for (i = 0; i < slice->n; i++) {
		if (!reader_pfn(reader, i, &pfn))
			continue;
		if (!(slice->known[i] & SLICE_SKIP)) {
			if (reader_is_zero_page(reader, &cx, i))
				continue;
			if (!(slice->known[i] & (SLICE_FLAGS | SLICE_COUNT)))
				comparer->answer.frames_told = false;
		}
		take_page(comparer, side, space->at_region, slice->vpn + i,
			pfn);
	}
}

static void take_end(void *arg, size_t member, struct space *space)
{
	struct comparer *comparer = arg;
	struct comparer_side *side =
		&comparer->sides[side_of(comparer, space)];

	(void)member;
	if (side->regions)
		return;
	side->nregions = space->nregions;
	side->regions = mem_new(space->nregions, sizeof(*side->regions));
	if (space->nregions)
		memcpy(side->regions, space->regions,
			space->nregions * sizeof(*side->regions));
	buf_add(&side->names, buf_text(&space->names), space->names.len);
}

struct crowd_user comparer_user(struct comparer *comparer)
{
	return (struct crowd_user){
		.slice = take_slice, .end = take_end, .arg = comparer };
}

/* ---- after that */

/* How it went with one of them.  Who has no memory is not in the crowd. */
static enum answer answer_of(const struct crowd *crowd,
	struct process *process)
{
	enum answer answer;
	size_t i;

	for (i = 0; i < crowd->n; i++) {
		const struct crowd_member *member = &crowd->members[i];

		if (member->process.id.pid != process->id.pid)
			continue;
		*process = member->process;
		return member->answer;
	}
	answer = process_read(process, crowd->src, crowd->machine);
	if (answer != ANSWER_OK)
		return answer;
	return process->vss ? ANSWER_GONE : ANSWER_ABSENT;
}

static bool begin_work(struct comparer *comparer, const struct crowd *crowd)
{
	struct comparison *answer = &comparer->answer;

	bool can = true;
	unsigned i;

	for (i = 0; i < NCOMPARE_SIDES; i++) {
		answer->answers[i] = answer_of(crowd, &answer->processes[i]);
		can &= answer->answers[i] == ANSWER_OK;
	}
	answer->frames_told &= crowd->machine->facts.pfn_visible;
	answer->uptime_ms = crowd->machine->facts.uptime_ms;
	comparer->page_shift = crowd->machine->page_shift;
	if (!can)
		return false;
	comparer_make_rows(comparer);
	comparer->counted = mem_new(answer->nblocks * BLOCK_WORDS,
		sizeof(*comparer->counted));
	return true;
}

/* Count the frames of a run, those that were not counted yet. */
static void count_run(struct comparer *comparer, unsigned side,
	const struct compare_pages *run, struct compare_row *row)
{
	struct comparison *answer = &comparer->answer;
	uint64_t pfn, end = run->pfn + run->more + 1;

	for (pfn = run->pfn; pfn < end; pfn++) {
		size_t at = block_of(comparer, pfn);
		unsigned bit = pfn % COMPARE_BLOCK;
		uint64_t *word = &comparer->counted[at * BLOCK_WORDS +
			bit / 64];
		bool other = has_frame(&answer->blocks[at], !side, bit);
		uint64_t one = UINT64_C(1) << bit % 64;

		if (*word & one)
			continue;
		*word |= one;
		if (other) {
			row->frames.both++;
			answer->frames.both++;
		} else {
			row->frames.only[side]++;
			answer->frames.only[side]++;
		}
	}
}

/* False: there are no more runs. */
static bool count_some(struct comparer *comparer, unsigned at)
{
	struct comparer_side *side = &comparer->sides[at];
	size_t pages = 0;

	for (; comparer->at < side->nruns && pages < STEP_PAGES;
	     comparer->at++) {
		const struct compare_pages *run = &side->runs[comparer->at];

		while (side->regions[comparer->region].end >>
				comparer->page_shift <= run->vpn)
			comparer->region++;
		count_run(comparer, at, run, &comparer->answer.rows[
			side->rows[comparer->region]]);
		pages += run->more + 1;
	}
	return comparer->at < side->nruns;
}

/* False: there are no more rows. */
static bool relate_some(struct comparer *comparer)
{
	struct comparison *answer = &comparer->answer;
	size_t runs = 0;

	for (; comparer->at < answer->nrows && runs < STEP_RUNS;
	     comparer->at++)
		runs += 1 + comparer_relate_row(comparer, comparer->at);
	return comparer->at < answer->nrows;
}

static int compare_blocks(const void *a, const void *b)
{
	const struct compare_block *x = a, *y = b;

	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

static void finish(struct comparer *comparer)
{
	struct comparison *answer = &comparer->answer;

	if (answer->nblocks)
		qsort(answer->blocks, answer->nblocks, sizeof(*answer->blocks),
			compare_blocks);
	forget(comparer);
}

bool comparer_step(struct comparer *comparer, const struct crowd *crowd)
{
	bool more = false;

	switch (comparer->phase) {
	case COMPARER_WALKING:
		if (!begin_work(comparer, crowd))
			comparer->phase = COMPARER_RELATING;
		break;
	case COMPARER_COUNTING_A:
		more = count_some(comparer, COMPARE_A);
		break;
	case COMPARER_COUNTING_B:
		more = count_some(comparer, COMPARE_B);
		break;
	case COMPARER_RELATING:
		more = relate_some(comparer);
		break;
	case COMPARER_DONE:
		return false;
	}
	if (more)
		return true;
	comparer->at = comparer->region = 0;
	if (++comparer->phase < COMPARER_DONE)
		return true;
	finish(comparer);
	return false;
}
