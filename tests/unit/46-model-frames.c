/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/frames.h"

/* ---- the table of uses: a test for each rule, against those below it */

#define RULE(name, flags, use) \
	static void name(void **state) \
	{ \
		(void)state; \
		assert_int_equal(frame_use_of(flags), USE_##use); \
	}
RULE(poisoned_before_all, KPF(HWPOISON) | KPF(NOPAGE) | KPF(ANON), POISONED)
RULE(no_page_is_a_hole, KPF(NOPAGE) | KPF(OFFLINE), HOLE)
RULE(offline_before_free, KPF(OFFLINE) | KPF(BUDDY), OFFLINE)
RULE(buddy_is_free, KPF(BUDDY) | KPF(SLAB), FREE)
RULE(slab_has_junk_bits, KPF(SLAB) | KPF(PGTABLE) | KPF(ANON) | KPF(KSM), SLAB)
RULE(pagetable, KPF(PGTABLE) | KPF(ZERO_PAGE), PAGETABLE)
RULE(huge_zero_is_zero, KPF(ZERO_PAGE) | KPF(HUGE) | KPF(RESERVED), ZERO)
RULE(hugetlb_before_anon, KPF(HUGE) | KPF(ANON) | KPF(KSM), HUGETLB)
RULE(ksm_before_anon, KPF(KSM) | FAKE_ANON, KSM)
RULE(anon_before_shmem, FAKE_ANON, ANON)
RULE(anon_not_yet_on_a_list, KPF(ANON) | KPF(MMAP), ANON)
RULE(lazily_freed_is_anon, KPF(ANON) | KPF(UPTODATE) | KPF(LRU), ANON)
RULE(swapbacked_is_shmem, FAKE_CACHE | KPF(SWAPBACKED), SHMEM)
RULE(lru_is_file, KPF(LRU) | KPF(RESERVED), FILE)
RULE(uptodate_is_file, KPF(UPTODATE) | KPF(RESERVED), FILE)
RULE(reserved_before_driver, KPF(RESERVED) | KPF(MMAP), KERNEL)
RULE(mapped_only_is_driver, KPF(MMAP), DRIVER)
RULE(nothing_is_untyped, 0, UNTYPED)
RULE(anything_else_is_kernel, KPF(HEAD) | KPF(REFERENCED), KERNEL)

static void names_and_letters(void **state)
{
	static const struct {
		enum frame_use use;
		char letter;
		const char *name;
	} expected[] = {
		{ USE_FREE, '.', "free" }, { USE_ANON, 'A', "anon" },
		{ USE_FILE, 'f', "file" }, { USE_SHMEM, 'm', "shmem" },
		{ USE_HUGETLB, 'H', "hugetlb" }, { USE_KSM, 'K', "ksm" },
		{ USE_ZERO, 'z', "zero" }, { USE_DRIVER, 'I', "driver" },
		{ USE_KERNEL, 'k', "kernel" },
		{ USE_POISONED, 'X', "poisoned" }, { USE_SLAB, 's', "slab" },
		{ USE_PAGETABLE, 't', "pagetable" },
		{ USE_OFFLINE, 'o', "offline" },
		{ USE_UNTYPED, '-', "untyped" }, { USE_MMIO, '#', "mmio" },
		{ USE_RESERVED, 'r', "reserved" }, { USE_HOLE, ' ', "hole" },
	};
	size_t i;

	(void)state;
	assert_int_equal(sizeof(expected) / sizeof(*expected), NFRAME_USES);
	for (i = 0; i < NFRAME_USES; i++) {
		const struct frame_use_info *info =
			frame_use_info(expected[i].use);

		assert_int_equal(info->letter, expected[i].letter);
		assert_string_equal(info->name, expected[i].name);
	}
	assert_null(frame_owner_name(OWNER_UNKNOWN));
	assert_string_equal(frame_owner_name(OWNER_MINE), "mine");
	assert_string_equal(frame_owner_name(OWNER_SHARED), "shared");
	assert_string_equal(frame_owner_name(OWNER_OTHER), "other");
	assert_string_equal(frame_owner_name(OWNER_NONE), "none");
}

/* ---- a machine and a process that looks at it */

struct world {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	struct frames *frames;
	struct snapshot snapshot;
	struct wish wish;
};

static void start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->fake = fake_new();
	w->fake->maps = "1000000-1010000 rw-p 00000000 00:00 0 \n";
	w->fake->iomem = "00000000-00000fff : Reserved\n"
		"00001000-003fffff : System RAM\n"
		"00500000-1fffffff : System RAM\n"
		"fe000000-fe00ffff : uart\n";
	w->frames = frames_new();
	w->wish.want_frame_runs = true;
	w->wish.frame_runs.end = UINT64_MAX;
}

