/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/themes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmatlas/app/config.h"
#include "vmatlas/base/mem.h"

#define ENDING ".theme"
/* No theme is bigger. */
#define THEME_BYTES_MAX (1 << 20)
/* Nobody chooses among more, one after the other. */
#define THEMES_MAX 256

static int read_theme(const char *path, struct buf *out)
{
	/* One that nobody writes into must not hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	size_t n;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	buf_clear(out);
	do {
		n = fread(buf_room(out, 4096), 1, 4096, file);
		out->len += n;
		out->data[out->len] = '\0';
	} while (n && out->len < THEME_BYTES_MAX);
	n = (size_t)ferror(file);
	fclose(file);
	return n ? -1 : 0;
}

/* The folders that themes are looked for in, one by one; empty: not here. */
static bool theme_folder(unsigned i, struct buf *out)
{
	char self[1024];
	ssize_t n;

	buf_clear(out);
	if (i == 0 && config_folder(out)) {
		buf_str(out, "/themes");
	} else if (i == 1 || i == 2) {
		/* PREFIX/bin/vmatlas, or TREE/build/release/vmatlas */
		n = readlink("/proc/self/exe", self, sizeof(self) - 1);
		if (n < 0)
			n = 0;
		self[n] = '\0';
		buf_fmt(out, i == 1 ? "%.*s/../share/vmatlas/themes" :
			"%.*s/../../themes",
			(int)(strrchr(self, '/') ? strrchr(self, '/') - self : 0),
			self);
	}
	return i < 3;
}

static bool has_ending(const char *name)
{
	size_t n = strlen(name);

	return n >= sizeof(ENDING) &&
		!strcmp(name + n - (sizeof(ENDING) - 1), ENDING);
}

static bool is_file(const char *name)
{
	return strchr(name, '/') || has_ending(name);
}

struct theme *themes_load(const char *name, struct err *err)
{
	struct theme *theme = mem_new(1, sizeof(*theme));
	struct buf path = { 0 }, text = { 0 };
	bool found = false;
	unsigned i;

	theme_default(theme);
	if (!name)
		goto done;
	if (is_file(name)) {
		found = !read_theme(name, &text);
		buf_str(&path, name);
	}
	for (i = 0; !found && !is_file(name) && theme_folder(i, &path); i++) {
		buf_fmt(&path, "/%s" ENDING, name);
		found = path.data[0] == '/' && !read_theme(buf_text(&path),
			&text);
	}
	if (!found && !strcmp(name, "default"))
		goto done;
	if (!found)
		err_set(err, 0, "there is no theme '%s'; those that come with "
			"vmatlas are default light high-contrast "
			"colour-blind mono", name);
	if (!found || theme_parse(theme, buf_text(&path),
			(struct text){ buf_text(&text), text.len }, err)) {
		free(theme);
		theme = NULL;
	}
done:
	buf_fini(&path);
	buf_fini(&text);
	return theme;
}

/* ---- one after the other */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in one folder, behind N others. */
static size_t list_folder(const char *path, char ***names, size_t *cap,
	size_t n)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder && n < THEMES_MAX && (entry = readdir(folder))) {
		if (!has_ending(entry->d_name) || entry->d_name[0] == '.')
			continue;
		*names = mem_grow(*names, cap, n + 1, sizeof(**names));
		(*names)[n++] = mem_text(entry->d_name,
			strlen(entry->d_name) - (sizeof(ENDING) - 1));
	}
	if (folder)
		closedir(folder);
	return n;
}

void themes_step(const char *name, int by, char *out, size_t size)
{
	struct buf path = { 0 };
	char **names = NULL;
	size_t n = 0, cap = 0, i, at = 0, end;

	for (i = 0; theme_folder((unsigned)i, &path); i++)
		if (path.len && path.data[0] == '/')
			n = list_folder(buf_text(&path), &names, &cap, n);
	names = mem_grow(names, &cap, n + 1, sizeof(*names));
	names[n++] = mem_text("default", 7);
	qsort(names, n, sizeof(*names), compare_names);
	/* Each once: the user's own stands for one of the same name. */
	for (i = end = 0; i < n; i++) {
		if (end && !strcmp(names[end - 1], names[i]))
			free(names[i]);
		else
			names[end++] = names[i];
	}
	for (i = 0; i < end; i++)
		if (!strcmp(names[i], name[0] ? name : "default"))
			at = i;
	at = by > 0 ? (at + 1) % end : (at + end - 1) % end;
	snprintf(out, size, "%s", names[at]);
	for (i = 0; i < end; i++)
		free(names[i]);
	free(names);
	buf_fini(&path);
}
