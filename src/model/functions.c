/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/functions.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"

void functions_fini(struct functions *functions)
{
	free(functions->rows);
	buf_fini(&functions->names);
	memset(functions, 0, sizeof(*functions));
}

void functions_copy(struct functions *out, const struct functions *functions)
{
	struct functions kept = *out;

	if (kept.serial != functions->serial) {
		buf_clear(&kept.names);
		buf_add(&kept.names, buf_text(&functions->names),
			functions->names.len);
	}
	kept.rows = mem_grow(kept.rows, &kept.cap, functions->n,
		sizeof(*kept.rows));
	if (functions->n)
		memcpy(kept.rows, functions->rows,
			functions->n * sizeof(*kept.rows));
	*out = *functions;
	out->rows = kept.rows;
	out->cap = kept.cap;
	out->names = kept.names;
}

/* ---- names */

static uint32_t keep(struct functions *functions, struct text name)
{
	size_t at = functions->names.len;

	buf_add(&functions->names, name.p, name.n);
	buf_char(&functions->names, '\0');
	return (uint32_t)at;
}

/* What a region's names are asked with. */
struct question {
	struct symbols *symbols;
	const struct space *space;
	const struct elf_layout *layout;
	size_t region, file;
	uint64_t bias;
	uint32_t section;		/* the last one that was met, */
	const struct layout_section *last;
};

static uint32_t section_of(struct functions *functions, struct question *q,
	uint64_t vaddr)
{
	const struct layout_section *section =
		elf_layout_section(q->layout, vaddr, 1);

	if (!section)
		return SYMBOL_NONE;
	if (section != q->last)
		q->section = keep(functions, text_of(
			buf_text(&q->layout->names) + section->name));
	q->last = section;
	return q->section;
}

/* "ADDRESS BYTES NAME" */
static void take_symbol(struct functions *functions, struct question *q,
	struct text line)
{
	const struct region *region = &q->space->regions[q->region];
	struct function row = { .region = (uint32_t)q->region };
	uint64_t vaddr, size, last;
	struct text word;

	if (!text_word(&line, &word) || !text_all_u64(word, 16, &vaddr) ||
	    !text_word(&line, &word) || !text_all_u64(word, 16, &size) ||
	    size > UINT32_MAX)
		return;
	line = text_trim(line);
	row.va = vaddr + q->bias;
	last = size ? row.va + size - 1 : row.va;
	if (!line.n || row.va < region->start || row.va >= region->end ||
	    row.va < functions->wish.from || last < functions->wish.start ||
	    row.va >= functions->wish.end ||
	    functions->names.len > UINT32_MAX / 2)
		return;
	row.size = (uint32_t)size;
	row.name = keep(functions, line);
	row.section = section_of(functions, q, vaddr);
	row.has_offset = region->inode;
	row.file_offset = region->offset + (row.va - region->start);
	functions->rows = mem_grow(functions->rows, &functions->cap,
		functions->n + 1, sizeof(row));
	functions->rows[functions->n++] = row;
}

/* One answer's worth; true: there is more, from *VADDR on. */
static bool take_answer(struct functions *functions, struct question *q,
	uint64_t *vaddr, uint64_t end)
{
	struct buf answer = { 0 };
	struct text text, line, word;
	uint64_t next = *vaddr;
	enum answer how = symbols_range(q->symbols, q->space, q->file, *vaddr,
		end, &answer);

	if (functions->answer == ANSWER_OK)
		functions->answer = how;
	text = (struct text){ buf_text(&answer), answer.len };
	while (how == ANSWER_OK && text_line(&text, &line)) {
		if (!text_word(&line, &word))
			continue;
		if (text_is(word, "symbol"))
			take_symbol(functions, q, line);
		else if (text_is(word, "next") && text_word(&line, &word))
			text_all_u64(word, 16, &next);
	}
	buf_fini(&answer);
	if (next <= *vaddr || next >= end)
		return false;
	*vaddr = next;
	return true;
}

