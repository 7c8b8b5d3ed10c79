/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "list_impl.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/mode.h"
#include "vmatlas/view/role.h"

/* What is older than so many refreshes looks old. */
#define OLD_REFRESHES 5

/* ---- the head */

/* LABEL and VALUE, if both fit before END; the column behind them. */
static int put_pair(struct grid *grid, int row, int col, int end,
	const char *label, const char *value)
{
	int width = (int)(strlen(label) + strlen(value)) + 1;

	if (col + width > end)
		return end;
	col = grid_str(grid, row, col, -1, ROLE_HEADER, label);
	return grid_str(grid, row, col + 1, -1, ROLE_VALUE, value) + 1;
}

static int put_size(struct grid *grid, int row, int col, const char *label,
	bool known, uint64_t nbytes)
{
	char size[TEXT_SIZE_MAX];

	return put_pair(grid, row, col, grid->cols, label,
		known ? text_size(nbytes, size) : "?");
}

/* How and how often the list is read; where that begins. */
static int paint_mode(const struct list *list,
	const struct snapshot *snapshot, const struct atlas_status *status,
	struct grid *grid)
{
	char mode[MODE_MAX], self[TEXT_SIZE_MAX];
	int col;

	mode_words(mode, snapshot, status,
		grid->cols / (list->filter[0] ? 4 : 2));
	col = grid->cols - (int)strlen(mode) - 1;
	if (col < 24)
		return grid->cols;
	grid_str(grid, 0, col, -1, mode_role(status), mode);
	if (grid->cols < 100 || !snapshot->self_rss || snapshot->self_cpu < 0)
		return col;
	col -= 18;
	grid_fmt(grid, 0, col, -1, ROLE_HEADER, "self %.1f%% %s",
		snapshot->self_cpu, text_size(snapshot->self_rss, self));
	return col;
}

static void paint_machine(const struct list *list,
	const struct snapshot *snapshot, const struct atlas_status *status,
	struct grid *grid)
{
	const struct list_memory *memory = &snapshot->memory;
	char text[64], free[TEXT_SIZE_MAX], total[TEXT_SIZE_MAX];
	int end = paint_mode(list, snapshot, status, grid), col;

	col = grid_str(grid, 0, 1, end - 2, ROLE_TITLE, "vmatlas") + 2;
	snprintf(text, sizeof(text), "%zu", list->norder);
	col = put_pair(grid, 0, col, end, "processes", text) + 1;
	snprintf(text, sizeof(text), "%s of %s",
		memory->free_known ? text_size(memory->free, free) : "?",
		memory->total_known ? text_size(memory->total, total) : "?");
	col = put_pair(grid, 0, col, end, "free", text) + 1;
	if (list->filter[0] && col + 8 < end) {
		col = grid_str(grid, 0, col, -1, ROLE_HEADER, "filter") + 1;
		col = grid_str(grid, 0, col, end - col - 1, ROLE_MESSAGE,
			list->filter);
		snprintf(text, sizeof(text), "(%zu more)", list->nhidden);
		if (col + 1 + (int)strlen(text) < end)
			grid_str(grid, 0, col + 1, -1, ROLE_HEADER, text);
	}
}

/* What some processes amount to together, row by row. */
struct sums {
	uint64_t rss, pss_fixed, uss, swap;
	size_t n, read, denied, knows_swap, knows_uss;
};

static struct sums sums_of(const struct list *list,
	const struct snapshot *snapshot)
{
	struct sums sums = { 0 };
	size_t i;

	for (i = 0; i < snapshot->nrows; i++) {
		const struct process_row *row = &snapshot->rows[i];
		const struct usage *usage = &row->usage;

		if (list->ntags ? !list_is_tagged(list, row->process.id) :
		    !process_may_map(&row->process))
			continue;
		sums.n++;
		sums.rss += row->process.rss;
		sums.denied += row->answer == ANSWER_DENIED;
		if (usage_knows(usage, USAGE_PSS)) {
			sums.read++;
			sums.pss_fixed += usage->pss_fixed;
		}
		if (usage_knows(usage, USAGE_USS)) {
			sums.knows_uss++;
			sums.uss += usage->uss;
		}
		if (usage_knows(usage, USAGE_SWAP)) {
			sums.knows_swap++;
			sums.swap += usage->swap;
		}
	}
	return sums;
}

