/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_SELECTION_H
#define VMATLAS_APP_SELECTION_H

#include "vmatlas/app/options.h"
#include "vmatlas/model/snapshot.h"

/*
 * Which processes the options choose: of those named by number or command
 * (all, where none is named) the ones that are of a user, in a control group
 * and of a session that was asked for.
 */

/* Do the options filter at all, by user, control group or session? */
bool selection_is_given(const struct options *options);
/* Are the filters (user, cgroup, session) for this process? */
bool selection_wants(const struct options *options,
	const struct snapshot *snapshot, const struct process_row *row);
/* Is it one of those chosen, names and numbers too? */
bool selection_has(const struct options *options,
	const struct snapshot *snapshot, const struct process_row *row);
/* The pids of all that are chosen and have memory, but ours, in a heap array,
 * in order. */
int *selection_pids(const struct options *options,
	const struct snapshot *snapshot, size_t *n);
/* Make WISH tell what the filters ask about. */
void selection_wish(const struct options *options, struct wish *wish);
/* A user that nobody is, is a mistake and not an empty answer: -1 with ERR. */
int selection_check(const struct options *options, struct err *err);

#endif
