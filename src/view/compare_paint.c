/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/view/bin.h"
#include "vmatlas/view/compare.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/frame_row.h"
#include "vmatlas/view/mode.h"
#include "vmatlas/view/role.h"

/* What goes into the drawing of one screen. */
struct painter {
	const struct compare *compare;
	const struct snapshot *snapshot;
	const struct comparison *comparison;
	struct grid *grid;
};

struct look_of_cell compare_look(enum relation relation)
{
	static const uint8_t roles[NRELATIONS] = {
		[RELATION_NONE] = ROLE_TEXT,
		[RELATION_SAME] = ROLE_SHARED,
		[RELATION_DIFFER] = ROLE_PALETTE_3,
		[RELATION_ONLY_A] = ROLE_PALETTE_0,
		[RELATION_ONLY_B] = ROLE_PALETTE_2,
	};

	return (struct look_of_cell){ relation_info(relation)->letter,
		roles[relation], relation == RELATION_NONE ? FILL_NONE :
		FILL_FULL };
}

static enum fill fill_of(uint64_t n, uint64_t total)
{
	if (!n)
		return FILL_NONE;
	return n >= total - total / 4 ? FILL_FULL : n >= total / 4 ?
		FILL_HALF : FILL_SOME;
}

/* What differs shows however rare it is. */
static struct look_of_cell look_pages(const uint64_t counts[NRELATIONS],
	uint64_t total)
{
	enum relation best = RELATION_NONE;
	struct look_of_cell look;
	unsigned i;

	for (i = RELATION_DIFFER; i < NRELATIONS; i++)
		if (counts[i] > counts[best] || (counts[i] && !best))
			best = i;
	if (!best && counts[RELATION_SAME])
		best = RELATION_SAME;
	look = compare_look(best);
	look.fill = best ? fill_of(counts[best], total) : FILL_NONE;
	return look;
}

/* What both have shows however rare it is. */
static struct look_of_cell look_frames(const struct snapshot *snapshot,
	const struct compare_frames *frames, uint64_t start, uint64_t end)
{
	uint64_t a = frames->only[COMPARE_A], b = frames->only[COMPARE_B];
	struct look_of_cell look;
	struct tally tally;

	if (!frames->both && !a && !b) {
		bin_frames(snapshot, start, end, &tally);
		tally.content = 0;
		tally.pending = false;
		return paint_frames(&tally, COLORING_STATE, snapshot);
	}
	look = compare_look(frames->both ? RELATION_SAME : a >= b ?
		RELATION_ONLY_A : RELATION_ONLY_B);
	look.fill = fill_of(frames->both ? frames->both : a >= b ? a : b,
		end - start);
	return look;
}

/* ---- the head */

static int put_pair(struct grid *grid, int row, int col, const char *label,
	const char *value)
{
	int width = (int)(strlen(label) + strlen(value)) + 2;

	if (col + width > grid->cols)
		return col;
	col = grid_str(grid, row, col, -1, ROLE_HEADER, label);
	return grid_str(grid, row, col + 1, -1, ROLE_VALUE, value) + 1;
}

static int put_frames(const struct painter *painter, int row, int col,
	const char *label, uint64_t frames)
{
	unsigned shift = painter->snapshot->machine->page_shift;
	char size[TEXT_SIZE_MAX];

	return put_pair(painter->grid, row, col, label,
		comparison_is_known(painter->comparison) ?
		text_size(frames << shift, size) : "?");
}

static int put_process(const struct painter *painter, int col,
	enum compare_side side)
{
	const struct process *process = &painter->comparison->processes[side];
	struct grid *grid = painter->grid;
	int width = grid->cols / 4;

	col = grid_str(grid, 0, col, -1, compare_look(side == COMPARE_A ?
		RELATION_ONLY_A : RELATION_ONLY_B).role,
		side == COMPARE_A ? "A" : "B");
	col = grid_fmt(grid, 0, col + 1, -1, ROLE_VALUE, "%d",
		process->id.pid);
	return grid_text(grid, 0, col + 1, width, ROLE_VALUE,
		text_of(process->name)) + 2;
}

