/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine_impl.h"
#include "vmatlas/base/mem.h"

static unsigned shift_of(uint32_t page_size)
{
	unsigned shift = 0;

	while (shift < 31 && UINT32_C(1) << shift < page_size)
		shift++;
	return shift;
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
			if (zones_overlap(&machine->zones[i],
				    &machine->zones[j]))
				machine->zones_overlap = true;
}

/* What the user says is where, for an iomem that does not. */
static void use_given_layout(struct machine *machine)
{
	const struct board *board = machine->board;
	size_t i;

	if (machine->nresources || !board->nlayout)
		return;
	machine->resources = mem_new(board->nlayout,
		sizeof(*machine->resources));
	machine->nresources = board->nlayout;
	for (i = 0; i < board->nlayout; i++) {
		machine->resources[i] = board->layout[i];
		machine->resources[i].name = mem_text(board->layout[i].name,
			strlen(board->layout[i].name));
	}
}

static struct topology *take_topology(struct machine *machine,
	struct source *src, const struct machine *before)
{
	if (before && topology_same(before->zones, before->nzones,
		    machine->zones, machine->nzones))
		return topology_ref(before->topology);
	return topology_read(src, machine->zones, machine->nzones,
		machine->facts.page_size);
}

struct machine *machine_read(struct source *src)
{
	return machine_reread(src, NULL);
}

struct machine *machine_reread(struct source *src,
	const struct machine *before)
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
	machine->topology = take_topology(machine, src, before);
	machine->iomem = source_text(src, PROC_NONE, "iomem", &buf);
	if (machine->iomem == ANSWER_OK)
		machine->nresources = iomem_parse(
			(struct text){ buf.data, buf.len },
			&machine->resources, &machine->resources_hidden);
	machine->board = before ? board_ref(before->board) :
		board_read(src, machine->facts.page_size);
	use_given_layout(machine);
	machine_chart(machine);
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
	topology_unref(machine->topology);
	free(machine->zones);
	if (machine->resources)
		iomem_free(machine->resources, machine->nresources);
	free(machine->stretches);
	board_unref(machine->board);
	free(machine);
}

int machine_zone(const struct machine *machine, uint64_t pfn)
{
	const struct stretch *stretch;
	size_t i;

	if (machine->zones_overlap) {
		stretch = machine_stretch(machine, pfn);
		return stretch ? stretch->zone : -1;
	}
	for (i = 0; i < machine->nzones; i++)
		if (machine_zone_spans(&machine->zones[i], pfn))
			return (int)i;
	return -1;
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
	const struct stretch *stretch = NULL;
	int zone = -1;

	if (!machine->zones_overlap)
		zone = machine_zone(machine, pfn);
	if (zone >= 0)
		start = machine->zones[zone].start_pfn;
	else if ((stretch = machine_stretch(machine, pfn)))
		start = stretch->section;
	return cell < start ? start : cell;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

uint64_t machine_cells(const struct machine *machine)
{
	uint64_t hash = machine->nzones;
	size_t i;

	for (i = 0; i < machine->nzones; i++)
		hash = mix(mix(hash, machine->zones[i].start_pfn),
			machine->zones[i].spanned);
	for (i = 0; i < machine->nstretches; i++) {
		const struct stretch *stretch = &machine->stretches[i];

		hash = mix(mix(mix(hash, stretch->start), stretch->end),
			stretch->section);
		hash = mix(hash, (uint64_t)(int64_t)stretch->zone);
	}
	return hash;
}

const struct resource *machine_resource_at(const struct machine *machine,
	uint64_t pa)
{
	const struct resource *found = NULL;
	const struct resource *name = board_name(machine->board, pa);
	uint64_t size;
	size_t i;

	for (i = 0; i < machine->nresources; i++) {
		const struct resource *resource = &machine->resources[i];

		if (pa >= resource->start && pa < resource->end &&
		    (!found || resource->depth > found->depth))
			found = resource;
	}
	if (!found || !name)
		return name ? name : found;
	size = found->end - found->start;
	return name->end - name->start < size + (name->depth != 0) ? name :
		found;
}

const struct resource *machine_resource(const struct machine *machine,
	uint64_t pfn)
{
	return machine_resource_at(machine, pfn << machine->page_shift);
}

static bool is_kernel_image(const struct stretch *stretch)
{
	static const char *const names[] = { "Kernel code", "Kernel rodata",
		"Kernel data", "Kernel bss" };
	size_t k;

	if (stretch->kind != STRETCH_RAM || !stretch->name)
		return false;
	for (k = 0; k < sizeof(names) / sizeof(*names); k++)
		if (!strcmp(stretch->name, names[k]))
			return true;
	return false;
}

bool machine_kernel_image(const struct machine *machine, int zone,
	uint64_t *out)
{
	bool told = false;
	size_t i;

	*out = 0;
	for (i = 0; i < machine->nstretches; i++) {
		const struct stretch *stretch = &machine->stretches[i];

		if (!is_kernel_image(stretch))
			continue;
		told = true;
		if (stretch->zone == zone)
			*out += stretch->end - stretch->start;
	}
	return told;
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

const char *machine_zone_name(const struct machine *machine, int zone,
	char out[32])
{
	const struct zone *it;
	int n = 2;

	if (zone < 0 || (size_t)zone >= machine->nplaces)
		return "?";
	it = &machine->zones[zone];
	if (it->node < 0)
		memcpy(out, "?/", 3);
	else
		n = snprintf(out, 32, "%d/", it->node);
	snprintf(out + n, 32 - (size_t)n, "%.*s", 31 - n, it->name);
	return out;
}
