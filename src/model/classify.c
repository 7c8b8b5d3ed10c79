/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/classify.h"

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"

/* Page tables are shared where all that one of them maps is shared: 512 huge
 * pages of 512 pages, on the machines that do so. */
static bool may_share_tables(const struct region *region,
	const struct kernel_rules *rules)
{
	const uint64_t span = UINT64_C(1) << 30;
	uint64_t first = (region->start + span - 1) & ~(span - 1);

	return !rules->shared_tables && region->shared && first < region->end &&
		region->end - first >= span;
}

void page_context_of(const struct region *region, struct text name,
	const struct kernel_rules *rules, struct page_context *out)
{
	unsigned flags = region->vm_flags;
	bool is_secret = region->type == REGION_SPECIAL &&
		text_starts(name, "/secretmem");

	*out = (struct page_context){
		.rules = rules,
		/* Private memory of /dev/zero has a name, but no file. */
		.has_file = region->type != REGION_ANON &&
			(region->inode != 0 || region->major != 0 ||
			 region->minor != 0),
		.private_writable = region->write && !region->shared,
		.is_shmem = region->type == REGION_SHMEM,
		.is_device = region->type == REGION_DEVICE,
		.is_special = region->type == REGION_VDSO ||
			(region->type == REGION_SPECIAL && !is_secret),
		.is_hugetlb = region->type == REGION_HUGETLB ||
			(flags & SMAPS_FLAG_HUGETLB),
		.may_share_tables = may_share_tables(region, rules),
		.is_secret = is_secret,
		.is_pfnmap = region->type == REGION_VVAR ||
			(flags & SMAPS_FLAG_PFNMAP),
		.is_io = flags & SMAPS_FLAG_IO,
		.is_gate = region->type == REGION_VSYSCALL,
		.may_be_merged = !region->vm_flags_known ||
			(flags & SMAPS_FLAG_MERGEABLE),
		.soft_dirty_told = region->vm_flags_known &&
			!(flags & SMAPS_FLAG_SOFT_DIRTY),
	};
}

enum page_state classify_absent(const struct page_context *cx)
{
	if (cx->is_gate)
		return STATE_GATE;
	if (cx->is_pfnmap || cx->is_io)
		return STATE_PFNMAP;
	if (cx->is_special)
		return STATE_KERNEL;
	if (cx->is_hugetlb)
		return STATE_HUGETLB_UNFAULTED;
	if (cx->has_file || cx->is_shmem)
		return STATE_NOT_MAPPED;
	return STATE_UNTOUCHED;
}

enum pte_special classify_special(const struct pte *pte,
	const struct page_facts *page)
{
	return pte_special_has_frame(pte->special) && page->has_flags ?
		pte_special_of_frame(page->flags, page->frame_is_ram) :
		pte->special;
}

static enum page_state state_of_special(enum pte_special special)
{
	switch (special) {
	case PTE_GUARD:
		return STATE_GUARD;
	case PTE_UFFD_WP_MARKER:
		return STATE_WP_MARKER;
	case PTE_MIGRATION:
		return STATE_MIGRATION;
	case PTE_DEVICE:
		return STATE_DEVICE;
	case PTE_HWPOISON:
	case PTE_POISON_MARKER:
		return STATE_POISONED;
	case PTE_SWAP:
	case PTE_NOT_SPECIAL:
		break;
	}
	return STATE_SWAP;
}

/* Large folios put their flags on the head alone before 6.12. */
static uint64_t folio_flags(const struct page_context *cx,
	const struct page_facts *page)
{
	if (cx->rules->folio_flags || !(page->flags & KPF(TAIL)))
		return page->flags;
	return page->flags | (page->head_flags &
		(KPF(LRU) | KPF(SWAPBACKED) | KPF(DIRTY) | KPF(UPTODATE) |
		 KPF(SWAPCACHE) | KPF(MLOCKED) | KPF(UNEVICTABLE)));
}

static enum page_state classify_anon(const struct page_context *cx,
	const struct page_facts *page, uint64_t flags)
{
	/* A page that only this process maps says so in its entry. */
	uint64_t count = page->has_count ? page->count : 1;

	if (flags & KPF(KSM))
		return STATE_KSM;
	if (!(flags & KPF(SWAPBACKED)))
		return STATE_LAZYFREE;
	if (count >= 2)
		return STATE_COW_SHARED;
	if (cx->has_file)
		return STATE_COW_COPIED;
	if ((flags & KPF_ANON_EXCLUSIVE) || (flags & KPF(TAIL)) ||
	    !cx->rules->anon_exclusive)
		return STATE_ANON;
	return STATE_ANON_WAS_SHARED;
}

