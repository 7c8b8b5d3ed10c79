/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_ADDRESS_SPACES_H
#define VMATLAS_MODEL_ADDRESS_SPACES_H

#include <stdbool.h>
#include <stddef.h>

#include "vmatlas/source/source.h"

/*
 * A struct address_spaces is a set of processes of which no two have the same
 * address space.  Processes may share one (vfork, CLONE_VM without
 * CLONE_THREAD): then there is one page table, and what counts mappings
 * counts it once, though both pagemaps show it.
 *
 * Only kcmp(2) tells, which not every kernel has.  Where it does not, those
 * whose virtual sizes differ are two, and whether others are is not known.
 * The set is kept in the order that kcmp gives address spaces.
 */
struct address_space {
	struct proc_id id;
	uint64_t vss;		/* bytes */
};

struct address_spaces {
	struct address_space *list;
	size_t n, cap;
};

enum space_membership {
	SPACE_NEW,
	SPACE_KNOWN,		/* *SAME has it too */
	SPACE_UNSURE,		/* whether *SAME does cannot be told */
};

/* Is the address space of process ID in the set? */
enum space_membership address_spaces_find(const struct address_spaces *set,
	struct source *src, struct proc_id id, uint64_t vss, int *same);
/* The same question; and what is new is in the set from now on. */
enum space_membership address_spaces_add(struct address_spaces *set,
	struct source *src, struct proc_id id, uint64_t vss, int *same);
/* That process is not in it any more. */
void address_spaces_drop(struct address_spaces *set, int pid);
void address_spaces_fini(struct address_spaces *set);

#endif
