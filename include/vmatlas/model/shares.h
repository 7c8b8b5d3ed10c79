/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SHARES_H
#define VMATLAS_MODEL_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"

/*
 * A struct shares is what one process has in common with each other one:
 * frames, by what they are and by what they belong to.
 *
 * Each frame that both map is counted once a pair, however often either maps
 * it; the kernel's page of zeros is nobody's.  Pages of a huge mapping count
 * each.  A thing is what the process has mapped: a file with all its regions,
 * or all regions of one name that have no file.
 *
 * Invariants: a row's kinds add up to its pages, and so do its parts; the
 * parts of a row follow each other, the biggest first.
 */
#define SHARE_KINDS(X) \
	X(FILE, "file", "the page cache of regular files, mapped shared or " \
		"privately and not written yet") \
	X(SHMEM, "shmem", "shared memory: memfd, SysV, shared anonymous, tmpfs") \
	X(COW, "cow", "a process's own memory, shared by a fork until either " \
		"writes to it") \
	X(KSM, "ksm", "merged with identical pages") \
	X(HUGETLB, "hugetlb", "from the pool of huge pages") \
	X(KERNEL, "kernel", "the kernel's own pages, as the vdso") \
	X(OWN, "own", "memory that no other address space has: both " \
		"processes run in the same one") \
	X(OTHER, "other", "any other, as what a driver mapped")

#define X(id, name, words) SHARE_##id,
enum share_kind { SHARE_KINDS(X) NSHARE_KINDS };
#undef X

const char *share_kind_name(enum share_kind kind);

/* Is another process in the same address space (vfork, CLONE_VM)? */
enum same_space { SPACE_NOT_KNOWN, SPACE_OTHER, SPACE_SAME };

/* What both have of one thing. */
struct share_part {
	uint32_t thing;		/* index */
	uint32_t kinds[NSHARE_KINDS];	/* frames */
	uint64_t pages;
};

/* Another process that has anything in common with this one. */
struct share_row {
	uint32_t member;	/* index in the crowd */
	uint8_t same;		/* enum same_space */
	size_t first, nparts;	/* its parts */
	uint64_t pages;
	uint64_t kinds[NSHARE_KINDS];
};

struct share_thing {
	uint32_t name;		/* where it starts in names */
	uint32_t major, minor;
	uint64_t inode;		/* 0: no file */
	uint64_t pages;		/* frames that the process has of it, */
	uint64_t common;	/* and how many of them any other has */
};

struct shares {
	struct share_row *rows;	/* the biggest first */
	size_t n, rows_cap;
	struct share_part *parts;
	size_t nparts, parts_cap;
	struct share_thing *things;
	size_t nthings, things_cap;
	struct buf names;	/* NUL-terminated each */
};

/* Empty it, keeping its memory.  Zero-initialised is empty. */
void shares_clear(struct shares *shares);
void shares_copy(struct shares *to, const struct shares *from);
void shares_fini(struct shares *shares);
const char *share_thing_name(const struct shares *shares, uint32_t thing);

#endif
