/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/maps.h"

static bool take_char(struct text *rest, char c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	rest->p++;
	rest->n--;
	return true;
}

/* C sets *SET, '-' leaves it; anything else is no such column. */
static bool take_flag(struct text *rest, char c, bool *set)
{
	*set = take_char(rest, c);
	return *set || take_char(rest, '-');
}

static bool take_perms(struct text *rest, struct maps_line *out)
{
	if (!take_flag(rest, 'r', &out->read) ||
	    !take_flag(rest, 'w', &out->write) ||
	    !take_flag(rest, 'x', &out->exec))
		return false;
	out->shared = take_char(rest, 's');
	return (out->shared || take_char(rest, 'p')) && take_char(rest, ' ');
}

static bool take_device(struct text *rest, struct maps_line *out)
{
	uint64_t major, minor;

	if (!text_u64(rest, 16, &major) || !take_char(rest, ':') ||
	    !text_u64(rest, 16, &minor) || !take_char(rest, ' '))
		return false;
	if (major > UINT32_MAX || minor > UINT32_MAX)
		return false;
	out->major = (uint32_t)major;
	out->minor = (uint32_t)minor;
	return true;
}

bool maps_parse(struct text line, struct maps_line *out)
{
	struct maps_line map;

	if (!text_u64(&line, 16, &map.start) || !take_char(&line, '-') ||
	    !text_u64(&line, 16, &map.end) || !take_char(&line, ' ') ||
	    !take_perms(&line, &map) ||
	    !text_u64(&line, 16, &map.offset) || !take_char(&line, ' ') ||
	    !take_device(&line, &map) || !text_u64(&line, 10, &map.inode))
		return false;
	if (map.start >= map.end || (line.n && line.p[0] != ' '))
		return false;
	while (take_char(&line, ' '))
		;
	map.name = line;
	*out = map;
	return true;
}
