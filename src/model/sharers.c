/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/sharers.h"

#include <stdlib.h>
#include <string.h>

#include "space_impl.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/address_spaces.h"

static size_t nplaces(const struct sharers *sharers)
{
	return sharers->shares.nthings * NSHARE_KINDS;
}

void sharers_begin(struct sharers *sharers)
{
	sharers->id = PROC_NONE;
	frame_map_clear(&sharers->frames);
	shares_clear(&sharers->shares);
	if (sharers->index_cap)
		memset(sharers->index, 0,
			sharers->index_cap * sizeof(*sharers->index));
}

void sharers_fini(struct sharers *sharers)
{
	frame_map_fini(&sharers->frames);
	shares_fini(&sharers->shares);
	free(sharers->totals);
	free(sharers->index);
	free(sharers->found);
	free(sharers->seen);
	free(sharers->ever);
	memset(sharers, 0, sizeof(*sharers));
}

/* ---- things */

static bool is_thing(const struct sharers *sharers, uint32_t thing,
	const struct region *region, struct text title)
{
	const struct share_thing *it = &sharers->shares.things[thing];

	if (it->inode || region->inode)
		return it->inode == region->inode &&
			it->major == region->major &&
			it->minor == region->minor;
	return text_is(title, share_thing_name(&sharers->shares, thing));
}

