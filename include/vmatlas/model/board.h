/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_BOARD_H
#define VMATLAS_MODEL_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/kernel/iomem.h"
#include "vmatlas/source/source.h"

/*
 * A struct board is what is known of physical addresses besides iomem, and
 * does not change while a machine runs.  It is read once, immutable from then
 * on, and shared by reference.
 *
 * Names are from, the later the better: what was reserved at boot
 * (debugfs memblock/reserved), the device tree, the areas of the contiguous
 * memory allocator (debugfs cma/NAME/base_pfn and count), and what the user
 * gave with --resources.  None of them needs to be there.
 */
struct board {
	int refs;
	/* They may overlap, see board_name; depth is 1 where the name is
	 * better than iomem's for the very same range. */
	struct resource *names;
	size_t nnames;
	/* Where the user's file lists "System RAM", it also says what is
	 * where; else none. */
	struct resource *layout;
	size_t nlayout;
};

/* Read it from SRC, which the machine's page size is PAGE_SIZE (bytes) of:
 * one reference, for the caller. */
struct board *board_read(struct source *src, uint32_t page_size);
struct board *board_ref(struct board *board);
/* NULL is fine. */
void board_unref(struct board *board);

/* The smallest range around PA, of equals the better one; NULL: none.  BOARD
 * may be NULL. */
const struct resource *board_name(const struct board *board, uint64_t pa);

#endif
