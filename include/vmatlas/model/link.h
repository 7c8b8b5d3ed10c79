/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_LINK_H
#define VMATLAS_MODEL_LINK_H

#include "vmatlas/model/snapshot.h"

/*
 * Ties the two sides together: from pages to the cells of their frames, and
 * from frames back to the cells of their pages, at whatever size the cells
 * have.  Exact: it looks at every kept entry.
 */

/* Fill link, link_pages and focus of SNAPSHOT. */
void link_fill(struct snapshot *snapshot, const struct space *space,
	const struct focus *focus);
/* Fill detail: the first page (or frame) of the focus, read from the kernel
 * this moment; SYMBOLS are those of this refresh. */
void detail_fill(struct snapshot *snapshot, struct space *space,
	struct symbols *symbols, const struct focus *focus);
/* Fill frame_blocks: which frames of the machine this process has.  They stay
 * what they are where SNAPSHOT has them since before, and neither the space's
 * blocks nor the machine's cells have changed. */
void link_frame_blocks(struct snapshot *snapshot, const struct space *space);
/* Fill frames: those in the wish's ranges, one entry for each mapping. */
void link_frames(struct snapshot *snapshot, const struct space *space,
	const struct wish *wish);

#endif
