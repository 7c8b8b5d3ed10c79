/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_USAGE_H
#define VMATLAS_MODEL_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/model/state.h"

/*
 * A struct usage is what a set of virtual pages amounts to, in the kernel's
 * own terms (Documentation/filesystems/proc.rst, smaps): each figure is in
 * bytes and equals the one in smaps (but CACHED, which smaps does not have:
 * what the page cache has of pages that are not mapped in).  PSS and SwapPss
 * are in the kernel's fixed point,
 * 1/4096 of a byte, so that sums of many regions round as the kernel's do.
 *
 * A figure counts only while its bit in KNOWN is set: what could not be
 * read is not 0.
 */
#define USAGE_FIGURES(X) \
	X(RSS, rss) \
	X(PSS, pss_fixed) \
	X(PSS_ANON, pss_anon_fixed) \
	X(USS, uss) \
	X(SHARED, shared) \
	X(ANONYMOUS, anonymous) \
	X(SWAP, swap) \
	X(SWAP_PSS, swap_pss_fixed) \
	X(KSM, ksm) \
	X(ANON_HUGE, anon_huge) \
	X(SHARED_HUGETLB, shared_hugetlb) \
	X(PRIVATE_HUGETLB, private_hugetlb) \
	X(LOCKED, locked) \
	X(CACHED, cached)

#define X(id, member) USAGE_BIT_##id,
enum { USAGE_FIGURES(X) USAGE_NFIGURES };
#undef X
#define X(id, member) USAGE_##id = 1 << USAGE_BIT_##id,
enum usage_known {
	USAGE_FIGURES(X)
	USAGE_STATES = 1 << USAGE_NFIGURES,	/* the counts by state */
	USAGE_ZONES = USAGE_STATES << 1,	/* the counts by zone */
	USAGE_ALL = (USAGE_ZONES << 1) - 1,
};
#undef X

#define PSS_SHIFT 12

#define USAGE_MEMBERS \
	USAGE_FIGURES(X) \
	uint32_t known;			/* of enum usage_known */

/* The figures alone, for those of whom there are many (struct region), whose
 * pages are not counted by state in most reports. */
#define X(id, member) uint64_t member;
struct figures {
	USAGE_MEMBERS
};

struct usage {
	union {
		struct figures figures;
		struct {
			USAGE_MEMBERS
		};
	};
	uint64_t state[NSTATES];	/* pages; the VOID ones are derived */
};
#undef X
#undef USAGE_MEMBERS

/* Add FROM to INTO; what either does not know, the sum does not. */
void figures_add(struct figures *into, const struct figures *from);
void usage_add(struct usage *into, const struct usage *from);
/* The start of a sum: all zero, all known. */
void figures_zero(struct figures *figures);
void usage_zero(struct usage *usage);

static inline bool figures_know(const struct figures *figures, uint32_t what)
{
	return (figures->known & what) == what;
}

static inline bool usage_knows(const struct usage *usage, uint32_t what)
{
	return figures_know(&usage->figures, what);
}

/* Bytes of PSS as smaps rounds them down. */
static inline uint64_t figures_pss(const struct figures *figures)
{
	return figures->pss_fixed >> PSS_SHIFT;
}

static inline uint64_t usage_pss(const struct usage *usage)
{
	return figures_pss(&usage->figures);
}

/* What one mapped page of NBYTES with MAPCOUNT mappings adds to PSS. */
static inline uint64_t usage_pss_share(uint32_t nbytes, uint64_t mapcount)
{
	uint64_t whole = (uint64_t)nbytes << PSS_SHIFT;

	return mapcount < 2 ? whole : whole / mapcount;
}

#endif
