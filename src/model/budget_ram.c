/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "budget_impl.h"

#include <string.h>

#include "vmatlas/kernel/meminfo.h"

/* The parts so far. */
struct ram {
	struct budget *budget;
	struct text meminfo, vmstat;
	uint64_t page_size;
	bool page_counts;	/* VmallocUsed counts pages (5.3) */
	int64_t sum;
	struct buf missing;	/* parts that are not told */
};

static void take_part(struct ram *ram, const char *name, bool known,
	int64_t value, const char *note)
{
	struct memory_row *row = budget_add(ram->budget, GROUP_RAM, name,
		MEMORY_BYTES);

	budget_note(ram->budget, row, note);
	if (known) {
		row->known = MEMORY_KNOWN;
		row->value = value;
		ram->sum += value;
	} else {
		buf_fmt(&ram->missing, "%s%s", ram->missing.len ? ", " : "",
			name);
	}
}

static bool get(const struct ram *ram, const char *key, int64_t *out)
{
	uint64_t value;

	/* No machine has more than 2^56 bytes, and sums must not overflow. */
	if (!meminfo_get(ram->meminfo, key, &value) || value >> 56)
		return false;
	*out = (int64_t)value;
	return true;
}

/* A figure in pages of vmstat, in bytes. */
static bool get_pages(const struct ram *ram, const char *name, int64_t *out)
{
	uint64_t value;

	if (!counter_get(ram->vmstat, name, &value) ||
	    value > (UINT64_C(1) << 56) / ram->page_size)
		return false;
	*out = (int64_t)(value * ram->page_size);
	return true;
}

/* A part that is one line of meminfo. */
static void take_key(struct ram *ram, const char *name, const char *key,
	const char *note)
{
	int64_t value = 0;
	bool known = get(ram, key, &value);

	take_part(ram, name, known, value, note);
}

/* The same, where most machines and kernels have no such line. */
static void take_rare(struct ram *ram, const char *name, const char *key,
	const char *note)
{
	int64_t value;

	if (get(ram, key, &value))
		take_part(ram, name, true, value, note);
}

/* Memory that user space knows: anonymous, files, tmpfs. */
static void take_user(struct ram *ram)
{
	int64_t cached = 0, shmem = 0;
	bool known = get(ram, "Cached", &cached) && get(ram, "Shmem", &shmem);

	take_key(ram, "anonymous", "AnonPages", "mapped by processes");
	take_part(ram, "file-cache", known, cached - shmem,
		"pages of files: Cached without Shmem");
	take_key(ram, "buffers", "Buffers", "pages of block devices");
	take_key(ram, "shmem", "Shmem", "tmpfs and shared memory");
}

static void take_hugetlb(struct ram *ram)
{
	int64_t value = 0, n = 0, size = 0;

	if (get(ram, "Hugetlb", &value)) {
		take_part(ram, "hugetlb", true, value,
			"pools of all sizes, used or not");
	} else if (get(ram, "HugePages_Total", &n) &&
		   get(ram, "Hugepagesize", &size) &&
		   (!n || size < (INT64_C(1) << 56) / n)) {
		/* Below 4.16 other sizes than the usual are not summed. */
		take_part(ram, "hugetlb", true, n * size,
			"the pool of the usual size, used or not");
	} else if (get(ram, "AnonPages", &n)) {
		/* Without these lines the kernel has no pools. */
		take_part(ram, "hugetlb", true, 0, "this kernel has no pools");
	} else {
		take_part(ram, "hugetlb", false, 0, NULL);
	}
}

/* vmalloc, and the stacks that may be in it. */
static void take_vmalloc(struct ram *ram)
{
	int64_t used = 0, stacks = 0;
	bool told = ram->page_counts && get(ram, "VmallocUsed", &used);
	bool apart = get(ram, "KernelStack", &stacks) &&
		(!told || used < stacks);

	take_part(ram, "vmalloc", told, used, apart || !told ? NULL :
		"modules, tables of the kernel's; its stacks, mostly");
	if (apart)
		take_part(ram, "kernel-stacks", true, stacks, NULL);
	else if (!told)
		take_part(ram, "kernel-stacks", false, 0, NULL);
}

