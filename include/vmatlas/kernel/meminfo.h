/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_MEMINFO_H
#define VMATLAS_KERNEL_MEMINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * The kernel's small texts about memory as a whole: lines that each hold a
 * key and a number, in whatever order and with whatever unknown ones between
 * (Documentation/filesystems/proc.rst; admin-guide/cgroup-v2.rst;
 * accounting/psi.rst; blockdev/zram.rst).  A missing key is no 0: every
 * function says false for it, as it does for a number that does not fit into
 * 63 bits.  All are pure; what they return views into the text given.
 */

/* One line of /proc/meminfo or /proc/PID/status, "Key:   123 kB". */
struct meminfo_line {
	struct text key;
	uint64_t value;		/* in bytes, where the line says kB */
	bool has_bytes;		/* else it is a plain number */
};

/* The next line that is one, taken off REST; false at the end. */
bool meminfo_next(struct text *rest, struct meminfo_line *out);
/* The value of KEY. */
bool meminfo_get(struct text text, const char *key, uint64_t *out);

/* The number behind "NAME " in lines of a name and a number: /proc/vmstat,
 * memory.stat, memory.events, memory.oom_control. */
bool counter_get(struct text text, const char *name, uint64_t *out);
/*
 * The sum of the counters called PREFIX or PREFIX_ZONE, ZONE being one of the
 * zones' names ("dma", "normal" ...): below 4.8 the kernel counts by zone what
 * it later counts by node.  False where there is none.
 */
bool counter_sum(struct text text, const char *prefix, uint64_t *out);

/* A line of /proc/pressure/memory: shares of time in 1/100 percent. */
struct psi_line {
	bool known;
	uint64_t avg10, avg60, avg300;
	uint64_t total;		/* microseconds */
};
/* "some" into OUT[0], "full" into OUT[1]. */
void psi_parse(struct text text, struct psi_line out[2]);

/* The numbers at the front of TEXT, up to MAX of them; how many. */
size_t numbers_parse(struct text text, uint64_t *out, size_t max);

/* The word of TEXT in square brackets, as "lzo [lz4] zstd" has it. */
bool chosen_word(struct text text, struct text *out);

/*
 * Pages on the free lists of the CPUs (the "count:" lines of /proc/zoneinfo):
 * free, but in no zone's free pages.  False where the text has none.
 */
bool zoneinfo_cached(struct text zoneinfo, uint64_t *npages);

#endif
