/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/mem.h"

/* What one read asks for; seq files give about a page at a time anyway. */
#define TEXT_CHUNK ((size_t)32 << 10)
/* Most texts are short, and their buffers many. */
#define TEXT_CHUNK_FIRST ((size_t)8 << 10)
/* A text that is longer is no text of a kernel's: it counts as absent. */
#define TEXT_MOST ((size_t)512 << 20)

static const struct {
	const char *name;
	unsigned bit;
} without_names[] = {
	{ "pagemap-scan", WITHOUT_PAGEMAP_SCAN },
	{ "kpageflags", WITHOUT_KPAGEFLAGS },
	{ "kpagecount", WITHOUT_KPAGECOUNT },
	{ "smaps-rollup", WITHOUT_SMAPS_ROLLUP },
	{ "smaps", WITHOUT_SMAPS },
	{ "pagemap", WITHOUT_PAGEMAP },
	{ "zoneinfo", WITHOUT_ZONEINFO },
	{ "iomem", WITHOUT_IOMEM },
	{ "pfn", WITHOUT_PFN },
	{ "procmap-query", WITHOUT_UNUSED },
	{ "map-files", WITHOUT_MAP_FILES },
	{ "cachestat", WITHOUT_CACHESTAT },
	{ "kcmp", WITHOUT_KCMP },
	{ "mem", WITHOUT_MEM },
};

#define NWITHOUT (sizeof(without_names) / sizeof(without_names[0]))

unsigned without_of_name(const char *name)
{
	size_t i;

	for (i = 0; i < NWITHOUT; i++)
		if (!strcmp(without_names[i].name, name))
			return without_names[i].bit;
	return 0;
}

const char *without_name(unsigned i)
{
	return i < NWITHOUT ? without_names[i].name : NULL;
}

static bool process_exists(const struct live *live, int pid)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", pid);
	return faccessat(live->proc_fd, name, F_OK, 0) == 0;
}

enum answer live_answer(const struct live *live, int pid, int error)
{
	enum answer answer = answer_of_errno(error);

	if (answer == ANSWER_ABSENT && pid && !process_exists(live, pid))
		return ANSWER_GONE;
	return answer;
}

/*
 * Open PATH below the root DIR; NAME is what the watch is told.  A file that
 * blocks in open (a FIFO, a hung file system) is the watch's business.
 */
static int open_below(struct live *live, int dir, int pid, const char *path,
	const char *name)
{
	int fd, error;

	if (dir < 0) {
		errno = ENOENT;
		return -1;
	}
	source_before(&live->src, pid, name);
	do
		fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (fd < 0 && errno == EINTR);
	error = errno;
	source_after(&live->src);
	errno = error;
	return fd;
}

static unsigned without_of_text(struct proc_id id, const char *path)
{
	if (id.pid && !strncmp(path, "kcmp-vm/", 8))
		return WITHOUT_KCMP;
	if (id.pid && live_file_question(id, path))
		return WITHOUT_MAP_FILES;
	if (id.pid)
		return !strcmp(path, "smaps_rollup") ? WITHOUT_SMAPS_ROLLUP :
			!strcmp(path, "smaps") ? WITHOUT_SMAPS : 0;
	return !strcmp(path, "zoneinfo") ? WITHOUT_ZONEINFO :
		!strcmp(path, "iomem") ? WITHOUT_IOMEM : 0;
}

/* How many pages the page cache has, only cachestat tells; which ones,
 * mincore does too. */
static unsigned without_of_question(const struct cache_question *q)
{
	return WITHOUT_MAP_FILES | (q->pages ? 0 : WITHOUT_CACHESTAT);
}

static int text_open(struct live *live, struct proc_id id, const char *path)
{
	struct buf name = { 0 };
	int fd, error;

	if (!strncmp(path, "/sys/", 5))
		return open_below(live, live->sys_fd, id.pid, path + 5, path);
	if (!id.pid)
		return open_below(live, live->proc_fd, 0, path, path);
	buf_u64(&name, (uint64_t)id.pid);
	buf_char(&name, '/');
	buf_str(&name, path);
	fd = open_below(live, live->proc_fd, id.pid, buf_text(&name), path);
	error = errno;
	buf_fini(&name);
	errno = error;
	return fd;
}

/* A process's file of one record: a read that leaves room has got all of it
 * (single_open() and proc_pid_cmdline_read() in fs/proc/base.c). */
static bool is_one_record(int pid, const char *path)
{
	static const char *const names[] = { "stat", "smaps_rollup", "cmdline",
		"status" };
	size_t i;

	for (i = 0; pid && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(path, names[i]))
			return true;
	return false;
}

/* Read all that FD has; 0 or an errno value. */
static int text_read(struct live *live, int fd, int pid, const char *path,
	struct buf *out)
{
	ssize_t n;
	int error;

