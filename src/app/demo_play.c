/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo_stage.h"
#include "vmatlas/kernel/pagemap.h"

/*
 * The acts, in the forked process.  Nothing here may use what belongs to
 * vmatlas (its terminal, its files, stdio); it leaves by _exit.
 */

/* Newer than some C libraries that we are built with. */
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

enum {
	NPAGES = DEMO_NPAGES,
	THIRD = NPAGES / 3,
	LINGER = 8,		/* steps: time to read a caption */
};

struct actor {
	struct demo_stage *stage;
	int orders, news, step_ms;
	int goal;		/* the beat to hold at, or DEMO_GO */
	size_t page;		/* bytes */
	struct {
		pid_t pid;	/* 0: there is none */
		int to, from;
	} other;
};

/* What the second process is told to do with a page. */
struct errand {
	unsigned char page, write;
};

static volatile char *page_at(const struct actor *a, enum demo_act act,
			      unsigned page)
{
	return (char *)(uintptr_t)a->stage->region[act].va + page * a->page;
}

static void page_touch(const struct actor *a, enum demo_act act, unsigned page,
		       bool write)
{
	volatile char *p = page_at(a, act, page);

	if (write)
		*p = (char)(page + 1);
	else
		(void)*p;
}

/* ---- the second process */

static void __attribute__((noreturn))
other_play(const struct actor *a, enum demo_act act, int from, int to)
{
	struct errand errand;
	char done = 0;

	while (read(from, &errand, sizeof(errand)) == (ssize_t)sizeof(errand)) {
		page_touch(a, act, errand.page, errand.write);
		if (write(to, &done, 1) != 1)
			break;
	}
	_exit(0);
}

static int other_start(struct actor *a, enum demo_act act)
{
	pid_t me = getpid();
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(from, O_CLOEXEC) < 0)
		goto close_to;
	a->other.pid = fork();
	if (a->other.pid < 0)
		goto close_from;
	if (!a->other.pid) {
		demo_follow(me, "vmatlas-demo-2");
		close(to[1]);
		close(from[0]);
		close(a->orders);
		close(a->news);
		other_play(a, act, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	a->other.to = to[1];
	a->other.from = from[0];
	atomic_store(&a->stage->other, (int)a->other.pid);
	return 0;

close_from:
	a->other.pid = 0;
	close(from[0]);
	close(from[1]);
close_to:
	close(to[0]);
	close(to[1]);
	return -1;
}

/* Let the second process touch a page.  That it was killed is no matter. */
static void other_touch(const struct actor *a, unsigned page, bool write_it)
{
	struct errand errand = { (unsigned char)page, write_it };
	char done;

	if (write(a->other.to, &errand, sizeof(errand)) ==
	    (ssize_t)sizeof(errand))
		while (read(a->other.from, &done, 1) < 0 && errno == EINTR)
			;
}

static void other_end(struct actor *a)
{
	if (!a->other.pid)
		return;
	close(a->other.to);
	close(a->other.from);
	while (waitpid(a->other.pid, NULL, 0) < 0 && errno == EINTR)
		;
	a->other.pid = 0;
	atomic_store(&a->stage->other, 0);
}

/* ---- time, and what vmatlas wants */

static void order_read(struct actor *a)
{
	ssize_t n;

	do
		n = read(a->orders, &a->goal, sizeof(a->goal));
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(a->goal))
		return;
	other_end(a);
	_exit(0);
}

static void news_write(const struct actor *a, int what)
{
	/* Nobody there to hear it: the next order says so, by its end. */
	if (write(a->news, &what, sizeof(what)) < 0)
		return;
}

/* Let a number of steps' time pass, unless somebody waits for a beat. */
static void steps_pass(struct actor *a, unsigned steps)
{
	struct pollfd fd = { .fd = a->orders, .events = POLLIN };

	if (a->goal == DEMO_GO && poll(&fd, 1, (int)steps * a->step_ms) > 0)
		order_read(a);
}

static void step(struct actor *a)
{
	atomic_fetch_add(&a->stage->steps, 1);
	steps_pass(a, 1);
}

static void outcome_set(struct actor *a, enum demo_beat beat,
			enum demo_outcome outcome)
{
	atomic_store(&a->stage->now, (unsigned)outcome << 8 | (unsigned)beat);
}

static void beat_begin(struct actor *a, enum demo_beat beat)
{
	outcome_set(a, beat, DEMO_SEEN);
}

static void beat_end(struct actor *a, enum demo_beat beat, unsigned linger)
{
	steps_pass(a, linger);
	while (a->goal == (int)beat) {
		news_write(a, beat);
		order_read(a);
	}
}

/* These beats cannot be; the caption that says why stands for a while. */
static void beats_skip(struct actor *a, enum demo_beat first,
		       enum demo_beat last, enum demo_outcome outcome)
{
	for (unsigned beat = first; beat <= last; beat++) {
		outcome_set(a, beat, outcome);
		beat_end(a, beat, beat == first ? 4 * LINGER : 0);
	}
}

