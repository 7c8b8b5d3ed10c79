/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_PRIORITY_H
#define VMATLAS_APP_PRIORITY_H

#include <stdbool.h>

#include "vmatlas/base/err.h"

/*
 * How much of the machine vmatlas takes where others want it too: all threads
 * at once, as Linux has a priority for each (setpriority(2), ioprio_set(2)).
 * LOW: nice 19, and the disk only while nobody else uses it; else as usual,
 * which takes privilege: -1 with ERR.
 */
int priority_set(bool low, struct err *err);

#endif
