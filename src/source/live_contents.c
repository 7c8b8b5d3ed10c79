/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "live_impl.h"

/* Of a process: its entries and its memory. */
struct eyes {
	int pagemap, mem;
};

static int open_of(const struct live *live, int pid, const char *file)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/%s", pid, file);
	return openat(live->proc_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
		O_NONBLOCK);
}

static bool entry_read(const struct eyes *eyes, uint64_t vpn, uint64_t *word)
{
	return pread(eyes->pagemap, word, sizeof(*word),
		(off_t)(vpn * sizeof(*word))) == (ssize_t)sizeof(*word);
}

static bool entry_allows(const struct eyes *eyes, const struct page_read *page,
	uint64_t *word)
{
	return entry_read(eyes, page->vpn, word) &&
		(*word & page->mask) == page->want;
}

/* What the kernel brings in for another process it counts as the reader's
 * (since 5.9; before, that is not seen). */
static uint64_t own_faults(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage))
		return 0;
	return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}

/*
 * All that may cost us a fault of our own (the bytes, the pages of this code)
 * is touched before, so that nothing but three system calls is left between
 * the counts, and nothing at all between the entry and the bytes.
 */
static int read_page(const struct eyes *eyes, struct page_read *page,
	void *out, size_t n)
{
	uint64_t faults, word;
	ssize_t got;
	int error;

	memset(out, 0, n);
	(void)own_faults();
	if (!entry_allows(eyes, page, &page->before))
		return 0;
	faults = own_faults();
	if (!entry_allows(eyes, page, &page->before))
		return 0;
	got = pread(eyes->mem, out, n, (off_t)(page->vpn * n));
	error = got < 0 ? errno : got == (ssize_t)n ? 0 : EIO;
	if (entry_read(eyes, page->vpn, &word))
		page->after = word;
	page->faults = own_faults() - faults;
	page->was_read = !error;
	return error;
}

enum answer live_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n)
{
	struct live *live = (struct live *)src;
	struct eyes eyes;
	int error = 0;

	if (live->without & (WITHOUT_MEM | WITHOUT_PAGEMAP) ||
	    n != live->facts.page_size || page->vpn > INT64_MAX / n)
		return ANSWER_ABSENT;
	source_before(src, id.pid, "mem");
	eyes.pagemap = open_of(live, id.pid, "pagemap");
	eyes.mem = eyes.pagemap < 0 ? -1 : open_of(live, id.pid, "mem");
	if (eyes.mem < 0)
		error = errno;
	else
		error = read_page(&eyes, page, out, n);
	if (eyes.mem >= 0)
		close(eyes.mem);
	if (eyes.pagemap >= 0)
		close(eyes.pagemap);
	source_after(src);
	return error == ENOENT ? ANSWER_GONE : answer_of_errno(error);
}
