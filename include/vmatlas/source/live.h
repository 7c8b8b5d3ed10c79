/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_LIVE_H
#define VMATLAS_SOURCE_LIVE_H

#include "vmatlas/source/source.h"

/*
 * The running kernel as a source: procfs and sysfs, below any root.  With
 * the usual root, processes and their users come from libproc2 where it was
 * built in, once they are asked for again.  It keeps a few pagemap descriptors
 * open, and writes nothing but what source_clear asks for.
 */

/* Parts of a kernel that live does as if they were missing. */
enum without {
	WITHOUT_PAGEMAP_SCAN = 1,
	WITHOUT_KPAGEFLAGS = 2,
	WITHOUT_KPAGECOUNT = 4,
	WITHOUT_SMAPS_ROLLUP = 8,
	WITHOUT_SMAPS = 16,
	WITHOUT_PAGEMAP = 32,
	WITHOUT_ZONEINFO = 64,
	WITHOUT_IOMEM = 128,
	WITHOUT_PFN = 256,	/* as for a user without CAP_SYS_ADMIN */
	WITHOUT_MAP_FILES = 1024,
	WITHOUT_CACHESTAT = 2048,
	WITHOUT_KCMP = 4096,
	WITHOUT_MEM = 8192,
	WITHOUT_UNUSED = 512,	/* what vmatlas does not ask for (yet) */
};

struct live_options {
	const char *procfs;	/* NULL: /proc */
	const char *sysfs;	/* NULL: /sys */
	unsigned without;	/* of enum without */
	const char *sysroot;	/* NULL: /; for separate files of symbols */
};

/* The bit for a --without NAME, or 0; the Ith name, or NULL. */
unsigned without_of_name(const char *name);
const char *without_name(unsigned i);

struct source *live_new(const struct live_options *options);

#endif