static enum page_state classify_file(const struct page_context *cx,
	uint64_t flags)
{
	if (flags & KPF(RESERVED))
		return STATE_KERNEL;
	/* It was a file's page and is free, or somebody's own, by now. */
	if (!flags || (flags & KPF(ANON)))
		return STATE_CHANGING;
	if (cx->is_secret)
		return STATE_SECRET;
	if (!(flags & (KPF(LRU) | KPF(SWAPBACKED) | KPF(UPTODATE))))
		return cx->is_special ? STATE_KERNEL : STATE_DRIVER;
	if (cx->private_writable)
		return STATE_COW_PENDING;
	if (flags & KPF(SWAPBACKED))
		return STATE_SHMEM;
	if ((flags & KPF(DIRTY)) && (flags & KPF(UNEVICTABLE)) &&
	    !(flags & KPF(MLOCKED)))
		return STATE_RAMFS;
	return flags & KPF(DIRTY) ? STATE_FILE_DIRTY : STATE_FILE;
}

/* As much as pagemap alone tells. */
static enum page_state classify_without_flags(const struct page_context *cx,
	const struct pte *pte)
{
	if (cx->is_special)
		return STATE_KERNEL;
	if (cx->is_hugetlb)
		return STATE_HUGETLB;
	if (!pte->file && pte->exclusive)
		return cx->has_file ? STATE_COW_COPIED : STATE_ANON;
	if (cx->is_secret)
		return STATE_SECRET;
	if (cx->is_device)
		return STATE_PRESENT;
	/* The one page of an anonymous region that is not anonymous. */
	if (pte->file && !cx->has_file && !cx->is_shmem)
		return STATE_HUGE_ZERO;
	if (pte->file && cx->private_writable)
		return STATE_COW_PENDING;
	if (pte->file)
		return cx->is_shmem ? STATE_SHMEM : STATE_FILE;
	return STATE_PRESENT;
}

enum page_state classify(const struct page_context *cx,
	const struct page_facts *page)
{
	struct pte pte = pte_decode(page->word, cx->rules);
	uint64_t flags;

	if (pte.special != PTE_NOT_SPECIAL)
		return state_of_special(classify_special(&pte, page));
	if (cx->is_gate || cx->is_pfnmap || !pte.present)
		return classify_absent(cx);
	if (!page->has_flags)
		return classify_without_flags(cx, &pte);
	flags = folio_flags(cx, page);
	if (cx->has_file && !page->frame_is_ram && kpageflags_are_void(flags))
		return STATE_XIP;
	if (flags & (KPF(SLAB) | KPF(PGTABLE) | KPF(BUDDY)))
		return STATE_CHANGING;
	if (flags & KPF(HWPOISON))
		return STATE_POISONED;
	if (flags & KPF(ZERO_PAGE))
		return flags & KPF(THP) ? STATE_HUGE_ZERO : STATE_ZERO;
	if (flags & KPF(HUGE))
		return STATE_HUGETLB;
	if ((flags & KPF(ANON)) && !pte.file)
		return classify_anon(cx, page, flags);
	if (pte.file)
		return classify_file(cx, flags);
	/* An anonymous entry whose frame is not anonymous (any more). */
	return cx->is_special ? STATE_KERNEL : STATE_CHANGING;
}

unsigned classify_marks(const struct page_context *cx,
	const struct page_facts *page)
{
	struct pte pte = pte_decode(page->word, cx->rules);
	unsigned marks = 0;
	uint64_t flags;

	if (pte.uffd_wp || pte.special == PTE_UFFD_WP_MARKER)
		marks |= MARK_UFFD_WP;
	/* New regions have the bit in all entries, without any write. */
	if (pte.soft_dirty && pte.present && cx->soft_dirty_told)
		marks |= MARK_SOFT_DIRTY;
	if (!pte.present || !page->has_flags || cx->is_pfnmap || cx->is_gate)
		return marks;
	flags = folio_flags(cx, page);
	if ((flags & KPF(THP)) && !(flags & KPF(HUGE)) && !page->pmd_unknown)
		marks |= page->pmd_mapped ? MARK_THP_PMD : MARK_THP_PTE;
	if ((flags & KPF(SWAPCACHE)) && (flags & KPF(SWAPBACKED)))
		marks |= MARK_SWAPCACHE;
	if (flags & KPF(MLOCKED))
		marks |= MARK_MLOCKED;
	return marks;
}
