/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/model/elf_layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A layout, then after an empty line a maps file that has it mapped. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n };
	const char *gap = memmem(data, n, "\n\n", 2);
	struct text maps = { "", 0 };
	struct region *regions = NULL;
	struct elf_layout layout;
	struct buf names = { 0 };
	size_t i, nregions;
	uint64_t vaddr;

	if (gap) {
		text.n = (size_t)(gap - text.p) + 1;
		maps = (struct text){ gap + 2, n - text.n - 1 };
	}
	elf_layout_parse(&layout, text);
	for (i = 1; i < layout.nsections; i++)
		assert(layout.sections[i - 1].vaddr +
			layout.sections[i - 1].size <=
			layout.sections[i].vaddr);
	for (i = 0; i < layout.nsections; i++)
		assert(elf_layout_section(&layout, layout.sections[i].vaddr,
			1) == &layout.sections[i]);
	nregions = regions_parse(maps, &regions, &names, NULL);
	for (i = 0; i < nregions; i++) {
		long file = elf_file_region(regions, i);

		if (file >= 0)
			elf_layout_address(&layout, regions, (size_t)file,
				regions[i].start, 4096, &vaddr);
	}
	free(regions);
	buf_fini(&names);
	elf_layout_fini(&layout);
	return 0;
}
