/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_CROWD_H
#define VMATLAS_MODEL_CROWD_H

#include "vmatlas/model/space.h"

/*
 * A struct crowd walks over all processes, or some: over every page that each
 * has an entry for, one slice after another, and shows them to whoever wants
 * to know something about frames that only all pagemaps together can tell:
 * who else maps them.
 *
 * It costs one reading of what is present in the processes that may be read,
 * and keeps no more than one slice.  A process that may not be read or ended
 * meanwhile is not left out silently, its answer says so; nor is one that came.
 * Kernel threads map nothing and are passed over.
 */
struct crowd_member {
	struct process process;
	/* Of its maps and pagemap.  OK while it was not reached yet;
	 * ANSWER_GONE: it ended, in whole or in part unread. */
	enum answer answer;
	bool reached;
};

/* Who is shown the pages.  A crowd serves one question at a time. */
struct crowd_user {
	/* Pages of member AT, region space->at_region, are in the slice of
	 * space->reader: entries only, of which those without a frame are of
	 * no interest.  It may read other slices with that reader. */
	void (*slice)(void *arg, size_t at, struct space *space);
	/* Member AT has no more pages: all were shown where
	 * space->process.answer is OK.  NULL: not of interest. */
	void (*end)(void *arg, size_t at, struct space *space);
	void *arg;
	/* It reads frames, and wants to know the pages' states. */
	bool wants_states;
	/* Are the pages of this region of interest?  NULL: all are. */
	bool (*wants)(void *arg, struct space *space, size_t region);
};

struct crowd {
	struct source *src;
	const struct machine *machine;
	struct crowd_user user;
	struct crowd_member *members;
	size_t n, at;
	struct space space;	/* of member AT, while has_space */
	bool has_space;
	uint64_t pages, expected;	/* present: shown so far, of about so many */
	int *pids;		/* of all at the beginning, in order; NULL: the
				 * crowd is not all processes */
	size_t npids;
	/* Who came since, once all were shown: "PID NAME, ...", escaped. */
	struct buf newcomers;
};

/*
 * Begin with the processes as they are now: all, or those in ONLY (NONLY >
 * 0).  What was begun before is forgotten.  The answer is that of the list.
 */
enum answer crowd_begin(struct crowd *crowd, struct source *src,
	const struct machine *machine, const int *only, unsigned nonly,
	struct crowd_user user);
/* Show the next slice; false: all were shown. */
bool crowd_step(struct crowd *crowd);
/* The machine was read anew, and crowd_step is to go on with it. */
void crowd_set_machine(struct crowd *crowd, const struct machine *machine);
/* How much of it is done, from 0 to 1. */
double crowd_progress(const struct crowd *crowd);
void crowd_fini(struct crowd *crowd);

#endif
