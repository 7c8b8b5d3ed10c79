/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_VIEW_COLOR_H
#define VMATLAS_SRC_VIEW_COLOR_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/text.h"
#include "vmatlas/view/theme.h"

/*
 * A struct color is a colour as somebody wrote it down, together with the
 * depth whose numbers it uses: #rrggbb is DEPTH_TRUE, 0 to 255 DEPTH_256, a
 * name DEPTH_16.  VALUE is COLOR_DEFAULT for the terminal's own.
 */
struct color {
	int32_t value;
	enum color_depth depth;
};

/* False for what is no colour. */
bool color_parse(struct text word, struct color *color);
/* Red, green, blue of COLOR as xterm shows its palette; not of the default. */
uint32_t color_rgb(struct color color);
/* How light RGB is to the eye, 0 to 255. */
int color_light(uint32_t rgb);
/*
 * COLOR in the numbers of DEPTH: the same where DEPTH has it, else the
 * nearest.  *BRIGHT tells that one of the 8 colours stands for its bright
 * brother, which only an attribute can show.
 */
int32_t color_fit(struct color color, enum color_depth depth, bool *bright);

#endif