static void fill(struct world *w, bool process)
{
	w->machine = machine_read(&w->fake->src);
	w->snapshot.machine = w->machine;
	frames_begin(w->frames, &w->fake->src, w->machine);
	if (process) {
		space_init(&w->space, (struct proc_id){ FAKE_PID, 0 }, false);
		assert_int_equal(space_refresh(&w->space, &w->fake->src,
			w->machine), ANSWER_OK);
		frames_take_mine(w->frames, &w->space);
		space_fini(&w->space);
	}
	frames_fill(w->frames, &w->snapshot, &w->wish);
}

static void stop(struct world *w)
{
	free(w->snapshot.frame_runs);
	free(w->snapshot.uses);
	frames_free(w->frames);
	machine_unref(w->machine);
	source_free(&w->fake->src);
}

static const struct frame_run *run_at(const struct world *w, uint64_t pfn)
{
	size_t i;

	for (i = 0; i < w->snapshot.nframe_runs; i++) {
		const struct frame_run *run = &w->snapshot.frame_runs[i];

		if (pfn >= run->pfn && pfn - run->pfn < run->nframes)
			return run;
	}
	fail_msg("frame %#x is in no run", (unsigned)pfn);
	return NULL;
}

static void is(const struct world *w, uint64_t pfn, uint64_t first,
	uint64_t nframes, enum frame_use use)
{
	const struct frame_run *run = run_at(w, pfn);

	assert_true(run->pfn == first);
	assert_true(run->nframes == nframes);
	assert_true(run->has_use);
	assert_int_equal(run->use, use);
}

/* From 6.10 on every anonymous frame may say KSM. */
static void merged_frames(void **state)
{
	const uint64_t lie = FAKE_ANON | KPF(KSM);
	struct world w;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		start(&w);
		w.fake->more[0].path = "/sys/kernel/mm/ksm/pages_shared";
		w.fake->more[0].text = i ? "3\n" : "0\n";
		w.fake->flags[0x20] = lie;
		w.fake->flags[0x22] = lie | KPF_ANON_EXCLUSIVE;
		w.fake->flags[0x24] = lie | KPF(HEAD) | KPF(THP);
		fill(&w, false);
		is(&w, 0x20, 0x20, 1, i ? USE_KSM : USE_ANON);
		is(&w, 0x22, 0x22, 1, USE_ANON);
		is(&w, 0x24, 0x24, 1, USE_ANON);
		stop(&w);
	}
}

static void runs_of_the_machine(void **state)
{
	struct world w;
	uint64_t asked, next = 0;
	size_t i;

	(void)state;
	start(&w);
	for (i = 0x10; i < 0x20; i++)
		w.fake->flags[i] = KPF(BUDDY);
	w.fake->flags[0x20] = FAKE_CACHE;
	w.fake->flags[0x21] = FAKE_CACHE | KPF(REFERENCED);
	fill(&w, false);
	is(&w, 0, 0, 1, USE_RESERVED);
	is(&w, 1, 1, 15, USE_UNTYPED);
	is(&w, 0x18, 0x10, 16, USE_FREE);
	is(&w, 0x20, 0x20, 1, USE_FILE);	/* flags differ */
	is(&w, 0x21, 0x21, 1, USE_FILE);
	is(&w, 0x3ff, 0x22, 0x3de, USE_UNTYPED);
	is(&w, 0x400, 0x400, 0x100, USE_HOLE);
	is(&w, 0x500, 0x500, 0xb00, USE_UNTYPED);
	is(&w, 0x1000, 0x1000, 0x1f000, USE_UNTYPED);	/* another zone */
	is(&w, 0xfe00f, 0xfe000, 16, USE_MMIO);
	for (i = 0; i < w.snapshot.nframe_runs; i++) {
		assert_true(w.snapshot.frame_runs[i].pfn >= next);
		next = w.snapshot.frame_runs[i].pfn +
			w.snapshot.frame_runs[i].nframes;
		assert_int_equal(w.snapshot.frame_runs[i].owner,
			OWNER_UNKNOWN);
	}
	assert_true(w.snapshot.frame_runs_next == UINT64_MAX);
	/* What is no memory costs nothing, and nobody asked whose it is. */
	asked = w.fake->asked[WORDS_KPAGEFLAGS];
	assert_true(asked == 0x3ff + 0x1fb00);
	assert_true(w.fake->asked[WORDS_KPAGECOUNT] == 0);
	assert_int_equal(w.snapshot.kpageflags, ANSWER_OK);
	stop(&w);
}

