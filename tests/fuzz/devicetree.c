/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/kernel/devicetree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Ranges are never empty or backwards, and never more than they may be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n };
	struct resource *all, range;
	size_t count, i, wrong;

	count = devicetree_parse(text, &all);
	assert(count <= DEVICETREE_MOST);
	for (i = 0; i < count; i++)
		assert(all[i].name && all[i].start < all[i].end);
	iomem_free(all, count);
	count = iomem_parse_file(text, &all, &wrong);
	iomem_free(all, count);
	while (memblock_next(&text, &range))
		assert(range.start <= range.end);
	return 0;
}
