/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "live_impl.h"
#include "vmatlas/base/text.h"

static const char of_path[] = "file-id@", of_mapping[] = "@id";

bool live_file_question(struct proc_id id, const char *path)
{
	size_t n = strlen(path), tail = sizeof(of_mapping) - 1;

	if (!id.pid)
		return !strncmp(path, of_path, sizeof(of_path) - 1);
	return !strncmp(path, "map_files/", 10) && n > tail &&
		!strcmp(path + n - tail, of_mapping);
}

int live_file_answer(struct live *live, struct proc_id id, const char *path,
	struct buf *out)
{
	struct buf name = { 0 };
	struct stat st;
	int failed, error;

	/* A file system that does not answer is the watch's business. */
	source_before(&live->src, id.pid, id.pid ? "map_files" : "file-id");
	if (id.pid) {
		buf_fmt(&name, "%d/%.*s", id.pid,
			(int)(strlen(path) - sizeof(of_mapping) + 1), path);
		failed = fstatat(live->proc_fd, buf_text(&name), &st, 0);
	} else {
		failed = stat(path + sizeof(of_path) - 1, &st);
	}
	error = errno;
	source_after(&live->src);
	buf_fini(&name);
	if (failed)
		return error;
	buf_fmt(out, "major: %u\nminor: %u\ninode: %ju\n", major(st.st_dev),
		minor(st.st_dev), (uintmax_t)st.st_ino);
	return 0;
}
