/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_BATCH_H
#define VMATLAS_APP_BATCH_H

#include "vmatlas/app/session.h"

/*
 * Reports and recordings without a screen.  Returns the exit status; errors
 * have been said.  STOP becomes other than 0 when a signal asks for the end.
 */
int batch_run(struct session *session, const volatile int *stop);

#endif
