/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/slice.h"

#include <string.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/swap_users.h"

/* Reading over a gap of so many frames is cheaper than another call. */
#define GATHER_GAP 2

void reader_init(struct reader *reader, struct source *src,
	const struct machine *machine, struct proc_id id, enum depth depth)
{
	memset(reader, 0, offsetof(struct reader, slice));
	reader->src = src;
	reader->machine = machine;
	reader->id = id;
	reader->depth = depth;
	reader->gap = GATHER_GAP;
}

static bool pfns_told(const struct reader *reader)
{
	return reader->machine->facts.pfn_visible;
}

static uint64_t pfn_of(const struct slice *slice, size_t i)
{
	return slice->words[i] & PM_PFN_MASK;
}

static bool is_present(const struct slice *slice, size_t i)
{
	return slice->words[i] & PM_PRESENT;
}

bool reader_pfn(const struct reader *reader, size_t i, uint64_t *pfn)
{
	*pfn = pfn_of(&reader->slice, i);
	return is_present(&reader->slice, i) && pfns_told(reader);
}

static bool is_exclusive(const struct reader *reader, size_t i)
{
	return reader->machine->rules.high_bits &&
		(reader->slice.words[i] & PM_EXCLUSIVE);
}

static bool is_known_zero(const struct reader *reader, uint64_t pfn)
{
	unsigned i;

	for (i = 0; i < reader->nzero; i++)
		if (reader->zero_pfn[i] == pfn)
			return true;
	return false;
}

static void note_swap_types(struct reader *reader)
{
	const struct slice *slice = &reader->slice;
	size_t i;

	for (i = 0; i < slice->n; i++) {
		struct pte pte;

		if ((slice->words[i] & (PM_PRESENT | PM_SWAP)) != PM_SWAP)
			continue;
		pte = pte_decode(slice->words[i], &reader->machine->rules);
		if (pte.special == PTE_SWAP && pfns_told(reader))
			reader->swap_seen |= UINT32_C(1) << pte.swap_type;
	}
}

enum answer reader_words(struct reader *reader, uint64_t vpn, size_t n)
{
	struct slice *slice = &reader->slice;
	enum answer answer;
	size_t got = 0;

	slice->vpn = vpn;
	slice->n = n;
	memset(slice->known, 0, n);
	answer = source_words(reader->src, WORDS_PAGEMAP, reader->id, vpn, n,
		slice->words, &got);
	if (answer != ANSWER_OK) {
		reader->answers[WORDS_PAGEMAP] = answer;
		return answer;
	}
	/* The end of the file: pages above user space have no entry. */
	memset(slice->words + got, 0, (n - got) * sizeof(*slice->words));
	note_swap_types(reader);
	return ANSWER_OK;
}

/*
 * Read FILE for every page that WANT chooses, consecutive frames with one
 * call, into VALUES; sets BIT in known[].
 */
static void gather(struct reader *reader, enum word_file file,
	bool (*want)(const struct reader *, size_t), uint64_t *values,
	uint8_t bit)
{
	struct slice *slice = &reader->slice;
	size_t i = 0, j, got;

	while (i < slice->n) {
		uint64_t first, next;
		enum answer answer;

		if (!want(reader, i)) {
			i++;
			continue;
		}
		first = pfn_of(slice, i);
		next = first + 1;
		for (j = i + 1; j < slice->n; j++) {
			uint64_t pfn = pfn_of(slice, j);

			if (!want(reader, j))
				continue;
			if (pfn < next || pfn > next + reader->gap ||
			    pfn - first >= SOURCE_SLICE)
				break;
			next = pfn + 1;
		}
		got = 0;
		answer = source_words(reader->src, file, PROC_NONE, first,
			(size_t)(next - first), slice->gathered, &got);
		if (answer == ANSWER_UNRECORDED && reader->gap) {
			/* A recording has what was of use, not what lay
			 * between. */
			reader->gap = 0;
			continue;
		}
		if (answer != ANSWER_OK)
			reader->answers[file] = answer;
		for (; i < j; i++) {
			uint64_t at = pfn_of(slice, i) - first;

			if (answer != ANSWER_OK || !want(reader, i))
				continue;
			/* Beyond the last frame there is no struct page. */
			values[i] = at < got ? slice->gathered[at] : 0;
			slice->known[i] |= bit;
		}
		if (answer != ANSWER_OK && answer != ANSWER_UNRECORDED)
			return;
	}
}

