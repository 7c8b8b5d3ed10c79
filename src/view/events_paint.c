/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "events_impl.h"
#include "vmatlas/base/stamp.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/mode.h"
#include "vmatlas/view/role.h"

/* What of a line is shown from which width on. */
#define NAMES_COLS 110
#define FRAMES_COLS 140

struct column {
	const char *title;
	int width;		/* negative: to the left; 0: what is left */
	int cols;		/* of a screen, from which on it is there */
	void (*text)(const struct snapshot *snapshot,
		const struct change *change, char out[64]);
};

static void time_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	(void)snapshot;
	stamp_local(out, change->time_ms, false);
}

static void pid_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	(void)snapshot;
	snprintf(out, 64, "%d", change->pid);
}

static void kind_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	(void)snapshot;
	snprintf(out, 64, "%s", change_name(change->kind));
}

static void pages_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	(void)snapshot;
	if (change->npages)
		snprintf(out, 64, "%" PRIu64, change->npages);
	else
		snprintf(out, 64, "-");
}

static void va_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	if (change->npages)
		snprintf(out, 64, "%" PRIx64, change->vpn <<
			snapshot->machine->page_shift);
	else
		snprintf(out, 64, "-");
}

static void put_rights(uint8_t rights, char out[5])
{
	const struct region region = { .read = rights & RIGHT_READ,
		.write = rights & RIGHT_WRITE, .exec = rights & RIGHT_EXEC,
		.shared = rights & RIGHT_SHARED };

	region_perms(&region, out);
}

/* From which state to which, or from which rights. */
static void states_text(const struct snapshot *snapshot,
	const struct change *change, bool names, char out[64])
{
	const struct state_info *from = state_info(change->from);
	const struct state_info *to = state_info(change->to);
	char was[5], is[5];

	(void)snapshot;
	out[0] = '\0';
	if (change->kind == CHANGE_PROTECTED) {
		put_rights(change->rights_from, was);
		put_rights(change->rights_to, is);
		snprintf(out, 64, names ? "%s to %s" : "%s>%s", was, is);
	} else if (!change->npages) {
		return;
	} else if (names) {
		snprintf(out, 64, "%s to %s", from->name, to->name);
	} else {
		snprintf(out, 64, "%c > %c", from->letter, to->letter);
	}
}

static void letters_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	states_text(snapshot, change, false, out);
}

static void names_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	states_text(snapshot, change, true, out);
}

/* "+": the others' frames do not follow it. */
static void frame_text(bool known, uint64_t pfn, const struct change *change,
	char out[64])
{
	if (known)
		snprintf(out, 64, "%" PRIx64 "%s", pfn,
			change->scattered ? "+" : "");
	else
		snprintf(out, 64, "-");
}

static void from_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	(void)snapshot;
	frame_text(change->has_from, change->pfn_from, change, out);
}

static void to_text(const struct snapshot *snapshot,
	const struct change *change, char out[64])
{
	(void)snapshot;
	frame_text(change->has_to, change->pfn_to, change, out);
}

static const struct column columns[] = {
	{ "TIME", -8, 50, time_text },
	{ "PID", 7, NAMES_COLS, pid_text },
	{ "WHAT", -11, 0, kind_text },
	{ "PAGES", 7, 0, pages_text },
	{ "ADDRESS", 12, 40, va_text },
	{ "STATE", -9, 60, letters_text },
	{ "STATE", -30, NAMES_COLS, names_text },
	{ "FRAME", 9, FRAMES_COLS, from_text },
	{ "FRAME NOW", 9, FRAMES_COLS, to_text },
	{ "REGION", 0, 0, NULL },
};

static bool is_shown(const struct column *column, int cols)
{
	return cols >= column->cols && (column->text != letters_text ||
		cols < NAMES_COLS);
}

static int put(struct grid *grid, int row, int col,
	const struct column *column, int role, const char *text)
{
	int width = column->width < 0 ? -column->width : column->width;
	int used = grid_width(grid, text_of(text));

	if (!width)
		width = grid->cols - col;
	if (width > 0)
		grid_str(grid, row, column->width > 0 && used < width ?
			col + width - used : col, width, role, text);
	return col + width + 1;
}

