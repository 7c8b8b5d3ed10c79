/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmatlas/view/config.h"

/* Nobody writes more by hand. */
#define CONFIG_MOST ((size_t)256 << 10)

/* Nobody but root can put something else there, or something into it. */
static bool is_guarded(const struct stat *st)
{
	if (st->st_uid)
		return false;
	if (S_ISLNK(st->st_mode) ||
	    (S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX))
		return true;
	return !(st->st_mode & S_IWOTH) &&
		(!(st->st_mode & S_IWGRP) || !st->st_gid);
}

/*
 * Are PATH and what it lies in, up to its first BASE bytes, root's alone?  Of
 * what is not there yet, the folder that is.
 */
static bool is_roots(const char *path, size_t base)
{
	char part[PATH_MAX];
	size_t n = strlen(path);
	struct stat st;

	if (!n || n >= sizeof(part))
		return false;
	strcpy(part, path);
	for (;;) {
		bool there = !lstat(part, &st);

		if (there ? !is_guarded(&st) : errno != ENOENT)
			return false;
		if ((there && n <= base) || n == 1)
			return there;
		while (n > 1 && part[n - 1] != '/')
			n--;
		n -= n > 1;
		part[n] = '\0';
	}
}

bool config_folder(struct buf *out)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	size_t from = out->len, base;
	const struct passwd *user;

	if (config && config[0] == '/')
		buf_fmt(out, "%s/vmatlas", config);
	else if (home && home[0] == '/')
		buf_fmt(out, "%s/.config/vmatlas", home);
	base = strlen(config && config[0] == '/' ? config : home ? home : "");
	if (out->len > from &&
	    (geteuid() || is_roots(buf_text(out) + from, base)))
		return true;
	out->len = from;
	user = getpwuid(geteuid());
	if (!user || user->pw_dir[0] != '/')
		return false;
	buf_fmt(out, "%s/.config/vmatlas", user->pw_dir);
	return geteuid() || is_roots(buf_text(out) + from,
		strlen(user->pw_dir));
}

void config_short(const char *path, struct buf *out)
{
	const char *home = getenv("HOME");
	size_t n = home ? strlen(home) : 0;

	if (n > 1 && !strncmp(path, home, n) && path[n] == '/')
		buf_fmt(out, "~%s", path + n);
	else
		buf_str(out, path);
}

void config_expand(const char *name, struct buf *out)
{
	const char *home = getenv("HOME");

	if (name[0] == '~' && name[1] == '/' && home)
		buf_fmt(out, "%s%s", home, name + 1);
	else
		buf_str(out, name);
}

static int read_all(int fd, struct buf *text)
{
	ssize_t n;

	do {
		n = read(fd, buf_room(text, 4096), 4096);
		if (n > 0)
			text->len += (size_t)n;
		text->data[text->len] = '\0';
	} while ((n > 0 && text->len <= CONFIG_MOST) ||
		 (n < 0 && errno == EINTR));
	if (n < 0)
		return -1;
	if (text->len <= CONFIG_MOST)
		return 0;
	errno = EFBIG;
	return -1;
}

int config_read(struct buf *text, struct buf *path, struct err *err)
{
	struct stat st;
	int fd, result;

	if (!config_folder(path)) {
		buf_clear(path);
		return 0;
	}
	buf_str(path, "/vmatlasrc");
	/* One that nobody writes into must not hold us up. */
	fd = open(buf_text(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK |
		O_NOCTTY);
	if (fd < 0) {
		int error = errno;

		/* In a folder that is closed to this user there is none for
		 * him: after su and sudo HOME may be another's. */
		if (error == ENOENT || error == ENOTDIR ||
		    (error == EACCES && stat(buf_text(path), &st)))
			return 0;
		return err_set(err, error, "%s", buf_text(path));
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, 0, "%s is no regular file",
			buf_text(path));
	}
	if (!geteuid() && st.st_uid) {
		close(fd);
		return err_set(err, 0, "%s is not root's, and is not read",
			buf_text(path));
	}
	result = read_all(fd, text);
	if (result) {
		err_set(err, errno, "%s", buf_text(path));
		buf_clear(text);
	}
	close(fd);
	return result;
}

/* ---- writing */

/* The folder that PATH lies in, and the one above it, which is ~/.config. */
static int make_folders(const char *path, struct err *err)
{
	char part[PATH_MAX];
	char *slash, *above;

	if (strlen(path) >= sizeof(part))
		return err_set(err, ENAMETOOLONG, "%s", path);
	strcpy(part, path);
	slash = strrchr(part, '/');
	*slash = '\0';
	above = strrchr(part, '/');
	if (above && above != part) {
		*above = '\0';
		if (mkdir(part, 0700) && errno != EEXIST)
			return err_set(err, errno, "making %s", part);
		*above = '/';
	}
	if (mkdir(part, 0700) && errno != EEXIST)
		return err_set(err, errno, "making %s", part);
	return 0;
}

