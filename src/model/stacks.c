/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/stacks.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/kernel/thread.h"
#include "vmatlas/model/space.h"

/* Guards of thread libraries are small; a reservation is not. */
#define GUARD_MOST (UINT64_C(1) << 20)
/* What is larger is asked for where it is populated, not read through. */
#define READ_MOST (UINT64_C(64) << 20)

const char *stack_ground_name(enum stack_ground ground)
{
	static const char *const names[NSTACK_GROUNDS] = {
#define X(id, name, words) name,
		STACK_GROUNDS(X)
#undef X
	};

	return names[ground];
}

void stacks_clear(struct stacks *stacks)
{
	stacks->n = 0;
	stacks->told = false;
	buf_clear(&stacks->names);
}

void stacks_fini(struct stacks *stacks)
{
	free(stacks->stacks);
	buf_fini(&stacks->names);
	memset(stacks, 0, sizeof(*stacks));
}

void stacks_copy(struct stacks *to, const struct stacks *from)
{
	stacks_clear(to);
	to->stacks = mem_grow(to->stacks, &to->cap, from->n,
		sizeof(*to->stacks));
	if (from->n)
		memcpy(to->stacks, from->stacks,
			from->n * sizeof(*to->stacks));
	to->n = from->n;
	to->told = from->told;
	buf_add(&to->names, buf_text(&from->names), from->names.len);
}

const struct stack *stacks_in(const struct stacks *stacks, size_t region)
{
	size_t i;

	for (i = 0; i < stacks->n; i++)
		if (stacks->stacks[i].region == (long)region)
			return &stacks->stacks[i];
	return NULL;
}

static struct stack *add(struct stacks *stacks)
{
	stacks->stacks = mem_grow(stacks->stacks, &stacks->cap, stacks->n + 1,
		sizeof(*stacks->stacks));
	stacks->stacks[stacks->n] = (struct stack){ .region = -1 };
	return &stacks->stacks[stacks->n++];
}

bool stacks_limit(struct space *space, uint64_t *nbytes)
{
	struct buf buf = { 0 };
	bool known = source_text(space->reader->src, space->process.id,
		"limits", &buf) == ANSWER_OK && thread_stack_limit(
			(struct text){ buf_text(&buf), buf.len }, nbytes);

	buf_fini(&buf);
	return known;
}

/* ---- which region */

static void take_region(struct stack *stack, const struct space *space,
	long region, enum stack_ground by)
{
	if (region < 0)
		return;
	stack->region = region;
	stack->by = by;
	stack->start = space->regions[region].start;
	stack->end = space->regions[region].end;
}

static struct text name_of(const struct space *space, size_t region)
{
	return region_name(&space->regions[region], &space->names);
}

/* "[stack:TID]" (3.4 to 4.4), and what glibc calls them where it is asked to
 * (glibc.mem.decorate_maps): "[anon: glibc: pthread stack: TID]". */
static long region_named(const struct space *space, int tid)
{
	static const char *const before[] = {
		"[stack:", "[anon: glibc: pthread stack: ",
		"[anon: glibc: pthread user stack: ",
	};
	size_t i, k;

	for (i = 0; i < space->nregions; i++) {
		struct text name = name_of(space, i), rest;
		uint64_t number;

		for (k = 0; k < sizeof(before) / sizeof(*before); k++) {
			if (!text_starts(name, before[k]))
				continue;
			rest = name;
			rest.p += strlen(before[k]);
			rest.n -= strlen(before[k]);
			if (text_u64(&rest, 10, &number) && text_is(rest, "]") &&
			    number == (uint64_t)tid)
				return (long)i;
		}
	}
	return -1;
}

/* The first thread's; a thread's of an old kernel that is the first one in
 * its own file is called so, too. */
static long region_of_first(const struct space *space)
{
	size_t i;

	for (i = 0; i < space->nregions; i++)
		if (text_is(name_of(space, i), "[stack]"))
			return (long)i;
	return -1;
}