static void take_region(struct functions *functions, struct symbols *symbols,
	const struct space *space, size_t i)
{
	const struct region *region = &space->regions[i];
	struct question q = { .symbols = symbols, .space = space,
		.region = i };
	enum answer answer;
	uint64_t vaddr, end;

	q.layout = symbols_layout(symbols, space, i, &q.file, &answer);
	if (functions->answer == ANSWER_OK)
		functions->answer = answer;
	if (!q.layout || !elf_layout_bias(q.layout, space->regions, q.file,
		    space->reader->machine->facts.page_size, &q.bias))
		return;
	vaddr = (region->start > functions->wish.from ? region->start :
		functions->wish.from) - q.bias;
	end = region->end - q.bias;
	if (vaddr >= end)
		return;
	while (take_answer(functions, &q, &vaddr, end))
		if (functions->n >= FUNCTIONS_MOST) {
			functions->next = vaddr + q.bias;
			return;
		}
}

static bool is_asked(const struct functions *functions,
	const struct region *region)
{
	const struct functions_wish *wish = &functions->wish;

	return region->end > wish->start && region->end > wish->from &&
		region->start < wish->end &&
		(!wish->only_code || region->exec);
}

/* As FNV-1a does, by words. */
static uint64_t mix(uint64_t key, uint64_t word)
{
	return (key ^ word ^ word >> 29) * UINT64_C(0x100000001b3);
}

/* What the names depend on: nothing but who it is and what is mapped where. */
static uint64_t key_of(const struct functions *functions,
	const struct space *space)
{
	const struct functions_wish *wish = &functions->wish;
	uint64_t key = UINT64_C(0xcbf29ce484222325);
	size_t i;

	key = mix(mix(mix(mix(key, wish->start), wish->end), wish->from),
		wish->only_code);
	key = mix(mix(key, (uint64_t)space->process.id.pid),
		space->process.id.starttime);

	for (i = 0; i < space->nregions; i++) {
		const struct region *region = &space->regions[i];

		if (!is_asked(functions, region))
			continue;
		key = mix(mix(mix(key, region->start), region->end),
			region->offset);
		key = mix(mix(mix(key, region->inode), region->major),
			region->minor);
	}
	return key;
}

static void take_names(struct functions *functions, struct symbols *symbols,
	const struct space *space)
{
	size_t i;

	functions->n = 0;
	functions->next = UINT64_MAX;
	functions->answer = ANSWER_OK;
	functions->serial++;
	buf_clear(&functions->names);
	for (i = regions_after(space->regions, space->nregions,
		functions->wish.start); i < space->nregions &&
	     functions->next == UINT64_MAX; i++) {
		if (!is_asked(functions, &space->regions[i]))
			continue;
		if (functions->n >= FUNCTIONS_MOST)
			functions->next = space->regions[i].start;
		else
			take_region(functions, symbols, space, i);
	}
}

/* ---- pages */

/* What the blocks of one region before each of its blocks come to. */
struct tally {
	uint64_t present, swapped;
};

struct region_tally {
	size_t region, first, n;	/* blocks */
	struct tally *before;		/* [n + 1] */
	size_t cap;
	const struct block *unpacked;	/* whose pages these are */
	struct pages pages;
};

/* The kernel's own pages are in that state before they are there, too. */
static void count_page(struct tally *tally, const struct pages *pages,
	size_t k)
{
	tally->present += (pages->words[k] & PM_PRESENT) != 0;
	tally->swapped += CLASS_STATE(pages->classes[k]) == STATE_SWAP;
}

/* Of one block one function is asked after another. */
static void unpack(struct region_tally *tally, const struct block *block)
{
	if (tally->unpacked != block)
		block_unpack(block, &tally->pages);
	tally->unpacked = block;
}

