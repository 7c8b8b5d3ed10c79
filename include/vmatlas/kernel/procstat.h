/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_PROCSTAT_H
#define VMATLAS_KERNEL_PROCSTAT_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * /proc/PID/stat (Documentation/filesystems/proc.rst, table 1-4).  NAME is
 * a view into the text; it may hold blanks and brackets.
 */
struct procstat {
	int64_t pid, ppid, session;
	struct text name;
	char state;
	uint64_t minor_faults, major_faults;
	uint64_t starttime;	/* clock ticks after boot */
	uint64_t nthreads;	/* the first too, where only that has ended */
	uint64_t cpu_ticks;	/* user and system time */
	uint64_t vss;		/* bytes */
	uint64_t rss_pages;
	/* Address of the program's code, in bytes; 0: not told (to those who
	 * may not trace it the kernel says 1, do_task_stat() in
	 * fs/proc/array.c). */
	uint64_t start_code;
};

bool procstat_parse(struct text text, struct procstat *out);

/*
 * The number behind "KEY:" in a file of such lines (/proc/PID/status,
 * /proc/meminfo, smaps_rollup), without its unit.  False where the key is
 * missing.  A key matches at the start of a line only.
 */
bool procstat_key(struct text text, const char *key, uint64_t *out);

#endif
