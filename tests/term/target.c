// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target.h"

static void be_target(const char *name, const char *file, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, name);
	char *heap = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (heap == MAP_FAILED)
		_exit(1);
	memset(heap, 'x', 1 << 18);
	if (file) {
		int fd = open(file, O_RDWR | O_CREAT, 0600);
		if (fd < 0 || ftruncate(fd, 4096))
			_exit(1);
		char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
				  fd, 0);
		if (page == MAP_FAILED)
			_exit(1);
		page[0] = 'x';
	}
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

void target_start_file(struct target *target, const char *name, const char *file)
{
	int ready[2];
	char c;
	if (pipe2(ready, O_CLOEXEC))
		exit(99);
	fflush(NULL);
	target->file = file;
	target->pid = fork();
	if (target->pid == 0)
		be_target(name, file, ready[1]);
	close(ready[1]);
	if (target->pid < 0 || read(ready[0], &c, 1) != 1) {
		fprintf(stderr, "target: it did not start\n");
		exit(99);
	}
	close(ready[0]);
	snprintf(target->pid_text, sizeof(target->pid_text), "%d",
		 (int)target->pid);
}

void target_start(struct target *target, const char *name)
{
	target_start_file(target, name, NULL);
}

void target_end(struct target *target)
{
	kill(target->pid, SIGKILL);
	waitpid(target->pid, NULL, 0);
	if (target->file)
		unlink(target->file);
}

char *vmatlas_path(void)
{
	char *path = getenv("VMATLAS");
	return path ? path : "build/release/vmatlas";
}
