/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_TERM_CURSESW_H
#define VMATLAS_SRC_TERM_CURSESW_H

/*
 * Curses, less the one name that base/key.h has too.  Nothing in curses calls
 * its own key_name(), so ours cannot be taken for it when linked.
 */
#define key_name curses_key_name
#include <curses.h>
#undef key_name

#endif
