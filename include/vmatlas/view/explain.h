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

#endif
