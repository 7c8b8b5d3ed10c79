/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SPACE_H
#define VMATLAS_MODEL_SPACE_H

#include "vmatlas/model/cached.h"
#include "vmatlas/model/changes.h"
#include "vmatlas/model/device.h"
#include "vmatlas/model/fitness.h"
#include "vmatlas/model/heat.h"
#include "vmatlas/model/pages.h"
#include "vmatlas/model/process.h"
#include "vmatlas/model/region.h"
#include "vmatlas/model/slice.h"

/*
 * A struct space is one process's address space as the sampler knows it: its
 * regions, and for each block of 512 pages that has anything in it a struct
 * block.  It costs nothing for what is merely reserved.
 *
 * Invariants: blocks are sorted by vpn, do not overlap, and each lies in one
 * region (blocks at a region's edges are cut); a region's usage is the sum
 * of its blocks' once space_sum was called.
 */
#define BLOCK_NOT_COUNTED UINT16_MAX	/* ndiffers, since it was read anew */

struct block {
	uint64_t vpn;			/* first page */
	uint16_t npages;
	uint16_t nframes;		/* present pages but the zero page */
	uint32_t region;		/* index */
	uint32_t pass;			/* when its entries were last read */
	uint32_t flags_pass;		/* when its frames' flags were */
	uint32_t refresh;		/* the refresh that read them */
	uint16_t nchanged;		/* pages, since the read before */
	uint16_t nsplit;		/* of those, copied on a write */
	uint32_t splits;		/* the same, since it is watched */
	bool is_cut;			/* out of others: to be read anew */
	/* Against the baseline: pages that differ, and that were there then. */
	uint16_t ndiffers, nbefore;
	uint16_t nshared, nprivate;	/* pages by enum sharing */
	uint64_t min_pfn, max_pfn;	/* of those frames */
	struct usage usage;
	uint64_t swept_s;	/* when its stamps were swept */
	uint16_t npacked;	/* bytes of: */
	uint8_t packed[];	/* its struct pages; for block_unpack */
};

/*
 * What of a space without blocks its snapshots show without a copy: REGIONS,
 * NAMES, ZONE_PAGES and STATE_PAGES.  The space writes to it no more; before it
 * would, it takes a copy, unless no snapshot has it any more.
 */
struct lent;

struct space {
	struct process process;
	struct lent *lent;		/* NULL: nothing is lent */
	enum answer maps, smaps;	/* smaps: OK where it was not needed */
	struct buf maps_text, names;
	struct region *regions;
	size_t nregions;
	struct device_files devices;
	size_t dropped;			/* lines of maps that made no sense */
	bool checked;			/* maps was read again in the end: */
	size_t came, went;		/* regions that changed meanwhile */
	uint64_t version;		/* counts changes of the blocks; its
					 * owner may begin it anywhere */
	uint32_t layout;		/* counts changes of the regions */
	uint32_t layout_of_pass;	/* as it was when the pass began */
	struct block **blocks;
	size_t nblocks, cap;
	bool has_cut;			/* blocks that are to be read anew */
	bool keep_blocks;		/* else only usage is kept */
	struct changes *changes;	/* the owner's; NULL: not followed */
	/* The owner's: frames of pages that differ are marked; NULL: none. */
	const struct baseline *baseline;
	uint32_t pass;			/* number of the pass being made */
	uint32_t refresh;		/* number of the refresh, set by the owner */
	bool whole;			/* one pass was finished */
	bool summed;			/* regions' usage is complete */
	bool usage_from_smaps;		/* frames are not told, smaps is */
	uint64_t splits;		/* pages seen to be copied on a write */
	uint32_t finished;		/* passes: from the second on, what
					 * happened to pages is seen */
	uint64_t locked_kb;		/* VmLck; UINT64_MAX: not known */
	struct buf swap_files;		/* areas that reader->swap_seen is about */
	bool shmem_may_be_swapped;	/* then smaps tells how much */
	unsigned smaps_age;		/* refreshes since it was read */
	/* Set by the owner: at each refresh, as it is recorded or replayed and
	 * one can be looked at without those before. */
	bool smaps_always;
	bool smaps_read;		/* once */
	bool want_zones;		/* the owner's; at first it is true */
	uint64_t *zone_pages;		/* [region][zone or doubt], last: none;
					 * NULL: not wanted */
	uint64_t *state_pages;		/* [region][state]; NULL: not counted */
	size_t zone_stride;
	/* Which blocks, and zones of frames, they were counted of; VERSION 0:
	 * they are to be counted anew. */
	struct zones_counted {
		uint64_t version, cells;
	} zones_counted;
	/* What frames are good for, where it is wanted and blocks are not
	 * kept: [region], with runs that may go on; else NULL. */
	struct fitness *fitness;
	struct fitness_rules fitness_rules;
	bool want_referenced;	/* smaps at each refresh, for that */
	bool watch_writes;	/* soft-dirty was cleared, to see it come */
	bool want_fitness;
	uint64_t fitness_below, fitness_start, fitness_end;	/* bytes */
	struct reader *reader;
	/* Where the pass stands. */
	size_t at_region;
	uint64_t at_vpn;
	struct vpn_range ranges[64];
	size_t nranges, range;
	uint64_t scanned_to;		/* pages */
	bool dense;			/* there are pages right before at_vpn */
	/* What the pass need not read where it is large and nearly empty: what
	 * smaps can tell of it, or what it says has nothing swapped out. */
	enum space_skip { SKIP_NOTHING, SKIP_SPARSE, SKIP_UNSWAPPED } skip;
	struct region *told;		/* NULL, or what smaps said of all */
	size_t ntold;
	uint32_t told_pass;
	uint64_t found;			/* bytes in RAM or swap, of this region */
	enum answer scan;		/* of POPULATED_ANY, */
	bool scan_tried;		/* which was asked for once */
	/* What the page cache has beside what is mapped in. */
	bool count_cached;		/* the pass counts it */
	uint64_t cached_vpn;		/* of this region, up to here */
	enum answer cached_answer;	/* the first but OK that a report got */
	struct cached_map cached;	/* read last */
	struct cached_map *shown;	/* of regions on screen, sorted */
	size_t nshown;
	uint32_t cached_pass;		/* the refresh that read them */
};

