/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_MACHINE_FILE_H
#define VMATLAS_TESTS_MACHINE_FILE_H

#include <stdio.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/text.h"

/*
 * FILE of a real kernel's /proc, kept in tests/fixtures/machines/MACHINE.
 * Tests run at the top of the tree.  BUF owns what is returned.
 */
static inline struct text machine_file(const char *machine, const char *file,
				       struct buf *buf)
{
	char path[200];
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), "tests/fixtures/machines/%s/%s", machine,
		 file);
	in = fopen(path, "r");
	if (!in)
		fail_msg("%s: cannot open it (run me at the top)", path);
	buf_clear(buf);
	do {
		n = fread(buf_room(buf, 4096), 1, 4096, in);
		buf->len += n;
	} while (n);
	buf_add(buf, "", 0);	/* the NUL */
	fclose(in);
	return (struct text){ buf->data, buf->len };
}

#endif
