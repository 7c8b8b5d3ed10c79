/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo_stage.h"
#include "vmatlas/app/demo.h"
#include "vmatlas/base/mem.h"

#define DEFAULT_PACE	8.0
#define MAX_PACE	1000.0
#define HOLD_MS		10000
#define END_MS		500

struct demo {
	struct demo_stage *stage;
	pid_t pid;
	int orders, news;	/* our ends */
};

#define X(id, act, caption) { DEMO_ACT_##act, caption },
static const struct {
	enum demo_act act;
	const char *caption;
} beats[NDEMO_BEATS] = { DEMO_BEATS(X) };
#undef X

/* Acts without a text for an outcome never have it. */
static const struct {
	const char *title, *absent, *refused;
} acts[NDEMO_ACTS] = {
	[DEMO_ACT_TOUCH] = {
		"first touch",
		"No page of zeros in this kernel: the first read brings a frame already.",
		NULL,
	},
	[DEMO_ACT_FORK] = {
		"fork and copy on write",
		"No second process could be started here, so nothing is shared.",
		NULL,
	},
	[DEMO_ACT_FILE] = {
		"private file mapping",
		"No temporary file could be written here, so there is none to map.",
		NULL,
	},
	[DEMO_ACT_SHARE] = {
		"shared memory",
		"Shared memory with a second process could not be had here.",
		NULL,
	},
	[DEMO_ACT_HUGE] = {
		"huge page",
		"No huge pages here: this kernel has none, or they are switched off.",
		"No huge page was to be had just now, so the kernel gave a small one.",
	},
	[DEMO_ACT_SWAP] = {
		"swap",
		"No swap here: this memory cannot leave, but your program's code can.",
		"There is swap, but the kernel kept this memory where it is.",
	},
	[DEMO_ACT_BACK] = { "all given back", NULL, NULL },
};

const char *demo_act_title(enum demo_act act)
{
	return acts[act].title;
}

const char *demo_caption_of(enum demo_beat beat, enum demo_outcome outcome)
{
	const char *text = NULL;

	if (outcome == DEMO_ABSENT)
		text = acts[beats[beat].act].absent;
	else if (outcome == DEMO_REFUSED)
		text = acts[beats[beat].act].refused;
	return text ? text : beats[beat].caption;
}

int demo_pid(const struct demo *demo)
{
	return demo->pid;
}

/* What the demo could have written wrongly is not trusted as an index. */
struct demo_now demo_now(const struct demo *demo)
{
	unsigned word = atomic_load(&demo->stage->now);
	unsigned beat = word & 0xff, outcome = word >> 8;
	struct demo_now now = { 0 };

	now.beat = beat < NDEMO_BEATS ? (enum demo_beat)beat : DEMO_BACK;
	now.outcome = outcome < NDEMO_OUTCOMES ? (enum demo_outcome)outcome :
						 DEMO_SEEN;
	now.act = beats[now.beat].act;
	now.steps = atomic_load(&demo->stage->steps);
	now.other = atomic_load(&demo->stage->other);
	return now;
}

const char *demo_caption(const struct demo *demo)
{
	struct demo_now now = demo_now(demo);

	return demo_caption_of(now.beat, now.outcome);
}

void demo_region(const struct demo *demo, enum demo_act act, uint64_t *va,
		 uint64_t *nbytes)
{
	*va = demo->stage->region[act].va;
	*nbytes = demo->stage->region[act].nbytes;
}

/* A pipe whose ends are none of 0, 1 and 2, which the demo makes anew. */
static int pipe_open(int end[2])
{
	int raw[2], code = 0;

	if (pipe(raw) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		end[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, 3);
		if (end[i] < 0)
			code = errno;
		close(raw[i]);
	}
	if (!code)
		return 0;
	for (int i = 0; i < 2; i++)
		if (end[i] >= 0)
			close(end[i]);
	errno = code;
	return -1;
}

/* One int from the demo: 0, or -1 with errno (EPIPE: the demo has ended). */
static int news_read(const struct demo *demo, int *what)
{
	struct pollfd fd = { .fd = demo->news, .events = POLLIN };
	ssize_t n;
	int ready;

	do
		ready = poll(&fd, 1, HOLD_MS);
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return -1;
	if (!ready) {
		errno = ETIMEDOUT;
		return -1;
	}
	do
		n = read(demo->news, what, sizeof(*what));
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(*what))
		return 0;
	if (n >= 0)
		errno = EPIPE;
	return -1;
}

