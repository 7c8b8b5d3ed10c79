/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_SESSION_H
#define VMATLAS_APP_SESSION_H

#include <signal.h>
#include <stdbool.h>

#include "vmatlas/app/demo.h"
#include "vmatlas/app/options.h"
#include "vmatlas/model/sampler.h"
#include "vmatlas/source/record.h"

/*
 * A session is what all ways of looking have in common: whom to ask (live,
 * recording, replay), a sampler that does, and the process to look at.
 */
struct session {
	const struct options *options;
	struct recording *recording;
	volatile sig_atomic_t *hang_up;	/* SIGHUP: another file; or NULL */
	struct sampler *sampler;
	struct demo *demo;
	int command;		/* pid of COMMAND, or 0 */
	bool command_held;
	int pid;		/* the process to look at; 0: none was named */
	/* Of several recordings: refreshes of the first one, and what process
	 * the last one is about (0: it does not say). */
	uint64_t first_count;
	int last_pid;
	struct buf resources;	/* the text of the user's file, if any */
	struct err warning;	/* about a damaged recording, to be said once */
	char blocked[160];	/* what the kernel did not answer last */
	struct wish wish;
};

/* -1 with ERR; the session is to be closed all the same. */
int session_open(struct session *session, const struct options *options,
	struct err *err);
/*
 * Find the process that the options name; -1 with ERR (several matches are
 * listed in EXTRA, a line each).  Waits for the kernel, but not for ever.
 */
int session_target(struct session *session, struct buf *extra,
	struct err *err);
/*
 * Ask for one refresh with the session's wish and wait for it, at most
 * TIMEOUT_MS (-1: as long as the kernel answers at all).  A reference; NULL
 * with ERR.  STOP, if not NULL, is looked at while waiting.
 */
struct snapshot *session_refresh(struct session *session, int timeout_ms,
	const volatile int *stop, struct err *err);
/* Send the wish without asking for a refresh, and wait for its answer. */
struct snapshot *session_serve(struct session *session,
	const volatile int *stop, struct err *err);
/* The held COMMAND runs from its first refresh on. */
void session_release_command(struct session *session);
/* End it all; -1 with ERR where a recording could not be completed. */
int session_close(struct session *session, struct err *err);

/* Milliseconds of a clock that only goes forward. */
uint64_t session_clock(void);

#endif
