/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* Resources looked at: real machines have some hundreds. */
#define RESOURCES_CHARTED 4096
/* Names of the board on the chart, and how deep they lie in others. */
#define NAMES_CHARTED 256
#define DEPTH_OF_NAMES UINT32_MAX
/* Pairs of zones that overlap, on a machine that is no joke. */
#define DOUBTS_MAX 256

static enum stretch_kind kind_of(const char *name)
{
	if (!strncmp(name, "System RAM", 10))
		return STRETCH_RAM;
	if (strstr(name, "eserved") || strstr(name, "ROM") ||
	    strstr(name, "ACPI"))
		return STRETCH_RESERVED;
	return STRETCH_MMIO;
}

/* ---- resources on the chart: those at the top, and what RAM holds */

struct charted {
	uint64_t start, end;	/* frames */
	enum stretch_kind kind;
	unsigned depth;
	const char *name;
};

struct chart {
	struct machine *machine;
	struct charted *resources;
	size_t nresources;
	uint64_t *points;	/* where something begins or ends */
	size_t npoints;
	size_t zones_cap;
};

/* RAM counts only whole frames, everything else any part of one. */
static bool frames_of(const struct machine *machine,
	const struct resource *resource, struct charted *out)
{
	uint64_t mask = (UINT64_C(1) << machine->page_shift) - 1;
	uint64_t first = resource->start, last = resource->end - 1;
	bool ram = !out->depth && out->kind == STRETCH_RAM;

	out->start = first >> machine->page_shift;
	out->end = (last >> machine->page_shift) + 1;
	if (ram && (first & mask))
		++out->start;
	if (ram && (last & mask) != mask)
		--out->end;
	return out->start < out->end;
}

/* What memory is kept for; iomem knows the devices themselves better. */
static void collect_names(struct chart *chart)
{
	const struct board *board = chart->machine->board;
	size_t i, n = 0;

	for (i = 0; i < board->nnames && n < NAMES_CHARTED; i++) {
		struct charted *next = &chart->resources[chart->nresources];

		if (!board->names[i].depth)
			continue;
		next->kind = STRETCH_RAM;
		next->depth = DEPTH_OF_NAMES;
		next->name = board->names[i].name;
		if (frames_of(chart->machine, &board->names[i], next)) {
			chart->nresources++;
			n++;
		}
	}
}

static void collect_resources(struct chart *chart)
{
	const struct machine *machine = chart->machine;
	enum stretch_kind outer = STRETCH_MMIO;
	size_t i;

	chart->resources = mem_new(machine->nresources + NAMES_CHARTED,
		sizeof(*chart->resources));
	for (i = 0; i < machine->nresources &&
	     chart->nresources < RESOURCES_CHARTED; i++) {
		const struct resource *resource = &machine->resources[i];
		struct charted *next = &chart->resources[chart->nresources];

		if (!resource->depth)
			outer = kind_of(resource->name);
		else if (outer != STRETCH_RAM)
			continue;
		next->kind = outer;
		next->depth = resource->depth;
		next->name = resource->name;
		if (frames_of(machine, resource, next))
			chart->nresources++;
	}
	collect_names(chart);
}

static bool may_have_parts(const struct charted *outer)
{
	return outer->kind == STRETCH_RAM || outer->kind == STRETCH_RESERVED;
}

/*
 * The innermost resource that holds all frames from PFN on up to the next
 * point; RAM before what shares a frame with it.  Parts count only within
 * what they are parts of, and have its kind.
 */
static bool charted_at(const struct chart *chart, uint64_t pfn,
	struct charted *out)
{
	const struct charted *found = NULL;
	enum stretch_kind kind = STRETCH_HOLE;
	size_t i;

	for (i = 0; i < chart->nresources; i++) {
		const struct charted *next = &chart->resources[i];

		if (pfn < next->start || pfn >= next->end)
			continue;
		if (!next->depth) {
			if (!found || (found->kind != STRETCH_RAM &&
				    next->kind == STRETCH_RAM))
				found = next;
			kind = found->kind;
		} else if (!found || !may_have_parts(found)) {
			continue;
		} else if (next->depth == DEPTH_OF_NAMES) {
			if (next->end - next->start <=
			    found->end - found->start)
				found = next;
		} else if (next->depth > found->depth) {
			found = next;
		}
	}
	if (!found)
		return false;
	*out = *found;
	out->kind = kind;
	return true;
}

/* ---- points */

