/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kind.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cursesw.h"
/* After curses. */
#include <term.h>

/* From here on a terminal takes red, green, blue, not a palette's index. */
#define DIRECT_COLORS (1 << 15)

static bool terminfo_load(const char *name, int fd)
{
	int status;

	return setupterm(name, fd, &status) == OK;
}

static void terminfo_drop(void)
{
	if (cur_term)
		del_curterm(cur_term);
}

/* -1 for a kind that is not there. */
static int terminfo_colors(const char *name, int fd)
{
	int colors;

	if (!terminfo_load(name, fd))
		return -1;
	colors = tigetnum("colors");
	terminfo_drop();
	return colors < 0 ? 0 : colors;
}

int kind_check(const char *name, int fd, struct err *err)
{
	const char *move;

	if (!name || !*name)
		return err_set(err, 0,
			       "TERM is not set: set TERM=vt100 (most "
			       "terminals understand it), or use --batch");
	if (!terminfo_load(name, fd))
		return err_set(err, 0,
			       "TERM=%.60s is not known here: set TERM=vt100, "
			       "install ncurses-term, or use --batch",
			       name);
	move = tigetstr("cup");
	if (move == (const char *)-1)
		move = NULL;
	terminfo_drop();
	if (!move)
		return err_set(err, 0,
			       "TERM=%.60s cannot move its cursor: set "
			       "TERM=vt100 if the terminal can, or use --batch",
			       name);
	return 0;
}

static bool colorterm_is_true(void)
{
	const char *value = getenv("COLORTERM");

	return value && (!strcmp(value, "truecolor") || !strcmp(value, "24bit"));
}

/* "xterm-256color" and "-direct" give "xterm-direct", and back. */
static void name_relative(const char *name, const char *suffix,
			  char out[KIND_NAME_MAX])
{
	static const char *const ends[] = {"-256color", "-direct"};
	size_t n = strlen(name);

	for (size_t i = 0; i < 2; i++) {
		size_t nend = strlen(ends[i]);

		if (n > nend && !strcmp(name + n - nend, ends[i])) {
			n -= nend;
			break;
		}
	}
	snprintf(out, KIND_NAME_MAX, "%.*s%s", n < 40 ? (int)n : 40, name,
		 suffix);
}

static enum color_depth depth_of(int colors)
{
	return colors >= DIRECT_COLORS ? DEPTH_TRUE
	       : colors >= 256	       ? DEPTH_256
	       : colors >= 16	       ? DEPTH_16
	       : colors >= 8	       ? DEPTH_8
				       : DEPTH_MONO;
}

enum color_depth kind_choose(const char *name, int colors, int fd,
			     char best[KIND_NAME_MAX])
{
	const char *no_color = getenv("NO_COLOR");
	char relative[KIND_NAME_MAX];
	int have = terminfo_colors(name, fd), found = -1;
	int want = colors >= 0 ? colors : no_color && *no_color ? 0 : INT32_MAX;

	snprintf(best, KIND_NAME_MAX, "%.63s", name);
	if (want > 256 && have < DIRECT_COLORS &&
	    (colors > 256 || colorterm_is_true())) {
		name_relative(name, "-direct", relative);
		found = terminfo_colors(relative, fd);
	}
	/* Direct colour has no palette but the first 8. */
	if (found < DIRECT_COLORS && colors > 8 &&
	    (have < 256 || (have >= DIRECT_COLORS && colors <= 256))) {
		name_relative(name, "-256color", relative);
		found = terminfo_colors(relative, fd);
	}
	if (found > 0) {
		snprintf(best, KIND_NAME_MAX, "%s", relative);
		have = found;
	} else if (have >= DIRECT_COLORS && want <= 256 && want > 8) {
		want = 8;
	}
	return depth_of(want < have ? want : have);
}
