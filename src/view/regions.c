/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "regions_impl.h"
#include "vmatlas/base/mem.h"

/* What the name is to have at least. */
#define NAME_COLS 20

/* As a user sees them first; the others are hidden. */
static const char first_columns[] = "START PERM RSS PSS USS SWAP VSS SHARED "
	"ANON LOCKED PENDING FORKED COPIED TYPE STATES";

void regions_init(struct regions *regions)
{
	memset(regions, 0, sizeof(*regions));
	columns_init(&regions->columns, OBJECT_REGION, "START");
	regions_choose(regions, "");
	regions->columns.last_cols = NAME_COLS;
}

void regions_choose(struct regions *regions, const char *words)
{
	columns_take(&regions->columns, text_of(words[0] ? words :
		first_columns));
}

void regions_fini(struct regions *regions)
{
	free(regions->order);
	free(regions->groups);
	free(regions->rows);
	free(regions->tags);
	free(regions->opened);
}

/* ---- sets */

static size_t set_place(const uint64_t *set, size_t n, uint64_t number)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool regions_set_has(const uint64_t *set, size_t n, uint64_t number)
{
	size_t at = set_place(set, n, number);

	return at < n && set[at] == number;
}

static void set_toggle(uint64_t **set, size_t *n, size_t *cap, uint64_t number)
{
	size_t at = set_place(*set, *n, number);

	if (at < *n && (*set)[at] == number) {
		(*n)--;
		memmove(*set + at, *set + at + 1, (*n - at) * sizeof(**set));
		return;
	}
	*set = mem_grow(*set, cap, *n + 1, sizeof(**set));
	memmove(*set + at + 1, *set + at, (*n - at) * sizeof(**set));
	(*set)[at] = number;
	(*n)++;
}

/* ---- the cursor */

/* The line that the cursor is on: of its region, or the head of the group that
 * has it; -1: that is not listed. */
static int cursor_row(const struct regions *regions,
	const struct snapshot *snapshot)
{
	long at = regions_find(snapshot->regions, snapshot->nregions,
		regions->cursor);
	uint32_t group = at < 0 ? REGIONS_NONE :
		regions_group_of(regions, snapshot, (size_t)at);
	int head = -1;
	size_t i;

	for (i = 0; i < regions->nrows; i++) {
		const struct regions_row *row = &regions->rows[i];

		if (row->region != REGIONS_NONE) {
			if (!(regions->on_group && regions->ngroups) &&
			    at >= 0 && row->region == (uint32_t)at)
				return (int)i;
			continue;
		}
		if (regions->on_group && regions->groups[row->group].id ==
				regions->cursor_group)
			return (int)i;
		if (row->group == group)
			head = (int)i;
	}
	return head;
}

static const struct region *row_region(const struct regions *regions,
	const struct snapshot *snapshot, const struct regions_row *row)
{
	return row->region != REGIONS_NONE ?
		&snapshot->regions[row->region] :
		&regions->groups[row->group].sum;
}

static void set_cursor(struct regions *regions,
	const struct snapshot *snapshot, int at)
{
	const struct regions_row *row;

	if (at >= (int)regions->nrows)
		at = (int)regions->nrows - 1;
	if (at < 0)
		at = 0;
	if (!regions->nrows)
		return;
	row = &regions->rows[at];
	regions->on_group = row->region == REGIONS_NONE;
	if (regions->on_group)
		regions->cursor_group = regions->groups[row->group].id;
	regions->cursor = row_region(regions, snapshot, row)->start;
	regions->placed = true;
	scroll_show(&regions->scroll, at, (int)regions->nrows);
}

void regions_go(struct regions *regions, uint64_t va)
{
	regions->cursor = va;
	regions->on_group = false;
	regions->placed = true;
}

bool regions_chosen(const struct regions *regions,
	const struct snapshot *snapshot, uint64_t *va)
{
	*va = regions->cursor;
	return cursor_row(regions, snapshot) >= 0;
}

/* ---- tags */

bool regions_is_tagged(const struct regions *regions,
	const struct region *region)
{
	return regions_set_has(regions->tags, regions->ntags, region->start);
}

/* Those that are not mapped any more have none.  Both are sorted. */
static void drop_tags(struct regions *regions,
	const struct snapshot *snapshot)
{
	size_t i, k = 0, n = 0;

	for (i = 0; i < regions->ntags; i++) {
		while (k < snapshot->nregions &&
		       snapshot->regions[k].start < regions->tags[i])
			k++;
		if (k < snapshot->nregions &&
		    snapshot->regions[k].start == regions->tags[i])
			regions->tags[n++] = regions->tags[i];
	}
	regions->ntags = n;
}

