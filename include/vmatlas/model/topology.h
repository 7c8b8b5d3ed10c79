/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_TOPOLOGY_H
#define VMATLAS_MODEL_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/kernel/release.h"
#include "vmatlas/kernel/zoneinfo.h"
#include "vmatlas/source/source.h"

/*
 * A struct topology is what sysfs adds to zoneinfo about where memory is: how
 * far nodes are from each other, and of which node and zone the memory blocks
 * are that lie in the spans of several.  Both cost a file for each node or
 * block, so it is read where it is needed only (several nodes, spans that
 * overlap) and kept for as long as the zones are what they were; it is
 * immutable and shared by reference.
 *
 * Kernel: Documentation/admin-guide/mm/memory-hotplug.rst ("valid_zones" of a
 * block that is online is its zone, or "none" where it is of several; before
 * 4.13 names of zones that it could be moved to follow), Documentation/ABI/
 * stable/sysfs-devices-node ("distance").
 */
struct memory_run {		/* consecutive memory blocks that are alike */
	uint64_t start, end;	/* frames; END exclusive */
	bool offline;		/* or not there: these are in no zone */
	int node;		/* -1: not told */
	char zone[ZONE_NAME_MAX];	/* empty: not told */
};

struct topology {
	int refs;
	struct memory_run *runs;	/* sorted */
	size_t nruns;
	/* Nodes in zoneinfo's order, and the distance from the one at row I
	 * to the one at column K at [i * nnodes + k]; NULL: not known. */
	int *nodes;
	size_t nnodes;
	uint32_t *distances;
	enum answer distance;	/* why not; OK for a single node */
	enum answer blocks;	/* of block_size_bytes; OK if not asked for */
};

struct topology *topology_read(struct source *src, const struct zone *zones,
	size_t nzones, uint32_t page_size);
struct topology *topology_ref(struct topology *topology);
/* NULL is fine. */
void topology_unref(struct topology *topology);
/* Are zones B where zones A were?  Then what was read for A is true of B. */
bool topology_same(const struct zone *a, size_t na, const struct zone *b,
	size_t nb);
/* Do some frames lie in the spans of both? */
bool zones_overlap(const struct zone *a, const struct zone *b);
/* The run that PFN lies in, or NULL: nobody was asked about it, or nobody
 * could tell. */
const struct memory_run *topology_run(const struct topology *topology,
	uint64_t pfn);

/*
 * The zones that an allocation on the node of ZONE which may have that type of
 * zone at most walks, in order, as words "0/Normal 0/DMA32 1/Normal"; false,
 * with nothing written, where that is not known.
 *
 * Of each node, its zones from that type down, as far as they have pages
 * (build_zonerefs_node in mm/page_alloc.c).  Of several nodes, first all
 * zones of the nearest: so since 4.14 (commit c9bff3eebc09); before, "zone"
 * order could be chosen and was the default on 32-bit machines (commit
 * 3193913ce62c), which no file tells once it is "default": not known.
 * Nodes go by distance (find_next_best_node); where two differ by so little
 * that the kernel's weights decide, which no file tells either, the names of
 * both are one word with | between them: in an order that is not known.
 */
bool topology_fallback(const struct topology *topology,
	const struct kernel_rules *rules, const struct zone *zones,
	size_t nzones, size_t zone, struct buf *out);

#endif
