/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_TOLD_H
#define VMATLAS_SRC_SOURCE_TOLD_H

#include "block.h"

/*
 * A struct told is one answer of a recording, as a block has it or as it came
 * of one of the refresh before.  It is counted: refreshes in which nothing
 * changed share it.  Nothing in it is larger than the text justifies.
 */
enum told_kind { TOLD_TEXT, TOLD_WORDS, TOLD_POPULATED, TOLD_PROCESSES };

struct told {
	unsigned refs;
	uint8_t kind, sub;	/* sub: enum word_file, enum populated_kind */
	uint8_t status;		/* enum answer */
	bool ignored;		/* nobody can ask for it, but it counts */
	int pid;
	uint64_t starttime;
	uint64_t first, end;	/* what was asked for, END exclusive */
	uint32_t got;		/* words that there were; the rest: no more */
	char *path;		/* of a text; else NULL */
	size_t path_n;
	struct buf text;	/* of a text; of processes, lines of payload */
	struct word_run *runs;
	struct vpn_range *ranges;
	size_t n, cap;		/* runs or ranges */
};

/* Is it an answer at all?  Blocks of unknown kinds are none. */
bool told_is_answer(const struct block *block);
/*
 * What BLOCK tells; BASE is the answer that it tells the changes from, or
 * NULL.  NULL with WHY, static, where it is not as it should be.
 */
struct told *told_new(const struct block *block, const struct told *base,
	const char **why);
struct told *told_ref(struct told *told);
void told_unref(struct told *told);	/* NULL is fine */

/* Copy the words FROM..TO; less than asked for is the file's end. */
size_t told_words(const struct told *told, uint64_t from, uint64_t to,
	uint64_t *out);
/* Add what it knows of FROM..TO; returns how far OUT had room. */
uint64_t told_ranges(const struct told *told, uint64_t from, uint64_t to,
	struct vpn_range *out, size_t max, size_t *n);

#endif