	for (;;) {
		size_t chunk = out->len < TEXT_CHUNK ? TEXT_CHUNK_FIRST :
			TEXT_CHUNK;
		char *at = buf_room(out, chunk);

		source_before(&live->src, pid, path);
		n = read(fd, at, chunk);
		error = errno;
		source_after(&live->src);
		if (n == 0)
			return 0;
		if (n < 0 && error == EINTR)
			continue;
		if (n < 0)
			return error;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (out->len > TEXT_MOST)
			return EFBIG;
		if ((size_t)n < chunk && live->usual &&
		    is_one_record(pid, path))
			return 0;
	}
}

/* The answer's text; 0 or an errno value. */
static int text_answer(struct live *live, struct proc_id id, const char *path,
	struct buf *out)
{
	size_t n = strlen(path);
	int fd, error;

	/* Another root's paths are not ours. */
	if (live_file_question(id, path))
		return id.pid || live->usual ?
			live_file_answer(live, id, path, out) : ENOENT;
	if (!id.pid && !strcmp(path, SOURCE_DEVICE_TREE))
		return live_tree_answer(live, out);
	fd = text_open(live, id, path);
	if (fd < 0)
		return errno;
	if (n && path[n - 1] == '/')
		return live_list_answer(fd, out);
	error = text_read(live, fd, id.pid, path, out);
	close(fd);
	return error;
}

static enum answer live_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct live *live = (struct live *)src;
	struct cache_question question;
	struct symbol_question names;
	bool cache = id.pid && live_cache_question(path, &question);
	bool elf = id.pid && live_symbol_question(path, &names);
	int error, other;

	if (live->without & (cache ? without_of_question(&question) :
		    elf ? WITHOUT_MAP_FILES : without_of_text(id, path)))
		return ANSWER_ABSENT;
	/* Unprivileged, iomem is readable, but all its addresses are 0. */
	if ((live->without & WITHOUT_PFN) && !id.pid && !strcmp(path, "iomem"))
		return ANSWER_DENIED;
	if (id.pid && live_compare_question(path, &other)) {
		/* The numbers of another root's processes are not ours. */
		error = live->usual ? live_compare_answer(id.pid, other, out) :
			ENOENT;
		return error ? live_answer(live, id.pid, error) : ANSWER_OK;
	}
	error = cache ? live_cache_answer(live, id.pid, &question, out) :
		elf ? live_symbol_answer(live, id.pid, &names, out) :
		text_answer(live, id, path, out);
	if (!error)
		return ANSWER_OK;
	/* A kernel thread is not gone: it has no address space. */
	if (error == ESRCH && id.pid && process_exists(live, id.pid))
		return ANSWER_ABSENT;
	return live_answer(live, id.pid, error);
}

void live_pagemap_close(struct open_pagemap *slot)
{
	if (slot->fd >= 0)
		close(slot->fd);
	*slot = (struct open_pagemap){ .fd = -1 };
}

struct open_pagemap *live_pagemap_open(struct live *live, struct proc_id id)
{
	struct open_pagemap *slot = &live->pagemaps[0];
	char path[32];
	size_t i;
	int fd;

	for (i = 0; i < NOPEN_PAGEMAPS; i++) {
		struct open_pagemap *it = &live->pagemaps[i];

		if (it->fd >= 0 && it->id.pid == id.pid &&
		    it->id.starttime == id.starttime) {
			it->used = ++live->clock;
			return it;
		}
		if (it->used < slot->used)
			slot = it;
	}
	snprintf(path, sizeof(path), "%d/pagemap", id.pid);
	fd = open_below(live, live->proc_fd, id.pid, path, "pagemap");
	if (fd < 0)
		return NULL;
	live_pagemap_close(slot);
	*slot = (struct open_pagemap){ fd, id, ++live->clock };
	return slot;
}

/*
 * Up to N words from index FIRST on; the number of them, or -1 with errno.
 * Less than N is the end of the file.
 */
static ssize_t words_read(struct live *live, int fd, int pid,
	const char *name, uint64_t first, size_t n, uint64_t *out)
{
	size_t done = 0, all = n * sizeof(*out);
	ssize_t got;
	int error;

	if (n > SSIZE_MAX / sizeof(*out) ||
	    first > (uint64_t)INT64_MAX / sizeof(*out) - n)
		return 0;
	while (done < all) {
		source_before(&live->src, pid, name);
		got = pread(fd, (char *)out + done, all - done,
			(off_t)(first * sizeof(*out) + done));
		error = errno;
		source_after(&live->src);
		if (got < 0 && error == EINTR)
			continue;
		if (got < 0 && !done) {
			errno = error;
			return -1;
		}
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)(done / sizeof(*out));
}

/* What the kernel does to the entries that it gives to the unprivileged. */
static void pagemap_mask(uint64_t *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		words[i] &= ~((UINT64_C(1) << 55) - 1);
}