static void put_right(struct grid *grid, int row, int after, int role,
	const char *text)
{
	int col = grid->cols - (int)strlen(text) - 1;

	if (col > after)
		grid_str(grid, row, col, -1, role, text);
}

static void paint_mode(const struct painter *painter, int after,
	const struct atlas_status *status)
{
	const struct snapshot *snapshot = painter->snapshot;
	const struct comparison *comparison = painter->comparison;
	uint64_t now = snapshot->machine->facts.uptime_ms;
	uint64_t age = now > comparison->uptime_ms ?
		now - comparison->uptime_ms : 0;
	char text[MODE_MAX];

	if (status->frozen)
		snprintf(text, sizeof(text), "frozen");
	else if (comparison_trouble(comparison, COMPARE_A) ||
		 comparison_trouble(comparison, COMPARE_B))
		snprintf(text, sizeof(text), "%s", comparison->nrows ?
			"ended" : "");
	else if (!comparison->serial &&
		 (snapshot->question_answer != ANSWER_OK ||
		  !snapshot->machine->facts.pfn_visible))
		text[0] = '\0';
	else if (!comparison->serial)
		snprintf(text, sizeof(text), "reading %.0f%%",
			100 * snapshot->question_progress);
	else if (!status->replay && (double)age > 2000 * status->delay + 1000)
		snprintf(text, sizeof(text), "%.0fs old, reading %.0f%%",
			(double)age / 1000, 100 * snapshot->question_progress);
	else
		mode_words(text, snapshot, status,
			painter->grid->cols - after - 2);
	put_right(painter->grid, 0, after, mode_role(status), text);
}

/* One is the other's fork, and runs the same program still. */
static bool is_fork(const struct comparison *comparison)
{
	const struct process *a = &comparison->processes[COMPARE_A];
	const struct process *b = &comparison->processes[COMPARE_B];

	return comparison->nrows && !strcmp(a->name, b->name) &&
		(a->ppid == b->id.pid || b->ppid == a->id.pid);
}

static void paint_figures(const struct painter *painter, int row)
{
	const struct comparison *comparison = painter->comparison;
	const struct snapshot *snapshot = painter->snapshot;
	struct grid *grid = painter->grid;
	char text[48], size[TEXT_SIZE_MAX];
	double rate = comparison->split_rate;
	int col = 1;

	grid_fill(grid, row, 0, 1, grid->cols, ROLE_HEADER);
	col = put_frames(painter, row, col, "only A",
		comparison->frames.only[COMPARE_A]);
	col = put_frames(painter, row, col + 1, "only B",
		comparison->frames.only[COMPARE_B]);
	col = put_frames(painter, row, col + 1, "both",
		comparison->frames.both);
	col = put_frames(painter, row, col + 1, is_fork(comparison) ?
		"split since the fork" : "differ",
		comparison->pages[RELATION_DIFFER]);
	if (rate >= 0) {
		snprintf(text, sizeof(text), rate && rate < 9.95 ? "+%.1f/s" :
			"+%.0f/s", rate);
		col = grid_str(grid, row, col, -1, ROLE_VALUE, text) + 1;
	}
	if (!snapshot->self_rss || snapshot->self_cpu < 0)
		return;
	snprintf(text, sizeof(text), "self %.1f%% %s", snapshot->self_cpu,
		text_size(snapshot->self_rss, size));
	put_right(grid, row, col, ROLE_HEADER, text);
}

static void paint_head(const struct painter *painter,
	const struct atlas_status *status)
{
	struct grid *grid = painter->grid;
	int col;

	if (grid->rows < 2)
		return;
	grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
	col = grid_str(grid, 0, 1, -1, ROLE_TITLE, "vmatlas") + 1;
	if (painter->comparison->serial) {
		col = put_process(painter, col, COMPARE_A);
		col = put_process(painter, col, COMPARE_B);
	}
	paint_mode(painter, col, status);
	if (grid->rows >= 9)
		paint_figures(painter, 1);
}

