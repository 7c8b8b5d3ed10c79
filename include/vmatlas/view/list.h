/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_LIST_H
#define VMATLAS_VIEW_LIST_H

#include <stdbool.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"

/*
 * Screen 1: the processes, to choose one from.  The cursor is a process, not
 * a row: it stays on it however the list is sorted.
 */
#define LIST_COLUMNS(X) \
	X(PID, "pid") X(USER, "user") X(VIRT, "virt") X(RSS, "rss") \
	X(STATE, "state") X(COMMAND, "command")

#define X(id, title) LIST_##id,
enum list_column { LIST_COLUMNS(X) LIST_NCOLUMNS };
#undef X

struct list {
	struct proc_id cursor;
	bool placed;
	int top, rows;
	enum list_column sort;
	bool invert;
	/* Which processes are listed; NULL: all. */
	bool (*shown)(const void *arg, const struct snapshot *snapshot,
		const struct process_row *row);
	const void *arg;
	uint32_t *order;	/* rows of the snapshot, sorted */
	size_t norder, cap;
};

void list_init(struct list *list);
void list_fini(struct list *list);
/* Sort the snapshot's rows for a screen of so many. */
void list_update(struct list *list, const struct snapshot *snapshot,
	int rows);
/* False: the action has no meaning here. */
bool list_act(struct list *list, const struct snapshot *snapshot,
	enum action action);
/* The process under the cursor; false: the list is empty. */
bool list_chosen(const struct list *list, const struct snapshot *snapshot,
	struct proc_id *out);
/* MESSAGE may be NULL. */
void list_paint(struct list *list, const struct snapshot *snapshot,
	const char *message, struct grid *grid);

#endif
