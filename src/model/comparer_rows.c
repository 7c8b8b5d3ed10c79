/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "comparer_impl.h"
#include "vmatlas/base/mem.h"

/*
 * Regions that belong side by side get the same group number; in the end the
 * groups become rows.
 */
#define NO_GROUP SIZE_MAX
#define NO_ROW SIZE_MAX

struct groups {
	struct comparer *comparer;
	size_t n;
	size_t noverlapping;	/* those below overlap, and lie at one place */
	size_t *rows;		/* of each group */
};

static struct text name_of(const struct comparer_side *side, size_t i)
{
	return region_name(&side->regions[i], &side->names);
}

static int compare_text(struct text a, struct text b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n ? memcmp(a.p, b.p, a.n) : 0;
}

/* ---- those that overlap */

static void join(struct groups *groups, size_t *a, size_t *b)
{
	if (*a == NO_GROUP && *b == NO_GROUP)
		*a = *b = groups->n++;
	else if (*a == NO_GROUP)
		*a = *b;
	else	/* both have one only if it is the same: regions of one
		 * process do not overlap */
		*b = *a;
}

static void join_overlapping(struct groups *groups)
{
	struct comparer_side *a = &groups->comparer->sides[COMPARE_A];
	struct comparer_side *b = &groups->comparer->sides[COMPARE_B];
	size_t i, k, first = 0;

	for (i = 0; i < a->nregions; i++) {
		while (first < b->nregions &&
		       b->regions[first].end <= a->regions[i].start)
			first++;
		for (k = first; k < b->nregions &&
		     b->regions[k].start < a->regions[i].end; k++)
			if (!compare_text(name_of(a, i), name_of(b, k)))
				join(groups, &a->rows[i], &b->rows[k]);
	}
	groups->noverlapping = groups->n;
}

/* ---- those that are alike, wherever they are */

struct loose {
	const struct region *region;
	struct text name;
	size_t index;
};

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* 0: of the same part of the same file, or of the same name in brackets. */
static int compare_part(const struct loose *a, const struct loose *b)
{
	const struct region *x = a->region, *y = b->region;
	int order;

	if ((order = compare_u64(x->inode, y->inode)))
		return order;
	if (!x->inode)
		return compare_text(a->name, b->name);
	if ((order = compare_u64(x->major, y->major)) ||
	    (order = compare_u64(x->minor, y->minor)))
		return order;
	return compare_u64(x->offset, y->offset);
}

/* And with the same rights. */
static int compare_kind(const struct loose *a, const struct loose *b)
{
	int order = compare_part(a, b);
	char x[5], y[5];

	return order ? order : strcmp(region_perms(a->region, x),
		region_perms(b->region, y));
}

static int compare_loose(const void *a, const void *b)
{
	const struct loose *x = a, *y = b;
	int order = compare_kind(x, y);

	return order ? order : compare_u64(x->index, y->index);
}

static size_t find_loose(const struct comparer_side *side, struct loose **out)
{
	size_t i, n = 0;

	*out = mem_new(side->nregions, sizeof(**out));
	for (i = 0; i < side->nregions; i++) {
		struct text name = name_of(side, i);

		if (side->rows[i] == NO_GROUP &&
		    (side->regions[i].inode || text_starts(name, "[")))
			(*out)[n++] = (struct loose){ &side->regions[i], name,
				i };
	}
	if (n)
		qsort(*out, n, sizeof(**out), compare_loose);
	return n;
}

/* One of each: the first with the first. */
static void join_alike(struct groups *groups,
	int (*compare)(const struct loose *a, const struct loose *b))
{
	struct comparer_side *a = &groups->comparer->sides[COMPARE_A];
	struct comparer_side *b = &groups->comparer->sides[COMPARE_B];
	struct loose *x, *y;
	size_t nx = find_loose(a, &x), ny = find_loose(b, &y), i = 0, k = 0;

	while (i < nx && k < ny) {
		int order = compare(&x[i], &y[k]);

		if (!order)
			join(groups, &a->rows[x[i].index], &b->rows[y[k].index]);
		i += order <= 0;
		k += order >= 0;
	}
	free(x);
	free(y);
}

/* ---- rows */

