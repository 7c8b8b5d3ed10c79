/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_MACHINE_H
#define VMATLAS_MODEL_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/kernel/iomem.h"
#include "vmatlas/kernel/release.h"
#include "vmatlas/kernel/zoneinfo.h"
#include "vmatlas/model/board.h"
#include "vmatlas/model/topology.h"
#include "vmatlas/source/source.h"

/*
 * A struct machine is the physical side: what the machine is, its zones, and
 * what lies at each physical address.  It is read at every refresh (some
 * 60 us), immutable from then on, and shared by reference.
 */
struct machine {
	int refs;
	struct facts facts;
	struct kernel_rules rules;
	unsigned page_shift;
	/*
	 * In zoneinfo's order; behind these NZONES stand the doubts, up to
	 * NPLACES: "Normal or Movable" for frames that are of one of them, and
	 * nothing tells of which.  Of a doubt there is a name, and a node or
	 * -1 where that is in doubt as well; it has no figures.
	 */
	struct zone *zones;
	size_t nzones, nplaces;
	struct resource *resources;	/* in iomem's order */
	size_t nresources;
	bool resources_hidden;		/* iomem shows zeros to this user */
	struct board *board;		/* names besides iomem's */
	bool zones_overlap;		/* some frames lie in two spans */
	bool zones_unaligned;		/* one begins inside 512 frames */
	struct topology *topology;
	enum answer zoneinfo, buddyinfo, iomem;
	/* What a stretch of frames is, see below. */
	struct stretch *stretches;
	size_t nstretches;
};

/*
 * The physical address space from its first zone or resource to its last, as
 * sorted stretches without overlap (gaps that nobody names are left out).
 * Frames; END exclusive.
 */
enum stretch_kind {
	STRETCH_RAM,		/* System RAM, or in a zone where iomem is not known */
	STRETCH_RESERVED,
	STRETCH_MMIO,
	STRETCH_HOLE,		/* inside a zone's span, but nothing is there */
};

struct stretch {
	uint64_t start, end;
	int zone;		/* index of a zone or doubt, or -1 */
	enum stretch_kind kind;
	/* iomem's name, owned by resources; or NULL.  In RAM that of the
	 * innermost range ("Kernel code"), elsewhere of the outermost. */
	const char *name;
	/* Where the stretches of this zone that follow each other begin. */
	uint64_t section;
};

/* Read it all from SRC: one reference, for the caller. */
struct machine *machine_read(struct source *src);
/* The same, but what is costly and changes only when zones do (struct
 * topology), or never (struct board), is taken over from BEFORE, an earlier machine or NULL. */
struct machine *machine_reread(struct source *src,
	const struct machine *before);
struct machine *machine_ref(struct machine *machine);
/* NULL is fine. */
void machine_unref(struct machine *machine);

/* Index of the zone or doubt that frame PFN lies in; -1: in none. */
int machine_zone(const struct machine *machine, uint64_t pfn);
/* "0/Normal", "0/Normal or Movable", "?/Normal" for a doubt about the node, or
 * "?" for a zone of -1; a static string or OUT. */
const char *machine_zone_name(const struct machine *machine, int zone,
	char out[32]);
/* The stretch that PFN lies in, or NULL. */
const struct stretch *machine_stretch(const struct machine *machine,
	uint64_t pfn);
/*
 * The first frame of the cell of 2^SHIFT aligned frames that PFN lies in: a
 * cell is cut where its zone (or, outside of zones, its stretch) begins.
 */
uint64_t machine_cell(const struct machine *machine, uint64_t pfn,
	unsigned shift);
/* A number for how frames fall into cells: another one where they do so in
 * another way. */
uint64_t machine_cells(const struct machine *machine);
/* The innermost range around PFN's first byte, of iomem or the board, or
 * NULL; and around any physical address. */
const struct resource *machine_resource(const struct machine *machine,
	uint64_t pfn);
const struct resource *machine_resource_at(const struct machine *machine,
	uint64_t pa);
/* The kernel's own code, data and bss, in frames of that zone or doubt; false:
 * iomem does not tell. */
bool machine_kernel_image(const struct machine *machine, int zone,
	uint64_t *out);
/* "System RAM" is where frames with a struct page are. */
bool machine_is_ram(const struct machine *machine, uint64_t pfn);
/* Frames that a huge page at the PMD level has; 0: not known. */
uint32_t machine_pmd_pages(const struct machine *machine);

#endif
