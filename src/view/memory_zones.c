/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory_impl.h"
#include "vmatlas/model/topology.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GAUGE_CELLS 24

/* Which cell of the gauge N pages lie in: its end is twice the high mark. */
static int gauge_cell(const struct zone *zone, uint64_t n)
{
	uint64_t end = 2 * zone->high;

	return !end || n >= end ? GAUGE_CELLS - 1 :
		(int)(n * GAUGE_CELLS / end);
}

/* Free pages against the marks at which reclaim begins and ends. */
static void paint_gauge(struct pen *pen, int row, int col,
	const struct zone *zone)
{
	int i, end = gauge_cell(zone, zone->free);
	int role = zone->free < zone->low ? ROLE_WARNING : ROLE_VALUE;

	if (row < 0 || col + GAUGE_CELLS + 2 > pen->width)
		return;
	pen_str(pen, row, col, ROLE_BORDER, "[");
	for (i = 0; i < GAUGE_CELLS; i++)
		grid_put(pen->grid, row, pen->col + col + 1 + i,
			zone->free && i <= end ? '=' : ' ', role);
	if (zone->free >= 2 * zone->high)
		grid_put(pen->grid, row, pen->col + col + GAUGE_CELLS, '>',
			role);
	grid_put(pen->grid, row, pen->col + col + 1 +
		gauge_cell(zone, zone->min), 'm', ROLE_KEY);
	grid_put(pen->grid, row, pen->col + col + 1 +
		gauge_cell(zone, zone->low), 'l', ROLE_KEY);
	grid_put(pen->grid, row, pen->col + col + 1 +
		gauge_cell(zone, zone->high), 'h', ROLE_KEY);
	pen_str(pen, row, col + GAUGE_CELLS + 1, ROLE_BORDER, "]");
}

/* What free memory is from where the zone's reclaim turns. */
static int put_distance(struct pen *pen, int row, int col,
	const struct zone *zone)
{
	const struct {
		const char *name;
		uint64_t mark;
	} marks[] = {
		{ "min", zone->min }, { "low", zone->low }, { "high", zone->high },
	};
	char size[TEXT_SIZE_MAX];
	size_t i = zone->free < zone->min ? 0 : zone->free < zone->low ? 1 : 2;
	bool above = zone->free >= marks[i].mark;

	return pen_fmt(pen, row, col, above ? ROLE_TEXT : ROLE_WARNING,
		"%s %s %s", pages_text(pen->snapshot, above ?
			zone->free - marks[i].mark : marks[i].mark - zone->free,
			size), above ? "above" : "below", marks[i].name);
}

/* Blocks of each order, and the greatest run that they prove. */
static void paint_blocks(struct pen *pen, const struct zone *zone)
{
	int row = pen_line(pen), col = 5;
	char size[TEXT_SIZE_MAX];
	unsigned i, greatest = zone->norders;

	if (!zone->norders) {
		pen_str(pen, row, col, ROLE_DIM, "free blocks: ?");
		return;
	}
	for (i = 0; i < zone->norders; i++)
		if (zone->free_blocks[i])
			greatest = i;
	col = pen_str(pen, row, col, ROLE_HEADER, "largest run") + 1;
	col = pen_str(pen, row, col, ROLE_VALUE, greatest == zone->norders ?
		"none" : pages_text(pen->snapshot, UINT64_C(1) << greatest,
			size)) + 2;
	col = pen_str(pen, row, col, ROLE_HEADER, "blocks") + 1;
	for (i = 0; i < zone->norders; i++)
		col = pen_fmt(pen, row, col, zone->free_blocks[i] ? ROLE_TEXT :
			ROLE_DIM, "%s%" PRIu64, i ? " " : "",
			zone->free_blocks[i]);
}

/* What the zone keeps from allocations that could as well have a higher one,
 * and where one for this zone goes on when it is short. */
