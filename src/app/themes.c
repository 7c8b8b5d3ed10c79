/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/themes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmatlas/base/mem.h"

/* No theme is bigger. */
#define THEME_BYTES_MAX (1 << 20)

static int read_theme(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file)
		return -1;
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

/* The folders that themes are looked for in, one by one. */
static bool theme_path(unsigned i, const char *name, struct buf *out)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char self[1024];
	ssize_t n;

	buf_clear(out);
	if (i == 0 && config && config[0] == '/')
		buf_fmt(out, "%s/vmatlas/themes/%s.theme", config, name);
	else if (i == 0 && home)
		buf_fmt(out, "%s/.config/vmatlas/themes/%s.theme", home, name);
	else if (i == 1 || i == 2) {
		/* PREFIX/bin/vmatlas, or TREE/build/release/vmatlas */
		n = readlink("/proc/self/exe", self, sizeof(self) - 1);
		if (n < 0)
			n = 0;
		self[n] = '\0';
		buf_fmt(out, i == 1 ? "%.*s/../share/vmatlas/themes/%s.theme" :
			"%.*s/../../themes/%s.theme",
			(int)(strrchr(self, '/') ? strrchr(self, '/') - self : 0),
			self, name);
	}
	return i < 3;
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
	if (strchr(name, '/') || !access(name, R_OK)) {
		found = !read_theme(name, &text);
		buf_str(&path, name);
	}
	for (i = 0; !found && !strchr(name, '/') &&
	     theme_path(i, name, &path); i++)
		found = path.len && !read_theme(buf_text(&path), &text);
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
