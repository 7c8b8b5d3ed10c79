/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "share_impl.h"
#include "vmatlas/view/foot.h"
#include "vmatlas/view/mode.h"
#include "vmatlas/view/role.h"

struct painter {
	const struct share *share;
	const struct snapshot *snapshot;
	struct grid *grid;
	int list_cols;		/* columns of the list */
	uint64_t most;		/* pages: what a whole bar stands for */
};

static const struct {
	char letter;
	enum page_state state;	/* whose look it has */
} kinds[NSHARE_KINDS] = {
	[SHARE_FILE] = { 'f', STATE_FILE },
	[SHARE_SHMEM] = { 'm', STATE_SHMEM },
	[SHARE_COW] = { 'C', STATE_COW_SHARED },
	[SHARE_KSM] = { 'K', STATE_KSM },
	[SHARE_HUGETLB] = { 'H', STATE_HUGETLB },
	[SHARE_KERNEL] = { 'k', STATE_KERNEL },
	[SHARE_OWN] = { 'A', STATE_ANON },
	[SHARE_OTHER] = { 'I', STATE_DRIVER },
};

static const char *size_of(const struct painter *painter, uint64_t pages,
	char out[TEXT_SIZE_MAX])
{
	return pages ? text_size(pages << painter->snapshot->machine->page_shift,
		out) : "-";
}

/* ---- the list */

struct column {
	const char *title;
	int width;		/* 0: what is left, to the left */
};

static const struct column columns[] = {
	[SHARE_BY_PID] = { "PID", 7 }, [SHARE_BY_NAME] = { "NAME", -15 },
	[SHARE_BY_PAGES] = { "SHARED", 6 }, [SHARE_BY_FILE] = { "FILE", 5 },
	[SHARE_BY_SHMEM] = { "SHMEM", 5 }, [SHARE_BY_COW] = { "COW", 5 },
	[SHARE_BY_KSM] = { "KSM", 5 }, [SHARE_BY_REST] = { "OTHER", 5 },
};

static const struct column thing_columns[] = {
	[SHARE_BY_COMMON] = { "SHARED", 6 }, [SHARE_BY_HERE] = { "HERE", 6 },
	[SHARE_BY_USERS] = { "BY", 4 }, [SHARE_BY_THING] = { "NAME", 0 },
};

/* A negative width is aligned left.  Returns the column behind it. */
static int put(const struct painter *painter, int row, int col,
	const struct column *column, int role, const char *text)
{
	int width = column->width < 0 ? -column->width : column->width;
	int used = grid_width(painter->grid, text_of(text));
	int room = painter->list_cols - col;

	/* A number that is cut would be another one. */
	if (room <= 0 || (column->width > 0 && width > room))
		return painter->list_cols;
	if (!width || width > room)
		width = room;
	grid_str(painter->grid, row, column->width > 0 && used < width ?
		col + width - used : col, width, role, text);
	return col + width + 1;
}

static void paint_titles(const struct painter *painter, int row)
{
	const struct share *share = painter->share;
	bool processes = share->list == SHARE_PROCESSES;
	unsigned i, n = processes ? (unsigned)NSHARE_COLUMNS :
		(unsigned)NSHARE_THING_COLUMNS;
	const struct column *titles = processes ? columns : thing_columns;
	int col = 1;

	grid_fill(painter->grid, row, 0, 1, painter->list_cols, ROLE_HEADER);
	for (i = 0; i < n; i++)
		col = put(painter, row, col, &titles[i],
			share->lists[share->list].sort == i ? ROLE_TITLE :
			ROLE_HEADER, titles[i].title);
}

/* As wide as it is big beside the biggest, each kind with its letter. */
static void paint_bar(const struct painter *painter, int row, int col,
	const uint64_t *pages, bool chosen)
{
	int width = painter->list_cols - col - 1, at = 0;
	uint64_t sum = 0;
	unsigned i;

	if (width < 4 || !painter->most)
		return;
	for (i = 0; i < NSHARE_KINDS; i++) {
		int end;

		sum += pages[i];
		end = (int)((double)sum / (double)painter->most * width + 0.5);
		for (; at < end && at < width; at++)
			grid_put_fill(painter->grid, row, col + at,
				(uint32_t)kinds[i].letter, chosen ?
				ROLE_SELECTED : (int)ROLE_OF_STATE(
					kinds[i].state), FILL_FULL);
	}
}