static enum answer pagemap_words(struct live *live, struct proc_id id,
	uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct open_pagemap *slot;
	ssize_t count;

	if (live->without & WITHOUT_PAGEMAP)
		return ANSWER_ABSENT;
	slot = live_pagemap_open(live, id);
	if (!slot)
		return live_answer(live, id.pid, errno);
	count = words_read(live, slot->fd, id.pid, "pagemap", first, n, out);
	if (count < 0) {
		int error = errno;

		live_pagemap_close(slot);
		return live_answer(live, id.pid, error);
	}
	/* The end of user space, or the address space behind it has ended:
	 * by exec, then the next open finds the new one, or for ever. */
	if (!count && n) {
		live_pagemap_close(slot);
		if (!process_exists(live, id.pid))
			return ANSWER_GONE;
	}
	if (live->without & WITHOUT_PFN)
		pagemap_mask(out, (size_t)count);
	*got = (size_t)count;
	return ANSWER_OK;
}

static enum answer frame_words(struct live *live, enum word_file file,
	uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	const char *name = word_file_name(file);
	ssize_t count;

	if (live->without & (file == WORDS_KPAGEFLAGS ? WITHOUT_KPAGEFLAGS :
		WITHOUT_KPAGECOUNT))
		return ANSWER_ABSENT;
	if (live->without & WITHOUT_PFN)
		return ANSWER_DENIED;
	if (live->word_fd[file] < 0 && live->word_answer[file] == ANSWER_OK) {
		live->word_fd[file] = open_below(live, live->proc_fd, 0, name,
			name);
		if (live->word_fd[file] < 0)
			live->word_answer[file] = answer_of_errno(errno);
	}
	if (live->word_answer[file] != ANSWER_OK)
		return live->word_answer[file];
	count = words_read(live, live->word_fd[file], 0, name, first, n, out);
	if (count < 0)
		return answer_of_errno(errno);
	*got = (size_t)count;
	return ANSWER_OK;
}

static enum answer live_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct live *live = (struct live *)src;

	if (file == WORDS_PAGEMAP)
		return pagemap_words(live, id, first, n, out, got);
	return frame_words(live, file, first, n, out, got);
}

static enum answer live_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	struct live *live = (struct live *)src;
	enum answer answer;

	if (live->proc_fd < 0)
		return ANSWER_ABSENT;
	source_before(src, 0, "processes");
	answer = processes_list(&live->users, live->proc_fd, live->usual, out,
		n);
	source_after(src);
	return answer;
}

static enum answer live_facts(struct source *src, struct facts *out)
{
	struct live *live = (struct live *)src;

	*out = live->facts;
	live_facts_self(out);
	return ANSWER_OK;
}

static int live_refresh(struct source *src, struct err *err)
{
	struct live *live = (struct live *)src;
	size_t i;

	if (live->proc_fd < 0)
		return err_set(err, live->proc_error, "opening %s",
			live->procfs);
	/* Privileges change: what was refused may be asked for again. */
	for (i = 0; i < NWORD_FILES; i++)
		live->word_answer[i] = ANSWER_OK;
	live_facts_begin(live);
	return 1;
}

static void live_forget(struct source *src, struct proc_id id)
{
	struct live *live = (struct live *)src;
	size_t i;

	for (i = 0; i < NOPEN_PAGEMAPS; i++)
		if (live->pagemaps[i].id.pid == id.pid)
			live_pagemap_close(&live->pagemaps[i]);
}

static void live_free(struct source *src)
{
	struct live *live = (struct live *)src;
	size_t i;

	for (i = 0; i < NOPEN_PAGEMAPS; i++)
		live_pagemap_close(&live->pagemaps[i]);
	for (i = 0; i < NWORD_FILES; i++)
		if (live->word_fd[i] >= 0)
			close(live->word_fd[i]);
	if (live->proc_fd >= 0)
		close(live->proc_fd);
	if (live->sys_fd >= 0)
		close(live->sys_fd);
	user_cache_free(live->users);
	symbol_cache_free(live->symbols);
	free(live->sysroot);
	free(live->procfs);
	free(live);
}

static const struct source_ops live_ops = {
	.refresh = live_refresh,
	.facts = live_facts,
	.text = live_text,
	.words = live_words,
	.populated = live_populated,
	.processes = live_processes,
	.contents = live_contents,
	.clear = live_clear,
	.forget = live_forget,
	.free = live_free,
};

struct source *live_new(const struct live_options *options)
{
	const char *procfs = options->procfs ? options->procfs : "/proc";
	const char *sysfs = options->sysfs ? options->sysfs : "/sys";
	const char *sysroot = options->sysroot ? options->sysroot : "";
	struct live *live = mem_new(1, sizeof(*live));
	size_t i;

	live->src.ops = &live_ops;
	live->without = options->without;
	live->usual = !strcmp(procfs, "/proc");
	live->procfs = mem_text(procfs, strlen(procfs));
	live->sysroot = mem_text(sysroot, strlen(sysroot));
	live->proc_fd = open(procfs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	live->proc_error = errno;
	live->sys_fd = open(sysfs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < NWORD_FILES; i++)
		live->word_fd[i] = -1;
	for (i = 0; i < NOPEN_PAGEMAPS; i++)
		live->pagemaps[i].fd = -1;
	live->facts.page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	return &live->src;
}