static size_t hash_of(const struct region *region, struct text title)
{
	uint64_t hash = region->inode ? region->inode ^
		(uint64_t)region->major << 40 ^ (uint64_t)region->minor << 52 : 5;
	size_t i;

	for (i = 0; !region->inode && i < title.n; i++)
		hash = hash * 31 + (unsigned char)title.p[i];
	return (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* Where REGION's thing is in the index, or the empty place for it. */
static uint32_t *index_find(struct sharers *sharers,
	const struct region *region, struct text title)
{
	size_t mask = sharers->index_cap - 1;
	size_t i = hash_of(region, title) & mask;

	while (sharers->index[i] && !is_thing(sharers, sharers->index[i] - 1,
			region, title))
		i = (i + 1) & mask;
	return &sharers->index[i];
}

/* Room for twice as many; REGION stands for a region of each thing. */
static void index_grow(struct sharers *sharers)
{
	const struct shares *shares = &sharers->shares;
	uint32_t i;

	free(sharers->index);
	sharers->index_cap = sharers->index_cap ? 2 * sharers->index_cap : 64;
	sharers->index = mem_new(sharers->index_cap, sizeof(*sharers->index));
	for (i = 0; i < shares->nthings; i++) {
		struct region region = { .major = shares->things[i].major,
			.minor = shares->things[i].minor,
			.inode = shares->things[i].inode };

		*index_find(sharers, &region,
			text_of(share_thing_name(shares, i))) = i + 1;
	}
}

static uint32_t take_thing(struct sharers *sharers, const struct space *space)
{
	const struct region *region = &space->regions[space->at_region];
	struct text title = region_title(region, &space->names);
	struct shares *shares = &sharers->shares;
	uint32_t *at;

	if (4 * (shares->nthings + 1) > 3 * sharers->index_cap)
		index_grow(sharers);
	at = index_find(sharers, region, title);
	if (*at)
		return *at - 1;
	shares->things = mem_grow(shares->things, &shares->things_cap,
		shares->nthings + 1, sizeof(*shares->things));
	shares->things[shares->nthings] = (struct share_thing){
		(uint32_t)shares->names.len, region->major, region->minor,
		region->inode, 0, 0 };
	buf_add(&shares->names, title.p, title.n);
	buf_char(&shares->names, '\0');
	*at = (uint32_t)++shares->nthings;
	sharers->totals = mem_grow(sharers->totals, &sharers->totals_cap,
		nplaces(sharers), sizeof(*sharers->totals));
	memset(sharers->totals + nplaces(sharers) - NSHARE_KINDS, 0,
		NSHARE_KINDS * sizeof(*sharers->totals));
	return *at - 1;
}

/* ---- the process itself */

/* What page I is; ALONE: no other address space has it. */
static enum share_kind kind_of(const struct slice *slice, size_t i, bool alone)
{
	/* On older kernels, the tail of a large folio lacks what its head
	 * has. */
	uint64_t flags = slice->known[i] & SLICE_FLAGS ?
		slice->flags[i] | slice->head_flags[i] : 0;

	switch ((enum page_state)slice->state[i]) {
	case STATE_HUGETLB:
		return SHARE_HUGETLB;
	case STATE_KSM:
		return SHARE_KSM;
	case STATE_SHMEM:
		return SHARE_SHMEM;
	case STATE_COW_PENDING:
		return flags & KPF(SWAPBACKED) ? SHARE_SHMEM : SHARE_FILE;
	case STATE_FILE:
	case STATE_FILE_DIRTY:
	case STATE_RAMFS:
	case STATE_XIP:
		return SHARE_FILE;
	case STATE_KERNEL:
		return SHARE_KERNEL;
	case STATE_DRIVER:
	case STATE_SECRET:
		return SHARE_OTHER;
	default:
		break;
	}
	if (slice->words[i] & PM_FILE)
		return SHARE_OTHER;
	return alone ? SHARE_OWN : SHARE_COW;
}

static void take_own_slice(void *arg, size_t at, struct space *space)
{
	struct sharers *sharers = arg;
	struct reader *reader = space->reader;
	struct page_context cx;
	uint32_t thing;
	uint64_t pfn;
	size_t i;

	(void)at;
	sharers->id = space->process.id;
	sharers->vss = space->process.vss;
	space_context(space, &cx);
	reader_frames(reader, &cx);
	thing = take_thing(sharers, space);
	for (i = 0; i < reader->slice.n; i++) {
		bool alone = reader_sharing(reader, i) == SHARING_PRIVATE;
		size_t place = thing * (size_t)NSHARE_KINDS;

		if (!reader_pfn(reader, i, &pfn) ||
		    reader_is_zero_page(reader, &cx, i))
			continue;
		place += kind_of(&reader->slice, i, alone);
		if (alone)
			sharers->totals[place]++;
		else
			frame_map_add(&sharers->frames, pfn, (uint32_t)place);
	}
}

struct crowd_user sharers_first_user(struct sharers *sharers)
{
	return (struct crowd_user){
		.slice = take_own_slice, .arg = sharers,
		.wants_states = true };
}

static size_t seen_words(const struct sharers *sharers)
{
	return (size_t)(sharers->frames.nframes / 64 + 1);
}

static void forget_member(struct sharers *sharers)
{
	sharers->nfound = 0;
	memset(sharers->found, 0, nplaces(sharers) * sizeof(*sharers->found));
	memset(sharers->seen, 0, seen_words(sharers) * sizeof(*sharers->seen));
}

void sharers_between(struct sharers *sharers)
{
	size_t i;

	frame_map_close(&sharers->frames);
	for (i = 0; i < sharers->frames.n; i++)
		sharers->totals[sharers->frames.spans[i].thing] +=
			sharers->frames.spans[i].n;
	for (i = 0; i < nplaces(sharers); i++)
		sharers->shares.things[i / NSHARE_KINDS].pages +=
			sharers->totals[i];
	free(sharers->found);
	free(sharers->seen);
	free(sharers->ever);
	sharers->ever = mem_new(seen_words(sharers), sizeof(*sharers->ever));
	sharers->found = mem_new(nplaces(sharers), sizeof(*sharers->found));
	sharers->seen = mem_new(seen_words(sharers), sizeof(*sharers->seen));
	sharers->nfound = 0;
}

/* ---- the others */

static void take_slice(void *arg, size_t at, struct space *space)
{
	struct sharers *sharers = arg;
	struct reader *reader = space->reader;
	const struct frame_span *span;
	struct share_thing *thing;
	uint64_t pfn, k, bit;
	size_t i;

	(void)at;
	if (space->process.id.pid == sharers->id.pid)
		return;
	for (i = 0; i < reader->slice.n; i++) {
		if (!reader_pfn(reader, i, &pfn) ||
		    !(span = frame_map_find(&sharers->frames, pfn)))
			continue;
		k = span->index + (pfn - span->pfn);
		bit = UINT64_C(1) << k % 64;
		if (sharers->seen[k / 64] & bit)
			continue;
		sharers->seen[k / 64] |= bit;
		thing = &sharers->shares.things[span->thing / NSHARE_KINDS];
		thing->common += !(sharers->ever[k / 64] & bit) &&
			thing->common < thing->pages;
		sharers->ever[k / 64] |= bit;
		sharers->found[span->thing]++;
		sharers->nfound++;
	}
}

static int compare_parts(const void *a, const void *b)
{
	const struct share_part *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages > y->pages ? -1 : 1;
	return x->thing < y->thing ? -1 : x->thing > y->thing;
}

/* FOUND: frames by thing and kind, that both have. */
static void add_row(struct sharers *sharers, size_t at, enum same_space same,
	const uint64_t *found)
{
	struct shares *shares = &sharers->shares;
	struct share_row row = { .member = (uint32_t)at, .same = same,
		.first = shares->nparts };
	uint32_t thing;
	unsigned kind;

	for (thing = 0; thing < shares->nthings; thing++) {
		struct share_part part = { .thing = thing };

		for (kind = 0; kind < NSHARE_KINDS; kind++) {
			uint64_t n = *found++;

			part.pages += n;
			row.kinds[kind] += n;
			part.kinds[kind] = (uint32_t)n;
		}
		if (!part.pages)
			continue;
		row.pages += part.pages;
		row.nparts++;
		shares->parts = mem_grow(shares->parts, &shares->parts_cap,
			shares->nparts + 1, sizeof(*shares->parts));
		shares->parts[shares->nparts++] = part;
	}
	if (!row.pages)
		return;
	qsort(shares->parts + row.first, row.nparts, sizeof(*shares->parts),
		compare_parts);
	shares->rows = mem_grow(shares->rows, &shares->rows_cap, shares->n + 1,
		sizeof(*shares->rows));
	shares->rows[shares->n++] = row;
}

/* Does PROCESS run in the address space that is asked about? */
static enum same_space compare_spaces(const struct sharers *sharers,
	struct source *src, const struct process *process)
{
	struct address_space mine = { sharers->id, sharers->vss };
	const struct address_spaces set = { &mine, 1, 1 };
	int pid;

	switch (address_spaces_find(&set, src, process->id, process->vss,
			&pid)) {
	case SPACE_KNOWN:
		return SPACE_SAME;
	case SPACE_NEW:
		return SPACE_OTHER;
	case SPACE_UNSURE:
		break;
	}
	return SPACE_NOT_KNOWN;
}

static void end_member(void *arg, size_t at, struct space *space)
{
	struct sharers *sharers = arg;
	const struct process *process = &space->process;
	enum same_space same = SPACE_OTHER;
	size_t i;

	/* Whoever ended while it was read has nothing any more. */
	if (process->id.pid == sharers->id.pid ||
	    process->answer != ANSWER_OK) {
		forget_member(sharers);
		return;
	}
	if (sharers->nfound || process->vss == sharers->vss)
		same = compare_spaces(sharers, space->reader->src, process);
	for (i = 0; same == SPACE_SAME && i < sharers->shares.nthings; i++)
		sharers->shares.things[i].common =
			sharers->shares.things[i].pages;
	add_row(sharers, at, same, same == SPACE_SAME ? sharers->totals :
		sharers->found);
	forget_member(sharers);
}

struct crowd_user sharers_user(struct sharers *sharers)
{
	return (struct crowd_user){
		.slice = take_slice, .end = end_member, .arg = sharers };
}

static int compare_rows(const void *a, const void *b)
{
	const struct share_row *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages > y->pages ? -1 : 1;
	return x->member < y->member ? -1 : x->member > y->member;
}

void sharers_sort(struct sharers *sharers)
{
	if (sharers->shares.n)
		qsort(sharers->shares.rows, sharers->shares.n,
			sizeof(*sharers->shares.rows), compare_rows);
}
