/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_FUNCTIONS_H
#define VMATLAS_VIEW_FUNCTIONS_H

#include <stdbool.h>

#include "vmatlas/model/snapshot.h"
#include "vmatlas/view/atlas.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"

/*
 * The list of functions and objects that the file mapped in a region has there,
 * or in all of its regions, with what of each is in memory.  Figures are those
 * of the report `functions`.
 *
 * The cursor is a function, not a row: it stays on it however the list is
 * sorted.  The order is that of the snapshot last given to
 * function_view_update.
 */
#define FUNCTION_COLUMNS(X) \
	X(ADDRESS, "ADDRESS", 12) X(BYTES, "BYTES", 7) X(RESIDENT, "IN RAM", 7) \
	X(PAGES, "PAGES", 6) X(PRESENT, "THERE", 6) X(SECTION, "SECTION", -12) \
	X(NAME, "NAME", 0)
#define X(id, title, width) FUNCTIONS_BY_##id,
enum { FUNCTION_COLUMNS(X) NFUNCTION_COLUMNS };
#undef X

struct function_view {
	int pid;
	bool whole;		/* all of the file, not the region alone */
	struct page_range region, file;	/* bytes */
	unsigned sort;		/* by a column */
	bool invert;
	uint64_t cursor;	/* the function's address, */
	bool chosen;		/* once the user has moved it; until then it is */
	uint64_t from;		/* on the one that has a byte from here on; 0:
				 * on the first */
	uint32_t *order;	/* rows of the snapshot */
	size_t norder, cap;
	int at, top;		/* of the cursor; of the first one on screen */
	int list_rows;		/* that are on screen */
	/* What the order was made for. */
	uint64_t serial;
	unsigned sorted_by;
	bool inverted;
};

void function_view_init(struct function_view *view);
void function_view_fini(struct function_view *view);
/* List those of the region with page VPN; false: no file is mapped there. */
bool function_view_open(struct function_view *view,
	const struct snapshot *snapshot, uint64_t vpn);
void function_view_wish(const struct function_view *view, struct wish *wish);
/* The snapshot answers that. */
bool function_view_is_answered(const struct function_view *view,
	const struct snapshot *snapshot);
void function_view_update(struct function_view *view,
	const struct snapshot *snapshot, int rows);
/* False: the action has no meaning here. */
bool function_view_act(struct function_view *view,
	const struct snapshot *snapshot, enum action action);
void function_view_click(struct function_view *view,
	const struct snapshot *snapshot, int row);
/* The page that the function under the cursor starts on; false: none. */
bool function_view_page(const struct function_view *view,
	const struct snapshot *snapshot, uint64_t *vpn);
void function_view_paint(const struct function_view *view,
	const struct snapshot *snapshot, const struct atlas_status *status,
	struct grid *grid);

#endif
