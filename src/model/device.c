/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/device.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* Maps that a UIO device can have (MAX_UIO_MAPS). */
#define UIO_MAPS 5
/* BARs of a PCI device, the expansion ROM among them. */
#define PCI_BARS 7
/* Bits of a resource (include/linux/ioport.h). */
#define RESOURCE_MEM 0x200
/* Above any physical address; the kernel's own addresses begin higher. */
#define PHYSICAL_BITS 56

const char *device_place_words(enum device_place place)
{
	static const char *const words[] = {
		[PLACE_NONE] = "",
		[PLACE_KNOWN] = "",
		[PLACE_FLAGS] = "smaps is needed to tell device memory",
		[PLACE_DRIVER] = "the driver's choice, not told",
		[PLACE_PRIVATE] = "private: pages that were written are "
			"copies, and it is not told which",
		[PLACE_EITHER] = "one map of the device, or the rest of "
			"another",
		[PLACE_UNREAD] = "sysfs does not describe the device",
		[PLACE_PORTS] = "I/O ports, not memory",
		[PLACE_ODD] = "sysfs and the mapping disagree",
	};

	return (unsigned)place < sizeof(words) / sizeof(*words) ?
		words[place] : "";
}

bool device_pfn(const struct region *region, unsigned page_shift, uint64_t va,
	uint64_t *pfn)
{
	if (region->place != PLACE_KNOWN || va < region->start ||
	    va >= region->end)
		return false;
	*pfn = (region->pa + (va - region->start)) >> page_shift;
	return true;
}

/* ---- small files, read once */

void device_files_fini(struct device_files *files)
{
	size_t i;

	for (i = 0; i < files->n; i++) {
		free(files->files[i].path);
		free(files->files[i].text);
	}
	files->n = 0;
}

/* The text of PATH; false: it is not to be had. */
static bool file_text(struct device_files *files, struct source *src,
	const struct buf *path, struct text *out)
{
	struct device_file *file;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < files->n; i++)
		if (!strcmp(files->files[i].path, buf_text(path)))
			break;
	if (i == DEVICE_FILES) {	/* so many devices: begin anew */
		device_files_fini(files);
		i = 0;
	}
	file = &files->files[i];
	if (i == files->n) {
		files->n++;
		file->path = mem_text(buf_text(path), path->len);
		file->text = source_text(src, PROC_NONE, buf_text(path),
			&text) == ANSWER_OK ? mem_text(buf_text(&text),
				text.len) : NULL;
		buf_fini(&text);
	}
	*out = text_of(file->text);
	return file->text != NULL;
}

/* ---- PCI */

/* "0x00000000fd000000 0x00000000fdffffff 0x0000000000042208", a line for each
 * BAR in turn. */
static bool pci_bar(struct text text, uint64_t bar, uint64_t *start,
	uint64_t *end, uint64_t *flags)
{
	struct text line, word;

	do
		if (!text_line(&text, &line))
			return false;
	while (bar--);
	return text_word(&line, &word) && text_all_u64(word, 16, start) &&
		text_word(&line, &word) && text_all_u64(word, 16, end) &&
		text_word(&line, &word) && text_all_u64(word, 16, flags) &&
		*end >= *start;
}

/* NAME is "/sys/devices/.../resourceN", maybe with "_wc" behind it. */
static enum device_place place_pci(struct device_files *files,
	struct source *src, const struct machine *machine,
	struct region *region, struct text name)
{
	static const char file[] = "/resource";
	uint64_t bar, start, end, flags, mask = machine->facts.page_size - 1;
	struct buf path = { 0 };
	struct text rest = name, text;
	bool read;
	size_t n = name.n;

	while (n && name.p[n - 1] != '/')
		n--;
	rest.p += n ? n - 1 : 0;
	rest.n -= n ? n - 1 : 0;
	if (!text_starts(rest, file))
		return PLACE_DRIVER;
	rest.p += strlen(file);
	rest.n -= strlen(file);
	if (!text_u64(&rest, 10, &bar) || bar >= PCI_BARS ||
	    (rest.n && !text_is(rest, "_wc")))
		return PLACE_DRIVER;
	buf_add(&path, name.p, n - 1);
	buf_str(&path, file);
	read = !strstr(buf_text(&path), "/../") &&
		file_text(files, src, &path, &text);
	buf_fini(&path);
	if (!read || !pci_bar(text, bar, &start, &end, &flags))
		return PLACE_UNREAD;
	if (!(flags & RESOURCE_MEM))
		return PLACE_PORTS;
	/* Mapped are whole pages. */
	if (region->offset < (start & ~mask) || region->offset > (end | mask) ||
	    region->end - region->start - 1 > (end | mask) - region->offset)
		return PLACE_ODD;
	region->pa = region->offset;
	return PLACE_KNOWN;
}

