/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FRAME_USE_H
#define VMATLAS_MODEL_FRAME_USE_H

#include <stdint.h>

#include "vmatlas/model/machine.h"

/*
 * What a frame of the machine is used for: the one table behind the map, the
 * legend, help and reports.  Columns: identifier, letter, name in reports,
 * title for the legend, in plain words (a clause that completes "this
 * frame ...").
 */
#define FRAME_USES(X) \
	X(FREE, '.', "free", "free", \
	  "is free: the allocator can give it out") \
	X(ANON, 'A', "anon", "own memory", \
	  "holds memory of a process's own") \
	X(FILE, 'f', "file", "page cache", \
	  "holds a part of a file, mapped or only cached") \
	X(SHMEM, 'm', "shmem", "shared memory", \
	  "holds shared memory, or a file that lives in RAM and swap") \
	X(HUGETLB, 'H', "hugetlb", "huge (pool)", \
	  "is part of the huge-page pool, in use or not") \
	X(KSM, 'K', "ksm", "merged (KSM)", \
	  "holds a page that several identical ones were merged to") \
	X(ZERO, 'z', "zero", "zero page", \
	  "is the kernel's page of zeros") \
	X(DRIVER, 'I', "driver", "driver memory", \
	  "is a driver's and mapped by a process") \
	X(KERNEL, 'k', "kernel", "kernel", \
	  "is the kernel's own") \
	X(POISONED, 'X', "poisoned", "broken", \
	  "is broken RAM") \
	X(SLAB, 's', "slab", "slab", \
	  "holds small objects of the kernel") \
	X(PAGETABLE, 't', "pagetable", "page table", \
	  "holds a table that maps other pages") \
	X(OFFLINE, 'o', "offline", "offline", \
	  "was taken offline: a balloon or the hypervisor has it") \
	X(UNTYPED, '-', "untyped", "untyped", \
	  "says nothing of itself: cached free, the kernel's, or not set up yet") \
	X(MMIO, '#', "mmio", "device", \
	  "is no memory: a device answers there") \
	X(RESERVED, 'r', "reserved", "firmware", \
	  "is kept by the firmware") \
	X(HOLE, ' ', "hole", "hole", \
	  "is not there")

#define X(id, letter, name, title, words) USE_##id,
enum frame_use { FRAME_USES(X) NFRAME_USES };
#undef X

struct frame_use_info {
	char letter;
	const char *name, *title, *words;
};

const struct frame_use_info *frame_use_info(enum frame_use use);

/*
 * The use of a frame of System RAM by its flags, first match of the table
 * "Frame uses" in KERNEL-FACTS (kpageflags of the kernel's
 * admin-guide/mm/pagemap.rst).  Where flags are not per folio, a tail's are
 * to be given with its head's.
 */
enum frame_use frame_use_of(uint64_t flags);
/* Of a stretch that is not RAM. */
enum frame_use frame_use_of_stretch(enum stretch_kind kind);

/* Whose a frame is, seen from one process. */
enum frame_owner {
	OWNER_UNKNOWN,
	OWNER_MINE,		/* only this process maps it */
	OWNER_SHARED,		/* this process and others */
	OWNER_OTHER,		/* others, not this process */
	OWNER_NONE,		/* nobody maps it; the zero page is nobody's */
	NFRAME_OWNERS
};

/* "mine" ...; NULL where it is not known. */
const char *frame_owner_name(enum frame_owner owner);

#endif
