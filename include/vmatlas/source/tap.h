/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_TAP_H
#define VMATLAS_SOURCE_TAP_H

#include "vmatlas/source/record.h"

/*
 * A tap is a source that a recorder can be put into, and taken out again, while
 * it is in use: whoever holds it need not know.
 */

/* Takes INNER over. */
struct source *tap_new(struct source *inner);
/*
 * From the next refresh on, answers are written to RECORDING (which stays the
 * caller's and must outlive that), or with NULL nowhere: the refresh that was
 * recorded last is whole then, if source_done ended it.  Nothing for a source
 * that is no tap.
 */
void tap_record(struct source *src, struct recording *recording);

#endif
