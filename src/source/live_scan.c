/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <time.h>

#include "live_impl.h"
#include "pagemap_scan.h"

/* A scan holds the target's mmap_lock: it ends at so many pages found, or at
 * the end of a window of address space, which grows while nothing is found
 * and that takes no time. */
#define SCAN_PAGES 16384
#define SCAN_WINDOW (UINT64_C(64) << 20)
#define SCAN_QUICK_NS 50000
#define SCAN_RANGES 128

/* One ioctl; the number of regions, or -1 with errno. */
static int scan_window(struct live *live, int fd, int pid,
	struct pagemap_scan_arg *arg)
{
	int n, error;

	do {
		source_before(&live->src, pid, "pagemap");
		n = ioctl(fd, PAGEMAP_SCAN_IOCTL, arg);
		error = errno;
		source_after(&live->src);
	} while (n < 0 && error == EINTR);
	errno = error;
	return n;
}

/*
 * Add what a scan found, joining what touches; false once OUT is full, with
 * *NEXT where the range that found no place begins.
 */
static bool scan_take(const struct pagemap_scan_region *found, size_t nfound,
	uint64_t page_size, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	size_t i;

	for (i = 0; i < nfound; i++) {
		uint64_t start = found[i].start / page_size;
		uint64_t end = found[i].end / page_size;

		if (*n && out[*n - 1].end == start) {
			out[*n - 1].end = end;
		} else if (*n == max) {
			*next = start;
			return false;
		} else {
			out[(*n)++] = (struct vpn_range){ start, end };
		}
	}
	return true;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int scan_all(struct live *live, int fd, int pid,
	enum populated_kind kind, uint64_t va, uint64_t end_va,
	struct vpn_range *out, size_t max, size_t *n, uint64_t *next)
{
	struct pagemap_scan_region found[SCAN_RANGES];
	uint64_t page_size = live->facts.page_size, window = SCAN_WINDOW, begun;
	int nfound;

	while (va < end_va) {
		struct pagemap_scan_arg arg = {
			.size = sizeof(arg),
			.start = va,
			.end = end_va - va > window ? va + window : end_va,
			.max_pages = SCAN_PAGES,
			.vec = (uintptr_t)found,
			.vec_len = SCAN_RANGES,
		};

		/* Asking for no category in return lets the kernel join
		 * present and swapped pages into one range. */
		if (kind == POPULATED_HUGE)
			arg.category_mask = PAGE_IS_HUGE_BIT;
		else
			arg.category_anyof_mask = PAGE_IS_PRESENT_BIT |
				PAGE_IS_SWAPPED_BIT;
		begun = now_ns();
		nfound = scan_window(live, fd, pid, &arg);
		if (nfound < 0)
			return -1;
		if (nfound)
			window = SCAN_WINDOW;
		else if (now_ns() - begun < SCAN_QUICK_NS)
			window *= 2;
		if (!scan_take(found, (size_t)nfound, page_size, out, max, n,
			next))
			return 0;
		if (arg.walk_end <= va)
			break;
		va = arg.walk_end;
		/* Who reads what was found may learn that nothing is to be
		 * looked for behind it. */
		if (nfound && kind == POPULATED_ANY) {
			*next = va / page_size;
			break;
		}
	}
	return 0;
}

enum answer live_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	struct live *live = (struct live *)src;
	uint64_t page_size = live->facts.page_size;
	uint64_t top = (live->facts.task_size ? live->facts.task_size :
		(uint64_t)INT64_MAX) / page_size;
	struct open_pagemap *slot;
	int error, tries = 2;

	if ((live->without & (WITHOUT_PAGEMAP_SCAN | WITHOUT_PAGEMAP)) ||
	    live->scan_absent)
		return ANSWER_ABSENT;
	*next = end;
	if (start >= top)
		return ANSWER_OK;
	do {
		slot = live_pagemap_open(live, id);
		if (!slot)
			return live_answer(live, id.pid, errno);
		*n = 0;
		if (!scan_all(live, slot->fd, id.pid, kind, start * page_size,
			(end < top ? end : top) * page_size, out, max, n, next))
			return ANSWER_OK;
		error = errno;
		live_pagemap_close(slot);
		/* After an exec the descriptor belongs to what was before. */
	} while (error == ESRCH && --tries);
	if (error == ENOTTY || error == EINVAL || error == ENOSYS) {
		live->scan_absent = true;
		return ANSWER_ABSENT;
	}
	return live_answer(live, id.pid, error);
}