static void only_these_frames(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.wish.frame_runs = (struct page_range){ 0x3f0, 0x502 };
	fill(&w, false);
	assert_int_equal(w.snapshot.nframe_runs, 3);
	is(&w, 0x3f0, 0x3f0, 16, USE_UNTYPED);
	is(&w, 0x400, 0x400, 0x100, USE_HOLE);
	is(&w, 0x500, 0x500, 2, USE_UNTYPED);
	assert_true(w.fake->asked[WORDS_KPAGEFLAGS] == 18);
	w.snapshot.nframe_runs = 0;
	w.wish.frame_runs = (struct page_range){ 0x20000, 0x20010 };
	frames_fill(w.frames, &w.snapshot, &w.wish);
	assert_int_equal(w.snapshot.nframe_runs, 0);
	assert_true(w.snapshot.frame_runs_next == UINT64_MAX);
	stop(&w);
}

static void portions(void **state)
{
	struct world w;
	uint64_t next = 0, i;
	unsigned rounds = 0;

	(void)state;
	start(&w);
	w.fake->iomem = "00001000-1fffffff : System RAM\n";
	for (i = 0; i < FAKE_FRAMES; i += 2)
		w.fake->flags[i] = KPF(SLAB);
	fill(&w, false);
	next = 1;
	for (;;) {
		rounds++;
		assert_true(w.snapshot.nframe_runs <=
			FRAME_RUNS_PORTION + SOURCE_SLICE);
		for (i = 0; i < w.snapshot.nframe_runs; i++) {
			assert_true(w.snapshot.frame_runs[i].pfn == next);
			next += w.snapshot.frame_runs[i].nframes;
		}
		if (w.snapshot.frame_runs_next == UINT64_MAX)
			break;
		w.wish.frame_runs.start = w.snapshot.frame_runs_next;
		w.snapshot.nframe_runs = 0;
		frames_fill(w.frames, &w.snapshot, &w.wish);
	}
	assert_true(next == FAKE_FRAMES);
	assert_true(rounds >= 6);
	stop(&w);
}

/* ---- owners */

static void owner(struct world *w, uint64_t pfn, enum frame_owner expected)
{
	assert_int_equal(run_at(w, pfn)->owner, expected);
}

static void owners(void **state)
{
	struct world w;
	uint64_t *page;

	(void)state;
	start(&w);
	page = fake_area(w.fake, 0x1000, 16);
	page[0] = fake_frame(w.fake, 0x600, FAKE_OWN | KPF(MMAP), 1);
	page[1] = fake_frame(w.fake, 0x610, FAKE_ANON | KPF(MMAP), 2);
	/* Twice here and nowhere else; twice here and once elsewhere. */
	page[2] = page[3] = fake_frame(w.fake, 0x620, FAKE_CACHE, 2);
	page[4] = page[5] = fake_frame(w.fake, 0x630, FAKE_CACHE, 3);
	page[6] = fake_frame(w.fake, 0x640, KPF(ZERO_PAGE), 0);
	/* It was freed since its entry was read. */
	page[7] = fake_frame(w.fake, 0x650, KPF(BUDDY), 1);
	fake_frame(w.fake, 0x660, FAKE_CACHE, 5);
	fake_frame(w.fake, 0x670, FAKE_CACHE & ~KPF(MMAP), 0);
	fake_frame(w.fake, 0x680, KPF(SLAB) | KPF(MMAP), 1);
	fill(&w, true);
	owner(&w, 0x600, OWNER_MINE);
	owner(&w, 0x610, OWNER_SHARED);
	owner(&w, 0x620, OWNER_MINE);
	owner(&w, 0x630, OWNER_SHARED);
	owner(&w, 0x640, OWNER_NONE);
	owner(&w, 0x650, OWNER_NONE);
	owner(&w, 0x660, OWNER_OTHER);
	owner(&w, 0x670, OWNER_NONE);
	owner(&w, 0x680, OWNER_NONE);
	owner(&w, 0x700, OWNER_NONE);
	owner(&w, 0x400, OWNER_NONE);		/* a hole */
	owner(&w, 0xfe000, OWNER_UNKNOWN);	/* a device */
	/* Counts only of those that three depend on. */
	assert_true(w.fake->asked[WORDS_KPAGECOUNT] == 3);
	stop(&w);
}

