/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * The budget of RAM: one bar, and what its letters are.  Where a part is
 * what frames of one use are, it has their letter.
 */
struct part_look {
	const char *name;
	enum frame_use use;
};

static const struct part_look part_looks[] = {
	{ "free", USE_FREE }, { "free-per-cpu", USE_FREE },
	{ "anonymous", USE_ANON }, { "file-cache", USE_FILE },
	{ "buffers", USE_FILE }, { "shmem", USE_SHMEM },
	{ "hugetlb", USE_HUGETLB },
	{ "slab-reclaimable", USE_SLAB }, { "slab-unreclaimable", USE_SLAB },
	{ "page-tables", USE_PAGETABLE },
	{ "secondary-page-tables", USE_PAGETABLE },
	{ "quicklists", USE_PAGETABLE },
	{ "hardware-corrupted", USE_POISONED },
	{ "gpu-active", USE_DRIVER }, { "gpu-reclaimable", USE_DRIVER },
	{ "not-accounted", USE_UNTYPED },
};

/* All others are the kernel's own. */
static struct use_look look_of(const struct budget *budget,
	const struct memory_row *row)
{
	const char *name = budget_text(budget, row->name);
	size_t i;

	for (i = 0; i < sizeof(part_looks) / sizeof(*part_looks); i++)
		if (!strcmp(part_looks[i].name, name))
			return use_look(part_looks[i].use);
	if (!strcmp(name, "compressed"))
		return (struct use_look){ '%', ROLE_OF_STATE(STATE_SWAP) };
	return use_look(USE_KERNEL);
}

/* Part I that is worth a line: what is, and what is not known. */
static bool is_part(const struct memory_row *row)
{
	return row->group == GROUP_RAM &&
		(row->value || row->known != MEMORY_KNOWN);
}

/* The part that has most of LOW..HIGH (bytes), free memory coming last. */
static const struct memory_row *part_at(const struct budget *budget,
	double low, double high)
{
	const struct memory_row *rows = budget->rows, *found = NULL;
	double at = 0, most = 0;
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < budget->nrows; i++) {
			bool free = !strncmp(budget_text(budget, rows[i].name),
				"free", 4);
			double start = at, end;

			if (rows[i].group != GROUP_RAM || rows[i].value <= 0 ||
			    free != (pass == 1))
				continue;
			at += (double)rows[i].value;
			start = start > low ? start : low;
			end = at < high ? at : high;
			if (end - start > most) {
				most = end - start;
				found = &rows[i];
			}
		}
	return found;
}

static void paint_bar(struct pen *pen)
{
	const struct budget *budget = &pen->snapshot->budget;
	int row = pen_line(pen), n = pen->width - 4, i;
	double sum = 0;
	size_t k;

	if (row < 0 || n < 1)
		return;
	for (k = 0; k < budget->nrows; k++)
		if (budget->rows[k].group == GROUP_RAM &&
		    budget->rows[k].value > 0)
			sum += (double)budget->rows[k].value;
	pen_str(pen, row, 1, ROLE_BORDER, "[");
	for (i = 0; i < n; i++) {
		const struct memory_row *part = part_at(budget,
			i * sum / n, (i + 1) * sum / n);
		struct use_look look = { ' ', ROLE_TEXT };

		if (part)
			look = look_of(budget, part);
		grid_put_fill(pen->grid, row, pen->col + 2 + i,
			(uint32_t)look.letter, look.role, FILL_FULL);
	}
	pen_str(pen, row, 2 + n, ROLE_BORDER, "]");
}

#define PART_WIDTH 26

static void put_part(struct pen *pen, int row, int col,
	const struct memory_row *part, int64_t total)
{
	const struct budget *budget = &pen->snapshot->budget;
	struct use_look look = look_of(budget, part);
	char text[FIGURE_MAX];
	const char *figure = figure_text(part, text);

	if (row < 0)
		return;
	grid_put_fill(pen->grid, row, pen->col + col, (uint32_t)look.letter,
		look.role, FILL_FULL);
	grid_str(pen->grid, row, pen->col + col + 2, 16, ROLE_TEXT,
		budget_text(budget, part->name));
	pen_str(pen, row, col + 24 - (int)strlen(figure), ROLE_VALUE, figure);
	if (pen->width >= 90 && total > 0 && part->known == MEMORY_KNOWN)
		pen_fmt(pen, row, col + 25, ROLE_DIM, "%5.1f%%",
			100.0 * (double)part->value / (double)total);
}

void memory_ram(struct pen *pen)
{
	const struct budget *budget = &pen->snapshot->budget;
	int wide = pen->width >= 90 ? PART_WIDTH + 7 : PART_WIDTH;
	int fit = (pen->width - 1) / wide, row = -1, at = 0;
	int64_t total = 0;
	size_t i;

	fit = fit < 1 ? 1 : fit;
	budget_value(budget, GROUP_TOTAL, "total", &total);
	paint_bar(pen);
	for (i = 0; i < budget->nrows; i++) {
		if (!is_part(&budget->rows[i]))
			continue;
		if (at % fit == 0)
			row = pen_line(pen);
		put_part(pen, row, 1 + at % fit * wide, &budget->rows[i],
			total);
		at++;
	}
}