static void take_kernel(struct ram *ram)
{
	int64_t all, reclaimable;

	take_key(ram, "slab-reclaimable", "SReclaimable",
		"the kernel's objects: inodes, names of files");
	take_key(ram, "slab-unreclaimable", "SUnreclaim",
		"the kernel's objects that must stay");
	if (get(ram, "KReclaimable", &all) &&
	    get(ram, "SReclaimable", &reclaimable) && all > reclaimable)
		take_part(ram, "kernel-reclaimable", true, all - reclaimable,
			"given back under pressure, but no slab");
	take_key(ram, "page-tables", "PageTables", "of processes");
	take_rare(ram, "secondary-page-tables", "SecPageTables",
		"of virtual machines and devices");
	take_rare(ram, "quicklists", "Quicklists", "page tables kept ready");
	take_vmalloc(ram);
	take_key(ram, "per-cpu", "Percpu",
		"one copy a CPU; the first of them was taken at boot");
}

static void take_odd(struct ram *ram)
{
	int64_t value;

	if (get_pages(ram, "nr_zspages", &value))
		take_part(ram, "compressed", true, value,
			"pages in zram and zswap");
	if (get_pages(ram, "nr_memmap_pages", &value))
		take_part(ram, "memory-map", true, value,
			"descriptors of frames added later");
	take_rare(ram, "gpu-active", "GPUActive", "in use by graphics");
	take_rare(ram, "gpu-reclaimable", "GPUReclaim", "kept by graphics");
	take_rare(ram, "bounce", "Bounce", "copies for old devices");
	take_rare(ram, "writeback-temporary", "WritebackTmp",
		"copies for file systems in user space");
	take_rare(ram, "hardware-corrupted", "HardwareCorrupted",
		"broken frames, out of use");
}

static void take_remainder(struct ram *ram)
{
	int64_t total = 0;
	bool known = get(ram, "MemTotal", &total);
	struct memory_row *row;
	struct buf note = { 0 };

	row = budget_add(ram->budget, GROUP_RAM, "not-accounted", MEMORY_BYTES);
	if (known) {
		row->known = MEMORY_KNOWN;
		row->value = total - ram->sum;
	}
	buf_str(&note, "counted nowhere: taken page by page");
	if (ram->missing.len)
		buf_fmt(&note, "; and, not told here: %s",
			buf_text(&ram->missing));
	budget_note(ram->budget, row, buf_text(&note));
	buf_fini(&note);
}

static void take_totals(struct ram *ram)
{
	static const struct {
		const char *name, *key;
	} totals[] = {
		{ "total", "MemTotal" }, { "available", "MemAvailable" },
		{ "committed", "Committed_AS" },
		{ "commit-limit", "CommitLimit" },
	};
	int64_t value;
	bool known;
	size_t i;

	for (i = 0; i < sizeof(totals) / sizeof(*totals); i++) {
		value = 0;
		known = get(ram, totals[i].key, &value);
		budget_put(ram->budget, GROUP_TOTAL, totals[i].name,
			MEMORY_BYTES, known, (uint64_t)value);
	}
}

static void take_within(struct ram *ram)
{
	static const struct {
		const char *name, *key, *note;
	} figures[] = {
		{ "swap-cache", "SwapCached",
			"in RAM and in swap; in anonymous where mapped" },
		{ "kernel-stacks", "KernelStack",
			"in vmalloc where stacks are mapped, as is usual" },
		{ "mapped", "Mapped", "of file-cache and shmem" },
		{ "dirty", "Dirty", "to be written back" },
		{ "writeback", "Writeback", "being written back" },
		{ "unevictable", "Unevictable", "locked, and what else must stay" },
		{ "locked", "Mlocked", "by mlock" },
		{ "anonymous-huge", "AnonHugePages", NULL },
		{ "shmem-huge", "ShmemHugePages", NULL },
		{ "file-huge", "FileHugePages", NULL },
		{ "cma", "CmaTotal",
			"for devices that need it in one piece, lent out till then" },
		{ "cma-free", "CmaFree", "in free" },
		{ "unaccepted", "Unaccepted",
			"not yet taken from the hypervisor; in free" },
		{ "balloon", "Balloon", "given back to the hypervisor" },
		{ "high-total", "HighTotal", "beyond the kernel's own map" },
		{ "high-free", "HighFree", "in free" },
	};
	int64_t value;
	size_t i;

	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		struct memory_row *row;

		if (!get(ram, figures[i].key, &value) ||
		    (!strcmp(figures[i].name, "kernel-stacks") &&
		     budget_find(ram->budget, GROUP_RAM, "kernel-stacks")))
			continue;
		row = budget_put(ram->budget, GROUP_WITHIN, figures[i].name,
			MEMORY_BYTES, true, (uint64_t)value);
		budget_note(ram->budget, row, figures[i].note);
	}
}

