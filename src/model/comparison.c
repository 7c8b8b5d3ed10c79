/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

const struct relation_info *relation_info(enum relation relation)
{
	static const struct relation_info table[NRELATIONS] = {
#define X(id, letter, name, words) { letter, name, words },
		RELATIONS(X)
#undef X
	};

	return &table[(unsigned)relation < NRELATIONS ? relation : 0];
}

void comparison_clear(struct comparison *comparison)
{
	comparison->nrows = comparison->nruns = comparison->nblocks = 0;
	buf_clear(&comparison->names);
	memset(comparison->processes, 0, sizeof(comparison->processes));
	memset(comparison->answers, 0, sizeof(comparison->answers));
	memset(&comparison->frames, 0, sizeof(comparison->frames));
	memset(comparison->pages, 0, sizeof(comparison->pages));
	comparison->frames_told = comparison->is_cut = false;
	comparison->serial = comparison->uptime_ms = 0;
	comparison->split_rate = -1;
}

static void *copy(void *to, size_t *cap, const void *from, size_t n,
	size_t size)
{
	to = mem_grow(to, cap, n, size);
	if (n)
		memcpy(to, from, n * size);
	return to;
}

void comparison_copy(struct comparison *to, const struct comparison *from)
{
	struct comparison kept = *to;

	if (from->serial && to->serial == from->serial)
		return;
	*to = *from;
	to->rows_cap = kept.rows_cap;
	to->rows = copy(kept.rows, &to->rows_cap, from->rows, from->nrows,
		sizeof(*to->rows));
	to->runs_cap = kept.runs_cap;
	to->runs = copy(kept.runs, &to->runs_cap, from->runs, from->nruns,
		sizeof(*to->runs));
	to->blocks_cap = kept.blocks_cap;
	to->blocks = copy(kept.blocks, &to->blocks_cap, from->blocks,
		from->nblocks, sizeof(*to->blocks));
	to->names = kept.names;
	buf_clear(&to->names);
	buf_add(&to->names, buf_text(&from->names), from->names.len);
}

void comparison_fini(struct comparison *comparison)
{
	free(comparison->rows);
	free(comparison->runs);
	free(comparison->blocks);
	buf_fini(&comparison->names);
	memset(comparison, 0, sizeof(*comparison));
}

bool comparison_is_known(const struct comparison *comparison)
{
	return comparison->nrows && comparison->frames_told;
}

const char *comparison_trouble(const struct comparison *comparison,
	enum compare_side side)
{
	enum answer answer = comparison->answers[side];

	switch (answer) {
	case ANSWER_OK:
		return NULL;
	case ANSWER_GONE:
		return comparison->processes[side].id.starttime ?
			"ended while it was read" : "there is no such process";
	case ANSWER_DENIED:
		return "not permitted to look at it (needs the same user, or "
			"CAP_SYS_PTRACE)";
	case ANSWER_ABSENT:
		return "it has no address space (a kernel thread, or a zombie)";
	default:
		return answer_name(answer);
	}
}

static bool are_same(const struct comparison *a, const struct comparison *b)
{
	unsigned i;

	for (i = 0; i < NCOMPARE_SIDES; i++) {
		const struct proc_id *x = &a->processes[i].id;
		const struct proc_id *y = &b->processes[i].id;

		if (x->pid != y->pid || (x->starttime && y->starttime &&
				x->starttime != y->starttime))
			return false;
	}
	return true;
}

void comparison_follow(struct comparison *comparison,
	const struct comparison *before, uint64_t serial)
{
	enum answer answers[NCOMPARE_SIDES];
	uint64_t now = comparison->uptime_ms, differ, ms;

	comparison->serial = serial;
	if (!before || !are_same(comparison, before))
		return;
	if (!comparison->nrows && before->nrows) {
		memcpy(answers, comparison->answers, sizeof(answers));
		comparison_copy(comparison, before);
		memcpy(comparison->answers, answers, sizeof(answers));
		comparison->serial = serial;
		comparison->split_rate = -1;
		return;
	}
	differ = comparison->pages[RELATION_DIFFER];
	ms = now > before->uptime_ms ? now - before->uptime_ms : 0;
	if (ms && comparison_is_known(comparison) &&
	    comparison_is_known(before) &&
	    differ >= before->pages[RELATION_DIFFER])
		comparison->split_rate =
			(double)(differ - before->pages[RELATION_DIFFER]) *
			1000 / (double)ms;
}

