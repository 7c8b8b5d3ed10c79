/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "atlas_impl.h"
#include "vmatlas/view/mode.h"
#include "vmatlas/view/since.h"
#include "vmatlas/view/watch.h"

/* What the lines at the top are made from, and where they go. */
struct head {
	const struct snapshot *snapshot;
	struct grid *grid;
	int end;		/* of the figures in the first row: column */
};

static int put_pair(struct grid *grid, int row, int col, int end,
	const char *label, const char *value)
{
	int width = (int)(strlen(label) + strlen(value)) + 2;

	if (col + width > end)
		return col;
	col = grid_str(grid, row, col, -1, ROLE_HEADER, label);
	col = grid_str(grid, row, col + 1, -1, ROLE_VALUE, value);
	return col + 1;
}

static int put_figure(const struct head *head, int row, int col,
	const char *label, uint64_t nbytes, uint32_t figure)
{
	char size[TEXT_SIZE_MAX];
	bool known = figure ? usage_knows(&head->snapshot->total, figure) :
		!head->snapshot->process.headless;

	return put_pair(head->grid, row, col, head->end, label,
		known ? text_size(nbytes, size) : "?");
}

static int put_rate(const struct head *head, int row, int col,
	const char *label, double rate)
{
	char text[24];

	if (rate < 0)
		return put_pair(head->grid, row, col, head->grid->cols, label,
			"-");
	snprintf(text, sizeof(text), rate && rate < 9.95 ? "+%.1f/s" :
		"+%.0f/s", rate);
	return put_pair(head->grid, row, col, head->grid->cols, label, text);
}

static void put_right(struct grid *grid, int row, int after, int role,
	const char *text)
{
	int width = grid_width(grid, text_of(text));
	int col = grid->cols - width - 1;

	if (col > after)
		grid_str(grid, row, col, -1, role, text);
}

static void paint_mode(const struct head *head, int after,
	const struct atlas_status *status)
{
	const struct snapshot *snapshot = head->snapshot;
	char text[2 * MODE_MAX] = "", mode[MODE_MAX];
	size_t n;

	if (snapshot->process.answer == ANSWER_GONE)
		snprintf(text, sizeof(text), "ended");
	else if (snapshot->process.answer != ANSWER_OK ||
		 snapshot->maps != ANSWER_OK)
		snprintf(text, sizeof(text), "%s", answer_name(
			snapshot->maps != ANSWER_OK ? snapshot->maps :
			snapshot->process.answer));
	else if (!snapshot->whole)
		snprintf(text, sizeof(text), "reading %.0f%%",
			100 * (snapshot->progress > 1 ? 1 : snapshot->progress));
	n = strlen(text);
	if (!n || status->replay) {
		mode_words(mode, snapshot, status, head->grid->cols - after -
			2 - (n ? (int)n + 2 : 0));
		snprintf(text + n, sizeof(text) - n, "%s%s",
			n && mode[0] ? ", " : "", mode);
	}
	put_right(head->grid, 0, after, mode_role(status), text);
}

/* Where the figures end: that they are of another moment, or are written down,
 * matters more than the last of them. */
static int figures_end(const struct head *head,
	const struct atlas_status *status)
{
	int cols = head->grid->cols;
	char text[MODE_MAX];

	if (!status->replay && !status->recording && !status->frozen)
		return cols;
	return cols - 3 - (int)strlen(mode_words(text, head->snapshot, status,
		cols / 2));
}

/* What is hidden matters more than figures. */
static int paint_filter(const struct head *head, int col, const char *filter)
{
	struct grid *grid = head->grid;
	char count[40];

	col = grid_str(grid, 0, col, -1, ROLE_WARNING, "filter") + 1;
	col = grid_str(grid, 0, col, grid->cols / 3, ROLE_VALUE, filter);
	snprintf(count, sizeof(count), "(%" PRIu64 " pages)",
		head->snapshot->nmatching);
	return grid_str(grid, 0, col + 1, -1, ROLE_HEADER, count) + 2;
}

