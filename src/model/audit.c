/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/audit.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/procstat.h"
#include "vmatlas/kernel/smaps.h"

/* What is compared: our figure, and the one or two of smaps that it is. */
#define FIGURES(X) \
	X("Rss", RSS, rss, 0, RSS, RSS) \
	X("Pss", PSS, pss_fixed, PSS_SHIFT, PSS, PSS) \
	X("Shared", SHARED, shared, 0, SHARED_CLEAN, SHARED_DIRTY) \
	X("Private", USS, uss, 0, PRIVATE_CLEAN, PRIVATE_DIRTY) \
	X("Anonymous", ANONYMOUS, anonymous, 0, ANONYMOUS, ANONYMOUS) \
	X("KSM", KSM, ksm, 0, KSM, KSM) \
	X("AnonHugePages", ANON_HUGE, anon_huge, 0, ANON_HUGE, ANON_HUGE) \
	X("Shared_Hugetlb", SHARED_HUGETLB, shared_hugetlb, 0, \
	  SHARED_HUGETLB, SHARED_HUGETLB) \
	X("Private_Hugetlb", PRIVATE_HUGETLB, private_hugetlb, 0, \
	  PRIVATE_HUGETLB, PRIVATE_HUGETLB) \
	X("Swap", SWAP, swap, 0, SWAP, SWAP) \
	X("SwapPss", SWAP_PSS, swap_pss_fixed, PSS_SHIFT, SWAP_PSS, SWAP_PSS) \
	X("Locked", LOCKED, locked, 0, LOCKED, LOCKED)

