/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/frames.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"
#include "vmatlas/kernel/kpageflags.h"
#include "swap_rows.h"

/* So far back the head of a large folio is looked for. */
#define HEAD_REACH 512

enum { KNOWN_FLAGS = 1, KNOWN_COUNT = 2, KNOWN_NOWHERE = 4 };

/* Consecutive free frames of one zone. */
struct free_run {
	int zone;
	uint64_t start, end;
};

struct frames {
	struct source *src;
	const struct machine *machine;
	struct mine mine;
	bool has_mine;
	bool no_ksm;		/* no frame is merged, whatever its flags say */
	/* The worst answer so far, per kind of file. */
	enum answer answers[NWORD_FILES];
	/* Flags of the head whose tail the frame at head_next would be. */
	uint64_t head, head_next;
	struct free_run free_run;
	/* A slice, as it was read. */
	uint64_t flags[SOURCE_SLICE], counts[SOURCE_SLICE];
	uint8_t known[SOURCE_SLICE], use[SOURCE_SLICE], owner[SOURCE_SLICE];
};

struct frames *frames_new(void)
{
	return mem_new(1, sizeof(struct frames));
}

void frames_free(struct frames *frames)
{
	if (!frames)
		return;
	mine_fini(&frames->mine);
	free(frames);
}

/* Where every anonymous frame may say KSM, it says nothing when KSM has merged
 * none, or is not in this kernel. */
static bool read_no_ksm(struct source *src, const struct machine *machine)
{
	struct buf buf = { 0 };
	struct text text;
	uint64_t pages;
	enum answer answer;
	bool none;

	if (!machine->rules.ksm_lies)
		return false;
	answer = source_text(src, PROC_NONE, "/sys/kernel/mm/ksm/pages_shared",
		&buf);
	text = (struct text){ buf_text(&buf), buf.len };
	none = answer == ANSWER_ABSENT || (answer == ANSWER_OK &&
		text_u64(&text, 10, &pages) && !pages);
	buf_fini(&buf);
	return none;
}

void frames_begin(struct frames *frames, struct source *src,
	const struct machine *machine)
{
	mine_fini(&frames->mine);
	frames->has_mine = false;
	frames->src = src;
	frames->machine = machine;
	frames->head_next = UINT64_MAX;
	memset(frames->answers, 0, sizeof(frames->answers));
	frames->no_ksm = read_no_ksm(src, machine);
}

void frames_take_mine(struct frames *frames, struct space *space)
{
	mine_read(&frames->mine, space);
	frames->has_mine = true;
}

enum answer frames_answer(const struct frames *frames, enum word_file file)
{
	return frames->answers[file];
}

bool frames_wanted(const struct wish *wish)
{
	return wish->want_frame_runs || wish->want_uses || wish->want_swaps;
}

/* ---- reading a slice */

/* Asking once more would not help. */
static bool is_final(enum answer answer)
{
	return answer != ANSWER_OK && answer != ANSWER_UNRECORDED;
}

/*
 * Words FIRST.. of FILE into OUT, BIT into KNOWN.  A recording may have some
 * of them: what it has is found by asking for less and less.
 */
static void read_words(struct frames *frames, enum word_file file,
	uint64_t first, size_t n, uint64_t *out, uint8_t *known, uint8_t bit)
{
	size_t i, ask, got, most = n;

	while (n && !is_final(frames->answers[file])) {
		enum answer answer;

		ask = most < n ? most : n;
		got = 0;
		answer = source_words(frames->src, file, PROC_NONE, first, ask,
			out, &got);
		if (answer != ANSWER_OK)
			frames->answers[file] = answer;
		if (answer == ANSWER_OK) {
			for (i = 0; i < ask; i++)
				known[i] |= i < got ? bit : KNOWN_NOWHERE;
			most *= 2;
		} else if (got) {
			ask = got < ask ? got : ask;
		} else if (ask > 1) {
			most = ask / 2;
			continue;
		}
		first += ask;
		out += ask;
		known += ask;
		n -= ask;
	}
}

/* Where flags are a frame's own, a tail that comes first needs its head. */
static void find_head(struct frames *frames, uint64_t pfn)
{
	uint64_t first = pfn / HEAD_REACH * HEAD_REACH;
	size_t n = (size_t)(pfn - first);
	enum answer worst = frames->answers[WORDS_KPAGEFLAGS];

	frames->head = 0;
	memset(frames->known, 0, HEAD_REACH);
	read_words(frames, WORDS_KPAGEFLAGS, first, n, frames->counts,
		frames->known, KNOWN_FLAGS);
	frames->answers[WORDS_KPAGEFLAGS] = worst;
	while (n-- && (frames->known[n] & KNOWN_FLAGS)) {
		if (frames->counts[n] & KPF(TAIL))
			continue;
		if (frames->counts[n] & KPF(HEAD))
			frames->head = frames->counts[n];
		break;
	}
}

