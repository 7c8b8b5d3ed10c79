/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_RT_H
#define VMATLAS_MODEL_RT_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/model/classify.h"

/*
 * What a real-time program must not have: pages of which an access would
 * fault.  Each page has one reason, the first of this table that holds, and
 * the reason says when it would.  Columns: identifier, name in reports, when,
 * in plain words.
 *
 * What the entries of page tables really allow is not told by any file: that
 * a page is writable at once is concluded from what it is (it is this
 * process's alone: do_anonymous_page(), do_swap_page() and mprotect() map
 * such pages writable, wp_page_reuse() makes them so).  Faults that come out
 * of nothing are not foreseen: NUMA balancing, compaction, khugepaged.
 */
#define RT_REASONS(X) \
	X(NONE, "none", NEVER, "is there, and stays") \
	X(NO_ACCESS, "no-access", NEVER, \
	  "may not be accessed at all: a reservation, or a guard") \
	X(KERNEL, "kernel", NEVER, \
	  "is the kernel's own or a device's, of which no file tells") \
	X(UNTOUCHED, "untouched", ACCESS, \
	  "was never touched: the first access brings a frame") \
	X(NOT_MAPPED, "not-mapped", ACCESS, \
	  "is of a file or of shared memory, and not mapped in now") \
	X(SWAPPED, "swapped", ACCESS, "is swapped out, or in device memory") \
	X(MOVING, "moving", ACCESS, \
	  "is being moved: an access waits for the end of that") \
	X(ZERO, "zero", WRITE, \
	  "was only read so far: a write brings a frame") \
	X(COW_PENDING, "cow-pending", WRITE, \
	  "is still the file's own: a write copies it") \
	X(COW_SHARED, "cow-shared", WRITE, \
	  "is shared after a fork, or merged: a write copies it") \
	X(WAS_SHARED, "was-shared", WRITE, \
	  "was shared after a fork: a write is held up to find it is no more") \
	X(PROTECTED, "write-protected", WRITE, \
	  "is write-protected by userfaultfd") \
	X(FILE_WRITE, "file-write", MAY_WRITE, \
	  "is of a file mapped shared: its file system may ask to be told of a first write, again after each write-back") \
	X(UNTOLD, "untold", UNTOLD, \
	  "may fault or not: what would tell may not be seen, or this kernel does not say") \
	X(NOT_LOCKED, "not-locked", LATER, \
	  "is there, but not locked: the kernel may take it away")

/* When an access would fault, worst first. */
enum rt_when {
	RT_ACCESS,	/* the next one of any kind */
	RT_WRITE,	/* the next write */
	RT_MAY_WRITE,	/* the next write, perhaps */
	RT_LATER,	/* once the kernel has taken it away */
	RT_UNTOLD,	/* that is not known */
	RT_NEVER,
	NRT_WHENS
};

#define X(id, name, when, words) RT_##id##_PAGE,
enum rt_reason { RT_REASONS(X) NRT_REASONS };
#undef X

/* "untouched", ... */
const char *rt_reason_name(enum rt_reason reason);
const char *rt_reason_words(enum rt_reason reason);
enum rt_when rt_reason_when(enum rt_reason reason);
/* "access", "write", "maybe-write", "later"; NULL: not known, or never. */
const char *rt_when_name(enum rt_when when);

/* What about a region matters. */
struct rt_context {
	const struct region *region;
	const struct page_context *cx;
	bool lock_known, locked;	/* by mlock(2) and its like */
};

/* REGION of a process that has LOCKED_KB locked (UINT64_MAX: not known). */
void rt_context_of(const struct region *region, const struct page_context *cx,
	uint64_t locked_kb, struct rt_context *out);
/* A page in STATE with MARKS; PAGE: how it was read, NULL where it has an
 * all-zero entry. */
enum rt_reason rt_reason_of(const struct rt_context *rt, enum page_state state,
	unsigned marks, const struct page_facts *page);

/* What a report of them tells of the process as a whole. */
struct rt_process {
	bool locked_known, limit_known, since_known;
	uint64_t locked;		/* bytes: VmLck */
	uint64_t stack_limit;		/* bytes; UINT64_MAX: none */
	uint64_t minor_since, major_since;	/* faults since it was first read */
};

/* Pages by reason. */
struct rt_totals {
	uint64_t pages[NRT_REASONS];
};

/* Pages of which an access would fault at such a time. */
uint64_t rt_total(const struct rt_totals *totals, enum rt_when when);

struct snapshot;
struct space;
struct symbols;
struct process;
/*
 * Name what is in the runs of SNAPSHOT that have a reason to fault, and tell
 * of the process as a whole; FIRST is what it was when it was first read.
 */
void rt_fill(struct snapshot *snapshot, struct space *space,
	struct symbols *symbols, const struct process *first);

#endif
