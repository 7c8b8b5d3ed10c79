/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/mine.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "space_impl.h"

void mine_fini(struct mine *mine)
{
	size_t i;

	for (i = 0; i < mine->cap; i++)
		free(mine->blocks[i].times);
	free(mine->blocks);
	memset(mine, 0, sizeof(*mine));
}

/* The block of KEY, or the empty one where it would be. */
static struct mine_block *find(struct mine_block *blocks, size_t cap,
	uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
		(cap - 1);

	while (blocks[i].key && blocks[i].key != key)
		i = (i + 1) & (cap - 1);
	return &blocks[i];
}

static void grow(struct mine *mine)
{
	size_t i, cap = mine->cap ? 2 * mine->cap : 64;
	struct mine_block *blocks = mem_new(cap, sizeof(*blocks));

	for (i = 0; i < mine->cap; i++)
		if (mine->blocks[i].key)
			*find(blocks, cap, mine->blocks[i].key) =
				mine->blocks[i];
	free(mine->blocks);
	mine->blocks = blocks;
	mine->cap = cap;
}

static struct mine_block *block_of(struct mine *mine, uint64_t key)
{
	struct mine_block *block;

	if (4 * (mine->n + 1) > 3 * mine->cap)
		grow(mine);
	block = find(mine->blocks, mine->cap, key);
	if (!block->key)
		mine->n++;
	block->key = key;
	return block;
}

void mine_add_frame(struct mine *mine, uint64_t pfn, bool exclusive)
{
	unsigned at = pfn % BLOCK_PAGES, i;
	uint64_t bit = UINT64_C(1) << at % 64;
	struct mine_block *block = block_of(mine, pfn / BLOCK_PAGES + 1);

	if (!exclusive)
		block->open[at / 64] |= bit;
	if (!(block->mapped[at / 64] & bit)) {
		block->mapped[at / 64] |= bit;
		if (block->times)
			block->times[at] = 1;
		return;
	}
	if (!block->times) {
		block->times = mem_new(BLOCK_PAGES, sizeof(*block->times));
		for (i = 0; i < BLOCK_PAGES; i++)
			block->times[i] = block->mapped[i / 64] >> i % 64 & 1;
	}
	if (block->times[at] < UINT16_MAX)
		block->times[at]++;
}

void mine_add(struct mine *mine, uint64_t word, const struct kernel_rules *rules)
{
	struct pte pte = pte_decode(word, rules);

	if (pte.present && mine->frames_told)
		mine_add_frame(mine, pte.pfn, rules->high_bits && pte.exclusive);
	if (pte.special != PTE_SWAP)
		return;
	mine->swapped++;
	if (pte.swap_type < MINE_SWAP_TYPES)
		mine->swap[pte.swap_type]++;
}

static void times_of(const struct mine_block *block,
	uint16_t times[BLOCK_PAGES])
{
	unsigned i;

	if (block->times) {
		memcpy(times, block->times, BLOCK_PAGES * sizeof(*times));
		return;
	}
	for (i = 0; i < BLOCK_PAGES; i++)
		times[i] = block->mapped[i / 64] >> i % 64 & 1;
}

static void merge_block(struct mine *mine, const struct mine_block *from)
{
	struct mine_block *into = block_of(mine, from->key);
	uint16_t a[BLOCK_PAGES], b[BLOCK_PAGES];
	bool often = into->times || from->times;
	unsigned i;

	for (i = 0; !often && i < BLOCK_PAGES / 64; i++)
		often = into->mapped[i] & from->mapped[i];
	times_of(into, a);
	times_of(from, b);
	for (i = 0; i < BLOCK_PAGES / 64; i++) {
		into->mapped[i] |= from->mapped[i];
		into->open[i] |= from->open[i];
	}
	if (!often)
		return;
	if (!into->times)
		into->times = mem_new(BLOCK_PAGES, sizeof(*into->times));
	for (i = 0; i < BLOCK_PAGES; i++)
		into->times[i] = a[i] > UINT16_MAX - b[i] ? UINT16_MAX :
			(uint16_t)(a[i] + b[i]);
}

void mine_merge(struct mine *mine, const struct mine *from)
{
	size_t i;

	for (i = 0; i < from->cap; i++)
		if (from->blocks[i].key)
			merge_block(mine, &from->blocks[i]);
	mine->swapped += from->swapped;
	for (i = 0; i < MINE_SWAP_TYPES; i++)
		mine->swap[i] += from->swap[i];
}

static int compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

uint64_t *mine_keys(const struct mine *mine)
{
	uint64_t *keys = mem_new(mine->n, sizeof(*keys));
	size_t i, n = 0;

	for (i = 0; i < mine->cap; i++)
		if (mine->blocks[i].key)
			keys[n++] = mine->blocks[i].key;
	if (n)
		qsort(keys, n, sizeof(*keys), compare_keys);
	return keys;
}

void mine_block_times(const struct mine *mine, uint64_t key,
	uint16_t times[BLOCK_PAGES])
{
	const struct mine_block *block = mine->cap ?
		find(mine->blocks, mine->cap, key) : NULL;

	if (block)
		times_of(block, times);
	else
		memset(times, 0, BLOCK_PAGES * sizeof(*times));
}

void mine_read(struct mine *mine, struct space *space)
{
	struct reader *reader = space->reader;
	uint64_t from, to;
	size_t i;

	mine_fini(mine);
	mine->frames_told = reader->machine->facts.pfn_visible;
	space_pass_begin(space, reader->depth);
	space->skip = SKIP_NOTHING;
	while (space_next_slice(space, &from, &to)) {
		mine->answer = reader_words(reader, from, (size_t)(to - from));
		if (mine->answer != ANSWER_OK)
			return;
		for (i = 0; i < reader->slice.n; i++)
			mine_add(mine, reader->slice.words[i],
				&reader->machine->rules);
	}
}

unsigned mine_times(const struct mine *mine, uint64_t pfn, bool *exclusive)
{
	unsigned at = pfn % BLOCK_PAGES;
	const struct mine_block *block;

	*exclusive = false;
	if (!mine->cap)
		return 0;
	block = find(mine->blocks, mine->cap, pfn / BLOCK_PAGES + 1);
	if (!(block->mapped[at / 64] >> at % 64 & 1))
		return 0;
	*exclusive = !(block->open[at / 64] >> at % 64 & 1);
	return block->times ? block->times[at] : 1;
}
