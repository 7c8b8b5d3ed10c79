/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FRAMES_H
#define VMATLAS_MODEL_FRAMES_H

#include "vmatlas/model/mine.h"
#include "vmatlas/model/snapshot.h"

/*
 * A struct frames reads every frame of the machine, in slices: what each is
 * used for, and whose it is, seen from one process.  Holes and what is no
 * memory cost nothing.  Runs are made in portions, so that a report costs no
 * more memory for a big machine.
 *
 * kpagecount is read only where an owner depends on it: for frames of the
 * process that its entries do not call exclusive, and for frames of others
 * that are part of a large folio, whose flags are those of all of it.
 */
#define FRAME_RUNS_PORTION 16384

struct frames;

struct frames *frames_new(void);
/* NULL is fine. */
void frames_free(struct frames *frames);
/* A refresh begins: nothing was read in it yet.  MACHINE must last. */
void frames_begin(struct frames *frames, struct source *src,
	const struct machine *machine);
/* Owners are told as this process sees them; it is walked now. */
void frames_take_mine(struct frames *frames, struct space *space);
/* The worst answer of a file so far. */
enum answer frames_answer(const struct frames *frames, enum word_file file);
/* Does the wish ask for anything of this? */
bool frames_wanted(const struct wish *wish);
/*
 * Count up to N frames of RAM from PFN on, by use and owner: COUNTS has
 * NFRAME_OWNERS for each use, and behind them those that could not be read.
 * How many were counted: a slice at most, all where asking is of no use.
 */
uint64_t frames_count(struct frames *frames, uint64_t pfn, uint64_t n,
	uint64_t *counts);
/* Fill frame_runs, uses and swaps of SNAPSHOT as the wish asks, and say what
 * could not be read. */
void frames_fill(struct frames *frames, struct snapshot *snapshot,
	const struct wish *wish);

#endif
