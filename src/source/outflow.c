/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outflow.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "vmatlas/base/mem.h"

struct outflow {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int fd;
	struct buf waiting;
	size_t left;		/* of what the thread has taken */
	int error;
	bool closing, done, abandoned;
};

static void outflow_free(struct outflow *outflow)
{
	pthread_mutex_destroy(&outflow->lock);
	pthread_cond_destroy(&outflow->changed);
	buf_fini(&outflow->waiting);
	free(outflow);
}

/* So much that a reader at the other end of a slow line is seen to read. */
static int write_some(int fd, const char *p, size_t n, size_t *done)
{
	ssize_t written = write(fd, p, n < PIPE_BUF ? n : PIPE_BUF);

	*done = written > 0 ? (size_t)written : 0;
	if (written >= 0 || errno == EINTR)
		return 0;
	if (errno == EAGAIN) {
		struct pollfd ready = { .fd = fd, .events = POLLOUT };

		poll(&ready, 1, -1);
		return 0;
	}
	return errno;
}

/* Without the lock, which is held when it returns. */
static void write_all(struct outflow *outflow, const struct buf *taken)
{
	size_t at = 0, done;
	int error = 0;

	while (at < taken->len && !error) {
		error = write_some(outflow->fd, taken->data + at,
			taken->len - at, &done);
		at += done;
		pthread_mutex_lock(&outflow->lock);
		outflow->left = taken->len - at;
		if (error) {
			outflow->error = error;
			outflow->left = 0;
		}
		pthread_cond_broadcast(&outflow->changed);
		if (outflow->abandoned)
			return;
		pthread_mutex_unlock(&outflow->lock);
	}
	pthread_mutex_lock(&outflow->lock);
}

static void *work(void *arg)
{
	struct outflow *outflow = arg;
	struct buf taken = { 0 };

	pthread_mutex_lock(&outflow->lock);
	while (!outflow->abandoned &&
	       (outflow->waiting.len || !outflow->closing)) {
		if (!outflow->waiting.len) {
			pthread_cond_wait(&outflow->changed, &outflow->lock);
			continue;
		}
		taken = outflow->waiting;
		outflow->waiting = (struct buf){ 0 };
		outflow->left = taken.len;
		pthread_mutex_unlock(&outflow->lock);
		write_all(outflow, &taken);
		buf_fini(&taken);
		if (outflow->error)
			buf_clear(&outflow->waiting);
	}
	outflow->done = true;
	pthread_cond_broadcast(&outflow->changed);
	if (outflow->abandoned) {
		pthread_mutex_unlock(&outflow->lock);
		outflow_free(outflow);
		return NULL;
	}
	pthread_mutex_unlock(&outflow->lock);
	return NULL;
}

struct outflow *outflow_new(int fd)
{
	struct outflow *outflow = mem_new(1, sizeof(*outflow));
	pthread_condattr_t attr;
	pthread_attr_t small;
	pthread_t thread;
	sigset_t all, old;

	pthread_mutex_init(&outflow->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&outflow->changed, &attr);
	pthread_condattr_destroy(&attr);
	outflow->fd = fd;
	/* Signals are for the app's thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&small);
	pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&small, 128 * 1024);
	outflow->error = pthread_create(&thread, &small, work, outflow);
	outflow->done = outflow->error != 0;
	pthread_attr_destroy(&small);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return outflow;
}

void outflow_send(struct outflow *outflow, struct buf *buf)
{
	pthread_mutex_lock(&outflow->lock);
	if (outflow->error) {
		buf_clear(buf);
	} else if (!outflow->waiting.len) {
		struct buf empty = outflow->waiting;

		outflow->waiting = *buf;
		*buf = empty;
	} else {
		buf_add(&outflow->waiting, buf_text(buf), buf->len);
		buf_clear(buf);
	}
	pthread_cond_broadcast(&outflow->changed);
	pthread_mutex_unlock(&outflow->lock);
}

bool outflow_is_idle(struct outflow *outflow)
{
	bool idle;

	pthread_mutex_lock(&outflow->lock);
	idle = !outflow->waiting.len && !outflow->left;
	pthread_mutex_unlock(&outflow->lock);
	return idle;
}

int outflow_error(struct outflow *outflow)
{
	int error;

	pthread_mutex_lock(&outflow->lock);
	error = outflow->error;
	pthread_mutex_unlock(&outflow->lock);
	return error;
}

int outflow_close(struct outflow *outflow)
{
	struct timespec until;
	size_t left = SIZE_MAX, now;
	int error;

	pthread_mutex_lock(&outflow->lock);
	outflow->closing = true;
	pthread_cond_broadcast(&outflow->changed);
	while (!outflow->done) {
		now = outflow->waiting.len + outflow->left;
		if (now != left) {
			clock_gettime(CLOCK_MONOTONIC, &until);
			until.tv_sec += OUTFLOW_WAIT_S;
			left = now;
		}
		if (pthread_cond_timedwait(&outflow->changed, &outflow->lock,
			    &until) == ETIMEDOUT)
			break;
	}
	error = outflow->done ? outflow->error : ETIMEDOUT;
	outflow->abandoned = !outflow->done;
	pthread_mutex_unlock(&outflow->lock);
	if (!outflow->abandoned)
		outflow_free(outflow);
	return error;
}
