/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SNAPSHOT_H
#define VMATLAS_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/kernel/swaps.h"
#include "vmatlas/model/audit.h"
#include "vmatlas/model/baseline.h"
#include "vmatlas/model/budget.h"
#include "vmatlas/model/comparison.h"
#include "vmatlas/model/contents.h"
#include "vmatlas/model/cow_files.h"
#include "vmatlas/model/crowd.h"
#include "vmatlas/model/file_users.h"
#include "vmatlas/model/find.h"
#include "vmatlas/model/frame_use.h"
#include "vmatlas/model/functions.h"
#include "vmatlas/model/go.h"
#include "vmatlas/model/group.h"
#include "vmatlas/model/machine.h"
#include "vmatlas/model/matcher.h"
#include "vmatlas/model/page_walk.h"
#include "vmatlas/model/process.h"
#include "vmatlas/model/region.h"
#include "vmatlas/model/rt.h"
#include "vmatlas/model/shares.h"
#include "vmatlas/model/space.h"
#include "vmatlas/model/stacks.h"
#include "vmatlas/model/trend.h"
#include "vmatlas/model/usage.h"
#include "vmatlas/model/watch.h"

/*
 * What the app wants to know: replaced whole whenever it changes.  Ranges
 * are in pages or frames, END exclusive.
 */
#define WISH_RANGES 256
#define WISH_PIDS 2048
#define WISH_SHOWN 256

struct page_range {
	uint64_t start, end;
};

enum focus_side { FOCUS_NONE, FOCUS_VIRTUAL, FOCUS_PHYSICAL };

/* What the cursor is on, and how coarse the other side's cells are. */
struct focus {
	enum focus_side side;
	struct page_range range;
	unsigned other_shift;	/* log2 of pages or frames in a cell there */
};

/* What only all processes together can answer; see model/question.h. */
enum question_kind {
	QUESTION_NONE,
	QUESTION_OWNERS,	/* who has some frames */
	QUESTION_GROUP,		/* what some processes have together */
	QUESTION_SHARING,	/* what the process has in common with others */
	QUESTION_COMPARE,	/* what two have in common, page by page */
	QUESTION_FILE,		/* who maps ASKED_FILE */
};

struct recording;

struct wish {
	uint64_t serial;	/* grows with every change */
	int pid;		/* 0: no process */
	bool list;		/* processes, cheap figures */
	bool list_usage;	/* with the sums of each */
	bool list_states;	/* and by how many pages in which state */
	bool list_cgroups;	/* with the control groups of each */
	bool list_pagemap;	/* those from pagemap, not smaps_rollup */
	bool keep_blocks;	/* the map, else only sums */
	bool want_heat;		/* of what is in it */
	enum depth depth;
	bool whole;		/* all of it anew at each refresh, no budget */
	bool once;		/* no refresh but those asked for */
	uint32_t asked;		/* grows when a refresh is asked for now, */
	struct go go;		/* and which of a recording that is */
	/* Of a recording: what else is wished for in a refresh is read as if
	 * nothing had been asked in it before. */
	bool anew;
	/* Where refreshes are written to from the next one on, which then is
	 * read as if nothing was known before; the app's.  NULL: nowhere. */
	struct recording *recording;
	unsigned period_ms;
	double cpu;		/* percent for background reading */
	/* From the first to the last page on screen, whatever the zoom. */
	struct page_range shown;
	struct focus focus;
	/* The bytes of the page that the focus is on: never unasked. */
	bool want_contents;
	/* A report of page runs: from RUNS.start on, up to RUNS.end (bytes;
	 * any page they touch), of frames in RUNS_PFN only (end 0: all). */
	bool want_swap_pss;	/* costs a look at every process */
	bool want_audit;	/* hold the sums against the kernel's */
	bool want_runs;
	struct page_range runs, runs_pfn;
	/* Those by why an access would fault, with their names: then frames,
	 * flags and counts are left out of the runs. */
	bool want_rt;
	bool want_stacks;	/* of each thread */
	/* What is watched by writing to the process (model/watch.h). */
	struct watch_wish watch;
	/* A report of the machine's frames: those in FRAME_RUNS; their sums by
	 * zone; the swap areas.  With a process, what of them is its own. */
	bool want_frame_runs, want_uses, want_swaps;
	struct page_range frame_runs;
	/* What frames are good for, with the limit they are held against: of
	 * each region in FITNESS (bytes; end 0: all), or, where blocks are
	 * kept, of the region that the focus is on. */
	bool want_zones;	/* the pages of each region by zone */
	bool want_fitness;
	uint64_t below;		/* bytes */
	struct page_range fitness;
	/* What memory is spent on, by the process too if there is one. */
	bool want_budget;
	struct find find;	/* in the process; with keep_blocks */
	struct filter filter;	/* pages that do not meet it are not shown */
	uint32_t sums_asked;	/* grows when every frame is to be counted */
	/* What files' private data cost; with keep_blocks. */
	bool want_cow_files;
	/* What programs' and libraries' functions have in memory; likewise. */
	struct functions_wish functions;
	bool raw_names;		/* symbols as the linker has them, for people too */
	/* What happened to its pages, with keep_blocks and DEPTH_STATES: in this
	 * refresh, by runs of frames or only of pages; or the last lines. */
	bool want_changes, want_changed_frames, want_events;
	uint32_t baseline;	/* another number: take one now; 0: forget it */
	bool skip_pages;	/* of the process: its regions are enough */
	/* A question to all processes, about the frames in ASKED_PFNS, or
	 * (END 0) about those that the process has in ASKED_VA (bytes; END 0:
	 * all that it has). */
	enum question_kind question;
	struct page_range asked_pfns, asked_va;
	const char *asked_file;	/* stays as it is as long as the program runs */
	/* Physical addresses (bytes; END 0: all) that runs_pfn, frame_runs
	 * and asked_pfns are cut to as soon as the page size is known. */
	struct page_range only_pa;
	/* How many there are of: */
	unsigned nshown_pids, nlist_pids, npages, nframes, ngroup_pids;
	/* Processes on screen, read first. */
	int shown_pids[WISH_SHOWN];
	int list_pids[WISH_PIDS];	/* none: all are listed, else these */
	/* Pages on screen at less than 512 a cell; their detail is wanted. */
	struct page_range pages[WISH_RANGES];
	/* Frames on screen at less than 512 a cell. */
	struct page_range frames[WISH_RANGES];
	int group_pids[WISH_PIDS];	/* in order; or A and B to compare */
};