/* The flags of a large folio are all of it: half of it may be mapped. */
static void large_folios(void **state)
{
	const uint64_t thp = FAKE_OWN | KPF(THP) | KPF(MMAP);
	struct world w;
	uint64_t *page;

	(void)state;
	start(&w);
	page = fake_area(w.fake, 0x1000, 16);
	page[0] = fake_frame(w.fake, 0x800, thp | KPF(HEAD), 1);
	page[1] = fake_frame(w.fake, 0x801, thp | KPF(TAIL), 1);
	fake_frame(w.fake, 0x802, thp | KPF(TAIL), 0);
	/* The head's exclusive bit stands for all: the counts know better. */
	page[3] = fake_frame(w.fake, 0x803, thp | KPF(TAIL), 1);
	w.fake->counts[0x803] = 2;
	fake_frame(w.fake, 0x804, thp | KPF(TAIL), 1);
	fill(&w, true);
	owner(&w, 0x800, OWNER_MINE);
	owner(&w, 0x801, OWNER_MINE);
	owner(&w, 0x802, OWNER_NONE);
	owner(&w, 0x803, OWNER_SHARED);
	owner(&w, 0x804, OWNER_OTHER);
	stop(&w);
}

/* Who shares a page table is not in the count. */
static void huge_pages(void **state)
{
	const uint64_t huge = KPF(HUGE) | KPF(MMAP) | KPF(HEAD);
	struct world w;
	uint64_t *page;

	(void)state;
	start(&w);
	page = fake_area(w.fake, 0x1000, 16);
	page[0] = fake_frame(w.fake, 0x800, huge, 1);
	page[1] = fake_frame(w.fake, 0xa00, huge, 1) & ~PM_EXCLUSIVE;
	fake_frame(w.fake, 0xc00, huge, 1);
	fake_frame(w.fake, 0xe00, huge & ~KPF(MMAP), 0);
	fill(&w, true);
	owner(&w, 0x800, OWNER_MINE);
	owner(&w, 0xa00, OWNER_SHARED);
	owner(&w, 0xc00, OWNER_OTHER);
	owner(&w, 0xe00, OWNER_NONE);
	assert_true(w.fake->asked[WORDS_KPAGECOUNT] == 0);
	stop(&w);
}

static void without_counts(void **state)
{
	struct world w;
	uint64_t *page;

	(void)state;
	start(&w);
	w.fake->words_answer[WORDS_KPAGECOUNT] = ANSWER_DENIED;
	page = fake_area(w.fake, 0x1000, 16);
	page[0] = fake_frame(w.fake, 0x600, FAKE_OWN | KPF(MMAP), 1);
	page[1] = fake_frame(w.fake, 0x610, FAKE_ANON | KPF(MMAP), 2);
	fake_frame(w.fake, 0x620, FAKE_CACHE, 1);
	fill(&w, true);
	owner(&w, 0x600, OWNER_MINE);
	owner(&w, 0x610, OWNER_UNKNOWN);
	owner(&w, 0x620, OWNER_OTHER);
	assert_int_equal(w.snapshot.kpagecount, ANSWER_DENIED);
	assert_int_equal(w.snapshot.kpageflags, ANSWER_OK);
	stop(&w);
}

static void without_frames_told(void **state)
{
	struct world w;
	uint64_t *page;

	(void)state;
	start(&w);
	w.fake->facts.pfn_visible = false;
	w.fake->smaps = w.fake->maps;
	w.fake->words_answer[WORDS_KPAGEFLAGS] = ANSWER_DENIED;
	page = fake_area(w.fake, 0x1000, 16);
	page[0] = PM_PRESENT | PM_EXCLUSIVE;
	fill(&w, true);
	assert_false(run_at(&w, 0x1000)->has_use);
	assert_false(run_at(&w, 0x1000)->has_flags);
	assert_true(run_at(&w, 0x1000)->nframes == 0x1f000);
	owner(&w, 0x1000, OWNER_UNKNOWN);
	is(&w, 0x400, 0x400, 0x100, USE_HOLE);	/* iomem knows */
	assert_int_equal(w.snapshot.kpageflags, ANSWER_DENIED);
	stop(&w);
}