static void paint_process(const struct painter *painter, int row, uint32_t i,
	bool chosen)
{
	const struct share_row *it = &painter->snapshot->shares.rows[i];
	const struct process *process = share_process_of(painter->snapshot, it);
	int role = chosen ? ROLE_SELECTED : ROLE_TEXT, col = 1;
	char text[TEXT_SIZE_MAX], pid[16], name[72];

	snprintf(pid, sizeof(pid), "%d", process->id.pid);
	snprintf(name, sizeof(name), "%s%s", process->name,
		it->same == SPACE_SAME ? " =" : "");
	col = put(painter, row, col, &columns[SHARE_BY_PID], role, pid);
	col = put(painter, row, col, &columns[SHARE_BY_NAME], role, name);
	col = put(painter, row, col, &columns[SHARE_BY_PAGES], role,
		size_of(painter, it->pages, text));
	col = put(painter, row, col, &columns[SHARE_BY_FILE], role,
		size_of(painter, it->kinds[SHARE_FILE], text));
	col = put(painter, row, col, &columns[SHARE_BY_SHMEM], role,
		size_of(painter, it->kinds[SHARE_SHMEM], text));
	col = put(painter, row, col, &columns[SHARE_BY_COW], role,
		size_of(painter, it->kinds[SHARE_COW], text));
	col = put(painter, row, col, &columns[SHARE_BY_KSM], role,
		size_of(painter, it->kinds[SHARE_KSM], text));
	col = put(painter, row, col, &columns[SHARE_BY_REST], role,
		size_of(painter, share_rest(it), text));
	paint_bar(painter, row, col, it->kinds, chosen);
}

static void paint_thing(const struct painter *painter, int row, uint32_t i,
	bool chosen)
{
	const struct shares *shares = &painter->snapshot->shares;
	const struct share_thing *thing = &shares->things[i];
	int role = chosen ? ROLE_SELECTED : ROLE_TEXT, col = 1;
	char text[TEXT_SIZE_MAX], users[16];

	snprintf(users, sizeof(users), "%" PRIu32, painter->share->users[i]);
	col = put(painter, row, col, &thing_columns[SHARE_BY_COMMON], role,
		size_of(painter, thing->common, text));
	col = put(painter, row, col, &thing_columns[SHARE_BY_HERE], role,
		size_of(painter, thing->pages, text));
	col = put(painter, row, col, &thing_columns[SHARE_BY_USERS], role,
		users);
	put(painter, row, col, &thing_columns[SHARE_BY_THING], role,
		share_thing_name(shares, i));
}

static void paint_list(struct painter *painter, int row)
{
	const struct share *share = painter->share;
	const struct shares *shares = &painter->snapshot->shares;
	int i, at = share_at(share, painter->snapshot);
	int top = share->lists[share->list].top;
	size_t k;

	for (k = 0; k < shares->n; k++)
		if (shares->rows[k].pages > painter->most)
			painter->most = shares->rows[k].pages;
	for (i = top; i < (int)share->norder && i - top < share->list_rows;
	     i++, row++) {
		if (i == at)
			grid_fill(painter->grid, row, 0, 1, painter->list_cols,
				ROLE_SELECTED);
		if (share->list == SHARE_PROCESSES)
			paint_process(painter, row, share->order[i], i == at);
		else
			paint_thing(painter, row, share->order[i], i == at);
	}
}

/* ---- what is under the cursor */

/* "file 36.0K, cow 4.0K" */
static void add_kinds(struct buf *out, const struct painter *painter,
	const struct share_part *part)
{
	char text[TEXT_SIZE_MAX];
	bool first = true;
	unsigned i;

	for (i = 0; i < NSHARE_KINDS; i++) {
		if (!part->kinds[i])
			continue;
		buf_fmt(out, "%s%s", first ? "" : ", ",
			share_kind_name((enum share_kind)i));
		if (part->kinds[i] != part->pages)
			buf_fmt(out, " %s", size_of(painter, part->kinds[i],
				text));
		first = false;
	}
}

