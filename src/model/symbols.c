/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/symbols.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* Names that were asked for once; free where ANSWER is NANSWERS. */
struct symbol_memo {
	uint32_t layout;
	uint64_t vaddr;
	struct symbol_place place;
};

#define MEMO_FIRST 256

void symbols_forget(struct symbols *symbols)
{
	size_t i;

	for (i = 0; i < symbols->n; i++)
		elf_layout_fini(&symbols->layouts[i].layout);
	symbols->n = symbols->last = 0;
	free(symbols->memo);
	symbols->memo = NULL;
	symbols->nmemo = symbols->cap_memo = 0;
	buf_clear(&symbols->names);
	buf_clear(&symbols->notes);
}

void symbols_fini(struct symbols *symbols)
{
	symbols_forget(symbols);
	free(symbols->layouts);
	buf_fini(&symbols->names);
	buf_fini(&symbols->notes);
	memset(symbols, 0, sizeof(*symbols));
}

/* ---- files */

static bool is_of(const struct symbols *symbols, size_t i,
	const struct space *space, const struct region *region)
{
	const struct known_layout *known = &symbols->layouts[i];

	return known->inode == region->inode && known->major == region->major &&
		known->minor == region->minor &&
		/* Each may have another of the kernel's own libraries. */
		((known->answer == ANSWER_OK && region->inode) ||
		 known->pid == space->process.id.pid) &&
		text_is(region_title(region, &space->names),
			buf_text(&symbols->names) + known->name);
}

static uint32_t keep(struct symbols *symbols, struct text name)
{
	size_t at = symbols->names.len;

	if (!name.n || at > UINT32_MAX / 2)
		return SYMBOL_NONE;
	buf_add(&symbols->names, name.p, name.n);
	buf_char(&symbols->names, '\0');
	return (uint32_t)at;
}

static void put_question(struct buf *out, const struct region *region)
{
	buf_fmt(out, "%s/%" PRIx64 "-%" PRIx64 ":elf",
		region->type == REGION_VDSO ? "vdso" : "map_files",
		region->start, region->end);
}

/* "FILE: what is the matter": its name and WORDS are others'. */
static void note(struct symbols *symbols, const struct known_layout *known,
	const char *before, struct text words, const char *behind)
{
	text_escape(&symbols->notes, text_of(buf_text(&symbols->names) +
		known->name), false);
	buf_fmt(&symbols->notes, ": %s", before);
	text_escape(&symbols->notes, words, false);
	buf_fmt(&symbols->notes, "%s\n", behind);
}

void symbols_add_notes(const struct symbols *symbols, struct buf *out)
{
	struct text rest = { buf_text(&symbols->notes), symbols->notes.len };
	struct text line;

	while (text_line(&rest, &line))
		if (!out->len || !memmem(out->data, out->len, line.p,
			line.n + 1))
			buf_add(out, line.p, line.n + 1);
}

static struct known_layout *ask_layout(struct symbols *symbols,
	const struct space *space, const struct region *region)
{
	struct buf question = { 0 }, answer = { 0 };
	struct known_layout *known;
	uint32_t name;

	name = keep(symbols, region_title(region, &space->names));
	if (symbols->n == SYMBOLS_FILES || name == SYMBOL_NONE)
		return NULL;
	symbols->layouts = mem_grow(symbols->layouts, &symbols->cap,
		symbols->n + 1, sizeof(*known));
	known = &symbols->layouts[symbols->n];
	*known = (struct known_layout){ region->major, region->minor,
		region->inode, name, space->process.id.pid, ANSWER_OK,
		{ .is_elf = false, .damage = SIZE_MAX }, false };
	put_question(&question, region);
	known->answer = source_text(space->reader->src, space->process.id,
		buf_text(&question), &answer);
	if (known->answer == ANSWER_OK)
		elf_layout_parse(&known->layout,
			(struct text){ buf_text(&answer), answer.len });
	if (known->layout.damage != SIZE_MAX)
		note(symbols, known, "a broken ELF file: ",
			text_of(buf_text(&known->layout.names) +
				known->layout.damage), "");
	buf_fini(&question);
	buf_fini(&answer);
	symbols->last = symbols->n++;
	return known;
}