/* ---- older kernels: flags are a frame's own */

static void tails_by_their_heads(void **state)
{
	const uint64_t head = KPF(HEAD) | KPF(THP) | KPF(SWAPBACKED) |
		KPF(LRU) | KPF(UPTODATE) | KPF(MMAP);
	const uint64_t tail = KPF(TAIL) | KPF(THP) | KPF(MMAP);
	struct world w;

	(void)state;
	start(&w);
	strcpy(w.fake->facts.release, "6.1.0");
	w.fake->flags[0x600] = head;
	w.fake->flags[0x601] = w.fake->flags[0x602] = tail;
	w.fake->flags[0x700] = tail;	/* no head before it */
	fill(&w, false);
	is(&w, 0x600, 0x600, 1, USE_SHMEM);
	is(&w, 0x601, 0x601, 2, USE_SHMEM);
	assert_true(run_at(&w, 0x601)->flags == tail);
	is(&w, 0x700, 0x700, 1, USE_DRIVER);
	/* A range that begins inside looks back. */
	w.snapshot.nframe_runs = 0;
	w.wish.frame_runs = (struct page_range){ 0x602, 0x603 };
	frames_fill(w.frames, &w.snapshot, &w.wish);
	is(&w, 0x602, 0x602, 1, USE_SHMEM);
	stop(&w);
	start(&w);
	w.fake->flags[0x600] = head;
	w.fake->flags[0x601] = tail;
	fill(&w, false);
	is(&w, 0x601, 0x601, 1, USE_DRIVER);
	stop(&w);
}

/* Behind the end of kpageflags there is no struct page. */
static void behind_the_end(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.fake->iomem = "00001000-200fffff : System RAM\n";
	fill(&w, false);
	is(&w, 0x200ff, FAKE_FRAMES, 0x100, USE_HOLE);
	assert_false(run_at(&w, 0x20000)->has_flags);
	stop(&w);
}

/* ---- sums */

static void sums_by_zone(void **state)
{
	struct world w;
	uint64_t *uses, sum = 0;
	unsigned i;

	(void)state;
	start(&w);
	w.wish.want_frame_runs = false;
	w.wish.want_uses = true;
	for (i = 0x10; i < 0x20; i++)
		w.fake->flags[i] = KPF(BUDDY);
	for (i = 0x2000; i < 0x2005; i++)
		w.fake->flags[i] = FAKE_ANON;
	fill(&w, false);
	assert_int_equal(w.snapshot.nframe_runs, 0);
	assert_true(w.snapshot.has_uses);
	uses = snapshot_uses(&w.snapshot, 0);
	assert_true(uses[USE_FREE] == 16 && uses[USE_HOLE] == 0x100);
	assert_true(uses[USE_UNTYPED] == 4095 - 16 - 0x100);
	assert_true(uses[USE_ANON] == 0 && uses[NFRAME_USES] == 0);
	uses = snapshot_uses(&w.snapshot, 1);
	assert_true(uses[USE_ANON] == 5 && uses[USE_FREE] == 0);
	for (i = 0; i <= NFRAME_USES; i++)
		sum += uses[i];
	assert_true(sum == 126976);
	stop(&w);
}

/* Free frames in a row: over blocks and slices, not over zones and holes. */
static void longest_run_of_free_frames(void **state)
{
	struct world w;
	unsigned i;

	(void)state;
	start(&w);
	w.wish.want_frame_runs = false;
	w.wish.want_uses = true;
	w.fake->flags[0x20] = KPF(BUDDY);
	for (i = 0x300; i < 0x400; i++)
		w.fake->flags[i] = KPF(BUDDY);
	for (i = 0x500; i < 0x5ff; i++)
		w.fake->flags[i] = KPF(BUDDY);
	for (i = 0xf80; i < 0x1180; i++)
		w.fake->flags[i] = KPF(BUDDY);
	for (i = 0x1f00; i < 0x2070; i++)
		w.fake->flags[i] = KPF(BUDDY);
	fill(&w, false);
	assert_true(snapshot_uses(&w.snapshot, 0)[USES_LONGEST] == 0x100);
	assert_true(snapshot_uses(&w.snapshot, 1)[USES_LONGEST] == 0x180);
	stop(&w);
}