/* A copy, without the room behind what there is: most of a wish is room. */
void wish_copy(struct wish *to, const struct wish *from);
bool wish_is_same(const struct wish *a, const struct wish *b);

/* Pages or frames that hold BYTES (END 0: all there are). */
struct page_range range_in_pages(struct page_range bytes,
	const struct machine *machine);
void wish_cut_to_pa(struct wish *wish, const struct machine *machine);

/* What is kept of a struct block in a snapshot. */
struct block_view {
	uint64_t vpn;
	uint16_t npages, nchanged, nsplit, nshared, nprivate, nframes;
	int16_t zone;			/* of its first frame; -1: none, or several */
	uint32_t region;
	bool stale;			/* read in an earlier refresh */
	uint16_t state[NSTATES];	/* the VOID ones that are explicit too */
	/* Where its pages start in words[] and classes[], or NO_DETAIL. */
	uint32_t detail;
	/* Where the wish wants it: of those with content, the youngest age, and
	 * how reclaim holds them. */
	uint8_t age;
	uint16_t reclaim[NRECLAIMS];
};
#define NO_DETAIL UINT32_MAX

/* 512 frames, aligned (and cut where a zone begins), of which some are this
 * process's. */
struct frame_block {
	uint64_t pfn;
	uint32_t nmine;			/* pages of it mapped, not frames */
	uint16_t nshared, nchanged, nsplit;
	uint16_t nmatched;		/* that meet the filter */
	uint16_t state[NSTATES];	/* saturating */
	uint8_t age;
	uint16_t reclaim[NRECLAIMS];	/* saturating */
	/* A bit for each of the 512 around PFN that is this process's. */
	uint64_t mine[BLOCK_PAGES / 64];
};

/* One frame of this process on screen. */
struct frame_view {
	uint64_t pfn;
	uint8_t class, heat;	/* heat: HEAT_VIEW() */
	bool matched;		/* it meets the filter */
};

/* What the focus is linked to: cells of the other side, sorted. */
struct link_cell {
	uint64_t index;		/* first page or frame of the cell, cut to its
				 * region */
	uint64_t first;		/* the first page or frame linked in it */
	uint32_t n;		/* how many of the focus's pages are in it */
};