static const struct figure {
	const char *name;
	uint32_t figure;
	size_t member;
	unsigned shift;
	unsigned first, second;
} figures[] = {
#define X(name, figure, member, shift, first, second) \
	{ name, USAGE_##figure, offsetof(struct figures, member), shift, \
	  SMAPS_##first, SMAPS_##second },
	FIGURES(X)
#undef X
};

#define NFIGURES (sizeof(figures) / sizeof(*figures))

static void ask(struct source *src, struct proc_id id, struct buf *smaps,
	struct buf *rollup, struct buf *status)
{
	source_text(src, id, "smaps", smaps);
	source_text(src, id, "smaps_rollup", rollup);
	source_text(src, id, "status", status);
}

void audit_begin(struct audit *audit, bool again)
{
	struct audit_line *lines = audit->earlier;
	size_t cap = audit->earlier_cap;

	audit->earlier = audit->lines;
	audit->earlier_cap = audit->cap;
	audit->nearlier = again ? audit->n : 0;
	audit->lines = lines;
	audit->cap = cap;
	audit->n = 0;
}

void audit_before(struct audit *audit, struct source *src, struct proc_id id)
{
	ask(src, id, &audit->before, &audit->rollup_before,
		&audit->status_before);
}

void audit_after(struct audit *audit, struct source *src, struct proc_id id)
{
	ask(src, id, &audit->after, &audit->rollup_after,
		&audit->status_after);
}

void audit_fini(struct audit *audit)
{
	free(audit->lines);
	free(audit->earlier);
	buf_fini(&audit->before);
	buf_fini(&audit->after);
	buf_fini(&audit->rollup_before);
	buf_fini(&audit->rollup_after);
	buf_fini(&audit->status_before);
	buf_fini(&audit->status_after);
	memset(audit, 0, sizeof(*audit));
}

/* ---- one figure */

static uint64_t figure_of(const struct figures *usage,
	const struct figure *figure)
{
	return *(const uint64_t *)((const char *)usage + figure->member) >>
		figure->shift;
}

/* False where this kernel does not have it. */
static bool kernel_figure(const struct smaps_entry *entry,
	const struct figure *figure, uint64_t *kb)
{
	uint32_t need = 1u << figure->first | 1u << figure->second;

	*kb = entry->kb[figure->first];
	if (figure->first != figure->second)
		*kb += entry->kb[figure->second];
	return (entry->has & need) == need;
}

static void add(struct audit *audit, const struct audit_line *line)
{
	audit->lines = mem_grow(audit->lines, &audit->cap, audit->n + 1,
		sizeof(*audit->lines));
	audit->lines[audit->n++] = *line;
}

static bool is_same_line(const struct audit_line *a, const struct audit_line *b)
{
	return a->start == b->start && !strcmp(a->field, b->field) &&
		!strcmp(a->file, b->file);
}

/* It did not differ in an earlier look; the lines are walked in step. */
static bool was_no_difference(struct audit *audit,
	const struct audit_line *line)
{
	size_t i;

	for (i = audit->at; i < audit->nearlier; i++)
		if (is_same_line(&audit->earlier[i], line)) {
			audit->at = i + 1;
			return audit->earlier[i].verdict != AUDIT_DISAGREES;
		}
	return false;
}

/* The kernel prints whole K, rounded down. */
static void judge(struct audit *audit, struct audit_line *line,
	const char *excuse)
{
	line->verdict = AUDIT_LEFT_OUT;
	line->reason = excuse;
	if (!excuse && !line->kernels_known)
		line->reason = "this kernel does not say";
	else if (!excuse && !line->ours_known)
		line->reason = "vmatlas cannot count it here";
	if (!line->reason && line->ours >> 10 == line->kernels >> 10) {
		line->verdict = AUDIT_AGREES;
	} else if (!line->reason && was_no_difference(audit, line)) {
		line->reason = "it moved meanwhile";
	} else if (!line->reason) {
		line->verdict = AUDIT_DISAGREES;
		line->reason = "they differ";
	}
	add(audit, line);
}

static void compare_entries(struct audit *audit, struct audit_line *line,
	const struct figures *usage, const struct smaps_entry *before,
	const struct smaps_entry *after, const char *excuse, bool swap_unseen)
{
	size_t i;

	for (i = 0; i < NFIGURES; i++) {
		const struct figure *figure = &figures[i];
		uint64_t was = 0, is = 0;
		const char *why = excuse;

		line->field = figure->name;
		line->kernels_known = kernel_figure(after, figure, &is);
		kernel_figure(before, figure, &was);
		line->kernels = is << 10;
		line->ours_known = figures_know(usage, figure->figure);
		line->ours = figure_of(usage, figure);
		if (!why && figure->figure == USAGE_SWAP && swap_unseen)
			why = "pagemap does not show swapped shared memory";
		if (!why && figure->figure == USAGE_SWAP_PSS &&
		    !line->ours_known)
			why = audit->swap_pss_why;
		if (!why && line->kernels_known && was != is)
			why = "it moved meanwhile";
		judge(audit, line, why);
	}
}

/* ---- regions */

/* The region of the second text at the same place as ENTRY; the texts are
 * walked in step. */
static bool find_again(struct text *rest, const struct smaps_entry *entry,
	struct smaps_entry *found)
{
	struct text at = *rest;

	while (smaps_next(&at, found)) {
		if (found->map.start > entry->map.start)
			return false;
		*rest = at;
		if (found->map.start == entry->map.start)
			return found->map.end == entry->map.end;
	}
	return false;
}

/* Our figure would be the kernel's own. */
static bool swap_is_unseen(const struct region *region)
{
	return region->hidden == HIDDEN_BY_SMAPS ||
		region->hidden == HIDDEN_UNKNOWN;
}

static bool any_swap_is_unseen(const struct space *space)
{
	size_t i;

	for (i = 0; i < space->nregions; i++)
		if (swap_is_unseen(&space->regions[i]))
			return true;
	return false;
}

static bool any_swap_is_hidden(const struct space *space)
{
	size_t i;

	for (i = 0; i < space->nregions; i++)
		if (space->regions[i].hidden != HIDDEN_NONE)
			return true;
	return false;
}

/* Without frames all figures are smaps' own, without PAGEMAP_SCAN those of
 * some regions, and so what is added up of them. */
static const char *circular_region(const struct space *space,
	const struct region *region)
{
	if (space->usage_from_smaps)
		return "without frames, vmatlas has it from smaps itself "
			"(needs CAP_SYS_ADMIN)";
	return region && region->by_smaps ? "large and nearly empty: vmatlas "
		"has it from smaps itself" : NULL;
}

static const char *circular(const struct space *space)
{
	const char *why = circular_region(space, NULL);
	size_t i;

	for (i = 0; !why && i < space->nregions; i++)
		why = circular_region(space, &space->regions[i]);
	return why;
}

static void compare_regions(struct audit *audit, const struct space *space)
{
	struct text before = { buf_text(&audit->before), audit->before.len };
	struct text after = { buf_text(&audit->after), audit->after.len };
	struct smaps_entry entry, again;
	size_t i = 0;

	while (smaps_next(&before, &entry)) {
		struct audit_line line = { .start = entry.map.start,
			.region = -1, .file = "smaps" };
		const struct region *region = NULL;
		const char *excuse;

		while (i < space->nregions &&
		       space->regions[i].start < entry.map.start)
			i++;
		if (i < space->nregions &&
		    space->regions[i].start == entry.map.start &&
		    space->regions[i].end == entry.map.end) {
			region = &space->regions[i];
			line.region = (long)i;
		}
		excuse = circular_region(space, region);
		if (!find_again(&after, &entry, &again)) {
			again = entry;
			excuse = "the region moved meanwhile";
		}
		if (region)
			compare_entries(audit, &line, &region->usage, &entry,
				&again, excuse, swap_is_unseen(region));
	}
}

/* ---- the process */

static void compare_rollup(struct audit *audit, const struct space *space,
	const struct usage *total)
{
	struct text before = { buf_text(&audit->rollup_before),
		audit->rollup_before.len };
	struct text after = { buf_text(&audit->rollup_after),
		audit->rollup_after.len };
	struct audit_line line = { .region = -1, .file = "smaps_rollup" };
	struct smaps_entry was, is;

	if (smaps_next(&before, &was) && smaps_next(&after, &is))
		compare_entries(audit, &line, &total->figures, &was, &is, circular(space),
			any_swap_is_unseen(space));
}

static void compare_status(struct audit *audit, const struct space *space,
	const struct usage *total)
{
	struct text before = { buf_text(&audit->status_before),
		audit->status_before.len };
	struct text after = { buf_text(&audit->status_after),
		audit->status_after.len };
	const struct {
		const char *key;
		uint64_t ours;
		uint32_t figure;
	} keys[] = {
		{ "VmSize", space->process.vss, 0 },
		{ "VmSwap", total->swap, USAGE_SWAP },
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct audit_line line = { .region = -1, .file = "status",
			.field = keys[i].key, .ours = keys[i].ours };
		uint64_t was = 0, is = 0;
		const char *excuse = NULL;

		line.kernels_known = procstat_key(after, keys[i].key, &is) &&
			procstat_key(before, keys[i].key, &was);
		line.kernels = is << 10;
		line.ours_known = usage_knows(total, keys[i].figure);
		if (keys[i].figure && circular(space))
			excuse = circular(space);
		else if (was != is)
			excuse = "it moved meanwhile";
		else if (keys[i].figure && any_swap_is_hidden(space))
			excuse = "it leaves swapped shared memory out";
		judge(audit, &line, excuse);
	}
}

bool audit_differs(const struct audit *audit)
{
	size_t i;

	for (i = 0; i < audit->n; i++)
		if (audit->lines[i].verdict == AUDIT_DISAGREES)
			return true;
	return false;
}

void audit_compare(struct audit *audit, const struct space *space,
	const struct usage *total)
{
	audit->n = audit->at = 0;
	compare_regions(audit, space);
	compare_rollup(audit, space, total);
	compare_status(audit, space, total);
}