static void sums_not_read(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.wish.want_frame_runs = false;
	w.wish.want_uses = true;
	w.fake->words_answer[WORDS_KPAGEFLAGS] = ANSWER_DENIED;
	fill(&w, false);
	assert_true(snapshot_uses(&w.snapshot, 0)[NFRAME_USES] == 4095 - 0x100);
	assert_true(snapshot_uses(&w.snapshot, 1)[NFRAME_USES] == 126976);
	assert_true(snapshot_uses(&w.snapshot, 1)[USE_UNTYPED] == 0);
	stop(&w);
}

/* Frames that are of either zone: the sums of both are not known. */
static void sums_where_zones_overlap(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.wish.want_frame_runs = false;
	w.wish.want_uses = true;
	w.fake->zoneinfo = FAKE_ZONES
		"Node 1, zone   Normal\n        spanned  16\n"
		"        present  16\n  start_pfn:           8192\n";
	w.fake->flags[8191] = w.fake->flags[8192] = KPF(SLAB);
	fill(&w, false);
	assert_true(snapshot_uses(&w.snapshot, 0)[NFRAME_USES] == 0);
	assert_true(snapshot_uses(&w.snapshot, 1)[NFRAME_USES] == 16);
	assert_true(snapshot_uses(&w.snapshot, 2)[NFRAME_USES] == 16);
	/* They are in a sum of their own. */
	assert_int_equal(w.machine->nplaces, 4);
	assert_true(snapshot_uses(&w.snapshot, 3)[NFRAME_USES] == 0);
	assert_true(snapshot_uses(&w.snapshot, 3)[USE_SLAB] == 1);
	assert_true(snapshot_uses(&w.snapshot, 3)[USE_UNTYPED] == 15);
	assert_true(snapshot_uses(&w.snapshot, 1)[USE_SLAB] == 1);
	stop(&w);
}

/* ---- a recording that has only what was asked */

static enum answer some_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out,
	size_t *got)
{
	struct fake *fake = (struct fake *)src;
	size_t i;

	(void)id;
	(void)file;
	fake->calls[WORDS_KPAGEFLAGS]++;
	for (i = 0; i < n; i++) {
		bool has = first + i == 0x611 || (first + i >= 0x700 &&
			first + i < 0x70b);

		if (!has)
			return ANSWER_UNRECORDED;
		out[i] = KPF(SLAB);
	}
	*got = n;
	return ANSWER_OK;
}

static void unrecorded(void **state)
{
	struct source_ops ops;
	struct world w;

	(void)state;
	start(&w);
	ops = *w.fake->src.ops;
	ops.words = some_words;
	w.fake->src.ops = &ops;
	w.wish.frame_runs = (struct page_range){ 0x600, 0x800 };
	fill(&w, false);
	assert_int_equal(w.snapshot.nframe_runs, 5);
	assert_false(run_at(&w, 0x600)->has_use);
	is(&w, 0x611, 0x611, 1, USE_SLAB);
	assert_false(run_at(&w, 0x612)->has_use);
	is(&w, 0x700, 0x700, 11, USE_SLAB);
	assert_false(run_at(&w, 0x70b)->has_flags);
	assert_int_equal(w.snapshot.kpageflags, ANSWER_UNRECORDED);
	stop(&w);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(poisoned_before_all), T(no_page_is_a_hole),
		T(offline_before_free), T(buddy_is_free),
		T(slab_has_junk_bits), T(pagetable), T(huge_zero_is_zero),
		T(hugetlb_before_anon), T(ksm_before_anon),
		T(anon_before_shmem), T(anon_not_yet_on_a_list),
		T(lazily_freed_is_anon), T(swapbacked_is_shmem),
		T(lru_is_file), T(uptodate_is_file),
		T(reserved_before_driver), T(mapped_only_is_driver),
		T(nothing_is_untyped), T(anything_else_is_kernel),
		T(names_and_letters), T(merged_frames),
		T(runs_of_the_machine),
		T(only_these_frames), T(portions), T(owners), T(large_folios),
		T(huge_pages), T(without_counts), T(without_frames_told),
		T(tails_by_their_heads), T(behind_the_end), T(sums_by_zone),
		T(sums_not_read), T(sums_where_zones_overlap),
		T(longest_run_of_free_frames), T(unrecorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
