/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_FINDER_IMPL_H
#define VMATLAS_SRC_MODEL_FINDER_IMPL_H

/* What finder.c, which finds pages, shares with finder_symbols.c. */
#include "vmatlas/model/finder.h"

/* Ask another file; false: all were asked. */
bool finder_collect(struct finder *finder, struct space *space,
	struct symbols *symbols);
/* All were asked: choose the place. */
void finder_choose(struct finder *finder);

#endif
