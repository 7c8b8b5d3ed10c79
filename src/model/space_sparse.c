/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "space_impl.h"

/*
 * Kernels before 6.7 do not say where a region is populated.  To read all
 * entries of a huge reservation for the few pages in it takes seconds: then
 * its figures are those of smaps, and where its pages are is not known.
 */

/* What can be read in a few milliseconds is read. */
#define READ_BYTES (UINT64_C(4) << 30)
/* As is what has a page in so many. */
#define READ_SHARE 64

static bool is_too_sparse(const struct space *space, const struct region *r)
{
	uint64_t nbytes = r->end - r->start;

	return space->smaps == ANSWER_OK && r->smaps_known &&
		nbytes > READ_BYTES && r->smaps_resident < nbytes / READ_SHARE;
}

/* Once in a pass, for all that will be skipped in it. */
static void ask_smaps(struct space *space)
{
	struct buf text = { 0 };

	if (space->told && space->told_pass == space->pass)
		return;
	free(space->told);
	space->told_pass = space->pass;
	space->ntold = space->nregions;
	space->told = mem_new(space->ntold + 1, sizeof(*space->told));
	memcpy(space->told, space->regions,
		space->ntold * sizeof(*space->told));
	if (source_text(space->reader->src, space->process.id, "smaps",
		    &text) == ANSWER_OK)
		regions_take_usage(space->told, space->ntold,
			(struct text){ buf_text(&text), text.len });
	buf_fini(&text);
}

bool space_skips_region(struct space *space)
{
	struct region *r = &space->regions[space->at_region];
	const struct figures *told;
	bool sparse;

	if (space->skip == SKIP_NOTHING)
		return false;
	sparse = is_too_sparse(space, r);
	if (sparse)
		ask_smaps(space);
	if (space->skip == SKIP_SPARSE) {
		r->by_smaps = sparse;
		return sparse;
	}
	told = sparse ? &space->told[space->at_region].usage : NULL;
	return told && figures_know(told, USAGE_SWAP) && !told->swap;
}

void space_use_told(const struct space *space, size_t region)
{
	struct region *r = &space->regions[region];

	if (!r->by_smaps)
		return;
	if (region < space->ntold && space->told[region].start == r->start)
		r->usage = space->told[region].usage;
	else
		r->usage.known = 0;
	r->usage.known &= ~(uint32_t)(USAGE_STATES | USAGE_ZONES |
		USAGE_CACHED);
	r->splits_known = r->splits_last_known = false;
}
