/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_STATE_H
#define VMATLAS_MODEL_STATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The states that a virtual page can be in: the one table behind the map,
 * the legend, help, reports and the line that explains.  Columns: identifier,
 * letter, name in reports, presence, title for the legend, in plain words
 * (a clause that completes "this page ...").
 *
 * Presence: MAPPED has a frame mapped here, OUT has its content elsewhere
 * (swap, device, being moved), VOID has none.
 */
#define PAGE_STATES(X) \
	X(HOLE, ' ', "hole", VOID, "hole", \
	  "is not mapped: nothing is here") \
	X(UNTOUCHED, '.', "untouched", VOID, "untouched", \
	  "is mapped but was never touched: no frame yet, the first access brings one") \
	X(NOT_MAPPED, ',', "not-mapped", VOID, "not mapped in", \
	  "belongs to a file or to shared memory, but is not mapped in here now") \
	X(HUGETLB_UNFAULTED, ':', "hugetlb-unfaulted", VOID, "untouched huge", \
	  "is a huge page from the pool, not touched yet") \
	X(ZERO, 'z', "zero", MAPPED, "zero page", \
	  "was read but never written: it is the kernel's one page of zeros") \
	X(HUGE_ZERO, 'Z', "huge-zero", MAPPED, "huge zero page", \
	  "was read but never written: it is the kernel's one huge page of zeros") \
	X(ANON, 'A', "anon", MAPPED, "own", \
	  "is this process's own memory") \
	X(ANON_WAS_SHARED, 'a', "anon-was-shared", MAPPED, "once shared", \
	  "was shared after a fork and is now only here; the next write keeps the frame") \
	X(COW_SHARED, 'C', "cow-shared", MAPPED, "fork-shared", \
	  "is shared after a fork; the next write by anyone copies it") \
	X(COW_PENDING, 'c', "cow-pending", MAPPED, "copies on write", \
	  "is writable, private and still the file's own frame; the first write copies it") \
	X(COW_COPIED, 'W', "cow-copied", MAPPED, "written copy", \
	  "was a file's page and has been written: it is a private copy") \
	X(KSM, 'K', "ksm", MAPPED, "merged (KSM)", \
	  "was merged with identical pages; a write copies it") \
	X(LAZYFREE, 'l', "lazyfree", MAPPED, "lazily freed", \
	  "was given back by MADV_FREE; it may vanish under pressure unless rewritten") \
	X(FILE, 'f', "file", MAPPED, "file", \
	  "is the file's frame in the page cache, unchanged") \
	X(FILE_DIRTY, 'D', "file-dirty", MAPPED, "dirty file", \
	  "is the file's frame in the page cache and has to be written back") \
	X(SHMEM, 'm', "shmem", MAPPED, "shared memory", \
	  "is shared memory, or a file that lives in RAM and swap") \
	X(RAMFS, 'M', "ramfs", MAPPED, "RAM file", \
	  "is of a file that lives only in RAM: never written back, never dropped") \
	X(XIP, 'x', "xip", MAPPED, "in place (XIP)", \
	  "is used in place from its device: no page cache, outside System RAM") \
	X(SECRET, 's', "secret", MAPPED, "secret", \
	  "is secret memory: not even the kernel's own map has it") \
	X(HUGETLB, 'H', "hugetlb", MAPPED, "huge (pool)", \
	  "is a page from the huge-page pool") \
	X(SWAP, 'S', "swap", OUT, "swap", \
	  "is swapped out: it has a slot and no frame") \
	X(MIGRATION, '~', "migration", OUT, "being moved", \
	  "is being moved to another frame") \
	X(DRIVER, 'I', "driver", MAPPED, "driver memory", \
	  "is memory that a driver mapped") \
	X(PFNMAP, 'i', "pfnmap", VOID, "device or raw", \
	  "is device or raw physical memory") \
	X(KERNEL, 'k', "kernel", MAPPED, "kernel's own", \
	  "is the kernel's own page") \
	X(GATE, 'V', "gate", VOID, "gate", \
	  "is a fixed kernel page above user space") \
	X(GUARD, '=', "guard", VOID, "guard", \
	  "is a guard page: touching it kills") \
	X(WP_MARKER, '^', "wp-marker", VOID, "uffd marker", \
	  "has a userfaultfd marker and no page") \
	X(DEVICE, 'G', "device", OUT, "device memory", \
	  "is in device memory") \
	X(POISONED, 'X', "poisoned", OUT, "poisoned", \
	  "is on broken RAM") \
	X(PRESENT, 'P', "present", MAPPED, "present", \
	  "is in memory; more than that this user may not know") \
	X(CHANGING, '!', "changing", MAPPED, "changing", \
	  "changed while it was being read")

#define X(id, letter, name, presence, title, words) STATE_##id,
enum page_state { PAGE_STATES(X) NSTATES };
#undef X

enum presence { PRESENCE_VOID, PRESENCE_MAPPED, PRESENCE_OUT };

struct state_info {
	char letter;
	enum presence presence;
	const char *name, *title, *words;
};

const struct state_info *state_info(enum page_state state);
/* NSTATES for a name that is none. */
enum page_state state_of_name(const char *name);

/* Marks beside the state, as bits. */
#define PAGE_MARKS(X) \
	X(THP_PMD, "thp-pmd", "huge, mapped as one") \
	X(THP_PTE, "thp-pte", "part of a large folio") \
	X(SWAPCACHE, "swapcache", "still has its swap slot") \
	X(MLOCKED, "mlocked", "locked in memory") \
	X(UFFD_WP, "uffd-wp", "write-protected by userfaultfd") \
	X(SOFT_DIRTY, "soft-dirty", "written since soft-dirty was cleared") \
	X(CACHED, "cached", "the page cache has it")

#define X(id, name, words) MARK_BIT_##id,
enum { PAGE_MARKS(X) NMARKS };
#undef X
#define X(id, name, words) MARK_##id = 1 << MARK_BIT_##id,
enum page_mark { PAGE_MARKS(X) };
#undef X

const char *mark_name(unsigned bit);
const char *mark_words(unsigned bit);

/*
 * A page's class in one byte, of which the store keeps one per page: its
 * state and who has it.
 */
enum sharing { SHARING_UNKNOWN, SHARING_PRIVATE, SHARING_SHARED };
#define CLASS_SPLIT 3	/* private, as it was copied since the refresh before */
#define CLASS(state, sharing) ((uint8_t)((state) | (sharing) << 5))
#define CLASS_STATE(cls) ((enum page_state)((cls) & 31))
#define CLASS_IS_SPLIT(cls) (((cls) >> 5 & 3) == CLASS_SPLIT)
#define CLASS_SHARING(cls) (CLASS_IS_SPLIT(cls) ? SHARING_PRIVATE : \
	(enum sharing)((cls) >> 5 & 3))
#define CLASS_CHANGED 0x80	/* since the refresh before */

_Static_assert(NSTATES <= 32, "a state fits into 5 bits");

#endif