static void paint_all(const struct list *list,
	const struct snapshot *snapshot, struct grid *grid)
{
	struct sums sums = sums_of(list, snapshot);
	char text[64];
	int col = 1;

	if (sums.read == sums.n) {
		col = grid_str(grid, 1, col, -1, ROLE_HEADER, "all:") + 1;
	} else {
		/* Of those that were read, and said so: no guess at the rest. */
		snprintf(text, sizeof(text), sums.denied ?
			"%zu of %zu read (%zu not permitted):" :
			"%zu of %zu read:", sums.read, sums.n, sums.denied);
		col = grid_str(grid, 1, col, -1, ROLE_HEADER, text) + 1;
	}
	col = put_size(grid, 1, col, "PSS", sums.read,
		sums.pss_fixed >> PSS_SHIFT);
	col = put_size(grid, 1, col, "USS", sums.knows_uss, sums.uss);
	put_size(grid, 1, col, "swap", sums.knows_swap, sums.swap);
}

/* The tagged: added up, and as one. */
static void paint_tagged(const struct list *list,
	const struct snapshot *snapshot, struct grid *grid)
{
	const struct group_figures *group = &snapshot->group;
	struct sums sums = sums_of(list, snapshot);
	char text[64];
	int col;

	snprintf(text, sizeof(text), "%zu tagged:", list->ntags);
	col = grid_str(grid, 1, 1, -1, ROLE_TITLE, text) + 1;
	col = put_size(grid, 1, col, "RSS", true, sums.rss);
	col++;
	if (snapshot->question != QUESTION_GROUP || !snapshot->answered) {
		col = grid_str(grid, 1, col, -1, ROLE_TITLE, "as one:") + 1;
		snprintf(text, sizeof(text), "%.0f%%", snapshot->question ==
			QUESTION_GROUP ? snapshot->question_progress * 100 : 0);
		put_pair(grid, 1, col, grid->cols, "read so far:", text);
		return;
	}
	if (group->nread < list->ntags)
		snprintf(text, sizeof(text), "as one (%zu unread):",
			list->ntags - group->nread);
	else
		snprintf(text, sizeof(text), "as one:");
	col = grid_str(grid, 1, col, -1, ROLE_TITLE, text) + 1;
	col = put_size(grid, 1, col, "RSS", group->rss_known, group->rss);
	col = put_size(grid, 1, col, "USS", group->rss_known &&
		group->own_known, group->uss);
	col = put_size(grid, 1, col, "ending frees", group->rss_known &&
		group->own_known, group->frees);
	col = put_size(grid, 1, col, "unmaps", group->rss_known &&
		group->own_known, group->unmaps);
	col = put_size(grid, 1, col, "swap", group->swap_known, group->swap);
	col = put_size(grid, 1, col, "PSS", group->rss_known &&
		group->own_known, group->pss_fixed >> PSS_SHIFT);
	if (group->why && col + 12 < grid->cols)
		grid_fmt(grid, 1, col, -1, ROLE_WARNING, "%s%s%.0d",
			group->why, group->why_pid ? ": " : "",
			group->why_pid);
}

/* ---- the rows */

static bool is_old(const struct process_row *row, const struct field *field,
	const struct snapshot *snapshot, double delay)
{
	uint64_t now = snapshot->machine->facts.uptime_ms + 1;
	uint64_t read = field->cost == COST_USAGE ? row->usage_ms :
		field->cost == COST_STATES ? row->states_ms : now;

	return read && now > read && (double)(now - read) >
		OLD_REFRESHES * delay * 1000;
}

/* The lines of a tree in front of a command; the column behind them. */
static int paint_branch(const struct list_branch *branch, struct grid *grid,
	int row, int col, int role)
{
	unsigned depth;

	for (depth = 1; depth <= branch->depth && col + 4 < grid->cols;
	     depth++) {
		bool more = branch->more >> depth & 1;
		bool last = depth == branch->depth;

		if (!grid->utf8)
			col = grid_str(grid, row, col, -1, role, !last ?
				more ? "| " : "  " : more ? "|-" : "`-");
		else
			col = grid_str(grid, row, col, -1, role, !last ?
				more ? "│ " : "  " : more ? "├─" : "└─");
	}
	return col;
}

