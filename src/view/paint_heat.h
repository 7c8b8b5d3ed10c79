/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_PAINT_HEAT_H
#define VMATLAS_SRC_VIEW_PAINT_HEAT_H

/* The colourings by heat: how a cell with content looks, and their legends. */
#include "vmatlas/view/paint.h"

/* By the youngest page in it. */
struct look_of_cell look_age(const struct tally *tally,
	const struct snapshot *snapshot, enum fill fill);
/* By what most of its frames are. */
struct look_of_cell look_reclaim(const struct tally *tally,
	const struct snapshot *snapshot, enum fill fill);
/* Entry I; false behind the last. */
bool age_legend(unsigned i, struct legend_entry *out);
bool reclaim_legend(unsigned i, struct legend_entry *out);

#endif
