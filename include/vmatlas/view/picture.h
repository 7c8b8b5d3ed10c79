/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_PICTURE_H
#define VMATLAS_VIEW_PICTURE_H

#include "vmatlas/base/buf.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/theme.h"

/*
 * A grid written down: for tests (picture_dump), and as a file to show
 * somebody (the others).
 */

/*
 * The form of INTERFACE section 7: "screen COLSxROWS", the rows of glyphs,
 * "roles", as many rows with a letter for each cell's role, then "key" and
 * a line "LETTER ROLE" for each letter that occurs, in order of the letters.
 * Blanks at a row's end are kept out of glyph rows.
 */
void picture_dump(struct buf *out, const struct grid *grid);

enum picture_format { PICTURE_TXT, PICTURE_ANSI, PICTURE_HTML, PICTURE_SVG };

/* By the ending of PATH; -1 for none of .txt .ansi .html .svg. */
int picture_format_of(const char *path);
/* In true colour; HTML and SVG stand alone, on a dark or light ground as the
 * theme's "text" role asks for, and name no font that must be fetched. */
void picture_write(struct buf *out, const struct grid *grid,
	const struct theme *theme, enum picture_format format);

#endif
