/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recording.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "outflow.h"
#include "pack.h"
#include "recording_file.h"
#include "vmatlas/base/mem.h"

/* Blocks are collected up to here, so that writes are few. */
#define FLUSH_BYTES ((size_t)256 << 10)
/* How long recording_close waits for a thread that is writing. */
#define CLOSE_WAIT_S 2
/* How often what was written is brought to the disk itself. */
#define SYNC_S 10
/* Refreshes from one that is whole to the next, at least. */
#define WHOLE_EVERY 64

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
	struct recording_file file;
	struct outflow *outflow;	/* where FILE is a pipe or the like */
	struct packer *packer;		/* NULL: it is written as it is */
	struct rotation rotation;
	bool rotate;		/* now, not when it is full */
	bool open;		/* a refresh is */
	bool closed;
	uint64_t ticket;	/* of the refresh that was begun last */
	uint64_t ended;		/* and of the one that was last ended */
	uint64_t number;	/* refreshes in this file */
	uint64_t blocks;	/* of the open refresh */
	/* Refreshes since the last that is whole, and bytes of that and since. */
	unsigned since_whole;
	off_t whole_bytes, since_bytes;
	uint64_t left_out, left_out_now;	/* in all; since the last one */
	time_t synced;
	struct buf text;	/* blocks, before they are packed */
	struct buf out;		/* what is not written yet */
};

static void fail(struct recording *recording, int error, const char *doing)
{
	if (atomic_load(&recording->failed))
		return;
	err_set(&recording->err, error, "%s %s", doing, recording->file.path);
	atomic_store(&recording->failed, true);
}

/* ---- the way of the bytes */

/* Bring what was collected to the file. */
static void flush(struct recording *recording)
{
	int error = 0;

	if (recording->out.len && !atomic_load(&recording->failed)) {
		recording->since_bytes += (off_t)recording->out.len;
		if (recording->outflow) {
			outflow_send(recording->outflow, &recording->out);
			error = outflow_error(recording->outflow);
		} else {
			error = recording_file_write(&recording->file,
				recording->out.data, recording->out.len);
		}
		if (error)
			fail(recording, error, "writing");
	}
	buf_clear(&recording->out);
}

/* Bring the blocks that were made nearer to the file. */
static void pass_on(struct recording *recording)
{
	struct buf *text = &recording->text;

	if (recording->packer && text->len)
		packer_add(recording->packer, text->data, text->len,
			&recording->out);
	else
		buf_add(&recording->out, buf_text(text), text->len);
	buf_clear(text);
	if (recording->out.len > FLUSH_BYTES)
		flush(recording);
}

static void put_block(struct recording *recording, struct block_writer *writer)
{
	block_end(writer, &recording->text);
	if (recording->text.len > FLUSH_BYTES / 4)
		pass_on(recording);
}

/* All that was put can be read from now on. */
static void put_through(struct recording *recording, bool frame_ends)
{
	pass_on(recording);
	if (recording->packer && frame_ends)
		packer_finish(recording->packer, &recording->out);
	else if (recording->packer)
		packer_flush(recording->packer, &recording->out);
	flush(recording);
}

static void put_plain(struct recording *recording, const char *kind)
{
	struct block_writer writer = { 0 };

	block_begin(&writer, kind);
	if (!strcmp(kind, "end"))
		block_put_u64(&writer, "blocks", recording->blocks);
	put_block(recording, &writer);
	block_writer_fini(&writer);
}

/* ---- refreshes */

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void break_off(struct recording *recording)
{
	if (recording->open)
		put_plain(recording, "broken-off");
	recording->open = false;
}

static void put_refresh(struct recording *recording,
	const struct facts *facts, bool whole)
{
	struct block_writer writer = { 0 };

	block_begin(&writer, "refresh");
	block_put_u64(&writer, "n", recording->number);
	block_put_u64(&writer, "time_ms", facts->time_ms);
	block_put_u64(&writer, "uptime_ms", facts->uptime_ms);
	if (whole)
		block_put(&writer, "whole", "yes");
	if (recording->left_out_now)
		block_put_u64(&writer, "left_out", recording->left_out_now);
	recording->left_out_now = 0;
	recording->blocks = 0;
	put_block(recording, &writer);
	block_writer_fini(&writer);
}

/* Whole ones cost no more than all others together, and are never far away
 * for who looks for a refresh. */
static bool is_whole_due(const struct recording *recording)
{
	return recording->since_whole >= WHOLE_EVERY &&
		recording->since_bytes > recording->whole_bytes;
}

static void start_file(struct recording *recording)
{
	buf_fmt(&recording->text, RECORDING_MAGIC " %d checked\n",
		RECORDING_VERSION);
	recording->number = 0;
	recording->since_bytes = 0;
	recording->synced = seconds();
}

static void rotate(struct recording *recording)
{
	int error;

	if (!recording->number || !recording->file.ours)
		return;
	put_through(recording, true);
	error = recording_file_rotate(&recording->file,
		recording->rotation.files);
	recording->rotate = false;
	if (error)
		fail(recording, error, "rotating");
	start_file(recording);
}

static bool is_rotation_due(const struct recording *recording)
{
	return recording->file.ours && (recording->rotate ||
		(recording->rotation.nbytes && (uint64_t)recording->file.nbytes
			>= recording->rotation.nbytes));
}

/* Somebody still reads what was sent before: this one would come late, and
 * all that follow later still. */
