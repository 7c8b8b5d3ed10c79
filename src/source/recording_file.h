/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_RECORDING_FILE_H
#define VMATLAS_SRC_SOURCE_RECORDING_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "vmatlas/base/err.h"

/*
 * Where a recording is written: a file that is created with mode 0600, never
 * through a symbolic link, and that takes the place of another one only once
 * there is a whole refresh in it; or what is there already: a pipe, a device,
 * standard output.
 */
struct recording_file {
	char *path;
	char *temp;		/* where it is written until then, or NULL */
	int fd;
	bool ours;		/* a regular file that we created */
	bool is_stream;		/* a pipe, socket or terminal: it may be slow */
	off_t nbytes;		/* written */
	off_t settled;		/* of these, up to the last whole refresh */
};

int recording_file_open(struct recording_file *file, const char *path,
	struct err *err);
/* All of the N bytes, or none of those since the last whole refresh.  This
 * and what follows: 0, or an errno value. */
int recording_file_write(struct recording_file *file, const char *bytes,
	size_t n);
/* A refresh is whole; with SYNC, bring it to the disk itself. */
int recording_file_settle(struct recording_file *file, bool sync);
/* FILE becomes FILE.1, what that was FILE.2, up to FILE.N; go on in a new one
 * (N 0: nothing is left of the old one). */
int recording_file_rotate(struct recording_file *file, unsigned n);
int recording_file_close(struct recording_file *file);
void recording_file_fini(struct recording_file *file);

#endif
