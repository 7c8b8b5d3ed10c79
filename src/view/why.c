/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/why.h"

#include <inttypes.h>
#include <string.h>

/* Owners that one line names. */
#define NAMED 2

bool why_is_asked(const struct snapshot *snapshot, uint64_t pfn)
{
	return snapshot->question == QUESTION_OWNERS &&
		snapshot->question_frames.start == pfn &&
		snapshot->question_frames.end == pfn + 1;
}

/* ---- who */

static const struct process *owner_of(const struct snapshot *snapshot,
	size_t i)
{
	return &snapshot->members[snapshot->owners[i].member].process;
}

static bool is_here(const struct snapshot *snapshot, size_t i)
{
	return owner_of(snapshot, i)->id.pid == snapshot->process.id.pid &&
		snapshot->owners[i].vpn == snapshot->detail.vpn;
}

static void add_owner(struct buf *out, const struct snapshot *snapshot,
	size_t i)
{
	const struct process *process = owner_of(snapshot, i);

	text_escape(out, text_of(process->name), false);
	buf_fmt(out, " %d", process->id.pid);
}

/* Up to MOST of them, without the page itself where OTHERS are asked for. */
static void add_owners(struct buf *out, const struct snapshot *snapshot,
	size_t most, bool others)
{
	size_t i, n = 0, left = 0;

	for (i = 0; i < snapshot->nowners; i++) {
		if (others && is_here(snapshot, i))
			continue;
		if (n == most) {
			left++;
			continue;
		}
		if (n++)
			buf_str(out, ", ");
		add_owner(out, snapshot, i);
	}
	if (left)
		buf_fmt(out, " and %zu more", left);
}

/* "; also in bash 812 and 3 more" */
static void add_others(struct buf *out, const struct snapshot *snapshot)
{
	size_t i, n = 0;

	if (!snapshot->detail.has_pfn ||
	    !why_is_asked(snapshot, snapshot->detail.pfn))
		return;
	for (i = 0; i < snapshot->nowners; i++)
		n += !is_here(snapshot, i);
	if (!n)
		return;
	buf_str(out, "; also in ");
	add_owners(out, snapshot, NAMED, true);
}

void why_owners(struct buf *out, const struct snapshot *snapshot, size_t most)
{
	if (!snapshot->answered && snapshot->question_answer != ANSWER_OK)
		buf_fmt(out, "?  (other processes: %s)",
			answer_name(snapshot->question_answer));
	else if (!snapshot->answered)
		buf_fmt(out, "asking all processes, %.0f%%",
			100 * snapshot->question_progress);
	else if (!snapshot->nowners)
		buf_str(out, "none that may be read");
	else
		add_owners(out, snapshot, most, false);
}

/* ---- why */

enum reason { REASON_NONE, REASON_FORK, REASON_FILE, REASON_SHMEM, REASON_KSM,
	REASON_ZERO, REASON_HUGETLB };

static enum reason reason_of(const struct page_detail *detail)
{
	bool several = detail->has_count && detail->count > 1;

	switch ((enum page_state)detail->state) {
	case STATE_ZERO:
	case STATE_HUGE_ZERO:
		return REASON_ZERO;
	case STATE_COW_SHARED:
		return REASON_FORK;
	case STATE_KSM:
		return REASON_KSM;
	case STATE_HUGETLB:
		return detail->has_private && !detail->is_private ?
			REASON_HUGETLB : REASON_NONE;
	case STATE_SHMEM:
		return several ? REASON_SHMEM : REASON_NONE;
	case STATE_FILE:
	case STATE_FILE_DIRTY:
	case STATE_RAMFS:
	case STATE_COW_PENDING:
		return several ? REASON_FILE : REASON_NONE;
	default:
		return REASON_NONE;
	}
}

/* The last part of a path. */
static struct text last_part(struct text path)
{
	size_t n = path.n;

	while (n && path.p[n - 1] != '/')
		n--;
	return (struct text){ path.p + n, path.n - n };
}

/* "page 18 of libc.so.6"; WHOLE: with its path, and the offset. */
static void add_place(struct buf *out, const struct snapshot *snapshot,
	bool whole)
{
	unsigned shift = snapshot->machine->page_shift;
	uint64_t vpn = snapshot->detail.vpn, offset;
	long i = snapshot_region(snapshot, vpn);
	struct text name;

	if (i < 0)
		return;
	name = snapshot_region_title(snapshot, (size_t)i);
	offset = snapshot->regions[i].offset +
		((vpn << shift) - snapshot->regions[i].start);
	buf_fmt(out, "page %" PRIu64 " of ", offset >> shift);
	text_escape(out, whole ? name : last_part(name), false);
	if (whole)
		buf_fmt(out, " (offset 0x%" PRIx64 ")", offset);
}

bool why_line(struct buf *out, const struct snapshot *snapshot)
{
	switch (reason_of(&snapshot->detail)) {
	case REASON_FORK:
		buf_str(out, "not written since a fork");
		break;
	case REASON_KSM:
		buf_str(out, "merged with identical pages");
		break;
	case REASON_FILE:
	case REASON_SHMEM:
	case REASON_HUGETLB:
		add_place(out, snapshot, false);
		break;
	case REASON_ZERO:
	case REASON_NONE:
		return false;
	}
	add_others(out, snapshot);
	return true;
}

static void add_mappings(struct buf *out, const struct page_detail *detail)
{
	if (detail->has_count)
		buf_fmt(out, ", mapped %" PRIu64 " times", detail->count);
}

bool why_sentence(struct buf *out, const struct snapshot *snapshot)
{
	const struct page_detail *detail = &snapshot->detail;

	switch (reason_of(detail)) {
	case REASON_FORK:
		buf_str(out, "a fork shared it, and nobody has written to it "
			"since: anonymous");
		if (detail->has_private && !detail->is_private)
			buf_str(out, ", not marked exclusive");
		add_mappings(out, detail);
		buf_str(out, "; the next write copies it");
		break;
	case REASON_KSM:
		buf_str(out, "KSM found identical pages and made them one "
			"frame");
		add_mappings(out, detail);
		buf_str(out, "; a write copies it");
		break;
	case REASON_FILE:
		add_place(out, snapshot, true);
		buf_str(out, ": whoever maps that has the page cache's one "
			"frame");
		add_mappings(out, detail);
		if (detail->state == STATE_COW_PENDING)
			buf_str(out, "; the first write here copies it");
		break;
	case REASON_SHMEM:
		buf_str(out, "shared memory: ");
		add_place(out, snapshot, true);
		add_mappings(out, detail);
		break;
	case REASON_HUGETLB:
		buf_str(out, "a huge page that others map, too: ");
		add_place(out, snapshot, true);
		break;
	case REASON_ZERO:
		buf_str(out, "it was read and never written: all such pages of "
			"all processes are this one, which counts for nobody");
		return true;
	case REASON_NONE:
		return false;
	}
	return true;
}
