/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Shorter runs of printable characters are rarely text (as strings(1)). */
#define STRING_LEAST 4

/* How a row of bytes is set, by how wide it may be. */
struct setting {
	unsigned n;		/* bytes in a row */
	unsigned group;		/* a blank behind so many */
	bool apart;		/* and a blank behind each */
};

static struct setting setting_of(int cols)
{
	if (cols >= 74)
		return (struct setting){ 16, 8, true };
	return cols >= 60 ? (struct setting){ 16, 4, false } :
		cols >= 34 ? (struct setting){ 8, 4, false } :
		(struct setting){ 4, 4, false };
}

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

/* ---- when there is something to show */

/* Only the one who opens the inspector there asks for them: a wide screen has
 * room for them beside the facts. */
bool inspect_wants_bytes(const struct atlas *atlas)
{
	return atlas->inspect && (atlas->part == INSPECT_CONTENTS ||
		atlas->part == INSPECT_STRINGS || inspect_is_stacked(atlas));
}

bool inspect_has_bytes(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	uint64_t start, end;

	return atlas->inspect && atlas->active == SIDE_VIRTUAL &&
		snapshot->process.answer == ANSWER_OK &&
		pane_focus(&atlas->panes[SIDE_VIRTUAL], &start, &end) &&
		end - start == 1 && snapshot_region(snapshot, start) >= 0;
}

/* The bytes of the page under the cursor, or NULL with the reason in WHY. */
static const struct page_contents *contents_of(const struct atlas *atlas,
	const struct snapshot *snapshot, const char **why)
{
	const struct page_contents *contents = &snapshot->contents;
	uint64_t start, end;

	*why = NULL;
	if (!contents->asked ||
	    !pane_focus(&atlas->panes[SIDE_VIRTUAL], &start, &end) ||
	    contents->vpn != start)
		*why = "being read";
	else if (contents->why)
		*why = contents->why;
	else if (contents->answer == ANSWER_UNRECORDED)
		*why = "contents are never recorded";
	else if (contents->answer == ANSWER_DENIED)
		*why = "not permitted: it needs the right to trace this process";
	else if (contents->answer == ANSWER_BLOCKED)
		*why = "the kernel does not answer";
	else if (contents->answer != ANSWER_OK || !contents->n)
		*why = "the kernel does not give it out";
	return *why ? NULL : contents;
}

/* ---- strings */

/* The run of printable bytes from *AT on; false: there are no more. */
static bool next_string(const struct page_contents *contents, size_t *at,
	size_t *n)
{
	size_t i = *at, end;

	for (; i < contents->n; i = end + 1) {
		for (end = i; end < contents->n &&
		     is_printable(contents->bytes[end]); end++)
			;
		if (end - i < STRING_LEAST)
			continue;
		*at = i;
		*n = end - i;
		return true;
	}
	return false;
}

/* Long ones go on in further rows of WIDTH. */
static size_t count_rows(const struct page_contents *contents, size_t width)
{
	size_t at = 0, n, rows = 0;

	for (; next_string(contents, &at, &n); at += n)
		rows += (n + width - 1) / width;
	return rows;
}

static size_t string_width(int cols)
{
	return cols > 20 ? (size_t)cols - 8 : 12;
}

/* ---- keys */

static size_t nrows_of(const struct atlas *atlas,
	const struct page_contents *contents)
{
	int cols = inspect_cols(atlas);

	return atlas->part == INSPECT_STRINGS ?
		count_rows(contents, string_width(cols)) :
		contents->n / setting_of(cols).n;
}

/* The row on top, of a page that the cursor was on when it was chosen; there
 * is no emptiness below the last of ROWS as long as VISIBLE do not suffice. */
static size_t top_of(const struct atlas *atlas,
	const struct page_contents *contents, size_t rows, int visible)
{
	size_t most = visible > 0 && rows > (size_t)visible ?
		rows - (size_t)visible : 0;
	size_t at = atlas->scroll_vpn == contents->vpn ? atlas->scroll : 0;

	return at < most ? at : most;
}

bool inspect_act_bytes(struct atlas *atlas, const struct snapshot *snapshot,
	enum action action)
{
	const char *why;
	const struct page_contents *contents = contents_of(atlas, snapshot,
		&why);
	size_t rows = contents ? nrows_of(atlas, contents) : 0;
	size_t at = contents ? top_of(atlas, contents, rows,
		atlas->part_rows) : 0;
	size_t last = rows ? rows - 1 : 0;
	int page = atlas->part_rows > 1 ? atlas->part_rows : 1;
	int by = action == ACTION_UP ? -1 : action == ACTION_DOWN ? 1 :
		action == ACTION_PAGE_UP ? -page :
		action == ACTION_PAGE_DOWN ? page :
		action == ACTION_HALF_UP ? -(page + 1) / 2 :
		action == ACTION_HALF_DOWN ? (page + 1) / 2 : 0;

