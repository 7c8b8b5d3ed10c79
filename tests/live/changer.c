/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that changes its memory when it is told to, one word a line on its
 * standard input, and nothing else: all that it needs for that it touches
 * before.  It says where its regions are, and ".", once each word is done.
 */
#include <fcntl.h>
#include <signal.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define PAGES 64

static long page;
static char *own, *privately, *commonly, *moved, *extra;
static int pagemap, file;
static pid_t child;

static void die(const char *what)
{
	perror(what);
	_exit(1);
}

static char *map(size_t pages)
{
	char *p = mmap(NULL, pages * (size_t)page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, pages * (size_t)page, MADV_NOHUGEPAGE);
	return p;
}

static void write_pages(char *p, int first, int end)
{
	int i;

	for (i = first; i < end; i++)
		((volatile char *)p)[i * page]++;
}

static void read_pages(char *p, int first, int end)
{
	int i;

	for (i = first; i < end; i++)
		(void)((volatile char *)p)[i * page];
}

static int count_swapped(const char *p, int first, int end)
{
	int i, n = 0;

	for (i = first; i < end; i++) {
		uint64_t word = 0;

		if (pread(pagemap, &word, 8, (off_t)((uintptr_t)
				(p + i * page) / (uintptr_t)page * 8)) != 8)
			die("pagemap");
		n += word >> 62 == 1;
	}
	return n;
}

/* Pages that wait to be put on a list are passed over: again. */
static void swap_out(char *p, int first, int end)
{
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		madvise(p + first * page, (size_t)(end - first) * (size_t)page,
			MADV_PAGEOUT);
		if (count_swapped(p, first, end) == end - first)
			return;
		usleep(1000);
	}
}

/* A page waits on the CPU that it was touched on, and madvise hurries only its
 * own: so there is only one. */
static void stay_here(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void part(void)
{
	child = fork();
	if (child < 0)
		die("fork");
	while (!child)
		pause();
}

static void join(void)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void act(const char *word)
{
	size_t n = (size_t)page;

	if (!strcmp(word, "touch"))
		write_pages(own, 0, 7);
	else if (!strcmp(word, "zeros"))
		read_pages(own, 10, 13);
	else if (!strcmp(word, "write"))
		write_pages(own, 10, 13);
	else if (!strcmp(word, "fork"))
		part();
	else if (!strcmp(word, "split"))
		write_pages(own, 0, 4);
	else if (!strcmp(word, "join"))
		join();
	else if (!strcmp(word, "free"))
		madvise(own, 2 * n, MADV_DONTNEED);
	else if (!strcmp(word, "out"))
		swap_out(own, 2, 5);
	else if (!strcmp(word, "in"))
		read_pages(own, 2, 5);
	else if (!strcmp(word, "lock"))
		mlock(own + 16 * n, 8 * n);
	else if (!strcmp(word, "unmap"))
		munmap(own + 5 * n, 4 * n);
	else if (!strcmp(word, "protect"))
		mprotect(own + 32 * n, 8 * n, PROT_READ);
	else if (!strcmp(word, "shrink"))
		extra = mremap(extra, 8 * n, 4 * n, 0);
	else if (!strcmp(word, "grow"))
		extra = mremap(extra, 4 * n, 6 * n, 0);
	else if (!strcmp(word, "move"))
		moved = mremap(moved, 8 * n, 8 * n,
			MREMAP_MAYMOVE | MREMAP_FIXED, moved + 32 * n);
	else if (!strcmp(word, "read"))
		read_pages(privately, 0, 4), read_pages(commonly, 0, 4);
	else if (!strcmp(word, "copy"))
		write_pages(privately, 0, 3);
	else if (!strcmp(word, "dirty"))
		write_pages(commonly, 1, 3);
	else if (!strcmp(word, "clean"))
		fsync(file);
	else if (!strcmp(word, "map"))
		map(5);
}

/* Room on both sides, so that nothing becomes one region with it. */
static char *alone(size_t pages)
{
	char *p = map(pages + 64);
	size_t n = (size_t)page;

	munmap(p, 8 * n);
	munmap(p + (8 + pages) * n, (56 - 8) * n);
	munmap(p + (pages + 56) * n, 8 * n);
	return p + 8 * n;
}

/* Only what is asked for is to be mapped in. */
static char *map_file(int flags)
{
	char *p = mmap(alone(8), 8 * (size_t)page, PROT_READ | PROT_WRITE,
		flags | MAP_FIXED, file, 0);

	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, 8 * (size_t)page, MADV_RANDOM);
	return p;
}

int main(int argc, char **argv)
{
	char word[32];
	int i, n;

	if (argc != 2)
		return 2;
	stay_here();
	page = sysconf(_SC_PAGESIZE);
	pagemap = open("/proc/self/pagemap", O_RDONLY);
	file = open(argv[1], O_RDWR);
	if (pagemap < 0 || file < 0)
		die(argv[1]);
	own = alone(PAGES);
	moved = alone(8);
	extra = alone(8);
	privately = map_file(MAP_PRIVATE);
	commonly = map_file(MAP_SHARED);
	write_pages(moved, 0, 3);
	printf("%p %p %p %p %p\n", (void *)own, (void *)moved, (void *)extra,
		(void *)privately, (void *)commonly);
	fflush(stdout);
	for (;;) {
		n = (int)read(0, word, sizeof(word) - 1);
		if (n <= 0)
			return 0;
		for (i = 0; i < n; i++)
			if (word[i] == '\n')
				word[i] = '\0';
		word[n] = '\0';
		act(word);
		if (write(1, ".", 1) != 1)
			return 1;
	}
}