/* ---- pages */

/* Where the figures of a row stand, or -1. */
static int figures_col(const struct pane *pane)
{
	int col = pane->label - 19;

	return col > pane->address + 14 ? pane->col + col : -1;
}

static void put_size(const struct painter *painter, int row, int col,
	uint64_t frames)
{
	unsigned shift = painter->snapshot->machine->page_shift;
	char size[TEXT_SIZE_MAX];

	if (!comparison_is_known(painter->comparison))
		grid_fmt(painter->grid, row, col, 5, ROLE_VALUE, "%5s", "?");
	else
		grid_fmt(painter->grid, row, col, 5, frames ? ROLE_VALUE :
			ROLE_DIM, "%5s", text_size(frames << shift, size));
}

static struct text short_name(const char *name)
{
	const char *slash = name[0] == '/' ? strrchr(name, '/') : NULL;

	return text_of(slash && slash[1] ? slash + 1 : name);
}

static void paint_row_head(const struct painter *painter,
	const struct compare_row *row, int grid_row)
{
	const struct pane *pane = &painter->compare->pages;
	bool in_a = row->is_in[COMPARE_A], in_b = row->is_in[COMPARE_B];
	enum compare_side side = in_a ? COMPARE_A : COMPARE_B;
	int figures = figures_col(pane), col = pane->col;
	int limit = figures < 0 ? pane->col + pane->label : figures;

	if (in_a != in_b)
		grid_str(painter->grid, grid_row, col, -1, compare_look(in_a ?
			RELATION_ONLY_A : RELATION_ONLY_B).role,
			in_a ? "A" : "B");
	col += 2;
	col = grid_fmt(painter->grid, grid_row, col, -1, ROLE_REGION_ADDRESS,
		"%*" PRIx64, pane->address, row->start[side]) + 1;
	col = grid_str(painter->grid, grid_row, col, -1, ROLE_DIM,
		row->perms[side]) + 1;
	if (limit - 1 > col)
		grid_text(painter->grid, grid_row, col, limit - 1 - col,
			ROLE_REGION, short_name(comparison_name(
				painter->comparison, row)));
	if (figures < 0)
		return;
	put_size(painter, grid_row, figures, row->frames.only[COMPARE_A]);
	put_size(painter, grid_row, figures + 6, row->frames.only[COMPARE_B]);
	put_size(painter, grid_row, figures + 12, row->frames.both);
}

static struct look_of_cell look_at(const struct painter *painter,
	const struct compare_row *row, uint64_t start, uint64_t end)
{
	uint64_t counts[NRELATIONS];

	if (!comparison_is_known(painter->comparison) ||
	    !comparison_count_pages(painter->comparison, row, start, end,
		    counts))
		return (struct look_of_cell){ '?', ROLE_OTHER, FILL_NONE };
	return look_pages(counts, end - start);
}

static void paint_pages_row(const struct painter *painter, uint64_t n,
	int grid_row)
{
	const struct pane *pane = &painter->compare->pages;
	struct row row = layout_row(&pane->layout, n);
	const struct section *section;
	const struct compare_row *compared;
	uint64_t cursor_row, start, end;
	unsigned cursor_cell, i;
	bool cursor;

	if (row.kind == ROW_NONE)
		return;
	section = &pane->layout.sections[row.section];
	compared = &painter->comparison->rows[section->region];
	if (row.kind == ROW_HEAD)
		paint_row_head(painter, compared, grid_row);
	cursor = pane_at(pane, &cursor_row, &cursor_cell) && cursor_row == n;
	for (i = 0; i < row.ncells; i++) {
		struct look_of_cell look;

		layout_range(&pane->layout, &row, i, &start, &end);
		look = look_at(painter, compared, start - section->scale.start,
			end - section->scale.start);
		if (cursor && i == cursor_cell) {
			look.role = ROLE_CURSOR;
			look.fill = FILL_FULL;
		}
		grid_put_fill(painter->grid, grid_row, pane->col +
			pane_first_col(pane, &row) + (int)i,
			(uint32_t)look.letter, look.role,
			(enum fill)look.fill);
	}
}

