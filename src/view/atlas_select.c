/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "atlas_impl.h"
#include "vmatlas/view/bin.h"

/* The states that are counted in words: there is one line. */
#define STATES_NAMED 4

void atlas_press(struct atlas *atlas, int row, int col)
{
	struct atlas_selection *selection = &atlas->selection;

	selection->begun = selection->on = false;
	atlas_click(atlas, row, col);
	selection->side = atlas->active;
	selection->begun = pane_is_under(&atlas->panes[atlas->active], row,
			col) &&
		pane_focus(&atlas->panes[atlas->active], &selection->anchor,
			&selection->anchor_end);
}

/* The cursor goes along; above or below the pane, what is there comes into
 * view. */
void atlas_drag(struct atlas *atlas, int row, int col)
{
	struct atlas_selection *selection = &atlas->selection;
	struct pane *pane = &atlas->panes[selection->side];
	uint64_t start, end;

	if (!selection->begun || !pane->rows)
		return;
	if (row < pane->row) {
		pane_scroll(pane, -1);
		row = pane->row;
	} else if (row >= pane->row + pane->rows) {
		pane_scroll(pane, 1);
		row = pane->row + pane->rows - 1;
	}
	pane_click(pane, pane->top + (uint64_t)(row - pane->row),
		col - pane->col);
	if (!pane_focus(pane, &start, &end))
		return;
	selection->on = start != selection->anchor;
	selection->start = start < selection->anchor ? start :
		selection->anchor;
	selection->end = end > selection->anchor_end ? end :
		selection->anchor_end;
}

void atlas_release(struct atlas *atlas)
{
	atlas->selection.begun = false;
}

bool atlas_drop_selection(struct atlas *atlas)
{
	bool was_on = atlas->selection.on;

	atlas->selection.begun = atlas->selection.on = false;
	return was_on;
}

bool atlas_selects(const struct atlas *atlas, enum side side, uint64_t start,
	uint64_t end)
{
	const struct atlas_selection *selection = &atlas->selection;

	return selection->on && selection->side == side &&
		start < selection->end && end > selection->start;
}

bool atlas_act_selection(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action)
{
	struct atlas_selection selection = atlas->selection;

	if (!selection.on)
		return false;
	switch (action) {
	case ACTION_OPEN:
		atlas_drop_selection(atlas);
		atlas_remember(atlas);
		atlas_zoom_to(atlas, snapshot, selection.side,
			selection.start, selection.end);
		return true;
	case ACTION_BACK:
		return atlas_drop_selection(atlas);
	case ACTION_COLOR_NEXT:
	case ACTION_COLOR_PREV:
		return false;
	default:
		/* What moves elsewhere speaks of that again. */
		atlas_drop_selection(atlas);
		return false;
	}
}

/* ---- what is selected */

static void add_tally(struct tally *sum, const struct tally *tally)
{
	unsigned i;

	sum->total += tally->total;
	sum->content += tally->content;
	for (i = 0; i < NSTATES; i++)
		sum->state[i] += tally->state[i];
	sum->pending |= tally->pending;
	sum->unknown |= tally->unknown;
}

static void count_pages(const struct snapshot *snapshot, uint64_t start,
	uint64_t end, struct tally *sum)
{
	unsigned shift = snapshot->machine->page_shift;
	size_t i;

	for (i = 0; i < snapshot->nregions; i++) {
		const struct region *region = &snapshot->regions[i];
		uint64_t from = region->start >> shift;
		uint64_t to = region->end >> shift;
		struct tally tally;

		if (from < start)
			from = start;
		if (to > end)
			to = end;
		if (from >= to)
			continue;
		bin_pages(snapshot, i, from, to, &tally);
		add_tally(sum, &tally);
	}
}

/* What there is most of first. */
static void add_states(struct buf *out, const struct tally *sum,
	unsigned shift)
{
	uint64_t left[NSTATES];
	char size[TEXT_SIZE_MAX];
	unsigned i, n;

	for (i = 0; i < NSTATES; i++)
		left[i] = sum->state[i];
	for (n = 0; n < STATES_NAMED; n++) {
		unsigned most = 0;

		for (i = 1; i < NSTATES; i++)
			if (left[i] > left[most])
				most = i;
		if (!left[most])
			break;
		buf_fmt(out, "%s %s %" PRIu64 " %s", n ? "," : ":",
			state_info((enum page_state)most)->title, left[most],
			text_size(left[most] << shift, size));
		left[most] = 0;
	}
}

void atlas_explain_selection(const struct atlas *atlas,
	const struct snapshot *snapshot, struct buf *out)
{
	const struct atlas_selection *selection = &atlas->selection;
	unsigned shift = snapshot->machine->page_shift;
	bool frames = selection->side == SIDE_PHYSICAL;
	struct tally sum = { .total = 0 };
	char size[TEXT_SIZE_MAX];

	if (frames) {
		bin_frames(snapshot, selection->start, selection->end, &sum);
		sum.total = selection->end - selection->start;
	} else {
		count_pages(snapshot, selection->start, selection->end, &sum);
	}
	buf_fmt(out, "Enter zooms to %" PRIu64 " %s %s", sum.total,
		frames ? "frames" : "pages", text_size(sum.total << shift,
			size));
	if (sum.unknown)
		buf_str(out, ": ? (pagemap cannot be read)");
	else
		add_states(out, &sum, shift);
	if (sum.pending)
		buf_str(out, ", more not read yet");
}
