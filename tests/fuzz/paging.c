/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/kernel/paging.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct paging *paging, uint64_t va)
{
	unsigned bits = paging_bits(paging), shift;
	uint64_t again = 0, entries;
	int i;

	assert(bits <= 64);
	for (i = 0; i < NPAGING_LEVELS; i++) {
		uint64_t index = paging_index(paging, (enum paging_level)i, va);

		shift = paging_shift(paging, (enum paging_level)i);
		assert(!index || paging->bits[i]);
		if (shift < 64)
			again |= index << shift;
	}
	/* Every bit that counts is in one level, or in the offset. */
	again |= va & ((UINT64_C(1) << paging->page_shift) - 1);
	assert(again == (bits > 63 ? va :
		va & ((UINT64_C(1) << bits) - 1)));
	for (shift = paging->page_shift; shift < 64; shift++) {
		paging_leaf(paging, shift, &entries);
		assert(entries);
	}
}

/* The first bytes choose the machine, its page size, its limits; the rest is
 * meminfo and cpuinfo at once. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const machines[] = { "x86_64", "i686", "armv7l",
		"aarch64", "ppc64le", "riscv64", "riscv32", "s390x", "mips64",
		"mips", "", "i" };
	struct paging_facts facts = { .page_shift = 12 };
	struct paging paging;

	if (n < 12)
		return 0;
	facts.machine = machines[data[0] % (sizeof(machines) /
		sizeof(*machines))];
	facts.page_shift = data[1] % 31;
	facts.task_bits = data[2] & 64 ? 0 :
		paging_task_bits[data[2] % NPAGING_TASK_BITS];
	memcpy(&facts.highest, data + 4, sizeof(facts.highest));
	facts.cpuinfo = facts.meminfo = (struct text){ (const char *)data + 12,
		n - 12 };
	paging_choose(&facts, &paging);
	check(&paging, facts.highest);
	check(&paging, UINT64_MAX);
	check(&paging, UINT64_C(0x7f36887a1abc));
	return 0;
}
