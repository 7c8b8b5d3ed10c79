/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/group.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"

/* Frames between two of ours that are cheaper read than passed over. */
#define GAP 3
/* Slots are kept as frames far beyond any real one, by type. */
#define SLOT_SHIFT 50

void group_fini(struct group *group)
{
	address_spaces_fini(&group->spaces);
	mine_fini(&group->all);
	mine_fini(&group->swap);
	mine_fini(&group->member);
	mine_fini(&group->member_swap);
	free(group->keys);
	memset(group, 0, sizeof(*group));
}

void group_begin(struct group *group)
{
	group_fini(group);
	group->figures.rss_known = group->figures.own_known =
		group->figures.swap_known = true;
}

static void give_up(struct group *group, const char *why, int pid)
{
	group->figures.own_known = false;
	if (group->figures.why)
		return;
	group->figures.why = why;
	group->figures.why_pid = pid;
}

/* ---- what they map */

static void begin_member(struct group *group, struct space *space)
{
	const struct process *process = &space->process;
	int same = 0;

	group->member.frames_told = true;
	switch (address_spaces_add(&group->spaces, space->reader->src,
			process->id, process->vss, &same)) {
	case SPACE_NEW:
		group->is_twin = false;
		return;
	case SPACE_UNSURE:
		give_up(group, "whether two processes are one address space "
			"cannot be told", process->id.pid);
		/* Its frames count once all the same. */
		group->is_twin = false;
		return;
	case SPACE_KNOWN:
		group->is_twin = true;
		return;
	}
}

static void take_slice(void *arg, size_t at, struct space *space)
{
	struct group *group = arg;
	struct reader *reader = space->reader;
	const struct kernel_rules *rules = &reader->machine->rules;
	size_t i;

	(void)at;
	if (!reader->machine->facts.pfn_visible)
		return;
	if (!group->member.frames_told)
		begin_member(group, space);
	for (i = 0; !group->is_twin && i < reader->slice.n; i++) {
		struct pte pte;

		if (!reader->slice.words[i])
			continue;
		pte = pte_decode(reader->slice.words[i], rules);
		if (pte.present)
			mine_add_frame(&group->member, pte.pfn, false);
		else if (pte.special == PTE_SWAP)
			mine_add_frame(&group->member_swap,
				(uint64_t)pte.swap_type << SLOT_SHIFT |
				pte.swap_offset, false);
	}
}

static void end_member(void *arg, size_t at, struct space *space)
{
	struct group *group = arg;

	(void)at;
	if (space->process.answer != ANSWER_OK) {
		address_spaces_drop(&group->spaces, space->process.id.pid);
	} else if (!group->is_twin) {
		mine_merge(&group->all, &group->member);
		mine_merge(&group->swap, &group->member_swap);
	}
	mine_fini(&group->member);
	mine_fini(&group->member_swap);
}

struct crowd_user group_user(struct group *group)
{
	return (struct crowd_user){
		.slice = take_slice, .end = end_member, .arg = group };
}

/* ---- before counting: is this all of them, and only them? */

/* A process that is not one of them keeps an address space alive that it has
 * in common with one. */
static void look_outside(struct group *group, const struct crowd *crowd)
{
	struct process *list;
	size_t i, n, member = 0;
	int same;

	if (processes_read(crowd->src, crowd->machine, NULL, 0, &list, &n) !=
			ANSWER_OK) {
		give_up(group, "which other processes there are is not known",
			0);
		return;
	}
	for (i = 0; i < n && group->figures.own_known; i++) {
		const struct process *other = &list[i];

		while (member < crowd->n && crowd->members[member].process.
				id.pid < other->id.pid)
			member++;
		/* Kernel threads have none. */
		if (!process_may_map(other) || (member < crowd->n &&
		    crowd->members[member].process.id.pid == other->id.pid &&
		    crowd->members[member].answer == ANSWER_OK))
			continue;
		switch (address_spaces_find(&group->spaces, crowd->src,
				other->id, other->vss, &same)) {
		case SPACE_NEW:
			break;
		case SPACE_KNOWN:
			give_up(group, "a process that is not one of them has "
				"the same address space", other->id.pid);
			break;
		case SPACE_UNSURE:
			give_up(group, "whether another process has the same "
				"address space cannot be told", other->id.pid);
			break;
		}
	}
	free(list);
}

