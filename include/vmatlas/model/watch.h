/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_WATCH_H
#define VMATLAS_MODEL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/source/source.h"

/*
 * A struct watch is what is watched of a process by writing to it: from when
 * on its pages were seen to be used (smaps' Referenced, for each region) or
 * written (soft-dirty, for each page).  Nothing is ever written unless a user
 * asked for that very thing, once for each time.
 */
struct space;

/* What is asked: KIND is to be on.  CLEAR is a number of the app's that grows
 * with each write that the user has agreed to; 0: there is to be none. */
struct watch_wish {
	enum clear_kind kind;
	uint32_t clear;
	uint64_t starttime;	/* of the process that it is about */
	bool ask;		/* which kinds could be watched */
};

struct watch {
	enum clear_kind kind;	/* that is on */
	uint32_t clear;		/* the write that was done last, or refused */
	enum answer answer;	/* of that */
	uint64_t since_ms;	/* by the machine's uptime */
	struct proc_id id;
	bool asked;		/* and told, of each kind: */
	enum answer can[NCLEAR_KINDS];
};

/* A refresh begins, the regions of SPACE were read: do what WISH asks. */
void watch_step(struct watch *watch, struct space *space,
	const struct watch_wish *wish);

#endif
