/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "atlas_impl.h"
#include "regions_impl.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/role.h"
#include "vmatlas/view/since.h"

struct painter {
	const struct regions *regions;
	const struct snapshot *snapshot;
	struct grid *grid;
	struct column columns[COLUMNS_MAX];
	unsigned n;
	bool more;		/* columns, to the right */
};

/* ---- the head */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* What is listed, and how. */
static void paint_listed(const struct painter *painter, int row)
{
	static const char *const by[NREGIONS_BY] = { "by address", "by file",
		"by type" };
	const struct regions *regions = painter->regions;
	struct grid *grid = painter->grid;
	int col;

	col = grid_fmt(grid, row, 1, -1, ROLE_VALUE, "%zu region%s",
		regions->norder, plural(regions->norder));
	if (regions->ngroups)
		col = grid_fmt(grid, row, col + 1, -1, ROLE_VALUE,
			"in %zu group%s", regions->ngroups,
			plural(regions->ngroups));
	col = grid_str(grid, row, col + 1, -1, ROLE_HEADER, by[regions->by]);
	if (regions->ntags)
		col = grid_fmt(grid, row, col + 2, -1, ROLE_TITLE,
			"%zu tagged", regions->ntags);
	if (!regions->filter[0])
		return;
	col = grid_str(grid, row, col + 2, -1, ROLE_HEADER, "filter");
	col = grid_str(grid, row, col + 1, 32, ROLE_MESSAGE, regions->filter);
	grid_fmt(grid, row, col + 1, -1, ROLE_HEADER, "(%zu more)",
		regions->nhidden);
}

static void paint_titles(const struct painter *painter, int row)
{
	const struct column *last = &painter->columns[painter->n - 1];

	columns_titles(&painter->regions->columns, painter->columns,
		painter->n, painter->grid, row);
	if (painter->regions->columns.first)
		grid_put(painter->grid, row, 0, '<', ROLE_TITLE);
	if (painter->more)
		grid_put(painter->grid, row, last->col - 1, '>', ROLE_TITLE);
}

/* ---- lines */

/* What a sum of regions has beside its name: figures. */
static bool is_figure(const struct field *field, struct record *record)
{
	struct value value = { .kind = VALUE_NULL };

	if (field->ascending || field->left)
		return field->part != NULL;
	if (!field->unit[0])
		return false;
	field->get(record, &value);
	return value.kind == VALUE_BYTES || value.kind == VALUE_I64 ||
		value.kind == VALUE_NULL;
}

/* "A 12 f 3": the letters look as on the map. */
static void paint_letters(const struct painter *painter, int row,
	const struct column *column)
{
	int col, end = column->col + column->width;
	unsigned state;

	for (col = column->col; col < end; col++) {
		const struct grid_cell *cell = grid_at(painter->grid, row, col);
		const struct grid_cell *next = grid_at(painter->grid, row,
			col + 1);

		for (state = 1; cell && next && next->code == ' ' &&
		     state < NSTATES; state++)
			if (cell->code == (uint32_t)(unsigned char)
					state_info(state)->letter)
				grid_put_fill(painter->grid, row, col,
					cell->code, ROLE_OF_STATE(state),
					FILL_FULL);
	}
}

static void paint_figures(const struct painter *painter, int row, int role,
	struct record *record, bool is_sum)
{
	struct buf text = { 0 };
	unsigned i;

	for (i = 0; i < painter->n; i++) {
		const struct column *column = &painter->columns[i];

		if (!column->field->column_width ||
		    (is_sum && !is_figure(column->field, record)))
			continue;
		columns_value(column->field, record, &text);
		/* Most are 0: what is not is to be seen among them. */
		columns_put(column, painter->grid, row, role == ROLE_TEXT &&
			text.len == 1 && buf_text(&text)[0] == '0' ? ROLE_DIM :
			role, &text);
		if (column->field->part && role != ROLE_SELECTED)
			paint_letters(painter, row, column);
	}
	buf_fini(&text);
}

static void paint_group_name(const struct painter *painter, int row, int role,
	const struct regions_group *group)
{
	const struct column *last = &painter->columns[painter->n - 1];
	struct grid *grid = painter->grid;
	struct text title = region_title(&group->sum,
		&painter->snapshot->names);
	char count[24], type[32];
	int width, col;

	if (painter->regions->by == REGIONS_BY_TYPE) {
		snprintf(type, sizeof(type), "%s%s", group->of,
			region_type_name(group->sum.type));
		title = text_of(type);
	}
	snprintf(count, sizeof(count), " (%u)", (unsigned)group->n);
	width = last->width - 2 - (int)grid_width(grid, text_of(count));
	grid_str(grid, row, last->col, 1, role, group->open ? "-" : "+");
	col = grid_path(grid, row, last->col + 2, width > 0 ? width : 0, role,
		title);
	if (width > 0)
		grid_str(grid, row, col, -1, role, count);
}

static bool is_group_tagged(const struct painter *painter,
	const struct regions_group *group)
{
	const struct regions *regions = painter->regions;
	uint32_t i;

	for (i = 0; regions->ntags && i < group->n; i++)
		if (!regions_is_tagged(regions, &painter->snapshot->regions[
				regions->order[group->first + i]]))
			return false;
	return regions->ntags != 0;
}

