/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_DEMO_H
#define VMATLAS_APP_DEMO_H

#include <stdint.h>

#include "vmatlas/base/err.h"

/*
 * The demo is a small process of our own to look at: it plays seven acts of
 * memory, over and over, at a pace that a person can follow, and says what
 * it is doing.
 *
 * Invariants: all its regions are mapped before demo_start() returns and stay
 * where they are, in the order of the acts; every page of them is empty again
 * when the last act is over.  An act whose means this machine lacks is still
 * announced, with a caption that says so.  The demo and its second process
 * (which some acts fork) have a process group of their own and die with the
 * thread that started them.  It is asked through memory shared with it, so
 * nothing here but demo_start, demo_hold and demo_stop waits.
 */
struct demo;

enum demo_act {
	DEMO_ACT_TOUCH,		/* untouched memory is touched */
	DEMO_ACT_FORK,		/* copy on write after a fork */
	DEMO_ACT_FILE,		/* a private file mapping, read and written */
	DEMO_ACT_SHARE,		/* one memory in two processes */
	DEMO_ACT_HUGE,		/* a huge page, and its end */
	DEMO_ACT_SWAP,		/* out to swap and in again */
	DEMO_ACT_BACK,		/* everything is given back; has no region */
	NDEMO_ACTS
};

/*
 * An act is a few beats.  Columns: identifier, act, caption.  When a beat is
 * over, what its caption says can be seen in the demo's pagemap and smaps.
 */
#define DEMO_BEATS(X) \
	X(TOUCH_MAPPED, TOUCH, \
	  "mmap wrote one line in the ledger. There is no frame yet.") \
	X(TOUCH_READ, TOUCH, \
	  "Only read: each page is the kernel's one page of zeros.") \
	X(TOUCH_WRITTEN, TOUCH, \
	  "First write: a fault, a frame, and back. Only the clock noticed.") \
	X(FORK_SHARED, FORK, \
	  "Fork copied no page: parent and child now share every frame.") \
	X(FORK_CHILD, FORK, \
	  "The child writes: each write copies one page. The parent keeps the old.") \
	X(FORK_PARENT, FORK, \
	  "The parent writes others: these are its copies, the child keeps the old.") \
	X(FORK_ALONE, FORK, \
	  "The child is gone. What they shared is now the parent's alone.") \
	X(FORK_KEPT, FORK, \
	  "Written again: the last owner keeps the frame. Nothing is copied.") \
	X(FILE_MAPPED, FILE, \
	  "A file, mapped private: nothing is mapped in until it is asked for.") \
	X(FILE_READ, FILE, \
	  "Read: the file's own frames, and neighbours too. A write would copy.") \
	X(FILE_WRITTEN, FILE, \
	  "Written: each page becomes a private copy. The file never notices.") \
	X(SHARE_WRITTEN, SHARE, \
	  "Shared memory, written by one process: its frames belong to no one.") \
	X(SHARE_BOTH, SHARE, \
	  "A second process touches it: two processes, one frame, even to write.") \
	X(SHARE_ALONE, SHARE, \
	  "The second process is gone. The frames stay, for they were shared.") \
	X(HUGE_WRITTEN, HUGE, \
	  "One write, one fault, one huge page: a whole run of frames at once.") \
	X(HUGE_SPLIT, HUGE, \
	  "Half of it is given back: the other half goes on as small pages.") \
	X(SWAP_FILLED, SWAP, \
	  "Written: memory with no file behind it. Only swap could take it in.") \
	X(SWAP_OUT, SWAP, \
	  "Out to swap: a slot, no frame.") \
	X(SWAP_IN, SWAP, \
	  "Touched again: a fault fetches each page from its slot to a new frame.") \
	X(BACK, BACK, \
	  "All given back: still mapped, but no frames. And again, from the start.")

#define X(id, act, caption) DEMO_##id,
enum demo_beat { DEMO_BEATS(X) NDEMO_BEATS };
#undef X

enum demo_outcome {
	DEMO_SEEN,	/* as the beat's caption says */
	DEMO_ABSENT,	/* this machine lacks what the act needs */
	DEMO_REFUSED,	/* it has it, but the kernel did otherwise this time */
	NDEMO_OUTCOMES
};

struct demo_now {
	enum demo_act act;
	enum demo_beat beat;
	enum demo_outcome outcome;
	unsigned steps;		/* taken so far; changes when pages did */
	int other;		/* the second process, or 0 */
};

/*
 * Start it, with PACE steps a second (0: 8).  Returns when its regions are
 * mapped; NULL with ERR if it cannot be.  Call it before there are threads
 * and before the terminal is opened: it forks without exec.
 */
struct demo *demo_start(double pace, struct err *err);
/* Its process, for as long as the demo is not stopped. */
int demo_pid(const struct demo *demo);
struct demo_now demo_now(const struct demo *demo);
/* What it does now, in at most 78 columns of ASCII; never NULL, static. */
const char *demo_caption(const struct demo *demo);
const char *demo_caption_of(enum demo_beat beat, enum demo_outcome outcome);
/* "first touch": a few words, at most 32 columns. */
const char *demo_act_title(enum demo_act act);
/* Where an act takes place, in bytes; both 0 where it has no region. */
void demo_region(const struct demo *demo, enum demo_act act, uint64_t *va,
		 uint64_t *nbytes);

/*
 * Go on without pauses until BEAT is over, and stay there; it returns at once
 * if that is where the demo stands.  -1 with ERR when the demo has died or
 * does not get there within ten seconds.
 */
int demo_hold(struct demo *demo, enum demo_beat beat, struct err *err);
/* Go on at the usual pace. */
void demo_release(struct demo *demo);

/* End it and its second process, and free DEMO (which may be NULL). */
void demo_stop(struct demo *demo);

#endif
