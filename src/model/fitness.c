/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/fitness.h"

#include <string.h>

const char *mapping_size_name(enum mapping_size size)
{
	static const char *const names[NMAPPINGS] = {
#define X(id, name) name,
		MAPPING_SIZES(X)
#undef X
	};

	return names[(unsigned)size < NMAPPINGS ? size : MAPPING_UNKNOWN];
}

/*
 * Where a leaf may stand above the last level (Documentation/arch and each
 * architecture's pgtable.h): the PUD's is 1 GiB, where pages are of 4 KiB.
 * With larger ones arm64 has leaves at the PMD only.  Not listed: those whose
 * sizes uname does not tell (32-bit x86 with and without PAE) and those with
 * tables of another shape.
 */
static const struct {
	const char *machine;
	bool has_pud;
} architectures[] = {
	{ "x86_64", true },
	{ "aarch64", true },
	{ "riscv64", true },
	{ "loongarch64", false },
};

void fitness_rules_of(const struct machine *machine, uint64_t below,
	struct fitness_rules *rules)
{
	const struct facts *facts = &machine->facts;
	size_t i;

	memset(rules, 0, sizeof(*rules));
	rules->page_shift = machine->page_shift;
	rules->pmd = machine_pmd_pages(machine);
	rules->below = below >> machine->page_shift;
	for (i = 0; i < sizeof(architectures) / sizeof(*architectures); i++) {
		if (strcmp(facts->machine, architectures[i].machine))
			continue;
		rules->best_known = rules->pmd != 0;
		if (architectures[i].has_pud && facts->page_size == 4096)
			rules->pud = rules->pmd * (facts->page_size / 8);
	}
}

/* How many aligned pieces of STEP pages lie in N pages from VPN and PFN on;
 * *FROM: where the first begins, counted from VPN. */
static uint64_t aligned_pieces(uint64_t vpn, uint64_t pfn, uint64_t n,
	uint32_t step, uint64_t *from)
{
	if (!step || (vpn - pfn) % step)
		return 0;
	*from = (step - vpn % step) % step;
	return *from < n ? (n - *from) / step : 0;
}

/* N pages that follow each other, by the fewest entries; LEVEL is the
 * largest size to be tried. */
static uint64_t best_entries(const struct fitness_rules *rules, uint64_t vpn,
	uint64_t pfn, uint64_t n, enum mapping_size level)
{
	uint64_t from, pieces, behind;
	uint32_t step;

	if (level == MAPPING_PTE || n < rules->pmd)
		return n;
	step = level == MAPPING_PUD ? rules->pud : rules->pmd;
	pieces = aligned_pieces(vpn, pfn, n, step, &from);
	if (!pieces)
		return best_entries(rules, vpn, pfn, n, level - 1);
	behind = from + pieces * step;
	return pieces + best_entries(rules, vpn, pfn, from, level - 1) +
		best_entries(rules, vpn + behind, pfn + behind, n - behind,
			level - 1);
}

static enum mapping_size size_of(const struct fitness_rules *rules,
	uint32_t step)
{
	if (step <= 1)
		return step ? MAPPING_PTE : MAPPING_UNKNOWN;
	if (step == rules->pmd)
		return MAPPING_PMD;
	return step == rules->pud ? MAPPING_PUD : MAPPING_POOL;
}

void fitness_close_piece(struct fitness *fitness,
	const struct fitness_rules *rules)
{
	uint64_t n = fitness->piece_pages, unknown = n, from;
	uint64_t before = fitness->run_pages - n;
	uint64_t vpn = fitness->run_vpn + before;
	uint32_t step = fitness->step;

	fitness->piece_pages = 0;
	if (!n)
		return;
	if (step == FITNESS_STEP_PTE_OR_PMD) {
		if (rules->pmd)
			unknown = rules->pmd * aligned_pieces(vpn,
				fitness->run_pfn + before, n, rules->pmd, &from);
		fitness->mapped[MAPPING_UNKNOWN] += unknown;
		fitness->mapped[MAPPING_PTE] += n - unknown;
		fitness->tlb += n - unknown;
		return;
	}
	fitness->mapped[size_of(rules, step)] += n;
	if (step == 1) {
		fitness->tlb += n;
		return;
	}
	/* All the mappings that have a page here, at the edges too. */
	if (step)
		fitness->tlb += (vpn + n - 1) / step - vpn / step + 1;
}

void fitness_close(struct fitness *fitness, const struct fitness_rules *rules)
{
	uint64_t n = fitness->run_pages, pfn = fitness->run_pfn;

	fitness->best_known = rules->best_known;
	if (!n)
		return;
	fitness_close_piece(fitness, rules);
	fitness->run_pages = 0;
	fitness->runs++;
	fitness->present += n;
	if (pfn < rules->below)
		fitness->below += n < rules->below - pfn ? n :
			rules->below - pfn;
	if (n > fitness->longest) {
		fitness->longest = n;
		fitness->longest_pfn = pfn;
	}
	fitness->tlb_best += best_entries(rules, fitness->run_vpn, pfn, n,
		MAPPING_PUD);
}

void fitness_add(struct fitness *into, const struct fitness *from)
{
	unsigned i;

	into->present += from->present;
	into->below += from->below;
	into->runs += from->runs;
	into->tlb += from->tlb;
	into->tlb_best += from->tlb_best;
	into->best_known = from->best_known;
	for (i = 0; i < NMAPPINGS; i++)
		into->mapped[i] += from->mapped[i];
	if (from->longest > into->longest) {
		into->longest = from->longest;
		into->longest_pfn = from->longest_pfn;
	}
}

uint64_t fitness_alignment(uint64_t pfn, unsigned page_shift)
{
	unsigned shift = page_shift;

	while (shift < 63 && !(pfn & 1)) {
		pfn >>= 1;
		shift++;
	}
	return UINT64_C(1) << shift;
}
