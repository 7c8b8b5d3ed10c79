/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/paging.h"

#include <string.h>

static const char *const level_names[NPAGING_LEVELS] = {
	"PTE", "PMD", "PUD", "P4D", "PGD",
};

const char *paging_level_name(enum paging_level level)
{
	return (unsigned)level < NPAGING_LEVELS ? level_names[level] : "?";
}

const unsigned char paging_task_bits[NPAGING_TASK_BITS] = {
	32, 36, 38, 39, 42, 47, 48, 52, 56,
};

enum family { X86_32, X86_64, ARM, ARM64, PPC64, RISCV32, RISCV64, S390,
	NFAMILIES };

/*
 * Those of one family and page size by rising number of bits.  TASK: which
 * limit of user space gives the format away (0: none does).  From the
 * kernel's arch/ARCH/include/asm/pgtable*.h and, for arm64, the
 * PGTABLE_LEVELS of its Kconfig.
 */
static const struct format {
	uint8_t family, page_shift, task;
	uint8_t bits[NPAGING_LEVELS];	/* PTE first */
} formats[] = {
	{ X86_32, 12, 0, { 10, 0, 0, 0, 10 } },
	{ X86_32, 12, 0, { 9, 9, 0, 0, 2 } },
	{ X86_64, 12, 47, { 9, 9, 9, 0, 9 } },
	{ X86_64, 12, 56, { 9, 9, 9, 9, 9 } },
	{ ARM, 12, 0, { 9, 0, 0, 0, 11 } },
	{ ARM, 12, 0, { 9, 9, 0, 0, 2 } },
	{ ARM64, 12, 39, { 9, 9, 0, 0, 9 } },
	{ ARM64, 12, 48, { 9, 9, 9, 0, 9 } },
	{ ARM64, 12, 52, { 9, 9, 9, 9, 4 } },
	{ ARM64, 14, 36, { 11, 0, 0, 0, 11 } },
	{ ARM64, 14, 47, { 11, 11, 0, 0, 11 } },
	{ ARM64, 14, 48, { 11, 11, 11, 0, 1 } },
	{ ARM64, 14, 52, { 11, 11, 11, 0, 5 } },
	{ ARM64, 16, 42, { 13, 0, 0, 0, 13 } },
	{ ARM64, 16, 48, { 13, 13, 0, 0, 6 } },
	{ ARM64, 16, 52, { 13, 13, 0, 0, 10 } },
	{ PPC64, 12, 0, { 9, 9, 9, 0, 13 } },
	{ PPC64, 16, 0, { 5, 9, 9, 0, 13 } },
	{ RISCV32, 12, 0, { 10, 0, 0, 0, 10 } },
	{ RISCV64, 12, 38, { 9, 9, 0, 0, 9 } },
	{ RISCV64, 12, 47, { 9, 9, 9, 0, 9 } },
	{ RISCV64, 12, 56, { 9, 9, 9, 9, 9 } },
	{ S390, 12, 0, { 8, 11, 0, 0, 0 } },
	{ S390, 12, 0, { 8, 11, 11, 0, 0 } },
	{ S390, 12, 0, { 8, 11, 11, 11, 0 } },
	{ S390, 12, 0, { 8, 11, 11, 11, 11 } },
};

#define NFORMATS (sizeof(formats) / sizeof(*formats))

/* ---- what tells the formats of a family apart, besides user space's end */

static bool has_key(struct text text, const char *key)
{
	struct text line, name;

	while (text_line(&text, &line))
		if (text_until(&line, ':', &name) &&
		    text_is(text_trim(name), key))
			return true;
	return false;
}

/* The value of the first line KEY of cpuinfo. */
static bool cpu_value(struct text cpuinfo, const char *key, struct text *out)
{
	struct text line, name;

	while (text_line(&cpuinfo, &line))
		if (text_until(&line, ':', &name) &&
		    text_is(text_trim(name), key)) {
			*out = text_trim(line);
			return true;
		}
	return false;
}

static bool has_word(struct text words, const char *word)
{
	struct text one;

	while (text_word(&words, &one))
		if (text_is(one, word))
			return true;
	return false;
}

/* The kernel says in which sizes it maps all memory (DirectMap4M and the
 * like): only what its tables can map. */
static int choose_x86_32(const struct paging_facts *facts)
{
	if (has_key(facts->meminfo, "DirectMap4M"))
		return 0;
	return has_key(facts->meminfo, "DirectMap2M") ? 1 : -1;
}

