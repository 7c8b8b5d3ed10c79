/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_ROOTED_H
#define VMATLAS_SOURCE_ROOTED_H

#include "vmatlas/source/source.h"

/*
 * A source around a recording that knows names of symbols that the recording
 * does not have: from the same programs and libraries, unstripped, below a
 * folder that is like the root of the machine that was recorded.
 *
 * A file is taken at its path there, or from usr/lib/debug/.build-id; only if
 * it has the build-id that was recorded of it: without one, there is no way to
 * know.  One of another build is told as a "stranger" (source.h).  What was
 * recorded is never replaced.
 */

/* Takes INNER over.  ROOT must stay. */
struct source *rooted_new(struct source *inner, const char *root);

#endif