/* ---- outside of MemTotal */

/* The kernel's own ranges of iomem, by their names. */
static void take_image(struct ram *ram, const struct machine *machine)
{
	static const struct {
		const char *name, *resource;
	} parts[] = {
		{ "kernel-code", "Kernel code" },
		{ "kernel-rodata", "Kernel rodata" },
		{ "kernel-data", "Kernel data" },
		{ "kernel-bss", "Kernel bss" },
	};
	size_t i, k;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		uint64_t nbytes = 0;
		struct memory_row *row;

		for (k = 0; k < machine->nresources &&
			!machine->resources_hidden; k++)
			if (!strcmp(machine->resources[k].name,
				    parts[i].resource))
				nbytes += machine->resources[k].end -
					machine->resources[k].start;
		row = budget_put(ram->budget, GROUP_OUTSIDE, parts[i].name,
			MEMORY_BYTES, nbytes != 0, nbytes);
		budget_note(ram->budget, row, "in reserved");
	}
}

/* System RAM of iomem, in bytes; 0: not told. */
static uint64_t iomem_ram(const struct machine *machine)
{
	uint64_t nbytes = 0;
	size_t i;

	for (i = 0; i < machine->nresources && !machine->resources_hidden; i++)
		if (!machine->resources[i].depth &&
		    !strncmp(machine->resources[i].name, "System RAM", 10))
			nbytes += machine->resources[i].end -
				machine->resources[i].start;
	return nbytes;
}

static void take_outside(struct ram *ram, const struct machine *machine)
{
	uint64_t present = 0, all = iomem_ram(machine);
	int64_t total = 0, boot = 0;
	bool told = machine->nzones && get(ram, "MemTotal", &total), mapped;
	struct memory_row *row;
	size_t i;

	for (i = 0; i < machine->nzones; i++)
		present += machine->zones[i].present;
	told = told && present < (UINT64_C(1) << 56) / ram->page_size;
	present *= ram->page_size;
	row = budget_put(ram->budget, GROUP_OUTSIDE, "present", MEMORY_BYTES,
		told, present);
	budget_note(ram->budget, row,
		"RAM that zones have; MemTotal and reserved");
	row = budget_put(ram->budget, GROUP_OUTSIDE, "reserved", MEMORY_BYTES,
		told, 0);
	if (told)
		row->value = (int64_t)present - total;
	budget_note(ram->budget, row,
		"taken at boot: the kernel itself, its tables, devices");
	take_image(ram, machine);
	mapped = get_pages(ram, "nr_memmap_boot_pages", &boot);
	row = budget_put(ram->budget, GROUP_OUTSIDE, "memory-map-boot",
		MEMORY_BYTES, mapped, (uint64_t)boot);
	budget_note(ram->budget, row, "descriptors of frames, in reserved");
	row = budget_put(ram->budget, GROUP_OUTSIDE, "in-no-zone", MEMORY_BYTES,
		told && all && all < INT64_MAX, 0);
	if (row->known == MEMORY_KNOWN)
		row->value = (int64_t)(all - present);
	budget_note(ram->budget, row, "System RAM offline or left out at boot");
}

void budget_fill_ram(struct budget *budget, const struct machine *machine,
	struct text meminfo, struct text vmstat, struct text zoneinfo)
{
	const struct kernel_rules *rules = &machine->rules;
	struct ram ram = { .budget = budget, .meminfo = meminfo,
		.vmstat = vmstat, .page_size = machine->facts.page_size,
		.page_counts = rules->major > 5 ||
			(rules->major == 5 && rules->minor >= 3) };
	uint64_t npages = 0;
	bool cached = zoneinfo_cached(zoneinfo, &npages) &&
		npages < (UINT64_C(1) << 56) / ram.page_size;

	take_key(&ram, "free", "MemFree", NULL);
	take_part(&ram, "free-per-cpu", cached,
		(int64_t)(cached ? npages * ram.page_size : 0),
		"free, kept ready by each CPU");
	take_user(&ram);
	take_hugetlb(&ram);
	take_kernel(&ram);
	take_odd(&ram);
	take_remainder(&ram);
	take_totals(&ram);
	take_within(&ram);
	take_outside(&ram, machine);
	buf_fini(&ram.missing);
}
