/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "atlas_impl.h"
#include "inspect.h"
#include "vmatlas/view/why.h"

/* The frame that the cursor is on, where it is known and somebody's. */
bool atlas_frame(const struct atlas *atlas, const struct snapshot *snapshot,
	uint64_t *pfn)
{
	const struct page_detail *detail = &snapshot->detail;
	const struct focus *focus = &snapshot->focus;
	bool virtual = atlas->active == SIDE_VIRTUAL;
	uint64_t start, end;

	if (!pane_focus(&atlas->panes[atlas->active], &start, &end) ||
	    end - start != 1 || !detail->valid || !detail->has_pfn ||
	    focus->side != (virtual ? FOCUS_VIRTUAL : FOCUS_PHYSICAL) ||
	    focus->range.start != start || focus->range.end != end)
		return false;
	*pfn = detail->pfn;
	if (virtual)
		return state_info(detail->state)->presence ==
				PRESENCE_MAPPED && detail->state != STATE_ZERO &&
			detail->state != STATE_HUGE_ZERO;
	return snapshot->machine->facts.pfn_visible;
}

bool inspect_has_owners(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	uint64_t pfn;

	return atlas->inspect && atlas_frame(atlas, snapshot, &pfn) &&
		why_is_asked(snapshot, pfn) && snapshot->nowners;
}

bool atlas_lists_owners(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	return inspect_part(atlas, snapshot) == INSPECT_OWNERS;
}

static size_t chosen(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	return atlas->owner < snapshot->nowners ? atlas->owner :
		snapshot->nowners - 1;
}

bool atlas_owner(const struct atlas *atlas, const struct snapshot *snapshot,
	int *pid, uint64_t *vpn)
{
	const struct owner_row *row;

	if (!atlas_lists_owners(atlas, snapshot))
		return false;
	row = &snapshot->owners[chosen(atlas, snapshot)];
	*pid = snapshot->members[row->member].process.id.pid;
	*vpn = row->vpn;
	return true;
}

static void move(struct atlas *atlas, const struct snapshot *snapshot, int by)
{
	size_t at = chosen(atlas, snapshot), last = snapshot->nowners - 1;

	if (by < 0)
		atlas->owner = at > (size_t)-by ? at - (size_t)-by : 0;
	else
		atlas->owner = last - at > (size_t)by ? at + (size_t)by : last;
}

bool inspect_act_owners(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action)
{
	switch (action) {
	case ACTION_UP:
		move(atlas, snapshot, -1);
		return true;
	case ACTION_DOWN:
		move(atlas, snapshot, 1);
		return true;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
		move(atlas, snapshot, -8);
		return true;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
		move(atlas, snapshot, 8);
		return true;
	case ACTION_TOP:
		atlas->owner = 0;
		return true;
	case ACTION_BOTTOM:
		atlas->owner = snapshot->nowners - 1;
		return true;
	default:
		return false;
	}
}

/* ---- drawn */

static void paint_owner(const struct snapshot *snapshot, size_t i, bool here,
	struct grid *grid, int row, int col, int cols)
{
	const struct owner_row *owner = &snapshot->owners[i];
	const struct process *process =
		&snapshot->members[owner->member].process;
	int role = here ? ROLE_SELECTED : ROLE_POPUP, end = col + cols;

	if (here)
		grid_fill(grid, row, col, 1, cols, role);
	grid_fmt(grid, row, col + 1, 8, role, "%7d", process->id.pid);
	grid_str(grid, row, col + 9, 12, role, process->name);
	grid_fmt(grid, row, col + 22, 12, role, "%" PRIx64, owner->vpn);
	grid_fmt(grid, row, col + 35, 1, role, "%c",
		state_info(owner->state)->letter);
	if (end > col + 38)
		grid_str(grid, row, col + 37, end - col - 38, role,
			buf_text(&snapshot->owner_names) + owner->name);
}

int inspect_owners_rows(const struct snapshot *snapshot)
{
	return (int)(snapshot->nowners < 1000 ? snapshot->nowners : 1000) + 1;
}

void inspect_paint_owners(const struct atlas *atlas,
	const struct snapshot *snapshot, const struct inspect_box *box)
{
	size_t at = chosen(atlas, snapshot), i, rows;
	int row = box->row;

	if (row >= box->end)
		return;
	grid_fmt(box->grid, row, box->col + 1, box->cols - 2,
		ROLE_POPUP_BORDER, "%7s %-12s %-12s S%s", "PID", "NAME",
		"PAGE", box->cols > 44 ? " REGION" : "");
	row++;
	if (row >= box->end)
		return;
	rows = (size_t)(box->end - row);
	for (i = at < rows ? 0 : at - rows + 1;
	     i < snapshot->nowners && row < box->end; i++)
		paint_owner(snapshot, i, i == at, box->grid, row++, box->col,
			box->cols);
}
