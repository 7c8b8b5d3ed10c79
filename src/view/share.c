/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "share_impl.h"
#include "vmatlas/base/mem.h"

/* From this width on the detail is beside the list. */
#define BESIDE_COLS 150
/* Rows from which on there is one below it, and what it takes at least. */
#define BELOW_ROWS 14
#define DETAIL_ROWS 6

void share_init(struct share *share)
{
	memset(share, 0, sizeof(*share));
	share->lists[SHARE_PROCESSES].sort = SHARE_BY_PAGES;
	share->lists[SHARE_THINGS].sort = SHARE_BY_COMMON;
}

void share_fini(struct share *share)
{
	free(share->order);
	free(share->users);
}

const struct process *share_process_of(const struct snapshot *snapshot,
	const struct share_row *row)
{
	return &snapshot->members[row->member].process;
}

uint64_t share_rest(const struct share_row *row)
{
	return row->kinds[SHARE_HUGETLB] + row->kinds[SHARE_KERNEL] +
		row->kinds[SHARE_OWN] + row->kinds[SHARE_OTHER];
}

/* ---- order */

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static uint64_t column_of(const struct share_row *row, unsigned column)
{
	switch (column) {
	case SHARE_BY_FILE:
		return row->kinds[SHARE_FILE];
	case SHARE_BY_SHMEM:
		return row->kinds[SHARE_SHMEM];
	case SHARE_BY_COW:
		return row->kinds[SHARE_COW];
	case SHARE_BY_KSM:
		return row->kinds[SHARE_KSM];
	case SHARE_BY_REST:
		return share_rest(row);
	default:
		return row->pages;
	}
}

/* Sizes from big to small, all else from small to big. */
static int compare_processes(const struct snapshot *snapshot, unsigned column,
	uint32_t i, uint32_t k)
{
	const struct share_row *a = &snapshot->shares.rows[i];
	const struct share_row *b = &snapshot->shares.rows[k];
	const struct process *p = share_process_of(snapshot, a);
	const struct process *q = share_process_of(snapshot, b);
	int order = 0;

	if (column == SHARE_BY_NAME)
		order = strcmp(p->name, q->name);
	else if (column != SHARE_BY_PID)
		order = compare_u64(column_of(b, column), column_of(a, column));
	return order ? order : (p->id.pid > q->id.pid) - (p->id.pid < q->id.pid);
}

static int compare_things(const struct share *share,
	const struct snapshot *snapshot, unsigned column, uint32_t i, uint32_t k)
{
	const struct shares *shares = &snapshot->shares;
	const struct share_thing *a = &shares->things[i];
	const struct share_thing *b = &shares->things[k];
	int order = 0;

	switch (column) {
	case SHARE_BY_COMMON:
		order = compare_u64(b->common, a->common);
		break;
	case SHARE_BY_HERE:
		order = compare_u64(b->pages, a->pages);
		break;
	case SHARE_BY_USERS:
		order = compare_u64(share->users[k], share->users[i]);
		break;
	default:
		order = strcmp(share_thing_name(shares, i),
			share_thing_name(shares, k));
		break;
	}
	return order ? order : compare_u64(i, k);
}

struct order {
	const struct share *share;
	const struct snapshot *snapshot;
};

static int compare(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	const struct share *share = order->share;
	unsigned column = share->lists[share->list].sort;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	int result = share->list == SHARE_PROCESSES ?
		compare_processes(order->snapshot, column, i, k) :
		compare_things(share, order->snapshot, column, i, k);

	return share->lists[share->list].invert ? -result : result;
}

/* ---- the cursor */

static bool is_chosen(const struct share *share,
	const struct snapshot *snapshot, uint32_t i)
{
	const struct shares *shares = &snapshot->shares;

	if (share->list == SHARE_PROCESSES)
		return share_process_of(snapshot, &shares->rows[i])->id.pid ==
			share->pid;
	return !strncmp(share_thing_name(shares, i), share->thing,
		sizeof(share->thing) - 1);
}

int share_at(const struct share *share, const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < share->norder; i++)
		if (is_chosen(share, snapshot, share->order[i]))
			return (int)i;
	return -1;
}

static void set_cursor(struct share *share, const struct snapshot *snapshot,
	int i)
{
	const struct shares *shares = &snapshot->shares;
	int *top = &share->lists[share->list].top;

	if (i >= (int)share->norder)
		i = (int)share->norder - 1;
	if (i < 0)
		i = 0;
	if (!share->norder)
		return;
	if (share->list == SHARE_PROCESSES)
		share->pid = share_process_of(snapshot,
			&shares->rows[share->order[i]])->id.pid;
	else
		snprintf(share->thing, sizeof(share->thing), "%s",
			share_thing_name(shares, share->order[i]));
	if (i < *top)
		*top = i;
	if (share->list_rows && i >= *top + share->list_rows)
		*top = i - share->list_rows + 1;
}

