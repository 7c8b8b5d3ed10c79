/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_ROSTER_H
#define VMATLAS_MODEL_ROSTER_H

#include "vmatlas/model/snapshot.h"

/*
 * A struct roster is all processes (or some), as they were last listed, and
 * what was read of each so far.
 *
 * What /proc/PID/stat says is read of all of them at each listing, which is
 * each refresh's; where that alone takes more than half of wish.cpu, they are
 * listed as often as there is CPU time left, and every five seconds.  The rest
 * is costly, and kept as long as a process lives: its sums (smaps_rollup, or
 * pagemap where there is none), and by how many pages it is in which state
 * (pagemap, kpageflags).  That is read step by step: first of those on screen
 * of which nothing is known, at once; then of whoever waits longest, those
 * on screen counting more, as long as wish.cpu percent of the time last.
 * What was spent beyond them is made up for later.  When each was read stands
 * in its row.
 *
 * Memory: a row a process, and the address space of one.
 */
struct roster {
	struct source *src;
	const struct machine *machine;
	struct process_row *rows, *old;	/* in order of pid */
	size_t n, cap, nold, old_cap;
	struct buf commands, old_commands;
	uint64_t now_ms;		/* uptime of the listing; 0: none yet */
	unsigned listings;
	struct list_memory memory;
	int64_t spare_us;		/* of our CPU time; below 0: overdrawn */
	int64_t list_us;		/* that the last listing took */
	uint64_t earned_ms;		/* uptime of the last addition to it */
	struct roster_listed {		/* what the last listing was about */
		uint32_t asked, npids;
		bool usage, cgroups;
	} listed;
	size_t next;			/* to be read, where all are */
	/* The process of which pages are being read, for some steps. */
	bool is_reading;
	size_t at;
	struct space space;
};

/* List them as WISH asks; MACHINE is used until the next listing. */
void roster_list(struct roster *roster, struct source *src,
	const struct machine *machine, const struct wish *wish);
/* Read on; false: that was all there is to do, or may be done, for now. */
bool roster_step(struct roster *roster, const struct wish *wish);
/* Only what is on screen and was never read; false: nothing is left. */
bool roster_look(struct roster *roster, const struct wish *wish);
void roster_fill(const struct roster *roster, const struct wish *wish,
	struct snapshot *snapshot);
void roster_fini(struct roster *roster);

#endif
