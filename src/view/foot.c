/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/foot.h"

#include <string.h>

#include "vmatlas/view/role.h"

void foot_paint(struct grid *grid, int row, const struct key_label *labels)
{
	int col = 1;

	grid_fill(grid, row, 0, 1, grid->cols, ROLE_KEY_LABEL);
	for (; labels->key; labels++) {
		int width = (int)(strlen(labels->key) + strlen(labels->label));

		if (col + width + 1 > grid->cols)
			break;
		col = grid_str(grid, row, col, -1, ROLE_KEY, labels->key);
		col = grid_str(grid, row, col, -1, ROLE_KEY_LABEL,
			labels->label) + 1;
	}
}
