/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_COLUMNS_H
#define VMATLAS_VIEW_COLUMNS_H

#include "vmatlas/model/fields.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/keymap.h"

/*
 * A struct columns is what a list shows of each object: which of its fields
 * that are columns stand beside one another, in which order, and by which of
 * them the list is sorted.
 *
 * Invariants: FIELDS are all fields of the object that have a column, each
 * once; those of rank 0 are never hidden.  The field of width 0 comes last on
 * the screen and has what the others leave.
 */
#define COLUMNS_MAX 40

struct columns {
	enum object object;
	bool by_rank;	/* what does not fit is left out by its rank; else
			 * it is off to the right, and scrolled to */
	int last_cols;	/* what the last column is to have at least */
	const struct field *fields[COLUMNS_MAX];
	bool hidden[COLUMNS_MAX];
	unsigned n;
	bool chosen;	/* by the user, since columns_take */
	unsigned first;	/* so many columns are off to the left */
	const struct field *sort;
	bool invert;
};

struct column {
	const struct field *field;
	int col, width;		/* on the screen */
};

/* The columns of OBJECT in the order of its table, sorted by that with title
 * SORT. */
void columns_init(struct columns *columns, enum object object,
	const char *sort);
/*
 * Show the columns with these titles, in this order, and hide the others;
 * what is no title is passed over, and what is always shown, is.  The words of
 * COLUMNS, which columns_take understands, go to OUT: so settings keep them.
 */
void columns_take(struct columns *columns, struct text words);
void columns_words(const struct columns *columns, struct buf *out);
/* NULL: there is none with this title. */
const struct field *columns_field(const struct columns *columns,
	const char *title);
/* Is it among those chosen, on screen or not? */
bool columns_shows(const struct columns *columns, const char *title);
/* Those that COLS hold, from the left; returns how many.  *MORE (may be NULL):
 * others are off to the right. */
unsigned columns_place(const struct columns *columns, int cols,
	struct column out[COLUMNS_MAX], bool *more);

/* Sorting and scrolling to the sides; false: ACTION is something else. */
bool columns_act(struct columns *columns, int cols, enum action action);
/* A click on the titles: sort by that column, or the other way round. */
void columns_click(struct columns *columns, int cols, int col);
/*
 * Sort the N objects of ORDER: what is not known comes last either way, what
 * is alike in order of number.  SET points RECORD at object NUMBER.
 */
void columns_sort(const struct columns *columns, struct record *record,
	void (*set)(struct record *record, uint32_t number), uint32_t *order,
	size_t n);

/* The words of a value for a narrow column, in OUT (emptied first); the value's
 * own text is escaped where it is drawn. */
void columns_value(const struct field *field, struct record *record,
	struct buf *out);
/* Write TEXT into its column; what is too long for it is cut, with a mark. */
void columns_put(const struct column *column, struct grid *grid, int row,
	int role, const struct buf *text);
void columns_titles(const struct columns *columns,
	const struct column *placed, unsigned n, struct grid *grid, int row);

#endif