static int compare_points(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void add_points(struct chart *chart, uint64_t start, uint64_t end)
{
	chart->points[chart->npoints++] = start;
	chart->points[chart->npoints++] = end;
}

static void collect_points(struct chart *chart)
{
	const struct machine *machine = chart->machine;
	const struct topology *topology = machine->topology;
	size_t i, kept = 0;

	chart->points = mem_new(2 * (machine->nzones + chart->nresources +
		topology->nruns) + 1, sizeof(*chart->points));
	for (i = 0; i < machine->nzones; i++) {
		const struct zone *zone = &machine->zones[i];

		if (zone->has_start && zone->spanned)
			add_points(chart, zone->start_pfn,
				zone->start_pfn + zone->spanned);
	}
	for (i = 0; i < chart->nresources; i++)
		add_points(chart, chart->resources[i].start,
			chart->resources[i].end);
	for (i = 0; i < topology->nruns; i++)
		add_points(chart, topology->runs[i].start,
			topology->runs[i].end);
	if (chart->npoints)
		qsort(chart->points, chart->npoints, sizeof(*chart->points),
			compare_points);
	for (i = 0; i < chart->npoints; i++)
		if (!kept || chart->points[i] != chart->points[kept - 1])
			chart->points[kept++] = chart->points[i];
	chart->npoints = kept;
}

/* ---- zones and doubts */

/* Does zone I come into question for PFN, whose block is RUN or NULL? */
static bool is_candidate(const struct machine *machine, size_t i,
	uint64_t pfn, const struct memory_run *run)
{
	const struct zone *zone = &machine->zones[i];

	return machine_zone_spans(zone, pfn) && (!run ||
		((run->node < 0 || run->node == zone->node) &&
		 (!run->zone[0] || !strcmp(run->zone, zone->name))));
}

/* Add NAME to "A or B" where it is not in there. */
static void add_name(char names[ZONE_NAME_MAX], const char *name)
{
	const char *at = names;
	size_t n = strlen(name);

	while ((at = strstr(at, name))) {
		bool begins = at == names || at[-1] == ' ';

		if (begins && (!at[n] || at[n] == ' '))
			return;
		at += n;
	}
	n = strlen(names);
	snprintf(names + n, ZONE_NAME_MAX - n, "%s%s", n ? " or " : "", name);
}

/* The doubt with this node and name, an old one or a new one; -1: there are
 * too many to be told apart. */
static int doubt_index(struct chart *chart, const struct zone *doubt)
{
	struct machine *machine = chart->machine;
	size_t i;

	for (i = machine->nzones; i < machine->nplaces; i++)
		if (machine->zones[i].node == doubt->node &&
		    !strcmp(machine->zones[i].name, doubt->name))
			return (int)i;
	if (machine->nplaces - machine->nzones == DOUBTS_MAX)
		return -1;
	/* What was read has no room to spare. */
	if (!chart->zones_cap)
		chart->zones_cap = machine->nzones;
	machine->zones = mem_grow(machine->zones, &chart->zones_cap,
		machine->nplaces + 1, sizeof(*machine->zones));
	machine->zones[machine->nplaces] = *doubt;
	return (int)machine->nplaces++;
}

/* The zone or doubt of the candidates; -1: there is none. */
static int choose_zone(struct chart *chart, uint64_t pfn,
	const struct memory_run *run)
{
	const struct machine *machine = chart->machine;
	struct zone doubt = { 0 };
	size_t i, n = 0;
	int last = -1;

	for (i = 0; i < machine->nzones; i++) {
		const struct zone *zone = &machine->zones[i];

		if (!is_candidate(machine, i, pfn, run))
			continue;
		last = (int)i;
		doubt.node = !n++ || doubt.node == zone->node ? zone->node : -1;
		add_name(doubt.name, zone->name);
	}
	return n > 1 ? doubt_index(chart, &doubt) : last;
}

static int zone_at(struct chart *chart, uint64_t pfn)
{
	const struct machine *machine = chart->machine;
	const struct memory_run *run = topology_run(machine->topology, pfn);
	size_t i, spans = 0;
	int zone = -1;

	for (i = 0; i < machine->nzones; i++)
		spans += machine_zone_spans(&machine->zones[i], pfn);
	/* A block tells nothing of frames that lie in one span only. */
	if (run && spans > 1) {
		if (run->offline)
			return -1;
		zone = choose_zone(chart, pfn, run);
	}
	/* Nor does one that names none of the zones here. */
	return zone >= 0 ? zone : choose_zone(chart, pfn, NULL);
}

/* ---- stretches */

static bool describe(struct chart *chart, struct stretch *stretch)
{
	struct charted resource;

	stretch->zone = zone_at(chart, stretch->start);
	if (charted_at(chart, stretch->start, &resource)) {
		stretch->kind = resource.kind;
		stretch->name = resource.name;
		return true;
	}
	stretch->name = NULL;
	stretch->kind = chart->machine->nresources ? STRETCH_HOLE :
		STRETCH_RAM;
	return stretch->zone >= 0;
}

void machine_chart(struct machine *machine)
{
	struct chart chart = { .machine = machine };
	struct stretch *out;
	size_t i;

	machine->nplaces = machine->nzones;
	collect_resources(&chart);
	collect_points(&chart);
	out = mem_new(chart.npoints, sizeof(*out));
	for (i = 0; i + 1 < chart.npoints; i++) {
		struct stretch next = { .start = chart.points[i],
			.end = chart.points[i + 1] };
		struct stretch *last = machine->nstretches ?
			&out[machine->nstretches - 1] : NULL;

		if (!describe(&chart, &next))
			continue;
		next.section = last && next.zone >= 0 &&
				last->zone == next.zone ?
			last->section : next.start;
		if (last && last->end == next.start &&
		    last->zone == next.zone && last->kind == next.kind &&
		    last->name == next.name)
			last->end = next.end;
		else
			out[machine->nstretches++] = next;
		if (next.zone >= 0 && machine->zones_overlap &&
		    next.section % 512 > 1)
			machine->zones_unaligned = true;
	}
	machine->stretches = out;
	free(chart.points);
	free(chart.resources);
}