struct row_style {
	int role;
	bool chosen;
	double delay;
};

static void paint_row(const struct list *list, int at,
	const struct column *columns, unsigned n, struct record *record,
	const struct row_style *style, struct grid *grid, int row)
{
	struct buf text = { 0 };
	unsigned i;

	for (i = 0; i < n; i++) {
		const struct column *column = &columns[i];
		const struct field *field = column->field;
		int role = style->role;

		columns_value(field, record, &text);
		if (!style->chosen && is_old(record->row, field,
				record->snapshot, style->delay))
			role = ROLE_STALE;
		if (field->column_width) {
			columns_put(column, grid, row, role, &text);
			continue;
		}
		grid_text(grid, row, !list->tree ? column->col :
			paint_branch(&list->branches[at], grid, row,
				column->col, style->chosen ? style->role :
				ROLE_DIM), -1, role,
			(struct text){ buf_text(&text), text.len });
	}
	buf_fini(&text);
}

static void paint_rows(const struct list *list,
	const struct snapshot *snapshot, double delay,
	const struct column *columns, unsigned n, struct grid *grid,
	int row)
{
	struct record record = { .object = OBJECT_PROCESS,
		.snapshot = snapshot };
	int i;

	for (i = list->scroll.top; i < (int)list->norder && row < grid->rows &&
	     i - list->scroll.top < list->scroll.rows; i++, row++) {
		struct row_style style = { .role = ROLE_TEXT, .delay = delay };
		bool tagged;

		record.row = &snapshot->rows[list->order[i]];
		tagged = list_is_tagged(list, record.row->process.id);
		style.chosen = record.row->process.id.pid == list->cursor.pid;
		if (style.chosen)
			style.role = ROLE_SELECTED;
		else if (tagged)
			style.role = ROLE_VALUE;
		grid_fill(grid, row, 0, 1, grid->cols, style.role);
		if (tagged)
			grid_put(grid, row, 0, '*', style.chosen ?
				ROLE_SELECTED : ROLE_TITLE);
		paint_row(list, i, columns, n, &record, &style, grid, row);
	}
	record_fini(&record);
}

static void paint_message(const struct atlas_status *status, struct grid *grid)
{
	if (status->message)
		grid_line(grid, 1, 1, -1, status->is_warning ? ROLE_WARNING :
			ROLE_MESSAGE, text_of(status->message));
}

void list_paint(struct list *list, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid)
{
	static const struct key_label labels[] = {
		{ "Enter", "Atlas" }, { "<>", "Sort" }, { "\\", "Filter" },
		{ "/", "Find" }, { "Space", "Tag" }, { "y", "Tree" },
		{ "6", "Memory" }, { "3", "Regions" }, { "4", "Share" },
		{ "7", "Events" }, { "s", "Settings" }, { "?", "Help" }, { "q", "Quit" },
		{ NULL, NULL },
	};
	struct column columns[COLUMNS_MAX];
	unsigned n = columns_place(&list->columns, grid->cols, columns,
		NULL);
	int row = 0;

	grid_clear(grid);
	if (grid->rows > LIST_HEAD) {
		grid_fill(grid, 0, 0, 2, grid->cols, ROLE_HEADER);
		paint_machine(list, snapshot, status, grid);
		if (status->message)
			paint_message(status, grid);
		else if (list->ntags)
			paint_tagged(list, snapshot, grid);
		else
			paint_all(list, snapshot, grid);
		columns_titles(&list->columns, columns, n, grid,
			LIST_HEAD - 1);
		row = LIST_HEAD;
	}
	paint_rows(list, snapshot, status->delay, columns, n, grid, row);
	if (grid->rows > LIST_HEAD + 1)
		foot_paint(grid, grid->rows - 1, labels, status->keys);
	chooser_paint(&list->chooser, &list->columns, grid);
}
