/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_CHANGES_H
#define VMATLAS_MODEL_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/text.h"
#include "vmatlas/model/state.h"

/*
 * A struct changes is a log of what happened to a process's memory, from what
 * a refresh read compared with what was read before.  It asks the kernel
 * nothing.  What came and went between two readings was not seen; a page that
 * became another in two ways is told as what it was, and what it is.
 *
 * A line is a run of pages that changed alike, in one region.  Columns of the
 * table: identifier, name in reports, words.
 */
#define CHANGE_KINDS(X) \
	X(TOUCHED, "touched", "came in: a first access, or one that mapped it in again") \
	X(WRITTEN, "written", "a first write: to zeros, or to what was shared once") \
	X(SPLIT, "split", "a write copied what was shared") \
	X(DIRTIED, "dirtied", "a file's page is to be written back now") \
	X(CLEANED, "cleaned", "a file's page was written back") \
	X(SWAPPED_OUT, "swapped-out", "went to swap") \
	X(SWAPPED_IN, "swapped-in", "came back from swap") \
	X(MOVED, "moved", "has another frame: migrated, or collapsed into a huge page") \
	X(FREED, "freed", "was given up: its content is gone") \
	X(DROPPED, "dropped", "is not mapped in any more; its file may have it") \
	X(SHARED, "shared", "is shared after a fork now") \
	X(UNSHARED, "unshared", "is only here now: others copied it, or ended") \
	X(MERGED, "merged", "was merged with pages alike (KSM)") \
	X(CHANGED, "changed", "is in another state, in some other way") \
	X(MAPPED, "mapped", "a region came") \
	X(UNMAPPED, "unmapped", "a region, or a part of it, went") \
	X(GROWN, "grown", "a region became larger") \
	X(SHRUNK, "shrunk", "a region became smaller") \
	X(REMAPPED, "remapped", "the pages of a region that was moved (mremap)") \
	X(PROTECTED, "protected", "a region has other rights") \
	X(EXEC, "exec", "the process runs another program: all is new") \
	X(ENDED, "ended", "the process has ended")

#define X(id, name, words) CHANGE_##id,
enum change_kind { CHANGE_KINDS(X) NCHANGE_KINDS };
#undef X

const char *change_name(enum change_kind kind);
const char *change_words(enum change_kind kind);
/* NCHANGE_KINDS for a name that is none. */
enum change_kind change_of_name(struct text name);

/* Rights of a region, as bits. */
enum { RIGHT_READ = 1, RIGHT_WRITE = 2, RIGHT_EXEC = 4, RIGHT_SHARED = 8,
	RIGHTS_NONE = 16 };

struct change {
	uint64_t refresh;	/* that saw it */
	uint64_t time_ms;	/* when that began, since the epoch */
	uint64_t vpn, npages;	/* 0 pages: it is about the process */
	uint64_t region;	/* where it starts: page */
	uint64_t pfn_from, pfn_to;	/* of the first page */
	uint32_t name;		/* of the region: where it starts in names */
	int pid;
	uint8_t kind, from, to;	/* enum change_kind, enum page_state */
	uint8_t rights_from, rights_to;	/* RIGHTS_NONE: not what it is about */
	bool has_from, has_to;	/* the frames are known, */
	bool scattered;		/* but are not consecutive */
};

/*
 * Invariants: lines are in the order in which they were seen; those from NOW
 * on are of this refresh.  Memory is bounded: between refreshes
 * CHANGES_KEPT lines are kept, and within one there are CHANGES_MOST at most.
 */
#define CHANGES_KEPT 2048
#define CHANGES_MOST 65536

struct changes {
	/* For reports: a line for each run of frames, and nothing is kept of
	 * earlier refreshes. */
	bool exact;
	struct change *lines;
	size_t n, cap, now;
	struct buf names;	/* NUL-terminated each, not escaped */
	uint64_t dropped;	/* lines that are not there any more */
	uint64_t lost;		/* of this refresh, that found no room */
	uint64_t pages[NCHANGE_KINDS];	/* of this refresh; regions' too */
	uint64_t since[NCHANGE_KINDS];	/* the same, since the baseline */
	uint64_t refresh, time_ms;
	int pid;
};

void changes_fini(struct changes *changes);
/* Another refresh begins; what is too old goes.  The same REFRESH once more
 * (it was broken off) goes on. */
void changes_begin(struct changes *changes, uint64_t refresh,
	uint64_t time_ms, int pid);
/*
 * Take CHANGE over, all of it but name, refresh, time and pid; as part of the
 * line before where it goes on with that.  NAME is the region's.
 */
void changes_add(struct changes *changes, const struct change *change,
	struct text name);
/* Refresh REFRESH is to come (again): what it and later ones saw goes. */
void changes_cut(struct changes *changes, uint64_t refresh);
/*
 * All that this refresh sees was seen: pages that came in with the very frames
 * that another region lost were moved with it.
 */
void changes_settle(struct changes *changes);

/* What happened to a page that was FROM and is TO; MOVED: it had a frame and
 * has another; SPLIT: that is a copy made on a write. */
enum change_kind change_between(enum page_state from, enum page_state to,
	bool moved, bool split);

#endif
