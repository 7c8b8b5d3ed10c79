/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/priority.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/ioprio.h, which not every libc's headers come with. */
#define IO_WHO_PROCESS 1
#define IO_CLASS_SHIFT 13
#define IO_CLASS_NONE 0
#define IO_CLASS_IDLE 3

static int set_one(int tid, bool low)
{
	int class = low ? IO_CLASS_IDLE : IO_CLASS_NONE;

	if (setpriority(PRIO_PROCESS, (id_t)tid, low ? 19 : 0))
		return -1;
	/* A kernel without it has nothing to be gentle with. */
	syscall(SYS_ioprio_set, IO_WHO_PROCESS, tid, class << IO_CLASS_SHIFT);
	return 0;
}

int priority_set(bool low, struct err *err)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *task;
	int result = 0;

	/* Threads that begin later have that of who starts them. */
	if (!tasks)
		return set_one(0, low) ? err_set(err, errno,
			"changing the priority") : 0;
	while ((task = readdir(tasks)))
		if (task->d_name[0] != '.' &&
		    set_one(atoi(task->d_name), low) && errno != ESRCH)
			result = err_set(err, errno, "changing the priority");
	closedir(tasks);
	return result;
}
