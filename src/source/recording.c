/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "vmatlas/base/mem.h"

/* Blocks are collected up to here, so that writes are few. */
#define FLUSH_BYTES ((size_t)256 << 10)
/* How long recording_close waits for a thread that is writing. */
#define CLOSE_WAIT_S 2

/*
 * All but FAILED and REFS is guarded by LOCK.  FAILED is set once, after
 * ERR: who sees it may read ERR without the lock, which a writer may hold
 * for as long as the disk likes.
 */
struct recording {
	pthread_mutex_t lock;
	atomic_bool failed;
	atomic_uint refs;
	struct err err;
	char *path;
	char *temp;		/* where it is written until the first END */
	int fd;
	bool ours;		/* a regular file that we created */
	bool open;		/* a refresh is */
	bool closed;
	uint64_t nrefreshes;	/* begun; the ticket of the last one */
	off_t whole;		/* bytes up to the last whole block */
	struct buf out;		/* blocks that are not written yet */
};

static void fail(struct recording *recording, int error, const char *doing)
{
	if (atomic_load(&recording->failed))
		return;
	err_set(&recording->err, error, "%s %s", doing, recording->path);
	atomic_store(&recording->failed, true);
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done > 0) {
			p += done;
			n -= (size_t)done;
		} else if (done < 0 && errno == EAGAIN) {
			struct pollfd ready = { .fd = fd, .events = POLLOUT };

			poll(&ready, 1, -1);
		} else if (done < 0 && errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

/* Bring the collected blocks to the file, all of them or none. */
static void flush(struct recording *recording)
{
	size_t n = recording->out.len;

	if (n && !atomic_load(&recording->failed)) {
		if (write_all(recording->fd, recording->out.data, n)) {
			fail(recording, errno, "writing");
			if (recording->ours &&
			    ftruncate(recording->fd, recording->whole))
				recording->ours = false;
		} else {
			recording->whole += (off_t)n;
		}
	}
	buf_clear(&recording->out);
}

/* The first whole refresh is there: now it may take its place. */
static void settle(struct recording *recording)
{
	if (!recording->temp || atomic_load(&recording->failed))
		return;
	if (rename(recording->temp, recording->path)) {
		fail(recording, errno, "replacing");
		unlink(recording->temp);
	}
	free(recording->temp);
	recording->temp = NULL;
}

static void end_refresh(struct recording *recording)
{
	struct block_writer writer = { 0 };

	if (!recording->open)
		return;
	recording->open = false;
	block_begin(&writer, "end");
	block_end(&writer, &recording->out);
	block_writer_fini(&writer);
	flush(recording);
	settle(recording);
}

static bool is_current(const struct recording *recording, uint64_t ticket)
{
	return recording->open && !recording->closed &&
		ticket == recording->nrefreshes;
}

uint64_t recording_begin(struct recording *recording,
	const struct facts *facts)
{
	struct block_writer writer = { 0 };
	uint64_t ticket;

	block_begin(&writer, "refresh");
	pthread_mutex_lock(&recording->lock);
	end_refresh(recording);
	block_put_u64(&writer, "n", recording->nrefreshes);
	block_put_u64(&writer, "time_ms", facts->time_ms);
	block_put_u64(&writer, "uptime_ms", facts->uptime_ms);
	ticket = ++recording->nrefreshes;
	if (!recording->closed) {
		block_end(&writer, &recording->out);
		recording->open = true;
	}
	pthread_mutex_unlock(&recording->lock);
	block_writer_fini(&writer);
	return ticket;
}

void recording_put(struct recording *recording, uint64_t ticket,
	struct block_writer *writer)
{
	pthread_mutex_lock(&recording->lock);
	if (is_current(recording, ticket) &&
	    !atomic_load(&recording->failed)) {
		block_end(writer, &recording->out);
		if (recording->out.len > FLUSH_BYTES)
			flush(recording);
	}
	pthread_mutex_unlock(&recording->lock);
}

void recording_end(struct recording *recording, uint64_t ticket)
{
	pthread_mutex_lock(&recording->lock);
	if (is_current(recording, ticket))
		end_refresh(recording);
	pthread_mutex_unlock(&recording->lock);
}

/* Something to replace is left alone until there is something to replace it
 * with; what is no regular file (a pipe, a device) is written as it is. */
static int create(struct recording *recording)
{
	const char *path = recording->path;
	struct stat stat;
	struct buf temp = { 0 };

	recording->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	recording->ours = recording->fd >= 0;
	if (recording->ours || errno != EEXIST)
		return recording->ours ? 0 : -1;
	if (lstat(path, &stat))
		return -1;
	if (S_ISREG(stat.st_mode)) {
		buf_fmt(&temp, "%s.XXXXXX", path);
		recording->temp = temp.data;
		recording->fd = mkostemp(recording->temp, O_CLOEXEC);
		recording->ours = recording->fd >= 0;
		if (!recording->ours) {
			int error = errno;

			free(recording->temp);
			recording->temp = NULL;
			errno = error;
		}
	} else {
		recording->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW |
			O_NOCTTY);
	}
	return recording->fd >= 0 ? 0 : -1;
}

struct recording *recording_open(const char *path, struct err *err)
{
	struct recording *recording = mem_new(1, sizeof(*recording));

	recording->path = mem_text(path, strlen(path));
	if (!strcmp(path, "-")) {
		recording->fd = STDOUT_FILENO;
	} else if (create(recording)) {
		err_set(err, errno, "creating %s%s", path, errno == ELOOP ?
			" (a symbolic link is not followed)" : "");
		free(recording->path);
		free(recording);
		return NULL;
	}
	pthread_mutex_init(&recording->lock, NULL);
	atomic_init(&recording->refs, 1);
	atomic_init(&recording->failed, false);
	buf_fmt(&recording->out, RECORDING_MAGIC " %d\n", RECORDING_VERSION);
	return recording;
}

bool recording_good(struct recording *recording, struct err *err)
{
	if (!atomic_load(&recording->failed))
		return true;
	if (err)
		*err = recording->err;
	return false;
}

static void close_file(struct recording *recording)
{
	end_refresh(recording);
	flush(recording);
	recording->closed = true;
	if (recording->fd != STDOUT_FILENO && close(recording->fd))
		fail(recording, errno, "closing");
	recording->fd = -1;
	if (recording->temp)
		unlink(recording->temp);
}

bool recording_close(struct recording *recording, struct err *err)
{
	struct timespec until;
	bool good;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_WAIT_S;
	if (pthread_mutex_timedlock(&recording->lock, &until)) {
		/* Left as it is: its writer may hold it for ever. */
		err_set(err, ETIMEDOUT, "writing %s", recording->path);
		return false;
	}
	close_file(recording);
	pthread_mutex_unlock(&recording->lock);
	good = recording_good(recording, err);
	recording_unref(recording);
	return good;
}

void recording_ref(struct recording *recording)
{
	atomic_fetch_add(&recording->refs, 1);
}

void recording_unref(struct recording *recording)
{
	if (atomic_fetch_sub(&recording->refs, 1) != 1)
		return;
	pthread_mutex_destroy(&recording->lock);
	buf_fini(&recording->out);
	free(recording->temp);
	free(recording->path);
	free(recording);
}
