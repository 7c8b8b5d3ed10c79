/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "space_impl.h"

/* A sampler that was given up may still have one that its successor drops. */
struct lent {
	atomic_uint refs;	/* snapshots, and the space */
	struct region *regions;
	struct buf names;
	uint64_t *zone_pages, *state_pages;
};

struct lent *space_lend(struct space *space)
{
	struct lent *lent = space->lent;

	if (!lent) {
		lent = space->lent = mem_new(1, sizeof(*lent));
		atomic_init(&lent->refs, 1);
		lent->regions = space->regions;
		lent->names = space->names;
		lent->zone_pages = space->zone_pages;
		lent->state_pages = space->state_pages;
	}
	atomic_fetch_add(&lent->refs, 1);
	return lent;
}

void lent_unref(struct lent *lent)
{
	if (!lent || atomic_fetch_sub(&lent->refs, 1) != 1)
		return;
	free(lent->regions);
	buf_fini(&lent->names);
	free(lent->zone_pages);
	free(lent->state_pages);
	free(lent);
}

static void *copy_of(const void *array, size_t n, size_t size)
{
	void *copy = array ? mem_new(n, size) : NULL;

	if (copy && n)
		memcpy(copy, array, n * size);
	return copy;
}

void space_own(struct space *space)
{
	struct lent *lent = space->lent;

	space->lent = NULL;
	if (lent && atomic_load(&lent->refs) > 1) {
		space->regions = copy_of(lent->regions, space->nregions,
			sizeof(*space->regions));
		memset(&space->names, 0, sizeof(space->names));
		buf_add(&space->names, buf_text(&lent->names), lent->names.len);
		space->zone_pages = copy_of(lent->zone_pages,
			space->nregions * space->zone_stride,
			sizeof(*space->zone_pages));
		space->state_pages = copy_of(lent->state_pages,
			space->nregions * NSTATES, sizeof(*space->state_pages));
		lent_unref(lent);
	} else {
		free(lent);
	}
}

void space_disown(struct space *space)
{
	if (space->lent) {
		lent_unref(space->lent);
	} else {
		free(space->regions);
		buf_fini(&space->names);
		free(space->zone_pages);
		free(space->state_pages);
	}
}