/* Aligned runs that could be one huge mapping: marked, if they are, with
 * SLICE_PMD.  False if this kernel cannot tell. */
static bool find_huge(struct reader *reader, uint32_t pmd)
{
	struct slice *slice = &reader->slice;
	struct vpn_range ranges[16];
	uint64_t first = UINT64_MAX, last = 0, at;
	size_t i, k, n;

	for (i = (size_t)(-slice->vpn & (pmd - 1)); i + pmd <= slice->n;
	     i += pmd) {
		uint64_t pfn = pfn_of(slice, i);

		if (!is_present(slice, i) || (pfn & (pmd - 1)))
			continue;
		for (k = 1; k < pmd; k++)
			if (!is_present(slice, i + k) ||
			    pfn_of(slice, i + k) != pfn + k)
				break;
		if (k < pmd && !is_known_zero(reader, pfn))
			continue;
		if (first == UINT64_MAX)
			first = slice->vpn + i;
		last = slice->vpn + i + pmd;
	}
	for (at = first; at < last;) {
		enum answer answer = source_populated(reader->src,
			POPULATED_HUGE, reader->id, at, last, ranges, 16, &n,
			&at);

		if (answer != ANSWER_OK) {
			reader->huge = answer;
			return false;
		}
		for (k = 0; k < n; k++)
			for (i = (size_t)(ranges[k].start - slice->vpn);
			     i < slice->n && slice->vpn + i < ranges[k].end; i++)
				slice->known[i] |= SLICE_PMD;
	}
	return true;
}

static bool is_huge_head(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;
	uint32_t pmd = machine_pmd_pages(reader->machine);

	return (slice->known[i] & SLICE_PMD) && is_present(slice, i) &&
		((slice->vpn + i) & (pmd - 1)) == 0;
}

static bool lacks_frame(const struct reader *reader, size_t i, uint8_t bit)
{
	const struct slice *slice = &reader->slice;

	return is_present(slice, i) && !(slice->known[i] & (bit | SLICE_SKIP));
}

static bool want_head_flags(const struct reader *reader, size_t i)
{
	return lacks_frame(reader, i, SLICE_FLAGS) && is_huge_head(reader, i);
}

static bool want_flags(const struct reader *reader, size_t i)
{
	return lacks_frame(reader, i, SLICE_FLAGS);
}

static bool want_anon_flags(const struct reader *reader, size_t i)
{
	return lacks_frame(reader, i, SLICE_FLAGS) &&
		!(reader->slice.words[i] & PM_FILE);
}

/* A page that nobody maps but is mapped: the zero page, most likely. */
static bool want_zero_flags(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;

	return lacks_frame(reader, i, SLICE_FLAGS) &&
		(slice->known[i] & SLICE_COUNT) && !slice->counts[i];
}

/*
 * All pages of a huge mapping whose head says "exclusive" belong to one
 * process; of a folio mapped page by page, each page's entry speaks.
 */
static bool huge_is_exclusive(const struct slice *slice, size_t i)
{
	const uint64_t both = KPF(ANON) | KPF_ANON_EXCLUSIVE;

	return (slice->known[i] & SLICE_PMD) &&
		(slice->known[i] & SLICE_FLAGS) &&
		(slice->head_flags[i] & both) == both;
}

static bool want_count(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;

	if (!lacks_frame(reader, i, SLICE_COUNT))
		return false;
	if (reader->depth == DEPTH_FULL)
		return true;
	if (slice->known[i] & SLICE_FLAGS) {
		if (slice->flags[i] & (KPF(ZERO_PAGE) | KPF(HUGE)))
			return false;
		/* X speaks for the head alone where a PMD maps the folio, and
		 * not every kernel tells whether one does. */
		if (slice->known[i] & SLICE_PMD)
			return !huge_is_exclusive(slice, i);
		if (reader->huge != ANSWER_OK && (slice->flags[i] & KPF(THP)))
			return true;
	}
	return !is_exclusive(reader, i);
}

