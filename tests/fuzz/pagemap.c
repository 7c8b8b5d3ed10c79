/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(uint64_t word, const struct kernel_rules *rules)
{
	struct pte pte = pte_decode(word, rules);

	assert(pte.present == (word >> 63 & 1));
	assert(pte.file == (word >> 61 & 1));
	assert(pte.special <= PTE_POISON_MARKER);
	assert(pte.pfn <= PM_PFN_MASK && pte.swap_type < 32);
	assert((pte.special != PTE_NOT_SPECIAL) ==
	       ((word & (PM_PRESENT | PM_SWAP)) == PM_SWAP));
	if (pte.present)
		assert(pte.pfn == (word & PM_PFN_MASK));
	if (pte.special != PTE_SWAP)
		assert(!pte.swap_type && !pte.swap_offset);
	else
		assert((pte.swap_offset << 5 | pte.swap_type) ==
		       (word & PM_PFN_MASK));
	if (!rules->high_bits)
		assert(!pte.exclusive && !pte.uffd_wp && !pte.soft_dirty);
}

/* The release up to the first newline, then words as pagemap has them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text rest = { (const char *)data, n }, release;
	struct kernel_rules rules;
	uint64_t word;
	unsigned bit;

	if (!text_line(&rest, &release))
		return 0;
	kernel_rules_of(release, &rules);
	assert(rules.high_bits || !rules.pte_markers);
	for (; rest.n >= sizeof(word); rest.p += 8, rest.n -= 8) {
		memcpy(&word, rest.p, sizeof(word));
		check(word, &rules);
		for (bit = 0; bit < 70; bit++)
			kpageflags_name(word, bit);
	}
	return 0;
}
