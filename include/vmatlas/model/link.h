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
/*
 * What was seen of the page or frame in focus.  In one refresh the kernel is
 * asked once: that we read its names and contents is a use of it, too, and
 * would be shown as if it were somebody else's.  Zero-initialised is nothing.
 */
struct detail_seen {
	int pid;
	uint32_t refresh, layout;
	enum focus_side side;
	uint64_t at;
	struct page_detail detail;
};

/* Fill detail: the first page (or frame) of the focus, as SEEN, or read from
 * the kernel this moment; SYMBOLS are those of this refresh. */
void detail_fill(struct snapshot *snapshot, struct space *space,
	struct symbols *symbols, const struct focus *focus,
	struct detail_seen *seen);
/* Fill frame_blocks: which frames of the machine this process has.  They stay
 * what they are where SNAPSHOT has them since before, and neither the space's
 * blocks nor the machine's cells have changed. */
void link_frame_blocks(struct snapshot *snapshot, const struct space *space);
/* Fill frames: those in the wish's ranges, one entry for each mapping. */
void link_frames(struct snapshot *snapshot, const struct space *space,
	const struct wish *wish);

#endif
