/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_DEMO_STAGE_H
#define VMATLAS_APP_DEMO_STAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "vmatlas/app/demo.h"

/*
 * The stage is the memory that vmatlas and the demo share.  The demo writes
 * it, vmatlas reads.  The regions are set once, before the demo says that it
 * is ready; beat and outcome are one word, so that they are read together.
 */
struct demo_stage {
	atomic_uint now;	/* outcome << 8 | beat */
	atomic_uint steps;
	atomic_int other;
	struct demo_region {
		uint64_t va, nbytes;
	} region[NDEMO_ACTS];
};

/*
 * Pipes carry ints.  ORDERS to the demo: the beat to hold at, or DEMO_GO; end
 * of file means to end.  NEWS from it: once DEMO_READY or an errno, then each
 * beat that it was told to hold at.
 */
enum { DEMO_GO = -1, DEMO_READY = 0 };

/* Pages of a region, other than the one for a huge page. */
enum { DEMO_NPAGES = 24 };

struct demo_setup {
	struct demo_stage *stage;
	int orders, news;	/* the demo's ends */
	pid_t parent;
	int step_ms;
};

/* The demo's whole life, in the forked process; never returns. */
void demo_play(const struct demo_setup *setup) __attribute__((noreturn));
/*
 * What comes before the acts: own process group, no signals, files or
 * privileges of vmatlas's, one CPU; then the regions.  -1 with errno.
 */
void demo_settle(const struct demo_setup *setup);
int demo_map(struct demo_stage *stage, size_t page);
/* For a new process: die with PARENT, and be called NAME. */
void demo_follow(pid_t parent, const char *name);

#endif
