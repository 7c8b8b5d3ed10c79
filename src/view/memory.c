/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "memory_impl.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/mode.h"

/* From so many columns on, two columns of blocks. */
#define TWO_COLUMNS 150
#define AS_FAR_AS_IT_GOES (1 << 20)

void memory_scroll(struct memory *memory, int lines)
{
	memory->top += lines;
	if (memory->top > memory->lines - memory->rows)
		memory->top = memory->lines - memory->rows;
	if (memory->top < 0)
		memory->top = 0;
}

bool memory_act(struct memory *memory, enum action action)
{
	int page = memory->rows > 1 ? memory->rows : 1;

	switch (action) {
	case ACTION_UP:
		memory_scroll(memory, -1);
		return true;
	case ACTION_DOWN:
		memory_scroll(memory, 1);
		return true;
	case ACTION_PAGE_UP:
		memory_scroll(memory, -page);
		return true;
	case ACTION_PAGE_DOWN:
		memory_scroll(memory, page);
		return true;
	case ACTION_HALF_UP:
		memory_scroll(memory, -(page / 2));
		return true;
	case ACTION_HALF_DOWN:
		memory_scroll(memory, page / 2);
		return true;
	case ACTION_OPEN:
		memory->asked++;
		/* What was asked for can be seen, with a line for each use. */
		if (memory->frames < memory->top || memory->frames +
		    (int)NFRAME_USES > memory->top + memory->rows)
			memory->top = memory->frames;
		return true;
	case ACTION_TOP:
	case ACTION_ROW_START:
		memory->top = 0;
		return true;
	case ACTION_BOTTOM:
	case ACTION_ROW_END:
		memory_scroll(memory, AS_FAR_AS_IT_GOES);
		return true;
	default:
		return false;
	}
}

/* ---- the head */

static int put_total(const struct budget *budget, struct grid *grid, int col,
	enum memory_group group, const char *name, const char *label)
{
	const struct memory_row *row = budget_find(budget, group, name);
	char text[FIGURE_MAX];

	col = grid_str(grid, 0, col, -1, ROLE_VALUE,
		row ? figure_text(row, text) : "?");
	return grid_str(grid, 0, col + 1, -1, ROLE_HEADER, label) + 1;
}

static void paint_head(const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid)
{
	const struct budget *budget = &snapshot->budget;
	char mode[MODE_MAX], self[TEXT_SIZE_MAX];
	int col, width;

	grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
	col = grid->cols < 64 ? 1 :
		grid_str(grid, 0, 1, -1, ROLE_TITLE, "vmatlas memory") + 1;
	col = put_total(budget, grid, col, GROUP_RAM, "free", "free,");
	col = put_total(budget, grid, col, GROUP_TOTAL, "available",
		"available of");
	col = put_total(budget, grid, col, GROUP_TOTAL, "total", "");
	mode_words(mode, snapshot, status, grid->cols - col - 2);
	width = (int)strlen(mode);
	if (col + width + 1 < grid->cols)
		grid_str(grid, 0, grid->cols - width - 1, -1,
			mode_role(status), mode);
	if (snapshot->self_rss && snapshot->self_cpu >= 0 &&
	    col + width + 24 < grid->cols)
		grid_fmt(grid, 0, grid->cols - width - 20, -1, ROLE_HEADER,
			"self %.1f%% %s", snapshot->self_cpu,
			text_size(snapshot->self_rss, self));
}

/* How hard memory is pressed, in words: as many lines as they need. */
static void paint_sentence(struct pen *pen)
{
	struct buf said = { 0 };
	struct text rest, word;
	int row, col = 1;

	budget_sentence(&pen->snapshot->budget, &said);
	rest = (struct text){ buf_text(&said), said.len };
	row = pen_line(pen);
	while (text_word(&rest, &word)) {
		if (col > 1 && col + (int)word.n > pen->width) {
			row = pen_line(pen);
			col = 1;
		}
		col = pen_fmt(pen, row, col, ROLE_TEXT, "%.*s", (int)word.n,
			word.p) + 1;
		if (row < 0)
			col += (int)word.n;
	}
	buf_fini(&said);
}