static void paint_border(const struct painter *painter,
	const struct pane *pane, const char *what, int role)
{
	char size[TEXT_SIZE_MAX];

	if (pane->row < 2)
		return;
	grid_box(painter->grid, pane->row - 1, pane->col - 1, pane->rows + 2,
		pane->cols + 2, role);
	grid_fmt(painter->grid, pane->row - 1, pane->col + 1, pane->cols - 2,
		ROLE_TITLE, " %s: %s a cell ", what,
		text_size(UINT64_C(1) << pane->shift <<
			painter->snapshot->machine->page_shift, size));
}

static void paint_pages_pane(const struct painter *painter)
{
	const struct pane *pane = &painter->compare->pages;
	int figures = figures_col(pane), i;

	paint_border(painter, pane, "pages", ROLE_BORDER_ACTIVE);
	if (figures >= 0 && pane->row >= 2)
		grid_str(painter->grid, pane->row - 1, figures - 1, -1,
			ROLE_DIM, "only A only B  both ");
	if (!pane->layout.nsections && painter->comparison->nrows)
		grid_str(painter->grid, pane->row, pane->col + 1, -1,
			ROLE_DIM, painter->compare->only_differing ?
			"nothing differs (o: show all)" :
			"neither has a frame");
	for (i = 0; i < pane->rows; i++)
		paint_pages_row(painter, pane->top + (uint64_t)i,
			pane->row + i);
}

/* ---- frames */

static void paint_frames_row(const struct painter *painter, int i)
{
	const struct pane *pane = &painter->compare->frames;
	struct row row = layout_row(&pane->layout, pane->top + (uint64_t)i);
	unsigned k;

	if (row.kind == ROW_NONE)
		return;
	if (pane->layout.sections[row.section].stretch >= 0) {
		frame_row_device(painter->grid, painter->snapshot, pane, &row,
			pane->row + i, -1);
		return;
	}
	frame_row_label(painter->grid, painter->snapshot, pane, &row,
		pane->row + i, i == 0);
	for (k = 0; k < row.ncells; k++) {
		struct compare_frames frames;
		struct look_of_cell look;
		uint64_t start, end;

		layout_range(&pane->layout, &row, k, &start, &end);
		comparison_count_frames(painter->comparison, start, end,
			&frames);
		look = look_frames(painter->snapshot, &frames, start, end);
		grid_put_fill(painter->grid, pane->row + i, pane->col +
			pane_first_col(pane, &row) + (int)k,
			(uint32_t)look.letter, look.role,
			(enum fill)look.fill);
	}
}

static void paint_frames_pane(const struct painter *painter)
{
	const struct pane *pane = &painter->compare->frames;
	int i;

	if (!pane->rows)
		return;
	paint_border(painter, pane, "frames", ROLE_BORDER);
	for (i = 0; i < pane->rows; i++)
		paint_frames_row(painter, i);
}

/* ---- the foot */

/* "12 the same, 4 different" of the cell, or what its one page is. */
static void explain(const struct painter *painter, struct buf *out)
{
	const struct comparison *comparison = painter->comparison;
	struct page_range pages;
	const struct compare_row *row = compare_focus(painter->compare,
		comparison, &pages);
	uint64_t counts[NRELATIONS];
	const char *sep = ": ";
	unsigned i, side;

	if (!row)
		return;
	side = row->is_in[COMPARE_A] ? COMPARE_A : COMPARE_B;
	buf_fmt(out, "%" PRIx64 " ", row->start[side] + pages.start);
	text_escape(out, short_name(comparison_name(comparison, row)),
		!painter->grid->utf8);
	if (row->is_in[COMPARE_A] && row->is_in[COMPARE_B] &&
	    row->start[COMPARE_A] != row->start[COMPARE_B])
		buf_fmt(out, " (B: %" PRIx64 ")", row->start[COMPARE_B] +
			pages.start);
	if (!comparison_is_known(comparison) ||
	    !comparison_count_pages(comparison, row, pages.start, pages.end,
		    counts)) {
		buf_str(out, ": ?");
		return;
	}
	for (i = 0; i < NRELATIONS; i++) {
		if (!counts[i])
			continue;
		if (pages.end - pages.start == 1)
			buf_fmt(out, ": %s", relation_info(i)->words);
		else
			buf_fmt(out, "%s%" PRIu64 " %s", sep, counts[i],
				relation_info(i)->name);
		sep = ", ";
	}
}

