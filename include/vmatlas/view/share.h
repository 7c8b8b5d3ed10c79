/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_SHARE_H
#define VMATLAS_VIEW_SHARE_H

#include <stdbool.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/atlas.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"

/*
 * Screen 4: what a process has in common with others.  A list of the other
 * processes, with what both have by kind, and below it (or beside it, on a
 * wide screen) what that belongs to, for the one under the cursor; or the
 * other way round, a list of what the process has mapped, and who else has
 * it.  Figures are those of the report `sharing`.
 *
 * The cursor is a process or a thing, not a row: it stays on it however the
 * list is sorted.
 */
enum share_list { SHARE_PROCESSES, SHARE_THINGS, NSHARE_LISTS };

/* Columns that a list can be sorted by: of processes, then of things. */
enum {
	SHARE_BY_PID, SHARE_BY_NAME, SHARE_BY_PAGES, SHARE_BY_FILE,
	SHARE_BY_SHMEM, SHARE_BY_COW, SHARE_BY_KSM, SHARE_BY_REST,
	NSHARE_COLUMNS
};
enum {
	SHARE_BY_COMMON, SHARE_BY_HERE, SHARE_BY_USERS, SHARE_BY_THING,
	NSHARE_THING_COLUMNS
};

struct share {
	enum share_list list;	/* the one on screen */
	struct {
		unsigned sort;
		bool invert;
		int top;
		bool chosen;	/* the user has moved the cursor */
	} lists[NSHARE_LISTS];
	int pid;		/* the cursor of each list */
	char thing[256];	/* by its name, cut */
	uint32_t *order;	/* rows or things of the snapshot */
	size_t norder, cap;
	uint32_t *users;	/* of each thing: other processes */
	size_t users_cap;
	/* Where things are on a screen of this size. */
	int rows, cols;
	int list_rows;		/* lines of the list, below its titles */
	int detail_row, detail_col;	/* 0, 0: there is none */
};

void share_init(struct share *share);
void share_fini(struct share *share);
/* Sort what the snapshot says of it, for a screen of this size. */
void share_update(struct share *share, const struct snapshot *snapshot,
	int rows, int cols);
/* False: the action has no meaning here. */
bool share_act(struct share *share, const struct snapshot *snapshot,
	enum action action);
/* A click: the cursor goes to that line. */
void share_click(struct share *share, const struct snapshot *snapshot,
	int row, int col);
/* The process under the cursor; false: there is none. */
bool share_process(const struct share *share, const struct snapshot *snapshot,
	struct proc_id *out);
/* The first page of the thing under the cursor in the process itself, and how
 * many its first region has; false: there is none. */
bool share_place(const struct share *share, const struct snapshot *snapshot,
	uint64_t *vpn, uint64_t *npages);
/* Why the question of sharing has nothing to show, in words; NULL: it has, or
 * will have. */
const char *share_obstacle(const struct snapshot *snapshot);
void share_paint(struct share *share, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid);

#endif
