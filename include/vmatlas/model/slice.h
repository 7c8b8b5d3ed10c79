/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SLICE_H
#define VMATLAS_MODEL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/model/classify.h"
#include "vmatlas/model/machine.h"
#include "vmatlas/model/usage.h"

/*
 * A struct slice is up to SOURCE_SLICE consecutive pages of one region as
 * they were read: their pagemap entries, then as much about their frames as
 * DEPTH asks for and nothing more.
 *
 * What can be known without asking is not asked: a page whose entry says
 * that only one process maps it has count 1, all pages of a huge mapping
 * whose head is exclusive do too, and the kernel's zero page is known by its
 * frame once it was seen.
 */
enum depth {
	DEPTH_SUMS,	/* what the sums of smaps need */
	DEPTH_STATES,	/* flags of every frame, counts where they may differ from 1 */
	DEPTH_FULL,	/* flags and count of every frame */
};

enum {
	SLICE_FLAGS = 1,	/* flags[] is known */
	SLICE_COUNT = 2,	/* counts[] is known */
	SLICE_PMD = 4,		/* mapped by a PMD (or hugetlb) */
	SLICE_SKIP = 8,		/* the caller needs nothing about this page */
	SLICE_MAY_SHARE = 32,	/* by its page table: an entry may be wrong that
				 * says exclusive */
	SLICE_PLAIN = 64,	/* told by reader_find_plain */
	SLICE_LIKE_PMD = 16,	/* could be mapped by one, by its frame */
};

struct slice {
	uint64_t vpn;
	size_t n;
	uint64_t words[SOURCE_SLICE];
	uint64_t flags[SOURCE_SLICE], head_flags[SOURCE_SLICE];
	uint64_t counts[SOURCE_SLICE];
	uint8_t known[SOURCE_SLICE];	/* SLICE_ bits */
	uint8_t state[SOURCE_SLICE];	/* from DEPTH_STATES on */
	uint8_t marks[SOURCE_SLICE];
	uint64_t gathered[SOURCE_SLICE];
};

/* Pages of a slice that follow each other, as their frames do. */
struct page_stretch {
	uint16_t at, n;
};

/* Those whose frames are asked for together. */
struct gather {
	size_t n;
	bool is_sorted;		/* by their frames */
	uint64_t next_pfn;	/* behind the last one's */
	struct page_stretch stretches[SOURCE_SLICE], spare[SOURCE_SLICE];
};

/* What reading frames needs to remember from slice to slice. */
struct swap_users;
struct reader {
	struct source *src;
	const struct machine *machine;
	struct proc_id id;
	enum depth depth;
	bool apart;		/* frames with others between them are asked for
				 * one by one */
	bool may_have_ksm;	/* else KSM pages need not be looked for */
	uint64_t zero_pfn[4];	/* frames seen to be the zero page */
	unsigned nzero;
	/* The worst answer so far, per kind of file. */
	enum answer answers[NWORD_FILES];
	enum answer huge;	/* of POPULATED_HUGE */
	/* Entries read ahead: AHEAD_N of them are left from page AHEAD_VPN on,
	 * which is AHEAD_AT in ahead[]. */
	uint64_t ahead_vpn;
	size_t ahead_at, ahead_n;
	const struct swap_users *swap_users;	/* NULL: not asked */
	uint32_t swap_seen;	/* a bit for each type of a swap entry read so far */
	struct slice slice;
	struct gather gather;
	uint64_t ahead[SOURCE_SLICE];
};

void reader_init(struct reader *reader, struct source *src,
	const struct machine *machine, struct proc_id id, enum depth depth);

/*
 * Read the entries of N pages from VPN on.  ANSWER_GONE: the address space
 * is not there any more.  known[] is cleared.
 */
enum answer reader_words(struct reader *reader, uint64_t vpn, size_t n);
/* The same where each HUGE pages, from a multiple of that on, are one page of the
 * pool: one entry tells them all. */
enum answer reader_huge_words(struct reader *reader, uint64_t vpn, size_t n,
	uint64_t huge);
/*
 * Read those of N pages (SOURCE_SLICE at most) from VPN on with one question:
 * reader_words will be asked for them at once, in ascending order, and not be
 * asked for others before reader_is_ahead is false.
 */
void reader_ahead(struct reader *reader, uint64_t vpn, size_t n);
static inline bool reader_is_ahead(const struct reader *reader)
{
	return reader->ahead_n;
}
/* Remember which types of swap entries the slice has; reader_frames does. */
void reader_note_swap(struct reader *reader);
/*
 * Then what DEPTH asks for about the frames of pages that are not
 * SLICE_SKIP; a frame that seems to have changed hands is read once more.
 */
void reader_frames(struct reader *reader, const struct page_context *cx);

/*
 * Some pages of a slice of which, if IS_PLAIN, nothing else need be known for
 * the sums: each that is present is this process's alone, and so are they
 * together, if one entry maps them all (HUGE).  None is swapped, and none a
 * page of zeros.
 */
struct plain {
	size_t first, n;		/* of the slice */
	size_t npages, nfile;		/* present, and of these, of files */
	uint64_t min_pfn, max_pfn;
	bool is_plain, huge;
	bool pool, shared;		/* of the pool; and how all are mapped */
	bool like_huge, is_run;		/* while that is found out */
};
/* FIRST and N of each are the caller's; plain ones become SLICE_SKIP too.
 * Between reader_words and reader_frames, which has nothing to do where this
 * is true: all are plain. */
bool reader_find_plain(struct reader *reader, const struct page_context *cx,
	struct plain *plains, size_t n);
/* Add plain pages to USAGE. */
void plain_account(const struct plain *plain, uint32_t page_size,
	struct usage *usage);

/* Page I has a frame that may be told: *PFN. */
bool reader_pfn(const struct reader *reader, size_t i, uint64_t *pfn);

/* Add page I of the slice to USAGE.  What is not known about it takes the
 * figure's bit out of USAGE's KNOWN. */
void reader_account(const struct reader *reader,
	const struct page_context *cx, size_t i, struct usage *usage);
/* Who has page I. */
enum sharing reader_sharing(const struct reader *reader, size_t i);
/* Page I is the kernel's page of zeros, small or huge, as far as we know. */
bool reader_is_zero_page(const struct reader *reader,
	const struct page_context *cx, size_t i);
/* How many mappings its frame has; false where that is not known. */
bool reader_mapcount(const struct reader *reader, size_t i, uint64_t *count);

#endif
