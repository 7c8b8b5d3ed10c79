/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_TERM_TARGET_H
#define VMATLAS_TESTS_TERM_TARGET_H

/*
 * A struct target is a quiet process to look at: it has touched some memory
 * and waits.  It is ended by target_end, or when the test ends.
 */
#include <sys/types.h>

struct target {
	pid_t pid;
	char pid_text[16];
	const char *file;	/* mapped by it, or NULL; removed at the end */
};

/* NAME is its command name, at most 15 bytes. */
void target_start(struct target *target, const char *name);

/* The same, with one page of the file FILE mapped, which is made for it. */
void target_start_file(struct target *target, const char *name, const char *file);
void target_end(struct target *target);

/* The program under test: $VMATLAS. */
char *vmatlas_path(void);

#endif