void space_init(struct space *space, struct proc_id id, bool keep_blocks);
void space_fini(struct space *space);

/*
 * Read what the process is and what is mapped where.  ANSWER_GONE: it ended,
 * or another process has its pid.  Regions that stayed keep their blocks.
 */
enum answer space_refresh(struct space *space, struct source *src,
	const struct machine *machine);

/*
 * After the pages were read: are the regions still those?  Reads maps again,
 * marks those that are not there any more just so, and counts them and those
 * that came.  A space that keeps its blocks need not ask: space_refresh marks
 * what came since the refresh before.
 */
void space_check_regions(struct space *space);

/* Begin to read pages: all regions from the first page on. */
void space_pass_begin(struct space *space, enum depth depth);
/* Can it see copies on a write?  By frames, and by what these were. */
bool space_sees_splits(const struct space *space);
/*
 * Read the next slice.  1: there is more; 0: all was read, blocks that
 * are not there any more are forgotten; -1: the address space is gone.
 * AGAIN: read flags and counts of all frames, even where the entries are
 * what they were.
 */
int space_pass_step(struct space *space, bool again);
/* Read START..END (pages) of whatever regions lie there, now, without moving
 * the pass; -1: gone. */
int space_read(struct space *space, uint64_t start, uint64_t end, bool again);

/* Lend it what snapshots show, until lent_unref; space_sum comes first. */
struct lent *space_lend(struct space *space);
void lent_unref(struct lent *lent);

/* What is kept of each page of BLOCK. */
static inline void block_unpack(const struct block *block, struct pages *pages)
{
	pages_unpack(block->packed, block->npages, pages);
}

/* The clock of the stamps in a block's heat. */
uint64_t space_seconds(const struct space *space);

/* Bring the regions' usage up to date from the blocks; the total is put into
 * *TOTAL (may be NULL). */
void space_sum(struct space *space, struct usage *total);
/*
 * Before space_refresh: have the passes of a space without blocks count what
 * the frames of START..END (bytes; END 0: all) are good for, BELOW being the
 * limit in bytes.  It costs no question more.
 */
void space_want_fitness(struct space *space, bool wanted, uint64_t below,
	uint64_t start, uint64_t end);
/* After the pass: what the frames of region index REGION are good for; false:
 * it was not counted. */
bool space_fitness(const struct space *space, size_t region,
	struct fitness *out);

/*
 * The same for one region of a space that keeps its blocks, from what they
 * have: in portions, as a region may be large.
 */
struct fitness_walk {
	struct fitness fitness;
	struct fitness_rules rules;
	uint64_t at;			/* page to go on at */
	bool done;
	/* What it is about, and how much of that was there. */
	int pid;
	uint32_t layout, refresh;
	uint64_t start, below;		/* bytes */
	bool whole;
};

/* Count on in REGION, from its start where WALK is about another one, or has
 * been through it before this refresh.  By which sizes pages are mapped is
 * not kept, and not known then. */
void fitness_walk_step(struct fitness_walk *walk, const struct space *space,
	size_t region, uint64_t below);
/* What was counted so far; its end says how far that is. */
void fitness_walk_take(const struct fitness_walk *walk,
	const struct space *space, size_t region, struct fitness *out);
/*
 * Page VPN, in frame PFN, is page *AT (from 1) of *LENGTH in its run.  False:
 * that is not known, as the page was another when it was kept, or the run is
 * beyond measure.
 */
bool space_run_around(const struct space *space, size_t region, uint64_t vpn,
	uint64_t pfn, uint64_t *at, uint64_t *length);
/*
 * What the page cache has of REGION (an index) from page VPN to the end of
 * its chunk, or with ONE at least at VPN; read once a refresh.  NULL: it is
 * not known (space->cached_answer says why), or there is no such thing.
 */
const struct cached_map *space_cached(struct space *space, size_t region,
	uint64_t vpn, bool one);
/* Pages below this were read at least once. */
uint64_t space_read_to(const struct space *space);
/* Index of the first block that ends above VPN. */
size_t space_block_after(const struct space *space, uint64_t vpn);

#endif
