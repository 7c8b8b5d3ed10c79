/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/frame_row.h"

#include <inttypes.h>

#include "vmatlas/view/role.h"

#define LABEL 16

unsigned frame_row_measure(struct pane *pane)
{
	pane->label = pane->cols >= 2 * LABEL ? LABEL :
		pane->cols >= 16 ? 8 : 0;
	return pane->cols > pane->label ?
		(unsigned)(pane->cols - pane->label) : 1;
}

void frame_row_device(struct grid *grid, const struct snapshot *snapshot,
	const struct pane *pane, const struct row *row, int grid_row, int role)
{
	const struct section *section = &pane->layout.sections[row->section];
	const struct stretch *stretch =
		&snapshot->machine->stretches[section->stretch];
	unsigned shift = snapshot->machine->page_shift;
	char size[TEXT_SIZE_MAX], where[TEXT_SIZE_MAX];
	bool mmio = stretch->kind == STRETCH_MMIO;
	int col = pane->col;

	if (role < 0)
		role = mmio ? ROLE_MMIO : ROLE_RESERVED;
	col = grid_fmt(grid, grid_row, col, pane->cols, role, "%c %6s %6s ",
		mmio ? '#' : 'r', text_size(stretch->start << shift, where),
		text_size((stretch->end - stretch->start) << shift, size));
	grid_text(grid, grid_row, col, pane->col + pane->cols - col, role,
		text_of(stretch->name ? stretch->name : ""));
}

static void put_zone(struct grid *grid, const struct snapshot *snapshot,
	const struct section *section, int row, int col, int width)
{
	const struct zone *zone;

	if (section->zone < 0) {
		grid_str(grid, row, col, width, ROLE_ZONE, "RAM");
		return;
	}
	zone = &snapshot->machine->zones[section->zone];
	if (zone->node >= 0)
		grid_fmt(grid, row, col, width, ROLE_ZONE, "%d %s", zone->node,
			zone->name);
	else
		grid_fmt(grid, row, col, width, ROLE_ZONE, "? %s", zone->name);
}

void frame_row_label(struct grid *grid, const struct snapshot *snapshot,
	const struct pane *pane, const struct row *row, int grid_row, bool top)
{
	const struct section *section = &pane->layout.sections[row->section];
	char size[TEXT_SIZE_MAX];
	uint64_t start, end;
	int width = pane->label - 1;

	if (width < 7)
		return;
	if (width > 8 && (row->kind == ROW_HEAD || (top && section->zone >= 0)))
		put_zone(grid, snapshot, section, grid_row, pane->col,
			width - 7);
	layout_range(&pane->layout, row, 0, &start, &end);
	/* Where three digits do not tell rows apart, the frame's number does. */
	if (start >> pane->shift > 100 * (uint64_t)pane->layout.row_cells &&
	    start < 0x1000000)
		grid_fmt(grid, grid_row, pane->col + width - 6, 6,
			ROLE_REGION_ADDRESS, "%6" PRIx64, start);
	else
		grid_fmt(grid, grid_row, pane->col + width - 6, 6,
			ROLE_REGION_ADDRESS, "%6s", text_size(start <<
				snapshot->machine->page_shift, size));
}
