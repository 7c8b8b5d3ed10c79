/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "list_impl.h"
#include "vmatlas/base/mem.h"

/* What the last column, the command, is to have at least. */
#define COMMAND_COLS 20

void list_init(struct list *list)
{
	memset(list, 0, sizeof(*list));
	columns_init(&list->columns, OBJECT_PROCESS, "RSS");
	list->columns.by_rank = true;
	list->columns.last_cols = COMMAND_COLS;
}

void list_fini(struct list *list)
{
	free(list->order);
	free(list->branches);
	free(list->tags);
}

/* ---- the cursor */

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
	scroll_show(&list->scroll, i, (int)list->norder);
}

/* ---- tags */

/* Where the tag of PID is, or would be. */
static size_t tag_place(const struct list *list, int pid)
{
	size_t low = 0, high = list->ntags;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->tags[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool list_is_tagged(const struct list *list, struct proc_id id)
{
	size_t at = tag_place(list, id.pid);

	return at < list->ntags && list->tags[at].pid == id.pid &&
		list->tags[at].starttime == id.starttime;
}

void list_tag(struct list *list, struct proc_id id)
{
	size_t at = tag_place(list, id.pid);

	if (list_is_tagged(list, id)) {
		memmove(&list->tags[at], &list->tags[at + 1],
			(list->ntags - at - 1) * sizeof(*list->tags));
		list->ntags--;
		return;
	}
	if (list->ntags >= WISH_PIDS)
		return;
	list->tags = mem_grow(list->tags, &list->tags_cap, list->ntags + 1,
		sizeof(*list->tags));
	memmove(&list->tags[at + 1], &list->tags[at],
		(list->ntags - at) * sizeof(*list->tags));
	list->tags[at] = id;
	list->ntags++;
}

/* Those that ended have none any more.  Both are in order of pid. */
static void drop_tags(struct list *list, const struct snapshot *snapshot)
{
	size_t i, k = 0, n = 0;

	for (i = 0; i < list->ntags; i++) {
		struct proc_id id = list->tags[i];

		while (k < snapshot->nrows &&
		       snapshot->rows[k].process.id.pid < id.pid)
			k++;
		if (k < snapshot->nrows &&
		    snapshot->rows[k].process.id.pid == id.pid &&
		    snapshot->rows[k].process.id.starttime == id.starttime)
			list->tags[n++] = id;
	}
	list->ntags = n;
}

/* ---- what is listed */

void list_update(struct list *list, const struct snapshot *snapshot, int rows,
	int cols)
{
	int was = list->scroll.top, at;

	list->scroll.rows = rows > LIST_HEAD + 1 ? rows - LIST_HEAD - 1 : 1;
	list->cols = cols;
	if (!snapshot->has_list)
		return;
	drop_tags(list, snapshot);
	list_sort(list, snapshot);
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

void list_filter(struct list *list, const char *text)
{
	if (strlen(text) < sizeof(list->filter))
		memcpy(list->filter, text, strlen(text) + 1);
}

bool list_search(struct list *list, const struct snapshot *snapshot,
	const char *text, bool back)
{
	int at = cursor_index(list, snapshot), n = (int)list->norder, i;

	if (!text[0])
		return true;
	if (strlen(text) < sizeof(list->search))
		memmove(list->search, text, strlen(text) + 1);
	for (i = 1; i <= n; i++) {
		int k = ((at + (back ? -i : i)) % n + n) % n;

		if (list_matches(snapshot, &snapshot->rows[list->order[k]],
			    list->search)) {
			set_cursor(list, snapshot, k);
			return true;
		}
	}
	return false;
}

void list_wish(const struct list *list, const struct snapshot *snapshot,
	struct wish *wish)
{
	struct column columns[COLUMNS_MAX];
	unsigned n = columns_place(&list->columns, list->cols, columns, NULL);
	const struct scroll *scroll = &list->scroll;
	unsigned i;
	int k;

	wish->list = wish->list_usage = true;
	wish->list_states = list->columns.sort->cost == COST_STATES;
	for (i = 0; i < n; i++)
		wish->list_states |= columns[i].field->cost == COST_STATES;
	for (k = scroll->top; snapshot && snapshot->has_list &&
	     k < scroll->top + scroll->rows && k < (int)list->norder &&
	     wish->nshown_pids < WISH_SHOWN; k++)
		if (list->order[k] < snapshot->nrows)
			wish->shown_pids[wish->nshown_pids++] =
				snapshot->rows[list->order[k]].process.id.pid;
	if (!list->ntags)
		return;
	wish->question = QUESTION_GROUP;
	for (i = 0; i < list->ntags; i++)
		wish->group_pids[wish->ngroup_pids++] = list->tags[i].pid;
}

/* ---- keys */

void list_choose(struct list *list, const char *words)
{
	const struct columns *columns = &list->columns;
	const struct field *field;
	struct buf all = { 0 };
	unsigned i;

	for (i = 0; !words[0] && (field = field_at(columns->object, i)); i++)
		if (field->column)
			buf_fmt(&all, "%s ", field->column);
	columns_take(&list->columns, text_of(words[0] ? words :
		buf_text(&all)));
	buf_fini(&all);
}

void list_sort_by(struct list *list, const char *title)
{
	const struct field *field = columns_field(&list->columns, title);

	if (field)
		list->columns.sort = field;
}

static bool move(struct list *list, const struct snapshot *snapshot,
	enum action action)
{
	int to = scroll_move(&list->scroll, action,
		cursor_index(list, snapshot), (int)list->norder);

	if (to >= 0)
		set_cursor(list, snapshot, to);
	return to >= 0;
}

bool list_act(struct list *list, const struct snapshot *snapshot,
	enum action action)
{
	struct proc_id id;

	if (chooser_act(&list->chooser, &list->columns, action))
		return true;
	switch (action) {
	case ACTION_TREE:
		list->tree = !list->tree;
		return true;
	case ACTION_TAG:
		if (list_chosen(list, snapshot, &id))
			list_tag(list, id);
		return move(list, snapshot, ACTION_DOWN);
	case ACTION_UNTAG:
		list->ntags = 0;
		return true;
	case ACTION_FIND_NEXT:
		return list_search(list, snapshot, list->search, false);
	case ACTION_FIND_BACK:
		return list_search(list, snapshot, list->search, true);
	default:
		return columns_act(&list->columns, list->cols, action) ||
			move(list, snapshot, action);
	}
}

void list_click(struct list *list, const struct snapshot *snapshot, int row,
	int col)
{
	const struct scroll *scroll = &list->scroll;

	if (row >= LIST_HEAD && row < LIST_HEAD + scroll->rows &&
	    scroll->top + row - LIST_HEAD < (int)list->norder)
		set_cursor(list, snapshot, scroll->top + row - LIST_HEAD);
	if (row == LIST_HEAD - 1)
		columns_click(&list->columns, list->cols, col);
}
