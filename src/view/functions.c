/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/functions.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

void function_view_init(struct function_view *view)
{
	memset(view, 0, sizeof(*view));
}

void function_view_fini(struct function_view *view)
{
	free(view->order);
}

/* ---- what is listed */

static bool same_file(const struct snapshot *snapshot, size_t i, size_t k)
{
	const struct region *a = &snapshot->regions[i];
	const struct region *b = &snapshot->regions[k];

	return a->inode && a->inode == b->inode && a->major == b->major &&
		a->minor == b->minor;
}

/* A region without a name that begins where a writable one of the file ends:
 * it may be the rest of its data. */
static bool is_rest(const struct snapshot *snapshot, size_t i)
{
	const struct region *region = &snapshot->regions[i];

	return i && !region->inode && !region->name_len && region[-1].inode &&
		region[-1].write && region[-1].end == region->start;
}

bool function_view_open(struct function_view *view,
	const struct snapshot *snapshot, uint64_t vpn)
{
	long at = snapshot_region(snapshot, vpn);
	const struct region *regions = snapshot->regions;
	size_t first, last;

	if (at < 0)
		return false;
	first = (size_t)at;
	if (is_rest(snapshot, first))
		first--;
	if (!regions[first].inode && regions[first].type != REGION_VDSO)
		return false;
	for (last = first; last + 1 < snapshot->nregions &&
	     (same_file(snapshot, first, last + 1) ||
	      is_rest(snapshot, last + 1)); last++)
		;
	while (first && same_file(snapshot, first, first - 1))
		first--;
	view->pid = snapshot->process.id.pid;
	view->whole = false;
	view->region = (struct page_range){ regions[at].start,
		regions[at].end };
	view->file = (struct page_range){ regions[first].start,
		regions[last].end };
	view->cursor = 0;
	view->chosen = false;
	view->from = vpn << snapshot->machine->page_shift;
	view->at = view->top = 0;
	view->serial = 0;
	return true;
}

static struct functions_wish wanted(const struct function_view *view)
{
	const struct page_range *range = view->whole ? &view->file :
		&view->region;

	return (struct functions_wish){ .wanted = true, .start = range->start,
		.end = range->end };
}

void function_view_wish(const struct function_view *view, struct wish *wish)
{
	wish->functions = wanted(view);
}

bool function_view_is_answered(const struct function_view *view,
	const struct snapshot *snapshot)
{
	const struct functions *functions = &snapshot->functions;
	struct functions_wish wish = wanted(view);

	return functions->valid && functions->id.pid == view->pid &&
		functions->wish.start == wish.start &&
		functions->wish.end == wish.end;
}

/* ---- order */

struct order {
	const struct functions *functions;
	unsigned sort;
	bool invert;
};

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Sizes from big to small, all else from small to big. */
static int compare_by(const struct functions *functions, unsigned sort,
	const struct function *a, const struct function *b)
{
	const char *names = buf_text(&functions->names);

	switch (sort) {
	case FUNCTIONS_BY_BYTES:
		return compare_u64(b->size, a->size);
	case FUNCTIONS_BY_RESIDENT:
		return compare_u64(b->resident, a->resident);
	case FUNCTIONS_BY_PAGES:
		return compare_u64(b->pages, a->pages);
	case FUNCTIONS_BY_PRESENT:
		return compare_u64(b->present, a->present);
	case FUNCTIONS_BY_SECTION:
		return a->section == SYMBOL_NONE || b->section == SYMBOL_NONE ?
			compare_u64(a->section, b->section) :
			strcmp(names + a->section, names + b->section);
	case FUNCTIONS_BY_NAME:
		return strcmp(names + a->name, names + b->name);
	default:
		return 0;
	}
}

static int compare(const void *x, const void *y, void *arg)
{
	const struct order *order = arg;
	const struct function *a = &order->functions->rows[*(const uint32_t *)x];
	const struct function *b = &order->functions->rows[*(const uint32_t *)y];
	int result = compare_by(order->functions, order->sort, a, b);

	if (!result)
		result = compare_u64(a->va, b->va);
	return order->invert ? -result : result;
}

static const struct function *row_of(const struct function_view *view,
	const struct snapshot *snapshot, int i)
{
	return &snapshot->functions.rows[view->order[i]];
}

