/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FINDER_H
#define VMATLAS_MODEL_FINDER_H

#include "vmatlas/model/find.h"
#include "vmatlas/model/matcher.h"
#include "vmatlas/model/symbols.h"

/*
 * A struct finder looks for what a struct find names, step by step: a block of
 * pages, or a file, at a time.  What of it is known without reading (states,
 * names, zones) costs no question.  Zero-initialised is ready for use.
 */
struct finder {
	struct find find;	/* serial 0: nothing was looked for */
	struct found found;
	int pid;		/* in whom */
	/* Of FIND_MATCH: the next page (backward: the first above it). */
	uint64_t at;
	bool in_run;		/* a page was found: does it go on? */
	uint64_t run_start, run_end;	/* pages */
	/* Of FIND_SYMBOL: the next region, and where the name is, sorted once
	 * all were asked; kept for the next one of that name. */
	size_t region;
	bool collected;
	uint32_t layout;	/* of the space, when they were collected */
	uint64_t *places;
	size_t nplaces, places_cap;
};

/* Places of one name that are kept; the rest is left out. */
#define FINDER_PLACES 4096

/* FIND is what is looked for from now on; serial 0: nothing.  The same once
 * more changes nothing. */
void finder_begin(struct finder *finder, const struct find *find,
	const struct space *space);
/* Another step; false: there is an answer, or nothing to look for. */
bool finder_step(struct finder *finder, struct space *space,
	struct symbols *symbols);
void finder_fini(struct finder *finder);

#endif
