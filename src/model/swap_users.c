/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/swap_users.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/kernel/procstat.h"
#include "space_impl.h"

void swap_users_fini(struct swap_users *users)
{
	free(users->slots);
	address_spaces_fini(&users->holders);
	memset(users, 0, sizeof(*users));
}

static void give_up(struct swap_users *users, const char *why, int pid)
{
	if (users->why)
		return;
	users->why = why;
	users->pid = pid;
}

/* ---- slots */

static uint64_t key_of(unsigned type, uint64_t offset)
{
	return (offset << 5 | type) + 1;
}

/* The slot of KEY, or the empty place where it would be. */
static struct slot_users *find(struct slot_users *slots, size_t cap,
	uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
		(cap - 1);

	while (slots[i].key && slots[i].key != key)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static void grow(struct swap_users *users)
{
	size_t i, cap = users->cap ? 2 * users->cap : 64;
	struct slot_users *slots = mem_new(cap, sizeof(*slots));

	for (i = 0; i < users->cap; i++)
		if (users->slots[i].key)
			*find(slots, cap, users->slots[i].key) =
				users->slots[i];
	free(users->slots);
	users->slots = slots;
	users->cap = cap;
}

static void add_slot(struct swap_users *users, uint64_t key)
{
	struct slot_users *slot;

	if (4 * (users->n + 1) > 3 * users->cap)
		grow(users);
	slot = find(users->slots, users->cap, key);
	if (!slot->key)
		users->n++;
	slot->key = key;
	slot->users++;
}

/* What the process that was walked has counts, or (not TAKE) does not. */
static void settle(struct swap_users *users, bool take)
{
	size_t i;

	for (i = 0; i < users->cap; i++) {
		if (take)
			users->slots[i].users += users->slots[i].pending;
		users->slots[i].pending = 0;
	}
}

uint32_t swap_users_of(const struct swap_users *users, unsigned type,
	uint64_t offset)
{
	if (users->why || !users->cap)
		return 0;
	return find(users->slots, users->cap, key_of(type, offset))->users;
}

/* ---- walking entries */

/*
 * Every slot that SPACE has: OWN ones make the table, those of others count
 * only where they are in it.  *HITS is how many were.
 */
static enum answer walk(struct swap_users *users, struct space *space, bool own,
	uint64_t *hits)
{
	struct reader *reader = space->reader;
	uint64_t from, to;
	size_t i;

	*hits = 0;
	space_seek(space, 0);
	space->skip = SKIP_UNSWAPPED;
	while (space_next_slice(space, &from, &to)) {
		enum answer answer = reader_words(reader, from,
			(size_t)(to - from));

		if (answer != ANSWER_OK)
			return answer;
		for (i = 0; i < reader->slice.n; i++) {
			uint64_t word = reader->slice.words[i];
			struct slot_users *slot;
			struct pte pte;

			if ((word & (PM_PRESENT | PM_SWAP)) != PM_SWAP)
				continue;
			pte = pte_decode(word, &reader->machine->rules);
			if (pte.special != PTE_SWAP)
				continue;
			if (own) {
				add_slot(users, key_of(pte.swap_type,
					pte.swap_offset));
				++*hits;
				continue;
			}
			slot = find(users->slots, users->cap,
				key_of(pte.swap_type, pte.swap_offset));
			slot->pending += slot->key != 0;
			*hits += slot->key != 0;
		}
	}
	return ANSWER_OK;
}

/* ---- the other processes */

/* Where the kernel's own counters are exact, most processes need no more
 * than one look. */
static bool has_no_swap(struct source *src, const struct machine *machine,
	struct proc_id id)
{
	struct buf buf = { 0 };
	struct text text;
	uint64_t kb = 1, threads = 1;
	bool none;

	if (!machine->rules.exact_counters ||
	    source_text(src, id, "status", &buf) != ANSWER_OK) {
		buf_fini(&buf);
		return false;
	}
	text = (struct text){ buf_text(&buf), buf.len };
	/* Without memory of its own, a process has no line of this; nor where
	 * only its first thread has ended. */
	none = procstat_key(text, "VmSwap", &kb) ? !kb :
		!procstat_key(text, "VmSize", &kb) &&
		(!procstat_key(text, "Threads", &threads) || threads < 2);
	buf_fini(&buf);
	return none;
}

static void take_other(struct swap_users *users, struct source *src,
	const struct machine *machine, int pid)
{
	struct space space;
	enum answer answer;
	enum space_membership found;
	uint64_t hits = 0;
	int same;

	space_init(&space, (struct proc_id){ pid, 0 }, false);
	answer = space_refresh_map(&space, src, machine);
	if (answer == ANSWER_OK)
		answer = walk(users, &space, false, &hits);
	if (answer == ANSWER_OK && hits) {
		found = address_spaces_add(&users->holders, src,
			space.process.id, space.process.vss, &same);
		settle(users, found == SPACE_NEW);
		if (found == SPACE_UNSURE)
			give_up(users, "whether two processes are one address "
				"space cannot be told", pid);
	} else {
		/* It ended, and its references with it. */
		settle(users, false);
	}
	if (answer == ANSWER_UNRECORDED)
		give_up(users, "the recording does not have all processes",
			pid);
	else if (answer != ANSWER_OK && answer != ANSWER_GONE)
		give_up(users, "a process that may have some of the slots "
			"cannot be read", pid);
	source_forget(src, space.process.id);
	space_fini(&space);
}

static void read_others(struct swap_users *users, struct space *space)
{
	struct source *src = space->reader->src;
	const struct machine *machine = space->reader->machine;
	struct process_entry *list = NULL;
	size_t i, n = 0;

	if (source_processes(src, &list, &n) != ANSWER_OK)
		give_up(users, "which processes there are is not known", 0);
	for (i = 0; i < n && !users->why; i++) {
		struct proc_id id = { list[i].pid, 0 };

		if (id.pid != space->process.id.pid &&
		    !has_no_swap(src, machine, id))
			take_other(users, src, machine, id.pid);
	}
	free(list);
}

void swap_users_read(struct swap_users *users, struct space *space)
{
	uint64_t hits;
	int same;

	swap_users_fini(users);
	if (!space->reader->machine->facts.pfn_visible) {
		give_up(users, "slots are not told to this user", 0);
		return;
	}
	if (walk(users, space, true, &hits) != ANSWER_OK) {
		give_up(users, "its pages could not be read", 0);
		return;
	}
	if (!hits)
		return;
	address_spaces_add(&users->holders, space->reader->src,
		space->process.id, space->process.vss, &same);
	read_others(users, space);
}