/* The flag is taken away from processors whose kernel does not use it (4.18).
 * For a process of 32 bits on a kernel of 64, as other limits would say. */
static int choose_x86_64(const struct paging_facts *facts)
{
	struct text flags;

	if (!cpu_value(facts->cpuinfo, "flags", &flags))
		return -1;
	return has_word(flags, "la57") ? 1 : 0;
}

/* Huge pages only come with long descriptors; the flag says what the
 * processor could do, so that only its absence tells. */
static int choose_arm(const struct paging_facts *facts)
{
	struct text features;

	if (has_key(facts->meminfo, "Hugepagesize"))
		return 1;
	if (cpu_value(facts->cpuinfo, "Features", &features) &&
	    !has_word(features, "lpae"))
		return 0;
	return -1;
}

static int choose_riscv64(const struct paging_facts *facts)
{
	static const char *const names[] = { "sv39", "sv48", "sv57" };
	struct text mmu;
	int i;

	if (!cpu_value(facts->cpuinfo, "mmu", &mmu))
		return -1;
	for (i = 0; i < 3; i++)
		if (text_starts(mmu, names[i]))
			return i;
	return -1;
}

/* A process's tables grow with its addresses, and do not shrink again. */
static int choose_s390(const struct paging_facts *facts)
{
	if (!facts->highest)
		return -1;
	if (facts->highest <= UINT64_C(1) << 31)
		return 0;
	if (facts->highest <= UINT64_C(1) << 42)
		return 1;
	return facts->highest <= UINT64_C(1) << 53 ? 2 : 3;
}

static const struct {
	const char *name;
	int (*choose)(const struct paging_facts *facts);
	const char *either;	/* where that is not known */
	const char *always;	/* what is to be said even where it is */
} families[NFAMILIES] = {
	[X86_32] = { "i386", choose_x86_32,
		"or PAE: then 2 bits of PGD, 9 of PMD, 9 of PTE", NULL },
	[X86_64] = { "x86-64", choose_x86_64,
		"or 5 levels (la57): then this PGD is a P4D, below entry 0 of the PGD",
		NULL },
	[ARM] = { "arm", choose_arm,
		"or LPAE: then 2 bits of PGD, 9 of PMD, 9 of PTE", NULL },
	[ARM64] = { "arm64", NULL,
		"or of more bits: then this PGD is another level, below further ones",
		NULL },
	[PPC64] = { "ppc64 radix", NULL, NULL, NULL },
	[RISCV32] = { "riscv sv32", NULL, NULL, NULL },
	[RISCV64] = { "riscv", choose_riscv64,
		"or sv48 or sv57: then this PGD is another level, below further ones",
		NULL },
	[S390] = { "s390x", choose_s390,
		"or more levels", "as its highest address needs; more, if it once had higher ones" },
};

