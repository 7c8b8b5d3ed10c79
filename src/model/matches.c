/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/matches.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/model/snapshot.h"

/* The space's blocks may be others now: those that stayed keep what is known
 * of them. */
static void follow_blocks(struct matches *matches, const struct space *space)
{
	struct match_block *blocks = mem_new(space->nblocks, sizeof(*blocks));
	size_t i, old = 0;

	for (i = 0; i < space->nblocks; i++) {
		uint64_t vpn = space->blocks[i]->vpn;

		while (old < matches->n && matches->blocks[old].vpn < vpn)
			old++;
		if (old < matches->n && matches->blocks[old].vpn == vpn)
			blocks[i] = matches->blocks[old];
		blocks[i].vpn = vpn;
	}
	free(matches->blocks);
	matches->blocks = blocks;
	matches->n = space->nblocks;
	matches->at = 0;
}

void matches_begin(struct matches *matches, const struct filter *filter,
	const struct space *space)
{
	bool same = matches->pid == space->process.id.pid &&
		!memcmp(&matches->filter, filter, sizeof(*filter));

	if (!same)
		matches_fini(matches);
	matches->filter = *filter;
	matches->pid = space->process.id.pid;
	if (filter->n)
		follow_blocks(matches, space);
}

bool matches_step(struct matches *matches, struct space *space)
{
	for (; matches->at < matches->n; matches->at++) {
		struct match_block *it = &matches->blocks[matches->at];
		const struct block *block = space->blocks[matches->at];

		if (it->known && it->refresh == block->refresh &&
		    it->pass == block->pass &&
		    it->matched.npages == block->npages)
			continue;
		if (matcher_block(space, block, &matches->filter,
			    &it->matched))
			return false;
		it->known = true;
		it->refresh = block->refresh;
		it->pass = block->pass;
		matches->at++;
		return true;
	}
	matches->whole = true;
	return false;
}

static void fill_void(const struct space *space, struct snapshot *snapshot)
{
	size_t i;

	snapshot->void_matches = mem_grow(snapshot->void_matches,
		&snapshot->void_matches_cap, space->nregions, 1);
	for (i = 0; i < space->nregions; i++)
		snapshot->void_matches[i] = (uint8_t)matcher_void(space, i,
			&snapshot->filter);
}

void matches_fill(const struct matches *matches, const struct space *space,
	struct snapshot *snapshot)
{
	size_t i, k = 0;

	snapshot->filter = matches->filter;
	snapshot->nmatching = 0;
	if (!snapshot->filter.n)
		return;
	snapshot->matched = mem_grow(snapshot->matched, &snapshot->matched_cap,
		space->nblocks, sizeof(*snapshot->matched));
	for (i = 0; i < space->nblocks; i++) {
		struct matched *out = &snapshot->matched[i];
		uint64_t vpn = space->blocks[i]->vpn;

		while (k < matches->n && matches->blocks[k].vpn < vpn)
			k++;
		if (k < matches->n && matches->blocks[k].vpn == vpn &&
		    matches->blocks[k].known)
			*out = matches->blocks[k].matched;
		else
			memset(out, 0, sizeof(*out));
		/* A block that is another one by now. */
		if (out->npages != space->blocks[i]->npages)
			memset(out, 0, sizeof(*out));
		snapshot->nmatching += out->nyes;
	}
	fill_void(space, snapshot);
}

void matches_fini(struct matches *matches)
{
	free(matches->blocks);
	memset(matches, 0, sizeof(*matches));
}
