/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_REGIONS_H
#define VMATLAS_VIEW_REGIONS_H

#include "vmatlas/view/atlas.h"
#include "vmatlas/view/chooser.h"
#include "vmatlas/view/columns.h"
#include "vmatlas/view/prompt.h"
#include "vmatlas/view/scroll.h"

/*
 * Screen 3: what is mapped in the process, a region a line, with the figures
 * of smaps; or in groups with their sums.  The cursor is an address or a group,
 * not a row: it stays on it however the list is sorted, and so do the tags.
 *
 * Invariants: what is below MADE is of the snapshot last given to
 * regions_update, and made anew only where that, or what is listed, changed.
 */
enum regions_by { REGIONS_BY_ADDRESS, REGIONS_BY_FILE, REGIONS_BY_TYPE,
	NREGIONS_BY };

#define REGIONS_NONE UINT32_MAX

/* A line: a region (of group GROUP, or of none), or a group's head. */
struct regions_row {
	uint32_t group, region;
};

struct regions_group {
	uint64_t id;		/* of its name: it outlives the snapshot */
	struct region sum;	/* the first of them, with figures of all; END -
				 * START is as much as is mapped */
	uint64_t states[NSTATES];	/* pages of all */
	uint32_t first, n;	/* its members, in ORDER */
	const char *of;		/* by type: "program ", "library ", or "" */
	bool open;
};

struct regions {
	struct columns columns;
	struct chooser chooser;
	struct scroll scroll;
	int cols;
	struct proc_id id;	/* the process that this is about */
	enum regions_by by;
	char filter[PROMPT_MAX], search[PROMPT_MAX];
	uint64_t cursor;	/* bytes: where the region starts */
	bool on_group;		/* it is on a head: */
	uint64_t cursor_group;	/* of that id */
	bool placed;
	uint64_t *tags;		/* where tagged regions start, sorted */
	size_t ntags, tags_cap;
	uint64_t *opened;	/* ids of groups that are open, sorted */
	size_t nopened, opened_cap;
	/* made: */
	bool valid;
	uint64_t serial;	/* of the snapshot */
	uint32_t *order;	/* of its regions, those that are listed */
	size_t norder, order_cap, nhidden;
	struct regions_group *groups;
	size_t ngroups, groups_cap;
	struct regions_row *rows;
	size_t nrows, rows_cap;
	struct region sum;	/* of the tagged, else of all that are listed */
	uint64_t states[NSTATES];	/* their pages */
};

void regions_init(struct regions *regions);
void regions_fini(struct regions *regions);
/* Show these columns (columns_take); "": those of the start. */
void regions_choose(struct regions *regions, const char *words);
/* Bring it up to date with SNAPSHOT and a screen of this size. */
void regions_update(struct regions *regions, const struct snapshot *snapshot,
	int rows, int cols);
/* False: the action has no meaning here. */
bool regions_act(struct regions *regions, const struct snapshot *snapshot,
	enum action action);
/* Open the group that the cursor is on, or close it; false: it is on none. */
bool regions_toggle(struct regions *regions);
/* A click: on a title it sorts, elsewhere it moves the cursor; on the head
 * that has it, it opens or closes that. */
void regions_click(struct regions *regions, const struct snapshot *snapshot,
	int row, int col);
/* Show only regions that have each word of TEXT in name, rights, type or
 * address; "": all. */
void regions_filter(struct regions *regions, const char *text);
/* Go to the next region (back: the one before) that TEXT would leave, opening
 * its group; false: there is none. */
bool regions_search(struct regions *regions, const struct snapshot *snapshot,
	const char *text, bool back);
/* The same to the region that VA lies in; false: it is none that is listed. */
bool regions_show(struct regions *regions, const struct snapshot *snapshot,
	uint64_t va);
/* Put the cursor on the region with this address. */
void regions_go(struct regions *regions, uint64_t va);
/* Where the region under the cursor starts (of a group: its first). */
bool regions_chosen(const struct regions *regions,
	const struct snapshot *snapshot, uint64_t *va);
void regions_wish(const struct regions *regions, struct wish *wish);
void regions_paint(struct regions *regions, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid);

#endif
