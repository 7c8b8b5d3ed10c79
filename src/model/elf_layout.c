/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/elf_layout.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

void elf_layout_fini(struct elf_layout *layout)
{
	free(layout->loads);
	free(layout->sections);
	buf_fini(&layout->names);
	memset(layout, 0, sizeof(*layout));
}

/* ---- the text */

static bool take_hex(struct text *line, uint64_t *out)
{
	struct text word;

	return text_word(line, &word) && text_all_u64(word, 16, out);
}

static void take_load(struct elf_layout *layout, struct text line)
{
	struct layout_load load;

	if (!take_hex(&line, &load.offset) || !take_hex(&line, &load.vaddr) ||
	    !take_hex(&line, &load.file_size) ||
	    !take_hex(&line, &load.mem_size) ||
	    load.file_size > load.mem_size ||
	    load.vaddr > UINT64_MAX - load.mem_size ||
	    load.offset > UINT64_MAX - load.file_size)
		return;
	layout->loads = mem_grow(layout->loads, &layout->cap_loads,
		layout->nloads + 1, sizeof(load));
	layout->loads[layout->nloads++] = load;
}

static void take_section(struct elf_layout *layout, struct text line)
{
	struct layout_section section = { .name = layout->names.len };
	const struct layout_section *last = layout->nsections ?
		&layout->sections[layout->nsections - 1] : NULL;

	if (!take_hex(&line, &section.vaddr) ||
	    !take_hex(&line, &section.size) || !section.size ||
	    section.vaddr > UINT64_MAX - section.size ||
	    (last && section.vaddr < last->vaddr + last->size))
		return;
	line = text_trim(line);
	buf_add(&layout->names, line.p, line.n);
	buf_char(&layout->names, '\0');
	layout->sections = mem_grow(layout->sections, &layout->cap_sections,
		layout->nsections + 1, sizeof(section));
	layout->sections[layout->nsections++] = section;
}

static void take_damage(struct elf_layout *layout, struct text words)
{
	layout->damage = layout->names.len;
	buf_add(&layout->names, words.p, words.n);
	buf_char(&layout->names, '\0');
}

void elf_layout_parse(struct elf_layout *layout, struct text text)
{
	struct text line, word;

	memset(layout, 0, sizeof(*layout));
	layout->damage = SIZE_MAX;
	while (text_line(&text, &line)) {
		if (!text_word(&line, &word))
			continue;
		if (text_is(word, "type") && text_word(&line, &word)) {
			layout->is_exec = text_is(word, "exec");
			layout->is_elf = layout->is_exec ||
				text_is(word, "dyn");
		} else if (text_is(word, "damaged")) {
			take_damage(layout, text_trim(line));
		} else if (text_is(word, "load")) {
			take_load(layout, line);
		} else if (text_is(word, "section")) {
			take_section(layout, line);
		}
	}
}

/* ---- where it is mapped */

static bool same_file(const struct region *a, const struct region *b)
{
	return a->inode && a->inode == b->inode && a->major == b->major &&
		a->minor == b->minor;
}

long elf_file_region(const struct region *regions, size_t i)
{
	const struct region *region = &regions[i];

	if (region->inode || region->type == REGION_VDSO)
		return (long)i;
	if (!i || region->shared || !regions[i - 1].inode ||
	    regions[i - 1].end != region->start || !regions[i - 1].write)
		return -1;
	return (long)i - 1;
}

/* The region where the loader began to map the file: a library's parts lie
 * one behind the other in the order that they have in the file. */
static size_t first_region(const struct region *regions, size_t i)
{
	while (i && same_file(&regions[i - 1], &regions[i]) &&
	       regions[i - 1].offset <= regions[i].offset)
		i--;
	return i;
}

/* The file's address that REGION starts at, if it is a part of LOAD; pages
 * are mapped whole, so it may lie a little before. */
static bool load_address(const struct layout_load *load,
	const struct region *region, uint32_t page_size, uint64_t *out)
{
	uint64_t start = load->offset - load->offset % page_size;

	if (!load->file_size || region->offset < start ||
	    region->offset >= load->offset + load->file_size)
		return false;
	*out = load->vaddr + (region->offset - load->offset);
	return true;
}

/* How far the file was moved, by one of its regions; several segments may
 * share a page of the file, so with KNOWN only *BIAS is believed. */
static bool find_bias(const struct elf_layout *layout,
	const struct region *region, uint32_t page_size, bool known,
	uint64_t *bias)
{
	size_t i;

	for (i = 0; i < layout->nloads; i++) {
		uint64_t vaddr;

		if (!load_address(&layout->loads[i], region, page_size,
			&vaddr) || (known && region->start - vaddr != *bias))
			continue;
		*bias = region->start - vaddr;
		return true;
	}
	return false;
}

bool elf_layout_bias(const struct elf_layout *layout,
	const struct region *regions, size_t file, uint32_t page_size,
	uint64_t *bias)
{
	*bias = 0;
	if (!layout->is_elf || !page_size)
		return false;
	if (!layout->is_exec && !find_bias(layout,
		    &regions[first_region(regions, file)], page_size, false,
		    bias))
		return false;
	/* A file that is mapped by itself, not by a loader, is not where its
	 * first part says. */
	return find_bias(layout, &regions[file], page_size, true, bias);
}

uint64_t elf_layout_end(const struct elf_layout *layout, uint64_t vaddr)
{
	size_t i;

	for (i = 0; i < layout->nloads; i++)
		if (vaddr - layout->loads[i].vaddr < layout->loads[i].mem_size)
			return layout->loads[i].vaddr +
				layout->loads[i].mem_size;
	return 0;
}

bool elf_layout_address(const struct elf_layout *layout,
	const struct region *regions, size_t file, uint64_t va,
	uint32_t page_size, uint64_t *out)
{
	uint64_t bias;

	if (!elf_layout_bias(layout, regions, file, page_size, &bias))
		return false;
	*out = va - bias;
	return elf_layout_end(layout, *out);
}

const struct layout_section *elf_layout_section(
	const struct elf_layout *layout, uint64_t vaddr, uint64_t n)
{
	const struct layout_section *best = NULL;
	uint64_t end = vaddr > UINT64_MAX - n ? UINT64_MAX : vaddr + n;
	uint64_t most = 0;
	size_t low = 0, high = layout->nsections;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct layout_section *section =
			&layout->sections[middle];

		if (section->vaddr + section->size > vaddr)
			high = middle;
		else
			low = middle + 1;
	}
	for (; low < layout->nsections && layout->sections[low].vaddr < end;
	     low++) {
		const struct layout_section *section = &layout->sections[low];
		uint64_t from = section->vaddr > vaddr ? section->vaddr : vaddr;
		uint64_t to = section->vaddr + section->size;

		to = to < end ? to : end;
		if (to - from > most) {
			most = to - from;
			best = section;
		}
	}
	return best;
}
