/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "swap_rows.h"

#include <stdlib.h>
#include <string.h>

#include "space_impl.h"
#include "vmatlas/base/mem.h"

void swap_rows_clear(struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->nswaps; i++)
		free(snapshot->swaps[i].area.file);
	snapshot->nswaps = 0;
	snapshot->swaps_answer = ANSWER_OK;
	snapshot->swap_unnamed = false;
}

static void take_types(struct snapshot *snapshot, uint32_t seen)
{
	int types[SWAP_AREAS_MAX];
	size_t i;

	swaps_types(seen, snapshot->nswaps, types);
	for (i = 0; i < snapshot->nswaps; i++)
		snapshot->swaps[i].type = types[i];
}

static void take_shares(struct snapshot *snapshot, const struct mine *mine)
{
	uint64_t page_size = snapshot->machine->facts.page_size;
	uint64_t placed = 0;
	uint32_t seen = 0;
	size_t i;

	for (i = 0; mine->frames_told && i < MINE_SWAP_TYPES; i++)
		if (mine->swap[i])
			seen |= UINT32_C(1) << i;
	take_types(snapshot, seen);
	for (i = 0; i < snapshot->nswaps; i++) {
		struct swap_row *row = &snapshot->swaps[i];

		if (row->type < 0)
			continue;
		row->mine_known = mine->frames_told;
		row->mine = mine->swap[row->type] * page_size;
		placed += mine->swap[row->type];
	}
	for (i = 0; i < snapshot->nswaps; i++) {
		struct swap_row *row = &snapshot->swaps[i];

		if (row->mine_known)
			continue;
		row->mine_known = snapshot->nswaps == 1 || !mine->swapped ||
			(mine->frames_told && placed == mine->swapped);
		row->mine = snapshot->nswaps == 1 ?
			mine->swapped * page_size : 0;
	}
}

static void read_areas(struct snapshot *snapshot, struct source *src)
{
	struct buf buf = { 0 };
	struct swap_area *areas = NULL;
	size_t i, n = 0;

	swap_rows_clear(snapshot);
	snapshot->swaps_answer = source_text(src, PROC_NONE, "swaps", &buf);
	if (snapshot->swaps_answer == ANSWER_OK)
		n = swaps_parse((struct text){ buf_text(&buf), buf.len },
			&areas);
	buf_fini(&buf);
	snapshot->swaps = mem_grow(snapshot->swaps, &snapshot->swaps_cap, n,
		sizeof(*snapshot->swaps));
	for (i = 0; i < n; i++)
		snapshot->swaps[i] = (struct swap_row){ .area = areas[i],
			.type = -1 };
	snapshot->nswaps = n;
	/* The names have moved into the rows. */
	free(areas);
}

void swap_rows_fill(struct snapshot *snapshot, struct source *src,
	const struct mine *mine)
{
	read_areas(snapshot, src);
	if (mine && mine->answer == ANSWER_OK)
		take_shares(snapshot, mine);
}

/* What was seen of other areas says nothing about these. */
static bool areas_changed(const struct snapshot *snapshot, struct space *space)
{
	struct buf files = { 0 };
	bool changed;
	size_t i;

	for (i = 0; i < snapshot->nswaps; i++)
		buf_add(&files, snapshot->swaps[i].area.file,
			snapshot->swaps[i].area.file_len + 1);
	changed = files.len != space->swap_files.len ||
		memcmp(buf_text(&files), buf_text(&space->swap_files),
			files.len);
	buf_fini(&space->swap_files);
	space->swap_files = files;
	return changed;
}

/* All of its entries, for the types that they have. */
static void see_types(struct space *space)
{
	struct reader *reader = space->reader;
	uint64_t from, to;

	reader->swap_seen = 0;
	space_seek(space, 0);
	while (space_next_slice(space, &from, &to)) {
		if (reader_words(reader, from, (size_t)(to - from)) !=
				ANSWER_OK)
			return;
		reader_note_swap(reader);
	}
}

void swap_rows_name(struct snapshot *snapshot, struct space *space,
	uint32_t used, bool walk)
{
	unsigned type;
	bool known;

	if (!used)
		return;
	read_areas(snapshot, space->reader->src);
	known = space->swap_files.len;
	if (areas_changed(snapshot, space)) {
		if (known)
			space->reader->swap_seen = used;
		/* The only area needs nobody to be told from. */
		if (walk && snapshot->nswaps > 1)
			see_types(space);
	}
	take_types(snapshot, space->reader->swap_seen);
	for (type = 0; type < MINE_SWAP_TYPES; type++)
		if (used >> type & 1 && !snapshot_swap_area(snapshot, type))
			snapshot->swap_unnamed = true;
}