/* Touch pages FROM to TO - 1, EACH of them in a step. */
static void pages_touch(struct actor *a, enum demo_act act, unsigned from,
			unsigned to, unsigned each, bool write)
{
	for (unsigned page = from; page < to; page++) {
		page_touch(a, act, page, write);
		if ((page - from + 1) % each == 0)
			step(a);
	}
}

static void others_touch(struct actor *a, unsigned from, unsigned to,
			 unsigned each, bool write)
{
	for (unsigned page = from; page < to; page++) {
		other_touch(a, page, write);
		if ((page - from + 1) % each == 0)
			step(a);
	}
}

/* Have all the pages written before the next caption, with no time lost. */
static void pages_fill(struct actor *a, enum demo_act act)
{
	for (unsigned page = 0; page < NPAGES; page++)
		page_touch(a, act, page, true);
	atomic_fetch_add(&a->stage->steps, 1);
}

/* How many of a region's pages have this bit in pagemap; -1: not told. */
static int pages_count(const struct actor *a, enum demo_act act, uint64_t bit)
{
	const struct demo_region *r = &a->stage->region[act];
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), count = 0;
	size_t n = r->nbytes / a->page;
	uint64_t words[64];

	if (fd < 0)
		return -1;
	for (size_t i = 0; i < n; i += 64) {
		size_t part = n - i < 64 ? n - i : 64;
		off_t at = (off_t)((r->va / a->page + i) * sizeof(*words));

		if (pread(fd, words, part * sizeof(*words), at) !=
		    (ssize_t)(part * sizeof(*words))) {
			count = -1;
			break;
		}
		for (size_t j = 0; j < part; j++)
			count += (words[j] & bit) != 0;
	}
	close(fd);
	return count;
}

/* ---- the acts */

static void act_touch(struct actor *a)
{
	enum demo_outcome outcome;

	beat_begin(a, DEMO_TOUCH_MAPPED);
	beat_end(a, DEMO_TOUCH_MAPPED, LINGER);

	/* A kernel can be started without its page of zeros: then what was
	 * only read is nobody else's. */
	page_touch(a, DEMO_ACT_TOUCH, 0, false);
	outcome = pages_count(a, DEMO_ACT_TOUCH, PM_EXCLUSIVE) > 0 ?
		DEMO_ABSENT : DEMO_SEEN;
	outcome_set(a, DEMO_TOUCH_READ, outcome);
	pages_touch(a, DEMO_ACT_TOUCH, 0, NPAGES, 2, false);
	beat_end(a, DEMO_TOUCH_READ, LINGER);

	outcome_set(a, DEMO_TOUCH_WRITTEN, outcome);
	pages_touch(a, DEMO_ACT_TOUCH, 0, NPAGES, 1, true);
	beat_end(a, DEMO_TOUCH_WRITTEN, LINGER);
}

/* The child writes a third, the parent another, and the rest is left over. */
static void act_fork(struct actor *a)
{
	pages_fill(a, DEMO_ACT_FORK);
	if (other_start(a, DEMO_ACT_FORK) < 0) {
		beats_skip(a, DEMO_FORK_SHARED, DEMO_FORK_KEPT, DEMO_ABSENT);
		return;
	}
	beat_begin(a, DEMO_FORK_SHARED);
	step(a);
	beat_end(a, DEMO_FORK_SHARED, LINGER);

	beat_begin(a, DEMO_FORK_CHILD);
	others_touch(a, 0, THIRD, 1, true);
	beat_end(a, DEMO_FORK_CHILD, LINGER);

	beat_begin(a, DEMO_FORK_PARENT);
	pages_touch(a, DEMO_ACT_FORK, THIRD, 2 * THIRD, 1, true);
	beat_end(a, DEMO_FORK_PARENT, LINGER);

	beat_begin(a, DEMO_FORK_ALONE);
	other_end(a);
	step(a);
	beat_end(a, DEMO_FORK_ALONE, LINGER);

	beat_begin(a, DEMO_FORK_KEPT);
	pages_touch(a, DEMO_ACT_FORK, 2 * THIRD, NPAGES, 1, true);
	beat_end(a, DEMO_FORK_KEPT, LINGER);
}

/* Reading goes in strides: a fault maps in cached neighbours as well. */
static void act_file(struct actor *a)
{
	if (!a->stage->region[DEMO_ACT_FILE].nbytes) {
		beats_skip(a, DEMO_FILE_MAPPED, DEMO_FILE_WRITTEN, DEMO_ABSENT);
		return;
	}
	beat_begin(a, DEMO_FILE_MAPPED);
	beat_end(a, DEMO_FILE_MAPPED, LINGER);

	beat_begin(a, DEMO_FILE_READ);
	pages_touch(a, DEMO_ACT_FILE, 0, NPAGES, 4, false);
	beat_end(a, DEMO_FILE_READ, LINGER);

	beat_begin(a, DEMO_FILE_WRITTEN);
	pages_touch(a, DEMO_ACT_FILE, 0, NPAGES, 1, true);
	beat_end(a, DEMO_FILE_WRITTEN, LINGER);
}

