/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_MINE_H
#define VMATLAS_MODEL_MINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/model/space.h"

/*
 * A struct mine is which frames and which swap slots one process has, by its
 * pagemap alone.  It keeps two bits for each frame of a block of 512 that
 * the process has any of, and counts only where one is mapped twice.
 */
#define MINE_SWAP_TYPES 32

struct mine_block {
	uint64_t key;		/* pfn / 512, plus 1; 0: empty */
	uint64_t mapped[BLOCK_PAGES / 64];
	uint64_t open[BLOCK_PAGES / 64];	/* an entry did not say exclusive */
	uint16_t *times;	/* NULL: each once at most */
};

struct mine {
	enum answer answer;	/* of pagemap */
	bool frames_told;
	struct mine_block *blocks;	/* open addressing; cap a power of two */
	size_t n, cap;
	uint64_t swapped;		/* pages, of all types */
	uint64_t swap[MINE_SWAP_TYPES];	/* known where frames are told */
};

/* Walk all of SPACE, which space_refresh was just called for. */
void mine_read(struct mine *mine, struct space *space);
/* Take one frame in that the process maps. */
void mine_add_frame(struct mine *mine, uint64_t pfn, bool exclusive);
void mine_fini(struct mine *mine);
/* Take all frames and slots of FROM in. */
void mine_merge(struct mine *mine, const struct mine *from);
/* The keys of all blocks, in order, in a heap array. */
uint64_t *mine_keys(const struct mine *mine);
/* How often frame I of the block with KEY is mapped, for all of them. */
void mine_block_times(const struct mine *mine, uint64_t key,
	uint16_t times[BLOCK_PAGES]);
/* Take one pagemap entry in. */
void mine_add(struct mine *mine, uint64_t word, const struct kernel_rules *rules);
/* How often the process maps PFN; *EXCLUSIVE: all its entries said that it is
 * the only mapping. */
unsigned mine_times(const struct mine *mine, uint64_t pfn, bool *exclusive);

#endif
