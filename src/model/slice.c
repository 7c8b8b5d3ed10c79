/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/slice.h"

#include <string.h>

#include "slice_gather.h"

/* Reading over a gap of so many entries is cheaper than another question. */
#define VERIFY_GAP 32

void reader_init(struct reader *reader, struct source *src,
	const struct machine *machine, struct proc_id id, enum depth depth)
{
	memset(reader, 0, offsetof(struct reader, slice));
	reader->src = src;
	reader->machine = machine;
	reader->id = id;
	reader->depth = depth;
}

static bool pfns_told(const struct reader *reader)
{
	return reader->machine->facts.pfn_visible;
}

bool reader_pfn(const struct reader *reader, size_t i, uint64_t *pfn)
{
	*pfn = pfn_of(&reader->slice, i);
	return is_present(&reader->slice, i) && pfns_told(reader);
}

static bool is_known_zero(const struct reader *reader, uint64_t pfn)
{
	unsigned i;

	for (i = 0; i < reader->nzero; i++)
		if (reader->zero_pfn[i] == pfn)
			return true;
	return false;
}

/* Entries of pages that are not there, but stand for something: in most slices
 * there are none. */
static bool has_special(const struct slice *slice)
{
	uint64_t absent = 0;
	size_t i;

	for (i = 0; i < slice->n; i++)
		absent |= slice->words[i] & ~slice->words[i] >> 1;
	return absent & PM_SWAP;
}

void reader_note_swap(struct reader *reader)
{
	const struct slice *slice = &reader->slice;
	size_t i;

	if (!has_special(slice))
		return;
	for (i = 0; i < slice->n; i++) {
		struct pte pte;

		if ((slice->words[i] & (PM_PRESENT | PM_SWAP)) != PM_SWAP)
			continue;
		pte = pte_decode(slice->words[i], &reader->machine->rules);
		if (pte.special == PTE_SWAP && pfns_told(reader))
			reader->swap_seen |= UINT32_C(1) << pte.swap_type;
	}
}

enum answer reader_huge_words(struct reader *reader, uint64_t vpn, size_t n,
	uint64_t huge)
{
	struct slice *slice = &reader->slice;
	size_t i, end, got;

	slice->vpn = vpn;
	slice->n = n;
	memset(slice->known, 0, n);
	for (i = 0; i < n; i = end) {
		enum answer answer;
		uint64_t word = 0, step;

		got = 0;
		answer = source_words(reader->src, WORDS_PAGEMAP, reader->id,
			vpn + i, 1, &word, &got);
		if (answer != ANSWER_OK) {
			reader->answers[WORDS_PAGEMAP] = answer;
			return answer;
		}
		step = word & PM_PRESENT && pfns_told(reader);
		end = n - i < huge - (vpn + i) % huge ? n :
			i + (size_t)(huge - (vpn + i) % huge);
		for (; i < end; i++, word += step)
			slice->words[i] = word;
	}
	return ANSWER_OK;
}

void reader_ahead(struct reader *reader, uint64_t vpn, size_t n)
{
	size_t got = 0;

	reader->ahead_vpn = vpn;
	reader->ahead_at = reader->ahead_n = 0;
	if (source_words(reader->src, WORDS_PAGEMAP, reader->id, vpn, n,
		    reader->ahead, &got) != ANSWER_OK)
		return;
	memset(reader->ahead + got, 0, (n - got) * sizeof(*reader->ahead));
	reader->ahead_n = n;
}

/* False, and an end to it, where they are not all among those. */
static bool take_ahead(struct reader *reader, uint64_t vpn, size_t n)
{
	uint64_t skip = vpn - reader->ahead_vpn;

	if (vpn < reader->ahead_vpn || skip > reader->ahead_n ||
	    n > reader->ahead_n - skip) {
		reader->ahead_n = 0;
		return false;
	}
	memcpy(reader->slice.words, reader->ahead + reader->ahead_at + skip,
		n * sizeof(*reader->ahead));
	reader->ahead_vpn = vpn + n;
	reader->ahead_at += (size_t)skip + n;
	reader->ahead_n -= (size_t)skip + n;
	return true;
}

enum answer reader_words(struct reader *reader, uint64_t vpn, size_t n)
{
	struct slice *slice = &reader->slice;
	enum answer answer;
	size_t got = 0;

	slice->vpn = vpn;
	slice->n = n;
	memset(slice->known, 0, n);
	if (take_ahead(reader, vpn, n))
		return ANSWER_OK;
	answer = source_words(reader->src, WORDS_PAGEMAP, reader->id, vpn, n,
		slice->words, &got);
	if (answer != ANSWER_OK) {
		/* What was read last is not what these pages are. */
		memset(slice->words, 0, n * sizeof(*slice->words));
		reader->answers[WORDS_PAGEMAP] = answer;
		return answer;
	}
	/* The end of the file: pages above user space have no entry. */
	memset(slice->words + got, 0, (n - got) * sizeof(*slice->words));
	return ANSWER_OK;
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