/* The flags that speak for frame I of the slice at PFN. */
static uint64_t whole_flags(struct frames *frames, uint64_t pfn, size_t i)
{
	uint64_t flags = frames->flags[i];

	if (frames->machine->rules.folio_flags)
		return flags;
	if (!(flags & KPF(TAIL)))
		frames->head = flags & KPF(HEAD) ? flags : 0;
	else if (frames->head_next != pfn + i)
		frames->head = 0;
	frames->head_next = pfn + i + 1;
	return flags & KPF(TAIL) ? flags | (frames->head & ~KPF(HEAD)) : flags;
}

static void read_uses(struct frames *frames, uint64_t pfn, size_t n)
{
	uint8_t first = 0;
	size_t i;

	if (!frames->machine->rules.folio_flags && pfn &&
	    frames->head_next != pfn) {
		uint64_t flags = 0;

		read_words(frames, WORDS_KPAGEFLAGS, pfn, 1, &flags, &first,
			KNOWN_FLAGS);
		if (flags & KPF(TAIL)) {
			find_head(frames, pfn);
			frames->head_next = pfn;
		}
	}
	memset(frames->known, 0, n);
	read_words(frames, WORDS_KPAGEFLAGS, pfn, n, frames->flags,
		frames->known, KNOWN_FLAGS);
	for (i = 0; frames->no_ksm && i < n; i++)
		frames->flags[i] &= ~KPF(KSM);
	for (i = 0; i < n; i++) {
		/* Behind the end of the file there is no struct page. */
		frames->use[i] = USE_HOLE;
		if (frames->known[i] & KNOWN_FLAGS)
			frames->use[i] = (uint8_t)frame_use_of(
				whole_flags(frames, pfn, i));
	}
}

/* ---- owners */

static bool is_nobodys(enum frame_use use)
{
	return use == USE_FREE || use == USE_SLAB || use == USE_PAGETABLE ||
		use == USE_ZERO || use == USE_OFFLINE || use == USE_UNTYPED ||
		use == USE_HOLE;
}

/* The owner without the count; *ASK: the count would tell. */
static enum frame_owner owner_by_flags(const struct frames *frames,
	uint64_t pfn, size_t i, bool *ask)
{
	const uint64_t large = KPF(HEAD) | KPF(TAIL) | KPF(THP);
	uint64_t flags = frames->flags[i];
	bool exclusive, huge = frames->use[i] == USE_HUGETLB;
	unsigned times = mine_times(&frames->mine, pfn + i, &exclusive);

	*ask = false;
	if (is_nobodys(frames->use[i]))
		return OWNER_NONE;
	/* Counts of shared huge pages leave out who shares the table. */
	if (times && huge && frames->machine->rules.high_bits)
		return exclusive ? OWNER_MINE : OWNER_SHARED;
	if (times && exclusive && !(flags & large))
		return OWNER_MINE;
	if (!times && !(flags & KPF(MMAP)))
		return OWNER_NONE;
	if (!times && (huge || !(flags & large)))
		return OWNER_OTHER;
	*ask = true;
	return OWNER_UNKNOWN;
}

static enum frame_owner owner_by_count(const struct frames *frames,
	uint64_t pfn, size_t i)
{
	bool exclusive;
	unsigned times = mine_times(&frames->mine, pfn + i, &exclusive);

	if (!(frames->known[i] & KNOWN_COUNT))
		return OWNER_UNKNOWN;
	if (!times)
		return frames->counts[i] ? OWNER_OTHER : OWNER_NONE;
	return frames->counts[i] > times ? OWNER_SHARED : OWNER_MINE;
}

static void read_owners(struct frames *frames, uint64_t pfn, size_t n)
{
	size_t i, first = n;
	bool ask;

	memset(frames->owner, OWNER_UNKNOWN, n);
	if (!frames->has_mine || !frames->mine.frames_told ||
	    frames->mine.answer != ANSWER_OK)
		return;
	for (i = 0; i <= n; i++) {
		ask = false;
		if (i < n && frames->known[i])
			frames->owner[i] = (uint8_t)owner_by_flags(frames, pfn,
				i, &ask);
		if (ask) {
			first = first < i ? first : i;
			continue;
		}
		if (first >= i)
			continue;
		/* The frames before this one, as many as are needed. */
		read_words(frames, WORDS_KPAGECOUNT, pfn + first, i - first,
			frames->counts + first, frames->known + first,
			KNOWN_COUNT);
		for (; first < i; first++)
			frames->owner[first] = (uint8_t)owner_by_count(frames,
				pfn, first);
		first = n;
	}
}

/* ---- runs */