static void begin_count(struct group *group, const struct crowd *crowd)
{
	struct group_figures *figures = &group->figures;
	const struct machine *machine = crowd->machine;
	bool told = machine->facts.pfn_visible;
	size_t i;

	group->keys = mine_keys(&group->all);
	for (i = 0; i < crowd->n; i++)
		figures->nread += crowd->members[i].answer == ANSWER_OK;
	figures->nspaces = group->spaces.n;
	figures->rss_known = figures->swap_known = told && figures->nread;
	if (!told)
		give_up(group, "frames are not told to this user", 0);
	else if (!figures->nread)
		give_up(group, "none of them could be read", 0);
	if (!figures->rss_known)
		return;
	for (i = 0; i < group->swap.cap; i++) {
		const struct mine_block *block = &group->swap.blocks[i];
		unsigned k;

		for (k = 0; block->key && k < BLOCK_PAGES / 64; k++)
			figures->swap += (uint64_t)__builtin_popcountll(
				block->mapped[k]) << machine->page_shift;
	}
	if (figures->own_known)
		look_outside(group, crowd);
}

/* ---- counting */

/* A block of frames: what is ours, and what the kernel says of it. */
struct counting {
	uint64_t pfn;			/* the first */
	uint16_t times[BLOCK_PAGES];
	/* One more: does a folio go on behind it? */
	uint64_t flags[BLOCK_PAGES + 1], counts[BLOCK_PAGES];
};

static bool read_words(struct group *group, const struct crowd *crowd,
	enum word_file file, uint64_t pfn, size_t n, uint64_t *out)
{
	size_t got = 0;
	enum answer answer = source_words(crowd->src, file, PROC_NONE, pfn, n,
		out, &got);

	if (answer == ANSWER_OK && got < n)
		memset(out + got, 0, (n - got) * sizeof(*out));
	if (answer != ANSWER_OK)
		group->answers[file] = answer;
	return answer == ANSWER_OK;
}

static bool read_all(struct group *group, const struct crowd *crowd,
	struct counting *block)
{
	/* Behind the last frame of the machine there is no other. */
	block->flags[BLOCK_PAGES] = 0;
	if (!read_words(group, crowd, WORDS_KPAGEFLAGS, block->pfn,
			BLOCK_PAGES, block->flags) ||
	    !read_words(group, crowd, WORDS_KPAGECOUNT, block->pfn,
			BLOCK_PAGES, block->counts))
		return false;
	if (block->flags[BLOCK_PAGES - 1] & (KPF(HEAD) | KPF(TAIL)))
		read_words(group, crowd, WORDS_KPAGEFLAGS,
			block->pfn + BLOCK_PAGES, 1,
			&block->flags[BLOCK_PAGES]);
	return true;
}

/* Our frames FROM..*TO, with small gaps between them; false: no more. */
static bool next_run(const struct counting *block, size_t *from, size_t *to)
{
	size_t i;

	for (*from = *to; *from < BLOCK_PAGES && !block->times[*from]; ++*from)
		;
	*to = *from;
	for (i = *from; i < BLOCK_PAGES && i <= *to + GAP; i++)
		if (block->times[i])
			*to = i + 1;
	return *from < *to;
}

/* Just what is needed, unless there are large folios in it: of these we need
 * to know whether others have a part. */
static bool read_block(struct group *group, const struct crowd *crowd,
	struct counting *block)
{
	size_t from, to = 0, i;

	while (next_run(block, &from, &to)) {
		if (!read_words(group, crowd, WORDS_KPAGEFLAGS,
				block->pfn + from, to - from,
				block->flags + from))
			return false;
		for (i = from; i < to; i++)
			if (block->flags[i] & (KPF(HEAD) | KPF(TAIL)))
				return read_all(group, crowd, block);
		if (!read_words(group, crowd, WORDS_KPAGECOUNT,
				block->pfn + from, to - from,
				block->counts + from))
			return false;
	}
	return true;
}

