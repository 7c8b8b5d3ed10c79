/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process with regions of which each is in one state, that counts its own
 * page faults: faulter FILE [locked].
 *
 * It says "NAME START END" for each region, then "ready"; for each line
 * "read NAME" or "write NAME" on its input it touches every page of that
 * region once, and says how many faults that was; "fork" makes a child that
 * keeps all, and "thread" threads with some of their stacks used.
 */
#include <alloca.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 16

static struct {
	const char *name;
	char *start;
} regions[16];
static unsigned nregions;
static size_t page;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static char *map(const char *name, int prot, int flags, int fd)
{
	char *p = mmap(NULL, PAGES * page, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		fail(name);
	/* Neighbours of one kind would be one region. */
	if (mmap(NULL, page, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) ==
	    MAP_FAILED)
		fail(name);
	madvise(p, PAGES * page, MADV_NOHUGEPAGE);
	regions[nregions].name = name;
	regions[nregions++].start = p;
	return p;
}

static char *map_anon(const char *name)
{
	return map(name, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1);
}

static long touch(char *p, int write_it)
{
	volatile char *at = p;
	struct rusage before, after;
	size_t i;

	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < PAGES; i++) {
		/* Not read first: that would be a fault of its own. */
		if (write_it)
			at[i * page] = 1;
		else
			(void)at[i * page];
	}
	getrusage(RUSAGE_SELF, &after);
	return after.ru_minflt + after.ru_majflt - before.ru_minflt -
		before.ru_majflt;
}

/* A child that keeps KEEP (NULL: all), and lets go of what else there is. */
static void keep_in_child(const char *keep)
{
	int pipes[2];
	unsigned i;
	char c;
	pid_t child;

	if (pipe(pipes))
		fail("pipe");
	child = fork();
	if (child < 0)
		fail("fork");
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (i = 0; keep && i < nregions; i++)
			if (regions[i].start != keep)
				munmap(regions[i].start, PAGES * page);
		if (write(pipes[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(pipes[0], &c, 1) != 1)
		fail("child");
	close(pipes[0]);
	close(pipes[1]);
}

/* Before the rest is there: a fork leaves its mark on all that is. */
static void make_forked(void)
{
	char *shared = map_anon("cow-shared");

	touch(shared, 1);
	touch(map_anon("was-shared"), 1);
	keep_in_child(shared);
}

static void make(const char *path, int locked)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		fail(path);
	if (!locked)
		make_forked();
	touch(map_anon("written"), 1);
	map_anon("untouched");
	touch(map_anon("zero"), 0);
	madvise(map("cow-pending", PROT_READ | PROT_WRITE, MAP_PRIVATE, fd),
		PAGES * page, 22 /* MADV_POPULATE_READ */);
	map("not-mapped", PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	map("shmem", PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	map("read-only", PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map("no-access", PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (!locked)
		touch(map("file-write", PROT_READ | PROT_WRITE, MAP_SHARED, fd),
			0);
	close(fd);
	if (locked && mlockall(MCL_CURRENT | MCL_FUTURE))
		fail("mlockall");
}

static void *sleeper(void *arg)
{
	size_t n = *(size_t *)arg, i;
	volatile char *used = alloca(n);

	for (i = 0; i < n; i += 64)
		used[i] = 1;
	for (;;)
		pause();
	return NULL;
}

static void start_threads(void)
{
	static size_t sizes[] = { 40 << 10, 400 << 10 };
	static const char *const names[] = { "sh(a)llow", "deep" };
	pthread_attr_t attr;
	pthread_t thread;
	unsigned i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 20);
	for (i = 0; i < 2; i++) {
		if (pthread_create(&thread, &attr, sleeper, &sizes[i]))
			fail("thread");
		pthread_setname_np(thread, names[i]);
	}
}

static void obey(const char *verb, const char *name)
{
	unsigned i;

	if (!strcmp(verb, "fork")) {
		keep_in_child(NULL);
		puts("done");
	}
	if (!strcmp(verb, "thread")) {
		start_threads();
		puts("done");
	}
	for (i = 0; i < nregions; i++)
		if (!strcmp(regions[i].name, name))
			printf("%ld\n", touch(regions[i].start,
				!strcmp(verb, "write")));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char line[80], verb[80], name[80];
	unsigned i;

	if (argc < 2)
		return 2;
	page = (size_t)sysconf(_SC_PAGESIZE);
	make(argv[1], argc > 2);
	for (i = 0; i < nregions; i++)
		printf("%s %lx %lx\n", regions[i].name,
			(unsigned long)regions[i].start,
			(unsigned long)regions[i].start + PAGES * page);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		name[0] = '\0';
		if (sscanf(line, "%79s %79s", verb, name) >= 1)
			obey(verb, name);
	}
	return 0;
}