static bool starts(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

/* Which family a machine is of; NFAMILIES: none of those known. */
static enum family family_of(const struct paging_facts *facts)
{
	const char *machine = facts->machine;

	if (!strcmp(machine, "x86_64"))
		return X86_64;
	/* Told so by setarch: only long mode has addresses that high. */
	if (machine[0] == 'i' && !strcmp(machine + 1, "686") &&
	    facts->highest > UINT64_C(1) << 32)
		return X86_64;
	if (machine[0] == 'i' && machine[1] && !strcmp(machine + 2, "86"))
		return X86_32;
	/* What a 64-bit kernel says to 32-bit programs. */
	if (starts(machine, "aarch64") || starts(machine, "armv8"))
		return ARM64;
	if (starts(machine, "arm"))
		return ARM;
	if (starts(machine, "ppc64"))
		return PPC64;
	if (!strcmp(machine, "riscv32"))
		return RISCV32;
	if (!strcmp(machine, "riscv64"))
		return RISCV64;
	return starts(machine, "s390") ? S390 : NFAMILIES;
}

static unsigned bits_of(uint64_t end)
{
	unsigned bits = 0;

	while (bits < 64 && end > UINT64_C(1) << bits)
		bits++;
	return bits;
}

/* Tables of one page each, as many as it takes. */
static void assume(const struct paging_facts *facts, struct paging *out)
{
	bool wide = strstr(facts->machine, "64") != NULL ||
		!strcmp(facts->machine, "alpha") || facts->task_bits > 32 ||
		facts->highest > UINT64_C(1) << 32;
	unsigned entry = wide ? 3 : 2;
	unsigned each = facts->page_shift > entry ? facts->page_shift - entry :
		1;
	unsigned all = bits_of(facts->highest), done = facts->page_shift;
	int level;

	if (all < facts->task_bits)
		all = facts->task_bits;
	if (all < 32)
		all = 32;
	out->family = facts->machine;
	out->sure = PAGING_ASSUMED;
	out->note = "assumed: tables of one page each, as most machines have them; not known of this one";
	for (level = 0; level < NPAGING_LEVELS - 1 && done + each < all;
	     level++, done += each)
		out->bits[level] = (uint8_t)each;
	out->bits[PAGING_PGD] = (uint8_t)(all > done ? all - done : 0);
}

/* POWER's hash finds a page by its address at once; a kernel that walks trees
 * says so, or maps all memory by them. */
static bool is_hash(const struct paging_facts *facts, bool *known)
{
	struct text mmu;

	*known = true;
	if (cpu_value(facts->cpuinfo, "MMU", &mmu))
		return !text_is(mmu, "Radix");
	if (has_key(facts->meminfo, "DirectMap2M"))
		return false;
	*known = false;
	return true;
}

static bool choose_power(const struct paging_facts *facts, struct paging *out)
{
	bool known;

	if (!is_hash(facts, &known))
		return false;
	out->family = "ppc64";
	out->sure = known ? PAGING_NO_TREE : PAGING_EITHER;
	out->note = known ? "hash: the processor finds the page by its whole number, and walks no tables" :
		"radix tables, or a hash of the page's number: not known";
	return true;
}

static const struct format *pick(const struct paging_facts *facts,
	enum family family, const struct format *first, size_t n, bool *sure)
{
	size_t i;
	int at = -1;

	for (i = 0; i < n; i++)
		if (first[i].task && first[i].task == facts->task_bits)
			at = (int)i;
	if (at < 0 && n > 1 && families[family].choose)
		at = families[family].choose(facts);
	*sure = n == 1 || (at >= 0 && (size_t)at < n);
	if (*sure)
		return &first[n == 1 ? 0 : at];
	/* The least that has all the addresses there are. */
	for (i = 0; i + 1 < n; i++) {
		uint8_t task = first[i].task;

		if (!task || (facts->highest <= UINT64_C(1) << task &&
			      facts->task_bits <= task))
			break;
	}
	*sure = i + 1 == n;
	return &first[i];
}

void paging_choose(const struct paging_facts *facts, struct paging *out)
{
	enum family family = family_of(facts);
	const struct format *found;
	size_t first = 0, n = 0;
	bool sure;

	memset(out, 0, sizeof(*out));
	out->page_shift = (uint8_t)facts->page_shift;
	if (family == PPC64 && choose_power(facts, out))
		return;
	while (first < NFORMATS && (formats[first].family != family ||
			formats[first].page_shift != facts->page_shift))
		first++;
	while (first + n < NFORMATS && formats[first + n].family == family &&
	       formats[first + n].page_shift == facts->page_shift)
		n++;
	if (!n) {
		assume(facts, out);
		return;
	}
	found = pick(facts, family, &formats[first], n, &sure);
	memcpy(out->bits, found->bits, sizeof(out->bits));
	out->family = families[family].name;
	out->sure = sure ? PAGING_KNOWN : PAGING_EITHER;
	out->note = sure ? families[family].always : families[family].either;
}

/* ---- an address taken apart */

unsigned paging_shift(const struct paging *paging, enum paging_level level)
{
	unsigned shift = paging->page_shift;
	int i;

	for (i = PAGING_PTE; i < (int)level; i++)
		shift += paging->bits[i];
	return shift;
}

unsigned paging_bits(const struct paging *paging)
{
	return paging_shift(paging, NPAGING_LEVELS);
}

uint64_t paging_index(const struct paging *paging, enum paging_level level,
	uint64_t va)
{
	unsigned shift = paging_shift(paging, level);

	return shift > 63 ? 0 :
		va >> shift & ((UINT64_C(1) << paging->bits[level]) - 1);
}

enum paging_level paging_leaf(const struct paging *paging, unsigned shift,
	uint64_t *n)
{
	int level = PAGING_PGD;

	while (level > PAGING_PTE && (!paging->bits[level] ||
			paging_shift(paging, (enum paging_level)level) > shift))
		level--;
	*n = UINT64_C(1) << (shift < paging->page_shift ? 0 : shift -
		paging_shift(paging, (enum paging_level)level));
	return (enum paging_level)level;
}
