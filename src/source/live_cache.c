/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/text.h"

/* Newer than many systems' headers (6.5; uapi/linux/mman.h). */
#define CACHESTAT_CALL 451
#define ATTR_DAX 0x00200000	/* STATX_ATTR_DAX, 5.8 */
#define TMPFS_MAGIC_NUMBER 0x01021994

struct cache_range {
	uint64_t offset, length;
};

struct cache_counts {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

bool live_cache_question(const char *path, struct cache_question *out)
{
	static const char pages[] = ":pages";
	struct text rest = text_of(path), part, first;

	if (strncmp(path, "map_files/", 10) || !text_until(&rest, '@', &part) ||
	    part.n >= sizeof(out->file) || !text_until(&rest, '+', &first))
		return false;
	out->pages = rest.n >= sizeof(pages) &&
		!memcmp(rest.p + rest.n - (sizeof(pages) - 1), pages,
			sizeof(pages) - 1);
	if (out->pages)
		rest.n -= sizeof(pages) - 1;
	if (!text_all_u64(first, 10, &out->offset) ||
	    !text_all_u64(rest, 10, &out->length))
		return false;
	memcpy(out->file, part.p, part.n);
	out->file[part.n] = '\0';
	return true;
}

/* 0, or an errno value. */
static int count(int fd, uint64_t offset, uint64_t length,
	struct cache_counts *counts)
{
	struct cache_range range = { offset, length };

	return syscall(CACHESTAT_CALL, fd, &range, counts, 0) ? errno : 0;
}

/*
 * The file's pages are its device's own memory: the page cache has none, and
 * must not be asked.  What it keeps for them cachestat takes for something
 * else, and the kernel oopses (seen on 7.2.13: workingset_test_recent).
 */
static int ask_dax(int fd, bool *dax)
{
	struct statx stx = { 0 };

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &stx))
		/* Older than STATX_ATTR_DAX (5.8), let alone cachestat. */
		return errno == ENOSYS ? 0 : errno;
	*dax = stx.stx_attributes & ATTR_DAX;
	return 0;
}

/* ---- which pages */

/* A part of a file, page by page. */
struct cache_part {
	int fd;
	uint64_t offset;
	uint32_t page_size;
	unsigned char *vec;	/* for each page: is it there? */
};

/*
 * N pages from page FIRST of the part on, of which CACHED are there: halves
 * until each is of one kind.  What the second half has need not be asked for.
 */
static int split(const struct cache_part *part, size_t first, size_t n,
	uint64_t cached)
{
	struct cache_counts counts = { 0 };
	size_t half = n / 2;
	int error;

	if (!cached || cached >= n) {
		memset(part->vec + first, cached != 0, n);
		return 0;
	}
	error = count(part->fd, part->offset + first * part->page_size,
		(uint64_t)half * part->page_size, &counts);
	if (!error)
		error = split(part, first, half, counts.cached);
	/* They come and go meanwhile. */
	if (!error)
		error = split(part, first + half, n - half,
			cached > counts.cached ? cached - counts.cached : 0);
	return error;
}

/*
 * Before 6.5: mincore of a mapping of our own, which nobody can touch, so
 * that neither a page is read nor a truncated file can kill us.  mincore
 * tells untruths to those who neither own the file nor may write to it;
 * O_NOATIME is given to none but the owner and root, and keeps mmap from
 * changing when the file was used last.
 */
static int ask_mincore(const struct cache_part *part, size_t n)
{
	size_t length = n * part->page_size, i;
	void *p;
	int error = 0;

	if (fcntl(part->fd, F_SETFL, O_NOATIME))
		return errno;
	p = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE,
		part->fd, (off_t)part->offset);
	if (p == MAP_FAILED)
		return errno;
	if (mincore(p, length, part->vec))
		error = errno;
	for (i = 0; i < n; i++)
		part->vec[i] &= 1;
	munmap(p, length);
	return error;
}

static void put_runs(struct buf *out, const unsigned char *vec, size_t n)
{
	size_t i = 0, end;

	while (i < n) {
		for (end = i; end < n && vec[end] == vec[i]; end++)
			;
		if (vec[i])
			buf_fmt(out, "%zu %zu\n", i, end - i);
		i = end;
	}
}

static int answer_pages(struct live *live, int fd,
	const struct cache_question *q, struct buf *out)
{
	struct cache_counts counts = { 0 };
	unsigned char vec[SOURCE_SLICE];
	struct cache_part part = { fd, q->offset, live->facts.page_size, vec };
	uint64_t n = q->length / part.page_size;
	int error = ENOSYS;

	if (!n || n > SOURCE_SLICE || q->offset % part.page_size)
		return EINVAL;
	if (!(live->without & WITHOUT_CACHESTAT))
		error = count(fd, q->offset, q->length, &counts);
	if (!error)
		error = split(&part, 0, (size_t)n, counts.cached);
	if (error)
		error = ask_mincore(&part, (size_t)n);
	if (!error)
		put_runs(out, vec, (size_t)n);
	return error;
}

/* ---- the answer */

static int answer_file(struct live *live, int fd,
	const struct cache_question *q, struct buf *out)
{
	struct cache_counts counts = { 0 };
	struct statfs fs;
	struct stat st;
	bool dax = false;
	int error;

	if (fstat(fd, &st) || fstatfs(fd, &fs))
		return errno;
	error = ask_dax(fd, &dax);
	if (error)
		return error;
	buf_fmt(out, "shmem: %d\nsize: %" PRIu64 "\n",
		fs.f_type == TMPFS_MAGIC_NUMBER, (uint64_t)st.st_size);
	if (q->pages)
		return dax ? 0 : answer_pages(live, fd, q, out);
	if (!dax)
		error = count(fd, q->offset, q->length, &counts);
	if (error)
		return error;
	buf_fmt(out, "cached: %" PRIu64 "\ndirty: %" PRIu64 "\nwriteback: %"
		PRIu64 "\nevicted: %" PRIu64 "\n", counts.cached, counts.dirty,
		counts.writeback, counts.evicted);
	return 0;
}

int live_cache_answer(struct live *live, int pid,
	const struct cache_question *q, struct buf *out)
{
	char path[sizeof(q->file) + 16];
	struct buf text = { 0 };
	struct stat st;
	int fd = -1, error = 0;

	snprintf(path, sizeof(path), "%d/%s", pid, q->file);
	/* All of this may ask a file system that does not answer. */
	source_before(&live->src, pid, "map_files");
	/* Only what the page cache holds: a device is not even opened. */
	if (fstatat(live->proc_fd, path, &st, 0))
		error = errno;
	else if (!S_ISREG(st.st_mode))
		error = ENOENT;
	else if ((fd = openat(live->proc_fd, path, O_RDONLY | O_CLOEXEC |
			O_NOCTTY | O_NONBLOCK)) < 0)
		error = errno;
	else
		error = answer_file(live, fd, q, &text);
	if (fd >= 0)
		close(fd);
	source_after(&live->src);
	if (!error)
		buf_add(out, buf_text(&text), text.len);
	buf_fini(&text);
	return error;
}
