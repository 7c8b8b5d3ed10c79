/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_TERM_KIND_H
#define VMATLAS_SRC_TERM_KIND_H

#include "vmatlas/base/err.h"
#include "vmatlas/view/theme.h"

/*
 * A terminal's kind is a name in terminfo.  These stand apart from term.c
 * because terminfo's header defines hundreds of short names.
 */
#define KIND_NAME_MAX 64

/* -1 with ERR, which says what to do, for a terminal that we cannot use. */
int kind_check(const char *name, int fd, struct err *err);
/*
 * The kind to use for COLORS (as in struct term_options) into BEST: NAME, or
 * a relative of it that has more colours, where the user, or COLORTERM, says
 * that the terminal has them; and the depth that it gives.
 */
enum color_depth kind_choose(const char *name, int colors, int fd,
			     char best[KIND_NAME_MAX]);

#endif
