/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/kernel/iomem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Depths never jump down by more than one, and start at 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct resource *all;
	bool hidden;
	size_t count, i;

	count = iomem_parse((struct text){ (const char *)data, n }, &all,
			    &hidden);
	assert(!hidden || (count == 0 && !all));
	for (i = 0; i < count; i++) {
		assert(all[i].name && all[i].start <= all[i].end);
		assert(all[i].start < all[i].end ||
		       all[i].end == UINT64_MAX);
		assert(all[i].depth <= (i ? all[i - 1].depth + 1 : 0));
	}
	iomem_free(all, count);
	return 0;
}
