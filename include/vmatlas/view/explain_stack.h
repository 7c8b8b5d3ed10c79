/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_EXPLAIN_STACK_H
#define VMATLAS_VIEW_EXPLAIN_STACK_H

#include "vmatlas/view/atlas.h"

/*
 * What there is to say of the region that the cursor is on: whose stack it is
 * and how deep that went, and how much of it was used while that is watched.
 */

/* Is it one that could be a stack?  Then the threads are worth asking. */
bool explain_wants_stacks(const struct atlas *atlas,
	const struct snapshot *snapshot);
/* Add it to LINE, behind what is there; nothing, where there is nothing. */
void explain_stack(struct buf *line, const struct atlas *atlas,
	const struct snapshot *snapshot);
/* All that is known of the stack in region I, for the inspector: lines of
 * "title<TAB>text"; nothing, where it is none. */
void explain_stack_lines(struct buf *out, const struct snapshot *snapshot,
	size_t i);

#endif