static void end_folio(struct group *group, unsigned page_shift)
{
	if (group->folio.is_open && !group->folio.is_foreign)
		group->figures.frees += group->folio.nframes << page_shift;
	memset(&group->folio, 0, sizeof(group->folio));
}

/* Frame PFN of a large folio, of which NFRAMES (0 or 1) would be freed. */
static void add_to_folio(struct group *group, uint64_t pfn, uint64_t flags,
	bool is_foreign, unsigned nframes, unsigned page_shift)
{
	if ((flags & KPF(HEAD)) || pfn != group->folio.next ||
	    !group->folio.is_open) {
		end_folio(group, page_shift);
		group->folio.is_open = true;
		/* Its beginning was not ours, or was not looked at. */
		group->folio.is_foreign = !(flags & KPF(HEAD));
	}
	group->folio.next = pfn + 1;
	group->folio.nframes += nframes;
	group->folio.is_foreign |= is_foreign;
}

/* A frame that we map TIMES and the kernel counts COUNT times; true: ending
 * us frees it. */
static bool count_frame(struct group_figures *figures, uint64_t nbytes,
	uint64_t times, uint64_t count, uint64_t flags)
{
	if (flags & KPF(HUGE)) {
		figures->hugetlb += nbytes;
		return false;
	}
	figures->rss += nbytes;
	if (flags & KPF(ANON))
		figures->anonymous += nbytes;
	figures->pss_fixed += (nbytes << PSS_SHIFT) * times /
		(count > times ? count : times);
	if (count > times) {
		figures->shared += nbytes;
		return false;
	}
	figures->uss += nbytes;
	if (flags & KPF(ANON))
		return true;
	if (!(flags & KPF(RESERVED)))
		figures->unmaps += nbytes;
	if (flags & KPF(SWAPBACKED))
		figures->unmaps_shmem += nbytes;
	return false;
}

static void count_block(struct group *group, const struct machine *machine,
	const struct counting *block)
{
	unsigned shift = machine->page_shift;
	uint64_t head = 0;
	size_t i;

	for (i = 0; i < BLOCK_PAGES; i++) {
		uint64_t flags = block->flags[i];
		bool large = flags & (KPF(HEAD) | KPF(TAIL)), freed = false;

		/* On older kernels a tail's flags are not its folio's. */
		if (!(flags & KPF(TAIL)))
			head = flags & KPF(HEAD) ? flags & ~KPF(HEAD) : 0;
		if (block->times[i] && !(flags & KPF(ZERO_PAGE)))
			freed = count_frame(&group->figures,
				machine->facts.page_size, block->times[i],
				block->counts[i], flags | head);
		if (large)
			add_to_folio(group, block->pfn + i, flags,
				block->counts[i] > block->times[i], freed,
				shift);
		else if (freed)
			group->figures.frees += UINT64_C(1) << shift;
	}
	if (group->folio.is_open && !(block->flags[BLOCK_PAGES] & KPF(TAIL)))
		end_folio(group, shift);
}

bool group_step(struct group *group, const struct crowd *crowd)
{
	struct group_figures *figures = &group->figures;
	struct counting block;

	if (!group->keys)
		begin_count(group, crowd);
	if (group->at >= group->all.n || !figures->rss_known) {
		/* What goes on where we have nothing is not ours to free. */
		group->folio.is_foreign = true;
		end_folio(group, crowd->machine->page_shift);
		return false;
	}
	memset(&block, 0, sizeof(block));
	block.pfn = (group->keys[group->at] - 1) * BLOCK_PAGES;
	mine_block_times(&group->all, group->keys[group->at++], block.times);
	if (group->folio.is_open && group->folio.next != block.pfn) {
		group->folio.is_foreign = true;
		end_folio(group, crowd->machine->page_shift);
	}
	if (!read_block(group, crowd, &block)) {
		figures->rss_known = false;
		give_up(group, group->answers[WORDS_KPAGEFLAGS] != ANSWER_OK ?
			"the flags of frames could not be read" :
			"how often frames are mapped could not be read", 0);
		return true;
	}
	count_block(group, crowd->machine, &block);
	return true;
}
