/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_MAPS_H
#define VMATLAS_KERNEL_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * One line of /proc/PID/maps (Documentation/filesystems/proc.rst).
 * Addresses and offset are in bytes, END is exclusive.  NAME is a view into
 * the line, from the first byte behind the blanks to the end of the line:
 * names may hold blanks.  The kernel writes a newline in a name as \012.
 */
struct maps_line {
	uint64_t start, end;
	uint64_t offset;
	uint64_t inode;
	uint32_t major, minor;
	bool read, write, exec, shared;
	struct text name;
};

/* False when LINE is not such a line, or start is not below end. */
bool maps_parse(struct text line, struct maps_line *out);

#endif
