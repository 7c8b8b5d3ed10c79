/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_MODE_H
#define VMATLAS_VIEW_MODE_H

#include "vmatlas/view/atlas.h"
#include "vmatlas/view/role.h"

/*
 * What stands in the top right corner of every screen: how often it is read,
 * whether that is recorded; of a recording which refresh it is of how many,
 * when that was (local time) and whether it goes on by itself.
 */
#define MODE_MAX 96

/* As much of it as ROOM columns hold; empty where they hold nothing. */
const char *mode_words(char out[MODE_MAX], const struct snapshot *snapshot,
	const struct atlas_status *status, int room);
/* The same in row 0 at the right, behind column AFTER. */
void mode_put(struct grid *grid, int after, const struct snapshot *snapshot,
	const struct atlas_status *status);

/* How they look: what is another in each refresh is not bold, as that costs a
 * slow line as many bytes again. */
enum role mode_role(const struct atlas_status *status);

#endif
