/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_LINES_H
#define VMATLAS_SRC_SOURCE_LINES_H

#include "vmatlas/base/text.h"

/*
 * What changed in a text, line by line, as the payload of a block has it
 * (vmatlas-recording(5)).  Nothing here looks for the shortest way to say it.
 */

/* How NOW is made of BEFORE, appended to OUT; PUT spells a line. */
void lines_compare(struct text before, struct text now, struct buf *out,
	void (*put)(struct buf *out, struct text line));

/* Where the making of a text from the one BEFORE has come to. */
struct lines_maker {
	struct text before;
	struct buf *out;
	bool escaped;		/* and stays so */
};

/* One step, as a payload line without its tab has it; false: it is none. */
bool lines_make(struct lines_maker *maker, struct text step);

#endif
