/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/changes.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* From so many lines of one refresh on, frames do not keep runs apart. */
#define LINES_WITH_FRAMES (CHANGES_MOST / 2)
/* Among so many lines a name is looked for, before it is written again. */
#define NAMES_BACK 8

static const struct {
	const char *name, *words;
} kinds[NCHANGE_KINDS] = {
#define X(id, name, words) [CHANGE_##id] = { name, words },
	CHANGE_KINDS(X)
#undef X
};

const char *change_name(enum change_kind kind)
{
	return kinds[kind].name;
}

const char *change_words(enum change_kind kind)
{
	return kinds[kind].words;
}

enum change_kind change_of_name(struct text name)
{
	unsigned i;

	for (i = 0; i < NCHANGE_KINDS; i++)
		if (text_is(name, kinds[i].name))
			break;
	return (enum change_kind)i;
}

void changes_fini(struct changes *changes)
{
	free(changes->lines);
	buf_fini(&changes->names);
	memset(changes, 0, sizeof(*changes));
}

/* ---- what is kept */

static uint32_t name_put(struct changes *changes, struct text name)
{
	uint32_t at;
	size_t i;

	for (i = changes->n; i > 0 && i + NAMES_BACK > changes->n; i--) {
		const char *old = buf_text(&changes->names) +
			changes->lines[i - 1].name;

		if (strlen(old) == name.n && !memcmp(old, name.p, name.n))
			return changes->lines[i - 1].name;
	}
	at = (uint32_t)changes->names.len;
	buf_add(&changes->names, name.p, name.n);
	buf_char(&changes->names, '\0');
	return at;
}

/* Leave the last KEPT lines, and their names. */
static void keep_last(struct changes *changes, size_t kept)
{
	struct buf old = changes->names;
	size_t i, n = changes->n, cut = n > kept ? n - kept : 0;

	changes->dropped += cut;
	memmove(changes->lines, changes->lines + cut,
		(n - cut) * sizeof(*changes->lines));
	memset(&changes->names, 0, sizeof(changes->names));
	changes->n = 0;
	for (i = 0; i < n - cut; i++) {
		struct change *line = &changes->lines[i];

		line->name = name_put(changes,
			text_of(buf_text(&old) + line->name));
		changes->n++;
	}
	buf_fini(&old);
}

void changes_begin(struct changes *changes, uint64_t refresh,
	uint64_t time_ms, int pid)
{
	size_t kept = changes->exact ? 0 : CHANGES_KEPT;

	changes->pid = pid;
	if (changes->refresh == refresh)
		return;
	changes->refresh = refresh;
	changes->time_ms = time_ms;
	changes->lost = 0;
	memset(changes->pages, 0, sizeof(changes->pages));
	/* Seldom, as it costs something for each line. */
	if (changes->n > (changes->exact ? 0 : 2 * CHANGES_KEPT))
		keep_last(changes, kept);
	changes->now = changes->n;
}

void changes_cut(struct changes *changes, uint64_t refresh)
{
	while (changes->n && changes->lines[changes->n - 1].refresh >= refresh)
		changes->n--;
	changes->now = changes->n;
	changes->refresh = 0;
}

/* ---- lines */

static bool frames_go_on(const struct change *line, const struct change *next)
{
	return (!line->has_from ||
		line->pfn_from + line->npages == next->pfn_from) &&
		(!line->has_to || line->pfn_to + line->npages == next->pfn_to);
}

static bool goes_on(const struct changes *changes, const struct change *line,
	const struct change *next)
{
	return line->vpn + line->npages == next->vpn && next->npages &&
		line->npages && line->kind == next->kind &&
		line->from == next->from && line->to == next->to &&
		line->region == next->region && line->pid == changes->pid &&
		line->has_from == next->has_from &&
		line->has_to == next->has_to &&
		line->rights_from == next->rights_from &&
		line->rights_to == next->rights_to;
}

void changes_add(struct changes *changes, const struct change *change,
	struct text name)
{
	bool by_frames = changes->exact &&
		changes->n - changes->now < LINES_WITH_FRAMES;
	struct change *line;

	changes->pages[change->kind] += change->npages ? change->npages : 1;
	changes->since[change->kind] += change->npages ? change->npages : 1;
	if (changes->n > changes->now) {
		line = &changes->lines[changes->n - 1];
		if (goes_on(changes, line, change) && (!by_frames ||
			    (!line->scattered && frames_go_on(line, change)))) {
			line->scattered |= !frames_go_on(line, change);
			line->npages += change->npages;
			return;
		}
	}
	if (changes->n - changes->now >= CHANGES_MOST) {
		changes->lost++;
		return;
	}
	changes->lines = mem_grow(changes->lines, &changes->cap,
		changes->n + 1, sizeof(*changes->lines));
	line = &changes->lines[changes->n];
	*line = *change;
	line->refresh = changes->refresh;
	line->time_ms = changes->time_ms;
	line->pid = changes->pid;
	line->name = name_put(changes, name);
	changes->n++;
}

