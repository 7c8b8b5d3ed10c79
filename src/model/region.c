/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/region.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

const char *region_type_name(enum region_type type)
{
	static const char *const names[NREGION_TYPES] = {
#define X(id, name) name,
		REGION_TYPES(X)
#undef X
	};

	return names[(unsigned)type < NREGION_TYPES ? type : REGION_SPECIAL];
}

struct text region_name(const struct region *region, const struct buf *names)
{
	return (struct text){ buf_text(names) + region->name,
		region->name_len };
}

struct text region_title(const struct region *region, const struct buf *names)
{
	if (!region->name_len)
		return text_of("[anon]");
	return region_name(region, names);
}

const char *region_perms(const struct region *region, char out[5])
{
	out[0] = region->read ? 'r' : '-';
	out[1] = region->write ? 'w' : '-';
	out[2] = region->exec ? 'x' : '-';
	out[3] = region->shared ? 's' : 'p';
	out[4] = '\0';
	return out;
}

/* The types that a name alone tells; the first match wins.  The kernel's own
 * file systems are on no device: a file of such a name that is on a disk is
 * somebody else's. */
static const struct {
	const char *start;
	enum region_type type;
	bool no_disk;
} by_name[] = {
	{ "[heap]", REGION_HEAP, false },
	{ "[stack", REGION_STACK, false },
	{ "[vdso]", REGION_VDSO, false },
	{ "[vvar", REGION_VVAR, false },
	{ "[vsyscall]", REGION_VSYSCALL, false },
	{ "[anon_shmem:", REGION_SHMEM, false },
	{ "[anon:", REGION_ANON, false },
	{ "[", REGION_SPECIAL, false },
	{ "/memfd:", REGION_SHMEM, true },
	{ "/SYSV", REGION_SHMEM, true },
	{ "/dev/shm/", REGION_SHMEM, true },
	{ "/dev/zero", REGION_SHMEM, false },
	{ "/dev/hugepages/", REGION_HUGETLB, true },
	{ "/anon_hugepage", REGION_HUGETLB, true },
	{ "/dev/", REGION_DEVICE, false },
	{ "/sys/", REGION_DEVICE, false },
	{ "/proc/", REGION_DEVICE, false },
	{ "/secretmem", REGION_SPECIAL, true },
	{ "anon_inode:", REGION_DEVICE, false },
	{ "socket:", REGION_DEVICE, false },
};

static enum region_type type_of(const struct region *region, struct text name)
{
	size_t i;

	if (!name.n && !region->inode)
		return REGION_ANON;
	if (!region->shared && text_is(name, "/dev/zero"))
		return REGION_ANON;	/* the old way to ask for memory */
	for (i = 0; i < sizeof(by_name) / sizeof(*by_name); i++)
		if (text_starts(name, by_name[i].start) &&
		    !(by_name[i].no_disk && region->major))
			return by_name[i].type;
	return region->exec ? REGION_CODE : REGION_FILE;
}

static bool same_file(const struct region *a, const struct region *b)
{
	return a->inode == b->inode && a->major == b->major &&
		a->minor == b->minor;
}

/* The private parts of a file that is also mapped as code are an object's
 * sections: a linker lays them out in one row. */
static void type_objects(struct region *regions, size_t n)
{
	size_t i, j, end;

	for (i = 0; i < n; i = end) {
		bool code = false;

		end = i + 1;
		if (!regions[i].inode)
			continue;
		while (end < n && same_file(&regions[end], &regions[i]))
			end++;
		for (j = i; j < end; j++)
			code |= regions[j].type == REGION_CODE;
		for (j = i; code && j < end; j++)
			if (regions[j].type == REGION_FILE && !regions[j].shared)
				regions[j].type = regions[j].write ?
					REGION_DATA : REGION_RODATA;
	}
}