/* ---- blocks */

static void paint_spent(struct pen *pen)
{
	paint_sentence(pen);
	memory_ram(pen);
}

static void paint_pressed(struct pen *pen)
{
	memory_group(pen, GROUP_EVENTS, "events", true);
	memory_group(pen, GROUP_PRESSURE, "pressure", true);
	memory_group(pen, GROUP_SWAP, "swap", true);
	memory_group(pen, GROUP_ZRAM, "zram", true);
	memory_group(pen, GROUP_ZSWAP, "zswap", true);
	memory_group(pen, GROUP_HUGETLB, "huge pages", true);
}

static void paint_rest(struct pen *pen)
{
	memory_group(pen, GROUP_OUTSIDE, "outside of these", true);
	memory_group(pen, GROUP_WITHIN, "within these", false);
}

static void paint_mine(struct pen *pen)
{
	char title[48];

	if (!pen->snapshot->has_process)
		return;
	snprintf(title, sizeof(title), "process %d",
		pen->snapshot->process.id.pid);
	memory_group(pen, GROUP_PROCESS, title, true);
	memory_group(pen, GROUP_CGROUP, "control group", true);
}

/* All of it, in one column or two; how many lines that are. */
static int paint_all(struct memory *memory, const struct pen *pen)
{
	struct pen left = *pen, right = *pen;

	if (pen->grid->cols < TWO_COLUMNS) {
		paint_spent(&left);
		memory_zones(&left);
		memory->frames = left.line;
		memory_frames(&left);
		paint_mine(&left);
		paint_pressed(&left);
		paint_rest(&left);
		return left.line;
	}
	left.width = pen->width / 2 - 1;
	right.col += pen->width / 2;
	right.width = pen->width - pen->width / 2;
	paint_spent(&left);
	paint_pressed(&left);
	right.line = -1;	/* its first title needs no line above */
	memory_zones(&right);
	memory->frames = right.line;
	memory_frames(&right);
	paint_mine(&right);
	paint_rest(&right);
	return left.line > right.line ? left.line : right.line;
}

static void paint_foot(const struct atlas_status *status, struct grid *grid)
{
	static const struct key_label labels[] = {
		{ "1", "Proc" }, { "2", "Atlas" }, { "3", "Regions" },
		{ "7", "Events" },
		{ "Enter", "Count" }, { "PgUp PgDn", "Scroll" },
		{ "z", "Freeze" }, { "?", "Help" }, { "q", "Quit" },
		{ NULL, NULL },
	};

	if (!status->message) {
		foot_paint(grid, grid->rows - 1, labels, status->keys);
		return;
	}
	grid_fill(grid, grid->rows - 1, 0, 1, grid->cols, status->is_warning ?
		ROLE_WARNING : ROLE_MESSAGE);
	grid_line(grid, grid->rows - 1, 1, -1, status->is_warning ?
		ROLE_WARNING : ROLE_MESSAGE, text_of(status->message));
}

void memory_paint(struct memory *memory, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid)
{
	struct pen pen = { .grid = grid, .snapshot = snapshot,
		.width = grid->cols, .first = 1,
		.rows = grid->rows > 3 ? grid->rows - 2 : grid->rows - 1 };

	grid_clear(grid);
	/* Once to count the lines, once to draw those on screen. */
	pen.top = AS_FAR_AS_IT_GOES;
	memory->lines = paint_all(memory, &pen);
	memory->rows = pen.rows;
	memory_scroll(memory, 0);
	pen.top = memory->top;
	paint_all(memory, &pen);
	paint_head(snapshot, status, grid);
	if (grid->rows > 3)
		paint_foot(status, grid);
}
