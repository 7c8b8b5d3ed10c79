/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_SHARE_IMPL_H
#define VMATLAS_SRC_VIEW_SHARE_IMPL_H

/*
 * What the files of the screen of sharing have in common: share.c keeps its
 * lists in order, share_paint.c draws them.
 */
#include "vmatlas/view/share.h"

/* The index of the cursor in the list on screen, or -1. */
int share_at(const struct share *share, const struct snapshot *snapshot);
const struct process *share_process_of(const struct snapshot *snapshot,
	const struct share_row *row);
/* What is in no column of its own. */
uint64_t share_rest(const struct share_row *row);

#endif
