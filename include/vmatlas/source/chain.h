/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_CHAIN_H
#define VMATLAS_SOURCE_CHAIN_H

#include "vmatlas/source/source.h"

/*
 * A chain is several recordings as one: the refreshes of the first, then those
 * of the next.  Each question is answered by the recording that the present
 * refresh is of, and by no other.
 */

/* Takes the N PARTS over (N is 1 or more), not the array. */
struct source *chain_new(struct source *const *parts, size_t n);

#endif
