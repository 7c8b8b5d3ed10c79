/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "slice_page.h"
#include "vmatlas/model/swap_users.h"

/* As far as this kernel tells, one entry may map it with its neighbours. */
static bool may_be_huge(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;

	return reader->huge != ANSWER_OK && (slice->known[i] & SLICE_LIKE_PMD) &&
		(!(slice->known[i] & SLICE_FLAGS) ||
		 (slice->flags[i] & KPF(THP)));
}

struct page_facts slice_page(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;
	struct page_facts page = {
		.word = slice->words[i],
		.flags = slice->flags[i],
		.head_flags = slice->head_flags[i],
		.has_flags = slice->known[i] & SLICE_FLAGS,
		.pmd_mapped = slice->known[i] & SLICE_PMD,
		.pmd_unknown = may_be_huge(reader, i),
		.frame_is_ram = true,
	};

	page.has_count = reader_mapcount(reader, i, &page.count);
	if (page.has_flags &&
	    (kpageflags_are_void(page.flags) || !is_present(slice, i)))
		page.frame_is_ram = machine_is_ram(reader->machine,
			pfn_of(slice, i));
	return page;
}

/* Mapped, but its count reads 0: no page of zeros, and no RAM. */
static bool is_beyond_ram(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;

	return (slice->words[i] & PM_FILE) && is_present(slice, i) &&
		!((slice->known[i] & SLICE_COUNT) && slice->counts[i]) &&
		!((slice->known[i] & SLICE_FLAGS) && slice->flags[i]) &&
		!machine_is_ram(reader->machine, pfn_of(slice, i));
}

bool reader_mapcount(const struct reader *reader, size_t i, uint64_t *count)
{
	const struct slice *slice = &reader->slice;

	/* What is no RAM has a count that nobody is told (DAX, from 6.15). */
	if ((slice->known[i] & (SLICE_COUNT | SLICE_FLAGS)) &&
	    is_beyond_ram(reader, i)) {
		*count = 1;
		return is_exclusive(reader, i);
	}
	if (slice->known[i] & SLICE_COUNT) {
		*count = slice->counts[i];
		return true;
	}
	*count = 1;
	if (slice->known[i] & SLICE_PMD)
		return huge_is_exclusive(slice, i);
	return is_present(slice, i) && is_exclusive(reader, i);
}

bool reader_is_zero_page(const struct reader *reader,
	const struct page_context *cx, size_t i)
{
	const struct slice *slice = &reader->slice;

	if (slice->known[i] & SLICE_FLAGS)
		return slice->flags[i] & KPF(ZERO_PAGE);
	/* Without flags: a page of no file that nobody maps, as they count. */
	return is_present(slice, i) && !cx->has_file && !cx->is_special &&
		(slice->known[i] & SLICE_COUNT) && !slice->counts[i];
}

static enum sharing hugetlb_sharing(const struct reader *reader, size_t i)
{
	if (!is_exclusive(reader, i))
		return SHARING_SHARED;
	return reader->slice.known[i] & SLICE_MAY_SHARE ? SHARING_UNKNOWN :
		SHARING_PRIVATE;
}

enum sharing reader_sharing(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;
	uint64_t count;

	/* The page of zeros is everybody's, though nobody is counted. */
	if ((slice->known[i] & SLICE_FLAGS) && (slice->flags[i] & KPF(ZERO_PAGE)))
		return SHARING_SHARED;
	if ((slice->known[i] & SLICE_FLAGS) && (slice->flags[i] & KPF(HUGE)))
		return hugetlb_sharing(reader, i);
	if (!is_present(slice, i) || !reader_mapcount(reader, i, &count))
		return SHARING_UNKNOWN;
	return count < 2 ? SHARING_PRIVATE : SHARING_SHARED;
}

static void account_hugetlb(const struct reader *reader, size_t i,
	uint32_t nbytes, struct usage *usage)
{
	/* Two processes may share the page table that maps it: then the
	 * count is 1, and only the entry's bit tells. */
	switch (hugetlb_sharing(reader, i)) {
	case SHARING_PRIVATE:
		usage->private_hugetlb += nbytes;
		break;
	case SHARING_SHARED:
		usage->shared_hugetlb += nbytes;
		break;
	case SHARING_UNKNOWN:
		usage->known &= ~(uint32_t)(USAGE_PRIVATE_HUGETLB |
			USAGE_SHARED_HUGETLB);
		break;
	}
}

