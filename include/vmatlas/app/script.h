/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_SCRIPT_H
#define VMATLAS_APP_SCRIPT_H

#include "vmatlas/app/session.h"
#include "vmatlas/view/theme.h"

/*
 * The program without a terminal: keys from a script, screens written down.
 */

/* Run the script of the options; dumps go to standard output.  Then, or
 * without a script at once, the screen into their picture file, if they name
 * one.  Returns the exit status. */
int script_run(struct session *session, const struct theme *theme);

#endif
