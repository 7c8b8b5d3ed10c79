/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_PAINT_H
#define VMATLAS_VIEW_PAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/view/bin.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/role.h"

/*
 * From what lies in a cell to how it looks.  What the letter says and what
 * the colour says is always the same thing: the colouring chosen.  Pages that
 * are not mapped in have two looks: ',', and ';' where the page cache has more
 * than half of a cell's.
 */
#define COLORINGS(X) \
	X(STATE, "state") X(SHARING, "sharing") X(COW, "cow") \
	X(SWAP, "swap") X(ZONE, "zone") X(NODE, "node") \
	X(AGE, "age") X(RECLAIM, "reclaim")

#define X(id, name) COLORING_##id,
enum coloring { COLORINGS(X) NCOLORINGS };
#undef X

/* Is it about the heat of pages?  Then the snapshot must have that. */
bool coloring_is_heat(enum coloring coloring);
const char *coloring_name(enum coloring coloring);

struct look_of_cell {
	char letter;
	uint8_t role;
	uint8_t fill;
};

struct look_of_cell paint_pages(const struct tally *tally,
	enum coloring coloring, const struct snapshot *snapshot);
struct look_of_cell paint_frames(const struct tally *tally,
	enum coloring coloring, const struct snapshot *snapshot);

/*
 * The legend's entries of a colouring, one by one: false behind the last.
 * FRAMES: those of the physical side as well.
 */
struct legend_entry {
	char letter;
	uint8_t role, fill;
	char title[32];
	const char *words;	/* for the help screen; may be NULL */
};
bool paint_legend(enum coloring coloring, const struct snapshot *snapshot,
	unsigned i, struct legend_entry *out);

#endif