static void paint_row(const struct painter *painter, int row,
	const struct regions_row *it, bool chosen)
{
	const struct regions *regions = painter->regions;
	const struct column *last = &painter->columns[painter->n - 1];
	const struct regions_group *group = it->region == REGIONS_NONE ?
		&regions->groups[it->group] : NULL;
	struct record record = { .object = OBJECT_REGION,
		.snapshot = painter->snapshot, .index = it->region,
		.region = group ? &group->sum : NULL,
		.states = group ? group->states : NULL };
	bool tagged = group ? is_group_tagged(painter, group) :
		regions_is_tagged(regions,
			&painter->snapshot->regions[it->region]);
	int role = chosen ? ROLE_SELECTED : tagged || group ? ROLE_VALUE :
		ROLE_TEXT;
	int indent = regions->ngroups ? 2 : 0;

	grid_fill(painter->grid, row, 0, 1, painter->grid->cols, role);
	if (tagged)
		grid_put(painter->grid, row, 0, '*', chosen ? ROLE_SELECTED :
			ROLE_TITLE);
	paint_figures(painter, row, role, &record, group != NULL);
	if (group)
		paint_group_name(painter, row, role, group);
	else
		grid_path(painter->grid, row, last->col + indent,
			last->width - indent, role,
			snapshot_region_title(painter->snapshot, it->region));
	record_fini(&record);
}

static void paint_rows(const struct painter *painter, int row)
{
	const struct regions *regions = painter->regions;
	int i;

	for (i = regions->scroll.top; i < (int)regions->nrows &&
	     i - regions->scroll.top < regions->scroll.rows; i++, row++) {
		const struct regions_row *it = &regions->rows[i];
		bool group = it->region == REGIONS_NONE;

		paint_row(painter, row, it, group == regions->on_group &&
			(group ? regions->groups[it->group].id ==
			 regions->cursor_group :
			 painter->snapshot->regions[it->region].start ==
			 regions->cursor));
	}
}

/* Of the tagged, else of all that are listed. */
static void paint_sum(const struct painter *painter, int row)
{
	const struct regions *regions = painter->regions;
	const struct column *last = &painter->columns[painter->n - 1];
	struct record record = { .object = OBJECT_REGION,
		.snapshot = painter->snapshot, .region = &regions->sum,
		.states = regions->states };
	size_t n = regions->ntags ? regions->ntags : regions->norder;

	grid_fill(painter->grid, row, 0, 1, painter->grid->cols, ROLE_HEADER);
	grid_str(painter->grid, row, 1, -1, ROLE_TITLE, regions->ntags ?
		"tagged" : regions->filter[0] ? "filtered" : "all");
	paint_figures(painter, row, ROLE_VALUE, &record, true);
	grid_fmt(painter->grid, row, last->col, -1, ROLE_HEADER,
		"%zu region%s", n, plural(n));
	record_fini(&record);
}

static void paint_since(const struct painter *painter, int row)
{
	struct buf since = { 0 };

	since_words(&since, painter->snapshot);
	grid_str(painter->grid, row, 1, -1, ROLE_VALUE, buf_text(&since));
	buf_fini(&since);
}

void regions_paint(struct regions *regions, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid)
{
	const struct key_label labels[] = {
		{ "1", "Proc" },
		{ "Enter", regions->on_group ? "Open" : "Atlas" },
		{ "<>", "Sort" }, { "Tab", "Group" }, { "e", "Columns" },
		{ "Space", "Tag" }, { "\\", "Filter" }, { "/", "Find" },
		{ "4", "Share" }, { "7", "Events" }, { "f", "Functions" },
		{ "?", "Help" }, { "q", "Quit" }, { NULL, NULL },
	};
	struct painter painter = { .regions = regions, .snapshot = snapshot,
		.grid = grid };
	bool whole = grid->rows > REGIONS_HEAD + 3;

	painter.n = columns_place(&regions->columns, grid->cols,
		painter.columns, &painter.more);
	grid_clear(grid);
	if (whole) {
		atlas_paint_head(snapshot, status, 1, grid);
		grid_fill(grid, 1, 0, 1, grid->cols, ROLE_HEADER);
		if (status->message)
			grid_line(grid, 1, 1, -1, status->is_warning ?
				ROLE_WARNING : ROLE_MESSAGE, text_of(status->message));
		else if (snapshot->baseline.on)
			paint_since(&painter, 1);
		else
			paint_listed(&painter, 1);
		paint_titles(&painter, 2);
	} else if (status->message) {
		grid_line(grid, 0, 0, -1, ROLE_MESSAGE, text_of(status->message));
	}
	paint_rows(&painter, whole ? REGIONS_HEAD : status->message != NULL);
	if (whole && snapshot->maps == ANSWER_OK)
		paint_sum(&painter, grid->rows - 2);
	if (grid->rows > 3)
		foot_paint(grid, grid->rows - 1, labels, status->keys);
	chooser_paint(&regions->chooser, &regions->columns, grid);
}
