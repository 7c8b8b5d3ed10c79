/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_QUERY_H
#define VMATLAS_MODEL_QUERY_H

#include "vmatlas/model/filter.h"

/*
 * A struct query is what somebody looks for, as it was typed or pasted: an
 * address, a range, a frame, a symbol, a name, a condition (model/filter.h),
 * or a line of a crash report.  Pure: what of it there is, is for others to
 * find out.
 *
 *   0x7f12.., 7f12345678, 4G    an address (bare: of 8 hex digits or more)
 *   A-B                         a range, its end is exclusive, as in maps
 *   va:A[-B] pfn:N[-M] pa:A[-B] hexadecimal
 *   sym:NAME NAME+0x10          a symbol, and how far behind it
 *   FILE:NAME FILE+0x10         in that file; from where it begins in memory
 *   name: state: zone: mark: flags:   pages that are so
 *   WORD                        a part of a region's name, else a symbol
 *   a line of maps, or of a crash report (query_crash.c)
 *
 * Invariants: ntargets is 1 or more once parsed, the most telling one first.
 * No target has pointers but WHAT and ORIGIN, which are static.
 */
#define QUERY_TEXT 512		/* bytes of what is typed, with its NUL */
#define QUERY_NAME 128
#define QUERY_TARGETS 4

enum query_kind {
	QUERY_VA,		/* bytes START to END of virtual memory */
	QUERY_PFN,		/* frames START to END */
	QUERY_PA,		/* bytes START to END of physical memory */
	QUERY_SYMBOL,		/* OFFSET behind NAME, in FILE or any */
	QUERY_MODULE,		/* OFFSET bytes from where FILE was loaded */
	QUERY_IN_FILE,		/* where byte OFFSET of FILE is mapped */
	QUERY_IN_MAPPING,	/* OFFSET bytes into FILE's mapping of code that
				 * has END - START bytes, there or elsewhere */
	QUERY_WORD,		/* a region whose name has NAME, or a symbol */
	QUERY_MATCH,		/* pages that meet FILTER */
};

struct query_target {
	enum query_kind kind;
	const char *what;	/* "the fault address"; NULL: just that */
	uint64_t start, end;
	bool is_range;		/* END was given */
	char name[QUERY_NAME], file[QUERY_NAME];
	uint64_t offset;
};

struct query {
	const char *origin;	/* "a segfault"; NULL: no line of a report */
	struct query_target targets[QUERY_TARGETS];
	unsigned ntargets;
	struct filter filter;	/* of QUERY_MATCH */
};

/* -1 with ERR, which says what is wrong with TEXT. */
int query_parse(struct query *query, struct text text, struct err *err);
/* A line of a crash report, as far as it has an address, a frame or a symbol;
 * false: it is none. */
bool query_crash(struct query *query, struct text line);
/* Another target, unless it is there, or there are too many; NULL then. */
struct query_target *query_add(struct query *query, enum query_kind kind,
	const char *what, uint64_t start);
/* As much of TEXT as fits, NUL-terminated. */
void query_copy(char out[QUERY_NAME], struct text text);

#endif
