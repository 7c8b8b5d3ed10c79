/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/mem.h"

/* Names in one folder, folders in a row, and bytes of all that is told of a
 * device tree: real ones stay below a tenth of it. */
#define NAMES_MOST 16384
#define DEPTH_MOST 16
#define TREE_MOST ((size_t)4 << 20)
/* Bytes of a property: the longest "reg" that we know has 2 KiB. */
#define PROPERTY_MOST 4096

struct names {
	char **names;		/* folders with a '/' behind them */
	size_t n, cap;
};

static void names_fini(struct names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->names[i]);
	free(names->names);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(int dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_DIR;
	return !fstatat(dir, entry->d_name, &st, 0) && S_ISDIR(st.st_mode);
}

/* All names in the folder FD, which is closed, in their order. */
static int names_read(int fd, struct names *out)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int error;

	if (!dir) {
		error = errno;
		close(fd);
		return error;
	}
	while (out->n < NAMES_MOST && (entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);
		char *name;

		/* A line is a name: one with a newline in it is no kernel's. */
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    strchr(entry->d_name, '\n'))
			continue;
		name = mem_new(n + 2, 1);
		memcpy(name, entry->d_name, n);
		if (is_folder(fd, entry))
			name[n] = '/';
		out->names = mem_grow(out->names, &out->cap, out->n + 1,
			sizeof(*out->names));
		out->names[out->n++] = name;
	}
	closedir(dir);
	if (out->n)
		qsort(out->names, out->n, sizeof(*out->names), compare_names);
	return 0;
}

int live_list_answer(int fd, struct buf *out)
{
	struct names names = { 0 };
	int error = names_read(fd, &names);
	size_t i;

	for (i = 0; i < names.n; i++) {
		buf_str(out, names.names[i]);
		buf_char(out, '\n');
	}
	names_fini(&names);
	return error;
}

/* ---- the device tree */

/* What places a device: the rest of a tree would be ten times as much. */
static bool is_wanted(const char *name)
{
	static const char *const wanted[] = {
		"#address-cells", "#size-cells", "compatible", "device_type",
		"no-map", "ranges", "reg", "reusable",
	};
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!strcmp(wanted[i], name))
			return true;
	return false;
}

static void property_add(int dir, const char *name, struct buf *out)
{
	unsigned char bytes[PROPERTY_MOST];
	size_t n = 0, i;
	ssize_t got = 0;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY |
		O_NOFOLLOW);

	if (fd < 0)
		return;
	while (n < sizeof(bytes) &&
	       (got = read(fd, bytes + n, sizeof(bytes) - n)) > 0)
		n += (size_t)got;
	close(fd);
	/* A part of a list would be a lie. */
	if (got < 0 || n == sizeof(bytes))
		return;
	buf_fmt(out, " %s=", name);
	for (i = 0; i < n; i++)
		buf_fmt(out, "%02x", bytes[i]);
}

/* The node FD, which is closed, with all below it. */
static void node_add(int fd, struct buf *path, unsigned depth, struct buf *out)
{
	struct names names = { 0 };
	size_t i, len = path->len;
	int keep = dup(fd);

	if (keep < 0) {
		close(fd);
		return;
	}
	names_read(fd, &names);
	buf_str(out, len ? buf_text(path) : "/");
	for (i = 0; i < names.n; i++)
		if (is_wanted(names.names[i]))
			property_add(keep, names.names[i], out);
	buf_char(out, '\n');
	for (i = 0; i < names.n && depth < DEPTH_MOST; i++) {
		char *name = names.names[i];
		size_t n = strlen(name);
		int child;

		if (name[n - 1] != '/' || strpbrk(name, " \t") ||
		    out->len > TREE_MOST)
			continue;
		/* With its '/' a link would be followed. */
		name[n - 1] = '\0';
		buf_char(path, '/');
		buf_str(path, name);
		child = openat(keep, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
			O_NOFOLLOW);
		if (child >= 0)
			node_add(child, path, depth + 1, out);
		path->len = len;
		path->data[len] = '\0';
	}
	names_fini(&names);
	close(keep);
}

int live_tree_answer(struct live *live, struct buf *out)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	struct buf path = { 0 };
	int fd = -1, error;

	source_before(&live->src, 0, SOURCE_DEVICE_TREE);
	if (live->sys_fd >= 0)
		fd = openat(live->sys_fd, "firmware/devicetree/base", flags);
	error = errno;
	/* Before 3.17 it is there itself; since, a link to the other, which
	 * under another root would lead out of it. */
	if (fd < 0 && live->proc_fd >= 0) {
		fd = openat(live->proc_fd, "device-tree", flags | O_NOFOLLOW);
		error = errno;
	}
	if (fd >= 0) {
		error = 0;
		node_add(fd, &path, 0, out);
	}
	source_after(&live->src);
	buf_fini(&path);
	return error;
}