static void paint_titles(struct grid *grid, int row)
{
	size_t i;
	int col = 1;

	grid_fill(grid, row, 0, 1, grid->cols, ROLE_HEADER);
	for (i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (is_shown(&columns[i], grid->cols))
			col = put(grid, row, col, &columns[i], ROLE_HEADER,
				columns[i].title);
}

/* The look of what the pages are now; what went looks as what it was. */
static int role_of(const struct change *change)
{
	if (change->kind == CHANGE_EXEC || change->kind == CHANGE_ENDED)
		return ROLE_WARNING;
	if (change->kind == CHANGE_PROTECTED)
		return ROLE_VALUE;
	return (int)ROLE_OF_STATE(state_info(change->to)->presence ==
		PRESENCE_VOID ? change->from : change->to);
}

static void paint_line(const struct snapshot *snapshot, struct grid *grid,
	int row, const struct change *change, bool chosen)
{
	char text[64];
	size_t i;
	int col = 1;

	if (chosen)
		grid_fill(grid, row, 0, 1, grid->cols, ROLE_SELECTED);
	for (i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		const struct column *column = &columns[i];
		int role = chosen ? ROLE_SELECTED :
			column->text == kind_text ? role_of(change) : ROLE_TEXT;

		if (!is_shown(column, grid->cols))
			continue;
		if (column->text)
			column->text(snapshot, change, text);
		col = put(grid, row, col, column, role, column->text ? text :
			buf_text(&snapshot->change_names) + change->name);
	}
}

static void paint_status(const struct events *events,
	const struct snapshot *snapshot, const struct atlas_status *status,
	struct grid *grid)
{
	char lines[96];
	int col;

	grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
	col = grid_str(grid, 0, 1, -1, ROLE_TITLE, "vmatlas") + 1;
	col = grid_str(grid, 0, col, 16, ROLE_VALUE, snapshot->process.name);
	col = grid_fmt(grid, 0, col + 1, -1, ROLE_VALUE, "%d",
		snapshot->process.id.pid) + 2;
	snprintf(lines, sizeof(lines), "%zu event%s", events->norder,
		events->norder == 1 ? "" : "s");
	if (events->norder < snapshot->nchanges)
		snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
			" of %zu", snapshot->nchanges);
	if (snapshot->changes_dropped)
		snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
			", %" PRIu64 " older ones dropped",
			snapshot->changes_dropped);
	col = grid_str(grid, 0, col, -1, ROLE_HEADER, lines);
	mode_put(grid, col, snapshot, status);
}

/* What the line under the cursor means. */
static void explain(const struct events *events,
	const struct snapshot *snapshot, struct grid *grid, int row)
{
	const struct change *change = events_chosen(events, snapshot);

	if (change)
		grid_fmt(grid, row, 1, -1, ROLE_MESSAGE, "%s: %s",
			change_name(change->kind), change_words(change->kind));
	else
		grid_str(grid, row, 1, -1, ROLE_DIM, events->filter[0] ?
			"nothing that the filter shows" :
			"nothing happened yet");
}

static void paint_foot(const struct events *events,
	const struct snapshot *snapshot, const struct atlas_status *status,
	struct grid *grid)
{
	static const struct key_label labels[] = {
		{ "1", "Proc" }, { "2", "Atlas" }, { "3", "Regions" },
		{ "Enter", "Go there" },
		{ "\\", "Filter" }, { "/", "Find" }, { "G", "Newest" },
		{ "z", "Freeze" }, { "?", "Help" }, { "q", "Quit" },
		{ NULL, NULL },
	};
	int row = grid->rows - 2;

	if (grid->rows > 3)
		foot_paint(grid, grid->rows - 1, labels, status->keys);
	if (grid->rows <= 5)
		return;
	if (status->message)
		grid_line(grid, row, 1, -1, status->is_warning ? ROLE_WARNING :
			ROLE_MESSAGE, text_of(status->message));
	else
		explain(events, snapshot, grid, row);
}

void events_paint(struct events *events, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid)
{
	size_t at = events_at(events, snapshot), i;
	int row = 0;

	grid_clear(grid);
	if (grid->rows > 2) {
		paint_status(events, snapshot, status, grid);
		events_paint_head(events, snapshot, grid, 1);
		row = 1 + events->head_rows;
		paint_titles(grid, row++);
	}
	for (i = events->top; i < events->norder &&
			i < events->top + (size_t)events->list_rows; i++)
		paint_line(snapshot, grid, row++,
			&snapshot->changes[events->order[i]], i == at);
	paint_foot(events, snapshot, status, grid);
}