static void paint_reserve(struct pen *pen, size_t index)
{
	const struct machine *machine = pen->snapshot->machine;
	const struct zone *zone = &machine->zones[index];
	struct buf keeps = { 0 }, fallback = { 0 };
	char size[TEXT_SIZE_MAX];
	unsigned type = 0;
	size_t i;
	int row, col = 5;

	/* Types are the zones of a node from the lowest up. */
	for (i = 0; i < machine->nzones; i++) {
		const struct zone *other = &machine->zones[i];

		if (other->node != zone->node)
			continue;
		if (i > index && other->present && type < zone->nreserves &&
		    zone->reserve[type])
			buf_fmt(&keeps, "%s%s from %s", keeps.len ? ", " : "",
				pages_text(pen->snapshot, zone->reserve[type],
					size), other->name);
		type++;
	}
	if (!topology_fallback(machine->topology, &machine->rules,
		    machine->zones, machine->nzones, index, &fallback))
		buf_clear(&fallback);
	/* Only itself: that goes without saying. */
	if (!strchr(buf_text(&fallback), ' '))
		buf_clear(&fallback);
	if (keeps.len || fallback.len) {
		row = pen_line(pen);
		if (keeps.len) {
			col = pen_str(pen, row, col, ROLE_HEADER, "keeps") + 1;
			col = pen_str(pen, row, col, ROLE_TEXT,
				buf_text(&keeps)) + 2;
		}
		if (fallback.len) {
			col = pen_str(pen, row, col, ROLE_HEADER, "tries") + 1;
			pen_str(pen, row, col, ROLE_TEXT, buf_text(&fallback));
		}
	}
	buf_fini(&keeps);
	buf_fini(&fallback);
}

static int put_size(struct pen *pen, int row, int col, const char *label,
	uint64_t npages, bool known)
{
	char size[TEXT_SIZE_MAX];

	col = pen_str(pen, row, col, ROLE_HEADER, label) + 1;
	return pen_str(pen, row, col, ROLE_VALUE, known ?
		pages_text(pen->snapshot, npages, size) : "?") + 1;
}

static void paint_zone(struct pen *pen, size_t index)
{
	const struct zone *zone = &pen->snapshot->machine->zones[index];
	unsigned shift = pen->snapshot->machine->page_shift;
	int row = pen_line(pen), col;

	col = pen_fmt(pen, row, 1, ROLE_ZONE, "%d %-8s", zone->node,
		zone->name) + 1;
	if (!zone->present && !zone->spanned) {
		pen_str(pen, row, col, ROLE_DIM, "empty");
		return;
	}
	col = put_size(pen, row, col, "free", zone->free, true);
	col = put_size(pen, row, col, "of", zone->managed, zone->has_managed);
	col = put_size(pen, row, col, "present", zone->present, true);
	col = put_size(pen, row, col, "spanned", zone->spanned, true);
	if (zone->has_start)
		pen_fmt(pen, row, col, ROLE_REGION_ADDRESS,
			"0x%" PRIx64 "-0x%" PRIx64, zone->start_pfn << shift,
			(zone->start_pfn + zone->spanned) << shift);
	row = pen_line(pen);
	paint_gauge(pen, row, 5, zone);
	col = 5 + (pen->width >= GAUGE_CELLS + 7 ? GAUGE_CELLS + 3 : 0);
	col = put_distance(pen, row, col, zone) + 1;
	col = put_size(pen, row, col, "min", zone->min, true);
	col = put_size(pen, row, col, "low", zone->low, true);
	put_size(pen, row, col, "high", zone->high, true);
	paint_blocks(pen, zone);
	paint_reserve(pen, index);
}

void memory_zones(struct pen *pen)
{
	const struct machine *machine = pen->snapshot->machine;
	size_t i;

	pen_title(pen, "zones", "by node: free memory against the marks of "
		"reclaim");
	if (!machine->nzones)
		pen_fmt(pen, pen_line(pen), 1, ROLE_TEXT, "? (zoneinfo: %s)",
			answer_name(machine->zoneinfo));
	for (i = 0; i < machine->nzones; i++)
		paint_zone(pen, i);
}