/* Of lines that can be regions, at most so many. */
static size_t count_lines(struct text text)
{
	size_t most = text.n / (sizeof("0-1 ---p 0 0:0 0") - 1) + 1, n = 0;
	struct text line;

	while (n < most && text_line(&text, &line))
		n++;
	return n;
}

size_t regions_parse(struct text text, struct region **out, struct buf *names,
	size_t *dropped)
{
	size_t n = 0, lost = 0, cap = count_lines(text);
	struct region *regions = mem_room(cap, sizeof(*regions));
	struct text line;

	buf_clear(names);
	while (text_line(&text, &line)) {
		struct maps_line map;
		struct region *region;

		if (!maps_parse(line, &map) ||
		    (n && map.start < regions[n - 1].end)) {
			lost++;
			continue;
		}
		regions = mem_grow(regions, &cap, n + 1, sizeof(*regions));
		region = &regions[n++];
		memset(region, 0, sizeof(*region));
		region->start = map.start;
		region->end = map.end;
		region->offset = map.offset;
		region->inode = map.inode;
		region->major = map.major;
		region->minor = map.minor;
		region->read = map.read;
		region->write = map.write;
		region->exec = map.exec;
		region->shared = map.shared;
		region->name = (uint32_t)names->len;
		region->name_len = (uint32_t)map.name.n;
		region->type = type_of(region, map.name);
		buf_add(names, map.name.p, map.name.n);
	}
	type_objects(regions, n);
	if (dropped)
		*dropped = lost;
	*out = regions;
	return n;
}

bool region_continues(const struct region *a, const struct region *b)
{
	return same_file(a, b) && a->shared == b->shared &&
		(!a->inode || a->offset - a->start == b->offset - b->start) &&
		(a->type == REGION_VDSO) == (b->type == REGION_VDSO) &&
		(a->type == REGION_VVAR) == (b->type == REGION_VVAR) &&
		(a->type == REGION_VSYSCALL) == (b->type == REGION_VSYSCALL);
}

static bool is_same(const struct region *a, const struct region *b)
{
	return a->start == b->start && a->end == b->end &&
		a->offset == b->offset && same_file(a, b) &&
		a->read == b->read && a->write == b->write &&
		a->exec == b->exec && a->shared == b->shared;
}

size_t regions_mark_changed(struct region *regions, size_t n,
	const struct region *others, size_t nothers)
{
	size_t i, k = 0, changed = 0;

	for (i = 0; i < n; i++) {
		while (k < nothers && others[k].start < regions[i].start)
			k++;
		regions[i].changed = k >= nothers ||
			!is_same(&regions[i], &others[k]);
		changed += regions[i].changed;
	}
	return changed;
}

/* Walk both lists in step, calling TAKE for the regions that they share. */
static void regions_join(struct region *regions, size_t n, struct text smaps,
	void (*take)(struct region *, const struct smaps_entry *))
{
	struct smaps_entry entry;
	size_t i = 0;

	while (smaps_next(&smaps, &entry)) {
		while (i < n && regions[i].end <= entry.map.start)
			i++;
		if (i < n && regions[i].start == entry.map.start &&
		    regions[i].end == entry.map.end)
			take(&regions[i], &entry);
	}
}

static void take_flags(struct region *region, const struct smaps_entry *entry)
{
	if (entry->has_flags) {
		region->vm_flags = (uint8_t)entry->flags;
		region->vm_flags_known = true;
		if (entry->flags & SMAPS_FLAG_HUGETLB)
			region->type = REGION_HUGETLB;
	}
	region->referenced_known = entry->has & (1u << SMAPS_REFERENCED);
	region->referenced = entry->kb[SMAPS_REFERENCED] << 10;
	region->smaps_known = entry->has & (1u << SMAPS_RSS);
	region->smaps_swap = entry->kb[SMAPS_SWAP] << 10;
	region->smaps_resident = (entry->kb[SMAPS_RSS] +
		entry->kb[SMAPS_SHARED_HUGETLB] +
		entry->kb[SMAPS_PRIVATE_HUGETLB] + entry->kb[SMAPS_SWAP]) << 10;
	if (entry->has & (1u << SMAPS_KERNEL_PAGE_SIZE) &&
	    entry->kb[SMAPS_KERNEL_PAGE_SIZE] <= UINT32_MAX >> 10)
		region->page_size =
			(uint32_t)entry->kb[SMAPS_KERNEL_PAGE_SIZE] << 10;
}

