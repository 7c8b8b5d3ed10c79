/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_SWAP_ROWS_H
#define VMATLAS_SRC_MODEL_SWAP_ROWS_H

#include "vmatlas/model/mine.h"
#include "vmatlas/model/snapshot.h"

/*
 * Fill swaps of SNAPSHOT: the swap areas, and how much of the process that
 * MINE is about (NULL: none) lies in each.
 *
 * Which area an entry's slot is in is told by its type alone, and the areas
 * do not tell theirs (kernel/swaps.h).  So a share is known where there is
 * only one area, where the process has nothing in swap, where its area's type
 * is certain, and it is 0 where all that it has lies in other areas.
 */
void swap_rows_fill(struct snapshot *snapshot, struct source *src,
	const struct mine *mine);
/*
 * Fill swaps of SNAPSHOT with areas alone, for slots of the types in USED (a
 * bit each; 0: nothing is asked) to be named after their files.  The more
 * types of SPACE's entries were read, the more is certain; with WALK and
 * several areas all of them are, once, which moves the pass.
 */
void swap_rows_name(struct snapshot *snapshot, struct space *space,
	uint32_t used, bool walk);
void swap_rows_clear(struct snapshot *snapshot);

#endif
