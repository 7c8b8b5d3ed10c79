/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/machine.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* Top-level resources looked at: real machines have some dozens. */
#define RESOURCES_CHARTED 4096

static unsigned shift_of(uint32_t page_size)
{
	unsigned shift = 0;

	while (shift < 31 && UINT32_C(1) << shift < page_size)
		shift++;
	return shift;
}

static enum stretch_kind kind_of(const char *name)
{
	if (!strncmp(name, "System RAM", 10))
		return STRETCH_RAM;
	if (strstr(name, "eserved") || strstr(name, "ROM") ||
	    strstr(name, "ACPI"))
		return STRETCH_RESERVED;
	return STRETCH_MMIO;
}

/* Frames of a resource: RAM counts only whole frames, the rest any part. */
static void frames_of(const struct machine *machine,
	const struct resource *resource, uint64_t *start, uint64_t *end)
{
	uint64_t mask = (UINT64_C(1) << machine->page_shift) - 1;
	bool ram = kind_of(resource->name) == STRETCH_RAM;
	uint64_t first = resource->start, last = resource->end - 1;

	*start = first >> machine->page_shift;
	*end = (last >> machine->page_shift) + 1;
	if (ram && (first & mask))
		++*start;
	if (ram && (last & mask) != mask)
		--*end;
}

static int compare_points(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static size_t collect_points(const struct machine *machine, uint64_t **out)
{
	size_t i, n = 0, kept = 0, charted = 0;
	uint64_t *points = mem_new(
		2 * (machine->nzones + machine->nresources) + 1,
		sizeof(*points));

	for (i = 0; i < machine->nzones; i++) {
		const struct zone *zone = &machine->zones[i];

		if (!zone->has_start || !zone->spanned ||
		    zone->start_pfn + zone->spanned < zone->start_pfn)
			continue;
		points[n++] = zone->start_pfn;
		points[n++] = zone->start_pfn + zone->spanned;
	}
	for (i = 0; i < machine->nresources; i++) {
		const struct resource *resource = &machine->resources[i];
		uint64_t start, end;

		if (resource->depth || charted++ >= RESOURCES_CHARTED)
			continue;
		frames_of(machine, resource, &start, &end);
		if (start < end) {
			points[n++] = start;
			points[n++] = end;
		}
	}
	if (n)
		qsort(points, n, sizeof(*points), compare_points);
	for (i = 0; i < n; i++)
		if (!kept || points[i] != points[kept - 1])
			points[kept++] = points[i];
	*out = points;
	return kept;
}

/* The top-level resource that holds all frames from PFN on up to the next
 * point: RAM before what shares a frame with it. */
static const struct resource *charted_at(const struct machine *machine,
	uint64_t pfn)
{
	const struct resource *found = NULL;
	size_t i, charted = 0;

	for (i = 0; i < machine->nresources; i++) {
		const struct resource *resource = &machine->resources[i];
		uint64_t start, end;

		if (resource->depth || charted++ >= RESOURCES_CHARTED)
			continue;
		frames_of(machine, resource, &start, &end);
		if (pfn < start || pfn >= end)
			continue;
		if (kind_of(resource->name) == STRETCH_RAM)
			return resource;
		if (!found)
			found = resource;
	}
	return found;
}

static bool describe(const struct machine *machine, struct stretch *stretch)
{
	const struct resource *resource = charted_at(machine, stretch->start);

	stretch->zone = machine_zone(machine, stretch->start);
	if (resource) {
		stretch->kind = kind_of(resource->name);
		stretch->name = resource->name;
		return true;
	}
	stretch->name = NULL;
	stretch->kind = machine->nresources ? STRETCH_HOLE : STRETCH_RAM;
	return stretch->zone >= 0 || machine->zones_overlap;
}

static void chart(struct machine *machine)
{
	uint64_t *points;
	size_t i, n = collect_points(machine, &points);
	struct stretch *out = mem_new(n ? n : 1, sizeof(*out));

	for (i = 0; i + 1 < n; i++) {
		struct stretch next = { .start = points[i],
			.end = points[i + 1] };
		struct stretch *last = machine->nstretches ?
			&out[machine->nstretches - 1] : NULL;

		if (!describe(machine, &next))
			continue;
		if (last && last->end == next.start &&
		    last->zone == next.zone && last->kind == next.kind &&
		    last->name == next.name)
			last->end = next.end;
		else
			out[machine->nstretches++] = next;
	}
	machine->stretches = out;
	free(points);
}

static bool overlap(const struct zone *a, const struct zone *b)
{
	return a->has_start && b->has_start &&
		a->start_pfn < b->start_pfn + b->spanned &&
		b->start_pfn < a->start_pfn + a->spanned;
}

static void read_zones(struct machine *machine, struct source *src,
	struct buf *buf)
{
	size_t i, j;

	machine->zoneinfo = source_text(src, PROC_NONE, "zoneinfo", buf);
	if (machine->zoneinfo == ANSWER_OK)
		machine->nzones = zoneinfo_parse(
			(struct text){ buf->data, buf->len }, &machine->zones);
	machine->buddyinfo = source_text(src, PROC_NONE, "buddyinfo", buf);
	if (machine->buddyinfo == ANSWER_OK)
		buddyinfo_parse((struct text){ buf->data, buf->len },
			machine->zones, machine->nzones);
	for (i = 0; i < machine->nzones; i++)
		machine->zones_unaligned |= machine->zones[i].start_pfn % 512 > 1;
	for (i = 0; i < machine->nzones; i++)
		for (j = 0; j < i; j++)
			if (overlap(&machine->zones[i], &machine->zones[j]))
				machine->zones_overlap = true;
}

struct machine *machine_read(struct source *src)
{
	struct machine *machine = mem_new(1, sizeof(*machine));
	struct buf buf = { 0 };

	machine->refs = 1;
	if (source_facts(src, &machine->facts) != ANSWER_OK ||
	    machine->facts.page_size < 1024)
		machine->facts.page_size = 4096;
	machine->page_shift = shift_of(machine->facts.page_size);
	kernel_rules_of(text_of(machine->facts.release), &machine->rules);
	read_zones(machine, src, &buf);
	machine->iomem = source_text(src, PROC_NONE, "iomem", &buf);
	if (machine->iomem == ANSWER_OK)
		machine->nresources = iomem_parse(
			(struct text){ buf.data, buf.len },
			&machine->resources, &machine->resources_hidden);
	chart(machine);
	buf_fini(&buf);
	return machine;
}

struct machine *machine_ref(struct machine *machine)
{
	__atomic_add_fetch(&machine->refs, 1, __ATOMIC_RELAXED);
	return machine;
}

void machine_unref(struct machine *machine)
{
	if (!machine || __atomic_sub_fetch(&machine->refs, 1, __ATOMIC_ACQ_REL))
		return;
	free(machine->zones);
	if (machine->resources)
		iomem_free(machine->resources, machine->nresources);
	free(machine->stretches);
	free(machine);
}

int machine_zone(const struct machine *machine, uint64_t pfn)
{
	int found = -1;
	size_t i;

	for (i = 0; i < machine->nzones; i++) {
		const struct zone *zone = &machine->zones[i];

		if (!zone->has_start || pfn < zone->start_pfn ||
		    pfn - zone->start_pfn >= zone->spanned)
			continue;
		if (!machine->zones_overlap)
			return (int)i;
		if (found >= 0)
			return -1;
		found = (int)i;
	}
	return found;
}

const struct stretch *machine_stretch(const struct machine *machine,
	uint64_t pfn)
{
	size_t low = 0, high = machine->nstretches;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct stretch *stretch = &machine->stretches[middle];

		if (pfn < stretch->start)
			high = middle;
		else if (pfn >= stretch->end)
			low = middle + 1;
		else
			return stretch;
	}
	return NULL;
}

