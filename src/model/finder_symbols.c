/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "finder_impl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* ---- which regions */

static struct text last_part(struct text path)
{
	size_t i = path.n;

	while (i && path.p[i - 1] != '/')
		i--;
	return (struct text){ path.p + i, path.n - i };
}

static bool is_same_file(const struct region *a, const struct region *b)
{
	return a->inode == b->inode && a->major == b->major &&
		a->minor == b->minor;
}

/* Of the regions that map parts of a file one behind the other, FIRST is the
 * first; *END is behind the last. */
static bool begins_file(const struct space *space, size_t first, size_t *end)
{
	const struct region *region = &space->regions[first];

	if (!region->inode || (first && is_same_file(region, region - 1)))
		return false;
	for (*end = first + 1; *end < space->nregions; ++*end)
		if (!is_same_file(region, &space->regions[*end]))
			break;
	return true;
}

/* ---- what is there */

static void add_place(struct finder *finder, const struct space *space,
	uint64_t va)
{
	if (finder->nplaces == FINDER_PLACES ||
	    regions_find(space->regions, space->nregions, va) < 0)
		return;
	finder->places = mem_grow(finder->places, &finder->places_cap,
		finder->nplaces + 1, sizeof(*finder->places));
	finder->places[finder->nplaces++] = va;
}

static void ask_names(struct finder *finder, struct space *space,
	const struct region *region, uint64_t bias)
{
	const struct find *find = &finder->find;
	struct buf question = { 0 }, answer = { 0 };
	struct text text, line, word;
	enum answer told;

	buf_fmt(&question, "map_files/%" PRIx64 "-%" PRIx64 ":elf?%s",
		region->start, region->end, find->name);
	told = source_text(space->reader->src, space->process.id,
		buf_text(&question), &answer);
	if (told != ANSWER_OK)
		finder->found.answer = told;
	text = (struct text){ buf_text(&answer), answer.len };
	while (told == ANSWER_OK && text_line(&text, &line)) {
		uint64_t vaddr;

		if (text_word(&line, &word) && text_is(word, "symbol") &&
		    text_word(&line, &word) && text_all_u64(word, 16, &vaddr))
			add_place(finder, space, vaddr + bias + find->offset);
	}
	buf_fini(&question);
	buf_fini(&answer);
}

/* The file that is mapped from region FIRST on, to END. */
static void ask_file(struct finder *finder, struct space *space,
	struct symbols *symbols, size_t first, size_t end)
{
	uint32_t page_size = space->reader->machine->facts.page_size;
	size_t i;

	for (i = first; i < end; i++) {
		const struct elf_layout *layout;
		enum answer answer;
		uint64_t bias;
		size_t file;

		layout = symbols_layout(symbols, space, i, &file, &answer);
		if (answer != ANSWER_OK)
			finder->found.answer = answer;
		if (!layout || !elf_layout_bias(layout, space->regions, file,
				page_size, &bias))
			continue;
		if (finder->find.name[0])
			ask_names(finder, space, &space->regions[file], bias);
		else
			add_place(finder, space, bias + finder->find.offset);
		return;
	}
}

static int compare_places(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void sort_places(struct finder *finder)
{
	size_t i, n = 0;

	if (finder->nplaces)
		qsort(finder->places, finder->nplaces,
			sizeof(*finder->places), compare_places);
	for (i = 0; i < finder->nplaces; i++)
		if (!n || finder->places[n - 1] != finder->places[i])
			finder->places[n++] = finder->places[i];
	finder->nplaces = finder->found.nplaces = n;
	finder->collected = true;
}

bool finder_collect(struct finder *finder, struct space *space,
	struct symbols *symbols)
{
	struct text file = last_part(text_of(finder->find.file));
	char name[QUERY_NAME];

	query_copy(name, file);
	while (finder->region < space->nregions) {
		size_t first = finder->region++, end;

		finder->found.done = finder->region;
		if (!begins_file(space, first, &end) ||
		    !filter_has(last_part(region_title(&space->regions[first],
				&space->names)), name))
			continue;
		ask_file(finder, space, symbols, first, end);
		return true;
	}
	sort_places(finder);
	return false;
}

void finder_choose(struct finder *finder)
{
	const struct find *find = &finder->find;
	struct found *found = &finder->found;
	size_t n = finder->nplaces, i = 0;

	if (!n) {
		found->how = FOUND_NOT;
		return;
	}
	while (i < n && finder->places[i] < find->from)
		i++;
	found->wrapped = find->backward ? !i : i == n;
	if (find->backward)
		i = i ? i - 1 : n - 1;
	else
		i = i < n ? i : 0;
	found->start = finder->places[i];
	found->end = found->start + 1;
	found->how = FOUND_IT;
}