/* The poll keeps a write to a demo that is gone from raising SIGPIPE. */
static int order_write(const struct demo *demo, int what)
{
	struct pollfd fd = { .fd = demo->orders, .events = POLLOUT };

	if (poll(&fd, 1, 0) == 1 && (fd.revents & (POLLERR | POLLHUP))) {
		errno = EPIPE;
		return -1;
	}
	return write(demo->orders, &what, sizeof(what)) ==
	       (ssize_t)sizeof(what) ? 0 : -1;
}

/* Fork the demo; its ends of the pipes are closed here when it has them. */
static int demo_fork(struct demo *demo, int step_ms)
{
	struct demo_setup setup = {
		.stage = demo->stage,
		.parent = getpid(),
		.step_ms = step_ms,
	};
	int orders[2], news[2], code;

	if (pipe_open(orders) < 0)
		return -1;
	if (pipe_open(news) < 0) {
		code = errno;
		goto close_orders;
	}
	setup.orders = orders[0];
	setup.news = news[1];
	demo->pid = fork();
	if (!demo->pid)
		demo_play(&setup);
	code = errno;
	close(news[1]);
	if (demo->pid > 0) {
		/* Both sides do it, so that it is done when either goes on. */
		setpgid(demo->pid, demo->pid);
		close(orders[0]);
		demo->orders = orders[1];
		demo->news = news[0];
		return 0;
	}
	close(news[0]);
close_orders:
	close(orders[0]);
	close(orders[1]);
	errno = code;
	return -1;
}

struct demo *demo_start(double pace, struct err *err)
{
	struct demo *demo = mem_new(1, sizeof(*demo));
	int what = DEMO_READY;

	if (!(pace > 0))
		pace = DEFAULT_PACE;
	if (pace > MAX_PACE)
		pace = MAX_PACE;
	/* Slower than a step an hour is standing still. */
	if (pace < 1 / 3600.0)
		pace = 1 / 3600.0;
	demo->pid = -1;
	demo->stage = mmap(NULL, sizeof(*demo->stage), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (demo->stage == MAP_FAILED) {
		err_set(err, errno, "cannot share memory with the demo");
		free(demo);
		return NULL;
	}
	if (demo_fork(demo, (int)(1000 / pace)) < 0) {
		err_set(err, errno, "cannot start the demo's process");
		goto stop;
	}
	if (news_read(demo, &what) < 0) {
		err_set(err, errno, "the demo's process did not begin");
		goto stop;
	}
	if (what == DEMO_READY)
		return demo;
	err_set(err, what, "cannot map the demo's memory");
stop:
	demo_stop(demo);
	return NULL;
}

int demo_hold(struct demo *demo, enum demo_beat beat, struct err *err)
{
	int what = -1;

	if (order_write(demo, (int)beat) < 0)
		return err_set(err, errno, "the demo does not listen");
	/* What an earlier hold was too impatient for may still be coming. */
	while (what != (int)beat)
		if (news_read(demo, &what) < 0)
			return err_set(err, errno, "the demo did not get to \"%s\"",
				       demo_caption_of(beat, DEMO_SEEN));
	return 0;
}

void demo_release(struct demo *demo)
{
	order_write(demo, DEMO_GO);
}

/*
 * The end of its orders lets the demo end and reap its second process.  One
 * that is stopped, or slow, is killed with its whole group.
 */
static void demo_end(struct demo *demo)
{
	struct pollfd fd = { .fd = demo->news };
	int ready;

	close(demo->orders);
	do
		ready = poll(&fd, 1, END_MS);
	while (ready < 0 && errno == EINTR);
	if (ready != 1)
		kill(-demo->pid, SIGKILL);
	while (waitpid(demo->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(demo->news);
}

void demo_stop(struct demo *demo)
{
	if (!demo)
		return;
	if (demo->pid > 0)
		demo_end(demo);
	munmap(demo->stage, sizeof(*demo->stage));
	free(demo);
}
