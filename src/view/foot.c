/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/foot.h"

#include <string.h>

#include "vmatlas/view/role.h"

static int width_of(const struct key_label *label)
{
	return (int)(strlen(label->key) + strlen(label->label)) + 1;
}

/* What the last two take: how to get help and how to get out are never left
 * out for the others' sake. */
static int reserved(const struct key_label *labels)
{
	int n = 0;

	while (labels[n].key)
		n++;
	return n < 2 ? 0 : width_of(&labels[n - 1]) + width_of(&labels[n - 2]);
}

void foot_paint(struct grid *grid, int row, const struct key_label *labels)
{
	int col = 1, kept = reserved(labels);
	bool full = false;

	grid_fill(grid, row, 0, 1, grid->cols, ROLE_KEY_LABEL);
	for (; labels->key; labels++) {
		bool last = !labels[1].key || !labels[2].key;

		full = (full && !last) ||
			col + width_of(labels) + (last ? 0 : kept) > grid->cols;
		if (full)
			continue;
		col = grid_str(grid, row, col, -1, ROLE_KEY, labels->key);
		col = grid_str(grid, row, col, -1, ROLE_KEY_LABEL,
			labels->label) + 1;
	}
}
