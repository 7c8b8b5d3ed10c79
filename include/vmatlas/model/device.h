/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_DEVICE_H
#define VMATLAS_MODEL_DEVICE_H

#include "vmatlas/model/machine.h"
#include "vmatlas/model/region.h"

/*
 * Where the memory of a device is that a region maps: pagemap has nothing of
 * it (its frames are "PFN-mapped"), but for some devices the region's offset
 * tells, as measured on 6.1 and read in the kernel's sources:
 *
 * - /dev/mem (drivers/char/mem.c): the offset is the physical address.
 * - PCI resources in sysfs (drivers/pci/mmap.c, pci_mmap_resource_range): the
 *   kernel adds the BAR's address to the offset asked for, so what maps shows
 *   is the physical address again.  It must lie in the BAR that the file
 *   "resource" beside it names; of I/O ports it is no memory's.
 * - /dev/uioN (drivers/uio/uio.c, uio_mmap): mapped with an offset of M pages,
 *   it is map M, at /sys/class/uio/uioN/maps/mapM/{addr,size}.  A piece that
 *   munmap left over begins further on: where another map fits as well, it
 *   cannot be told which it is.  Memory that is not physical has the kernel's
 *   own virtual address there: it is not believed.
 * - Anything private: remap_pfn_range (mm/memory.c) puts the frame's number
 *   into the offset, but a page that was written is a copy since, and nothing
 *   tells which were.
 * - All others (DRM hands out offsets like tickets, a frame buffer counts
 *   from its own start): the driver alone knows.
 */

/* What is kept of the small files that were read for it: they do not change
 * while their device is there. */
#define DEVICE_FILES 64
struct device_files {
	struct device_file {
		char *path;
		char *text;	/* NULL: not to be had */
	} files[DEVICE_FILES];
	size_t n;
};
void device_files_fini(struct device_files *files);

/* Set place and pa of all REGIONS; NAMES is their names' buffer. */
void device_place_all(struct device_files *files, struct source *src,
	const struct machine *machine, struct region *regions, size_t n,
	const struct buf *names);
/* The frame of the page at VA of REGION, a device's; false: not known. */
bool device_pfn(const struct region *region, unsigned page_shift, uint64_t va,
	uint64_t *pfn);
/* Why a device's address is not known, for people; "" where it is, or where
 * the region is no device. */
const char *device_place_words(enum device_place place);

#endif
