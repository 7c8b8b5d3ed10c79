/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_IOMEM_H
#define VMATLAS_KERNEL_IOMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * One physical address range of /proc/iomem.  Bytes; END is exclusive (the
 * file's is not).  Children follow their parent with a greater depth.
 */
struct resource {
	uint64_t start, end;
	unsigned depth;
	char *name;		/* owned by the array */
};

/*
 * All ranges in TEXT, in its order; returns how many, in a heap array at
 * *OUT.  *HIDDEN says that the file showed zeros for every address, as it
 * does to those without CAP_SYS_ADMIN: then nothing is returned.
 */
size_t iomem_parse(struct text text, struct resource **out, bool *hidden);
void iomem_free(struct resource *resources, size_t n);

#endif
