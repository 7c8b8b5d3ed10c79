/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "live_impl.h"

/* Of an entry of pagemap (Documentation/admin-guide/mm/pagemap.rst). */
#define ENTRY_PRESENT (UINT64_C(1) << 63)
#define ENTRY_FRAME ((UINT64_C(1) << 55) - 1)
/* The image has a few pages; what is beyond is not compared. */
#define PAGES_MOST 16

static int read_entries(int dir, const char *path, uint64_t va, size_t n,
	uint32_t page_size, uint64_t *out)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC), error = 0;
	ssize_t got;

	if (fd < 0)
		return errno;
	got = pread(fd, out, n * sizeof(*out),
		(off_t)(va / page_size * sizeof(*out)));
	if (got < 0)
		error = errno;
	else if ((size_t)got != n * sizeof(*out))
		error = ENOENT;
	close(fd);
	return error;
}

/* Do N pages have the same frames, as far as both have any? */
static int compare(const uint64_t *ours, const uint64_t *theirs, size_t n)
{
	int result = ENOENT;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!(ours[i] & theirs[i] & ENTRY_PRESENT))
			continue;
		if (!(ours[i] & ENTRY_FRAME))
			return EACCES;	/* frames are not told */
		if ((ours[i] ^ theirs[i]) & ENTRY_FRAME)
			return ENOENT;
		result = 0;
	}
	return result;
}

int live_vdso_open(struct live *live, int pid, uint64_t start, uint64_t end,
	int *fd, uint64_t *base)
{
	uint32_t page_size = live->facts.page_size;
	uint64_t ours[PAGES_MOST], theirs[PAGES_MOST];
	size_t n = (size_t)((end - start) / page_size), i;
	char path[32], byte;
	int error;

	*base = getauxval(AT_SYSINFO_EHDR);
	/* The processes of another root may be another kernel's. */
	if (!live->usual || !*base || start >= end || !n)
		return ENOENT;
	if (live->without & WITHOUT_PFN)
		return EACCES;
	n = n < PAGES_MOST ? n : PAGES_MOST;
	*fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return errno;
	/* Ours are there from the first look on; theirs are left alone. */
	for (i = 0; i < n; i++)
		if (pread(*fd, &byte, 1, (off_t)(*base + i * page_size)) != 1)
			break;
	n = i;
	snprintf(path, sizeof(path), "%d/pagemap", pid);
	error = read_entries(AT_FDCWD, "/proc/self/pagemap", *base, n,
		page_size, ours);
	source_before(&live->src, pid, "pagemap");
	if (!error)
		error = read_entries(live->proc_fd, path, start, n, page_size,
			theirs);
	source_after(&live->src);
	if (!error)
		error = compare(ours, theirs, n);
	if (error)
		close(*fd);
	return error;
}
