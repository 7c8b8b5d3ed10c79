/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/list.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/role.h"

void list_init(struct list *list)
{
	memset(list, 0, sizeof(*list));
	list->sort = LIST_RSS;
}

void list_fini(struct list *list)
{
	free(list->order);
}

/* ---- order */

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static const char *command_of(const struct snapshot *snapshot,
	const struct process_row *row)
{
	return buf_text(&snapshot->commands) + row->command;
}

/* Sizes from big to small, all else from small to big. */
static int compare_rows(const struct snapshot *snapshot,
	enum list_column column, uint32_t i, uint32_t k)
{
	const struct process *a = &snapshot->rows[i].process;
	const struct process *b = &snapshot->rows[k].process;
	int order = 0;

	switch (column) {
	case LIST_USER:
		order = strcmp(a->user, b->user);
		break;
	case LIST_VIRT:
		order = compare_u64(b->vss, a->vss);
		break;
	case LIST_RSS:
		order = compare_u64(b->rss, a->rss);
		break;
	case LIST_STATE:
		order = (a->state > b->state) - (a->state < b->state);
		break;
	case LIST_COMMAND:
		order = strcmp(command_of(snapshot, &snapshot->rows[i]),
			command_of(snapshot, &snapshot->rows[k]));
		break;
	case LIST_PID:
	case LIST_NCOLUMNS:
		break;
	}
	return order ? order : (a->id.pid > b->id.pid) - (a->id.pid < b->id.pid);
}

struct order {
	const struct snapshot *snapshot;
	const struct list *list;
};

static int compare_order(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	int result = compare_rows(order->snapshot, order->list->sort,
		*(const uint32_t *)a, *(const uint32_t *)b);

	return order->list->invert ? -result : result;
}

static int cursor_index(const struct list *list,
	const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < list->norder; i++)
		if (snapshot->rows[list->order[i]].process.id.pid ==
				list->cursor.pid)
			return (int)i;
	return -1;
}

static void set_cursor(struct list *list, const struct snapshot *snapshot,
	int i)
{
	if (i >= (int)list->norder)
		i = (int)list->norder - 1;
	if (i < 0)
		i = 0;
	if (!list->norder)
		return;
	list->cursor = snapshot->rows[list->order[i]].process.id;
	list->placed = true;
	if (i < list->top)
		list->top = i;
	if (list->rows && i >= list->top + list->rows)
		list->top = i - list->rows + 1;
}

void list_update(struct list *list, const struct snapshot *snapshot, int rows)
{
	struct order order = { snapshot, list };
	int was = list->top, at;
	size_t i;

	list->rows = rows > 3 ? rows - 3 : 1;
	list->order = mem_grow(list->order, &list->cap, snapshot->nrows,
		sizeof(*list->order));
	list->norder = 0;
	for (i = 0; i < snapshot->nrows; i++) {
		const struct process *process = &snapshot->rows[i].process;

		/* Kernel threads map nothing. */
		if (process_may_map(process) &&
		    (!list->shown || list->shown(list->arg, snapshot,
				&snapshot->rows[i])))
			list->order[list->norder++] = (uint32_t)i;
	}
	if (list->norder)
		qsort_r(list->order, list->norder, sizeof(*list->order),
			compare_order, &order);
	at = cursor_index(list, snapshot);
	/* Where the chosen one ended, the next one takes its place. */
	set_cursor(list, snapshot, at >= 0 ? at : list->placed ? was : 0);
}

bool list_chosen(const struct list *list, const struct snapshot *snapshot,
	struct proc_id *out)
{
	*out = list->cursor;
	return cursor_index(list, snapshot) >= 0;
}

bool list_act(struct list *list, const struct snapshot *snapshot,
	enum action action)
{
	int at = cursor_index(list, snapshot);

	switch (action) {
	case ACTION_UP:
		set_cursor(list, snapshot, at - 1);
		return true;
	case ACTION_DOWN:
		set_cursor(list, snapshot, at + 1);
		return true;
	case ACTION_PAGE_UP:
		set_cursor(list, snapshot, at - list->rows);
		return true;
	case ACTION_PAGE_DOWN:
		set_cursor(list, snapshot, at + list->rows);
		return true;
	case ACTION_HALF_UP:
		set_cursor(list, snapshot, at - list->rows / 2);
		return true;
	case ACTION_HALF_DOWN:
		set_cursor(list, snapshot, at + list->rows / 2);
		return true;
	case ACTION_TOP:
		set_cursor(list, snapshot, 0);
		return true;
	case ACTION_BOTTOM:
		set_cursor(list, snapshot, (int)list->norder - 1);
		return true;
	case ACTION_SORT_LEFT:
		list->sort = (list->sort + LIST_NCOLUMNS - 1) % LIST_NCOLUMNS;
		return true;
	case ACTION_SORT_RIGHT:
		list->sort = (list->sort + 1) % LIST_NCOLUMNS;
		return true;
	case ACTION_SORT_INVERT:
		list->invert = !list->invert;
		return true;
	default:
		return false;
	}
}