static void act_share(struct actor *a)
{
	if (!a->stage->region[DEMO_ACT_SHARE].nbytes) {
		beats_skip(a, DEMO_SHARE_WRITTEN, DEMO_SHARE_ALONE,
			   DEMO_ABSENT);
		return;
	}
	beat_begin(a, DEMO_SHARE_WRITTEN);
	pages_touch(a, DEMO_ACT_SHARE, 0, NPAGES, 2, true);
	beat_end(a, DEMO_SHARE_WRITTEN, LINGER);

	if (other_start(a, DEMO_ACT_SHARE) < 0) {
		beats_skip(a, DEMO_SHARE_BOTH, DEMO_SHARE_ALONE, DEMO_ABSENT);
		return;
	}
	beat_begin(a, DEMO_SHARE_BOTH);
	others_touch(a, 0, NPAGES, 2, true);
	beat_end(a, DEMO_SHARE_BOTH, LINGER);

	beat_begin(a, DEMO_SHARE_ALONE);
	other_end(a);
	step(a);
	beat_end(a, DEMO_SHARE_ALONE, LINGER);
}

static void act_huge(struct actor *a)
{
	const struct demo_region *r = &a->stage->region[DEMO_ACT_HUGE];
	size_t half = r->nbytes / 2;
	int n;

	if (!r->nbytes) {
		beats_skip(a, DEMO_HUGE_WRITTEN, DEMO_HUGE_SPLIT, DEMO_ABSENT);
		return;
	}
	beat_begin(a, DEMO_HUGE_WRITTEN);
	page_touch(a, DEMO_ACT_HUGE, 0, true);
	n = pages_count(a, DEMO_ACT_HUGE, PM_PRESENT);
	if (n >= 0 && (size_t)n < r->nbytes / a->page) {
		beats_skip(a, DEMO_HUGE_WRITTEN, DEMO_HUGE_SPLIT,
			   DEMO_REFUSED);
		return;
	}
	step(a);
	beat_end(a, DEMO_HUGE_WRITTEN, 2 * LINGER);

	beat_begin(a, DEMO_HUGE_SPLIT);
	madvise((char *)(uintptr_t)r->va + half, half, MADV_DONTNEED);
	step(a);
	beat_end(a, DEMO_HUGE_SPLIT, 2 * LINGER);
}

static bool swap_exists(void)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 && info.freeswap > 0;
}

static void act_swap(struct actor *a)
{
	beat_begin(a, DEMO_SWAP_FILLED);
	pages_fill(a, DEMO_ACT_SWAP);
	beat_end(a, DEMO_SWAP_FILLED, LINGER);
	if (!swap_exists()) {
		beats_skip(a, DEMO_SWAP_OUT, DEMO_SWAP_IN, DEMO_ABSENT);
		return;
	}
	beat_begin(a, DEMO_SWAP_OUT);
	for (unsigned page = 0; page < NPAGES; page++) {
		madvise((void *)page_at(a, DEMO_ACT_SWAP, page), a->page,
			MADV_PAGEOUT);
		if (page % 2)
			step(a);
	}
	if (pages_count(a, DEMO_ACT_SWAP, PM_SWAP) == 0) {
		beats_skip(a, DEMO_SWAP_OUT, DEMO_SWAP_IN, DEMO_REFUSED);
		return;
	}
	beat_end(a, DEMO_SWAP_OUT, LINGER);

	beat_begin(a, DEMO_SWAP_IN);
	pages_touch(a, DEMO_ACT_SWAP, 0, NPAGES, 1, false);
	beat_end(a, DEMO_SWAP_IN, LINGER);
}

/* MADV_DONTNEED of shared memory only unmaps it: REMOVE frees its frames. */
static void act_back(struct actor *a)
{
	beat_begin(a, DEMO_BACK);
	for (int act = 0; act < NDEMO_ACTS; act++) {
		const struct demo_region *r = &a->stage->region[act];
		void *start = (char *)(uintptr_t)r->va;

		if (!r->nbytes)
			continue;
		if (act == DEMO_ACT_SHARE)
			madvise(start, r->nbytes, MADV_REMOVE);
		madvise(start, r->nbytes, MADV_DONTNEED);
		step(a);
		steps_pass(a, 1);
	}
	beat_end(a, DEMO_BACK, 2 * LINGER);
}

void demo_play(const struct demo_setup *setup)
{
	struct actor a = {
		.stage = setup->stage,
		.orders = setup->orders,
		.news = setup->news,
		.step_ms = setup->step_ms,
		.goal = DEMO_GO,
		.page = (size_t)sysconf(_SC_PAGESIZE),
	};

	demo_settle(setup);
	if (demo_map(setup->stage, a.page) < 0) {
		news_write(&a, errno);
		_exit(1);
	}
	news_write(&a, DEMO_READY);
	for (;;) {
		act_touch(&a);
		act_fork(&a);
		act_file(&a);
		act_share(&a);
		act_huge(&a);
		act_swap(&a);
		act_back(&a);
	}
}
