/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_LIST_IMPL_H
#define VMATLAS_SRC_VIEW_LIST_IMPL_H

/*
 * What the files of the screen of processes share: list.c is the cursor and
 * what keys do, list_order.c which processes are shown in which order,
 * list_columns.c which columns there are and what stands in them, list_paint.c
 * draws it.
 */
#include "vmatlas/view/list.h"

/* Rows above the list: two of the head, and the titles. */
#define LIST_HEAD 3

struct list_column {
	const struct field *field;
	int col, width;		/* on the screen */
};
#define LIST_COLUMNS_MAX 32

/* The columns that a screen of COLS holds, from the left; returns how many. */
unsigned list_columns(int cols, struct list_column out[LIST_COLUMNS_MAX]);
/* The field of a column by its title. */
const struct field *list_column_field(const char *title);
/* The words of a value for a narrow column, in OUT (emptied first); the value's
 * own text is escaped where it is drawn. */
void list_value(const struct field *field, struct record *record,
	struct buf *out);

/* Does the row have TEXT in command, name, user or pid? */
bool list_matches(const struct snapshot *snapshot,
	const struct process_row *row, const char *text);
/* Fill list->order and list->branches. */
void list_sort(struct list *list, const struct snapshot *snapshot);

bool list_is_tagged(const struct list *list, struct proc_id id);

#endif