static bool run_join(struct frame_run *a, const struct frame_run *b)
{
	if (a->pfn + a->nframes != b->pfn || a->stretch != b->stretch ||
	    a->use != b->use || a->owner != b->owner ||
	    a->has_use != b->has_use || a->has_flags != b->has_flags ||
	    (a->has_flags && a->flags != b->flags))
		return false;
	a->nframes += b->nframes;
	return true;
}

static bool is_wanted(struct snapshot *snapshot, const struct filter *filter,
	const struct frame_run *run)
{
	const struct machine *machine = snapshot->machine;
	const struct stretch *stretch = &machine->stretches[run->stretch];
	char zone[32];
	struct filter_facts facts = {
		.name = text_of(stretch->name),
		.has_use = run->has_use ? FACT_KNOWN : FACT_UNKNOWN,
		.use = run->use,
		.has_flags = run->has_flags ? FACT_KNOWN :
			stretch->kind == STRETCH_RAM ? FACT_UNKNOWN : FACT_NONE,
		.flags = run->flags,
		.has_zone = stretch->zone < 0 ? FACT_NONE : FACT_KNOWN,
		.zone = machine_zone_name(machine, stretch->zone, zone),
	};
	enum match match;

	if (!filter->n)
		return true;
	match = filter_match(filter, &facts);
	if (match == MATCH_MAYBE)
		snapshot->unmatched += run->nframes;
	return match == MATCH_YES;
}

static void add_run(struct snapshot *snapshot, const struct filter *filter,
	const struct frame_run *run)
{
	if (!is_wanted(snapshot, filter, run))
		return;
	if (snapshot->nframe_runs && run_join(
		    &snapshot->frame_runs[snapshot->nframe_runs - 1], run))
		return;
	snapshot->frame_runs = mem_grow(snapshot->frame_runs,
		&snapshot->frame_runs_cap, snapshot->nframe_runs + 1,
		sizeof(*snapshot->frame_runs));
	snapshot->frame_runs[snapshot->nframe_runs++] = *run;
}

/* Frames that have no flags to read: a whole stretch is one run. */
static void add_stretch(struct frames *frames, struct snapshot *snapshot,
	const struct filter *filter, uint32_t stretch, uint64_t from, uint64_t to)
{
	enum stretch_kind kind = frames->machine->stretches[stretch].kind;
	struct frame_run run = { .pfn = from, .nframes = to - from,
		.stretch = stretch, .has_use = kind != STRETCH_RAM };

	if (run.has_use)
		run.use = (uint8_t)frame_use_of_stretch(kind);
	if (kind == STRETCH_HOLE && frames->has_mine)
		run.owner = OWNER_NONE;
	add_run(snapshot, filter, &run);
}

static void add_slice(struct frames *frames, struct snapshot *snapshot,
	const struct filter *filter, uint32_t stretch, uint64_t pfn, size_t n)
{
	size_t i;

	read_uses(frames, pfn, n);
	read_owners(frames, pfn, n);
	for (i = 0; i < n; i++) {
		struct frame_run run = { .pfn = pfn + i, .nframes = 1,
			.stretch = stretch, .owner = frames->owner[i],
			.has_use = frames->known[i] != 0,
			.has_flags = frames->known[i] & KNOWN_FLAGS };

		if (run.has_use)
			run.use = frames->use[i];
		if (run.has_flags)
			run.flags = frames->flags[i];
		add_run(snapshot, filter, &run);
	}
}

