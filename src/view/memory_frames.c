/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmatlas/model/frame_sums.h"

/* The counts of USE, of all zones; the sum of all owners. */
static uint64_t sum_use(const struct snapshot *snapshot, unsigned use,
	uint64_t owners[NFRAME_OWNERS])
{
	uint64_t all = 0;
	size_t zone;
	unsigned i;

	memset(owners, 0, NFRAME_OWNERS * sizeof(*owners));
	for (zone = 0; zone <= snapshot->machine->nplaces; zone++)
		for (i = 0; i < NFRAME_OWNERS; i++) {
			uint64_t n = frame_sums_at(snapshot->frame_sums, zone,
				use)[i];

			owners[i] += n;
			all += n;
		}
	return all;
}

#define OWNER_WIDTH 9

static void put_right(struct pen *pen, int row, int col, int role,
	const char *text)
{
	int width = grid_width(pen->grid, text_of(text));

	pen_str(pen, row, width < OWNER_WIDTH ? col + OWNER_WIDTH - width : col,
		role, text);
}

static void paint_use(struct pen *pen, unsigned use, bool with_owners)
{
	const struct snapshot *snapshot = pen->snapshot;
	uint64_t owners[NFRAME_OWNERS], all = sum_use(snapshot, use, owners);
	const char *title = "not read";
	struct use_look look = { '?', ROLE_OTHER };
	char size[TEXT_SIZE_MAX];
	int row, col = 20;
	unsigned i;

	if (!all)
		return;
	if (use < NFRAME_USES) {
		title = frame_use_info(use)->title;
		look = use_look(use);
	}
	row = pen_line(pen);
	if (row < 0)
		return;
	grid_put_fill(pen->grid, row, pen->col + 1, (uint32_t)look.letter,
		look.role, FILL_FULL);
	pen_str(pen, row, 3, ROLE_TEXT, title);
	put_right(pen, row, col, ROLE_VALUE, pages_text(snapshot, all, size));
	if (use == NFRAME_USES)
		pen_fmt(pen, row, col + OWNER_WIDTH + 1, ROLE_DIM,
			"kpageflags: %s", answer_name(snapshot->sums_answer));
	if (!with_owners || use == NFRAME_USES)
		return;
	for (i = OWNER_MINE; i < NFRAME_OWNERS; i++) {
		col += OWNER_WIDTH;
		put_right(pen, row, col, owners[i] ? ROLE_TEXT : ROLE_DIM,
			owners[i] ? pages_text(snapshot, owners[i], size) : "-");
	}
	if (owners[OWNER_UNKNOWN])
		pen_fmt(pen, row, col + OWNER_WIDTH, ROLE_DIM, "  ? %s",
			pages_text(snapshot, owners[OWNER_UNKNOWN], size));
}

static void paint_owners(struct pen *pen)
{
	static const char *const titles[] = {
		"all", "mine", "shared", "others'", "nobody's"
	};
	bool with_owners = pen->snapshot->sums_pid != 0;
	int row = pen_line(pen), col = 20;
	unsigned i;

	for (i = 0; i < (with_owners ? 5 : 1); i++, col += OWNER_WIDTH)
		put_right(pen, row, col, ROLE_HEADER, titles[i]);
	for (i = 0; i <= NFRAME_USES; i++)
		paint_use(pen, i, with_owners);
}

/* The zone's frames as a bar: each use its share, holes left out. */
static void paint_bar(struct pen *pen, size_t zone, const char *name)
{
	uint64_t uses[NFRAME_USES] = { 0 }, all = 0, at = 0;
	int row = pen_line(pen), n = pen->width - 15, i;
	unsigned use = 0, k;

	for (k = 0; k < NFRAME_USES * NFRAME_OWNERS; k++)
		if (k / NFRAME_OWNERS != USE_HOLE)
			uses[k / NFRAME_OWNERS] += frame_sums_at(
				pen->snapshot->frame_sums, zone, 0)[k];
	for (k = 0; k < NFRAME_USES; k++)
		all += uses[k];
	pen_str(pen, row, 1, ROLE_ZONE, name);
	if (row < 0 || n < 1 || !all)
		return;
	pen_str(pen, row, 12, ROLE_BORDER, "[");
	/* Use 0 is free: it comes last. */
	use = 1;
	at = uses[1];
	for (i = 0; i < n; i++) {
		double here = ((double)i + 0.5) / n * (double)all;

		while (use && (double)at < here) {
			use = (use + 1) % NFRAME_USES;
			at += uses[use];
		}
		grid_put_fill(pen->grid, row, pen->col + 13 + i,
			(uint32_t)use_look(use).letter, use_look(use).role,
			FILL_FULL);
	}
	pen_str(pen, row, 13 + n, ROLE_BORDER, "]");
}

/* Whose the frames of a zone are. */
static void paint_zone_owners(struct pen *pen, size_t zone)
{
	static const char *const titles[NFRAME_OWNERS] = {
		[OWNER_MINE] = "mine", [OWNER_SHARED] = "shared",
		[OWNER_OTHER] = "others'", [OWNER_NONE] = "nobody's",
	};
	uint64_t sums[NFRAME_OWNERS] = { 0 };
	int row = pen_line(pen), col = 12;
	char size[TEXT_SIZE_MAX];
	unsigned i;

	/* What is not there is nobody's, but not worth a word. */
	for (i = 0; i < (NFRAME_USES + 1) * NFRAME_OWNERS; i++)
		if (i / NFRAME_OWNERS != USE_HOLE)
			sums[i % NFRAME_OWNERS] += frame_sums_at(
				pen->snapshot->frame_sums, zone, 0)[i];
	for (i = OWNER_MINE; i < NFRAME_OWNERS; i++) {
		col = pen_str(pen, row, col, ROLE_HEADER, titles[i]) + 1;
		col = pen_str(pen, row, col, ROLE_TEXT, pages_text(
			pen->snapshot, sums[i], size)) + 2;
	}
}

void memory_frames(struct pen *pen)
{
	const struct snapshot *snapshot = pen->snapshot;
	char words[64], name[32];
	size_t i;

	if (!snapshot->has_sums) {
		pen_title(pen, "frames", "by use and owner");
		pen_str(pen, pen_line(pen), 1, ROLE_DIM,
			"not counted: Enter reads every frame, once");
		return;
	}
	if (!snapshot->sums_done)
		snprintf(words, sizeof(words), "reading %.0f%%",
			100 * snapshot->sums_progress);
	else
		snprintf(words, sizeof(words), "counted %" PRIu64 " s ago",
			snapshot->sums_age_ms / 1000);
	pen_title(pen, "frames", words);
	if (snapshot->sums_pid)
		pen_fmt(pen, pen_line(pen), 1, ROLE_DIM,
			"mine: of process %d", snapshot->sums_pid);
	paint_owners(pen);
	for (i = 0; i < snapshot->machine->nplaces; i++) {
		if (i < snapshot->machine->nzones &&
		    !snapshot->machine->zones[i].present)
			continue;
		paint_bar(pen, i, snapshot_zone(snapshot, (int)i, name));
		if (snapshot->sums_pid)
			paint_zone_owners(pen, i);
	}
}