	if (action == ACTION_TOP)
		at = 0;
	else if (action == ACTION_BOTTOM)
		at = last;
	else if (by < 0)
		at = at > (size_t)-by ? at - (size_t)-by : 0;
	else if (by > 0)
		at = last - at > (size_t)by ? at + (size_t)by : last;
	else
		return false;
	atlas->scroll = at;
	atlas->scroll_vpn = contents ? contents->vpn : 0;
	return true;
}

/* ---- drawn */

/* What else is to be known of them; nothing in most cases. */
static int paint_notes(const struct inspect_box *box,
	const struct page_contents *contents)
{
	int row = box->row;

	if (contents->moved)
		row = inspect_paint_text(box, row, box->col + 1, ROLE_WARNING,
			text_of("it moved while it was read: these bytes may not be its own"));
	if (contents->brought_in)
		row = inspect_paint_text(box, row, box->col + 1, ROLE_WARNING,
			text_of("it left memory just before, and reading brought it back"));
	return row;
}

static int byte_role(uint8_t byte)
{
	return !byte ? ROLE_POPUP_DIM :
		is_printable(byte) ? ROLE_POPUP : ROLE_POPUP_VALUE;
}

static void paint_bytes(const struct inspect_box *box, int row,
	const struct page_contents *contents, size_t at, struct setting set)
{
	static const char digits[] = "0123456789abcdef";
	int digit_cols = contents->n > 0x1000 ? 5 : 3;
	int col = grid_fmt(box->grid, row, box->col + 1, digit_cols,
		ROLE_POPUP_BORDER, "%0*zx", digit_cols, at) + 2;
	unsigned i;

	for (i = 0; i < set.n && at + i < contents->n; i++) {
		uint8_t byte = contents->bytes[at + i];
		int role = byte_role(byte);

		if (i && (set.apart || i % set.group == 0))
			col += 1 + (set.apart && i % set.group == 0);
		grid_put(box->grid, row, col++, (uint32_t)digits[byte >> 4], role);
		grid_put(box->grid, row, col++, (uint32_t)digits[byte & 15], role);
	}
	col += 2;
	for (i = 0; i < set.n && at + i < contents->n; i++) {
		uint8_t byte = contents->bytes[at + i];

		grid_put(box->grid, row, col++, is_printable(byte) ? byte : '.',
			is_printable(byte) ? ROLE_POPUP : ROLE_POPUP_DIM);
	}
}

static bool is_all_zero(const struct page_contents *contents)
{
	return !contents->bytes[0] && !memcmp(contents->bytes,
		contents->bytes + 1, contents->n - 1);
}

static int paint_why(const struct inspect_box *box, const char *why)
{
	return inspect_paint_text(box, box->row, box->col + 1, ROLE_POPUP_DIM,
		text_of(why));
}

int inspect_paint_contents(const struct atlas *atlas,
	const struct snapshot *snapshot, const struct inspect_box *box)
{
	const char *why;
	const struct page_contents *contents = contents_of(atlas, snapshot,
		&why);
	struct setting set = setting_of(box->cols);
	size_t at, rows;
	int row;

	if (!contents)
		return paint_why(box, why);
	row = paint_notes(box, contents);
	if (is_all_zero(contents))
		row = inspect_paint_text(box, row, box->col + 1,
			ROLE_POPUP_DIM, text_of("all zeros"));
	rows = contents->n / set.n;
	at = top_of(atlas, contents, rows, box->end - row);
	for (; at < rows; at++, row++)
		if (row < box->end)
			paint_bytes(box, row, contents, at * set.n, set);
	return row;
}

/* A row of a string: from byte PART of that at AT on. */
static void paint_string(const struct inspect_box *box, int row,
	const struct page_contents *contents, size_t at, size_t part, size_t n)
{
	if (!part)
		grid_fmt(box->grid, row, box->col + 1, 5, ROLE_POPUP_BORDER,
			"%03zx", at);
	grid_text(box->grid, row, box->col + 7, -1, ROLE_POPUP,
		(struct text){ (const char *)contents->bytes + at + part, n });
}

int inspect_paint_strings(const struct atlas *atlas,
	const struct snapshot *snapshot, const struct inspect_box *box)
{
	const char *why;
	const struct page_contents *contents = contents_of(atlas, snapshot,
		&why);
	size_t width = string_width(box->cols), at = 0, n, skip, part;
	int row;

	if (!contents)
		return paint_why(box, why);
	row = paint_notes(box, contents);
	skip = top_of(atlas, contents, count_rows(contents, width),
		box->end - row);
	for (; next_string(contents, &at, &n); at += n)
		for (part = 0; part < n; part += width) {
			if (skip) {
				skip--;
				continue;
			}
			if (row < box->end)
				paint_string(box, row, contents, at, part,
					n - part < width ? n - part : width);
			row++;
		}
	if (row == box->row)
		row = paint_why(box, "no text of 4 characters or more");
	return row;
}
