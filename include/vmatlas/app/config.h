/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_CONFIG_H
#define VMATLAS_APP_CONFIG_H

#include "vmatlas/app/options.h"
#include "vmatlas/base/buf.h"
#include "vmatlas/base/err.h"
#include "vmatlas/view/settings.h"

/*
 * The user's own files: XDG_CONFIG_HOME/vmatlas, else ~/.config/vmatlas.
 * For root only a folder that nobody else can change, nor what it lies in from
 * the one that the environment names on: with sudo that may still be somebody
 * else's, who could then tell root what to read and where to write; /root's
 * is taken then.
 */

struct config {
	struct settings settings;	/* the file's, under the command line's */
	struct buf text, path;		/* of the file; path empty: no folder */
	struct buf complaints;		/* a line for each mistake in it */
};

/*
 * What holds at the start: the table's defaults, then with a screen what the
 * file says, then what OPTIONS say; and tell OPTIONS, which keep a pointer.
 * Reports do not depend on the file.
 */
void config_load(struct config *config, struct options *options);
void config_fini(struct config *config);
/* How many colours, as --colors says it. */
int config_colors(const struct settings *settings);

/* PATH as a shell would say it: below HOME with a '~'. */
void config_short(const char *path, struct buf *out);
/* And the other way round. */
void config_expand(const char *name, struct buf *out);
/* Append the folder's path; false: there is none. */
bool config_folder(struct buf *out);
/*
 * Append the configuration file's text, and its path to PATH (empty: there is
 * no folder).  A file that is not there, or in a folder that is closed to this
 * user, is an empty one.  -1 with ERR where it is there and cannot be read, is
 * too big, or is no regular file.
 */
int config_read(struct buf *text, struct buf *path, struct err *err);
/*
 * The file at PATH is TEXT from now on, whole or not at all; the folder is
 * made (0700) if need be.  A symbolic link stays one.  -1 with ERR.
 */
int config_save(const char *path, struct text text, struct err *err);

#endif
