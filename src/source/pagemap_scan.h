/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_PAGEMAP_SCAN_H
#define VMATLAS_SRC_SOURCE_PAGEMAP_SCAN_H

/*
 * ioctl PAGEMAP_SCAN on /proc/PID/pagemap (6.7), which says where something
 * is populated: defined here because it is newer than many systems' headers.
 * Only its reading part is: the write-protecting flags would disturb the
 * target's owner.  It is a way of asking, so it stays with who asks.
 */
#include <stdint.h>
#include <sys/ioctl.h>

struct pagemap_scan_region {
	uint64_t start, end, categories;	/* addresses in bytes */
};

struct pagemap_scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask;
	uint64_t return_mask;
};

#define PAGEMAP_SCAN_IOCTL _IOWR('f', 16, struct pagemap_scan_arg)
#define PAGE_IS_PRESENT_BIT (UINT64_C(1) << 3)
#define PAGE_IS_SWAPPED_BIT (UINT64_C(1) << 4)
#define PAGE_IS_HUGE_BIT (UINT64_C(1) << 6)

#endif