static bool is_reservation(const struct region *region)
{
	return !region->read && !region->write && !region->exec &&
		!region->shared && !region->inode;
}

/* The guard below region I that is a mapping of its own; NULL: there is none. */
static const struct region *guard_below(const struct space *space, size_t i)
{
	const struct region *below = i ? &space->regions[i - 1] : NULL;

	return below && below->end == space->regions[i].start &&
		is_reservation(below) && below->end - below->start <= GUARD_MOST ?
		below : NULL;
}

/* ---- what was touched */

enum touch { TOUCH_NONE, TOUCH_GUARD, TOUCH_PAGE };

static enum touch touch_of(uint64_t word, const struct kernel_rules *rules)
{
	struct pte pte;

	if (!(word & (PM_PRESENT | PM_SWAP)))
		return TOUCH_NONE;
	pte = pte_decode(word, rules);
	if (pte.special == PTE_GUARD)
		return TOUCH_GUARD;
	return pte.special == PTE_UFFD_WP_MARKER ||
		pte.special == PTE_POISON_MARKER ? TOUCH_NONE : TOUCH_PAGE;
}

struct touches {
	uint64_t lowest;	/* page; UINT64_MAX: none was touched */
	uint64_t npages;
	uint64_t guards;	/* pages of guard before the lowest */
};

/* The entries of START..END (pages); false: they cannot be read. */
static bool read_touches(struct space *space, uint64_t start, uint64_t end,
	struct touches *out)
{
	struct reader *reader = space->reader;
	uint64_t at, next;
	size_t i;

	for (at = start; at < end; at = next) {
		next = end - at > SOURCE_SLICE ? at + SOURCE_SLICE : end;
		if (reader_words(reader, at, (size_t)(next - at)) != ANSWER_OK)
			return false;
		for (i = 0; i < next - at; i++) {
			enum touch touch = touch_of(reader->slice.words[i],
				&reader->machine->rules);

			if (touch == TOUCH_PAGE && out->lowest == UINT64_MAX)
				out->lowest = at + i;
			out->npages += touch == TOUCH_PAGE;
			out->guards += touch == TOUCH_GUARD &&
				out->lowest == UINT64_MAX;
		}
	}
	return true;
}

/* The same by asking where anything is. */
static bool scan_touches(struct space *space, uint64_t start, uint64_t end,
	struct touches *out)
{
	struct vpn_range ranges[16];
	uint64_t at = start;
	size_t i, n;

	while (at < end) {
		if (source_populated(space->reader->src, POPULATED_ANY,
				space->process.id, at, end, ranges, 16, &n,
				&at) != ANSWER_OK)
			return false;
		for (i = 0; i < n; i++)
			if (!read_touches(space, ranges[i].start,
				    ranges[i].end, out))
				return false;
	}
	return true;
}

static void measure(struct stack *stack, struct space *space)
{
	unsigned shift = space->reader->machine->page_shift;
	uint64_t start = stack->start >> shift, end = stack->end >> shift;
	const struct region *guard = guard_below(space, (size_t)stack->region);
	struct touches touches = { .lowest = UINT64_MAX };

	stack->touched_known = stack->end - stack->start <= READ_MOST ?
		read_touches(space, start, end, &touches) :
		scan_touches(space, start, end, &touches);
	/* What keeps a growing stack from its neighbour is no mapping. */
	stack->guard_known = !stack->grows && (guard || stack->touched_known);
	stack->guard = (guard ? guard->end - guard->start : 0) +
		(touches.guards << shift);
	if (!stack->touched_known)
		return;
	stack->resident = touches.npages << shift;
	if (touches.lowest != UINT64_MAX)
		stack->touched = (end - touches.lowest) << shift;
}

/* ---- threads */