/* ---- mremap */

static bool is_own(enum page_state state)
{
	return state == STATE_ANON || state == STATE_ANON_WAS_SHARED ||
		state == STATE_COW_COPIED;
}

struct lost_run {
	uint64_t pfn, npages;
};

static int compare_lost(const void *a, const void *b)
{
	const struct lost_run *x = a, *y = b;

	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

static bool has_run(const struct lost_run *runs, size_t n, uint64_t pfn,
	uint64_t npages)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (runs[middle].pfn + runs[middle].npages > pfn)
			high = middle;
		else
			low = middle + 1;
	}
	return low < n && runs[low].pfn <= pfn &&
		pfn + npages <= runs[low].pfn + runs[low].npages;
}

/* Another mapping of a file, or of shared memory, may have the same frames. */
static bool is_nobody_elses(enum page_state state)
{
	return is_own(state) || state == STATE_COW_SHARED;
}

static bool lost_frames(const struct change *line)
{
	return (line->kind == CHANGE_UNMAPPED || line->kind == CHANGE_SHRUNK) &&
		line->has_from && is_nobody_elses(line->from);
}

void changes_settle(struct changes *changes)
{
	struct lost_run *runs;
	size_t i, n = 0;

	for (i = changes->now; i < changes->n; i++)
		n += lost_frames(&changes->lines[i]);
	if (!n)
		return;
	runs = mem_new(n, sizeof(*runs));
	n = 0;
	for (i = changes->now; i < changes->n; i++) {
		const struct change *line = &changes->lines[i];

		/* Of scattered frames only the first is known. */
		if (lost_frames(line))
			runs[n++] = (struct lost_run){ line->pfn_from,
				line->scattered ? 1 : line->npages };
	}
	qsort(runs, n, sizeof(*runs), compare_lost);
	for (i = changes->now; i < changes->n; i++) {
		struct change *line = &changes->lines[i];

		if (line->kind != CHANGE_TOUCHED || !line->has_to ||
		    !is_nobody_elses(line->to) ||
		    !has_run(runs, n, line->pfn_to,
			    line->scattered ? 1 : line->npages))
			continue;
		line->kind = CHANGE_REMAPPED;
		changes->pages[CHANGE_TOUCHED] -= line->npages;
		changes->pages[CHANGE_REMAPPED] += line->npages;
		changes->since[CHANGE_TOUCHED] -= line->npages;
		changes->since[CHANGE_REMAPPED] += line->npages;
	}
	free(runs);
}

/* ---- kinds */

static bool is_zero(enum page_state state)
{
	return state == STATE_ZERO || state == STATE_HUGE_ZERO;
}

static enum presence presence_of(enum page_state state)
{
	return state_info(state)->presence;
}

enum change_kind change_between(enum page_state from, enum page_state to,
	bool moved, bool split)
{
	if (split)
		return CHANGE_SPLIT;
	if (to == STATE_SWAP)
		return CHANGE_SWAPPED_OUT;
	if (to == STATE_UNTOUCHED || to == STATE_HUGETLB_UNFAULTED)
		return CHANGE_FREED;
	if (to == STATE_NOT_MAPPED)
		return CHANGE_DROPPED;
	if (presence_of(to) != PRESENCE_MAPPED)
		return CHANGE_CHANGED;
	if (from == STATE_SWAP)
		return CHANGE_SWAPPED_IN;
	if (from == STATE_MIGRATION)
		return CHANGE_MOVED;
	if (from == STATE_UNTOUCHED || from == STATE_NOT_MAPPED ||
	    from == STATE_HUGETLB_UNFAULTED)
		return CHANGE_TOUCHED;
	if (to == STATE_KSM)
		return CHANGE_MERGED;
	if (is_zero(from) && !is_zero(to))
		return CHANGE_WRITTEN;
	if (from == STATE_COW_SHARED && is_own(to))
		return CHANGE_UNSHARED;
	if (is_own(from) && to == STATE_COW_SHARED)
		return CHANGE_SHARED;
	if (moved)
		return CHANGE_MOVED;
	if (from == STATE_ANON_WAS_SHARED && is_own(to))
		return CHANGE_WRITTEN;
	if (from == STATE_FILE && to == STATE_FILE_DIRTY)
		return CHANGE_DIRTIED;
	if (from == STATE_FILE_DIRTY && to == STATE_FILE)
		return CHANGE_CLEANED;
	return CHANGE_CHANGED;
}