/* Header, titles; a message and keys at the foot. */
static void place(struct share *share, int rows, int cols)
{
	int room = rows - (rows > 2 ? 2 : 0) - (rows > 3) - (rows > 5);

	share->rows = rows;
	share->cols = cols;
	share->detail_row = share->detail_col = 0;
	if (cols >= BESIDE_COLS) {
		share->detail_row = 1;
		share->detail_col = cols * 11 / 20;
	} else if (rows >= BELOW_ROWS) {
		int detail = room / 3 > DETAIL_ROWS ? room / 3 : DETAIL_ROWS;

		share->detail_row = 2 + room - detail;
		room -= detail;
	}
	share->list_rows = room > 1 ? room : 1;
}

static void count_users(struct share *share, const struct shares *shares)
{
	size_t i;

	share->users = mem_grow(share->users, &share->users_cap,
		shares->nthings, sizeof(*share->users));
	for (i = 0; i < shares->nthings; i++)
		share->users[i] = 0;
	for (i = 0; i < shares->nparts; i++)
		share->users[shares->parts[i].thing]++;
}

void share_update(struct share *share, const struct snapshot *snapshot,
	int rows, int cols)
{
	const struct shares *shares = &snapshot->shares;
	struct order order = { share, snapshot };
	bool processes = share->list == SHARE_PROCESSES;
	size_t i, n = processes ? shares->n : shares->nthings;
	int at, was = share->lists[share->list].top;

	place(share, rows, cols);
	count_users(share, shares);
	share->order = mem_grow(share->order, &share->cap, n,
		sizeof(*share->order));
	share->norder = 0;
	for (i = 0; i < n; i++)
		if (processes || share->users[i])
			share->order[share->norder++] = (uint32_t)i;
	if (share->norder)
		qsort_r(share->order, share->norder, sizeof(*share->order),
			compare, &order);
	at = share_at(share, snapshot);
	/* Where the chosen one ended, the next one takes its place.  Until one
	 * is chosen it is the first, whatever still comes before it. */
	set_cursor(share, snapshot, !share->lists[share->list].chosen ? 0 :
		at >= 0 ? at : was);
}

bool share_process(const struct share *share, const struct snapshot *snapshot,
	struct proc_id *out)
{
	int at = share_at(share, snapshot);

	if (share->list != SHARE_PROCESSES || at < 0)
		return false;
	*out = share_process_of(snapshot,
		&snapshot->shares.rows[share->order[at]])->id;
	return true;
}

bool share_place(const struct share *share, const struct snapshot *snapshot,
	uint64_t *vpn, uint64_t *npages)
{
	unsigned shift = snapshot->machine->page_shift;
	const struct share_thing *thing;
	int at = share_at(share, snapshot);
	size_t i;

	if (share->list != SHARE_THINGS || at < 0)
		return false;
	thing = &snapshot->shares.things[share->order[at]];
	for (i = 0; i < snapshot->nregions; i++) {
		const struct region *region = &snapshot->regions[i];

		if (thing->inode ? region->inode != thing->inode ||
				region->major != thing->major ||
				region->minor != thing->minor :
			!text_is(snapshot_region_title(snapshot, i),
				share->thing))
			continue;
		*vpn = region->start >> shift;
		*npages = (region->end >> shift) - *vpn;
		return true;
	}
	return false;
}

static bool act_sort(struct share *share, enum action action)
{
	unsigned n = share->list == SHARE_PROCESSES ?
		(unsigned)NSHARE_COLUMNS : (unsigned)NSHARE_THING_COLUMNS;
	unsigned *sort = &share->lists[share->list].sort;

	switch (action) {
	case ACTION_SORT_LEFT:
		*sort = (*sort + n - 1) % n;
		return true;
	case ACTION_SORT_RIGHT:
		*sort = (*sort + 1) % n;
		return true;
	case ACTION_SORT_INVERT:
		share->lists[share->list].invert ^= true;
		return true;
	case ACTION_OTHER_PANE:
	case ACTION_OTHER_PANE_BACK:
		share->list = !share->list;
		return true;
	default:
		return false;
	}
}

bool share_act(struct share *share, const struct snapshot *snapshot,
	enum action action)
{
	int at = share_at(share, snapshot), rows = share->list_rows;

	switch (action) {
	case ACTION_UP:
		at--;
		break;
	case ACTION_DOWN:
		at++;
		break;
	case ACTION_PAGE_UP:
		at -= rows;
		break;
	case ACTION_PAGE_DOWN:
		at += rows;
		break;
	case ACTION_HALF_UP:
		at -= rows / 2;
		break;
	case ACTION_HALF_DOWN:
		at += rows / 2;
		break;
	case ACTION_TOP:
		at = 0;
		break;
	case ACTION_BOTTOM:
		at = (int)share->norder - 1;
		break;
	default:
		return act_sort(share, action);
	}
	share->lists[share->list].chosen = true;
	set_cursor(share, snapshot, at);
	return true;
}

void share_click(struct share *share, const struct snapshot *snapshot,
	int row, int col)
{
	int i = row - 2;

	if (i >= 0 && i < share->list_rows &&
	    (!share->detail_col || col < share->detail_col) &&
	    share->lists[share->list].top + i < (int)share->norder) {
		share->lists[share->list].chosen = true;
		set_cursor(share, snapshot, share->lists[share->list].top + i);
	}
}
