/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_CONFIG_H
#define VMATLAS_VIEW_CONFIG_H

#include <stdint.h>

#include "vmatlas/view/keymap.h"
#include "vmatlas/view/settings.h"

/*
 * The text of the configuration file:
 *
 *     NAME = VALUE		a setting
 *     bind KEY ACTION		KEY as help names it, ACTION as "zoom-in"
 *     unbind KEY
 *
 * '#' at the start of a line or between blanks starts a comment.  The last of
 * several lines holds.  A line that says nothing known changes nothing, and is
 * kept when the file is written.
 *
 * COMPLAINTS gets a line for each mistake, "NAME:LINE: what is wrong", with
 * control characters escaped; it may be NULL.
 */

/* Take over the settings that TEXT has. */
void config_settings(struct settings *settings, const char *name,
	struct text text, struct buf *complaints);
/* Bind what TEXT binds, on top of what MAP has.  Quitting keeps a key. */
void config_keys(struct keymap *map, const char *name, struct text text,
	struct buf *complaints);
/*
 * TEXT with the values of those SETTINGS whose bit is in CHANGED
 * (1 << enum setting), in the lines that have them or else at its end; all
 * else stays as it is.
 */
void config_write(struct buf *out, struct text text,
	const struct settings *settings, uint32_t changed);

#endif