/* All N regions of CHOSEN get a tag, or where they all have one lose it. */
static void tag(struct regions *regions, const struct snapshot *snapshot,
	const uint32_t *chosen, size_t n)
{
	bool *on = mem_new(snapshot->nregions, sizeof(*on));
	bool all = true;
	size_t i;

	for (i = 0; i < snapshot->nregions; i++)
		on[i] = regions_is_tagged(regions, &snapshot->regions[i]);
	for (i = 0; i < n; i++)
		all &= on[chosen[i]];
	for (i = 0; i < n; i++)
		on[chosen[i]] = !all;
	regions->tags = mem_grow(regions->tags, &regions->tags_cap,
		snapshot->nregions, sizeof(*regions->tags));
	regions->ntags = 0;
	for (i = 0; i < snapshot->nregions; i++)
		if (on[i])
			regions->tags[regions->ntags++] =
				snapshot->regions[i].start;
	free(on);
	regions->valid = false;
}

static void tag_at(struct regions *regions, const struct snapshot *snapshot,
	int at)
{
	const struct regions_row *row = &regions->rows[at];

	if (row->region != REGIONS_NONE)
		tag(regions, snapshot, &row->region, 1);
	else
		tag(regions, snapshot, regions->order +
			regions->groups[row->group].first,
			regions->groups[row->group].n);
}

/* ---- what is listed */

/* Another process: nothing of the one before means anything. */
static void begin(struct regions *regions, struct proc_id id)
{
	bool was_other = regions->id.pid != 0;

	if (regions->id.pid == id.pid && regions->id.starttime == id.starttime)
		return;
	regions->id = id;
	regions->ntags = 0;
	regions->valid = false;
	if (was_other)
		regions->scroll.top = 0;
}

void regions_update(struct regions *regions, const struct snapshot *snapshot,
	int rows, int cols)
{
	int was = regions->scroll.top, at;

	/* The sum and the keys stand below it, if there is room. */
	regions->scroll.rows = rows > REGIONS_HEAD + 3 ?
		rows - REGIONS_HEAD - 2 : rows > 1 ? rows - 1 : 1;
	regions->cols = cols;
	begin(regions, snapshot->process.id);
	if (!regions->valid || regions->serial != snapshot->serial) {
		drop_tags(regions, snapshot);
		regions_make(regions, snapshot);
		regions->valid = true;
		regions->serial = snapshot->serial;
	}
	at = cursor_row(regions, snapshot);
	/* Where the chosen one went, the next one takes its place. */
	set_cursor(regions, snapshot, at >= 0 ? at : regions->placed ? was : 0);
}

void regions_filter(struct regions *regions, const char *text)
{
	if (strlen(text) < sizeof(regions->filter))
		memcpy(regions->filter, text, strlen(text) + 1);
	regions->valid = false;
}

/* ---- groups */

static void open_group(struct regions *regions, uint32_t group, bool open)
{
	struct regions_group *it = &regions->groups[group];

	if (it->open == open)
		return;
	it->open = open;
	set_toggle(&regions->opened, &regions->nopened, &regions->opened_cap,
		it->id);
	regions_make_rows(regions);
}

static void open_all(struct regions *regions, bool open)
{
	uint32_t i;

	for (i = 0; i < regions->ngroups; i++)
		if (regions->groups[i].open != open) {
			regions->groups[i].open = open;
			set_toggle(&regions->opened, &regions->nopened,
				&regions->opened_cap, regions->groups[i].id);
		}
	regions_make_rows(regions);
}

bool regions_toggle(struct regions *regions)
{
	uint32_t i;

	for (i = 0; regions->on_group && i < regions->ngroups; i++)
		if (regions->groups[i].id == regions->cursor_group) {
			open_group(regions, i, !regions->groups[i].open);
			return true;
		}
	return false;
}

/* The group that the cursor is in; its head, where it is closed. */
static bool open_here(struct regions *regions, const struct snapshot *snapshot,
	bool open)
{
	int at = cursor_row(regions, snapshot);

	if (!regions->ngroups || at < 0)
		return false;
	if (!open) {
		regions->cursor_group =
			regions->groups[regions->rows[at].group].id;
		regions->on_group = true;
	}
	open_group(regions, regions->rows[at].group, open);
	return true;
}

/* ---- find */

