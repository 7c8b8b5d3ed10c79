/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_LIST_IMPL_H
#define VMATLAS_SRC_VIEW_LIST_IMPL_H

/*
 * What the files of the screen of processes share: list.c is the cursor and
 * what keys do, list_order.c which processes are shown in which order,
 * list_paint.c draws it.
 */
#include "vmatlas/view/list.h"

/* Rows above the list: two of the head, and the titles. */
#define LIST_HEAD 3

/* Does the row have TEXT in command, name, user or pid? */
bool list_matches(const struct snapshot *snapshot,
	const struct process_row *row, const char *text);
/* Fill list->order and list->branches. */
void list_sort(struct list *list, const struct snapshot *snapshot);

bool list_is_tagged(const struct list *list, struct proc_id id);

#endif
