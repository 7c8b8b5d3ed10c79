/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a text on the screen, cut at any place: the grid's invariants
 * hold, and so do the pictures made of it.  The first three bytes choose
 * place, width and kind.
 */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/view/grid.h"
#include "vmatlas/view/picture.h"
#include "vmatlas/view/role.h"

#define ROWS 2
#define COLS 12

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void cell_check(const struct grid *grid, int row, int col)
{
	const struct grid_cell *cell = grid_at(grid, row, col);
	const struct grid_cell *before = grid_at(grid, row, col - 1);
	const struct grid_cell *next = grid_at(grid, row, col + 1);
	uint32_t code = cell->code;

	if (!code) {
		if (!before || text_columns(before->code) != 2)
			abort();
		return;
	}
	if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0x10ffff ||
	    (!grid->utf8 && code > 0x7e))
		abort();
	if (text_columns(code) != (next && !next->code ? 2 : 1))
		abort();
}

static void pictures_check(const struct grid *grid)
{
	struct theme theme;
	struct buf out = {0};

	theme_default(&theme);
	picture_dump(&out, grid);
	for (int format = PICTURE_TXT; format <= PICTURE_SVG; format++) {
		buf_clear(&out);
		picture_write(&out, grid, &theme, (enum picture_format)format);
		if (!out.len)
			abort();
		for (size_t i = 0; i < out.len; i++)
			if (out.data[i] == 27 && format != PICTURE_ANSI)
				abort();
	}
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct grid grid = {0};
	struct text text;
	int col, width, end;

	if (n < 3 || !setlocale(LC_ALL, "C.UTF-8"))
		return 0;
	text = (struct text){(const char *)bytes + 3, n - 3};
	grid.utf8 = bytes[2] & 1;
	grid_resize(&grid, ROWS, COLS);
	/* Something to write over. */
	if (bytes[2] & 2)
		grid_str(&grid, 0, 0, -1, ROLE_TITLE,
			 "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87");
	col = bytes[0] % (2 * COLS) - COLS / 2;
	width = bytes[1] % (2 * COLS) - 1;
	end = grid_text(&grid, 0, col, width, ROLE_MARK, text);
	if (end < col || (width >= 0 && end > col + width) ||
	    (end > COLS && end != col) ||
	    end - col > grid_width(&grid, text))
		abort();
	for (int row = 0; row < ROWS; row++)
		for (int c = 0; c < COLS; c++)
			cell_check(&grid, row, c);
	if (bytes[2] & 4)
		pictures_check(&grid);
	grid_fini(&grid);
	return 0;
}
