/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FUNCTIONS_H
#define VMATLAS_MODEL_FUNCTIONS_H

#include "vmatlas/model/symbols.h"

/*
 * The functions and objects of the programs and libraries that a process maps,
 * and which of their pages it has: what of a library it really uses.
 *
 * Rows are by region, then address.  Those that start at one address are one
 * row, by the best known name.  Pages are those that it has a byte on, so two
 * functions may share one and pages do not add up; and only those of the
 * region that it starts in.  Memory: a row and a name each, FUNCTIONS_MOST at
 * most: the rest comes with another question, from NEXT on.
 */
#define FUNCTIONS_MOST 65536

struct function {
	uint64_t va;			/* bytes */
	uint64_t file_offset;		/* bytes; where has_offset is */
	uint32_t size;			/* bytes; 0: it does not tell */
	uint32_t name;			/* in names, as the linker has it */
	uint32_t section;		/* there too, or SYMBOL_NONE */
	uint32_t region;		/* index */
	/* Pages; of which are in memory, and in swap; all 0 without a size. */
	uint32_t pages, present, swapped;
	uint32_t resident;		/* bytes of it that are in memory */
	bool has_offset;
};

/* Those that have a byte in START..END and start at FROM or behind it (bytes);
 * with ONLY_CODE, of regions that are code. */
struct functions_wish {
	bool wanted, only_code;
	uint64_t start, end, from;
};

struct functions {
	struct function *rows;
	size_t n, cap;
	struct buf names;		/* NUL-terminated each */
	uint64_t next;			/* byte to go on at; UINT64_MAX: done */
	enum answer answer;		/* the first but OK, of a file's names */
	bool known;			/* which pages are in memory */
	struct functions_wish wish;	/* what they are of, */
	struct proc_id id;
	uint64_t key, serial;		/* by which they are told from others */
	bool valid;			/* in a snapshot: they are what was asked */
};

/*
 * What WISH names of SPACE, which keeps its blocks.  What was asked before, of
 * the same regions, is not asked again: only pages are counted anew.
 */
void functions_fill(struct functions *functions, const struct space *space,
	struct symbols *symbols, const struct functions_wish *wish);
/* Make OUT the same. */
void functions_copy(struct functions *out, const struct functions *functions);
void functions_fini(struct functions *functions);

#endif