/*
 * Large folios: give each page its head's flags, and the tails of a huge
 * mapping, of which only the head was read, flags of their own.
 */
static void spread_heads(struct reader *reader)
{
	struct slice *slice = &reader->slice;
	uint64_t head = 0, next_pfn = UINT64_MAX;
	size_t i;

	for (i = 0; i < slice->n; i++) {
		bool follows = pfn_of(slice, i) == next_pfn && head;

		if (!is_present(slice, i))
			continue;
		next_pfn = pfn_of(slice, i) + 1;
		if (!(slice->known[i] & SLICE_FLAGS)) {
			if (!(slice->known[i] & SLICE_PMD) || !follows) {
				head = 0;
				continue;
			}
			slice->flags[i] = (head & ~KPF(HEAD)) | KPF(TAIL);
			slice->known[i] |= SLICE_FLAGS;
		}
		if (!(slice->flags[i] & KPF(TAIL)))
			head = slice->flags[i];
		else if (!follows)
			head = 0;	/* the head is not mapped here */
		slice->head_flags[i] = head;
	}
}

static void learn_zero_pages(struct reader *reader)
{
	struct slice *slice = &reader->slice;
	size_t i;

	for (i = 0; i < slice->n; i++) {
		uint64_t pfn = pfn_of(slice, i);

		if ((slice->known[i] & SLICE_FLAGS) &&
		    (slice->flags[i] & KPF(ZERO_PAGE)) &&
		    !(slice->flags[i] & KPF(THP)) && reader->nzero < 4 &&
		    !is_known_zero(reader, pfn))
			reader->zero_pfn[reader->nzero++] = pfn;
	}
}

static void use_known_zero_pages(struct reader *reader)
{
	struct slice *slice = &reader->slice;
	size_t i;

	if (!reader->nzero || reader->depth == DEPTH_FULL)
		return;
	for (i = 0; i < slice->n; i++) {
		if (!is_present(slice, i) ||
		    !is_known_zero(reader, pfn_of(slice, i)))
			continue;
		slice->flags[i] = KPF(ZERO_PAGE) | KPF(RESERVED);
		slice->known[i] |= SLICE_FLAGS;
	}
}

static struct page_facts facts_of(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;
	struct page_facts page = {
		.word = slice->words[i],
		.flags = slice->flags[i],
		.head_flags = slice->head_flags[i],
		.has_flags = slice->known[i] & SLICE_FLAGS,
		.pmd_mapped = slice->known[i] & SLICE_PMD,
		.frame_is_ram = true,
	};

	page.has_count = reader_mapcount(reader, i, &page.count);
	if (page.has_flags && !page.flags)
		page.frame_is_ram = machine_is_ram(reader->machine,
			pfn_of(slice, i));
	return page;
}

/* The frame changed hands between the two reads: once more, all of it. */
static void reread(struct reader *reader, size_t i)
{
	struct slice *slice = &reader->slice;
	size_t got = 0;
	uint64_t pfn;

	if (source_words(reader->src, WORDS_PAGEMAP, reader->id,
			slice->vpn + i, 1, &slice->words[i], &got) != ANSWER_OK ||
	    !got || !is_present(slice, i)) {
		slice->known[i] &= (uint8_t)~(SLICE_FLAGS | SLICE_COUNT);
		return;
	}
	pfn = pfn_of(slice, i);
	source_words(reader->src, WORDS_KPAGEFLAGS, PROC_NONE, pfn, 1,
		&slice->flags[i], &got);
	slice->head_flags[i] = slice->flags[i];
	slice->known[i] &= (uint8_t)~SLICE_COUNT;
	if (!is_exclusive(reader, i) &&
	    source_words(reader->src, WORDS_KPAGECOUNT, PROC_NONE, pfn, 1,
		    &slice->counts[i], &got) == ANSWER_OK)
		slice->known[i] |= SLICE_COUNT;
}