/* One line: how much, of whom or what, and of what kinds. */
static void paint_part(const struct painter *painter, int row,
	const struct share_part *part, const char *name)
{
	int first = painter->share->detail_col, at = first + 8;
	int half = first + (painter->grid->cols - first) / 2;
	struct buf text = { 0 };
	char size[TEXT_SIZE_MAX];

	grid_fmt(painter->grid, row, first + 1, -1, ROLE_VALUE, "%6s",
		size_of(painter, part->pages, size));
	/* The end of a path says more than its start. */
	while (half > at && grid_width(painter->grid, text_of(name)) >
			half - at && strchr(name + 1, '/'))
		name = strchr(name + 1, '/');
	grid_str(painter->grid, row, at, half > at ? half - at : -1,
		ROLE_TEXT, name);
	add_kinds(&text, painter, part);
	if (half > at)
		grid_line(painter->grid, row, half + 1, -1, ROLE_DIM,
			text_of(buf_text(&text)));
	buf_fini(&text);
}

static void paint_process_detail(const struct painter *painter, int row,
	int end, const struct share_row *it)
{
	const struct shares *shares = &painter->snapshot->shares;
	const struct process *process = share_process_of(painter->snapshot, it);
	int col = painter->share->detail_col;
	size_t i;

	grid_fill(painter->grid, row, col, 1, painter->grid->cols - col,
		ROLE_HEADER);
	grid_fmt(painter->grid, row++, col + 1, -1, ROLE_HEADER,
		"what %s %d has, too%s", process->name, process->id.pid,
		it->same == SPACE_SAME ?
			"  (=: both run in one address space)" :
		it->same == SPACE_NOT_KNOWN ?
			"  (whether in one address space: ?)" : "");
	for (i = 0; i < it->nparts && row < end; i++, row++) {
		const struct share_part *part = &shares->parts[it->first + i];

		if (row == end - 1 && it->nparts - i > 1) {
			grid_fmt(painter->grid, row, col + 1, -1, ROLE_DIM,
				"%*sand %zu more", 7, "", it->nparts - i);
			break;
		}
		paint_part(painter, row, part,
			share_thing_name(shares, part->thing));
	}
}

static void paint_thing_detail(const struct painter *painter, int row, int end,
	uint32_t thing)
{
	const struct shares *shares = &painter->snapshot->shares;
	int col = painter->share->detail_col;
	uint32_t left = painter->share->users[thing];
	size_t i, k;

	grid_fill(painter->grid, row, col, 1, painter->grid->cols - col,
		ROLE_HEADER);
	grid_fmt(painter->grid, row++, col + 1, -1, ROLE_HEADER,
		"who else has %s",
		share_thing_name(shares, thing));
	for (i = 0; i < shares->n && row < end; i++) {
		const struct share_row *it = &shares->rows[i];
		const struct process *process =
			share_process_of(painter->snapshot, it);
		char name[96];

		for (k = 0; k < it->nparts; k++)
			if (shares->parts[it->first + k].thing == thing)
				break;
		if (k == it->nparts)
			continue;
		if (row == end - 1 && left > 1) {
			grid_fmt(painter->grid, row, col + 1, -1, ROLE_DIM,
				"%*sand %" PRIu32 " more", 7, "", left);
			break;
		}
		left--;
		snprintf(name, sizeof(name), "%d %s", process->id.pid,
			process->name);
		paint_part(painter, row++, &shares->parts[it->first + k], name);
	}
}

static void paint_detail(const struct painter *painter, int end)
{
	const struct share *share = painter->share;
	int at = share_at(share, painter->snapshot);

	if (!share->detail_row || at < 0)
		return;
	if (share->list == SHARE_PROCESSES)
		paint_process_detail(painter, share->detail_row, end,
			&painter->snapshot->shares.rows[share->order[at]]);
	else
		paint_thing_detail(painter, share->detail_row, end,
			share->order[at]);
}

/* ---- head and foot */

static void paint_head(const struct painter *painter,
	const struct atlas_status *status)
{
	const struct snapshot *snapshot = painter->snapshot;
	struct grid *grid = painter->grid;
	char text[48];
	int col, width;

	grid_fill(grid, 0, 0, 1, grid->cols, ROLE_HEADER);
	col = grid_str(grid, 0, 1, -1, ROLE_TITLE, "vmatlas") + 1;
	col = grid_str(grid, 0, col, 16, ROLE_VALUE, snapshot->process.name);
	col = grid_fmt(grid, 0, col + 1, -1, ROLE_VALUE, "%d",
		snapshot->process.id.pid) + 2;
	if (!snapshot->machine->facts.pfn_visible)
		snprintf(text, sizeof(text), "what it shares: ?");
	else if (painter->share->list == SHARE_PROCESSES)
		snprintf(text, sizeof(text), "shares with %zu process%s",
			snapshot->shares.n, snapshot->shares.n == 1 ? "" : "es");
	else
		snprintf(text, sizeof(text), "%zu thing%s that others have, too",
			painter->share->norder,
			painter->share->norder == 1 ? "" : "s");
	col = grid_str(grid, 0, col, -1, ROLE_HEADER, text);
	if (snapshot->answered || snapshot->question_answer != ANSWER_OK) {
		mode_put(grid, col, snapshot, status);
		return;
	}
	snprintf(text, sizeof(text), "reading %.0f%%",
		100 * snapshot->question_progress);
	width = (int)strlen(text);
	if (grid->cols - width - 1 > col)
		grid_str(grid, 0, grid->cols - width - 1, -1, ROLE_VALUE, text);
}

