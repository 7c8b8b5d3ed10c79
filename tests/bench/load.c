/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes to be looked at by the benchmark.  Each says "ready" once it is
 * in the state that its name promises, and lives until its input ends.
 *
 *   load small MIB        private memory in small pages, all touched
 *   load pages N          the same, so many pages
 *   load thp MIB          in transparent huge pages
 *   load hugetlb MIB      from the pool
 *   load reserve K N      a reservation of K pages, N pages of it touched
 *   load regions N        N regions of one touched page each
 *   load family N         N processes more, alike
 *   load busy MIB         as small, and gives up a page and touches it again
 *                         some thousand times a second
 *   load churn MIB        as small, and mmap and munmap without end; for each
 *                         line of input the median and 99th percentile (ns)
 *                         of what these took since the last
 */
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static size_t page;

static char *map_of(size_t n, int flags)
{
	char *at = mmap(NULL, n, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

	if (at == MAP_FAILED) {
		perror("load: mmap");
		exit(1);
	}
	return at;
}

static void touch(char *at, size_t n, size_t step)
{
	size_t i;

	for (i = 0; i < n; i += step)
		at[i] = 1;
}

static void make_regions(size_t n)
{
	char *at = map_of(2 * n * page, 0);
	size_t i;

	madvise(at, 2 * n * page, MADV_NOHUGEPAGE);
	touch(at, 2 * n * page, 2 * page);
	for (i = 0; i < n; i++)
		if (munmap(at + (2 * i + 1) * page, page)) {
			perror("load: munmap (vm.max_map_count?)");
			exit(1);
		}
}

static void make_family(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("load: fork");
			exit(1);
		}
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			touch(map_of(MIB, 0), MIB, page);
			for (;;)
				pause();
		}
	}
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void churn(void)
{
	static uint64_t taken[1 << 20];
	const size_t most = sizeof(taken) / sizeof(*taken);
	struct pollfd input = { .fd = 0, .events = POLLIN };
	size_t n = 0;
	uint64_t begun;
	char line[64];

	for (;;) {
		begun = now();
		munmap(map_of(16 * page, 0), 16 * page);
		taken[n++ % most] = now() - begun;
		/* As a program would: not all of its time is mmap. */
		if (n % 16 || !poll(&input, 1, 0))
			continue;
		if (read(0, line, sizeof(line)) <= 0)
			return;
		n = n < most ? n : most;
		qsort(taken, n, sizeof(*taken), by_size);
		printf("%llu %llu\n", (unsigned long long)taken[n / 2],
			(unsigned long long)taken[n - 1 - n / 100]);
		fflush(stdout);
		n = 0;
	}
}

static void be_busy(char *at, size_t npages)
{
	struct pollfd input = { .fd = 0, .events = POLLIN | POLLHUP };
	unsigned seed = 1;

	while (!poll(&input, 1, 1)) {
		char *one;

		seed = seed * 1103515245 + 12345;
		one = at + (seed >> 4) % npages * page;
		madvise(one, page, MADV_DONTNEED);
		*one = 1;
	}
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	size_t n = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	size_t i, k = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
	char *at = NULL, end;

	page = (size_t)sysconf(_SC_PAGESIZE);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!strcmp(kind, "small") || !strcmp(kind, "churn") ||
	    !strcmp(kind, "busy")) {
		at = map_of(n * MIB + MIB, 0);
		madvise(at, n * MIB, MADV_NOHUGEPAGE);
		touch(at, n * MIB, page);
	} else if (!strcmp(kind, "pages")) {
		at = map_of(n * page, 0);
		madvise(at, n * page, MADV_NOHUGEPAGE);
		touch(at, n * page, page);
	} else if (!strcmp(kind, "thp")) {
		at = map_of((n + 2) * MIB, 0);
		at += -(uintptr_t)at % (2 * MIB);
		madvise(at, n * MIB, MADV_HUGEPAGE);
		touch(at, n * MIB, page);
	} else if (!strcmp(kind, "hugetlb")) {
		touch(map_of(n * MIB, MAP_HUGETLB), n * MIB, page);
	} else if (!strcmp(kind, "reserve")) {
		at = map_of(n * page, 0);
		madvise(at, n * page, MADV_NOHUGEPAGE);
		for (i = 0; i < k; i++)
			at[n / k * i * page] = 1;
	} else if (!strcmp(kind, "regions")) {
		make_regions(n);
	} else if (!strcmp(kind, "family")) {
		make_family(n);
	} else {
		fprintf(stderr, "usage: load small|pages|thp|hugetlb|reserve|"
			"regions|family|busy|churn N [N]\n");
		return 2;
	}
	puts("ready");
	fflush(stdout);
	if (!strcmp(kind, "churn"))
		churn();
	if (!strcmp(kind, "busy"))
		be_busy(at, n * MIB / page);
	while (read(0, &end, 1) > 0)
		;
	return 0;
}