static void take_usage(struct region *region, const struct smaps_entry *entry)
{
	struct figures *usage = &region->usage;
	static const struct {
		uint32_t figure;
		size_t member;
		uint8_t first, second, shift;
	} map[] = {
#define F(fig, member, a, b, shift) \
	{ USAGE_##fig, offsetof(struct figures, member), SMAPS_##a, SMAPS_##b, shift }
		F(RSS, rss, RSS, RSS, 10),
		F(PSS, pss_fixed, PSS, PSS, 10 + PSS_SHIFT),
		F(PSS_ANON, pss_anon_fixed, PSS_ANON, PSS_ANON, 10 + PSS_SHIFT),
		F(USS, uss, PRIVATE_CLEAN, PRIVATE_DIRTY, 10),
		F(SHARED, shared, SHARED_CLEAN, SHARED_DIRTY, 10),
		F(ANONYMOUS, anonymous, ANONYMOUS, ANONYMOUS, 10),
		F(SWAP, swap, SWAP, SWAP, 10),
		F(SWAP_PSS, swap_pss_fixed, SWAP_PSS, SWAP_PSS,
			10 + PSS_SHIFT),
		F(KSM, ksm, KSM, KSM, 10),
		F(ANON_HUGE, anon_huge, ANON_HUGE, ANON_HUGE, 10),
		F(SHARED_HUGETLB, shared_hugetlb, SHARED_HUGETLB, SHARED_HUGETLB, 10),
		F(PRIVATE_HUGETLB, private_hugetlb, PRIVATE_HUGETLB, PRIVATE_HUGETLB, 10),
		F(LOCKED, locked, LOCKED, LOCKED, 10),
#undef F
	};
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(*map); i++) {
		uint32_t need = 1u << map[i].first | 1u << map[i].second;
		uint64_t kb = entry->kb[map[i].first];

		if ((entry->has & need) != need)
			continue;
		if (map[i].first != map[i].second)
			kb += entry->kb[map[i].second];
		*(uint64_t *)((char *)usage + map[i].member) =
			kb << map[i].shift;
		usage->known |= map[i].figure;
	}
}

void regions_take_flags(struct region *regions, size_t n, struct text smaps)
{
	regions_join(regions, n, smaps, take_flags);
}

void regions_take_usage(struct region *regions, size_t n, struct text smaps)
{
	regions_join(regions, n, smaps, take_usage);
}

/* The smallest huge pages there are: arm64's of 16 entries. */
#define HUGE_LEAST (UINT64_C(64) << 10)

/* A file of huge pages (a memfd, or one in a hugetlbfs that is mounted
 * anywhere) looks like any other that is on no disk, but for its bounds. */
static bool may_be_hugetlb(const struct region *region)
{
	return region->inode && !region->major && !((region->start |
		region->end | region->offset) % HUGE_LEAST);
}

bool region_needs_flags(const struct region *region, struct text name)
{
	switch (region->type) {
	case REGION_DEVICE:
	case REGION_HUGETLB:
		return true;
	case REGION_SHMEM:	/* SHM_HUGETLB looks like any other segment */
		return text_starts(name, "/SYSV") || may_be_hugetlb(region);
	case REGION_FILE:
		return may_be_hugetlb(region);
	default:
		return false;
	}
}

size_t regions_after(const struct region *regions, size_t n, uint64_t va)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (regions[middle].end > va)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

long regions_find(const struct region *regions, size_t n, uint64_t va)
{
	size_t i = regions_after(regions, n, va);

	return i < n && regions[i].start <= va ? (long)i : -1;
}
