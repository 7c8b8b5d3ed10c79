/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmatlas/base/mem.h"

int output_open(struct output *output, const char *path, bool replace,
	struct err *err)
{
	struct stat st;

	*output = (struct output){ .fd = STDOUT_FILENO };
	if (!path || !strcmp(path, "-"))
		return 0;
	output->path = path;
	if (replace && (lstat(path, &st) || S_ISREG(st.st_mode))) {
		struct buf name = { 0 };

		buf_fmt(&name, "%s.tmp", path);
		output->beside = mem_text(name.data, name.len);
		buf_fini(&name);
		output->fd = -1;
		return 0;
	}
	output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		0666);
	return output->fd < 0 ?
		err_set(err, errno, "cannot write %s", path) : 0;
}

/* One of this name is left from a run that was killed, or a trap. */
static int open_beside(struct output *output, struct err *err)
{
	unlink(output->beside);
	output->fd = open(output->beside, O_WRONLY | O_CREAT | O_EXCL |
		O_CLOEXEC, 0666);
	return output->fd < 0 ?
		err_set(err, errno, "cannot write %s", output->beside) : 0;
}

int output_write(struct output *output, struct buf *text, struct err *err)
{
	size_t done = 0;

	if (text->len && output->fd < 0 && open_beside(output, err))
		return -1;
	while (done < text->len) {
		ssize_t n = write(output->fd, text->data + done,
			text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "cannot write the report");
		done += (size_t)n;
	}
	buf_clear(text);
	return 0;
}

int output_commit(struct output *output, struct err *err)
{
	int fd = output->fd;

	if (!output->beside || fd < 0)
		return 0;
	output->fd = -1;
	if (close(fd) || rename(output->beside, output->path)) {
		err_set(err, errno, "cannot write %s", output->path);
		unlink(output->beside);
		return -1;
	}
	return 0;
}

void output_close(struct output *output)
{
	if (output->path && output->fd >= 0) {
		close(output->fd);
		if (output->beside)
			unlink(output->beside);
	}
	free(output->beside);
	output->beside = NULL;
	output->fd = -1;
}
