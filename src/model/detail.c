/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "swap_rows.h"
#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/link.h"
#include "vmatlas/model/symbols.h"

/* What the kernel says of the frame, where it has a page for it. */
static void detail_words(struct page_detail *detail, struct reader *reader,
	uint64_t pfn)
{
	size_t got = 0;

	if (!reader->machine->facts.pfn_visible)
		return;
	detail->has_flags = source_words(reader->src, WORDS_KPAGEFLAGS,
		PROC_NONE, pfn, 1, &detail->flags, &got) == ANSWER_OK && got;
	detail->has_count = source_words(reader->src, WORDS_KPAGECOUNT,
		PROC_NONE, pfn, 1, &detail->count, &got) == ANSWER_OK && got;
}

/* A frame that the cursor is on, whoever has it. */
static void detail_frame(struct page_detail *detail, struct reader *reader,
	uint64_t pfn)
{
	detail->valid = true;
	detail->state = STATE_HOLE;
	detail->pfn = pfn;
	detail->has_pfn = true;
	detail_words(detail, reader, pfn);
}

/* A huge mapping is only known by all its entries: where they would start
 * around VPN, and how many they are. */
static uint64_t huge_start(const struct reader *reader,
	const struct region *region, uint64_t vpn, size_t *n)
{
	unsigned shift = reader->machine->page_shift;
	uint32_t pmd = machine_pmd_pages(reader->machine);
	uint64_t from = pmd ? vpn - vpn % pmd : vpn;

	*n = pmd;
	if (!pmd || pmd > SOURCE_SLICE || from < region->start >> shift ||
	    from + pmd > region->end >> shift) {
		*n = 1;
		return vpn;
	}
	return from;
}

/* What a touch of a page that is not mapped in would find. */
static void detail_cached(struct page_detail *detail, struct space *space,
	size_t i)
{
	const struct region *region = &space->regions[i];
	const struct cached_map *map = space_cached(space, i, detail->vpn,
		true);
	unsigned shift = space->reader->machine->page_shift;
	uint64_t in_file = (region->offset >> shift) + detail->vpn -
		(region->start >> shift);

	if (!map)
		return;
	detail->has_cached = true;
	detail->is_shmem = map->shmem;
	detail->beyond_end = map->file_pages != UINT64_MAX &&
		in_file >= map->file_pages;
	if (cached_has(map, detail->vpn))
		detail->marks |= MARK_CACHED;
}

/* What says that no other has it: of anonymous frames a flag, of those of the
 * pool of huge pages their entry. */
static void detail_private(struct page_detail *detail,
	const struct kernel_rules *rules)
{
	if (detail->state == STATE_HUGETLB) {
		detail->has_private = rules->high_bits;
		detail->is_private = detail->word & PM_EXCLUSIVE;
	} else if (rules->anon_exclusive && (detail->flags & KPF(ANON)) &&
		   !(detail->flags & (KPF(KSM) | KPF(TAIL)))) {
		detail->has_private = detail->has_flags;
		detail->is_private = detail->flags & KPF_ANON_EXCLUSIVE;
	}
}

static void detail_page(struct page_detail *detail, struct space *space,
	uint64_t vpn)
{
	struct reader *reader = space->reader;
	const struct slice *slice = &reader->slice;
	enum depth depth = reader->depth;
	struct page_context cx;
	const struct region *region;
	struct pte pte;
	uint64_t from;
	size_t n, at;
	long i = regions_find(space->regions, space->nregions,
		vpn << reader->machine->page_shift);

	detail->valid = true;
	detail->vpn = vpn;
	detail->state = STATE_HOLE;
	if (i < 0)
		return;
	region = &space->regions[i];
	page_context_of(region, region_name(region, &space->names),
		&reader->machine->rules, &cx);
	detail->state = (uint8_t)classify_absent(&cx);
	if (detail->state == STATE_PFNMAP) {
		detail->has_pfn = device_pfn(region,
			reader->machine->page_shift,
			vpn << reader->machine->page_shift, &detail->pfn);
		if (detail->has_pfn &&
		    machine_is_ram(reader->machine, detail->pfn))
			detail_words(detail, reader, detail->pfn);
		return;
	}
	from = huge_start(reader, region, vpn, &n);
	if (reader_words(reader, from, n) != ANSWER_OK)
		return;
	at = (size_t)(vpn - from);
	memset(reader->slice.known, SLICE_SKIP, n);
	reader->slice.known[at] = 0;
	reader->depth = DEPTH_FULL;
	reader_frames(reader, &cx);
	reader->depth = depth;
	detail->word = slice->words[at];
	detail->state = slice->state[at];
	detail->marks = slice->marks[at];
	pte = pte_decode(detail->word, &reader->machine->rules);
	if (pte.special == PTE_SWAP && reader->machine->facts.pfn_visible) {
		detail->has_swap = true;
		detail->swap_type = (uint8_t)pte.swap_type;
		detail->swap_offset = pte.swap_offset;
	}
	if (detail->state == STATE_NOT_MAPPED)
		detail_cached(detail, space, (size_t)i);
	if (!pte.present)
		return;
	detail->has_pfn = reader->machine->facts.pfn_visible;
	detail->pfn = detail->word & PM_PFN_MASK;
	detail->has_flags = slice->known[at] & SLICE_FLAGS;
	detail->flags = slice->flags[at];
	detail->has_count = reader_mapcount(reader, at, &detail->count);
	detail_private(detail, &reader->machine->rules);
}