		if (!is_present(slice, i) || (pfn & (pmd - 1)) ||
		    (slice->known[i] & SLICE_PLAIN))
			continue;
		for (k = 1; k < pmd; k++)
			if (!is_present(slice, i + k) ||
			    pfn_of(slice, i + k) != pfn + k)
				break;
		if (k < pmd && !is_known_zero(reader, pfn))
			continue;
		for (k = 0; k < pmd; k++)
			slice->known[i + k] |= SLICE_LIKE_PMD;
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

/* All that any of the frames known has. */
static uint64_t any_flags(const struct slice *slice)
{
	uint64_t any = 0;
	size_t i;

	for (i = 0; i < slice->n; i++)
		any |= slice->known[i] & SLICE_FLAGS ? slice->flags[i] : 0;
	return any;
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

/* What an entry that is not present stands for is told by its frame alone. */
static bool want_special_flags(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;
	uint64_t word = slice->words[i];

	return (word & (PM_PRESENT | PM_SWAP)) == PM_SWAP &&
		!(slice->known[i] & (SLICE_FLAGS | SLICE_SKIP)) &&
		pte_special_has_frame(
			pte_decode(word, &reader->machine->rules).special);
}

/* A page that nobody maps but is mapped: the zero page, most likely. */
static bool want_zero_flags(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;

	return lacks_frame(reader, i, SLICE_FLAGS) &&
		(slice->known[i] & SLICE_COUNT) && !slice->counts[i];
}

static bool want_count(const struct reader *reader, size_t i)
{
	const struct slice *slice = &reader->slice;

	if (!lacks_frame(reader, i, SLICE_COUNT))
		return false;
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

static bool has_large(const struct slice *slice)
{
	uint8_t known = 0;
	size_t i;

	for (i = 0; i < slice->n; i++)
		known |= slice->known[i];
	return (known & SLICE_PMD) || (any_flags(slice) & KPF(TAIL));
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

	if (!has_large(slice)) {
		memcpy(slice->head_flags, slice->flags,
			slice->n * sizeof(*slice->flags));
		return;
	}
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

/* ANY: the flags that any of the frames has. */
static void learn_zero_pages(struct reader *reader, uint64_t any)
{
	struct slice *slice = &reader->slice;
	size_t i;

	if (!(any & KPF(ZERO_PAGE)))
		return;
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

/* Merged pages are where the kernel was asked to merge, and nowhere else. */
static void drop_false_ksm(const struct reader *reader,
	const struct page_context *cx, uint64_t *flags)
{
	if ((*flags & KPF(KSM)) && reader->machine->rules.ksm_lies &&
	    !(reader->may_have_ksm && cx->may_be_merged &&
	      kpageflags_is_ksm(*flags)))
		*flags &= ~KPF(KSM);
}

/* The frame changed hands between the two reads: once more, all of it. */
static void reread(struct reader *reader, const struct page_context *cx,
	size_t i)
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
	drop_false_ksm(reader, cx, &slice->flags[i]);
	slice->head_flags[i] = slice->flags[i];
	slice->known[i] &= (uint8_t)~SLICE_COUNT;
	if (!is_exclusive(reader, i) &&
	    source_words(reader->src, WORDS_KPAGECOUNT, PROC_NONE, pfn, 1,
		    &slice->counts[i], &got) == ANSWER_OK)
		slice->known[i] |= SLICE_COUNT;
}

/* Choose the pages that WANT is true of, and read FILE for them. */
static inline void gather(struct reader *reader, enum word_file file,
	bool (*want)(const struct reader *, size_t), uint64_t *values,
	uint8_t bit)
{
	size_t i;

	gather_begin(reader);
	for (i = 0; i < reader->slice.n; i++)
		if (want(reader, i))
			gather_page(reader, i);
	gather_read(reader, file, values, bit);
}

/* As much as the depth asks for, where ALL means the flags of every frame: what
 * is read first tells what else is needed. */
static void read_needed(struct reader *reader, bool all)
{
	struct slice *slice = &reader->slice;

	gather(reader, WORDS_KPAGEFLAGS, want_head_flags, slice->flags,
		SLICE_FLAGS);
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
}

/* Returns the flags that any of the frames has. */
static uint64_t read_frames(struct reader *reader)
{
	struct slice *slice = &reader->slice;
	uint32_t pmd = machine_pmd_pages(reader->machine);
	uint64_t any;
	bool all = reader->depth >= DEPTH_STATES || !pmd || pmd > SOURCE_SLICE;

	use_known_zero_pages(reader);
	if (has_special(slice))
		gather(reader, WORDS_KPAGEFLAGS, want_special_flags,
			slice->flags, SLICE_FLAGS);
	if (pmd && pmd <= SOURCE_SLICE && !find_huge(reader, pmd))
		all = true;
	if (reader->depth == DEPTH_FULL) {
		/* Both for the same pages. */
		gather(reader, WORDS_KPAGEFLAGS, want_flags, slice->flags,
			SLICE_FLAGS);
		gather_read(reader, WORDS_KPAGECOUNT, slice->counts,
			SLICE_COUNT);
		spread_heads(reader);
	} else {
		read_needed(reader, all);
	}
	any = any_flags(slice);
	learn_zero_pages(reader, any);
	return any;
}

static void classify_page(struct reader *reader, const struct page_context *cx,
	size_t i)
{
	struct slice *slice = &reader->slice;
	struct page_facts page = slice_page(reader, i);

	slice->state[i] = (uint8_t)classify(cx, &page);
	slice->marks[i] = (uint8_t)classify_marks(cx, &page);
}

/* The state is one only because of what the frame said, which may have been
 * another's by then. */
#define BIT(state) (UINT32_C(1) << STATE_##state)
#define LEANING (BIT(ANON_WAS_SHARED) | BIT(COW_SHARED) | BIT(KSM) | \
	BIT(LAZYFREE) | BIT(RAMFS) | BIT(XIP) | BIT(SECRET) | BIT(DRIVER) | \
	BIT(POISONED) | BIT(CHANGING))

static bool leans_on_frame(const struct slice *slice, size_t i)
{
	return !(slice->known[i] & SLICE_SKIP) && is_present(slice, i) &&
		(LEANING >> slice->state[i] & 1);
}

/* Neighbours mostly are alike: what is said of one holds for the next.  True:
 * some state leans on a frame. */
static bool classify_slice(struct reader *reader, const struct page_context *cx)
{
	struct slice *slice = &reader->slice;
	uint32_t states = 0;
	size_t i;

	for (i = 0; i < slice->n; i++) {
		if (slice->known[i] & SLICE_SKIP)
			continue;
		if (slice_is_alike(slice, i)) {
			slice->state[i] = slice->state[i - 1];
			slice->marks[i] = slice->marks[i - 1];
		} else {
			classify_page(reader, cx, i);
			states |= UINT32_C(1) << slice->state[i];
		}
	}
	return states & LEANING;
}

/* The entry is not what it was before its frame was looked at: all of it once
 * more, and where that does not stand either, it is changing. */
static void settle(struct reader *reader, const struct page_context *cx,
	size_t i)
{
	struct slice *slice = &reader->slice;
	uint64_t again = 0;
	size_t got = 0;

	reread(reader, cx, i);
	classify_page(reader, cx, i);
	if (leans_on_frame(slice, i) &&
	    source_words(reader->src, WORDS_PAGEMAP, reader->id,
		    slice->vpn + i, 1, &again, &got) == ANSWER_OK &&
	    (!got || again != slice->words[i]))
		slice->state[i] = STATE_CHANGING;
}

/* Entries whose state leans on their frames are read again behind those. */
static void verify(struct reader *reader, const struct page_context *cx)
{
	struct slice *slice = &reader->slice;
	size_t i = 0, k, end, got;

	while (i < slice->n) {
		if (!leans_on_frame(slice, i)) {
			i++;
			continue;
		}
		for (end = k = i + 1; k < slice->n && k < end + VERIFY_GAP; k++)
			if (leans_on_frame(slice, k))
				end = k + 1;
		got = 0;
		if (source_words(reader->src, WORDS_PAGEMAP, reader->id,
			    slice->vpn + i, end - i, slice->gathered, &got) !=
		    ANSWER_OK)
			return;
		for (k = i; k < end; k++)
			if (leans_on_frame(slice, k) &&
			    (slice->state[k] == STATE_CHANGING || k - i >= got ||
			     slice->gathered[k - i] != slice->words[k]))
				settle(reader, cx, k);
		i = end;
	}
}

void reader_frames(struct reader *reader, const struct page_context *cx)
{
	struct slice *slice = &reader->slice;
	uint64_t any = 0;
	size_t i;

	reader_note_swap(reader);
	for (i = 0; cx->is_hugetlb && cx->may_share_tables && i < slice->n; i++)
		slice->known[i] |= SLICE_MAY_SHARE;
	if (pfns_told(reader))
		any = read_frames(reader);
	for (i = 0; (any & KPF(KSM)) && i < slice->n; i++)
		if (slice->known[i] & SLICE_FLAGS)
			drop_false_ksm(reader, cx, &slice->flags[i]);
	if (reader->depth >= DEPTH_STATES && classify_slice(reader, cx))
		verify(reader, cx);
}
