/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_THREAD_H
#define VMATLAS_KERNEL_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/text.h"

/*
 * What /proc tells of the stack of a thread.  Any bytes may be given; false
 * says that they do not tell.
 */

/*
 * The stack pointer in /proc/PID/task/TID/syscall (proc_pid_syscall() in
 * fs/proc/base.c): the last number but one, in hexadecimal, of a thread that
 * does not run.  Of one that does, the file says "running" and no more.
 */
bool thread_sp(struct text text, uint64_t *sp);

/*
 * How far the first thread's stack may grow, in bytes, by /proc/PID/limits
 * (getrlimit(2), RLIMIT_STACK, the soft one); UINT64_MAX: without limit.
 */
bool thread_stack_limit(struct text text, uint64_t *nbytes);

#endif