static void read_frames(struct reader *reader)
{
	struct slice *slice = &reader->slice;
	uint32_t pmd = machine_pmd_pages(reader->machine);
	bool all = reader->depth >= DEPTH_STATES || !pmd || pmd > SOURCE_SLICE;

	use_known_zero_pages(reader);
	if (pmd && pmd <= SOURCE_SLICE && !find_huge(reader, pmd))
		all = true;
	gather(reader, WORDS_KPAGEFLAGS, want_head_flags, slice->flags,
		SLICE_FLAGS);
	if (reader->depth < DEPTH_FULL)
		spread_heads(reader);
	if (all)
		gather(reader, WORDS_KPAGEFLAGS, want_flags, slice->flags,
			SLICE_FLAGS);
	else if (reader->may_have_ksm)
		gather(reader, WORDS_KPAGEFLAGS, want_anon_flags,
			slice->flags, SLICE_FLAGS);
	spread_heads(reader);
	gather(reader, WORDS_KPAGECOUNT, want_count, slice->counts,
		SLICE_COUNT);
	if (!all)
		gather(reader, WORDS_KPAGEFLAGS, want_zero_flags,
			slice->flags, SLICE_FLAGS);
	learn_zero_pages(reader);
}

void reader_frames(struct reader *reader, const struct page_context *cx)
{
	struct slice *slice = &reader->slice;
	size_t i;

	if (pfns_told(reader))
		read_frames(reader);
	if (reader->depth < DEPTH_STATES)
		return;
	for (i = 0; i < slice->n; i++) {
		struct page_facts page;

		if (slice->known[i] & SLICE_SKIP)
			continue;
		page = facts_of(reader, i);
		slice->state[i] = (uint8_t)classify(cx, &page);
		if (slice->state[i] == STATE_CHANGING) {
			reread(reader, i);
			page = facts_of(reader, i);
			slice->state[i] = (uint8_t)classify(cx, &page);
		}
		slice->marks[i] = (uint8_t)classify_marks(cx, &page);
	}
}

bool reader_mapcount(const struct reader *reader, size_t i, uint64_t *count)
{
	const struct slice *slice = &reader->slice;

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

enum sharing reader_sharing(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;
	uint64_t count;

	/* The page of zeros is everybody's, though nobody is counted. */
	if ((slice->known[i] & SLICE_FLAGS) && (slice->flags[i] & KPF(ZERO_PAGE)))
		return SHARING_SHARED;
	if ((slice->known[i] & SLICE_FLAGS) && (slice->flags[i] & KPF(HUGE)))
		return is_exclusive(reader, i) ? SHARING_PRIVATE : SHARING_SHARED;
	if (!is_present(slice, i) || !reader_mapcount(reader, i, &count))
		return SHARING_UNKNOWN;
	return count < 2 ? SHARING_PRIVATE : SHARING_SHARED;
}

static void account_hugetlb(struct usage *usage, uint32_t nbytes, bool mine)
{
	/* Two processes may share the page table that maps it: then the
	 * count is 1, and only the entry's bit tells. */
	if (mine)
		usage->private_hugetlb += nbytes;
	else
		usage->shared_hugetlb += nbytes;
}

/* An entry without a present page that still stands for memory. */
static void account_special(const struct reader *reader, uint64_t word,
	uint32_t nbytes, struct usage *usage)
{
	struct pte pte = pte_decode(word, &reader->machine->rules);
	uint32_t users = 0;

	switch (pte.special) {
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
	case PTE_MIGRATION:
	case PTE_DEVICE:
		usage->rss += nbytes;
		usage->shared += nbytes;
		usage->pss_fixed += (uint64_t)nbytes << PSS_SHIFT;
		usage->known &= ~(uint32_t)(USAGE_ANONYMOUS | USAGE_PSS_ANON);
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
			account_special(reader, word, nbytes, usage);
		return;
	}
	if (cx->is_pfnmap || cx->is_gate)
		return;
	if (slice->known[i] & SLICE_FLAGS)
		flags = slice->flags[i];
	if (reader_is_zero_page(reader, cx, i))
		return;
	if ((flags & KPF(HUGE)) || cx->is_hugetlb) {
		account_hugetlb(usage, nbytes, is_exclusive(reader, i));
		return;
	}
	/* Until 6.12 or so a DAX page was no "normal" one for smaps. */
	if (anonymous && slice->known[i] & SLICE_FLAGS && flags & KPF(NOPAGE))
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
	if (!reader_mapcount(reader, i, &count)) {
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
