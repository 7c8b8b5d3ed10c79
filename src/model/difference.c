/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/difference.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

bool difference_figure(const struct snapshot *snapshot, const long *index,
	enum difference_figure figure, uint64_t *out)
{
	const struct figures *usage;

	*out = 0;
	if (index && *index < 0)
		return true;
	usage = index ? &snapshot->regions[*index].usage :
		&snapshot->total.figures;
	switch (figure) {
	case DIFFERENCE_RSS:
		*out = usage->rss;
		return figures_know(usage, USAGE_RSS);
	case DIFFERENCE_PSS:
		*out = figures_pss(usage);
		return figures_know(usage, USAGE_PSS);
	case DIFFERENCE_USS:
		*out = usage->uss;
		return figures_know(usage, USAGE_USS);
	case DIFFERENCE_SHARED:
		*out = usage->shared;
		return figures_know(usage, USAGE_SHARED);
	case DIFFERENCE_ANONYMOUS:
		*out = usage->anonymous;
		return figures_know(usage, USAGE_ANONYMOUS);
	case DIFFERENCE_SWAP:
		*out = usage->swap;
		return figures_know(usage, USAGE_SWAP);
	case NDIFFERENCE_FIGURES:
		break;
	}
	return false;
}

static void add(struct difference *difference, long from, long to)
{
	difference->rows[difference->n++] =
		(struct difference_row){ from, to };
}

static struct text name_of(const struct snapshot *snapshot, size_t i)
{
	return region_name(&snapshot->regions[i], &snapshot->names);
}

static int compare_text(struct text a, struct text b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* ---- one process: by address */

static bool is_same(const struct difference *difference, size_t a, size_t b)
{
	const struct region *from = &difference->from->regions[a];
	const struct region *to = &difference->to->regions[b];

	return from->start < to->end && to->start < from->end &&
		region_continues(from, to) &&
		!compare_text(name_of(difference->from, a),
			name_of(difference->to, b));
}

/* Of two that overlap and are not the same, the one that ends first goes. */
static void by_address(struct difference *difference)
{
	const struct snapshot *from = difference->from, *to = difference->to;
	size_t a = 0, b = 0;

	while (a < from->nregions || b < to->nregions) {
		if (a < from->nregions && b < to->nregions &&
		    is_same(difference, a, b))
			add(difference, (long)a++, (long)b++);
		else if (b == to->nregions || (a < from->nregions &&
				from->regions[a].end <= to->regions[b].end))
			add(difference, (long)a++, -1);
		else
			add(difference, -1, (long)b++);
	}
}

/* ---- two processes: by what they are */

struct keyed {
	const struct snapshot *snapshot;
	size_t index;
};

static int compare_kind(const struct keyed *a, const struct keyed *b)
{
	const struct region *x = &a->snapshot->regions[a->index];
	const struct region *y = &b->snapshot->regions[b->index];
	char px[5], py[5];
	int order = compare_text(name_of(a->snapshot, a->index),
		name_of(b->snapshot, b->index));

	return order ? order : strcmp(region_perms(x, px),
		region_perms(y, py));
}

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = compare_kind(x, y);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static struct keyed *sorted(const struct snapshot *snapshot)
{
	struct keyed *keyed = mem_new(snapshot->nregions + 1, sizeof(*keyed));
	size_t i;

	for (i = 0; i < snapshot->nregions; i++)
		keyed[i] = (struct keyed){ snapshot, i };
	qsort(keyed, snapshot->nregions, sizeof(*keyed), compare_keyed);
	return keyed;
}

static int compare_rows(const void *a, const void *b)
{
	const struct difference_row *x = a, *y = b;

	/* What only the first has comes last. */
	if ((x->to < 0) != (y->to < 0))
		return x->to < 0 ? 1 : -1;
	if (x->to < 0)
		return (x->from > y->from) - (x->from < y->from);
	return (x->to > y->to) - (x->to < y->to);
}

static void by_kind(struct difference *difference)
{
	const struct snapshot *from = difference->from, *to = difference->to;
	struct keyed *a = sorted(from), *b = sorted(to);
	size_t i = 0, k = 0;

	while (i < from->nregions || k < to->nregions) {
		int order = i == from->nregions ? 1 : k == to->nregions ? -1 :
			compare_kind(&a[i], &b[k]);

		if (!order)
			add(difference, (long)a[i++].index,
				(long)b[k++].index);
		else if (order < 0)
			add(difference, (long)a[i++].index, -1);
		else
			add(difference, -1, (long)b[k++].index);
	}
	qsort(difference->rows, difference->n, sizeof(*difference->rows),
		compare_rows);
	free(a);
	free(b);
}

void difference_init(struct difference *difference,
	const struct snapshot *from, const struct snapshot *to)
{
	const struct proc_id *a = &from->process.id, *b = &to->process.id;

	difference->from = from;
	difference->to = to;
	difference->n = 0;
	difference->rows = mem_new(from->nregions + to->nregions + 1,
		sizeof(*difference->rows));
	difference->same_process = a->pid == b->pid &&
		a->starttime == b->starttime;
	if (difference->same_process)
		by_address(difference);
	else
		by_kind(difference);
}

void difference_fini(struct difference *difference)
{
	free(difference->rows);
	difference->rows = NULL;
	difference->n = 0;
}

bool difference_differs(const struct difference *difference, size_t i)
{
	const struct difference_row *row = &difference->rows[i];
	unsigned figure;

	if (row->from < 0 || row->to < 0)
		return true;
	for (figure = 0; figure < NDIFFERENCE_FIGURES; figure++) {
		uint64_t from, to;
		bool knew = difference_figure(difference->from, &row->from,
			figure, &from);
		bool knows = difference_figure(difference->to, &row->to,
			figure, &to);

		if (knew != knows || from != to)
			return true;
	}
	/* Its size, which is no figure of what it has. */
	return difference->from->regions[row->from].end -
		difference->from->regions[row->from].start !=
		difference->to->regions[row->to].end -
		difference->to->regions[row->to].start;
}