uint64_t machine_cell(const struct machine *machine, uint64_t pfn,
	unsigned shift)
{
	uint64_t cell = pfn >> shift << shift, start = 0;
	int zone = machine_zone(machine, pfn);
	const struct stretch *stretch;

	if (zone >= 0)
		start = machine->zones[zone].start_pfn;
	else if ((stretch = machine_stretch(machine, pfn)))
		start = stretch->start;
	return cell < start ? start : cell;
}

const struct resource *machine_resource(const struct machine *machine,
	uint64_t pfn)
{
	uint64_t pa = pfn << machine->page_shift;
	const struct resource *found = NULL;
	size_t i;

	for (i = 0; i < machine->nresources; i++) {
		const struct resource *resource = &machine->resources[i];

		if (pa >= resource->start && pa < resource->end &&
		    (!found || resource->depth > found->depth))
			found = resource;
	}
	return found;
}

bool machine_is_ram(const struct machine *machine, uint64_t pfn)
{
	const struct stretch *stretch;

	if (!machine->nresources)
		return true;
	stretch = machine_stretch(machine, pfn);
	return stretch && stretch->kind == STRETCH_RAM;
}

uint32_t machine_pmd_pages(const struct machine *machine)
{
	/* A table of entries of 8 bytes fills one page on these; elsewhere
	 * (POWER's hash tables, two-level i386 without huge pages) not. */
	if (!strncmp(machine->facts.machine, "ppc", 3))
		return 0;
	return machine->facts.page_size / 8;
}
