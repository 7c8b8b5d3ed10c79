/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/text.h"

/* Newer than many systems' headers (6.5; uapi/linux/mman.h). */
#define CACHESTAT_CALL 451
#define TMPFS_MAGIC_NUMBER 0x01021994

struct cache_range {
	uint64_t offset, length;
};

struct cache_counts {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

/* "map_files/A-B@OFFSET+LENGTH", of which the part before the '@' is a path. */
bool live_cache_question(const char *path, char *file, size_t size,
	uint64_t *offset, uint64_t *length)
{
	struct text rest = text_of(path), part, first;

	if (strncmp(path, "map_files/", 10) || !text_until(&rest, '@', &part) ||
	    part.n >= size || !text_until(&rest, '+', &first) ||
	    !text_all_u64(first, 10, offset) ||
	    !text_all_u64(rest, 10, length))
		return false;
	memcpy(file, part.p, part.n);
	file[part.n] = '\0';
	return true;
}

/* 0, or an errno value. */
int live_cache_answer(int fd, uint64_t offset, uint64_t length,
	struct buf *out)
{
	struct cache_range range = { offset, length };
	struct cache_counts counts = { 0 };
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) || fstatfs(fd, &fs))
		return errno;
	/* Only of what the page cache holds; a device is left alone. */
	if (!S_ISREG(st.st_mode))
		return ENOENT;
	if (syscall(CACHESTAT_CALL, fd, &range, &counts, 0))
		return errno;
	buf_fmt(out, "cached: %" PRIu64 "\ndirty: %" PRIu64 "\nwriteback: %"
		PRIu64 "\nevicted: %" PRIu64 "\nshmem: %d\n", counts.cached,
		counts.dirty, counts.writeback, counts.evicted,
		fs.f_type == TMPFS_MAGIC_NUMBER);
	return 0;
}
