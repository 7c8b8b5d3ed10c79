/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_CACHED_H
#define VMATLAS_MODEL_CACHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/text.h"
#include "vmatlas/model/region.h"
#include "vmatlas/source/source.h"

/*
 * A struct cached_map is which pages of one region's file the page cache has,
 * mapped here or not (cachestat(2), or mincore(2) before Linux 6.5).
 *
 * Invariants: it speaks of pages FROM..TO only, all of them in the region;
 * the ranges are sorted, lie within FROM..TO and do not touch each other.
 *
 * What is asked depends on the region alone, never on what part of it is on
 * screen: parts of CACHED_CHUNK pages for their count, and where some of a
 * part are there, windows of a slice for the pages.  Both are aligned to
 * absolute addresses.  So a recording answers whatever a replay asks.
 */
#define CACHED_CHUNK ((uint64_t)1 << 18)

struct cached_map {
	uint64_t start, end;	/* of the region: */
	uint64_t offset, inode;
	uint32_t major, minor;
	enum answer answer;	/* of the last question */
	bool shmem;		/* the file is shared memory or tmpfs */
	uint64_t file_pages;	/* how many it has; UINT64_MAX: not known */
	uint64_t from, to;	/* pages; equal: it speaks of none */
	uint64_t asked_to;	/* it was asked to speak of so many */
	struct vpn_range *ranges;
	size_t n, cap;
	uint32_t refresh;	/* when it was read; the owner's */
};

/* Could the page cache have pages of it that are not mapped in? */
bool cached_applies(const struct region *region, struct text name);

/*
 * Read FROM..TO (pages, cut to the region) into MAP, whatever it had before;
 * it may speak of more than that, as windows are whole.  *LEFT is how many
 * questions may still be asked: where they run out MAP ends early.  MAP's
 * answer says why it speaks of nothing.
 */
void cached_read(struct cached_map *map, struct source *src,
	struct proc_id id, const struct region *region, unsigned page_shift,
	uint64_t from, uint64_t to, unsigned *left);
/* MAP is about this region as it is now, and speaks of all of FROM..TO. */
bool cached_covers(const struct cached_map *map, const struct region *region,
	uint64_t from, uint64_t to);
/* MAP was asked about all of that, whatever came of it. */
bool cached_asked(const struct cached_map *map, const struct region *region,
	uint64_t from, uint64_t to);
/* The first range that ends above VPN (n: none). */
size_t cached_after(const struct cached_map *map, uint64_t vpn);
bool cached_has(const struct cached_map *map, uint64_t vpn);
void cached_free(struct cached_map *map);

/*
 * The answer to a question for pages (source.h): adds the runs that lie in
 * pages 0..N to the ranges of MAP, FIRST being page 0.  False: TEXT is no such
 * answer; the map then has what was good before.
 */
bool cached_parse(struct cached_map *map, struct text text, uint64_t first,
	uint64_t n);

#endif