const char *comparison_name(const struct comparison *comparison,
	const struct compare_row *row)
{
	return buf_text(&comparison->names) + row->name;
}

/* Of a row's runs, the last that begins at or before PAGE. */
static size_t run_at(const struct comparison *comparison,
	const struct compare_row *row, uint64_t page)
{
	size_t low = row->first_run, high = row->first_run + row->nruns;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (comparison->runs[middle].page <= page)
			low = middle;
		else
			high = middle;
	}
	return low;
}

bool comparison_count_pages(const struct comparison *comparison,
	const struct compare_row *row, uint64_t start, uint64_t end,
	uint64_t counts[NRELATIONS])
{
	size_t i, last = row->first_run + row->nruns;

	memset(counts, 0, NRELATIONS * sizeof(*counts));
	if (!row->nruns)
		return false;
	for (i = run_at(comparison, row, start); i < last && start < end; i++) {
		uint64_t next = i + 1 < last ? comparison->runs[i + 1].page :
			row->npages;

		next = next < end ? next : end;
		counts[comparison->runs[i].relation] += next - start;
		start = next;
	}
	return true;
}

/* The first block that ends above PFN. */
static size_t block_after(const struct comparison *comparison, uint64_t pfn)
{
	size_t low = 0, high = comparison->nblocks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (comparison->blocks[middle].pfn + COMPARE_BLOCK > pfn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The bits of the word of 64 frames at PFN that lie in START..END. */
static uint64_t mask_of(uint64_t pfn, uint64_t start, uint64_t end)
{
	uint64_t mask = UINT64_MAX;

	if (end <= pfn || start >= pfn + 64)
		return 0;
	if (start > pfn)
		mask &= UINT64_MAX << (start - pfn);
	if (end < pfn + 64)
		mask &= UINT64_MAX >> (pfn + 64 - end);
	return mask;
}

void comparison_count_frames(const struct comparison *comparison,
	uint64_t start, uint64_t end, struct compare_frames *out)
{
	size_t i = block_after(comparison, start);
	unsigned k;

	memset(out, 0, sizeof(*out));
	for (; i < comparison->nblocks && comparison->blocks[i].pfn < end; i++) {
		const struct compare_block *block = &comparison->blocks[i];

		for (k = 0; k < COMPARE_BLOCK / 64; k++) {
			uint64_t mask = mask_of(block->pfn + 64 * k, start, end);
			uint64_t a = block->has[COMPARE_A][k] & mask;
			uint64_t b = block->has[COMPARE_B][k] & mask;

			out->only[COMPARE_A] +=
				(unsigned)__builtin_popcountll(a & ~b);
			out->only[COMPARE_B] +=
				(unsigned)__builtin_popcountll(b & ~a);
			out->both += (unsigned)__builtin_popcountll(a & b);
		}
	}
}

bool comparison_next_both(const struct comparison *comparison, uint64_t pfn,
	uint64_t end, uint64_t *found)
{
	size_t i = block_after(comparison, pfn);
	unsigned k;

	for (; i < comparison->nblocks && comparison->blocks[i].pfn < end; i++) {
		const struct compare_block *block = &comparison->blocks[i];

		for (k = 0; k < COMPARE_BLOCK / 64; k++) {
			uint64_t first = block->pfn + 64 * k;
			uint64_t both = block->has[COMPARE_A][k] &
				block->has[COMPARE_B][k] &
				mask_of(first, pfn, end);

			if (!both)
				continue;
			*found = first + (unsigned)__builtin_ctzll(both);
			return true;
		}
	}
	return false;
}