/* ---- UIO */

static bool uio_number(struct device_files *files, struct source *src,
	struct text device, unsigned map, const char *file, uint64_t *out)
{
	struct buf path = { 0 };
	struct text text;
	bool known;

	buf_str(&path, "/sys/class/uio/");
	buf_add(&path, device.p, device.n);
	buf_fmt(&path, "/maps/map%u/%s", map, file);
	known = file_text(files, src, &path, &text) &&
		text_u64(&text, 16, out);
	buf_fini(&path);
	return known;
}

/* What sysfs calls an address may be the kernel's own of memory that it
 * allocated: on 64 bits those are told by their size; on 32 they are believed
 * only where iomem knows of a device. */
static bool is_physical(const struct machine *machine, uint64_t pa)
{
	const struct stretch *stretch;

	if (pa >> PHYSICAL_BITS)
		return false;
	if (strstr(machine->facts.machine, "64"))
		return true;
	stretch = machine_stretch(machine, pa >> machine->page_shift);
	return stretch && stretch->kind != STRETCH_HOLE &&
		stretch->kind != STRETCH_RAM;
}

/* DEVICE is "uioN". */
static enum device_place place_uio(struct device_files *files,
	struct source *src, const struct machine *machine,
	struct region *region, struct text device)
{
	uint64_t size = region->end - region->start;
	uint64_t page = machine->facts.page_size, number, addr, length;
	struct text digits = { device.p + 3, device.n - 3 };
	unsigned map, found = 0, known = 0;

	if (!text_all_u64(digits, 10, &number))
		return PLACE_DRIVER;
	for (map = 0; map < UIO_MAPS; map++) {
		uint64_t skip = map * page;

		if (!uio_number(files, src, device, map, "addr", &addr) ||
		    !uio_number(files, src, device, map, "size", &length))
			break;
		known++;
		if (region->offset < skip)
			continue;
		/* What munmap left of a mapping of this map. */
		skip = region->offset - skip;
		if (skip >= length || size > length - skip)
			continue;
		found++;
		region->pa = addr + skip;
		if (addr % page || !is_physical(machine, addr))
			return PLACE_DRIVER;
	}
	return !known ? PLACE_UNREAD : !found ? PLACE_ODD : found > 1 ?
		PLACE_EITHER : PLACE_KNOWN;
}

/* ---- all */

static enum device_place place(struct device_files *files, struct source *src,
	const struct machine *machine, struct region *region,
	struct text name)
{
	enum device_place found = PLACE_DRIVER;

	/* io_uring and the like map ordinary memory of a driver's. */
	if (region->type != REGION_DEVICE || (region->vm_flags_known &&
		    !(region->vm_flags & SMAPS_FLAG_PFNMAP)))
		return PLACE_NONE;
	if (!region->vm_flags_known)
		return PLACE_FLAGS;
	if (text_is(name, "/dev/mem")) {
		region->pa = region->offset;
		found = PLACE_KNOWN;
	} else if (text_starts(name, "/sys/devices/")) {
		found = place_pci(files, src, machine, region, name);
	} else if (text_starts(name, "/dev/uio") && region->shared) {
		found = place_uio(files, src, machine, region,
			(struct text){ name.p + 5, name.n - 5 });
	}
	return !region->shared && found != PLACE_PORTS ? PLACE_PRIVATE : found;
}

void device_place_all(struct device_files *files, struct source *src,
	const struct machine *machine, struct region *regions, size_t n,
	const struct buf *names)
{
	size_t i;

	for (i = 0; i < n; i++)
		regions[i].place = (uint8_t)place(files, src, machine,
			&regions[i], region_name(&regions[i], names));
}
