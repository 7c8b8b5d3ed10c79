/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "events_impl.h"
#include "vmatlas/view/role.h"
#include "vmatlas/view/since.h"

/* "1.2K", "340", "0.5" */
static void rate_text(double rate, char out[16])
{
	if (rate >= 999500)
		snprintf(out, 16, "%.1fM", rate / 1e6);
	else if (rate >= 9999.5)
		snprintf(out, 16, "%.0fK", rate / 1e3);
	else if (rate >= 9.95 || rate == (double)(long)rate)
		snprintf(out, 16, "%.0f", rate);
	else
		snprintf(out, 16, "%.1f", rate);
}

static void paint_rates(const struct snapshot *snapshot, struct grid *grid,
	int row)
{
	const struct trend *trend = &snapshot->trend;
	unsigned kind, n = 0;
	int col = 1;

	if (snapshot->baseline.on) {
		struct buf since = { 0 };

		since_words(&since, snapshot);
		grid_str(grid, row, col, -1, ROLE_VALUE, buf_text(&since));
		buf_fini(&since);
		return;
	}
	if (snapshot->pagemap != ANSWER_OK) {
		grid_fmt(grid, row, col, -1, ROLE_DIM, "what changes is not "
			"known: pagemap: %s", answer_name(snapshot->pagemap));
		return;
	}
	if (!trend->rates_known) {
		grid_str(grid, row, col, -1, ROLE_DIM,
			"waiting for something to compare with");
		return;
	}
	for (kind = 0; kind < NCHANGE_KINDS; kind++) {
		char text[16], words[48];

		if (trend->rates[kind] <= 0)
			continue;
		rate_text(trend->rates[kind], text);
		snprintf(words, sizeof(words), "%s %s/s",
			change_name((enum change_kind)kind), text);
		if (col + (int)strlen(words) > grid->cols)
			break;
		col = grid_fmt(grid, row, col, -1, ROLE_TEXT, "%s ",
			change_name((enum change_kind)kind));
		col = grid_fmt(grid, row, col, -1, ROLE_VALUE, "%s/s", text) + 2;
		n++;
	}
	if (!n)
		grid_str(grid, row, col, -1, ROLE_DIM,
			"nothing changed in the last refresh");
}

static bool is_size(enum trend_figure figure)
{
	return figure == TREND_RSS || figure == TREND_PSS ||
		figure == TREND_SWAP;
}

/* Level LEVEL of 0 to 7. */
static uint32_t spark(const struct grid *grid, int level)
{
	return grid_has_signs(grid) ? 0x2581u + (uint32_t)level :
		(uint32_t)('0' + level);
}

/* The last WIDTH samples: sizes between their smallest and their biggest, which
 * may be all but the same, and rates from 0 on. */
static void paint_sparks(const struct trend *trend,
	enum trend_figure figure, struct grid *grid, int row, int col,
	int width)
{
	unsigned first = trend->n > (unsigned)width ?
		trend->n - (unsigned)width : 0, i;
	double least = INFINITY, most = 0;

	for (i = first; i < trend->n; i++) {
		const struct trend_sample *sample = trend_at(trend, i);

		if (!sample->known[figure])
			continue;
		if (sample->figures[figure] > most)
			most = sample->figures[figure];
		if (sample->figures[figure] < least)
			least = sample->figures[figure];
	}
	if (!is_size(figure))
		least = 0;
	for (i = first; i < trend->n; i++, col++) {
		const struct trend_sample *sample = trend_at(trend, i);
		double span = most - least;
		int level = 0;

		if (sample->known[figure] && span > 0)
			level = (int)((sample->figures[figure] - least) / span *
				7 + 0.5);
		/* The bar is the letter: it has the colour, not what is
		 * behind it. */
		if (sample->known[figure])
			grid_put_fill(grid, row, col, spark(grid, level),
				ROLE_HEAT_0 + (level > 5 ? 0 :
				level > 2 ? 1 : 2), FILL_SOME);
		else
			grid_put(grid, row, col, '?', ROLE_DIM);
	}
}

static void paint_figure(const struct trend *trend,
	enum trend_figure figure, struct grid *grid, int row, int col,
	int width)
{
	const struct trend_sample *last = trend->n ?
		trend_at(trend, trend->n - 1) : NULL;
	char text[TEXT_SIZE_MAX > 16 ? TEXT_SIZE_MAX : 16] = "?";

	if (last && last->known[figure] && is_size(figure))
		text_size((uint64_t)last->figures[figure], text);
	else if (last && last->known[figure])
		rate_text(last->figures[figure], text);
	grid_str(grid, row, col, 8, ROLE_TEXT, trend_title(figure));
	grid_str(grid, row, col + 9 + 6 - (int)strlen(text), -1, ROLE_VALUE,
		text);
	if (width > 17)
		paint_sparks(trend, figure, grid, row, col + 16, width - 17);
}

void events_paint_head(const struct events *events,
	const struct snapshot *snapshot, struct grid *grid, int row)
{
	const struct trend *trend = &snapshot->trend;
	int across = grid->cols >= EVENTS_WIDE ? 3 : 2, width = grid->cols / across;
	int figure, rows = events->head_rows;

	if (rows)
		paint_rates(snapshot, grid, row);
	for (figure = 0; rows > 1 && figure < NTREND_FIGURES &&
			figure / across + 1 < rows; figure++)
		paint_figure(trend, (enum trend_figure)figure, grid,
			row + 1 + figure / across, 1 + figure % across * width,
			width);
}