static int write_all(int fd, struct text text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			text.p += n;
			text.n -= (size_t)n;
		}
	}
	return fsync(fd);
}

/* Who may read it stays as it is; else as the user has new files. */
static mode_t mode_of(const char *path)
{
	struct stat st;
	mode_t mask;

	if (!stat(path, &st))
		return st.st_mode & 0777;
	mask = umask(077);
	umask(mask);
	return 0666 & ~mask;
}

int config_save(const char *path, struct text text, struct err *err)
{
	struct buf temporary = { 0 };
	char *target;
	int fd, result = -1;

	if (make_folders(path, err))
		return -1;
	/* Behind a link is what it leads to; a new file is where it is. */
	target = realpath(path, NULL);
	buf_fmt(&temporary, "%s.XXXXXX", target ? target : path);
	if (!geteuid() && target && !is_roots(target, strlen(target))) {
		err_set(err, 0, "%s is not root's, and is not written",
			target);
		goto done;
	}
	fd = mkostemp(temporary.data, O_CLOEXEC);
	if (fd < 0) {
		err_set(err, errno, "writing %s", path);
		goto done;
	}
	if (write_all(fd, text) || fchmod(fd, mode_of(path)) ||
	    rename(temporary.data, target ? target : path)) {
		err_set(err, errno, "writing %s", path);
		unlink(temporary.data);
	} else {
		result = 0;
	}
	close(fd);
done:
	buf_fini(&temporary);
	free(target);
	return result;
}

/* ---- at the start */

/* The most colours among the choices that are not more than N. */
static void set_colors(struct settings *settings, int n)
{
	const char *name;
	unsigned i;

	for (i = 1; (name = setting_choice(SETTING_COLORS, i)); i++)
		if (strtol(name, NULL, 10) <= n)
			settings->number[SETTING_COLORS] = i;
}

static void take_options(struct settings *settings,
	const struct options *options)
{
	if (options->theme)
		setting_set(settings, SETTING_THEME, text_of(options->theme));
	if (options->colors >= 0)
		set_colors(settings, options->colors);
	if (options->ascii)
		settings->number[SETTING_ASCII] = 1;
	if (options->ambiguous_wide)
		settings->number[SETTING_AMBIGUOUS_WIDE] = 1;
	if (options->low_baud)
		settings->number[SETTING_LOW_BAUD] = 1;
	if (!options->mouse)
		settings->number[SETTING_MOUSE] = 0;
	if (options->nice)
		settings->number[SETTING_NICE] = 1;
	if (options->delay_given)
		settings->number[SETTING_DELAY] = options->delay;
	if (options->cpu_given)
		settings->number[SETTING_CPU] = options->cpu;
}

int config_colors(const struct settings *settings)
{
	unsigned i = (unsigned)settings->number[SETTING_COLORS];

	return i ? atoi(setting_choice(SETTING_COLORS, i)) : -1;
}

static void tell_options(struct options *options, struct config *config)
{
	const struct settings *settings = &config->settings;

	if (!options->theme && settings->theme[0])
		options->theme = settings->theme;
	if (options->colors < 0)
		options->colors = config_colors(settings);
	options->ascii = settings->number[SETTING_ASCII];
	options->ambiguous_wide = settings->number[SETTING_AMBIGUOUS_WIDE];
	options->low_baud = settings->number[SETTING_LOW_BAUD];
	options->mouse = settings->number[SETTING_MOUSE];
	options->nice = settings->number[SETTING_NICE];
	options->delay = settings->number[SETTING_DELAY];
	options->cpu = settings->number[SETTING_CPU];
	options->config = config;
}

void config_load(struct config *config, struct options *options)
{
	struct err err = { 0 };
	struct buf name = { 0 };
	struct keymap keys;

	memset(config, 0, sizeof(*config));
	settings_default(&config->settings);
	if (!options->batch) {
		struct text text;
		const char *path;

		if (config_read(&config->text, &config->path, &err))
			buf_fmt(&config->complaints, "%s\n", err.text);
		config_short(buf_text(&config->path), &name);
		path = buf_text(&name);
		text = (struct text){ buf_text(&config->text),
			config->text.len };
		config_settings(&config->settings, path, text,
			&config->complaints);
		keymap_default(&keys, config->settings.number[SETTING_VI_KEYS]);
		config_keys(&keys, path, text, &config->complaints);
	}
	buf_fini(&name);
	take_options(&config->settings, options);
	tell_options(options, config);
}

void config_fini(struct config *config)
{
	buf_fini(&config->text);
	buf_fini(&config->path);
	buf_fini(&config->complaints);
}