/* One page or frame under the cursor, read in full. */
struct page_detail {
	bool valid;
	uint64_t vpn, word;	/* of a page */
	uint64_t pfn;		/* of its frame, or the frame itself */
	bool has_pfn, has_flags, has_count;
	uint64_t flags, count;
	uint8_t state, marks;
	bool has_cached;	/* MARK_CACHED is known to be there or not, */
	bool is_shmem;		/* of shared memory, */
	bool beyond_end;	/* of the file: there is no such page */
	bool has_private;	/* whether its frame is marked as only here, */
	bool is_private;	/* or its entry, of pages of the pool */
	bool has_swap;		/* its slot is told: */
	uint8_t swap_type;
	uint64_t swap_offset;	/* pages */
	/* Of a program's or library's page, in the snapshot's detail_names, or
	 * SYMBOL_NONE: the section that has most of it, and what its first and
	 * its last byte are in; unless that could not be read. */
	enum answer names;
	uint32_t section, first_symbol, last_symbol;
	uint32_t damage;	/* likewise: in which way its file is broken */
};

/* What the frames of the region that the focus is on are good for. */
struct region_fitness {
	bool valid;
	bool partial;		/* not all of it was counted yet */
	size_t region;
	struct fitness fitness;
	bool has_run;		/* the page under the cursor is in one: */
	uint64_t run_at, run_length;	/* pages; RUN_AT counts from 1 */
};

/* Consecutive pages in one state with consecutive frames or slots. */
struct page_run {
	uint64_t vpn, npages;
	uint64_t pfn;		/* of the first */
	uint64_t flags, count;
	uint64_t swap_offset;
	uint32_t region;
	uint8_t state, marks, swap_type;
	bool has_pfn, has_flags, has_count, has_swap;
	/* Where the wish wants them: enum rt_reason, and in run_names what is
	 * at the first and the last byte, or SYMBOL_NONE. */
	uint8_t reason;
	bool cached_known;	/* MARK_CACHED is there or not */
	uint32_t section, first_symbol, last_symbol;
};

/* Consecutive frames of the machine with one use, owner and flags. */
struct frame_run {
	uint64_t pfn, nframes;
	uint64_t flags;
	uint32_t stretch;	/* index in the machine: its zone, its name */
	uint8_t use, owner;
	bool has_use, has_flags;
};

struct swap_row {
	struct swap_area area;
	int type;		/* as in swap entries; -1: not known */
	bool mine_known;
	uint64_t mine;		/* bytes of the process */
};

/* Consecutive frames that one process maps by consecutive pages. */
struct owner_row {
	uint64_t pfn, npages, vpn;
	uint64_t file_offset;	/* bytes */
	uint32_t member;	/* index in the snapshot's members */
	uint32_t name;		/* of its region: where it starts in owner_names */
	uint32_t symbol;	/* in owner_symbols; UINT32_MAX: there is none */
	uint8_t state, marks;
	bool has_offset, has_symbol;
};

struct process_row {
	struct process process;
	struct usage usage;	/* known 0: not asked, or may not be seen */
	enum answer answer;	/* why usage is not known */
	bool by_pagemap;	/* where usage is from */
	/* When, by the machine's uptime (plus 1): it was first listed, its
	 * usage was read, the states in that were; 0: never. */
	uint64_t listed_ms, usage_ms, states_ms;
	double fault_rate;	/* page faults per second; < 0: not known */
	uint32_t command;	/* where it starts in commands */
	uint32_t cgroup;	/* its /proc/PID/cgroup, there too */
	bool has_cgroup;	/* that was asked for, and told */
};

/* What the machine has, as the processes were listed: of /proc/meminfo. */
struct list_memory {
	bool total_known, free_known, anon_known;
	uint64_t total, free, anon;	/* bytes */
};

/*
 * A struct snapshot is all that was known at one moment, frozen: the only
 * thing that views and reports look at.  It is reference-counted; whoever
 * holds a reference may read it from any thread, nobody may write.
 */
struct snapshot {
	int refs;
	uint64_t serial;	/* of its publication */
	uint64_t wish;		/* serial of the wish it answers */
	uint32_t asked;		/* of that wish, once its refresh is complete */
	uint64_t refresh;	/* number of the refresh, from 1 */
	bool complete;		/* the refresh was finished */
	bool ended;		/* there will be no further refresh */
	struct go_state go;
	const struct recording *recording;	/* it was written there */
	struct err end;		/* why, where it ended too soon */
	struct machine *machine;

