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
/*
 * The same of a file that a person wrote: blank lines and those that begin
 * with '#' are passed over.  *WRONG is the number of the first line that is
 * neither nor a range, or 0.
 */
size_t iomem_parse_file(struct text text, struct resource **out,
	size_t *wrong);
/* The next range of TEXT, a list below /sys/kernel/debug/memblock
 * (mm/memblock.c, memblock_debug_show), without a name; false at the end. */
bool memblock_next(struct text *text, struct resource *out);
void iomem_free(struct resource *resources, size_t n);

#endif
