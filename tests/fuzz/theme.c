/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a theme: refused with a reason, or looks that are in range. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/view/grid.h"
#include "vmatlas/view/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void color_check(int32_t color, int depth)
{
	static const int32_t end[NDEPTHS] = {0, 8, 16, 256, 1 << 24};

	if (color < COLOR_DEFAULT || color >= end[depth])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct theme theme;
	struct err err = {0};

	memset(&theme, 0x5a, sizeof(theme));
	if (theme_parse(&theme, "fuzz", (struct text){(const char *)bytes, n},
			&err)) {
		if (!err.text[0])
			abort();
		return 0;
	}
	for (int depth = 0; depth < NDEPTHS; depth++)
		for (int role = 0; role < NROLES; role++)
			for (int fill = 0; fill <= FILL_FULL; fill++) {
				struct look look =
					theme_look(&theme,
						   (enum color_depth)depth,
						   role, fill);

				color_check(look.fg, depth);
				color_check(look.bg, depth);
			}
	return 0;
}