	/* The process. */
	bool has_process;
	struct process process;
	struct buf command;
	enum answer maps, pagemap, kpageflags, kpagecount, smaps;
	enum answer cached_answer;	/* OK where a report did not ask */
	bool whole;		/* every page was read at least once */
	double progress;	/* of the first pass, 0 to 1 */
	uint64_t read_to;	/* pages below it were read at least once */
	/* With their names and counts: LENT by the space, else its own. */
	struct lent *lent;
	struct region *regions;
	size_t nregions, regions_cap;
	uint32_t layout;	/* changes when the regions do */
	size_t dropped;		/* lines of maps that made no sense */
	bool checked;		/* regions say whether they changed while they
				 * were read; so many did: */
	size_t came, went;
	struct buf names;
	const char *swap_pss_why;	/* static: why it is not known; NULL: it is */
	int swap_pss_pid;	/* the process that is the reason; 0: none is */
	uint64_t *zone_pages;	/* [region * zone_stride + zone]; NULL: not wanted */
	size_t zone_stride, zone_pages_cap;
	/* [region * NSTATES + state]; NULL: not counted. */
	uint64_t *state_pages;
	size_t state_pages_cap;
	struct usage total;
	double faults_rate, major_rate, split_rate;	/* per second; < 0: not known */
	struct block_view *blocks;
	size_t nblocks, blocks_cap;
	uint64_t *words;	/* [detail + page of the block] */
	uint8_t *classes;
	uint8_t *heat;		/* the same, HEAT_VIEW(); where it is wanted */
	bool has_heat;
	size_t ndetails, words_cap, classes_cap, heat_cap;
	struct frame_block *frame_blocks;
	size_t nframe_blocks, frame_blocks_cap;
	struct linked {		/* what they were made of; VERSION 0: no matter */
		uint64_t version, cells;
		size_t n;
	} linked;
	struct frame_view *frames;
	size_t nframes, frames_cap;
	struct page_range frames_asked;	/* what frames[] speaks of */
	/* Pages that are not mapped in but in the page cache, sorted; and the
	 * pages of which that is known. */
	struct page_range *cached, *cached_known;
	size_t ncached, cached_cap, ncached_known, cached_known_cap;
	struct focus focus;	/* whose link and detail these are */
	struct link_cell *link;
	size_t nlink, link_cap;
	uint64_t link_pages;	/* how many pages or frames are linked in all */
	struct page_detail detail;
	struct page_contents contents;	/* of that page, where they are wanted */
	struct page_walk walk;	/* of that page, where one is in focus */
	struct buf detail_names;	/* NUL-terminated each */
	struct region_fitness focus_fitness;
	struct found found;
	/* What the screen is filtered by, and which pages are so: of each of
	 * blocks[], and (enum match) of what of each region no block tells.
	 * Nothing where filter.n is 0. */
	struct filter filter;
	struct matched *matched;
	uint8_t *void_matches;
	size_t matched_cap, void_matches_cap;
	uint64_t nmatching;	/* pages in blocks */
	uint64_t unmatched;	/* of a report: pages or frames left out, as it
				 * is not known whether they meet the filter */
	uint64_t below;		/* bytes: the limit of all fitness here */
	struct fitness *fitness;	/* [nregions], closed; or nfitness is 0 */
	size_t nfitness, fitness_cap;
	struct audit audit;	/* lines only */
	struct cow_files cow_files;	/* where the wish asks for them */
	struct functions functions;	/* likewise */
	bool raw_names;		/* of the wish */
	struct buf symbol_notes;	/* as struct symbols has them */
	struct page_run *runs;
	size_t nruns, runs_cap;
	struct buf run_names;	/* NUL-terminated each */
	struct rt_process rt;	/* where the wish wants it */
	struct stacks stacks;
	struct watch watch;
	uint64_t runs_next;	/* byte to go on at; runs.end of the wish: done */

	/* What happened, where the wish asks for that. */
	struct change *changes;
	size_t nchanges, changes_cap;
	struct buf change_names;	/* where their names are */
	uint64_t changes_dropped;	/* lines before the first of these */
	uint64_t changes_lost;	/* of this refresh, that found no room */
	/* While it is on, pages that changed are those that differ from it, in
	 * blocks and their detail. */
	struct baseline_view baseline;
	bool follows;		/* there was something to compare with */
	struct trend trend;	/* of the process, while it is followed */

	/* The machine's frames and swap, where the wish asks for them. */
	struct frame_run *frame_runs;
	size_t nframe_runs, frame_runs_cap;
	uint64_t frame_runs_next;	/* frame to go on at; UINT64_MAX: done */
	bool has_uses;
	uint64_t *uses;		/* see snapshot_uses */
	size_t uses_cap;
	struct swap_row *swaps;
	size_t nswaps, swaps_cap;
	enum answer swaps_answer;
	bool swap_unnamed;	/* some slot's area is not certain */
	struct budget budget;	/* valid where the wish asks for it */
	/* Every frame by zone, use and owner (model/frame_sums.h). */
	uint64_t *frame_sums;
	size_t frame_sums_cap;
	bool has_sums, sums_done;
	enum answer sums_answer;
	double sums_progress;	/* 0 to 1 */
	uint64_t sums_age_ms;	/* since it was done */
	int sums_pid;		/* whose view the owners are; 0: nobody's */