static uint32_t copy_name(struct buf *names, const struct symbols *symbols,
	uint32_t name)
{
	const char *text = buf_text(&symbols->names);
	uint32_t at = (uint32_t)names->len;

	if (name == SYMBOL_NONE)
		return SYMBOL_NONE;
	buf_add(names, text + name, strlen(text + name) + 1);
	return at;
}

/* What the program or library calls the page. */
static void detail_names(struct snapshot *snapshot, const struct space *space,
	struct symbols *symbols)
{
	struct page_detail *detail = &snapshot->detail;
	struct buf *names = &snapshot->detail_names;
	uint32_t page_size = space->reader->machine->facts.page_size;
	uint64_t va = detail->vpn << space->reader->machine->page_shift;
	long region = regions_find(space->regions, space->nregions, va);
	struct symbol_place first, last;
	const char *damage;

	buf_clear(names);
	detail->section = detail->first_symbol = detail->last_symbol =
		detail->damage = SYMBOL_NONE;
	if (region < 0)
		return;
	damage = symbols_damage(symbols, space, (size_t)region);
	if (damage) {
		detail->damage = (uint32_t)names->len;
		buf_add(names, damage, strlen(damage) + 1);
	}
	detail->section = copy_name(names, symbols, symbols_section(symbols,
		space, (size_t)region, va, page_size, &detail->names));
	if (detail->names != ANSWER_OK)
		return;
	first = symbols_at(symbols, space, (size_t)region, va);
	last = symbols_at(symbols, space, (size_t)region, va + page_size - 1);
	detail->first_symbol = copy_name(names, symbols, first.symbol);
	detail->last_symbol = copy_name(names, symbols, last.symbol);
	detail->names = first.answer != ANSWER_OK ? first.answer : last.answer;
}

static bool is_seen(const struct detail_seen *seen, const struct space *space,
	const struct focus *focus)
{
	return seen->detail.valid && seen->pid == space->process.id.pid &&
		seen->refresh == space->refresh &&
		seen->layout == space->layout && seen->side == focus->side &&
		seen->at == focus->range.start;
}

void detail_fill(struct snapshot *snapshot, struct space *space,
	struct symbols *symbols, const struct focus *focus,
	struct detail_seen *seen)
{
	struct page_detail *detail = &snapshot->detail;
	struct reader *reader = space->reader;
	enum answer answers[NWORD_FILES], huge = reader->huge;

	/* How the pass fares is not told by one question more: it may be
	 * about a page above user space. */
	memcpy(answers, reader->answers, sizeof(answers));
	memset(detail, 0, sizeof(*detail));
	if (!space->reader->machine || space->maps != ANSWER_OK ||
	    space->process.answer != ANSWER_OK)
		return;
	if (is_seen(seen, space, focus))
		*detail = seen->detail;
	else if (focus->side == FOCUS_PHYSICAL)
		detail_frame(detail, space->reader, focus->range.start);
	else if (focus->side == FOCUS_VIRTUAL)
		detail_page(detail, space, focus->range.start);
	*seen = (struct detail_seen){ space->process.id.pid, space->refresh,
		space->layout, focus->side, focus->range.start, *detail };
	if (focus->side == FOCUS_VIRTUAL)
		detail_names(snapshot, space, symbols);
	if (detail->has_swap)
		swap_rows_name(snapshot, space,
			UINT32_C(1) << detail->swap_type, false);
	memcpy(reader->answers, answers, sizeof(answers));
	reader->huge = huge;
}
