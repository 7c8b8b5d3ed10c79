/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recording_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/mem.h"

static int create_new(struct recording_file *file)
{
	file->fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	file->ours = file->fd >= 0;
	file->nbytes = file->settled = 0;
	return file->ours ? 0 : errno;
}

/* Beside what is there, to take its place later. */
static int create_beside(struct recording_file *file)
{
	struct buf temp = { 0 };
	int error;

	buf_fmt(&temp, "%s.XXXXXX", file->path);
	file->temp = temp.data;
	file->fd = mkostemp(file->temp, O_CLOEXEC);
	file->ours = file->fd >= 0;
	if (file->ours)
		return 0;
	error = errno;
	free(file->temp);
	file->temp = NULL;
	return error;
}

/* Something to replace is left alone until there is something to replace it
 * with; what is no regular file (a pipe, a device) is written as it is. */
static int create(struct recording_file *file)
{
	int error = create_new(file);
	struct stat stat;

	if (error != EEXIST)
		return error;
	if (lstat(file->path, &stat))
		return errno;
	if (S_ISREG(stat.st_mode))
		return create_beside(file);
	file->fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW |
		O_NOCTTY);
	return file->fd >= 0 ? 0 : errno;
}

int recording_file_open(struct recording_file *file, const char *path,
	struct err *err)
{
	struct stat stat;
	int error = 0;

	memset(file, 0, sizeof(*file));
	file->path = mem_text(path, strlen(path));
	file->fd = STDOUT_FILENO;
	if (!strcmp(path, "-")) {
		free(file->path);
		file->path = mem_text("standard output", 15);
	} else {
		error = create(file);
	}
	if (error) {
		err_set(err, error, "creating %s%s", path, error == ELOOP ?
			" (a symbolic link is not followed)" : "");
		free(file->path);
		file->path = NULL;
		return -1;
	}
	file->is_stream = !fstat(file->fd, &stat) &&
		(S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode) ||
		 isatty(file->fd));
	return 0;
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
			return errno;
		}
	}
	return 0;
}

int recording_file_write(struct recording_file *file, const char *bytes,
	size_t n)
{
	int error = write_all(file->fd, bytes, n);

	if (!error)
		file->nbytes += (off_t)n;
	/* Readers would pass over a part of a refresh, but why keep it. */
	else if (file->ours && ftruncate(file->fd, file->settled))
		file->ours = false;
	return error;
}

int recording_file_settle(struct recording_file *file, bool sync)
{
	int error = 0;

	file->settled = file->nbytes;
	if (file->temp) {
		if (rename(file->temp, file->path)) {
			error = errno;
			unlink(file->temp);
		}
		free(file->temp);
		file->temp = NULL;
	}
	if (!error && sync && file->ours && fdatasync(file->fd))
		error = errno;
	return error;
}

static void rotated_name(const struct recording_file *file, unsigned n,
	struct buf *out)
{
	buf_clear(out);
	buf_str(out, file->path);
	if (n)
		buf_fmt(out, ".%u", n);
}

static int move_along(const struct recording_file *file, unsigned n)
{
	struct buf from = { 0 }, to = { 0 };
	int error = 0;

	for (; n && !error; n--) {
		rotated_name(file, n - 1, &from);
		rotated_name(file, n, &to);
		/* The first times there are not as many yet. */
		if (rename(from.data, to.data) && errno != ENOENT)
			error = errno;
	}
	buf_fini(&from);
	buf_fini(&to);
	return error;
}

int recording_file_rotate(struct recording_file *file, unsigned n)
{
	int error = 0;

	if (!file->ours || file->temp)
		return 0;
	if (fdatasync(file->fd) || close(file->fd))
		error = errno;
	file->fd = -1;
	file->ours = false;
	if (!error)
		error = n ? move_along(file, n) :
			unlink(file->path) ? errno : 0;
	return error ? error : create_new(file);
}

int recording_file_close(struct recording_file *file)
{
	int error = 0;

	if (file->ours && !file->temp && fdatasync(file->fd))
		error = errno;
	if (file->fd != STDOUT_FILENO && file->fd >= 0 && close(file->fd) &&
	    !error)
		error = errno;
	file->fd = -1;
	if (file->temp)
		unlink(file->temp);
	return error;
}

void recording_file_fini(struct recording_file *file)
{
	free(file->temp);
	free(file->path);
}
