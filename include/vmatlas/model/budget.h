/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_BUDGET_H
#define VMATLAS_MODEL_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/model/machine.h"
#include "vmatlas/model/process.h"

/*
 * A struct budget is what the machine's memory is spent on, and how hard it
 * is pressed, at one moment: rows of one figure each, which the report
 * `memory` and the memory screen walk alike.  It is read from small texts of
 * the kernel, which takes about a millisecond.
 *
 * The rows of GROUP_RAM add up to MemTotal exactly, always: they are figures
 * of /proc/meminfo (fs/proc/meminfo.c) that count no page twice, and
 * "not-accounted", which is MemTotal less all of them.  It may be negative:
 * the kernel's counters are read one after the other and lag by CPU, and part
 * of Percpu was taken at boot, outside of MemTotal.  It holds what nobody
 * counts: pages that drivers and the kernel took one by one, swap cache that
 * nobody maps, and every part that this kernel does not tell (its note names
 * them).
 *
 *   file-cache   Cached - Shmem.  The kernel's Cached is its NR_FILE_PAGES
 *                less swap cache and Buffers already, but has tmpfs in it.
 *   anonymous    AnonPages: mapped.  So is most of SwapCached, which is
 *                therefore no part but an overlap.
 *   vmalloc      VmallocUsed, which counts pages from 5.3 on only: it is 0
 *                from 4.4 to 5.2, and below that the size of address space.
 *   kernel-stacks  a part where they are certainly not in vmalloc too (with
 *                VMAP_STACK they are): VmallocUsed is not told, or less.
 *   compressed   nr_zspages of vmstat (4.8): what zram and zswap have.
 *   free-per-cpu the lists of the CPUs in zoneinfo, in no zone's free pages.
 *
 * GROUP_WITHIN has figures that lie within parts, or across them: they are
 * in no sum.  GROUP_OUTSIDE is RAM that is not in MemTotal.
 */
#define MEMORY_GROUPS(X) \
	X(RAM, "ram", "parts that add up to MemTotal") \
	X(TOTAL, "total", "what the parts add up to, and what is available") \
	X(WITHIN, "within", "figures within the parts, or across them") \
	X(OUTSIDE, "outside", "RAM that is not in MemTotal") \
	X(HUGETLB, "hugetlb", "pools of huge pages") \
	X(SWAP, "swap", "swap as a whole") \
	X(ZRAM, "zram", "a compressed device in RAM") \
	X(ZSWAP, "zswap", "the compressed cache before swap") \
	X(EVENTS, "events", "what happened since boot, and per second") \
	X(PRESSURE, "pressure", "time that tasks waited for memory") \
	X(CGROUP, "cgroup", "the memory control group of the process") \
	X(PROCESS, "process", "the process's own") \
	X(MEMINFO, "meminfo", "each line of /proc/meminfo")

enum memory_group {
#define X(id, name, words) GROUP_##id,
	MEMORY_GROUPS(X)
#undef X
	NMEMORY_GROUPS
};

/* "ram", "within" ... */
const char *memory_group_name(enum memory_group group);

enum memory_unit {
	MEMORY_BYTES, MEMORY_PAGES, MEMORY_COUNT, MEMORY_MICROSECONDS,
	MEMORY_PERCENT,		/* value is in 1/100 of it */
	NMEMORY_UNITS
};
const char *memory_unit_name(enum memory_unit unit);

enum memory_known {
	MEMORY_UNKNOWN,		/* not told, or this kernel has no such thing */
	MEMORY_KNOWN,
	MEMORY_UNLIMITED	/* a limit that is not set */
};

/* Words are offsets into the budget's words; 0 is the empty one. */
struct memory_row {
	enum memory_group group;
	enum memory_unit unit;
	enum memory_known known;
	uint32_t name, subject, note;
	int64_t value;
	bool counts_up;		/* a counter: its rate is meaningful */
	double rate;		/* per second; < 0: not known */
};

struct budget {
	bool valid;		/* it was read */
	enum answer meminfo;
	uint64_t uptime_ms;
	struct memory_row *rows;
	size_t nrows, cap;
	struct buf words;
};

/* Whom it is about beside the machine: the process ID (pid 0: none). */
void budget_read(struct budget *budget, struct source *src,
	const struct machine *machine, struct proc_id id);
/* Fill in the rates of NOW against BEFORE, which may not be valid. */
void budget_rates(struct budget *now, const struct budget *before);
/* Make INTO what FROM is, keeping INTO's memory. */
void budget_copy(struct budget *into, const struct budget *from);
void budget_fini(struct budget *budget);

const char *budget_text(const struct budget *budget, uint32_t offset);
/* The row of that name (of any subject), or NULL. */
const struct memory_row *budget_find(const struct budget *budget,
	enum memory_group group, const char *name);
/* Its value; false where there is no such row or it is not known. */
bool budget_value(const struct budget *budget, enum memory_group group,
	const char *name, int64_t *out);

/*
 * One plain sentence about how hard memory is pressed, from what was counted
 * alone: stalls, pages read back that had been dropped, swapping.  A swapless
 * machine that reads its own code back again and again is told as such.
 */
void budget_sentence(const struct budget *budget, struct buf *out);

#endif
