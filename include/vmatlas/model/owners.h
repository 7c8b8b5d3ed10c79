/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_OWNERS_H
#define VMATLAS_MODEL_OWNERS_H

#include "vmatlas/model/crowd.h"
#include "vmatlas/model/mine.h"
#include "vmatlas/model/snapshot.h"
#include "vmatlas/model/symbols.h"

/*
 * A struct owners answers who has some frames: every mapping of them in every
 * process that may be read.  The frames are a range, or those that one
 * process has in a range of its pages (the page of zeros excepted, which is
 * nobody's).
 *
 * Mappings of consecutive frames by consecutive pages of one region and one
 * state are one row, with the symbol that its first page starts in; or, where
 * one byte was asked about, that one is in.  Memory: two bits for each frame of the process that is
 * asked about, and the rows, of which there are OWNERS_MAX at most (then
 * is_cut is set: a narrower question would be answered in full).
 */
#define OWNERS_MAX (1u << 20)

struct owners {
	struct page_range frames;	/* END 0: those of MINE */
	struct mine mine;
	struct owner_row *rows;
	size_t n, cap;
	bool is_cut;
	struct buf names;		/* of regions */
	struct symbols symbols;
	enum answer symbols_answer;	/* the first but OK */
	/* The frame and the byte in it that was asked about. */
	uint64_t byte_pfn, byte;
	size_t last_name;		/* where that of the last region starts, */
	size_t last_at, last_region;	/* and which region that was */
};

/*
 * Ask for FRAMES (END > 0), or for the frames of PAGES of SPACE, which
 * space_refresh was just called for; BYTE is which one of the first page is
 * meant.  An answer other than OK: the process cannot be read.
 */
enum answer owners_begin(struct owners *owners, struct page_range frames,
	struct space *space, struct page_range pages, uint64_t byte);
/* Shows OWNERS to a crowd. */
struct crowd_user owners_user(struct owners *owners);
/* After the crowd has passed: by frame, then process, then address. */
void owners_sort(struct owners *owners);
void owners_fini(struct owners *owners);

#endif