/* The first stretch that ends above PFN. */
static size_t stretch_after(const struct machine *machine, uint64_t pfn)
{
	size_t low = 0, high = machine->nstretches;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (machine->stretches[middle].end > pfn)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void fill_runs(struct frames *frames, struct snapshot *snapshot,
	struct page_range range, const struct filter *filter)
{
	const struct machine *machine = frames->machine;
	size_t i = stretch_after(machine, range.start);
	uint64_t at = range.start;

	while (i < machine->nstretches &&
	       snapshot->nframe_runs < FRAME_RUNS_PORTION) {
		const struct stretch *stretch = &machine->stretches[i];
		uint64_t end = stretch->end < range.end ? stretch->end :
			range.end;

		at = stretch->start > at ? stretch->start : at;
		if (at >= range.end)
			break;
		if (stretch->kind != STRETCH_RAM ||
		    is_final(frames->answers[WORDS_KPAGEFLAGS])) {
			add_stretch(frames, snapshot, filter, (uint32_t)i, at, end);
		} else {
			if (end - at > SOURCE_SLICE)
				end = at + SOURCE_SLICE;
			add_slice(frames, snapshot, filter, (uint32_t)i, at,
				(size_t)(end - at));
		}
		at = end;
		i += at == stretch->end;
	}
	snapshot->frame_runs_next = at;
	if (snapshot->nframe_runs < FRAME_RUNS_PORTION)
		snapshot->frame_runs_next = UINT64_MAX;
}

/* ---- sums by zone */

/* Frames in doubt leave the sums of each zone that they may be of unknown. */
static void count_doubt(struct snapshot *snapshot,
	const struct stretch *stretch)
{
	const struct machine *machine = snapshot->machine;
	size_t i;

	for (i = 0; i < machine->nzones; i++) {
		const struct zone *zone = &machine->zones[i];

		if (zone->has_start && stretch->start <
			    zone->start_pfn + zone->spanned &&
		    zone->start_pfn < stretch->end)
			snapshot_uses(snapshot, i)[USES_UNREAD] +=
				stretch->end - stretch->start;
	}
}

/* A free frame makes the run before it longer, or begins one. */
static void count_free(struct frames *frames, uint64_t *uses, int zone,
	uint64_t pfn)
{
	struct free_run *run = &frames->free_run;

	if (run->zone != zone || run->end != pfn || run->start == run->end)
		*run = (struct free_run){ zone, pfn, pfn };
	run->end = pfn + 1;
	if (run->end - run->start > uses[USES_LONGEST])
		uses[USES_LONGEST] = run->end - run->start;
}

static void count_slice(struct frames *frames, uint64_t *uses, int zone,
	uint64_t pfn, size_t n)
{
	size_t i;

	read_uses(frames, pfn, n);
	for (i = 0; i < n; i++) {
		uses[frames->known[i] ? frames->use[i] : USES_UNREAD]++;
		if (frames->known[i] && frames->use[i] == USE_FREE)
			count_free(frames, uses, zone, pfn + i);
	}
}

static void count_stretch(struct frames *frames, struct snapshot *snapshot,
	const struct stretch *stretch)
{
	uint64_t *uses = snapshot_uses(snapshot, (size_t)stretch->zone);
	uint64_t nframes = stretch->end - stretch->start, pfn, step;

	if (stretch->kind != STRETCH_RAM) {
		uses[frame_use_of_stretch(stretch->kind)] += nframes;
		return;
	}
	if (is_final(frames->answers[WORDS_KPAGEFLAGS])) {
		uses[USES_UNREAD] += nframes;
		return;
	}
	for (pfn = stretch->start; pfn < stretch->end; pfn += step) {
		step = stretch->end - pfn;
		step = step > SOURCE_SLICE ? SOURCE_SLICE : step;
		count_slice(frames, uses, stretch->zone, pfn, (size_t)step);
	}
}

static void fill_uses(struct frames *frames, struct snapshot *snapshot)
{
	const struct machine *machine = frames->machine;
	size_t i, n = machine->nplaces * NZONE_USES;

	snapshot->uses = mem_grow(snapshot->uses, &snapshot->uses_cap, n,
		sizeof(*snapshot->uses));
	if (n)
		memset(snapshot->uses, 0, n * sizeof(*snapshot->uses));
	snapshot->has_uses = true;
	frames->free_run = (struct free_run){ -1, 0, 0 };
	for (i = 0; i < machine->nstretches; i++) {
		const struct stretch *stretch = &machine->stretches[i];

		if (stretch->zone < 0)
			continue;
		if ((size_t)stretch->zone >= machine->nzones)
			count_doubt(snapshot, stretch);
		count_stretch(frames, snapshot, stretch);
	}
}

uint64_t frames_count(struct frames *frames, uint64_t pfn, uint64_t n,
	uint64_t *counts)
{
	size_t i, slice = n > SOURCE_SLICE ? SOURCE_SLICE : (size_t)n;

	if (is_final(frames->answers[WORDS_KPAGEFLAGS])) {
		counts[NFRAME_USES * NFRAME_OWNERS] += n;
		return n;
	}
	read_uses(frames, pfn, slice);
	read_owners(frames, pfn, slice);
	for (i = 0; i < slice; i++)
		counts[(frames->known[i] ? frames->use[i] : NFRAME_USES) *
			NFRAME_OWNERS + frames->owner[i]]++;
	return slice;
}

void frames_fill(struct frames *frames, struct snapshot *snapshot,
	const struct wish *wish)
{
	if (wish->want_frame_runs)
		fill_runs(frames, snapshot, wish->frame_runs, &wish->filter);
	if (wish->want_uses)
		fill_uses(frames, snapshot);
	if (wish->want_swaps)
		swap_rows_fill(snapshot, frames->src,
			frames->has_mine ? &frames->mine : NULL);
	if (wish->want_frame_runs || wish->want_uses) {
		snapshot->kpageflags = frames->answers[WORDS_KPAGEFLAGS];
		snapshot->kpagecount = frames->answers[WORDS_KPAGECOUNT];
	}
}
