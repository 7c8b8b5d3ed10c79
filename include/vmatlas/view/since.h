/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_SINCE_H
#define VMATLAS_VIEW_SINCE_H

#include "vmatlas/model/snapshot.h"

/*
 * How a process differs from its baseline, in one line: since when, and by how
 * much.  Empty where there is none.
 */
void since_words(struct buf *out, const struct snapshot *snapshot);

#endif
