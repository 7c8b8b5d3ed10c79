/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_OUTPUT_H
#define VMATLAS_APP_OUTPUT_H

#include <stdbool.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/err.h"

/*
 * A struct output is where reports go: standard output, or a file, which is
 * emptied when it is opened and then grows.  With REPLACE each refresh makes a
 * new file: it is written beside the old one as FILE.tmp and takes its place
 * when it is whole (rename(2)), so that who reads it meets the whole of one
 * refresh, whenever.  What is there and no plain file (a pipe, a device, a
 * symbolic link) is written to, and never replaced.
 */
struct output {
	const char *path;	/* the caller's; NULL: standard output */
	char *beside;		/* FILE.tmp, or NULL: nothing is replaced */
	int fd;			/* -1: closed */
};

/* PATH may be NULL or "-".  On failure -1 with ERR. */
int output_open(struct output *output, const char *path, bool replace,
	struct err *err);
/* All of TEXT, which is emptied then. */
int output_write(struct output *output, struct buf *text, struct err *err);
/* A refresh is whole. */
int output_commit(struct output *output, struct err *err);
/* What was not committed never was. */
void output_close(struct output *output);

#endif
