/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_EXPLAIN_NAMES_H
#define VMATLAS_VIEW_EXPLAIN_NAMES_H

#include "vmatlas/base/buf.h"
#include "vmatlas/model/snapshot.h"

/*
 * Lines of the inspector (view/explain.h) about what the program or library
 * calls the page: its section, and the symbols from where to where; or in which
 * way its file is broken.
 */
void explain_names(struct buf *out, const struct snapshot *snapshot);

#endif