/* ---- drawing */

static const struct {
	const char *title;
	int width;
	bool right;
} columns[LIST_NCOLUMNS] = {
	[LIST_PID] = { "PID", 7, true },
	[LIST_USER] = { "USER", 10, false },
	[LIST_VIRT] = { "VIRT", 6, true },
	[LIST_RSS] = { "RSS", 6, true },
	[LIST_STATE] = { "S", 2, false },
	[LIST_COMMAND] = { "COMMAND", 0, false },
};

static int put(struct grid *grid, int row, int col, enum list_column column,
	int role, struct text text)
{
	int width = columns[column].width;
	int used = grid_width(grid, text);

	if (!width) {
		grid_text(grid, row, col, -1, role, text);
		return grid->cols;
	}
	grid_text(grid, row, columns[column].right && used < width ?
		col + width - used : col, width, role, text);
	return col + width + 1;
}

static void paint_titles(const struct list *list, struct grid *grid, int row)
{
	int col = 1, i;

	grid_fill(grid, row, 0, 1, grid->cols, ROLE_HEADER);
	for (i = 0; i < LIST_NCOLUMNS; i++)
		col = put(grid, row, col, (enum list_column)i,
			(int)list->sort == i ? ROLE_TITLE : ROLE_HEADER,
			text_of(columns[i].title));
}

static void paint_process(const struct snapshot *snapshot, uint32_t i,
	bool chosen, struct grid *grid, int row)
{
	const struct process_row *line = &snapshot->rows[i];
	const struct process *process = &line->process;
	int role = chosen ? ROLE_SELECTED : ROLE_TEXT, col = 1;
	char text[TEXT_SIZE_MAX + 8], state[2] = { process->state, '\0' };
	bool known = process->answer == ANSWER_OK;
	bool sized = known && !process->headless;
	struct buf pid = { 0 };

	if (chosen)
		grid_fill(grid, row, 0, 1, grid->cols, role);
	buf_fmt(&pid, "%d", process->id.pid);
	col = put(grid, row, col, LIST_PID, role, text_of(buf_text(&pid)));
	col = put(grid, row, col, LIST_USER, role, text_of(process->user));
	col = put(grid, row, col, LIST_VIRT, role,
		text_of(sized ? text_size(process->vss, text) : "?"));
	col = put(grid, row, col, LIST_RSS, role,
		text_of(sized ? text_size(process->rss, text) : "?"));
	col = put(grid, row, col, LIST_STATE, role, text_of(known ? state : "?"));
	put(grid, row, col, LIST_COMMAND, role,
		text_of(command_of(snapshot, line)));
	buf_fini(&pid);
}

void list_paint(struct list *list, const struct snapshot *snapshot,
	const char *message, struct grid *grid)
{
	static const struct key_label labels[] = {
		{ "Enter", "Atlas" }, { "6", "Memory" }, { "<>", "Sort" }, { "I", "Invert" },
		{ "?", "Help" }, { "q", "Quit" }, { NULL, NULL },
	};
	int row = 0, i;

	grid_clear(grid);
	if (grid->rows > 2) {
		grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
		grid_fmt(grid, 0, 1, -1, ROLE_TITLE, "vmatlas  %zu processes",
			list->norder);
		if (message)
			grid_str(grid, 0, 30, -1, ROLE_MESSAGE, message);
		paint_titles(list, grid, 1);
		row = 2;
	}
	for (i = list->top; i < (int)list->norder && row < grid->rows; i++) {
		uint32_t at = list->order[i];

		if (i - list->top >= list->rows)
			break;
		paint_process(snapshot, at, snapshot->rows[at].process.id.pid ==
			list->cursor.pid, grid, row++);
	}
	if (grid->rows > 3)
		foot_paint(grid, grid->rows - 1, labels);
}