static bool read_small(struct space *space, int tid, const char *file,
	struct buf *out)
{
	struct buf path = { 0 };
	enum answer answer;

	buf_fmt(&path, "task/%d/%s", tid, file);
	buf_clear(out);
	answer = source_text(space->reader->src, space->process.id,
		buf_text(&path), out);
	buf_fini(&path);
	return answer == ANSWER_OK;
}

static void take_name(struct stacks *stacks, struct stack *stack,
	const struct buf *buf)
{
	size_t n = buf->len;

	if (n && buf->data[n - 1] == '\n')
		n--;
	stack->name = (uint32_t)stacks->names.len;
	buf_add(&stacks->names, buf_text(buf), n);
	buf_char(&stacks->names, '\0');
}

static void read_thread(struct stacks *stacks, struct space *space, int tid,
	struct buf *buf)
{
	bool first = tid == space->process.id.pid;
	struct stack *stack;

	if (!read_small(space, tid, "comm", buf))
		return;		/* it ended meanwhile */
	stack = add(stacks);
	stack->tid = tid;
	take_name(stacks, stack, buf);
	stack->has_sp = read_small(space, tid, "syscall", buf) &&
		thread_sp((struct text){ buf_text(buf), buf->len }, &stack->sp);
	if (stack->has_sp)
		take_region(stack, space, regions_find(space->regions,
			space->nregions, stack->sp), STACK_BY_SP);
	if (stack->region < 0)
		take_region(stack, space, first ? region_of_first(space) :
			region_named(space, tid), STACK_BY_NAME);
	stack->grows = stack->region >= 0 &&
		stack->region == region_of_first(space);
}

static void read_threads(struct stacks *stacks, struct space *space,
	size_t most)
{
	struct buf list = { 0 }, buf = { 0 };
	struct text rest, line;
	uint64_t tid;

	stacks->told = source_text(space->reader->src, space->process.id,
		"task/", &list) == ANSWER_OK;
	rest = (struct text){ buf_text(&list), list.len };
	while (stacks->told && stacks->n < most && text_line(&rest, &line))
		if (text_u64(&line, 10, &tid) && tid <= INT32_MAX &&
		    text_is(line, "/"))
			read_thread(stacks, space, (int)tid, &buf);
	buf_fini(&list);
	buf_fini(&buf);
}

static int compare_tids(const void *a, const void *b)
{
	const struct stack *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

/* Regions of the shape of a stack, which no thread was found in. */
static void guess(struct stacks *stacks, const struct space *space)
{
	size_t i;

	for (i = 0; i < space->nregions; i++) {
		const struct region *region = &space->regions[i];
		struct stack *stack;

		if (region->type != REGION_ANON || region->shared ||
		    !region->read || !region->write || region->name_len ||
		    !guard_below(space, i) || stacks_in(stacks, i))
			continue;
		stack = add(stacks);
		stack->name = UINT32_MAX;
		take_region(stack, space, (long)i, STACK_BY_SHAPE);
	}
}

void stacks_read(struct stacks *stacks, struct space *space, size_t most)
{
	enum answer answers[NWORD_FILES];
	uint64_t limit = 0;
	bool limit_known = stacks_limit(space, &limit);
	size_t i;

	/* How the pass fares is not told by questions beside it. */
	memcpy(answers, space->reader->answers, sizeof(answers));
	stacks_clear(stacks);
	read_threads(stacks, space, most);
	if (stacks->n)
		qsort(stacks->stacks, stacks->n, sizeof(*stacks->stacks),
			compare_tids);
	guess(stacks, space);
	for (i = 0; i < stacks->n; i++) {
		struct stack *stack = &stacks->stacks[i];

		if (stack->region < 0)
			continue;
		measure(stack, space);
		stack->limit_known = !stack->grows || limit_known;
		stack->limit = stack->grows ? limit :
			stack->end - stack->start;
	}
	memcpy(space->reader->answers, answers, sizeof(answers));
}