/* Whoever could not be read may have anything. */
static void add_unread(struct buf *out, const struct snapshot *snapshot)
{
	size_t i, n = 0, named = 0;

	for (i = 0; i < snapshot->nmembers; i++)
		n += snapshot->members[i].answer != ANSWER_OK;
	if (!n)
		return;
	buf_fmt(out, "%zu process%s could not be read:", n,
		n == 1 ? "" : "es");
	for (i = 0; i < snapshot->nmembers && named < 8; i++) {
		const struct crowd_member *member = &snapshot->members[i];

		if (member->answer == ANSWER_OK)
			continue;
		buf_fmt(out, "%s %d ", named++ ? "," : "",
			member->process.id.pid);
		text_escape(out, text_of(member->process.name), false);
	}
	if (n > named)
		buf_fmt(out, " and %zu more", n - named);
}

const char *share_obstacle(const struct snapshot *snapshot)
{
	const struct facts *facts = &snapshot->machine->facts;

	if (!facts->pfn_visible)
		return facts->uid ? "frames are not told to this user: "
			"what is shared with whom needs root" :
			"frames are not told here: what is shared with whom "
			"is not known";
	if (snapshot->process.answer == ANSWER_GONE)
		return "this process has ended (1: other processes)";
	if (snapshot->question_answer == ANSWER_UNRECORDED)
		return "the recording does not have all processes";
	if (snapshot->question_answer != ANSWER_OK)
		return "this process may not be read: it needs the same user, "
			"or CAP_SYS_PTRACE";
	if (snapshot->answered && !snapshot->shares.n)
		return "no other process that could be read has any of its "
			"memory";
	return NULL;
}

static void paint_foot(const struct painter *painter,
	const struct atlas_status *status)
{
	bool by_process = painter->share->list == SHARE_PROCESSES;
	const struct key_label labels[] = {
		{ "1", "Proc" }, { "2", "Atlas" }, { "3", "Regions" },
		{ "Enter", by_process ? "Compare" : "Open" },
		{ "Tab", by_process ? "By file" : "By process" },
		{ "<>", "Sort" }, { "I", "Invert" }, { "z", "Freeze" },
		{ "?", "Help" }, { "q", "Quit" }, { NULL, NULL },
	};
	struct grid *grid = painter->grid;
	struct buf text = { 0 };

	if (grid->rows > 3)
		foot_paint(grid, grid->rows - 1, labels, status->keys);
	if (grid->rows <= 5)
		return;
	add_unread(&text, painter->snapshot);
	if (status->message)
		grid_line(grid, grid->rows - 2, 1, -1, status->is_warning ?
			ROLE_WARNING : ROLE_MESSAGE, text_of(status->message));
	else
		grid_line(grid, grid->rows - 2, 1, -1, ROLE_WARNING,
			text_of(buf_text(&text)));
	buf_fini(&text);
}

void share_paint(struct share *share, const struct snapshot *snapshot,
	const struct atlas_status *status, struct grid *grid)
{
	struct painter painter = { share, snapshot, grid,
		share->detail_col ? share->detail_col : grid->cols, 0 };
	const char *why = share_obstacle(snapshot);
	int row = grid->rows > 2 ? 2 : 0;

	grid_clear(grid);
	if (row) {
		paint_head(&painter, status);
		paint_titles(&painter, 1);
	}
	if (why)
		grid_str(grid, row + (grid->rows > 6), 1, -1, ROLE_MESSAGE,
			why);
	paint_list(&painter, row);
	paint_detail(&painter, grid->rows - (grid->rows > 3) -
		(grid->rows > 5));
	paint_foot(&painter, status);
}