static void set_cursor(struct function_view *view,
	const struct snapshot *snapshot, int i)
{
	if (i >= (int)view->norder)
		i = (int)view->norder - 1;
	if (i < 0)
		i = 0;
	view->at = i;
	if (view->norder)
		view->cursor = row_of(view, snapshot, i)->va;
	if (view->top > (int)view->norder - view->list_rows)
		view->top = (int)view->norder - view->list_rows;
	if (view->top > i)
		view->top = i;
	if (i >= view->top + view->list_rows)
		view->top = i - view->list_rows + 1;
	if (view->top < 0)
		view->top = 0;
}

/* Where the chosen one is now; where it is gone, the row that it was in. */
static int find_cursor(const struct function_view *view,
	const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < view->norder; i++) {
		const struct function *row = row_of(view, snapshot, (int)i);

		if (view->chosen ? row->va == view->cursor :
			row->va + row->size > view->from)
			return (int)i;
	}
	return view->chosen ? view->at : 0;
}

void function_view_update(struct function_view *view,
	const struct snapshot *snapshot, int rows)
{
	const struct functions *functions = &snapshot->functions;
	struct order order = { functions, view->sort, view->invert };
	size_t i;

	/* Header and titles; a message and keys at the foot. */
	view->list_rows = rows - (rows > 2 ? 2 : 0) - (rows > 3) - (rows > 5);
	if (view->list_rows < 1)
		view->list_rows = 1;
	if (!function_view_is_answered(view, snapshot)) {
		view->norder = 0;
		view->serial = 0;
		return;
	}
	if (view->serial == snapshot->serial && view->sorted_by == view->sort &&
	    view->inverted == view->invert) {
		set_cursor(view, snapshot, view->at);
		return;
	}
	view->serial = snapshot->serial;
	view->sorted_by = view->sort;
	view->inverted = view->invert;
	view->order = mem_grow(view->order, &view->cap, functions->n,
		sizeof(*view->order));
	view->norder = functions->n;
	for (i = 0; i < view->norder; i++)
		view->order[i] = (uint32_t)i;
	if (view->norder)
		qsort_r(view->order, view->norder, sizeof(*view->order),
			compare, &order);
	set_cursor(view, snapshot, find_cursor(view, snapshot));
}

/* ---- keys */

static bool act_order(struct function_view *view, enum action action)
{
	view->from = 0;
	switch (action) {
	case ACTION_SORT_LEFT:
		view->sort = (view->sort + NFUNCTION_COLUMNS - 1) %
			NFUNCTION_COLUMNS;
		return true;
	case ACTION_SORT_RIGHT:
		view->sort = (view->sort + 1) % NFUNCTION_COLUMNS;
		return true;
	case ACTION_SORT_INVERT:
		view->invert = !view->invert;
		return true;
	case ACTION_OTHER_PANE:
	case ACTION_OTHER_PANE_BACK:
		view->whole = !view->whole;
		return true;
	default:
		return false;
	}
}

bool function_view_act(struct function_view *view,
	const struct snapshot *snapshot, enum action action)
{
	int at = view->at;

	switch (action) {
	case ACTION_UP:
		at--;
		break;
	case ACTION_DOWN:
		at++;
		break;
	case ACTION_PAGE_UP:
		at -= view->list_rows;
		break;
	case ACTION_PAGE_DOWN:
		at += view->list_rows;
		break;
	case ACTION_HALF_UP:
		at -= view->list_rows / 2;
		break;
	case ACTION_HALF_DOWN:
		at += view->list_rows / 2;
		break;
	case ACTION_TOP:
		at = 0;
		break;
	case ACTION_BOTTOM:
		at = (int)view->norder - 1;
		break;
	default:
		return act_order(view, action);
	}
	view->chosen = true;
	set_cursor(view, snapshot, at);
	return true;
}

void function_view_click(struct function_view *view,
	const struct snapshot *snapshot, int row)
{
	int i = row - 2;

	if (i < 0 || i >= view->list_rows || view->top + i >= (int)view->norder)
		return;
	view->chosen = true;
	set_cursor(view, snapshot, view->top + i);
}

bool function_view_page(const struct function_view *view,
	const struct snapshot *snapshot, uint64_t *vpn)
{
	if (!view->norder)
		return false;
	*vpn = row_of(view, snapshot, view->at)->va >>
		snapshot->machine->page_shift;
	return true;
}
