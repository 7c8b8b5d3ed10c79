/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_SCRIPT_H
#define VMATLAS_APP_SCRIPT_H

#include "vmatlas/app/session.h"
#include "vmatlas/view/theme.h"

/*
 * The program without a terminal: keys from a script, screens written down.
 */

/* Run the script PATH; dumps go to standard output, or each to a file
 * NAME.dump in the folder of --output.  Returns the exit status. */
int script_run(struct session *session, const char *path);
/* The first complete screen into a picture file.  Returns the exit status. */
int script_picture(struct session *session, const char *path,
	const struct theme *theme);

#endif
