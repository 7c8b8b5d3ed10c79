/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_LIST_H
#define VMATLAS_VIEW_LIST_H

#include <stdbool.h>

#include "vmatlas/model/fields.h"
#include "vmatlas/view/atlas.h"
#include "vmatlas/view/chooser.h"
#include "vmatlas/view/columns.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"
#include "vmatlas/view/prompt.h"
#include "vmatlas/view/scroll.h"

/*
 * Screen 1: the processes, to compare and to choose from.  Its columns are
 * the fields of a process that have one, as many as the width holds.  The
 * cursor is a process, not a row: it stays on it however the list is sorted,
 * and so do the tags.  Kernel threads map nothing and are not shown.
 */

/* A process as the child of another one in the list. */
struct list_branch {
	uint8_t depth;
	uint64_t more;		/* bit D: another child follows at depth D */
};

struct list {
	struct proc_id cursor;
	bool placed;
	struct scroll scroll;	/* rows of processes */
	int cols;
	struct columns columns;
	struct chooser chooser;
	bool tree;
	char filter[PROMPT_MAX], search[PROMPT_MAX];
	struct proc_id *tags;	/* in order of pid */
	size_t ntags, tags_cap;
	/* Which processes are listed; NULL: all. */
	bool (*shown)(const void *arg, const struct snapshot *snapshot,
		const struct process_row *row);
	const void *arg;
	uint32_t *order;	/* rows of the snapshot, sorted */
	struct list_branch *branches;	/* as order, where tree */
	size_t norder, cap, branches_cap, nhidden;
};

void list_init(struct list *list);
void list_fini(struct list *list);
/* Choose and sort the snapshot's rows for a screen of this size. */
void list_update(struct list *list, const struct snapshot *snapshot,
	int rows, int cols);
/* False: the action has no meaning here. */
bool list_act(struct list *list, const struct snapshot *snapshot,
	enum action action);
/* A click: on a title it sorts, elsewhere it moves the cursor. */
void list_click(struct list *list, const struct snapshot *snapshot, int row,
	int col);
/* Show only processes with TEXT in command, name, user or pid; "": all. */
void list_filter(struct list *list, const char *text);
/* Go to the next process (back: the one before) that TEXT would leave; false:
 * there is none. */
bool list_search(struct list *list, const struct snapshot *snapshot,
	const char *text, bool back);
/* Sort by the column with this TITLE, if there is one. */
/* Show these columns (columns_take); "": all. */
void list_choose(struct list *list, const char *words);
void list_sort_by(struct list *list, const char *title);
/* Tag the process, or untag it. */
void list_tag(struct list *list, struct proc_id id);
/* What the list wants to know: of those on screen first, of the tagged as
 * one. */
void list_wish(const struct list *list, const struct snapshot *snapshot,
	struct wish *wish);
/* The process under the cursor; false: the list is empty. */
bool list_chosen(const struct list *list, const struct snapshot *snapshot,
	struct proc_id *out);
void list_paint(struct list *list, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid);

#endif