static void paint_title(const struct head *head,
	const struct atlas_status *status)
{
	const struct snapshot *snapshot = head->snapshot;
	struct grid *grid = head->grid;
	int col;

	grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
	col = grid_str(grid, 0, 1, -1, ROLE_TITLE, "vmatlas") + 1;
	col = grid_str(grid, 0, col, 16, ROLE_VALUE, snapshot->process.name);
	col = grid_fmt(grid, 0, col + 1, -1, ROLE_VALUE, "%d",
		snapshot->process.id.pid) + 2;
	if (snapshot->watch.kind != CLEAR_NOTHING) {
		struct buf text = { 0 };

		watch_words(&text, snapshot);
		col = grid_str(grid, 0, col, -1, ROLE_WARNING,
			buf_text(&text)) + 1;
		buf_fini(&text);
	}
	if (status->filter)
		col = paint_filter(head, col, status->filter);
	else if (grid->cols >= (status->replay ? 100 : 60) &&
		 snapshot->watch.kind == CLEAR_NOTHING)	/* else RSS says more */
		col = put_figure(head, 0, col, "VIRT", snapshot->process.vss, 0);
	col = put_figure(head, 0, col, "RSS", snapshot->total.rss,
		USAGE_RSS);
	col = put_figure(head, 0, col, "PSS", usage_pss(&snapshot->total),
		USAGE_PSS);
	if (!status->filter) {
		col = put_figure(head, 0, col, "USS", snapshot->total.uss,
			USAGE_USS);
		col = put_figure(head, 0, col, "SWAP", snapshot->total.swap,
			USAGE_SWAP);
	}
	paint_mode(head, col, status);
}

static uint64_t bytes_in(const struct snapshot *snapshot,
	enum page_state state)
{
	return (uint64_t)snapshot->total.state[state] <<
		snapshot->machine->page_shift;
}

/* What this user may know of no page that is only known to be present. */
static int put_cow(const struct head *head, int row, int col,
	const char *label, enum page_state state)
{
	const struct usage *total = &head->snapshot->total;
	char size[TEXT_SIZE_MAX];
	bool known = usage_knows(total, USAGE_STATES) &&
		(!total->state[STATE_PRESENT] || state == STATE_COW_PENDING);

	return put_pair(head->grid, row, col, head->grid->cols, label, known ?
		text_size(bytes_in(head->snapshot, state), size) : "?");
}

static void paint_rates(const struct head *head, int row)
{
	const struct snapshot *snapshot = head->snapshot;
	struct grid *grid = head->grid;
	char size[TEXT_SIZE_MAX], text[40];
	int col;

	grid_fill(grid, row, 0, 1, grid->cols, ROLE_HEADER);
	if (snapshot->baseline.on) {
		struct buf since = { 0 };

		since_words(&since, snapshot);
		grid_str(grid, row, 1, -1, ROLE_VALUE, buf_text(&since));
		buf_fini(&since);
		return;
	}
	col = grid_str(grid, row, 1, -1, ROLE_HEADER, "cow:") + 1;
	col = put_cow(head, row, col, "pending", STATE_COW_PENDING);
	col = put_cow(head, row, col, "shared", STATE_COW_SHARED);
	col = put_cow(head, row, col, "copied", STATE_COW_COPIED);
	if (snapshot->machine->facts.pfn_visible)
		col = put_rate(head, row, col, "split", snapshot->split_rate);
	else
		col = put_pair(grid, row, col, grid->cols, "split", "?");
	col = put_rate(head, row, col + 1, "faults", snapshot->faults_rate);
	if (!snapshot->self_rss)
		return;
	if (snapshot->self_cpu >= 0)
		snprintf(text, sizeof(text), "self %.1f%% %s",
			snapshot->self_cpu,
			text_size(snapshot->self_rss, size));
	else
		snprintf(text, sizeof(text), "self %s",
			text_size(snapshot->self_rss, size));
	put_right(grid, row, col, ROLE_HEADER, text);
}

void atlas_paint_head(const struct snapshot *snapshot,
	const struct atlas_status *status, int rows, struct grid *grid)
{
	struct head head = { snapshot, grid, grid->cols };

	head.end = figures_end(&head, status);
	if (rows)
		paint_title(&head, status);
	if (rows > 1)
		paint_rates(&head, 1);
}
