/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/frame_use.h"

#include <stddef.h>

#include "vmatlas/kernel/kpageflags.h"

const struct frame_use_info *frame_use_info(enum frame_use use)
{
	static const struct frame_use_info uses[NFRAME_USES] = {
#define X(id, letter, name, title, words) { letter, name, title, words },
		FRAME_USES(X)
#undef X
	};

	return &uses[(unsigned)use < NFRAME_USES ? use : USE_HOLE];
}

enum frame_use frame_use_of(uint64_t flags)
{
	/* Any of these flags; the first rule that matches wins.  Slab frames
	 * show junk anonymous and merged bits, merged ones are anonymous, and
	 * so are the pages of huge pools. */
	static const struct {
		uint64_t any;
		enum frame_use use;
	} rules[] = {
		{ KPF(HWPOISON), USE_POISONED },
		/* Older kernels say so where there is no struct page. */
		{ KPF(NOPAGE), USE_HOLE },
		{ KPF(OFFLINE), USE_OFFLINE },
		{ KPF(BUDDY), USE_FREE },
		{ KPF(SLAB), USE_SLAB },
		{ KPF(PGTABLE), USE_PAGETABLE },
		{ KPF(ZERO_PAGE), USE_ZERO },
		{ KPF(HUGE), USE_HUGETLB },
		{ KPF(KSM), USE_KSM },
		{ KPF(ANON), USE_ANON },
		{ KPF(SWAPBACKED), USE_SHMEM },
		{ KPF(LRU) | KPF(UPTODATE), USE_FILE },
		{ KPF(RESERVED), USE_KERNEL },
		{ KPF(MMAP), USE_DRIVER },
	};
	size_t i;

	if (!kpageflags_is_ksm(flags))
		flags &= ~KPF(KSM);
	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (flags & rules[i].any)
			return rules[i].use;
	return flags ? USE_KERNEL : USE_UNTYPED;
}

enum frame_use frame_use_of_stretch(enum stretch_kind kind)
{
	switch (kind) {
	case STRETCH_MMIO:
		return USE_MMIO;
	case STRETCH_RESERVED:
		return USE_RESERVED;
	case STRETCH_HOLE:
		return USE_HOLE;
	case STRETCH_RAM:
		break;
	}
	return USE_UNTYPED;
}

const char *frame_owner_name(enum frame_owner owner)
{
	static const char *const names[NFRAME_OWNERS] = {
		NULL, "mine", "shared", "other", "none"
	};

	return (unsigned)owner < NFRAME_OWNERS ? names[owner] : NULL;
}
