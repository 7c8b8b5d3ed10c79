/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FIND_H
#define VMATLAS_MODEL_FIND_H

#include "vmatlas/model/query.h"
#include "vmatlas/source/source.h"

/*
 * A struct find is what is looked for in the process, as a part of the wish: it
 * takes reading, so the sampler does it (model/finder.h), and a struct found in
 * the snapshot is what came of it.  Without pointers: wishes are compared byte
 * for byte.
 */
enum find_kind { FIND_NONE, FIND_MATCH, FIND_SYMBOL };

struct find {
	uint32_t serial;	/* grows with each; 0: nothing is looked for */
	enum find_kind kind;
	bool backward;
	/* Forward: nothing below this is found, before it goes round; backward:
	 * nothing from here on.  Bytes. */
	uint64_t from;
	struct filter filter;	/* of FIND_MATCH */
	/* Of FIND_SYMBOL: OFFSET behind NAME ("": behind where the file was
	 * loaded), in a file whose path has FILE at its end ("": in any). */
	char name[QUERY_NAME], file[QUERY_NAME];
	uint64_t offset;
};

enum found_how {
	FOUND_UNASKED,
	FOUND_SEARCHING,
	FOUND_IT,
	FOUND_NOT,
};

struct found {
	uint32_t serial;	/* of the struct find that this is about */
	enum found_how how;
	bool wrapped;		/* it went round the end (the beginning) */
	uint64_t start, end;	/* bytes: pages alike, or one place */
	size_t nplaces;		/* symbols: how many have that name */
	uint64_t done, all;	/* pages, or files */
	uint64_t unknown;	/* pages of which it cannot be told */
	enum answer answer;	/* of symbols: OK, or why some files could not
				 * be asked */
};

#endif