/* An entry without a present page that has a frame all the same. */
static void account_absent(const struct kernel_rules *rules, bool anonymous,
	uint32_t nbytes, struct usage *usage)
{
	usage->rss += nbytes;
	usage->pss_fixed += (uint64_t)nbytes << PSS_SHIFT;
	if (anonymous) {
		usage->anonymous += nbytes;
		usage->pss_anon_fixed += (uint64_t)nbytes << PSS_SHIFT;
	}
	if (rules->absent_shared)
		usage->shared += nbytes;
	else if (rules->absent_private)
		usage->uss += nbytes;
	else
		usage->known &= ~(uint32_t)(USAGE_PSS | USAGE_PSS_ANON |
			USAGE_USS | USAGE_SHARED);
}

static void account_special(const struct reader *reader, size_t i,
	uint32_t nbytes, struct usage *usage)
{
	const struct kernel_rules *rules = &reader->machine->rules;
	struct pte pte = pte_decode(reader->slice.words[i], rules);
	struct page_facts page = slice_page(reader, i);
	uint32_t users = 0;

	switch (classify_special(&pte, &page)) {
	case PTE_SWAP:
		usage->swap += nbytes;
		if (reader->swap_users)
			users = swap_users_of(reader->swap_users, pte.swap_type,
				pte.swap_offset);
		if (users)
			usage->swap_pss_fixed += usage_pss_share(nbytes, users);
		else
			usage->known &= ~(uint32_t)USAGE_SWAP_PSS;
		break;
	case PTE_HWPOISON:
		if (rules->poison_counts)
			account_absent(rules, !pte.file, nbytes, usage);
		else if (!rules->poison_is_nothing)
			usage->known &= ~(uint32_t)(USAGE_RSS | USAGE_PSS |
				USAGE_PSS_ANON | USAGE_USS | USAGE_SHARED |
				USAGE_ANONYMOUS);
		break;
	case PTE_DEVICE:
		usage->known &= ~(uint32_t)(USAGE_PSS | USAGE_PSS_ANON |
			USAGE_USS | USAGE_SHARED);
		/* fall through */
	case PTE_MIGRATION:
		account_absent(rules, !pte.file, nbytes, usage);
		break;
	default:
		break;
	}
}

void reader_account(const struct reader *reader,
	const struct page_context *cx, size_t i, struct usage *usage)
{
	const struct slice *slice = &reader->slice;
	uint32_t nbytes = reader->machine->facts.page_size;
	uint64_t word = slice->words[i], count, flags = 0, share;
	bool anonymous = !(word & PM_FILE);

	if (!(word & PM_PRESENT)) {
		if (word & PM_SWAP)
			account_special(reader, i, nbytes, usage);
		return;
	}
	if (cx->is_pfnmap || cx->is_gate)
		return;
	if (slice->known[i] & SLICE_FLAGS)
		flags = slice->flags[i];
	if (reader_is_zero_page(reader, cx, i))
		return;
	if ((flags & KPF(HUGE)) || cx->is_hugetlb) {
		account_hugetlb(reader, i, nbytes, usage);
		return;
	}
	/* Until 6.12 or so a DAX page was no "normal" one for smaps. */
	if (anonymous && (slice->known[i] & SLICE_FLAGS) &&
	    kpageflags_are_void(flags) &&
	    !machine_is_ram(reader->machine, pfn_of(slice, i)))
		return;
	usage->rss += nbytes;
	if (anonymous)
		usage->anonymous += nbytes;
	if (flags & KPF(KSM))
		usage->ksm += nbytes;
	else if (anonymous && reader->may_have_ksm &&
		 !(slice->known[i] & SLICE_FLAGS))
		usage->known &= ~(uint32_t)USAGE_KSM;
	if (anonymous && (slice->known[i] & SLICE_PMD))
		usage->anon_huge += nbytes;
	else if (anonymous && may_be_huge(reader, i))
		usage->known &= ~(uint32_t)USAGE_ANON_HUGE;
	if (!reader_mapcount(reader, i, &count)) {
		/* Of what is no RAM it is known that others have it too. */
		if (is_beyond_ram(reader, i)) {
			usage->known &= ~(uint32_t)USAGE_PSS;
			usage->shared += nbytes;
			return;
		}
		usage->known &= ~(uint32_t)(USAGE_PSS | USAGE_PSS_ANON |
			USAGE_USS | USAGE_SHARED);
		/* It could be the zero page, which no figure counts. */
		if (anonymous && !(slice->known[i] & SLICE_FLAGS))
			usage->known &= ~(uint32_t)(USAGE_RSS | USAGE_ANONYMOUS);
		return;
	}
	share = usage_pss_share(nbytes, count);
	usage->pss_fixed += share;
	if (anonymous)
		usage->pss_anon_fixed += share;
	if (count < 2)
		usage->uss += nbytes;
	else
		usage->shared += nbytes;
}
