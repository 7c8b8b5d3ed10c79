/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_NAMED_H
#define VMATLAS_SOURCE_NAMED_H

#include "vmatlas/source/source.h"

/*
 * A source around a source that answers SOURCE_RESOURCES with the text of
 * a file of the user's: physical ranges in iomem's format, "start-end : name".
 * All else it passes on.  Inside a recorder the text is recorded; around a
 * replay it stands before what was recorded.
 */

/* Takes INNER over; copies the N bytes at TEXT. */
struct source *named_new(struct source *inner, const char *text, size_t n);

#endif
