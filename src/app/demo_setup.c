/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "demo_stage.h"

/*
 * What the forked process does before the first act: it leaves vmatlas's
 * ways, and maps all the memory that it will play with.
 */

/* Newer than some C libraries that we are built with. */
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

#define THP_DIR "/sys/kernel/mm/transparent_hugepage/"

enum {
	STRIDE = 64,		/* pages from one region to the next */
	MAX_HUGE = 4 << 20,	/* bytes; more is too much for a sample */
};

/* Of statfs, whose f_type has a sign on some machines. */
#define TMPFS_TYPE 0x01021994u
#define RAMFS_TYPE 0x858458f6u

/* A new file of SIZE bytes without a name, on a disk where that is possible. */
static int file_in(const char *dir, size_t size, bool ram_too)
{
	char path[PATH_MAX], block[4096];
	struct statfs fs;
	int fd;

	if (statfs(dir, &fs) < 0)
		return -1;
	if (!ram_too && ((unsigned)fs.f_type == TMPFS_TYPE ||
			 (unsigned)fs.f_type == RAMFS_TYPE))
		return -1;
	if (snprintf(path, sizeof(path), "%s/vmatlas-demo.XXXXXX", dir) >=
	    (int)sizeof(path))
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -1;
	unlink(path);
	memset(block, 'f', sizeof(block));
	for (size_t done = 0; done < size; done += sizeof(block)) {
		if (write(fd, block, sizeof(block)) == (ssize_t)sizeof(block))
			continue;
		close(fd);
		return -1;
	}
	return fd;
}

static int file_make(size_t size)
{
	const char *const dirs[] = { secure_getenv("TMPDIR"), "/var/tmp",
				     "/tmp", "/dev/shm" };
	const size_t n = sizeof(dirs) / sizeof(*dirs);
	int fd = -1;

	for (size_t i = 0; i < 2 * n && fd < 0; i++)
		if (dirs[i % n])
			fd = file_in(dirs[i % n], size, i >= n);
	return fd;
}

/* memfd is named in maps on every kernel that has it. */
static int shared_make(size_t size)
{
	int fd = memfd_create("vmatlas-demo", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, (off_t)size) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The size of a transparent huge page; 0 where there is none. */
static size_t huge_size(void)
{
	char text[64] = "";
	int fd = open(THP_DIR "enabled", O_RDONLY | O_CLOEXEC);
	ssize_t n;
	long size;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0 || strstr(text, "[never]") ||
	    prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) > 0)
		return 0;
	fd = open(THP_DIR "hpage_pmd_size", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	memset(text, 0, sizeof(text));
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	size = n > 0 ? strtol(text, NULL, 10) : 0;
	return size > 0 && size <= MAX_HUGE && !(size & (size - 1)) ?
	       (size_t)size : 0;
}

/* Without a descriptor it is anonymous. */
static int region_map(struct demo_stage *stage, enum demo_act act, char *at,
		      size_t nbytes, int kind, int fd)
{
	char name[80];
	void *p = mmap(at, nbytes, PROT_READ | PROT_WRITE,
		       kind | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	if (p == MAP_FAILED)
		return -1;
	stage->region[act].va = (uintptr_t)p;
	stage->region[act].nbytes = nbytes;
	/* Both are wishes, which an old kernel does not know. */
	madvise(p, nbytes,
		act == DEMO_ACT_HUGE ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	snprintf(name, sizeof(name), "demo %d: %s", (int)act + 1,
		 demo_act_title(act));
	if (fd < 0)
		prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, (unsigned long)p,
		      nbytes, (unsigned long)name);
	return 0;
}

/* What cannot be had of these is no region, and its act says so. */
static void regions_map_files(struct demo_stage *stage, char *huge,
			      size_t stride, size_t size)
{
	int file = file_make(size), shared = shared_make(size);

	if (file >= 0) {
		region_map(stage, DEMO_ACT_FILE, huge - 2 * stride, size,
			   MAP_PRIVATE, file);
		close(file);
	}
	region_map(stage, DEMO_ACT_SHARE, huge - stride, size, MAP_SHARED,
		   shared);
	if (shared >= 0)
		close(shared);
}

/* Find room for all of them, and then map into it, with gaps between. */
int demo_map(struct demo_stage *stage, size_t page)
{
	size_t stride = STRIDE * page, size = DEMO_NPAGES * page;
	size_t hugesize = huge_size();
	size_t align = hugesize ? hugesize : stride;
	size_t room = 6 * stride + hugesize + align;
	char *all = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	char *huge;

	if (all == MAP_FAILED)
		return -1;
	munmap(all, room);
	huge = all + 4 * stride;
	huge += -(uintptr_t)huge & (align - 1);
	if (region_map(stage, DEMO_ACT_TOUCH, huge - 4 * stride, size,
		       MAP_PRIVATE, -1) < 0 ||
	    region_map(stage, DEMO_ACT_FORK, huge - 3 * stride, size,
		       MAP_PRIVATE, -1) < 0 ||
	    region_map(stage, DEMO_ACT_SWAP, huge + hugesize + stride / 2,
		       size, MAP_PRIVATE, -1) < 0)
		return -1;
	if (hugesize)
		region_map(stage, DEMO_ACT_HUGE, huge, hugesize, MAP_PRIVATE,
			   -1);
	regions_map_files(stage, huge, stride, size);
	return 0;
}

static void fds_close(unsigned from, unsigned to)
{
	struct rlimit limit = { 0 };

	if (from > to)
		return;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, from, to, 0) == 0)
		return;
#endif
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 65536)
		limit.rlim_cur = 65536;
	for (unsigned fd = from; fd <= to && fd < limit.rlim_cur; fd++)
		close((int)fd);
}

/* Keep nothing of vmatlas open but the two pipes, which are above 2. */
static void fds_leave(const struct demo_setup *setup)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	unsigned a = (unsigned)setup->orders, b = (unsigned)setup->news;
	unsigned low = a < b ? a : b, high = a < b ? b : a;

	for (int fd = 0; fd < 3; fd++)
		if (null < 0)
			close(fd);
		else if (null != fd)
			dup2(null, fd);
	fds_close(3, low - 1);
	fds_close(low + 1, high - 1);
	fds_close(high + 1, UINT_MAX);
}

/* What ends a demo is its user, not the keys pressed in the atlas. */
static void signals_reset(void)
{
	static const int ignored[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN,
				       SIGTTOU, SIGPIPE, SIGHUP };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * A sample needs no privilege, and without any the user who started vmatlas
 * may look at it even where vmatlas itself has capabilities of its file.
 */
static void privileges_drop(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	memset(data, 0, sizeof(data));
	syscall(SYS_capset, &header, data);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

/* Die with PARENT, also when it died before this was said. */
void demo_follow(pid_t parent, const char *name)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(0);
	prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
}

/*
 * New pages wait in a batch of the CPU that made them, which holds them, too:
 * on another one their last owner could not keep them at a write, nor page
 * them out.
 */
static void cpu_keep(void)
{
	int cpu = sched_getcpu();
	cpu_set_t one;

	if (cpu < 0)
		return;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/* Privileges first: giving them up may undo what follows. */
void demo_settle(const struct demo_setup *setup)
{
	signals_reset();
	setpgid(0, 0);
	privileges_drop();
	demo_follow(setup->parent, "vmatlas-demo");
	fds_leave(setup);
	cpu_keep();
}
