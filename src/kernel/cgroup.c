/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/cgroup.h"

#include <string.h>

static bool has_word(struct text list, const char *word)
{
	struct text part;

	while (text_until(&list, ',', &part))
		if (text_is(part, word))
			return true;
	return false;
}

/* "4:memory:/path"; the path may hold any byte but a newline. */
enum cgroup_version cgroup_of(struct text text, struct text *path)
{
	enum cgroup_version found = CGROUP_NONE;
	struct text line, number, controllers;

	while (text_line(&text, &line)) {
		if (!text_until(&line, ':', &number) ||
		    !text_until(&line, ':', &controllers) || !line.n)
			continue;
		if (has_word(controllers, "memory")) {
			*path = line;
			return CGROUP_V1;
		}
		if (text_is(number, "0") && !controllers.n) {
			*path = line;
			found = CGROUP_V2;
		}
	}
	return found;
}

bool cgroup_has(struct text text, struct text path)
{
	struct text line, part;

	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	while (text_line(&text, &line))
		if (text_until(&line, ':', &part) &&
		    text_until(&line, ':', &part) && line.n >= path.n &&
		    !memcmp(line.p, path.p, path.n) &&
		    (line.n == path.n || line.p[path.n] == '/'))
			return true;
	return false;
}

/* "31 23 0:28 ROOT POINT options [fields] - TYPE SOURCE options" */
static bool take_mount(struct text line, enum cgroup_version version,
	struct cgroup_mount *out)
{
	struct text word = { 0 }, type, options;
	unsigned i;

	for (i = 0; i < 5; i++) {
		if (!text_word(&line, &word))
			return false;
		if (i == 3)
			out->root = word;
	}
	out->point = word;
	do
		if (!text_word(&line, &word))
			return false;
	while (!text_is(word, "-"));
	if (!text_word(&line, &type) || !text_word(&line, &word))
		return false;
	if (version == CGROUP_V2)
		return text_is(type, "cgroup2");
	return text_is(type, "cgroup") && text_word(&line, &options) &&
		has_word(options, "memory");
}

bool cgroup_mount_find(struct text mountinfo, enum cgroup_version version,
	struct cgroup_mount *out)
{
	struct text line;

	while (text_line(&mountinfo, &line))
		if (take_mount(line, version, out))
			return true;
	return false;
}

/* It starts at the top, and never goes up again. */
static bool is_inside(struct text path)
{
	struct text part;

	if (!text_starts(path, "/") || path.n > CGROUP_PATH_MAX ||
	    memchr(path.p, '\0', path.n))
		return false;
	while (text_until(&path, '/', &part))
		if (text_is(part, "..") || text_is(part, "."))
			return false;
	return true;
}

static bool is_deleted(struct text path)
{
	static const char end[] = " (deleted)";
	size_t n = sizeof(end) - 1;

	return path.n >= n && !memcmp(path.p + path.n - n, end, n);
}

bool cgroup_folder(const struct cgroup_mount *mount, struct text path,
	struct buf *out)
{
	struct text root = mount->root;

	if (!is_inside(path) || !is_inside(root) || !is_inside(mount->point) ||
	    is_deleted(path))
		return false;
	while (root.n && root.p[root.n - 1] == '/')
		root.n--;
	if (path.n < root.n || memcmp(path.p, root.p, root.n) ||
	    (path.n > root.n && path.p[root.n] != '/'))
		return false;
	path.p += root.n;
	path.n -= root.n;
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	buf_add(out, mount->point.p, mount->point.n);
	buf_add(out, path.p, path.n);
	return true;
}
