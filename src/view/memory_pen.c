/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory_impl.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int pen_line(struct pen *pen)
{
	int row = pen->line++ - pen->top;

	return row >= 0 && row < pen->rows ? pen->first + row : -1;
}

int pen_str(const struct pen *pen, int row, int col, int role,
	const char *text)
{
	if (row < 0 || col >= pen->width)
		return col;
	return grid_str(pen->grid, row, pen->col + col, pen->width - col, role,
		text) - pen->col;
}

int pen_fmt(const struct pen *pen, int row, int col, int role,
	const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&text, fmt, ap);
	va_end(ap);
	col = pen_str(pen, row, col, role, buf_text(&text));
	buf_fini(&text);
	return col;
}

void pen_title(struct pen *pen, const char *title, const char *words)
{
	int row, col;

	pen_line(pen);
	row = pen_line(pen);
	col = pen_str(pen, row, 1, ROLE_TITLE, title);
	if (words)
		pen_str(pen, row, col + 1, ROLE_DIM, words);
}

/* Microseconds of a second are a share of the time. */
static void rate_text(const struct memory_row *row, char *out, size_t size)
{
	double rate = row->rate;

	if (row->unit == MEMORY_MICROSECONDS)
		snprintf(out, size, "+%.1f%%", rate / 1e4);
	else
		snprintf(out, size, rate > 0 && rate < 9.95 ? "+%.1f/s" :
			"+%.0f/s", rate);
}

const char *figure_text(const struct memory_row *row, char out[FIGURE_MAX])
{
	uint64_t size = row->value < 0 ? 0 - (uint64_t)row->value :
		(uint64_t)row->value;
	char text[TEXT_SIZE_MAX];

	if (row->known == MEMORY_UNKNOWN)
		return "?";
	if (row->known == MEMORY_UNLIMITED)
		return "none";
	if (row->unit == MEMORY_PERCENT)
		snprintf(out, FIGURE_MAX, "%" PRIu64 ".%02u%%", size / 100,
			(unsigned)(size % 100));
	else if (row->unit == MEMORY_BYTES)
		snprintf(out, FIGURE_MAX, "%s%s", row->value < 0 ? "-" : "",
			text_size(size, text));
	else if (row->unit == MEMORY_MICROSECONDS)
		snprintf(out, FIGURE_MAX, "%.1fs", (double)size / 1e6);
	else if (row->value < 10000000)
		snprintf(out, FIGURE_MAX, "%" PRId64, row->value);
	else	/* millions are enough */
		snprintf(out, FIGURE_MAX, "%" PRId64 "M",
			row->value / 1000000);
	return out;
}

const char *pages_text(const struct snapshot *snapshot, uint64_t npages,
	char out[TEXT_SIZE_MAX])
{
	return text_size(npages << snapshot->machine->page_shift, out);
}

struct use_look use_look(enum frame_use use)
{
	static const uint8_t roles[NFRAME_USES] = {
		[USE_FREE] = ROLE_RAM,
		[USE_ANON] = ROLE_OF_STATE(STATE_ANON),
		[USE_FILE] = ROLE_OF_STATE(STATE_FILE),
		[USE_SHMEM] = ROLE_OF_STATE(STATE_SHMEM),
		[USE_HUGETLB] = ROLE_OF_STATE(STATE_HUGETLB),
		[USE_KSM] = ROLE_OF_STATE(STATE_KSM),
		[USE_ZERO] = ROLE_OF_STATE(STATE_ZERO),
		[USE_DRIVER] = ROLE_OF_STATE(STATE_DRIVER),
		[USE_KERNEL] = ROLE_OF_STATE(STATE_KERNEL),
		[USE_POISONED] = ROLE_OF_STATE(STATE_POISONED),
		[USE_SLAB] = ROLE_PALETTE_1,
		[USE_PAGETABLE] = ROLE_PALETTE_3,
		[USE_OFFLINE] = ROLE_RESERVED,
		[USE_UNTYPED] = ROLE_OTHER,
		[USE_MMIO] = ROLE_MMIO,
		[USE_RESERVED] = ROLE_RESERVED,
		[USE_HOLE] = ROLE_FRAME_HOLE,
	};

	return (struct use_look){ frame_use_info(use)->letter,
		roles[(unsigned)use < NFRAME_USES ? use : USE_HOLE] };
}

/* ---- groups of rows, side by side */

#define ENTRY_NAME 18
#define ENTRY_WIDTH 27

/* "name   12.0M +3/s", and what is left of the entry is blank. */
static void put_entry(struct pen *pen, int row, int col,
	const struct memory_row *entry)
{
	const struct budget *budget = &pen->snapshot->budget;
	char text[FIGURE_MAX], rate[24];
	const char *figure = figure_text(entry, text);
	int width = (int)strlen(figure), end = col + ENTRY_NAME + 7;

	if (row < 0)
		return;
	grid_str(pen->grid, row, pen->col + col, ENTRY_NAME, ROLE_HEADER,
		budget_text(budget, entry->name));
	pen_str(pen, row, width > 7 ? col + ENTRY_NAME + 1 : end - width,
		ROLE_VALUE, figure);
	if (!entry->counts_up || entry->rate < 0)
		return;
	rate_text(entry, rate, sizeof(rate));
	pen_str(pen, row, end + 1, entry->rate > 0 ? ROLE_TEXT : ROLE_DIM,
		rate);
}

static bool is_shown(const struct memory_row *row, enum memory_group group,
	bool with_zeros)
{
	return row->group == group && (with_zeros || row->value ||
		row->known != MEMORY_KNOWN);
}

void memory_group(struct pen *pen, enum memory_group group,
	const char *title, bool with_zeros)
{
	const struct budget *budget = &pen->snapshot->budget;
	uint32_t subject = UINT32_MAX;
	int wide = ENTRY_WIDTH, at = 0, fit, row = -1;
	bool titled = false;
	size_t i;

	for (i = 0; i < budget->nrows; i++)
		if (budget->rows[i].group == group && budget->rows[i].counts_up)
			wide = ENTRY_WIDTH + 8;
	fit = (pen->width - 1) / wide;
	fit = fit < 1 ? 1 : fit;
	for (i = 0; i < budget->nrows; i++) {
		const struct memory_row *entry = &budget->rows[i];
		const char *about = budget_text(budget, entry->subject);

		if (!is_shown(entry, group, with_zeros))
			continue;
		/* A device, pool or group of its own begins a line. */
		if (entry->subject != subject) {
			if (!titled || strcmp(about, budget_text(budget,
					subject)))
				at = 0;
			if (!titled)
				pen_title(pen, title, about);
			else if (!at && *about)
				pen_str(pen, pen_line(pen), 1, ROLE_DIM, about);
			titled = true;
			subject = entry->subject;
		}
		if (at % fit == 0)
			row = pen_line(pen);
		put_entry(pen, row, 1 + at % fit * wide, entry);
		at++;
	}
}