static void tally_region(struct region_tally *tally, const struct space *space,
	size_t region)
{
	unsigned shift = space->reader->machine->page_shift, k;
	struct tally sum = { 0 };
	size_t i;

	tally->region = region;
	tally->unpacked = NULL;
	tally->first = space_block_after(space,
		space->regions[region].start >> shift);
	tally->n = 0;
	for (i = tally->first; i < space->nblocks &&
	     space->blocks[i]->region == region; i++) {
		const struct block *block = space->blocks[i];

		tally->before = mem_grow(tally->before, &tally->cap,
			tally->n + 2, sizeof(*tally->before));
		tally->before[tally->n++] = sum;
		unpack(tally, block);
		for (k = 0; k < block->npages; k++)
			count_page(&sum, &tally->pages, k);
	}
	tally->before = mem_grow(tally->before, &tally->cap, tally->n + 1,
		sizeof(*tally->before));
	tally->before[tally->n] = sum;
}

/* Of the region's pages those below VPN. */
static struct tally tally_below(struct region_tally *tally,
	const struct space *space, uint64_t vpn)
{
	size_t i = space_block_after(space, vpn), at;
	const struct block *block;
	struct tally sum;
	uint64_t k;

	at = i > tally->first ? i - tally->first : 0;
	if (at >= tally->n)
		return tally->before[tally->n];
	block = space->blocks[tally->first + at];
	sum = tally->before[at];
	unpack(tally, block);
	for (k = 0; k < block->npages && block->vpn + k < vpn; k++)
		count_page(&sum, &tally->pages, k);
	return sum;
}

/* Is page VPN of the region in memory? */
static bool is_present(struct region_tally *tally,
	const struct space *space, uint64_t vpn)
{
	return tally_below(tally, space, vpn + 1).present >
		tally_below(tally, space, vpn).present;
}

static void count_row(struct function *row, struct region_tally *tally,
	const struct space *space)
{
	const struct region *region = &space->regions[row->region];
	unsigned shift = space->reader->machine->page_shift;
	uint64_t page = UINT64_C(1) << shift, end = row->va + row->size;
	uint64_t first, last, resident;
	struct tally from, to;

	row->pages = row->present = row->swapped = row->resident = 0;
	if (!row->size)
		return;
	if (end > region->end)
		end = region->end;
	first = row->va >> shift;
	last = (end - 1) >> shift;
	from = tally_below(tally, space, first);
	to = tally_below(tally, space, last + 1);
	row->pages = (uint32_t)(last - first + 1);
	row->present = (uint32_t)(to.present - from.present);
	row->swapped = (uint32_t)(to.swapped - from.swapped);
	resident = (uint64_t)row->present << shift;
	/* Of its first and its last page a part is others'. */
	if (row->present && is_present(tally, space, first))
		resident -= row->va % page;
	if (row->present && end % page && is_present(tally, space, last))
		resident -= page - end % page;
	row->resident = (uint32_t)resident;
}

static void count_pages(struct functions *functions, const struct space *space)
{
	struct region_tally tally = { .region = SIZE_MAX };
	size_t i;

	functions->known = space->keep_blocks && space->whole &&
		space->reader->depth >= DEPTH_STATES &&
		space->reader->answers[WORDS_PAGEMAP] == ANSWER_OK;
	for (i = 0; i < functions->n; i++) {
		struct function *row = &functions->rows[i];
		long region = regions_find(space->regions, space->nregions,
			row->va);

		/* Regions before it may have come or gone. */
		if (region < 0)
			continue;
		row->region = (uint32_t)region;
		if (tally.region != row->region)
			tally_region(&tally, space, row->region);
		count_row(row, &tally, space);
	}
	free(tally.before);
}

void functions_fill(struct functions *functions, const struct space *space,
	struct symbols *symbols, const struct functions_wish *wish)
{
	uint64_t key;

	functions->wish = *wish;
	functions->id = space->process.id;
	key = key_of(functions, space);
	if (!functions->serial || functions->key != key ||
	    functions->answer != ANSWER_OK) {
		functions->key = key;
		take_names(functions, symbols, space);
	}
	count_pages(functions, space);
}
