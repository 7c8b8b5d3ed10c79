/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/budget.h"

#include <stdlib.h>
#include <string.h>

#include "budget_impl.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/meminfo.h"

const char *memory_group_name(enum memory_group group)
{
	static const char *const names[NMEMORY_GROUPS] = {
#define X(id, name, words) name,
		MEMORY_GROUPS(X)
#undef X
	};

	return names[(unsigned)group < NMEMORY_GROUPS ? group : 0];
}

const char *memory_unit_name(enum memory_unit unit)
{
	static const char *const names[NMEMORY_UNITS] = {
		"bytes", "pages", "count", "microseconds", "percent"
	};

	return names[(unsigned)unit < NMEMORY_UNITS ? unit : 0];
}

/* ---- rows */

uint32_t budget_words(struct budget *budget, struct text text)
{
	uint32_t at = (uint32_t)budget->words.len;

	buf_add(&budget->words, text.p, text.n);
	buf_char(&budget->words, '\0');
	return at;
}

void budget_note(struct budget *budget, struct memory_row *row,
	const char *note)
{
	if (note)
		row->note = budget_words(budget, text_of(note));
}

const char *budget_text(const struct budget *budget, uint32_t offset)
{
	return buf_text(&budget->words) + offset;
}

struct memory_row *budget_add(struct budget *budget, enum memory_group group,
	const char *name, enum memory_unit unit)
{
	struct memory_row *row;

	budget->rows = mem_grow(budget->rows, &budget->cap, budget->nrows + 1,
		sizeof(*budget->rows));
	row = &budget->rows[budget->nrows++];
	*row = (struct memory_row){ .group = group, .unit = unit, .rate = -1,
		.name = budget_words(budget, text_of(name)) };
	return row;
}

struct memory_row *budget_put(struct budget *budget, enum memory_group group,
	const char *name, enum memory_unit unit, bool known, uint64_t value)
{
	struct memory_row *row = budget_add(budget, group, name, unit);

	if (known && value <= INT64_MAX) {
		row->known = MEMORY_KNOWN;
		row->value = (int64_t)value;
	}
	return row;
}

const struct memory_row *budget_find(const struct budget *budget,
	enum memory_group group, const char *name)
{
	size_t i;

	for (i = 0; i < budget->nrows; i++)
		if (budget->rows[i].group == group &&
		    !strcmp(budget_text(budget, budget->rows[i].name), name))
			return &budget->rows[i];
	return NULL;
}

bool budget_value(const struct budget *budget, enum memory_group group,
	const char *name, int64_t *out)
{
	const struct memory_row *row = budget_find(budget, group, name);

	if (!row || row->known != MEMORY_KNOWN)
		return false;
	*out = row->value;
	return true;
}

/* ---- reading */

/* Every line of meminfo, so that nothing the kernel tells is lost. */
static void fill_meminfo(struct budget *budget, struct text meminfo)
{
	struct meminfo_line line;

	while (meminfo_next(&meminfo, &line)) {
		struct memory_row *row = budget_put(budget, GROUP_MEMINFO, "",
			line.has_bytes ? MEMORY_BYTES : MEMORY_COUNT, true,
			line.value);

		row->name = budget_words(budget, line.key);
	}
}

static struct text view(const struct buf *buf)
{
	return (struct text){ buf_text(buf), buf->len };
}

void budget_read(struct budget *budget, struct source *src,
	const struct machine *machine, struct proc_id id)
{
	struct buf meminfo = { 0 }, vmstat = { 0 }, zoneinfo = { 0 };

	budget->valid = true;
	budget->nrows = 0;
	buf_clear(&budget->words);
	buf_char(&budget->words, '\0');
	budget->uptime_ms = machine->facts.uptime_ms;
	budget->meminfo = source_text(src, PROC_NONE, "meminfo", &meminfo);
	if (budget->meminfo != ANSWER_OK)
		buf_clear(&meminfo);
	if (source_text(src, PROC_NONE, "vmstat", &vmstat) != ANSWER_OK)
		buf_clear(&vmstat);
	if (source_text(src, PROC_NONE, "zoneinfo", &zoneinfo) != ANSWER_OK)
		buf_clear(&zoneinfo);
	budget_fill_ram(budget, machine, view(&meminfo), view(&vmstat),
		view(&zoneinfo));
	budget_fill_swap(budget, src, machine, view(&meminfo));
	budget_fill_events(budget, src, view(&vmstat));
	if (id.pid)
		budget_fill_process(budget, src, machine, id);
	fill_meminfo(budget, view(&meminfo));
	buf_fini(&meminfo);
	buf_fini(&vmstat);
	buf_fini(&zoneinfo);
}

/* The row of BEFORE that is about the same as row I of NOW. */
static const struct memory_row *same_row(const struct budget *now, size_t i,
	const struct budget *before)
{
	const struct memory_row *row = &now->rows[i];
	size_t k, at;

	/* Rows hardly ever come or go: look where it was first. */
	for (k = 0; k < before->nrows; k++) {
		const struct memory_row *old;

		at = (i + k) % before->nrows;
		old = &before->rows[at];
		if (old->group == row->group &&
		    !strcmp(budget_text(now, row->name),
			    budget_text(before, old->name)) &&
		    !strcmp(budget_text(now, row->subject),
			    budget_text(before, old->subject)))
			return old;
	}
	return NULL;
}

void budget_rates(struct budget *now, const struct budget *before)
{
	size_t i;

	if (!now->valid || !before->valid ||
	    now->uptime_ms <= before->uptime_ms)
		return;
	for (i = 0; i < now->nrows; i++) {
		struct memory_row *row = &now->rows[i];
		const struct memory_row *old;

		if (!row->counts_up || row->known != MEMORY_KNOWN)
			continue;
		old = same_row(now, i, before);
		if (old && old->known == MEMORY_KNOWN &&
		    old->value <= row->value)
			row->rate = (double)(row->value - old->value) * 1000 /
				(double)(now->uptime_ms - before->uptime_ms);
	}
}

void budget_copy(struct budget *into, const struct budget *from)
{
	into->valid = from->valid;
	into->meminfo = from->meminfo;
	into->uptime_ms = from->uptime_ms;
	into->nrows = from->nrows;
	into->rows = mem_grow(into->rows, &into->cap, from->nrows,
		sizeof(*into->rows));
	if (from->nrows)
		memcpy(into->rows, from->rows,
			from->nrows * sizeof(*from->rows));
	buf_clear(&into->words);
	buf_add(&into->words, buf_text(&from->words), from->words.len);
}

void budget_fini(struct budget *budget)
{
	free(budget->rows);
	buf_fini(&budget->words);
	*budget = (struct budget){ 0 };
}
