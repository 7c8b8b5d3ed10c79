/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_SCREEN_H
#define VMATLAS_APP_SCREEN_H

#include "vmatlas/app/session.h"
#include "vmatlas/view/theme.h"

/*
 * The program on a terminal: one loop that waits for keys, snapshots,
 * signals and time, in one place.  Returns the exit status; errors have been
 * said, after the terminal was restored.
 */
int screen_run(struct session *session, const struct theme *theme);

#endif
