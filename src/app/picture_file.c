/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/picture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* TEMPORARY becomes PATH; -1 with errno. */
static int put_there(const char *temporary, const char *path, bool over)
{
	if (over)
		return rename(temporary, path);
	if (!renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* Neither the kernel nor the file system's fault: an old one. */
	if (link(temporary, path))
		return -1;
	unlink(temporary);
	return 0;
}

static int write_all(int fd, const struct buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			done += (size_t)n;
	}
	return 0;
}

int picture_save(const char *path, const struct buf *text, bool over,
	struct err *err)
{
	struct buf temporary = { 0 };
	struct stat st;
	int fd, result = -1;

	if (over && !lstat(path, &st) && !S_ISREG(st.st_mode))
		return err_set(err, 0, "%s is no regular file, and is left as "
			"it is", path);
	buf_fmt(&temporary, "%s.XXXXXX", path);
	fd = mkostemp(temporary.data, O_CLOEXEC);
	if (fd < 0) {
		err_set(err, errno, "cannot write %s", path);
		goto done;
	}
	result = write_all(fd, text) || put_there(temporary.data, path, over);
	if (result && errno == EEXIST)
		result = 1;
	else if (result)
		result = err_set(err, errno, "cannot write %s", path);
	if (result)
		unlink(temporary.data);
	close(fd);
done:
	buf_fini(&temporary);
	return result;
}