/* Where the cursor is in the order; before the first of a group. */
static int place_in_order(const struct regions *regions,
	const struct snapshot *snapshot, bool back)
{
	int at = cursor_row(regions, snapshot);
	size_t i;

	if (at < 0)
		return -1;
	if (regions->rows[at].region == REGIONS_NONE) {
		uint32_t first = regions->groups[regions->rows[at].group].first;

		return back ? (int)first : (int)first - 1;
	}
	for (i = 0; i < regions->norder; i++)
		if (regions->order[i] == regions->rows[at].region)
			break;
	return (int)i;
}

bool regions_show(struct regions *regions, const struct snapshot *snapshot,
	uint64_t va)
{
	long at = regions_find(snapshot->regions, snapshot->nregions, va);
	uint32_t group;
	size_t i;

	for (i = 0; at >= 0 && i < regions->norder; i++)
		if (regions->order[i] == (uint32_t)at)
			break;
	if (at < 0 || i == regions->norder)
		return false;
	group = regions_group_of(regions, snapshot, (size_t)at);
	if (group != REGIONS_NONE)
		open_group(regions, group, true);
	regions_go(regions, snapshot->regions[at].start);
	return true;
}

bool regions_search(struct regions *regions, const struct snapshot *snapshot,
	const char *text, bool back)
{
	int at = place_in_order(regions, snapshot, back);
	int n = (int)regions->norder, i;

	if (!text[0])
		return true;
	if (strlen(text) < sizeof(regions->search))
		memmove(regions->search, text, strlen(text) + 1);
	for (i = 1; i <= n; i++) {
		uint32_t index = regions->order[((at + (back ? -i : i)) % n +
			n) % n];

		if (!regions_matches(snapshot, index, regions->search))
			continue;
		return regions_show(regions, snapshot,
			snapshot->regions[index].start);
	}
	return false;
}

/* ---- keys */

static bool act_tags(struct regions *regions, const struct snapshot *snapshot,
	enum action action)
{
	int at = cursor_row(regions, snapshot);

	if (action == ACTION_UNTAG) {
		regions->ntags = 0;
		regions->valid = false;
	} else if (at >= 0) {
		tag_at(regions, snapshot, at);
		set_cursor(regions, snapshot, at + 1);
	}
	return true;
}

bool regions_act(struct regions *regions, const struct snapshot *snapshot,
	enum action action)
{
	int to;

	if (chooser_act(&regions->chooser, &regions->columns, action))
		return true;
	switch (action) {
	case ACTION_GROUP:
		regions->by = (regions->by + 1) % NREGIONS_BY;
		regions->valid = false;
		return true;
	case ACTION_GROUP_BACK:
		regions->by = (regions->by + NREGIONS_BY - 1) % NREGIONS_BY;
		regions->valid = false;
		return true;
	case ACTION_GROUP_OPEN:
	case ACTION_GROUP_CLOSE:
		return open_here(regions, snapshot,
			action == ACTION_GROUP_OPEN);
	case ACTION_GROUPS_OPEN:
	case ACTION_GROUPS_CLOSE:
		open_all(regions, action == ACTION_GROUPS_OPEN);
		return true;
	case ACTION_TAG:
	case ACTION_UNTAG:
		return act_tags(regions, snapshot, action);
	case ACTION_FIND_NEXT:
		return regions_search(regions, snapshot, regions->search,
			false);
	case ACTION_FIND_BACK:
		return regions_search(regions, snapshot, regions->search, true);
	default:
		break;
	}
	if (columns_act(&regions->columns, regions->cols, action)) {
		regions->valid &= action == ACTION_LEFT ||
			action == ACTION_RIGHT;
		return true;
	}
	to = scroll_move(&regions->scroll, action,
		cursor_row(regions, snapshot), (int)regions->nrows);
	if (to >= 0)
		set_cursor(regions, snapshot, to);
	return to >= 0;
}

void regions_click(struct regions *regions, const struct snapshot *snapshot,
	int row, int col)
{
	int i = regions->scroll.top + row - REGIONS_HEAD;

	if (row == REGIONS_HEAD - 1) {
		columns_click(&regions->columns, regions->cols, col);
		regions->valid = false;
		return;
	}
	if (row < REGIONS_HEAD || row - REGIONS_HEAD >= regions->scroll.rows ||
	    i >= (int)regions->nrows)
		return;
	if (i == cursor_row(regions, snapshot))
		regions_toggle(regions);
	else
		set_cursor(regions, snapshot, i);
}

void regions_wish(const struct regions *regions, struct wish *wish)
{
	/* It costs a look at every process. */
	wish->want_swap_pss |= columns_shows(&regions->columns, "SWPSS");
}
