/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/rt.h"

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"

static const struct {
	const char *name, *words;
	enum rt_when when;
} reasons[NRT_REASONS] = {
#define X(id, name, when, words) \
	{ name, words, RT_##when },
	RT_REASONS(X)
#undef X
};

const char *rt_reason_name(enum rt_reason reason)
{
	return reasons[reason].name;
}

const char *rt_reason_words(enum rt_reason reason)
{
	return reasons[reason].words;
}

enum rt_when rt_reason_when(enum rt_reason reason)
{
	return reasons[reason].when;
}

const char *rt_when_name(enum rt_when when)
{
	static const char *const names[NRT_WHENS] = {
		"access", "write", "maybe-write", "later", NULL, NULL
	};

	return names[when];
}

uint64_t rt_total(const struct rt_totals *totals, enum rt_when when)
{
	uint64_t npages = 0;
	unsigned i;

	for (i = 0; i < NRT_REASONS; i++)
		if (rt_reason_when(i) == when)
			npages += totals->pages[i];
	return npages;
}

void rt_context_of(const struct region *region, const struct page_context *cx,
	uint64_t locked_kb, struct rt_context *out)
{
	*out = (struct rt_context){ .region = region, .cx = cx,
		.lock_known = region->vm_flags_known || !locked_kb };
	if (region->vm_flags_known)
		out->locked = region->vm_flags & SMAPS_FLAG_LOCKED;
}

/* Present, and no write of it would be held up. */
static enum rt_reason by_lock(const struct rt_context *rt)
{
	if (rt->locked)
		return RT_NONE_PAGE;
	return rt->lock_known ? RT_NOT_LOCKED_PAGE : RT_UNTOLD_PAGE;
}

/* A private frame of its own: does the kernel know that it is nobody else's?
 * Else it stops the next write to find out. */
static enum rt_reason by_exclusive(const struct rt_context *rt,
	const struct page_facts *page)
{
	const uint64_t flags = page->flags;

	if (!page->has_flags || !rt->cx->rules->anon_exclusive)
		return RT_UNTOLD_PAGE;
	if (!(flags & KPF(TAIL)))
		return flags & KPF_ANON_EXCLUSIVE ? RT_NONE_PAGE :
			RT_WAS_SHARED_PAGE;
	/* Where one entry maps all of it, its head speaks for it; where each
	 * page has its own, the head's flag is the head's alone. */
	if (!page->pmd_mapped || !page->head_flags)
		return RT_UNTOLD_PAGE;
	return page->head_flags & KPF_ANON_EXCLUSIVE ? RT_NONE_PAGE :
		RT_WAS_SHARED_PAGE;
}

/* Of the pool: never taken away, but copied after a fork as others are. */
static enum rt_reason of_hugetlb(const struct rt_context *rt,
	const struct page_facts *page)
{
	struct pte pte = pte_decode(page->word, rt->cx->rules);

	if (!rt->cx->private_writable)
		return RT_NONE_PAGE;
	if (pte.file)
		return RT_COW_PENDING_PAGE;
	if (!rt->cx->rules->high_bits)
		return RT_UNTOLD_PAGE;
	return pte.exclusive ? RT_NONE_PAGE : RT_COW_SHARED_PAGE;
}

/* What holds up a write to a page that is present; NONE: nothing does. */
static enum rt_reason on_write(const struct rt_context *rt,
	enum page_state state, unsigned marks, const struct page_facts *page)
{
	if (!rt->region->write)
		return RT_NONE_PAGE;
	if (marks & MARK_UFFD_WP)
		return RT_PROTECTED_PAGE;
	switch (state) {
	case STATE_ZERO:
	case STATE_HUGE_ZERO:
		return RT_ZERO_PAGE;
	case STATE_COW_PENDING:
		return RT_COW_PENDING_PAGE;
	case STATE_COW_SHARED:
	case STATE_KSM:
		return RT_COW_SHARED_PAGE;
	case STATE_ANON_WAS_SHARED:
		return RT_WAS_SHARED_PAGE;
	case STATE_ANON:
	case STATE_COW_COPIED:
	case STATE_LAZYFREE:
		return by_exclusive(rt, page);
	case STATE_FILE:
	case STATE_FILE_DIRTY:
	case STATE_XIP:
		return RT_FILE_WRITE_PAGE;
	case STATE_HUGETLB:
		return of_hugetlb(rt, page);
	case STATE_PRESENT:
		return RT_UNTOLD_PAGE;
	default:
		return RT_NONE_PAGE;
	}
}

/* Can the kernel take this page away, if nobody locks it? */
static bool may_be_taken(enum page_state state, const struct page_facts *page)
{
	const uint64_t held = KPF(UNEVICTABLE) | KPF(MLOCKED);

	switch (state) {
	case STATE_ZERO:
	case STATE_HUGE_ZERO:
	case STATE_RAMFS:
	case STATE_XIP:
	case STATE_SECRET:
	case STATE_HUGETLB:
	case STATE_DRIVER:
	case STATE_KERNEL:
		return false;
	case STATE_SHMEM:
		/* Held by SHM_LOCK, for all who map it. */
		return !page->has_flags ||
			(page->flags & held) != KPF(UNEVICTABLE);
	default:
		return true;
	}
}

static enum rt_reason of_present(const struct rt_context *rt,
	enum page_state state, unsigned marks, const struct page_facts *page)
{
	enum rt_reason reason = on_write(rt, state, marks, page);

	if (reason != RT_NONE_PAGE || !may_be_taken(state, page))
		return reason;
	return by_lock(rt);
}

enum rt_reason rt_reason_of(const struct rt_context *rt, enum page_state state,
	unsigned marks, const struct page_facts *page)
{
	const struct region *region = rt->region;

	if (!region->read && !region->write && !region->exec)
		return RT_NO_ACCESS_PAGE;
	switch (state) {
	case STATE_GUARD:
	case STATE_POISONED:
	case STATE_HOLE:
		return RT_NO_ACCESS_PAGE;
	case STATE_PFNMAP:
	case STATE_GATE:
		return RT_KERNEL_PAGE;
	case STATE_KERNEL:
		if (!page)
			return RT_NOT_MAPPED_PAGE;
		break;
	case STATE_UNTOUCHED:
	case STATE_HUGETLB_UNFAULTED:
	case STATE_WP_MARKER:
		return RT_UNTOUCHED_PAGE;
	case STATE_NOT_MAPPED:
		return RT_NOT_MAPPED_PAGE;
	case STATE_SWAP:
	case STATE_DEVICE:
		return RT_SWAPPED_PAGE;
	case STATE_MIGRATION:
		return RT_MOVING_PAGE;
	case STATE_CHANGING:
		return RT_UNTOLD_PAGE;
	default:
		break;
	}
	return page ? of_present(rt, state, marks, page) : RT_UNTOLD_PAGE;
}
