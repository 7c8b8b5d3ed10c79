/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/pagemap.h"

#include "vmatlas/kernel/kpageflags.h"

/* What the offset of a PTE marker says (include/linux/swapops.h). */
#define MARKER_UFFD_WP	1
#define MARKER_POISON	2
#define MARKER_GUARD	4

/*
 * The lowest swap type of each kind since a release, newest first, where a
 * kernel is configured with all of them, as distributions' are
 * (include/linux/swap.h, counted down from 31).  Each kind ends where the
 * next one to its left begins.
 */
struct numbering {
	unsigned char major, minor;
	unsigned char swap_error, marker, device, migration, hwpoison;
};

static const struct numbering numberings[] = {
	{ 6, 15, 32, 31, 28, 25, 24 },	/* device-exclusive has one type */
	{ 6, 2, 32, 31, 27, 24, 23 },	/* swap errors became markers */
	{ 5, 19, 31, 30, 26, 23, 22 },	/* markers, 3 migration types */
	{ 5, 14, 32, 32, 28, 26, 25 },	/* device-exclusive: 2 types */
	{ 4, 14, 32, 32, 30, 28, 27 },	/* device-private: 2 types */
	{ 0, 0, 32, 32, 32, 30, 29 },
};

static const struct numbering *
numbering_of(const struct kernel_rules *rules)
{
	const struct numbering *n = numberings;

	while (rules->major < n->major ||
	       (rules->major == n->major && rules->minor < n->minor))
		n++;
	return n;
}

static enum pte_special marker_of(uint64_t offset)
{
	if (offset & MARKER_GUARD)
		return PTE_GUARD;
	if (offset & MARKER_UFFD_WP)
		return PTE_UFFD_WP_MARKER;
	return PTE_POISON_MARKER;
}

static enum pte_special special_of(unsigned type, uint64_t offset,
				   const struct kernel_rules *rules)
{
	const struct numbering *n;

	/*
	 * Markers stay on top where swap errors do not exist; such an error
	 * would tell a PFN here, and there is no RAM that low.
	 */
	if (type == 31 && rules->pte_markers && offset && offset < 8)
		return marker_of(offset);
	n = numbering_of(rules);
	if (type >= n->swap_error)
		return PTE_POISON_MARKER;
	if (type >= n->marker)
		return marker_of(offset);
	if (type >= n->device)
		return PTE_DEVICE;
	if (type >= n->migration)
		return PTE_MIGRATION;
	if (type >= n->hwpoison)
		return PTE_HWPOISON;
	return PTE_SWAP;
}

static void decode_special(uint64_t word, const struct kernel_rules *rules,
			   struct pte *pte)
{
	unsigned type = word & 31;
	uint64_t offset = (word & PM_PFN_MASK) >> 5;

	/* Bit 58 is told to everybody, type and offset are not. */
	if (rules->guard_bit && (word & PM_GUARD)) {
		pte->special = PTE_GUARD;
		return;
	}
	pte->special = special_of(type, offset, rules);
	switch (pte->special) {
	case PTE_SWAP:
		pte->swap_type = type;
		pte->swap_offset = offset;
		break;
	case PTE_MIGRATION:
	case PTE_DEVICE:
	case PTE_HWPOISON:
		pte->pfn = offset;
		break;
	default:
		break;
	}
}

struct pte pte_decode(uint64_t word, const struct kernel_rules *rules)
{
	struct pte pte = {
		.present = word & PM_PRESENT,
		.file = word & PM_FILE,
	};

	if (rules->high_bits) {
		pte.exclusive = word & PM_EXCLUSIVE;
		pte.uffd_wp = word & PM_UFFD_WP;
		pte.soft_dirty = word & PM_SOFT_DIRTY;
	}
	if (pte.present)
		pte.pfn = word & PM_PFN_MASK;
	else if (word & PM_SWAP)
		decode_special(word, rules, &pte);
	return pte;
}

enum pte_special pte_special_of_frame(uint64_t flags, bool is_ram)
{
	if (flags & KPF(HWPOISON))
		return PTE_HWPOISON;
	return is_ram ? PTE_MIGRATION : PTE_DEVICE;
}