/* Why there is nothing to be seen, or no more; NULL: there is. */
static const char *trouble(const struct painter *painter, char *out,
	size_t size)
{
	const struct comparison *comparison = painter->comparison;
	unsigned i;

	for (i = 0; i < NCOMPARE_SIDES; i++) {
		const char *why = comparison_trouble(comparison, i);

		if (!why)
			continue;
		snprintf(out, size, "%d: %s", comparison->processes[i].id.pid,
			comparison->nrows ? "it has ended" : why);
		return out;
	}
	if (comparison->nrows && !comparison->frames_told)
		return "frames: ?  their numbers are not told; seeing them "
			"needs CAP_SYS_ADMIN (root)";
	return NULL;
}

static void paint_explain(const struct painter *painter,
	const struct atlas_status *status, int row)
{
	char text[160];
	const char *why = trouble(painter, text, sizeof(text));
	struct buf line = { 0 };

	if (status->message) {
		grid_line(painter->grid, row, 1, -1, status->is_warning ?
			ROLE_WARNING : ROLE_MESSAGE, text_of(status->message));
	} else if (why) {
		grid_str(painter->grid, row, 1, -1, ROLE_WARNING, why);
	} else {
		explain(painter, &line);
		grid_line(painter->grid, row, 1, -1, ROLE_TEXT,
			text_of(buf_text(&line)));
	}
	buf_fini(&line);
}

static void paint_legend_line(const struct painter *painter, int row)
{
	int col = 1;
	unsigned i;

	for (i = RELATION_NONE + 1; i < NRELATIONS; i++) {
		struct look_of_cell look = compare_look(i);

		grid_put_fill(painter->grid, row, col, (uint32_t)look.letter,
			look.role, FILL_FULL);
		col = grid_str(painter->grid, row, col + 2, -1, ROLE_TEXT,
			relation_info(i)->name) + 2;
	}
	if (painter->compare->only_differing)
		grid_str(painter->grid, row, col + 1, -1, ROLE_DIM,
			"(only regions that differ)");
}

static void paint_foot(const struct painter *painter,
	const struct atlas_status *status)
{
	static const struct key_label labels[] = {
		{ "1", "Proc" }, { "2", "Atlas" }, { "4", "Share" }, { "S", "Swap" },
		{ "p", "Other" }, { "+-", "Zoom" }, { "a", "Fit" },
		{ "o", "Only" }, { "Enter", "Open" }, { "z", "Freeze" },
		{ "3", "Regions" }, { "7", "Events" },
		{ "?", "Help" }, { "q", "Quit" }, { NULL, NULL },
	};
	struct grid *grid = painter->grid;
	int row = grid->rows;

	if (grid->rows >= 7)
		foot_paint(grid, --row, labels, status->keys);
	if (grid->rows >= 13)
		paint_legend_line(painter, --row);
	if (grid->rows >= 5)
		paint_explain(painter, status, --row);
}

void compare_paint(struct compare *compare, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid)
{
	const struct painter painter = { compare, snapshot,
		&snapshot->comparison, grid };

	grid_clear(grid);
	paint_head(&painter, status);
	if (compare->pages.rows)
		paint_pages_pane(&painter);
	paint_frames_pane(&painter);
	paint_foot(&painter, status);
}
