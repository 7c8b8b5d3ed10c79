/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/model/topology.h"

/* A node, and how far it is from the one that is asked first. */
struct place {
	int node;
	uint32_t distance;
};

/*
 * The kernel adds 1 to the distance of a node with a lower number and 1 to
 * that of one with CPUs: what differs by more is nearer for sure.
 */
#define DISTANCE_DOUBT 2

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* The zones of NODE of the TYPE-th at most, highest first; SEP before each. */
static void add_node(struct buf *out, const struct zone *zones, size_t nzones,
	int node, size_t type, char *sep, char next)
{
	size_t first = 0, i;

	while (first < nzones && zones[first].node != node)
		first++;
	for (i = first + type + 1; i-- > first;) {
		if (i >= nzones || zones[i].node != node ||
		    !(zones[i].has_managed ? zones[i].managed :
				zones[i].present))
			continue;
		if (*sep)
			buf_char(out, *sep);
		buf_fmt(out, "%d/%s", node, zones[i].name);
		*sep = next;
	}
}

/* Does each node have zones of the same types?  Old kernels leave out those
 * without pages: then the type of a zone is not known from its place. */
static bool types_are_known(const struct zone *zones, size_t nzones,
	size_t ntypes)
{
	size_t i;

	if (!ntypes || nzones % ntypes)
		return false;
	for (i = 0; i < nzones; i++)
		if (strcmp(zones[i].name, zones[i % ntypes].name) ||
		    zones[i].node != zones[i / ntypes * ntypes].node)
			return false;
	return true;
}

/* Of these two, nobody can say which comes first. */
static bool is_near(const struct place *a, const struct place *b)
{
	return b->distance - a->distance <= DISTANCE_DOUBT;
}

static void add_places(struct buf *out, const struct zone *zones,
	size_t nzones, size_t type, const struct place *places, size_t n)
{
	char sep = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		bool with_next = i + 1 < n && is_near(&places[i], &places[i + 1]);
		bool with_last = i && is_near(&places[i - 1], &places[i]);

		if (sep)
			sep = with_last ? '|' : ' ';
		add_node(out, zones, nzones, places[i].node, type, &sep,
			with_last || with_next ? '|' : ' ');
	}
}

static bool has_pages(const struct zone *zones, size_t nzones, int node)
{
	size_t i;

	for (i = 0; i < nzones; i++)
		if (zones[i].node == node && zones[i].present)
			return true;
	return false;
}

bool topology_fallback(const struct topology *topology,
	const struct kernel_rules *rules, const struct zone *zones,
	size_t nzones, size_t zone, struct buf *out)
{
	size_t n = topology->nnodes, i, row = 0, type = 0, nplaces = 0;
	struct place *places;

	while (type < zone && zones[zone - type - 1].node == zones[zone].node)
		type++;
	if (n > 1 && (!topology->distances || rules->major < 4 ||
		      (rules->major == 4 && rules->minor < 14) ||
		      !types_are_known(zones, nzones, nzones / n)))
		return false;
	while (row < n && topology->nodes[row] != zones[zone].node)
		row++;
	if (row == n)
		return false;
	places = mem_new(n, sizeof(*places));
	for (i = 0; i < n; i++)
		/* Its own zones first, whatever the table says. */
		if (has_pages(zones, nzones, topology->nodes[i]))
			places[nplaces++] = (struct place){ topology->nodes[i],
				i == row ? 0 : DISTANCE_DOUBT + 1 +
				topology->distances[row * n + i] };
	qsort(places, nplaces, sizeof(*places), compare_places);
	add_places(out, zones, nzones, type, places, nplaces);
	free(places);
	return true;
}
