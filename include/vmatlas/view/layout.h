/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_LAYOUT_H
#define VMATLAS_VIEW_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/scale.h"

/*
 * A struct layout says what each row of a pane shows: rows are numbered from
 * 0 over all that there is, whatever is on screen, and cost memory per
 * region (zone), not per row.
 *
 * The virtual side is one section per region: a row that names it, with its
 * cells beside the name if they fit there, else in full rows below; before
 * it a row for a wide gap.  The physical side is one section per zone or
 * device range: rows of cells that all begin with the address.
 */
enum row_kind {
	ROW_NONE,		/* below the end */
	ROW_HEAD,		/* names its section; may hold cells */
	ROW_CELLS,		/* goes on with it */
	ROW_GAP,
};

struct row {
	enum row_kind kind;
	size_t section;
	uint64_t first;		/* the first cell in this row, of the section's */
	unsigned ncells;
};

struct section {
	struct scale scale;
	uint64_t first_row;	/* of its own; a gap row precedes it */
	uint64_t gap;		/* pages of it, 0: no row for it */
	long region;		/* virtual side, or -1 */
	long stretch;		/* physical side: a range of a device, or -1 */
	long zone;		/* physical side, or -1 */
	bool one_row;		/* cells are beside the name, or there are none */
};

struct layout {
	struct section *sections;
	size_t nsections, cap;
	uint64_t nrows;
	unsigned head_cells;	/* how many fit beside a name */
	unsigned row_cells;	/* how many fit in a full row */
	/* Only these rows are shown, if ONLY (sorted). */
	bool only;
	uint64_t *chosen;
	size_t nchosen, chosen_cap;
};

void layout_fini(struct layout *layout);
/* Begin with no sections, then add one of pages after the other: SCALE is its
 * pages, behind those of all before it, and REGION what it is called. */
void layout_begin(struct layout *layout, unsigned head_cells,
	unsigned row_cells);
void layout_add_region(struct layout *layout, const struct scale *scale,
	long region, uint64_t gap);
/* The rows that it takes. */
uint64_t layout_region_rows(const struct scale *scale, unsigned head_cells,
	unsigned row_cells);
void layout_virtual(struct layout *layout, const struct snapshot *snapshot,
	unsigned shift, unsigned head_cells, unsigned row_cells);
/* With ONLY_MINE, rows without a frame of the process are left out. */
void layout_physical(struct layout *layout, const struct snapshot *snapshot,
	unsigned shift, unsigned row_cells, bool only_mine);

/* What row N shows. */
struct row layout_row(const struct layout *layout, uint64_t n);
/* The range of cell I of ROW. */
void layout_range(const struct layout *layout, const struct row *row,
	unsigned i, uint64_t *start, uint64_t *end);
/* Where page or frame X is: its row and the cell in it.  Where nothing is at
 * X, the section after it (or the last one).  False: there is no row. */
bool layout_find(const struct layout *layout, uint64_t x, uint64_t *row,
	unsigned *cell);
/* The smallest shift at which all rows fit into ROWS; where none does, the
 * smallest that needs no more than ROWS / 2 above the fewest (ROWS 0: the
 * smallest with the fewest). */
struct layout_rows {
	uint64_t (*count)(const void *arg, unsigned shift,
		unsigned head_cells, unsigned row_cells);
	const void *arg;
	uint64_t least;		/* fewer there never are */
};
unsigned layout_fit(const struct layout_rows *all, unsigned rows,
	unsigned head_cells, unsigned row_cells);
unsigned layout_fit_virtual(const struct snapshot *snapshot, unsigned rows,
	unsigned head_cells, unsigned row_cells);
unsigned layout_fit_physical(const struct snapshot *snapshot, unsigned rows,
	unsigned row_cells);

#endif
