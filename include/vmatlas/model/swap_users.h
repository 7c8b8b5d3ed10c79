/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SWAP_USERS_H
#define VMATLAS_MODEL_SWAP_USERS_H

#include "vmatlas/model/address_spaces.h"
#include "vmatlas/model/space.h"

/*
 * A struct swap_users is how many page tables refer to each swap slot that
 * one process has: what SwapPss divides by (swp_swapcount() in
 * mm/swapfile.c; a copy in the swap cache is no reference).
 *
 * It takes the entries of every process.  One that cannot be read may have
 * any of the slots, and processes that share one address space (vfork,
 * CLONE_VM) refer to a slot once: where either cannot be settled, nothing is
 * known.  It costs 16 to 43 bytes for each slot of the process, and a walk of
 * all page tables; where the process has nothing in swap, neither.
 */
struct slot_users {
	uint64_t key;		/* type and offset, plus 1; 0: empty */
	uint32_t users;
	uint32_t pending;	/* of the process being walked */
};

struct swap_users {
	const char *why;	/* static: why nothing is known; NULL: it is */
	int pid;		/* the process that is the reason; 0: none is */
	struct slot_users *slots;	/* open addressing; cap a power of two */
	size_t n, cap;
	/* Processes that have some, one for each address space. */
	struct address_spaces holders;
};

/* Walk SPACE, which space_refresh was just called for, then the others. */
void swap_users_read(struct swap_users *users, struct space *space);
void swap_users_fini(struct swap_users *users);
/* References to a slot of the process; 0: not known. */
uint32_t swap_users_of(const struct swap_users *users, unsigned type,
	uint64_t offset);

#endif