static struct known_layout *find_layout(struct symbols *symbols,
	const struct space *space, const struct region *region)
{
	size_t i;

	if (symbols->last < symbols->n &&
	    is_of(symbols, symbols->last, space, region))
		return &symbols->layouts[symbols->last];
	for (i = 0; i < symbols->n; i++)
		if (is_of(symbols, i, space, region)) {
			symbols->last = i;
			return &symbols->layouts[i];
		}
	return ask_layout(symbols, space, region);
}

/* Programs are in files, not in devices, nor in memory that processes share
 * by some other name. */
static bool may_be_program(const struct region *region)
{
	return region->type == REGION_CODE || region->type == REGION_DATA ||
		region->type == REGION_RODATA || region->type == REGION_FILE ||
		region->type == REGION_VDSO;
}

const struct elf_layout *symbols_layout(struct symbols *symbols,
	const struct space *space, size_t region, size_t *file,
	enum answer *answer)
{
	long at = elf_file_region(space->regions, region);
	const struct known_layout *known;

	*answer = ANSWER_OK;
	if (at < 0 || !may_be_program(&space->regions[at]))
		return NULL;
	*file = (size_t)at;
	known = find_layout(symbols, space, &space->regions[at]);
	*answer = known ? known->answer : ANSWER_UNRECORDED;
	return known && known->layout.is_elf ? &known->layout : NULL;
}

const char *symbols_damage(struct symbols *symbols, const struct space *space,
	size_t region)
{
	long at = elf_file_region(space->regions, region);
	const struct known_layout *known;

	if (at < 0 || !may_be_program(&space->regions[at]))
		return NULL;
	known = find_layout(symbols, space, &space->regions[at]);
	return known && known->layout.damage != SIZE_MAX ?
		buf_text(&known->layout.names) + known->layout.damage : NULL;
}

/* ---- names */

/* "stranger PATH": said once of each file. */
static void note_stranger(struct symbols *symbols, struct text path)
{
	struct known_layout *known = &symbols->layouts[symbols->last];

	if (known->stranger_noted)
		return;
	known->stranger_noted = true;
	note(symbols, known, "no symbols from ", path,
		", which is of another build");
}

enum answer symbols_range(struct symbols *symbols, const struct space *space,
	size_t file, uint64_t first, uint64_t end, struct buf *out)
{
	struct buf question = { 0 };
	struct text text, line, word;
	enum answer answer;
	size_t begin = out->len;

	put_question(&question, &space->regions[file]);
	buf_fmt(&question, "@%" PRIx64 "-%" PRIx64, first, end);
	answer = source_text(space->reader->src, space->process.id,
		buf_text(&question), out);
	buf_fini(&question);
	text = (struct text){ buf_text(out) + begin, out->len - begin };
	if (text_line(&text, &line) && text_word(&line, &word) &&
	    text_is(word, "stranger"))
		note_stranger(symbols, text_trim(line));
	return answer;
}

static struct symbol_memo *memo_find(struct symbol_memo *memo, size_t cap,
	uint32_t layout, uint64_t vaddr)
{
	uint64_t hash = (vaddr ^ (uint64_t)layout << 48) *
		UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 20) & (cap - 1);

	while (memo[i].place.answer != NANSWERS &&
	       (memo[i].layout != layout || memo[i].vaddr != vaddr))
		i = (i + 1) & (cap - 1);
	return &memo[i];
}

