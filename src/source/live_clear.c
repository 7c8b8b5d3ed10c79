/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/text.h"

/* In /proc/PID/stat, behind the name: the state is the third field. */
#define STARTTIME_FIELD 22
#define STATE_FIELD 3

/* The folder's process is the one that is meant; errno where it is not. */
static bool is_process(int folder, uint64_t starttime)
{
	char stat[1024];
	uint64_t found = 0;
	struct text rest, word;
	ssize_t n, i;
	int fd, field;

	fd = openat(folder, "stat", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, stat, sizeof(stat));
	close(fd);
	/* The name may hold brackets: the last one ends it. */
	for (i = n - 1; i >= 0 && stat[i] != ')'; i--)
		;
	rest = (struct text){ stat + i + 1, n > i ? (size_t)(n - i - 1) : 0 };
	for (field = STATE_FIELD; field <= STARTTIME_FIELD; field++)
		if (i < 0 || !text_word(&rest, &word))
			word = (struct text){ 0 };
	if (text_all_u64(word, 10, &found) && found == starttime)
		return true;
	errno = ESRCH;
	return false;
}

/*
 * Kernels without soft-dirty take the write and do nothing.  Where there is
 * such a thing, a page that was never there before has the bit at once.
 */
static bool has_soft_dirty(struct live *live)
{
	size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *page = mmap(NULL, page_size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t word = 0;
	ssize_t n = 0;
	int fd;

	if (page == MAP_FAILED)
		return false;
	page[0] = 1;
	fd = openat(live->proc_fd, "self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = pread(fd, &word, sizeof(word), (off_t)((uintptr_t)page /
			page_size * sizeof(word)));
		close(fd);
	}
	munmap((void *)page, page_size);
	return n == sizeof(word) && word >> 63 && word >> 55 & 1;
}

static int clear_in(struct live *live, int folder, struct proc_id id,
	enum clear_kind kind, bool try_only)
{
	const char *value = kind == CLEAR_REFERENCED ? "1" : "4";
	int fd, error = 0;

	if (!is_process(folder, id.starttime))
		return errno;
	if (try_only)
		return faccessat(folder, "clear_refs", W_OK, AT_EACCESS) ?
			errno : 0;
	source_before(&live->src, id.pid, "clear_refs");
	fd = openat(folder, "clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, 1) != 1)
		error = errno;
	if (fd >= 0)
		close(fd);
	source_after(&live->src);
	return error;
}

enum answer live_clear(struct source *src, struct proc_id id,
	enum clear_kind kind, bool try_only)
{
	struct live *live = (struct live *)src;
	char name[16];
	int folder, error;

	/* Another root's processes are not ours to write to. */
	if (!live->usual || !id.pid)
		return ANSWER_ABSENT;
	if (kind == CLEAR_SOFT_DIRTY && !has_soft_dirty(live))
		return ANSWER_ABSENT;
	snprintf(name, sizeof(name), "%d", id.pid);
	/* Held open, it stays this process's: a pid that comes back is not
	 * found in it. */
	folder = openat(live->proc_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return live_answer(live, id.pid, errno);
	error = clear_in(live, folder, id, kind, try_only);
	close(folder);
	return error == ESRCH ? ANSWER_GONE :
		error ? live_answer(live, id.pid, error) : ANSWER_OK;
}
