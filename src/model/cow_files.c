/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/cow_files.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

static const char *const section_names[NCOW_SECTIONS] = {
#define X(id, name) name,
	COW_SECTIONS(X)
#undef X
};

const char *cow_section_name(unsigned i)
{
	return i < NCOW_SECTIONS ? section_names[i] : NULL;
}

void cow_files_fini(struct cow_files *files)
{
	free(files->files);
	memset(files, 0, sizeof(*files));
}

/* ---- which section a page is of */

/* Where a region's pages are in its file's own addresses. */
struct place {
	const struct elf_layout *layout;	/* NULL: not known */
	uint64_t bias;
	uint32_t page_size;
};

static enum cow_section section_at(const struct place *place, uint64_t va)
{
	const struct layout_section *section;
	unsigned i;

	if (!place->layout)
		return COW_SECTION_UNKNOWN;
	section = elf_layout_section(place->layout, va - place->bias,
		place->page_size);
	for (i = 0; section && i < COW_SECTION_OTHER; i++)
		if (!strcmp(section_names[i],
			buf_text(&place->layout->names) + section->name))
			return i;
	return COW_SECTION_OTHER;
}

/* ---- pages */

/* Of private pages of a file: those that are not its any more. */
static bool is_copied(enum page_state state)
{
	switch (state) {
	case STATE_ANON:
	case STATE_ANON_WAS_SHARED:
	case STATE_COW_SHARED:
	case STATE_COW_COPIED:
	case STATE_KSM:
	case STATE_LAZYFREE:
	case STATE_SWAP:
		return true;
	default:
		return false;
	}
}

static void count_page(struct cow_file *file, const struct place *place,
	bool has_file, uint64_t va, enum page_state state)
{
	enum cow_section section;

	if (!has_file) {
		file->bss += is_copied(state);
		return;
	}
	if (state != STATE_COW_PENDING && !is_copied(state))
		return;
	section = section_at(place, va);
	if (state == STATE_COW_PENDING) {
		file->pending++;
		file->pending_in[section]++;
		return;
	}
	file->copied++;
	file->copied_in[section]++;
	file->shared += state == STATE_COW_SHARED;
}

static void count_region(struct cow_file *file, const struct place *place,
	const struct space *space, size_t region)
{
	const struct region *it = &space->regions[region];
	unsigned shift = space->reader->machine->page_shift, k;
	uint64_t end = it->end;
	struct pages pages;
	size_t i;

	/* Memory that only lies behind .bss is not the file's. */
	if (!it->inode && place->layout)
		end = place->bias + elf_layout_end(place->layout,
			it->start - place->bias);
	for (i = space_block_after(space, it->start >> shift);
	     i < space->nblocks && space->blocks[i]->region == region; i++) {
		const struct block *block = space->blocks[i];

		block_unpack(block, &pages);
		for (k = 0; k < block->npages; k++) {
			uint64_t va = (block->vpn + k) << shift;

			if (va < end)
				count_page(file, place, it->inode, va,
					CLASS_STATE(pages.classes[k]));
		}
	}
}

/* ---- files */

static bool same_name(const struct space *space, const struct region *a,
	const struct region *b)
{
	struct text x = region_name(a, &space->names);
	struct text y = region_name(b, &space->names);

	return x.n == y.n && (!x.n || !memcmp(x.p, y.p, x.n));
}

static struct cow_file *file_of(struct cow_files *files,
	const struct space *space, size_t region)
{
	const struct region *it = &space->regions[region];
	size_t i;

	for (i = files->n; i; i--) {
		const struct region *other =
			&space->regions[files->files[i - 1].region];

		if (other->inode == it->inode && other->major == it->major &&
		    other->minor == it->minor && same_name(space, other, it))
			return &files->files[i - 1];
	}
	if (files->n == COW_FILES_MOST) {
		files->is_cut = true;
		return NULL;
	}
	files->files = mem_grow(files->files, &files->cap, files->n + 1,
		sizeof(*files->files));
	files->files[files->n] = (struct cow_file){ .region = region,
		.known = true, .has_sections = true };
	return &files->files[files->n++];
}

/* Something of it is private by now, or would be on a write. */
static bool has_copies(const uint64_t *state)
{
	uint64_t n = state[STATE_COW_PENDING] + state[STATE_PRESENT];
	unsigned i;

	for (i = 0; i < NSTATES; i++)
		if (is_copied(i))
			n += state[i];
	return n;
}

static void take_region(struct cow_files *files, const struct space *space,
	struct symbols *symbols, size_t region)
{
	const struct region *it = &space->regions[region];
	const uint64_t *state = &space->state_pages[region * NSTATES];
	struct place place = { .page_size =
		space->reader->machine->facts.page_size };
	struct cow_file *file;
	enum answer answer;
	size_t at;

	if (it->shared || it->type == REGION_VDSO || !has_copies(state))
		return;
	place.layout = symbols_layout(symbols, space, region, &at, &answer);
	if (!place.layout && answer == ANSWER_OK)
		return;
	if (files->answer == ANSWER_OK)
		files->answer = answer;
	if (place.layout && !elf_layout_bias(place.layout, space->regions, at,
		    place.page_size, &place.bias))
		place.layout = NULL;
	/* Without a file it is the file's only if the layout says so. */
	if (!it->inode && (!place.layout || !elf_layout_end(place.layout,
		    it->start - place.bias)))
		return;
	file = file_of(files, space, at);
	if (!file)
		return;
	file->has_sections &= place.layout != NULL;
	if (!figures_know(&it->usage, USAGE_STATES) || state[STATE_PRESENT])
		file->known = false;
	if (space->keep_blocks)
		count_region(file, &place, space, region);
}

static int compare_files(const void *a, const void *b)
{
	const struct cow_file *x = a, *y = b;

	if (x->copied != y->copied)
		return x->copied < y->copied ? 1 : -1;
	if (x->pending != y->pending)
		return x->pending < y->pending ? 1 : -1;
	return (x->region > y->region) - (x->region < y->region);
}

void cow_files_count(struct cow_files *files, const struct space *space,
	struct symbols *symbols)
{
	size_t i;

	files->n = 0;
	files->is_cut = false;
	files->answer = ANSWER_OK;
	for (i = 0; space->state_pages && i < space->nregions; i++)
		take_region(files, space, symbols, i);
	if (files->n)
		qsort(files->files, files->n, sizeof(*files->files),
			compare_files);
}
