/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SAMPLER_H
#define VMATLAS_MODEL_SAMPLER_H

#include <stdbool.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/source/guard.h"

/*
 * The sampler reads in a thread of its own what its wish names, and
 * publishes snapshots.  No file is read anywhere else.
 *
 * The thread owns everything it reads with.  When the kernel does not answer
 * it within SAMPLER_PATIENCE_MS, sampler_check leaves that thread behind for
 * ever, with all it owns, and starts another that does not ask for that file
 * again.  All other functions are for the app's one thread, and none of them
 * waits for the kernel.
 */
struct sampler;

#define SAMPLER_PATIENCE_MS 2000

/*
 * How a thread gets its source: called at the start and after each blocked
 * file, with all files that blocked so far.  NULL with ERR ends the sampler.
 */
struct sampler_source {
	struct source *(*make)(void *arg, const struct blocked_file *blocked,
		size_t nblocked, struct err *err);
	void *arg;
};

struct sampler *sampler_new(const struct sampler_source *source,
	struct err *err);
/* Take WISH over; its serial is set here and returned. */
uint64_t sampler_wish(struct sampler *sampler, const struct wish *wish);
/* All was asked that belongs to the present refresh: a recorder writes it as
 * a whole now, not when the next one begins. */
void sampler_finish(struct sampler *sampler);
/* Readable once there is something new; reading it is sampler_latest's. */
int sampler_fd(const struct sampler *sampler);
/* A reference to the newest snapshot, or NULL before the first one. */
struct snapshot *sampler_latest(struct sampler *sampler);
/* Has the thread been waiting for the kernel too long?  Then it is replaced
 * and *BLOCKED says what it hung on. */
bool sampler_check(struct sampler *sampler, struct blocked_file *blocked);
/* Why the source failed (a recording that cannot be read on); code and text
 * are empty while it works. */
struct err sampler_error(struct sampler *sampler);
/*
 * End the thread if it answers within a moment (true: its source was freed,
 * so that a recording is complete), leave it behind if not.
 */
bool sampler_free(struct sampler *sampler);

#endif
