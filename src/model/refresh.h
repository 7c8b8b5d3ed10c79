/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_REFRESH_H
#define VMATLAS_SRC_MODEL_REFRESH_H

/*
 * A struct refresh is what the sampler's thread does: it asks a source for
 * what the wish names, first what is on screen, then the rest within the CPU
 * budget, and hands out snapshots.  It knows nothing of threads.
 */
#include <time.h>

#include "vmatlas/model/audit.h"
#include "vmatlas/model/baseline.h"
#include "vmatlas/model/budget.h"
#include "vmatlas/model/finder.h"
#include "vmatlas/model/frame_sums.h"
#include "vmatlas/model/frames.h"
#include "vmatlas/model/link.h"
#include "vmatlas/model/matches.h"
#include "vmatlas/model/question.h"
#include "vmatlas/model/roster.h"
#include "vmatlas/model/runs.h"
#include "vmatlas/model/snapshot.h"
#include "vmatlas/model/stacks.h"
#include "vmatlas/model/swap_users.h"

/* Whom it works for. */
struct refresh_owner {
	bool (*has_news)(void *arg);	/* another wish, or the end */
	void (*take_wish)(void *arg, struct wish *wish);
	void (*publish)(void *arg, struct snapshot *snapshot);
	void *arg;
};

#define SNAPSHOT_POOL 4

/* Counters as they were, for rates. */
struct rates {
	bool known;
	struct proc_id id;
	uint64_t uptime_ms, minor_faults, major_faults, splits;
};

/* What this program costs, over longer and longer times up to 10 seconds: a
 * figure that trembles at each refresh says no more, and costs bytes on a slow
 * line. */
struct own_cost {
	bool began;
	uint64_t since_ms, window_ms;	/* it is counted from, for so long */
	uint64_t cpu_us;		/* that was used before */
	double percent;			/* < 0: not known yet */
};

struct refresh {
	struct source *src;
	struct refresh_owner owner;
	struct wish wish;
	struct machine *machine;
	struct space space;
	struct changes changes;		/* of whatever process there was */
	bool end_noted;			/* that this one ended */
	struct trend trend;
	struct baseline baseline;
	struct fitness_walk walk;	/* of the focus's region */
	bool has_space, passing;
	bool pass_fits;		/* the last refresh made all of one */
	uint32_t opened;	/* spaces, so far */
	/* CPU time of publishing: in this refresh, and in the one before. */
	uint64_t publish_us, publish_before_us;
	struct audit audit;
	struct swap_users swap_users;
	struct frames *frames;	/* NULL until it is wanted */
	struct question question;
	struct symbols symbols;
	struct detail_seen seen;	/* of this refresh */
	struct page_tables tables;
	struct functions functions;
	struct finder finder;
	struct matches matches;
	struct buf command;
	uint64_t number;		/* of the refresh */
	bool ended;			/* the recording has no further one */
	struct go_state go;
	struct recording *recording;	/* of the wish, as it was last heeded */
	uint64_t known_from;		/* number of the recording's refresh that
					 * what is asked once is known from */
	bool silent;			/* what is read now is not handed out, */
	bool lead;			/* and only read to be compared with */
	struct err end;			/* why, where it should have */
	bool whole;			/* it was read as far as was wished */
	struct rates before, now;
	struct process first;	/* as it was when it was first read */
	struct stacks stacks;
	struct watch watch;
	uint64_t stacks_of;	/* the refresh that read them; 0: none */
	struct own_cost own;
	struct budget budget, budget_before;
	struct frame_sums sums;
	uint32_t sums_asked;	/* which request they answer */
	struct snapshot *pool[SNAPSHOT_POOL];
	struct roster roster;
};

/* REFRESH is all zero; takes SRC over. */
void refresh_init(struct refresh *refresh, struct source *src,
	struct refresh_owner owner);
void refresh_fini(struct refresh *refresh);
/* One refresh, complete or broken off by the end; -1: the source failed;
 * SOURCE_LATER: it has not come yet. */
int refresh_run(struct refresh *refresh, struct err *err);
/* A recording's refresh that the wish wants to go to, whole (refresh_go.c);
 * 0, -1: as refresh_run. */
int refresh_go(struct refresh *refresh, struct err *err);
/* Read what another wish is about in the refresh that it is. */
void refresh_read_again(struct refresh *refresh);
/* What was read so far is of another moment, or is to be asked for again. */
void refresh_forget(struct refresh *refresh);
/* What is asked once of a machine, too. */
void refresh_forget_machine(struct refresh *refresh);
/* There is something to go to. */
bool refresh_must_go(const struct refresh *refresh, const struct wish *wish);
/* Read the next refresh of the source; 0: there is none. */
int refresh_step(struct refresh *refresh, struct err *err);
/* Read what the wish is about without going on to another refresh. */
void refresh_read(struct refresh *refresh);
/* Answer the wish from what is known, reading only what it lacks. */
void refresh_serve(struct refresh *refresh);
/*
 * What refresh.c shares with refresh_ask.c, refresh_find.c and
 * refresh_publish.c.  Freeze what is known and hand it out; COMPLETE: all that
 * the wish asks for.
 */
void refresh_publish(struct refresh *refresh, bool complete);
/* refresh_publish.c: what the space lent to snapshots that nobody looks at any
 * more is its own again. */
void refresh_take_back(struct refresh *refresh);
/* The machine's facts are new: what did we cost?  Once a refresh. */
void refresh_count_own(struct refresh *refresh);
/* Another wish came while reading goes on: true, it is for this process and
 * was served; false, reading is to be broken off, for the end or for a wish
 * that is left to the next refresh. */
bool refresh_serve_between(struct refresh *refresh);
/* Of CPU_START (by CLOCK_THREAD_CPUTIME_ID) on, the budget of a refresh. */
bool refresh_has_spent(const struct refresh *refresh, uint64_t cpu_start);
uint64_t refresh_clock_ms(clockid_t clock);
/* Go on asking all processes what the wish asks, as long as the budget lasts;
 * false: broken off, as above. */
bool refresh_ask(struct refresh *refresh);
/* The same where that was never answered; else there is nothing to do. */
bool refresh_ask_first(struct refresh *refresh);

/* Find out which pages meet the wish's filter, then look for what it looks
 * for, until that is found or is nowhere; false: broken off, as above. */
bool refresh_find(struct refresh *refresh);
/* Before the process is read, and behind it (refresh_changes.c): have what
 * happens to its pages noted. */
void refresh_follow(struct refresh *refresh);
void refresh_follow_end(struct refresh *refresh);
/* Take the baseline, or forget it, as the wish says; once all was read. */
void refresh_baseline(struct refresh *refresh);
/* There is one of the process that is shown. */
bool refresh_has_baseline(const struct refresh *refresh);
/* Let the snapshot's blocks say how they differ from it. */
void refresh_take_baseline(struct refresh *refresh, struct snapshot *snapshot);
/* Copy what the wish wants of that. */
void refresh_take_changes(struct refresh *refresh, struct snapshot *snapshot);

/* Is a wish about something that is not read for the one BEFORE? */
bool refresh_is_about_else(const struct wish *now, const struct wish *before);

#endif
