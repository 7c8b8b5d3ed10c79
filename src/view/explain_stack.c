/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/explain_stack.h"

/* The region under the cursor of the virtual side, or -1. */
static long region_at(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	uint64_t start, end;

	if (atlas->active != SIDE_VIRTUAL || !atlas->laid_out ||
	    !pane_focus(&atlas->panes[SIDE_VIRTUAL], &start, &end))
		return -1;
	return snapshot_region(snapshot, start);
}

bool explain_wants_stacks(const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	long i = region_at(atlas, snapshot);
	const struct region *region;

	if (i < 0)
		return false;
	region = &snapshot->regions[i];
	if (region->type == REGION_STACK)
		return true;
	/* A thread's is private memory with guards in it, or right above what
	 * nobody may touch. */
	if (region->type != REGION_ANON || !region->write)
		return false;
	return (snapshot->state_pages && snapshot_states(snapshot,
			(size_t)i)[STATE_GUARD]) || (i > 0 &&
		region[-1].end == region->start && !region[-1].read &&
		!region[-1].write && !region[-1].exec);
}

static void say_stack(struct buf *line, const struct snapshot *snapshot,
	const struct stack *stack)
{
	const char *names = buf_text(&snapshot->stacks.names);
	char touched[TEXT_SIZE_MAX], limit[TEXT_SIZE_MAX];

	if (stack->tid) {
		buf_fmt(line, "; stack of thread %d ", stack->tid);
		text_escape(line, text_of(names + stack->name), false);
	} else {
		buf_str(line, "; perhaps a stack");
	}
	if (!stack->touched_known)
		return;
	buf_fmt(line, ", touched %s", text_size(stack->touched, touched));
	if (stack->limit_known && stack->limit != UINT64_MAX)
		buf_fmt(line, " of %s", text_size(stack->limit, limit));
}

static const char *const grounds[NSTACK_GROUNDS] = {
#define X(id, name, words) words,
	STACK_GROUNDS(X)
#undef X
};

void explain_stack_lines(struct buf *out, const struct snapshot *snapshot,
	size_t i)
{
	const struct stack *stack = stacks_in(&snapshot->stacks, i);
	char size[TEXT_SIZE_MAX];

	if (!stack || stack->start != snapshot->regions[i].start)
		return;
	buf_str(out, "stack\t");
	if (stack->tid) {
		buf_fmt(out, "of thread %d ", stack->tid);
		if (stack->name != UINT32_MAX)
			text_escape(out, text_of(buf_text(
				&snapshot->stacks.names) + stack->name), false);
		buf_fmt(out, " (%s)", grounds[stack->by]);
	} else {
		buf_fmt(out, "perhaps (%s)", grounds[stack->by]);
	}
	buf_str(out, "\ntouched\t");
	if (stack->touched_known) {
		buf_fmt(out, "down to %s",
			text_size(stack->touched, size));
		buf_fmt(out, ", %s of it in memory",
			text_size(stack->resident, size));
	} else {
		buf_char(out, '?');
	}
	if (stack->limit_known && stack->limit == UINT64_MAX)
		buf_str(out, "; no limit");
	else
		buf_fmt(out, "; limit %s", stack->limit_known ?
			text_size(stack->limit, size) : "?");
	buf_fmt(out, "; guard %s\n", stack->guard_known ?
		text_size(stack->guard, size) : "?");
}

void explain_stack(struct buf *line, const struct atlas *atlas,
	const struct snapshot *snapshot)
{
	long i = region_at(atlas, snapshot);
	const struct stack *stack;
	char used[TEXT_SIZE_MAX], all[TEXT_SIZE_MAX];

	if (i < 0)
		return;
	stack = stacks_in(&snapshot->stacks, (size_t)i);
	if (stack && stack->start == snapshot->regions[i].start)
		say_stack(line, snapshot, stack);
	if (snapshot->watch.kind == CLEAR_REFERENCED &&
	    snapshot->regions[i].referenced_known &&
	    snapshot->regions[i].usage.rss)
		buf_fmt(line, "; used meanwhile: %s of its region's %s",
			text_size(snapshot->regions[i].referenced, used),
			text_size(snapshot->regions[i].usage.rss, all));
}
