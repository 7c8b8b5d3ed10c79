/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list_impl.h"
#include "vmatlas/base/mem.h"

/* ---- which */

bool list_matches(const struct snapshot *snapshot,
	const struct process_row *row, const char *text)
{
	const struct process *process = &row->process;
	struct text part = text_of(text);
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", process->id.pid);
	return text_holds(text_of(buf_text(&snapshot->commands) + row->command),
			part) ||
		text_holds(text_of(process->name), part) ||
		text_holds(text_of(process->user), part) ||
		text_holds(text_of(pid), part);
}

/* Kernel threads map nothing. */
static bool is_candidate(const struct list *list,
	const struct snapshot *snapshot, const struct process_row *row)
{
	return process_may_map(&row->process) &&
		(!list->shown || list->shown(list->arg, snapshot, row));
}

/* ---- in which order */

static void set_row(struct record *record, uint32_t row)
{
	record->row = &record->snapshot->rows[row];
}

static void sort_rows(struct list *list, const struct snapshot *snapshot)
{
	struct record record = { .object = OBJECT_PROCESS,
		.snapshot = snapshot };

	columns_sort(&list->columns, &record, set_row, list->order,
		list->norder);
	record_fini(&record);
}

/* ---- as a tree */

#define NOBODY UINT32_MAX

/* Rows of the snapshot: the place in the order of each that is listed, its
 * children in their order, and the next child of its parent. */
struct tree {
	const struct snapshot *snapshot;
	uint32_t *place, *parent, *child, *last, *next;
};

static uint32_t row_of_pid(const struct snapshot *snapshot, int pid)
{
	size_t low = 0, high = snapshot->nrows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->rows[middle].process.id.pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < snapshot->nrows &&
		snapshot->rows[low].process.id.pid == pid ?
		(uint32_t)low : NOBODY;
}

/* The nearest ancestor that is listed.  What was read at different moments may
 * make a circle; so nobody is the parent of who began before. */
static uint32_t ancestor(const struct tree *tree, uint32_t row)
{
	const struct process_row *rows = tree->snapshot->rows;
	unsigned hops = 0;

	do {
		uint32_t up = row_of_pid(tree->snapshot,
			rows[row].process.ppid);

		if (up == NOBODY || up == row || rows[up].process.id.starttime >
				rows[row].process.id.starttime)
			return NOBODY;
		if (rows[up].process.id.starttime ==
				rows[row].process.id.starttime &&
		    rows[up].process.id.pid > rows[row].process.id.pid)
			return NOBODY;
		row = up;
	} while (tree->place[row] == NOBODY && ++hops < 64);
	return tree->place[row] == NOBODY ? NOBODY : row;
}

static void add_child(struct tree *tree, uint32_t row)
{
	uint32_t parent = ancestor(tree, row);

	tree->parent[row] = parent;
	if (parent == NOBODY)
		return;
	if (tree->last[parent] == NOBODY)
		tree->child[parent] = row;
	else
		tree->next[tree->last[parent]] = row;
	tree->last[parent] = row;
}

/* ROW and all below it, in their order. */
static void plant(struct list *list, const struct tree *tree, uint32_t row,
	size_t *n)
{
	struct list_branch branch = { 0 };
	uint32_t top = row;

	for (;;) {
		list->order[*n] = row;
		list->branches[(*n)++] = branch;
		if (tree->child[row] != NOBODY) {
			row = tree->child[row];
			if (branch.depth < 63)
				branch.depth++;
		} else {
			while (row != top && tree->next[row] == NOBODY) {
				row = tree->parent[row];
				branch.depth = list->branches[tree->place[row]].
					depth;
			}
			if (row == top)
				return;
			row = tree->next[row];
		}
		branch.more &= ~(UINT64_MAX << branch.depth);
		if (tree->next[row] != NOBODY)
			branch.more |= UINT64_C(1) << branch.depth;
		/* From here on, where it stands in the order. */
		tree->place[row] = (uint32_t)*n;
	}
}

static void sort_tree(struct list *list, const struct snapshot *snapshot)
{
	size_t n = snapshot->nrows, i, planted = 0;
	uint32_t *memory = mem_new(5 * n + 1, sizeof(*memory));
	uint32_t *sorted = mem_new(list->norder, sizeof(*sorted));
	struct tree tree = { snapshot, memory, memory + n, memory + 2 * n,
		memory + 3 * n, memory + 4 * n };

	memset(memory, 0xff, 5 * n * sizeof(*memory));
	memcpy(sorted, list->order, list->norder * sizeof(*sorted));
	for (i = 0; i < list->norder; i++)
		tree.place[sorted[i]] = (uint32_t)i;
	for (i = 0; i < list->norder; i++)
		add_child(&tree, sorted[i]);
	for (i = 0; i < list->norder; i++)
		if (tree.parent[sorted[i]] == NOBODY) {
			tree.place[sorted[i]] = (uint32_t)planted;
			plant(list, &tree, sorted[i], &planted);
		}
	list->norder = planted;
	free(sorted);
	free(memory);
}

void list_sort(struct list *list, const struct snapshot *snapshot)
{
	size_t i;

	list->order = mem_grow(list->order, &list->cap, snapshot->nrows,
		sizeof(*list->order));
	list->branches = mem_grow(list->branches, &list->branches_cap,
		snapshot->nrows, sizeof(*list->branches));
	list->norder = list->nhidden = 0;
	for (i = 0; i < snapshot->nrows; i++) {
		const struct process_row *row = &snapshot->rows[i];

		if (!is_candidate(list, snapshot, row))
			continue;
		if (list->filter[0] &&
		    !list_matches(snapshot, row, list->filter))
			list->nhidden++;
		else
			list->order[list->norder++] = (uint32_t)i;
	}
	sort_rows(list, snapshot);
	if (list->tree)
		sort_tree(list, snapshot);
}
