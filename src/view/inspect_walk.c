/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A column of the ruler: a level, or behind the last one the offset. */
struct column {
	const char *name;
	char bits[8];		/* "47:39" */
	char index[24];
	unsigned high, low;	/* of the address; HIGH exclusive */
	int width;
};

bool inspect_has_walk(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	const struct pane *pane = &atlas->panes[SIDE_VIRTUAL];
	uint64_t start, end;

	return atlas->active == SIDE_VIRTUAL && snapshot->walk.valid &&
		pane_focus(pane, &start, &end) && end - start == 1 &&
		snapshot->detail.vpn == start;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static void column_measure(struct column *column, bool is_offset, uint64_t va)
{
	unsigned bits = column->high - column->low;
	uint64_t value = column->low > 63 ? 0 : va >> column->low &
		(bits > 63 ? UINT64_MAX : (UINT64_C(1) << bits) - 1);

	snprintf(column->bits, sizeof(column->bits), "%u:%u",
		(column->high - 1) & 127, column->low & 127);
	snprintf(column->index, sizeof(column->index),
		is_offset ? "0x%" PRIx64 : "%" PRIu64, value);
	column->width = most(most((int)bits, (int)strlen(column->name)),
		most((int)strlen(column->bits), (int)strlen(column->index)));
}

/* Returns how many; *WIDTH is what they take with a blank between them. */
static unsigned columns_of(const struct page_walk *walk,
	struct column out[NPAGING_LEVELS + 1], int *width)
{
	unsigned i, n = walk->nsteps + 1;

	*width = (int)n - 1;
	for (i = 0; i < n; i++) {
		bool is_offset = i == walk->nsteps;
		const struct walk_step *step = &walk->steps[i];

		out[i].name = is_offset ? "offset" : step->name;
		out[i].low = is_offset ? 0 : step->shift;
		out[i].high = is_offset ? walk->paging.page_shift :
			(unsigned)step->shift + step->bits;
		column_measure(&out[i], is_offset, walk->va);
		*width += out[i].width;
	}
	return n;
}

static int role_of(unsigned i, unsigned n)
{
	return i + 1 == n ? ROLE_POPUP_DIM : ROLE_PALETTE_0 + (int)(i % 6);
}

static void put_bits(const struct inspect_box *box, int row, int col,
	const struct column *column, uint64_t va, int role)
{
	unsigned bit = column->high;

	while (bit-- > column->low)
		grid_put(box->grid, row, col++,
			bit < 64 && va >> bit & 1 ? '1' : '0', role);
}

static void put_centred(const struct inspect_box *box, int row, int col,
	int width, int role, const char *text)
{
	int n = (int)strlen(text);

	grid_str(box->grid, row, col + (width - n) / 2, n, role, text);
}

/* The address as a ruler: names, bits, which bits these are, indices. */
static int paint_ruler(const struct inspect_box *box, int row,
	const struct column *columns, unsigned n, uint64_t va)
{
	int col = box->col + 1;
	unsigned i;

	if (row + 4 > box->end)
		return row + 4;
	for (i = 0; i < n; i++) {
		const struct column *it = &columns[i];
		int pad = (it->width - (int)(it->high - it->low)) / 2;

		put_centred(box, row, col, it->width, ROLE_POPUP_BORDER,
			it->name);
		put_bits(box, row + 1, col + pad, it, va, role_of(i, n));
		put_centred(box, row + 2, col, it->width, ROLE_POPUP, it->index);
		put_centred(box, row + 3, col, it->width, ROLE_POPUP_DIM, it->bits);
		col += it->width + 1;
	}
	return row + 4;
}

/* What the entry of step I has. */
static const char *step_words(const struct page_walk *walk,
	const struct page_detail *detail, unsigned i)
{
	if (walk->end == WALK_UNTOLD || walk->end == WALK_DEVICE)
		return "not told";
	if (walk->end == WALK_EITHER)
		return i == 0 && walk->nsteps > 2 ? "a table" :
			"a table, or the page";
	if (i < walk->leaf)
		return "a table";
	if (i > walk->leaf)
		return "none: the page is above";
	if (walk->end == WALK_HUGE)
		return walk->entries > 1 ? "of a huge page" : "a huge page";
	if (walk->end == WALK_PAGE)
		return "the page";
	return detail->has_swap || detail->state == STATE_SWAP ?
		"a swap slot" : "no page: a marker";
}

static int paint_steps(const struct inspect_box *box, int row,
	const struct page_walk *walk, const struct page_detail *detail,
	bool with_bits)
{
	unsigned i;

	for (i = 0; i < walk->nsteps; i++, row++) {
		const struct walk_step *step = &walk->steps[i];
		bool skipped = walk->end == WALK_HUGE && i > walk->leaf;
		int role = skipped ? ROLE_POPUP_DIM : ROLE_POPUP, col = box->col + 1;
		char size[TEXT_SIZE_MAX];

		if (row >= box->end)
			continue;
		grid_put(box->grid, row, col, ' ', role_of(i, walk->nsteps + 1));
		col = grid_str(box->grid, row, col + 2, 4, ROLE_POPUP_BORDER,
			step->name) + 1;
		if (with_bits)
			col = grid_fmt(box->grid, row, col, 6, ROLE_POPUP_DIM,
				"%2u:%-2u", step->shift + step->bits - 1,
				step->shift) + 1;
		col = grid_fmt(box->grid, row, col, box->col + box->cols - col,
			role, "%4" PRIu64 "%s%-*" PRIu64 " x %-6s", step->index,
			with_bits ? "/" : " of ", with_bits ? 4 : 5,
			UINT64_C(1) << step->bits,
			text_size(UINT64_C(1) << step->shift, size));
		grid_str(box->grid, row, col, box->col + box->cols - col, role,
			step_words(walk, detail, i));
	}
	return row;
}

/* Where the walk ends, in a sentence. */
static void end_words(struct buf *out, const struct page_walk *walk,
	const struct page_detail *detail)
{
	const char *name = walk->nsteps ? walk->steps[walk->leaf].name : "";
	char size[TEXT_SIZE_MAX];

	switch (walk->end) {
	case WALK_PAGE:
		buf_fmt(out, "The %s entry has the frame's number. ", name);
		break;
	case WALK_HUGE:
		text_size(walk->entries << walk->steps[walk->leaf].shift, size);
		if (walk->entries > 1)
			buf_fmt(out, "%" PRIu64 " entries of the %s side by side "
				"map one huge page of %s. ", walk->entries, name,
				size);
		else
			buf_fmt(out, "The walk stops at the %s: its entry maps a "
				"huge page of %s%s. ", name, size,
				walk->leaf + 1 < walk->nsteps ?
				", with no table below" : "");
		break;
	case WALK_OUT:
		buf_fmt(out, "The %s entry has no frame: it says %s. ", name,
			detail->state == STATE_SWAP ?
			"where in swap the page is" : "what stands here instead");
		break;
	case WALK_EITHER:
		buf_str(out, "The page is here; whether an entry of a higher "
			"level maps it, this kernel does not tell. ");
		break;
	case WALK_DEVICE:
		buf_str(out, "Pagemap shows nothing of what is here. ");
		break;
	case WALK_UNTOLD:
		buf_str(out, "Nothing is here yet; which of its tables exist, "
			"the kernel does not tell. ");
		break;
	}
}

static void folded_words(struct buf *out, const struct page_walk *walk)
{
	unsigned i;

	if (!walk->nfolded || !walk->nsteps)
		return;
	buf_str(out, "Folded:");
	for (i = 0; i < walk->nfolded; i++)
		buf_fmt(out, " %s", walk->folded[i]);
	buf_str(out, ". ");
}

static int paint_head(const struct inspect_box *box, const struct page_walk *walk)
{
	struct buf line = { 0 };
	int row;

	buf_str(&line, walk->paging.family);
	if (walk->nsteps)
		buf_fmt(&line, ", %u levels, %u bits", walk->nsteps,
			(unsigned)walk->steps[0].shift + walk->steps[0].bits);
	if (walk->paging.note)
		buf_fmt(&line, "  (%s)", walk->paging.note);
	row = inspect_paint_text(box, box->row, box->col + 1,
		walk->paging.sure == PAGING_KNOWN ? ROLE_POPUP : ROLE_WARNING,
		(struct text){ buf_text(&line), line.len });
	buf_fini(&line);
	return row;
}

int inspect_paint_walk(const struct snapshot *snapshot,
	const struct inspect_box *box)
{
	const struct page_walk *walk = &snapshot->walk;
	struct column columns[NPAGING_LEVELS + 1];
	struct buf words = { 0 };
	int width, row = paint_head(box, walk);
	unsigned n = columns_of(walk, columns, &width);
	bool ruler = width + 2 <= box->cols;

	if (ruler)
		row = paint_ruler(box, row, columns, n, walk->va) + 1;
	row = paint_steps(box, row, walk, &snapshot->detail, !ruler);
	if (walk->nsteps)
		end_words(&words, walk, &snapshot->detail);
	folded_words(&words, walk);
	if (words.len)
		row = inspect_paint_text(box, row + (ruler ? 1 : 0),
			box->col + 1, ROLE_POPUP,
			(struct text){ buf_text(&words), words.len });
	buf_fini(&words);
	return row;
}
