/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_EXPLAIN_H
#define VMATLAS_VIEW_EXPLAIN_H

#include "vmatlas/base/buf.h"
#include "vmatlas/view/atlas.h"

/*
 * What the cursor is on, in words: one line for the screen, and the lines of
 * the inspector.
 */

/* One line; a cell of several pages is summed up. */
void explain_line(struct buf *out, const struct atlas *atlas,
	const struct snapshot *snapshot);
/* Lines "title<TAB>text" (a title alone is a heading). */
void explain_inspect(struct buf *out, const struct atlas *atlas,
	const struct snapshot *snapshot);
/*
 * Of those, the ones on what the frames of REGION are good for, as far as
 * that was counted, with START..END (pages) under the cursor:
 * "5 runs, longest 2.0M at 0x1234000, all below 4.0G".
 */
void explain_fitness(struct buf *out, const struct snapshot *snapshot,
	size_t region, uint64_t start, uint64_t end);

#endif