static void memo_grow(struct symbols *symbols)
{
	size_t i, cap = symbols->cap_memo ? 2 * symbols->cap_memo : MEMO_FIRST;
	struct symbol_memo *memo = mem_new(cap, sizeof(*memo));

	for (i = 0; i < cap; i++)
		memo[i].place.answer = NANSWERS;
	for (i = 0; i < symbols->cap_memo; i++) {
		const struct symbol_memo *old = &symbols->memo[i];

		if (old->place.answer != NANSWERS)
			*memo_find(memo, cap, old->layout, old->vaddr) = *old;
	}
	free(symbols->memo);
	symbols->memo = memo;
	symbols->cap_memo = cap;
}

/* "symbol OFFSET NAME" */
static uint32_t keep_symbol(struct symbols *symbols, struct text line)
{
	struct buf name = { 0 };
	struct text word;
	uint64_t offset;
	uint32_t at = SYMBOL_NONE;

	if (text_word(&line, &word) && text_all_u64(word, 16, &offset)) {
		line = text_trim(line);
		buf_add(&name, line.p, line.n);
		if (offset && line.n)
			buf_fmt(&name, "+0x%" PRIx64, offset);
		at = keep(symbols, (struct text){ buf_text(&name), name.len });
	}
	buf_fini(&name);
	return at;
}

static struct symbol_place ask_place(struct symbols *symbols,
	const struct space *space, const struct region *region, uint64_t vaddr)
{
	struct symbol_place place = { ANSWER_OK, SYMBOL_NONE, SYMBOL_NONE };
	struct buf question = { 0 }, answer = { 0 };
	struct text text, line, word;

	put_question(&question, region);
	buf_fmt(&question, "@%" PRIx64, vaddr);
	place.answer = source_text(space->reader->src, space->process.id,
		buf_text(&question), &answer);
	text = (struct text){ buf_text(&answer), answer.len };
	while (text_line(&text, &line)) {
		if (!text_word(&line, &word))
			continue;
		if (text_is(word, "section"))
			place.section = keep(symbols, text_trim(line));
		else if (text_is(word, "symbol"))
			place.symbol = keep_symbol(symbols, line);
		else if (text_is(word, "stranger"))
			note_stranger(symbols, text_trim(line));
	}
	buf_fini(&question);
	buf_fini(&answer);
	return place;
}

struct symbol_place symbols_at(struct symbols *symbols,
	const struct space *space, size_t region, uint64_t va)
{
	struct symbol_place place = { ANSWER_OK, SYMBOL_NONE, SYMBOL_NONE };
	const struct elf_layout *layout;
	struct symbol_memo *memo;
	uint64_t vaddr;
	size_t file;

	layout = symbols_layout(symbols, space, region, &file, &place.answer);
	if (!layout || !elf_layout_address(layout, space->regions, file, va,
		    space->reader->machine->facts.page_size, &vaddr))
		return place;
	if (symbols->nmemo >= symbols->cap_memo / 2)
		memo_grow(symbols);
	memo = memo_find(symbols->memo, symbols->cap_memo,
		(uint32_t)symbols->last, vaddr);
	if (memo->place.answer != NANSWERS)
		return memo->place;
	place = ask_place(symbols, space, &space->regions[file], vaddr);
	if (place.answer == ANSWER_OK) {
		*memo = (struct symbol_memo){ (uint32_t)symbols->last, vaddr,
			place };
		symbols->nmemo++;
	}
	return place;
}

uint32_t symbols_section(struct symbols *symbols, const struct space *space,
	size_t region, uint64_t va, uint64_t n, enum answer *answer)
{
	const struct layout_section *section;
	const struct elf_layout *layout;
	uint64_t bias;
	size_t file;

	layout = symbols_layout(symbols, space, region, &file, answer);
	if (!layout || !elf_layout_bias(layout, space->regions, file,
		    space->reader->machine->facts.page_size, &bias))
		return SYMBOL_NONE;
	section = elf_layout_section(layout, va - bias, n);
	return section ? keep(symbols, text_of(buf_text(&layout->names) +
		section->name)) : SYMBOL_NONE;
}
