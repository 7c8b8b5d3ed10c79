/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_KPAGEFLAGS_H
#define VMATLAS_KERNEL_KPAGEFLAGS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The bits of /proc/kpageflags (Documentation/admin-guide/mm/pagemap.rst and
 * include/linux/kernel-page-flags.h), under the long names that page-types
 * gives them.
 */
#define KPAGEFLAGS_TABLE(X) \
	X(LOCKED,	 0, "locked") \
	X(ERROR,	 1, "error") \
	X(REFERENCED,	 2, "referenced") \
	X(UPTODATE,	 3, "uptodate") \
	X(DIRTY,	 4, "dirty") \
	X(LRU,		 5, "lru") \
	X(ACTIVE,	 6, "active") \
	X(SLAB,		 7, "slab") \
	X(WRITEBACK,	 8, "writeback") \
	X(RECLAIM,	 9, "reclaim") \
	X(BUDDY,	10, "buddy") \
	X(MMAP,		11, "mmap") \
	X(ANON,		12, "anonymous") \
	X(SWAPCACHE,	13, "swapcache") \
	X(SWAPBACKED,	14, "swapbacked") \
	X(HEAD,		15, "compound_head") \
	X(TAIL,		16, "compound_tail") \
	X(HUGE,		17, "huge") \
	X(UNEVICTABLE,	18, "unevictable") \
	X(HWPOISON,	19, "hwpoison") \
	X(NOPAGE,	20, "nopage") \
	X(KSM,		21, "ksm") \
	X(THP,		22, "thp") \
	X(OFFLINE,	23, "offline") \
	X(ZERO_PAGE,	24, "zero_page") \
	X(IDLE,		25, "idle_page") \
	X(PGTABLE,	26, "pgtable") \
	X(RESERVED,	32, "reserved") \
	X(MLOCKED,	33, "mlocked") \
	X(OWNER_2,	34, "owner_2") \
	X(PRIVATE,	35, "private") \
	X(PRIVATE_2,	36, "private_2") \
	X(OWNER_PRIVATE, 37, "owner_private") \
	X(ARCH,		38, "arch") \
	X(UNCACHED,	39, "uncached") \
	X(SOFTDIRTY,	40, "softdirty") \
	X(ARCH_2,	41, "arch_2") \
	X(ARCH_3,	42, "arch_3")

#define X(name, bit, text) KPF_BIT_##name = bit,
enum kpageflags_bit { KPAGEFLAGS_TABLE(X) };
#undef X
#define KPF(name) (UINT64_C(1) << KPF_BIT_##name)

/* Bit 34 of an anonymous page (5.19 and later): only one process has it. */
#define KPF_ANON_EXCLUSIVE KPF(OWNER_2)

/*
 * A merged frame.  Since 6.10 kernels may set KSM on every anonymous frame
 * (commit dee3d0bef2b0, mended by 81401cebfc15): those of which KSM is sure to
 * be wrong are large, or one process's own.
 */
bool kpageflags_is_ksm(uint64_t flags);

/*
 * What a frame outside RAM has that a DAX file lies in: nothing at all (7.x),
 * NOPAGE (6.1), RESERVED (5.10).
 */
static inline bool kpageflags_are_void(uint64_t flags)
{
	return !(flags & ~(KPF(NOPAGE) | KPF(RESERVED)));
}

/*
 * The name of BIT in FLAGS; bit 34 is "anon_exclusive" where FLAGS say that
 * the frame is anonymous and not slab.  NULL for a bit without a name.
 */
const char *kpageflags_name(uint64_t flags, unsigned bit);

#endif
