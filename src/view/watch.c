/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/base/key.h"
#include "vmatlas/view/role.h"

#define WIDTH 66
#define ROWS 9

static const struct {
	const char *letter, *what, *how;
	const char *value;	/* that is written */
	const char *absent;
} kinds[NCLEAR_KINDS] = {
	[CLEAR_REFERENCED] = { "r", "used", "refs", "1",
		"this kernel does not tell (smaps, Referenced)" },
	[CLEAR_SOFT_DIRTY] = { "w", "written", "writes", "4",
		"this kernel has no soft-dirty" },
};

void watch_open(struct watch_dialog *dialog)
{
	*dialog = (struct watch_dialog){ .open = true };
}

static enum watch_event closed(struct watch_dialog *dialog,
	enum watch_event event)
{
	dialog->open = false;
	return event;
}

static bool can(const struct snapshot *snapshot, enum clear_kind kind)
{
	return snapshot->watch.asked && snapshot->watch.can[kind] == ANSWER_OK;
}

enum watch_event watch_key(struct watch_dialog *dialog,
	const struct snapshot *snapshot, uint32_t key)
{
	enum clear_kind on = snapshot->watch.kind, kind;

	if (dialog->chosen != CLEAR_NOTHING)
		return closed(dialog, key == 'y' ? WATCH_AGREED : WATCH_CLOSED);
	if (on != CLEAR_NOTHING && key == 'n')
		return closed(dialog, WATCH_OFF);
	for (kind = CLEAR_NOTHING + 1; kind < NCLEAR_KINDS; kind++)
		if (key == (uint32_t)kinds[kind].letter[0]) {
			if (can(snapshot, kind))
				dialog->chosen = kind;
			return WATCH_STAYS;
		}
	return closed(dialog, WATCH_CLOSED);
}

static uint64_t referenced(const struct snapshot *snapshot)
{
	uint64_t nbytes = 0;
	size_t i;

	for (i = 0; i < snapshot->nregions; i++)
		nbytes += snapshot->regions[i].referenced;
	return nbytes;
}

static uint64_t seconds(const struct snapshot *snapshot)
{
	return (snapshot->machine->facts.uptime_ms -
		snapshot->watch.since_ms) / 1000;
}

void watch_words(struct buf *out, const struct snapshot *snapshot)
{
	enum clear_kind kind = snapshot->watch.kind;
	char size[TEXT_SIZE_MAX];

	buf_fmt(out, "WATCHING %s %" PRIu64 "s", kinds[kind].how,
		seconds(snapshot));
	if (kind == CLEAR_REFERENCED && snapshot->smaps == ANSWER_OK)
		buf_fmt(out, " %s", text_size(referenced(snapshot), size));
}

/* ---- drawn */

struct pen {
	struct grid *grid;
	int row, col;
};

static void line(struct pen *pen, int role, const char *text)
{
	grid_str(pen->grid, pen->row++, pen->col, WIDTH - 4, role, text);
}

static void paint_choice(struct pen *pen, const struct snapshot *snapshot)
{
	const struct watch *watch = &snapshot->watch;
	unsigned kind;
	char text[96];

	line(pen, ROLE_TITLE, "Which of its pages are used, or written, from now on?");
	line(pen, ROLE_POPUP, "To see that, marks of the process must be cleared: vmatlas");
	line(pen, ROLE_POPUP, "would write to it, which it does for nothing else.");
	for (kind = CLEAR_NOTHING + 1; kind < NCLEAR_KINDS; kind++) {
		const char *why = !watch->asked ? "asking the kernel ..." :
			watch->can[kind] == ANSWER_OK ? "" :
			watch->can[kind] == ANSWER_ABSENT ?
			kinds[kind].absent : answer_name(watch->can[kind]);

		snprintf(text, sizeof(text), "%s  %s%s%s", kinds[kind].letter,
			kinds[kind].what, *why ? ": " : " ...", why);
		line(pen, *why ? ROLE_DIM : ROLE_KEY, text);
	}
	if (watch->kind != CLEAR_NOTHING)
		line(pen, ROLE_KEY, "n  no more: what is watched now ends");
	line(pen, ROLE_KEY, "Esc  leave it as it is");
}

/* KERNEL-FACTS: 49 ns a page, behind the process's own lock. */
static void paint_question(struct pen *pen, const struct snapshot *snapshot,
	enum clear_kind kind)
{
	uint64_t pages = snapshot->total.rss >> snapshot->machine->page_shift;
	char text[96];

	snprintf(text, sizeof(text), "Write %s to /proc/%d/clear_refs?",
		kinds[kind].value, snapshot->process.id.pid);
	line(pen, ROLE_WARNING, text);
	line(pen, ROLE_POPUP, "Its memory cannot be changed (mmap, page faults that grow it)");
	snprintf(text, sizeof(text), "until all of its %" PRIu64
		" pages were gone through: around %" PRIu64 " ms.", pages,
		pages / 20000 + 1);
	line(pen, ROLE_POPUP, text);
	if (kind == CLEAR_REFERENCED) {
		line(pen, ROLE_POPUP, "Reclaim forgets which pages were used, and may take the wrong");
		line(pen, ROLE_POPUP, "ones; other tools that count references begin anew.");
	} else {
		line(pen, ROLE_POPUP, "Its next write to each page is held up by a fault; other tools");
		line(pen, ROLE_POPUP, "that follow writes (CRIU) lose what they had.");
	}
	pen->row++;
	line(pen, ROLE_KEY, "y  yes, once        any other key: no");
}

void watch_paint(const struct watch_dialog *dialog,
	const struct snapshot *snapshot, struct grid *grid)
{
	int width = grid->cols < WIDTH ? grid->cols : WIDTH;
	int top = grid->rows > ROWS + 2 ? (grid->rows - ROWS - 2) / 2 : 0;
	int left = (grid->cols - width) / 2;
	struct pen pen = { grid, top + 1, left + 2 };

	if (!dialog->open)
		return;
	grid_fill(grid, top, left, ROWS + 2, width, ROLE_POPUP);
	grid_box(grid, top, left, ROWS + 2, width, ROLE_POPUP_BORDER);
	if (dialog->chosen == CLEAR_NOTHING)
		paint_choice(&pen, snapshot);
	else
		paint_question(&pen, snapshot, dialog->chosen);
}