	/* The answer to a question to all processes, and who was asked. */
	enum question_kind question;
	bool answered;		/* once at least */
	struct page_range question_frames;	/* that it is about; END 0: others */
	double question_progress;	/* of the answer that is being read */
	enum answer question_answer;	/* of the process it is about */
	struct crowd_member *members;
	size_t nmembers, members_cap;
	struct buf newcomers;	/* who came meanwhile, as struct crowd has it */
	struct owner_row *owners;
	size_t nowners, owners_cap;
	bool owners_cut;	/* there are more than were kept */
	struct buf owner_names, owner_symbols;	/* NUL-terminated each */
	enum answer owner_symbols_answer;	/* OK, or why some are not known */
	struct group_figures group;
	struct shares shares;
	struct comparison comparison;
	struct file_use file_use;

	/* All processes. */
	bool has_list;
	struct process_row *rows;
	size_t nrows, rows_cap;
	struct buf commands;	/* NUL-terminated each */
	struct list_memory memory;

	double self_cpu;	/* percent, of the last seconds; < 0: not known */
	uint64_t self_rss;
	struct buf problems;	/* lines: what could not be read, and why */
};

/* Page PAGE of BLOCK, which keeps PAGES, at NOW_S of space_seconds:
 * HEAT_VIEW(). */
uint8_t block_heat(const struct block *block, const struct pages *pages,
	unsigned page, uint64_t now_s);

struct snapshot *snapshot_ref(struct snapshot *snapshot);
/* NULL is fine. */
void snapshot_unref(struct snapshot *snapshot);

/* Fill the parts about the address space from SPACE. */
void snapshot_take_space(struct snapshot *snapshot, struct space *space,
	const struct wish *wish);
/* Then what the page cache has of what is on screen, asking for what is not
 * known yet. */
void snapshot_take_cached(struct snapshot *snapshot, struct space *space,
	const struct wish *wish);
/* Say in problems what could not be read, and what would help. */
void snapshot_take_problems(struct snapshot *snapshot);
void snapshot_free(struct snapshot *snapshot);
/* It has no regions any more; a space that lent them has them back. */
void snapshot_drop_regions(struct snapshot *snapshot);

/* The first block that ends above VPN (nblocks: none). */
size_t snapshot_block_after(const struct snapshot *snapshot, uint64_t vpn);
/* [NSTATES] pages of a region, or NULL: they were not counted. */
static inline const uint64_t *snapshot_states(const struct snapshot *snapshot,
	size_t region)
{
	return snapshot->state_pages ?
		snapshot->state_pages + region * NSTATES : NULL;
}
/*
 * Of pages counted by STATE: is it known which are left over from a fork
 * (anon-was-shared)?
 * Without flags of frames, and before 5.19, they look like any other.
 */
bool snapshot_tells_left(const struct snapshot *snapshot,
	const uint64_t *state);
/* The frame of the page whose detail is at index I of words[]; false: it has
 * none, or we may not know. */
bool snapshot_pfn(const struct snapshot *snapshot, size_t i, uint64_t *pfn);
/* The names of the flags of a frame, with SEP between them. */
void snapshot_flags(struct buf *out, uint64_t flags, const char *sep);
/* See machine_zone_name. */
const char *snapshot_zone(const struct snapshot *snapshot, int zone,
	char out[32]);
/* Where has_uses is: the frames of a zone or doubt by enum frame_use, and
 * behind them how many could not be read, and how many free ones there are in
 * a row at most. */
enum { USES_UNREAD = NFRAME_USES, USES_LONGEST, NZONE_USES };
uint64_t *snapshot_uses(const struct snapshot *snapshot, size_t zone);
/* The swap area that entries call TYPE; NULL: which one that is is not
 * certain, or was not asked. */
const struct swap_row *snapshot_swap_area(const struct snapshot *snapshot,
	unsigned type);
/* The region with page VPN, or -1. */
long snapshot_region(const struct snapshot *snapshot, uint64_t vpn);
struct text snapshot_region_title(const struct snapshot *snapshot,
	size_t region);
/* The state of the pages of a region that no block tells about. */
enum page_state snapshot_absent(const struct snapshot *snapshot,
	size_t region);

#endif
