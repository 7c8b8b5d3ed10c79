/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_COMPARISON_H
#define VMATLAS_MODEL_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/model/process.h"

/*
 * A struct comparison is two address spaces, A and B, held against each
 * other: which frames only one of them has and which both, and page by page
 * where they differ.
 *
 * Each frame counts once, in the first row of A that has it, else in the
 * first of B that has; the page of zeros is nobody's and counts nowhere.  A
 * row is what is put side by side: regions of one name that overlap (as after
 * a fork), else one of each of the same file, offset and rights wherever they
 * lie (as of two runs of one program), or the same name in brackets, else one
 * of each that differ in their rights alone, else what only one of them has.
 *
 * Invariants: the frames of the rows add up to the whole; rows are in the
 * order of A's addresses, then those that only B has in the order of B's; the
 * runs of a row follow each other without a gap, and are all of its pages or
 * (where there were too many) none.
 */
enum compare_side { COMPARE_A, COMPARE_B, NCOMPARE_SIDES };

/*
 * What becomes of a page, seen from both.  Columns: identifier, letter, name,
 * in plain words.
 */
#define RELATIONS(X) \
	X(NONE, ' ', "neither", "neither has a frame there") \
	X(SAME, '=', "same", "both have the same frame") \
	X(DIFFER, 'x', "different", "each has its own frame: copied apart, or " \
		"never the same") \
	X(ONLY_A, 'a', "only A", "only A has a frame there") \
	X(ONLY_B, 'b', "only B", "only B has a frame there")

#define X(id, letter, name, words) RELATION_##id,
enum relation { RELATIONS(X) NRELATIONS };
#undef X

struct relation_info {
	char letter;
	const char *name, *words;
};

const struct relation_info *relation_info(enum relation relation);

/* Frames, each once. */
struct compare_frames {
	uint64_t only[NCOMPARE_SIDES];
	uint64_t both;
};

/* Pages in one relation, from PAGE of the row up to the next run. */
struct compare_run {
	uint64_t page : 60, relation : 4;
};

struct compare_row {
	/* The page of either address space that page 0 of the row is. */
	uint64_t start[NCOMPARE_SIDES];
	uint64_t npages;
	bool is_in[NCOMPARE_SIDES];	/* that one has something of it */
	char perms[NCOMPARE_SIDES][5];	/* of its first region there */
	uint32_t name;			/* where it starts in names */
	struct compare_frames frames;
	uint64_t pages[NRELATIONS];
	size_t first_run, nruns;	/* nruns 0: not kept */
};

/* 512 frames, aligned, of which some are theirs: a bit for each. */
#define COMPARE_BLOCK 512
struct compare_block {
	uint64_t pfn;
	uint64_t has[NCOMPARE_SIDES][COMPARE_BLOCK / 64];
};

/* Runs that are kept: 4 MiB of them. */
#define COMPARE_RUNS_MAX ((size_t)1 << 19)

struct comparison {
	/* Who they are, and why what they have is not known: OK for one that
	 * was read; ANSWER_GONE, it ended or there is none; ANSWER_ABSENT, it
	 * has no address space. */
	struct process processes[NCOMPARE_SIDES];
	enum answer answers[NCOMPARE_SIDES];
	bool frames_told;	/* and the page of zeros could be told from them */
	struct compare_row *rows;
	size_t nrows, rows_cap;
	struct compare_run *runs;
	size_t nruns, runs_cap;
	struct compare_block *blocks;	/* by frame */
	size_t nblocks, blocks_cap;
	struct buf names;	/* NUL-terminated each */
	struct compare_frames frames;
	uint64_t pages[NRELATIONS];
	bool is_cut;		/* the runs of some rows were not kept */
	uint64_t serial;	/* of the comparison: grows with each that is done */
	uint64_t uptime_ms;	/* of the machine, when it was done */
	double split_rate;	/* pages a second that came to differ since the
				 * one before; < 0: not known */
};

/* Empty it, keeping its memory.  Zero-initialised is empty. */
void comparison_clear(struct comparison *comparison);
/* Nothing is copied where TO has that very one. */
void comparison_copy(struct comparison *to, const struct comparison *from);
void comparison_fini(struct comparison *comparison);

/* Both were read, and their frames are told: all figures are known. */
bool comparison_is_known(const struct comparison *comparison);
/* Why one of them is not, in words; NULL: it is. */
const char *comparison_trouble(const struct comparison *comparison,
	enum compare_side side);
/*
 * COMPARISON was just made, and is number SERIAL; BEFORE, the one made before
 * it (or NULL), may be of the same two: then pages that came to differ have a
 * rate.  Where one of the two can no longer be read, what was known of them
 * stays, beside why.
 */
void comparison_follow(struct comparison *comparison,
	const struct comparison *before, uint64_t serial);
const char *comparison_name(const struct comparison *comparison,
	const struct compare_row *row);
/* The pages START..END of ROW by relation; false: not kept. */
bool comparison_count_pages(const struct comparison *comparison,
	const struct compare_row *row, uint64_t start, uint64_t end,
	uint64_t counts[NRELATIONS]);
/* Which of the frames START..END are whose. */
void comparison_count_frames(const struct comparison *comparison,
	uint64_t start, uint64_t end, struct compare_frames *out);
/* The first frame from PFN on, below END, that both have; false: none. */
bool comparison_next_both(const struct comparison *comparison, uint64_t pfn,
	uint64_t end, uint64_t *found);

#endif