static bool must_leave_out(struct recording *recording)
{
	if (!recording->outflow || outflow_is_idle(recording->outflow))
		return false;
	recording->left_out++;
	recording->left_out_now++;
	return true;
}

uint64_t recording_begin(struct recording *recording,
	const struct facts *facts, uint64_t before, bool *whole)
{
	uint64_t ticket = 0;

	pthread_mutex_lock(&recording->lock);
	break_off(recording);
	if (recording->closed || must_leave_out(recording))
		goto unlock;
	if (is_rotation_due(recording))
		rotate(recording);
	*whole = !recording->number || !before || before != recording->ended ||
		is_whole_due(recording);
	if (*whole && recording->number)
		put_through(recording, true);
	if (*whole) {
		recording->since_whole = 0;
		recording->since_bytes = recording->whole_bytes = 0;
	}
	ticket = ++recording->ticket;
	put_refresh(recording, facts, *whole);
	recording->open = true;
unlock:
	pthread_mutex_unlock(&recording->lock);
	return ticket;
}

static bool is_current(const struct recording *recording, uint64_t ticket)
{
	return recording->open && !recording->closed &&
		ticket == recording->ticket;
}

void recording_put(struct recording *recording, uint64_t ticket,
	struct block_writer *writer)
{
	pthread_mutex_lock(&recording->lock);
	if (is_current(recording, ticket) &&
	    !atomic_load(&recording->failed)) {
		recording->blocks++;
		put_block(recording, writer);
	}
	pthread_mutex_unlock(&recording->lock);
}

void recording_end(struct recording *recording, uint64_t ticket)
{
	int error = 0;

	pthread_mutex_lock(&recording->lock);
	if (!is_current(recording, ticket))
		goto unlock;
	recording->open = false;
	put_plain(recording, "end");
	put_through(recording, false);
	recording->ended = ticket;
	recording->number++;
	if (!recording->since_whole++) {
		recording->whole_bytes = recording->since_bytes;
		recording->since_bytes = 0;
	}
	if (!atomic_load(&recording->failed))
		error = recording_file_settle(&recording->file,
			seconds() >= recording->synced + SYNC_S);
	if (error)
		fail(recording, error, "writing");
	if (seconds() >= recording->synced + SYNC_S)
		recording->synced = seconds();
	if (recording->rotate)
		rotate(recording);
unlock:
	pthread_mutex_unlock(&recording->lock);
}

void recording_break_off(struct recording *recording, uint64_t ticket)
{
	pthread_mutex_lock(&recording->lock);
	if (is_current(recording, ticket))
		break_off(recording);
	pthread_mutex_unlock(&recording->lock);
}

/* ---- the whole */

struct recording *recording_open(const char *path, struct err *err)
{
	struct recording *recording = mem_new(1, sizeof(*recording));

	if (recording_file_open(&recording->file, path, err)) {
		free(recording);
		return NULL;
	}
	pthread_mutex_init(&recording->lock, NULL);
	atomic_init(&recording->refs, 1);
	atomic_init(&recording->failed, false);
	if (recording->file.is_stream)
		recording->outflow = outflow_new(recording->file.fd);
	recording->packer = packer_new();
	start_file(recording);
	return recording;
}

void recording_set_rotation(struct recording *recording,
	const struct rotation *rotation)
{
	recording->rotation = *rotation;
}

void recording_rotate(struct recording *recording)
{
	pthread_mutex_lock(&recording->lock);
	recording->rotate = recording->number > 0 || recording->open;
	if (recording->rotate && !recording->open && !recording->closed)
		rotate(recording);
	pthread_mutex_unlock(&recording->lock);
}

bool recording_is_packed(void)
{
	return pack_is_there();
}

bool recording_good(struct recording *recording, struct err *err)
{
	int error = recording->outflow ?
		outflow_error(recording->outflow) : 0;

	if (error) {
		pthread_mutex_lock(&recording->lock);
		fail(recording, error, "writing");
		pthread_mutex_unlock(&recording->lock);
	}
	if (!atomic_load(&recording->failed))
		return true;
	if (err)
		*err = recording->err;
	return false;
}

uint64_t recording_left_out(struct recording *recording)
{
	uint64_t n;

	pthread_mutex_lock(&recording->lock);
	n = recording->left_out;
	pthread_mutex_unlock(&recording->lock);
	return n;
}

static void close_file(struct recording *recording)
{
	int error;

	break_off(recording);
	put_through(recording, true);
	recording->closed = true;
	if (recording->outflow) {
		error = outflow_close(recording->outflow);
		recording->outflow = NULL;
		/* Its thread may write there still. */
		if (error == ETIMEDOUT)
			recording->file.fd = -1;
		if (error)
			fail(recording, error, "writing");
	}
	error = recording_file_close(&recording->file);
	if (error)
		fail(recording, error, "closing");
}

bool recording_close(struct recording *recording, struct err *err)
{
	struct timespec until;
	bool good;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_WAIT_S;
	if (pthread_mutex_timedlock(&recording->lock, &until)) {
		/* Left as it is: its writer may hold it for ever. */
		err_set(err, ETIMEDOUT, "writing %s", recording->file.path);
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
	packer_free(recording->packer);
	buf_fini(&recording->text);
	buf_fini(&recording->out);
	recording_file_fini(&recording->file);
	free(recording);
}
