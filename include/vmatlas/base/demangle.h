/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_DEMANGLE_H
#define VMATLAS_BASE_DEMANGLE_H

#include <stdbool.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/text.h"

/*
 * Names of C++ and Rust as people write them.  Compilers pack a function's
 * scope and types into one word, its mangled name (Itanium C++ ABI; Rust RFC
 * 2603); libiberty, which nm -C and c++filt use too, unpacks it.
 *
 * A mangled name may be anybody's, and a short one can stand for one that
 * never ends, as it refers back to its own parts.  So names that are longer
 * than DEMANGLE_LONGEST or refer back more often than DEMANGLE_REFERENCES stay
 * as they are, and what comes out is cut at DEMANGLE_MOST.
 *
 * Built without libiberty (DEMANGLE=0), all names stay as they are.
 */
#define DEMANGLE_LONGEST 1024		/* bytes */
#define DEMANGLE_REFERENCES 30
#define DEMANGLE_MOST 4096		/* bytes */

bool demangle_is_built_in(void);
/*
 * NAME for people is added to OUT; "+0x12" behind a name stays behind it.
 * False: nothing is added, as it is no mangled name, or too much of one.
 * Control characters come out escaped (base/text.h).
 */
bool demangle(struct buf *out, struct text name);
/* The same, but what stays as it is is added so. */
void demangle_or_keep(struct buf *out, struct text name);

#endif
