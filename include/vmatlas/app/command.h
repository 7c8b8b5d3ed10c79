/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_COMMAND_H
#define VMATLAS_APP_COMMAND_H

#include <sys/types.h>

#include "vmatlas/base/err.h"

/*
 * A COMMAND of the command line, to be watched from its first page: it is
 * held (by ptrace) where its exec has just made its address space, until
 * command_release.  Its input is /dev/null, its output goes to LOG.
 */

/* The pid of the held process; -1 with ERR where it cannot be started.  All
 * of these are for the thread that called command_start. */
pid_t command_start(char **argv, const char *log, struct err *err);
/* Let it run. */
void command_release(pid_t pid);
/* Has it ended?  Then *STATUS is its exit status (128 + N by a signal). */
int command_ended(pid_t pid, int *status);

#endif
