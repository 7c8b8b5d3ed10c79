/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_REGION_H
#define VMATLAS_MODEL_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/kernel/maps.h"
#include "vmatlas/kernel/smaps.h"
#include "vmatlas/model/usage.h"

/*
 * A struct region is one mapping of a process (the kernel's vm_area_struct):
 * a range of virtual pages with one set of rights and one thing behind it.
 */
#define REGION_TYPES(X) \
	X(CODE, "code") X(DATA, "data") X(RODATA, "rodata") X(HEAP, "heap") \
	X(STACK, "stack") X(ANON, "anon") X(FILE, "file") X(SHMEM, "shmem") \
	X(VDSO, "vdso") X(VVAR, "vvar") X(VSYSCALL, "vsyscall") \
	X(DEVICE, "device") X(HUGETLB, "hugetlb") X(SPECIAL, "special")

#define X(id, name) REGION_##id,
enum region_type { REGION_TYPES(X) NREGION_TYPES };
#undef X

const char *region_type_name(enum region_type type);

/* What is known of the physical address of a device's memory, see
 * model/device.h. */
enum device_place {
	PLACE_NONE,	/* not the memory of a device */
	PLACE_KNOWN,	/* at pa */
	PLACE_FLAGS,	/* only smaps would tell whether it is one */
	PLACE_DRIVER, PLACE_PRIVATE, PLACE_EITHER, PLACE_UNREAD, PLACE_PORTS,
	PLACE_ODD,
};

/* The swap of a region's shared memory, which pagemap hides. */
enum hidden_swap {
	HIDDEN_NONE,		/* there cannot be any */
	HIDDEN_COUNTED,		/* hidden_swap is it */
	HIDDEN_BY_SMAPS,	/* smaps_swap is all its swap */
	HIDDEN_UNKNOWN,
};

/* There may be very many: what is small stands together. */
struct region {
	uint64_t start, end;	/* bytes; END exclusive */
	uint64_t offset, inode;
	uint32_t major, minor;
	uint32_t name;		/* where it starts in the names' buffer */
	uint32_t name_len;
	bool read, write, exec, shared;
	uint8_t type;		/* enum region_type */
	uint8_t vm_flags;	/* of enum smaps_flag */
	bool vm_flags_known;
	uint8_t place;		/* enum device_place */
	uint32_t page_size;	/* bytes; 0: not known */
	uint8_t hidden;		/* enum hidden_swap */
	bool smaps_known;	/* what smaps said last, see below */
	bool referenced_known;
	bool changed;		/* see regions_mark_changed */
	bool by_smaps;		/* its figures; its pages were not read, as
				 * they are too few and could be anywhere */
	bool splits_known, splits_last_known;
	uint64_t pa;		/* of its first byte, where that is known */
	uint64_t smaps_resident;	/* bytes it has in RAM or swap */
	uint64_t smaps_swap;	/* bytes; shmem's too, which pagemap hides */
	uint64_t referenced;	/* bytes, by smaps */
	uint64_t hidden_swap;	/* bytes */
	struct figures usage;
	/* Pages seen to be copied on a write, of those that are mapped now:
	 * since the process is watched, and in the last refresh. */
	uint64_t splits, splits_last;
	/* How its figures differ from those at the baseline, in bytes; not known
	 * (yet or any more) without one, and of parts of what was one region. */
	struct region_since {
		bool on, rss_known, swap_known, splits_known;
		int64_t rss, swap, splits;
	} since;
};

/*
 * All regions of TEXT (a maps file) into the heap array *REGIONS, with their
 * names in NAMES (emptied first).  Lines that are not regions, overlap or go
 * backwards are passed over, and counted in *DROPPED (which may be NULL).
 * Usage is zeroed, and knows nothing.
 */
size_t regions_parse(struct text text, struct region **regions,
	struct buf *names, size_t *dropped);
/*
 * Set CHANGED of those regions that OTHERS (sorted too, of the same process at
 * another moment) do not have just so: they came, went, or were cut or
 * stretched in between.  Returns how many they are.
 */
size_t regions_mark_changed(struct region *regions, size_t n,
	const struct region *others, size_t nothers);
/* Do both map the same: one file and the same part of it where they overlap, or
 * anonymous memory, as shared or private?  Rights do not matter. */
bool region_continues(const struct region *a, const struct region *b);
/* Flags and page sizes from an smaps text; regions that it does not have
 * (any more) stay as they are. */
void regions_take_flags(struct region *regions, size_t n, struct text smaps);
/* All figures from smaps: for those who may not see frames. */
void regions_take_usage(struct region *regions, size_t n, struct text smaps);
/* Only smaps can tell what this region's pages are. */
bool region_needs_flags(const struct region *region, struct text name);

struct text region_name(const struct region *region, const struct buf *names);
/* For people: the name, or "[anon]" where there is none. */
struct text region_title(const struct region *region, const struct buf *names);
/* "rw-p"; OUT has room for 5. */
const char *region_perms(const struct region *region, char out[5]);
/* Of N sorted regions the one with VA in it, or -1. */
long regions_find(const struct region *regions, size_t n, uint64_t va);
/* The index of the first that ends above VA (N: none). */
size_t regions_after(const struct region *regions, size_t n, uint64_t va);

#endif