/* Neighbours of one name have it once. */
static uint32_t add_name(struct comparison *answer, struct text title)
{
	size_t n = answer->nrows, last;

	if (n) {
		last = answer->rows[n - 1].name;
		if (text_is(title, buf_text(&answer->names) + last))
			return (uint32_t)last;
	}
	last = answer->names.len;
	buf_add(&answer->names, title.p, title.n);
	buf_char(&answer->names, '\0');
	return (uint32_t)last;
}

static void add_row(struct comparer *comparer, struct text title)
{
	struct comparison *answer = &comparer->answer;
	uint32_t name = add_name(answer, title);
	struct compare_row *row;

	answer->rows = mem_grow(answer->rows, &answer->rows_cap,
		answer->nrows + 1, sizeof(*answer->rows));
	row = &answer->rows[answer->nrows++];
	memset(row, 0, sizeof(*row));
	row->name = name;
}

static void take_region(struct comparer *comparer, unsigned at, size_t i,
	size_t row_at)
{
	struct comparer_side *side = &comparer->sides[at];
	const struct region *region = &side->regions[i];
	struct compare_row *row = &comparer->answer.rows[row_at];
	struct row_extent *extent = &comparer->extents[row_at];

	if (!row->is_in[at]) {
		row->is_in[at] = true;
		row->start[at] = region->start >> comparer->page_shift;
		region_perms(region, row->perms[at]);
		extent->first[at] = i;
	}
	extent->end[at] = region->end >> comparer->page_shift;
	side->rows[i] = row_at;
}

/* Give each region the number of its row in place of that of its group. */
static void number_rows(struct groups *groups, unsigned at)
{
	struct comparer *comparer = groups->comparer;
	struct comparer_side *side = &comparer->sides[at];
	size_t i;

	for (i = 0; i < side->nregions; i++) {
		size_t group = side->rows[i], row = comparer->answer.nrows;

		if (group != NO_GROUP && groups->rows[group] != NO_ROW)
			row = groups->rows[group];
		else
			add_row(comparer, region_title(&side->regions[i],
				&side->names));
		if (group != NO_GROUP)
			groups->rows[group] = row;
		take_region(comparer, at, i, row);
	}
}

/* What lies at one place is aligned by its addresses, all else by its
 * beginning. */
static void measure(struct compare_row *row, const struct row_extent *extent,
	bool at_one_place)
{
	unsigned at;

	if (at_one_place && row->start[COMPARE_A] < row->start[COMPARE_B])
		row->start[COMPARE_B] = row->start[COMPARE_A];
	else if (at_one_place)
		row->start[COMPARE_A] = row->start[COMPARE_B];
	for (at = 0; at < NCOMPARE_SIDES; at++)
		if (row->is_in[at] &&
		    extent->end[at] - row->start[at] > row->npages)
			row->npages = extent->end[at] - row->start[at];
}

static void make_rows(struct groups *groups)
{
	struct comparer *comparer = groups->comparer;
	size_t most = comparer->sides[COMPARE_A].nregions +
		comparer->sides[COMPARE_B].nregions;
	bool *at_one_place = mem_new(most, sizeof(*at_one_place));
	size_t i;

	comparer->extents = mem_new(most, sizeof(*comparer->extents));
	groups->rows = mem_new(groups->n, sizeof(*groups->rows));
	for (i = 0; i < groups->n; i++)
		groups->rows[i] = NO_ROW;
	number_rows(groups, COMPARE_A);
	number_rows(groups, COMPARE_B);
	for (i = 0; i < groups->noverlapping; i++)
		at_one_place[groups->rows[i]] = true;
	for (i = 0; i < comparer->answer.nrows; i++)
		measure(&comparer->answer.rows[i], &comparer->extents[i],
			at_one_place[i]);
	free(at_one_place);
	free(groups->rows);
}

void comparer_make_rows(struct comparer *comparer)
{
	struct groups groups = { .comparer = comparer };
	unsigned at;
	size_t i;

	for (at = 0; at < NCOMPARE_SIDES; at++) {
		struct comparer_side *side = &comparer->sides[at];

		side->rows = mem_new(side->nregions, sizeof(*side->rows));
		for (i = 0; i < side->nregions; i++)
			side->rows[i] = NO_GROUP;
	}
	join_overlapping(&groups);
	join_alike(&groups, compare_kind);
	join_alike(&groups, compare_part);
	make_rows(&groups);
}
