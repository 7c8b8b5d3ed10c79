/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_SPACE_IMPL_H
#define VMATLAS_SRC_MODEL_SPACE_IMPL_H

/*
 * What the files of a space share: space.c asks what is mapped,
 * space_blocks.c keeps what the pages are, space_pass.c decides which to
 * read when, and adds them up, space_fitness.c counts what their frames are
 * good for, space_cached.c asks for pages that are in memory and not mapped
 * in, space_recut.c lets blocks follow the regions, space_changes.c tells the
 * log what happened, space_lend.c shares regions with snapshots.
 */
#include "vmatlas/model/space.h"

/*
 * The regions were others, NOLD of them: every page that is still mapped there
 * keeps what is known of it, in blocks cut as the regions are now; what is not
 * goes.
 */
void space_recut(struct space *space, const struct region *old, size_t nold,
	const struct machine *machine);
/* Read blocks that were cut, whose pages' frames may have another meaning. */
void space_read_cut(struct space *space);

/* Is what happens to pages noted?  Once all was read a first time. */
bool space_follows(const struct space *space);
/* A page of BLOCK that had the entry WORD_WAS, in the reader's slice at I, is
 * of CLASS now; it is not in the state any more that it WAS in, or has MOVED to
 * another frame. */
void space_note_page(struct space *space, const struct block *block,
	uint64_t word_was, size_t i, enum page_state was, uint8_t class,
	bool moved);
/* All that BLOCK has is gone, though its region is there. */
void space_note_gone(struct space *space, const struct block *block);
/* The regions were others, with NAMES. */
void space_note_regions(struct space *space, const struct region *old,
	size_t nold, const struct buf *names, const struct machine *machine);
/* Stretches of pages (END exclusive) that old and new regions have, in order:
 * begin with all of it 0; false behind the last.  -1: none has them. */
struct overlay {
	uint64_t start, end;	/* bytes */
	long old, now;
	size_t at_old, at_now;
};
bool overlay_next(struct overlay *overlay, const struct region *old,
	size_t nold, const struct region *now, size_t nnow);
/* Before anything is written to regions and their counts. */
void space_own(struct space *space);
/* There are none any more; snapshots keep those they have. */
void space_disown(struct space *space);
/* Read smaps: what regions are, and how much of each is populated. */
void space_read_smaps(struct space *space, bool usage);
/* Read N pages (a slice at most) of REGION from VPN on; -1: gone. */
int space_read_run(struct space *space, uint32_t region, uint64_t vpn,
	size_t n, bool again);
void space_block_drop(struct space *space, size_t at);
/* A block that keeps nothing yet of its pages: block_pack is to follow. */
struct block *block_new(size_t npages);
/* Keep PAGES in BLOCK.  It and what it keeps are one piece of memory: that may
 * be another one afterwards, and BLOCK is freed then. */
struct block *block_pack(struct block *block, const struct pages *pages);
/* Add what a block's pages amount to to its region: only the states where the
 * figures come from smaps. */
void space_add_usage(struct space *space, const struct block *block);
/* Add a block's frames to its region's counts by zone.  Its pages have these
 * WORDS and CLASSES, or (NULL) what it keeps of them. */
void space_count_zones(struct space *space, const struct block *block,
	const uint64_t *words, const uint8_t *classes);

/* The state of the pages of REGION that are not there. */
enum page_state space_absent(const struct space *space,
	const struct region *region, const struct buf *names);
/* Where the kernel cannot say where it is populated: the figures of the region
 * that the pass is at, from smaps, and no look at its pages. */
bool space_skips_region(struct space *space);
void space_use_told(const struct space *space, size_t region);

/* What matters to the pages of the region that a walk is at. */
void space_context(const struct space *space, struct page_context *cx);
/* Regions whose pages pagemap does not tell. */
bool space_is_unreadable(const struct space *space, const struct region *r);
/* A pass begins (again): nothing is counted yet; or there will be none. */
void space_fitness_begin(struct space *space);
void space_fitness_forget(struct space *space);
/* Count the slice's present pages, if that is wanted: PLAINS are all of it. */
void space_fold_fitness(struct space *space, uint32_t region,
	const struct page_context *cx, const struct plain *plains, size_t n);
/* Count what the page cache has of the region that the pass is at, up to page
 * VPN; without those of the N pages in the reader's slice that are not void. */
void space_count_cached(struct space *space, size_t region, uint64_t vpn);
void space_uncount_mapped(struct space *space, size_t region);
void space_cached_free(struct space *space);

/* Less than space_refresh: what is needed to walk the entries. */
enum answer space_refresh_map(struct space *space, struct source *src,
	const struct machine *machine);
/* After that, where states are wanted: may any of its pages be merged? */
void space_learn_ksm(struct space *space);
/* Go on at page VPN with the pass that was begun. */
void space_seek(struct space *space, uint64_t vpn);
/* The next pages to read: *FROM..*TO in region at_region; false: none are
 * left.  What is passed over is void. */
bool space_next_slice(struct space *space, uint64_t *from, uint64_t *to);

#endif
