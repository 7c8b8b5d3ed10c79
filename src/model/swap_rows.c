/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "swap_rows.h"

#include <stdlib.h>

#include "vmatlas/base/mem.h"

void swap_rows_clear(struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->nswaps; i++)
		free(snapshot->swaps[i].area.file);
	snapshot->nswaps = 0;
	snapshot->swaps_answer = ANSWER_OK;
}

static void take_shares(struct snapshot *snapshot, const struct mine *mine)
{
	uint64_t page_size = snapshot->machine->facts.page_size;
	int types[SWAP_AREAS_MAX];
	uint64_t placed = 0;
	uint32_t seen = 0;
	size_t i;

	for (i = 0; mine->frames_told && i < MINE_SWAP_TYPES; i++)
		if (mine->swap[i])
			seen |= UINT32_C(1) << i;
	swaps_types(seen, snapshot->nswaps, types);
	for (i = 0; i < snapshot->nswaps; i++) {
		struct swap_row *row = &snapshot->swaps[i];

		row->type = types[i];
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

void swap_rows_fill(struct snapshot *snapshot, struct source *src,
	const struct mine *mine)
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
	if (mine && mine->answer == ANSWER_OK)
		take_shares(snapshot, mine);
}
