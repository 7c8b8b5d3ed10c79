/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/link.h"

#define HEAP 0x1005	/* first page: no cell begins there */
#define NPAGES 3000

/* A zone that begins within 512 frames, and pages strewn over both. */
static struct fake *fake;
static struct machine *machine;
static struct space space;
static struct snapshot snapshot;
static uint64_t *page;

static uint64_t zone_start(uint64_t pfn)
{
	return pfn >= 0x1234 ? 0x1234 : 1;
}

static int setup(void **state)
{
	unsigned i;

	(void)state;
	fake = fake_new();
	fake->zoneinfo = "Node 0, zone      DMA\n        spanned  4659\n"
		"  start_pfn:           1\n"
		"Node 0, zone   Normal\n        spanned  20000\n"
		"  start_pfn:           4660\n";	/* 0x1234 */
	fake->maps = "1005000-1bbd000 rw-p 00000000 00:00 0 \n"
		"2000000-2004000 rw-s 00000000 00:01 3 /memfd:x (deleted)\n"
		"2004000-2008000 rw-s 00000000 00:01 3 /memfd:x (deleted)\n";
	page = fake_area(fake, HEAP, NPAGES);
	for (i = 0; i < NPAGES; i++)
		if (i % 3)
			page[i] = fake_frame(fake, 1 + i * 7919 % 0x4000,
				FAKE_OWN, 1);
	page = fake_area(fake, 0x2000, 8);
	for (i = 0; i < 4; i++)
		page[i] = page[4 + i] = fake_frame(fake, 0x5000 + i,
			FAKE_CACHE | KPF(SWAPBACKED), 2);
	machine = machine_read(&fake->src);
	space_init(&space, (struct proc_id){ FAKE_PID, 0 }, true);
	assert_int_equal(space_refresh(&space, &fake->src, machine), ANSWER_OK);
	space_pass_begin(&space, DEPTH_STATES);
	while (space_pass_step(&space, true) > 0)
		;
	space_sum(&space, NULL);
	memset(&snapshot, 0, sizeof(snapshot));
	snapshot.machine = machine;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(snapshot.link);
	free(snapshot.frame_blocks);
	free(snapshot.frames);
	space_fini(&space);
	machine_unref(machine);
	source_free(&fake->src);
	return 0;
}

static void look(enum focus_side side, uint64_t start, uint64_t end,
	unsigned shift)
{
	struct focus focus = { side, { start, end }, shift };

	link_fill(&snapshot, &space, &focus);
}

static uint64_t frame_at(uint64_t vpn)
{
	uint64_t word = fake_page(fake, vpn);

	return word & PM_PRESENT ? word & PM_PFN_MASK : 0;
}

static uint64_t pages_of_space(unsigned i)
{
	return i < NPAGES ? HEAP + i : 0x2000 + (i - NPAGES);
}

#define NALL (NPAGES + 8)

/* The linked cells must be sorted, and hold just these pages. */
static uint32_t link_of(uint64_t index)
{
	size_t i;

	for (i = 0; i < snapshot.nlink; i++)
		if (snapshot.link[i].index == index)
			return snapshot.link[i].n;
	return 0;
}

static void check_sorted(uint64_t total)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < snapshot.nlink; i++) {
		if (i)
			assert_true(snapshot.link[i - 1].index <
				snapshot.link[i].index);
		assert_true(snapshot.link[i].first >= snapshot.link[i].index);
		sum += snapshot.link[i].n;
	}
	assert_true(sum == total);
	assert_true(snapshot.link_pages == total);
}

/* From a cell of pages of any size to cells of frames of any size: against
 * what is plain to see in the entries. */
static void pages_to_frames_at_every_size(void **state)
{
	unsigned from, to;

	(void)state;
	for (from = 0; from <= 12; from += 2)
		for (to = 0; to <= 14; to++) {
			uint64_t start = ((HEAP + 1100) >> from) << from;
			uint64_t end = start + (1u << from), vpn, total = 0;

			if (start < HEAP)
				start = HEAP;
			if (end > HEAP + NPAGES)
				end = HEAP + NPAGES;
			look(FOCUS_VIRTUAL, start, end, to);
			for (vpn = start; vpn < end; vpn++) {
				uint64_t pfn = frame_at(vpn);
				uint64_t cell = pfn >> to << to;

				if (!pfn)
					continue;
				if (cell < zone_start(pfn))
					cell = zone_start(pfn);
				assert_true(link_of(cell) > 0);
				total++;
			}
			check_sorted(total);
		}
}

static void frames_to_pages_at_every_size(void **state)
{
	unsigned from, to, i;

	(void)state;
	for (from = 0; from <= 14; from += 2)
		for (to = 0; to <= 12; to++) {
			uint64_t start = 0x1300u >> from << from, total = 0;
			uint64_t end = start + (1u << from);

			look(FOCUS_PHYSICAL, start, end, to);
			for (i = 0; i < NALL; i++) {
				uint64_t vpn = pages_of_space(i);
				uint64_t cell = vpn >> to << to;
				uint64_t first = i < NPAGES ? HEAP :
					i < NPAGES + 4 ? 0x2000 : 0x2004;
				uint64_t pfn = frame_at(vpn);

				if (pfn < start || pfn >= end || !pfn)
					continue;
				if (cell < first)
					cell = first;
				assert_true(link_of(cell) > 0);
				total++;
			}
			check_sorted(total);
		}
}

/* There and back again, page by page. */
static void there_and_back(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < NALL; i += 7) {
		uint64_t vpn = pages_of_space(i), pfn = frame_at(vpn);

		look(FOCUS_VIRTUAL, vpn, vpn + 1, 0);
		assert_int_equal(snapshot.nlink, pfn != 0);
		if (!pfn)
			continue;
		assert_true(snapshot.link[0].index == pfn);
		look(FOCUS_PHYSICAL, pfn, pfn + 1, 0);
		assert_int_equal(link_of(vpn), 1);
	}
}

static void a_frame_mapped_twice(void **state)
{
	(void)state;
	look(FOCUS_PHYSICAL, 0x5001, 0x5002, 0);
	assert_int_equal(snapshot.nlink, 2);
	assert_true(snapshot.link[0].index == 0x2001);
	assert_true(snapshot.link[1].index == 0x2005);
	/* Two regions in one cell of 8 pages are two cells all the same. */
	look(FOCUS_PHYSICAL, 0x5000, 0x5004, 3);
	assert_int_equal(snapshot.nlink, 2);
	assert_true(snapshot.link[0].index == 0x2000);
	assert_int_equal(snapshot.link[0].n, 4);
	assert_true(snapshot.link[1].index == 0x2004);
	look(FOCUS_VIRTUAL, 0x2000, 0x2008, 0);
	assert_int_equal(snapshot.nlink, 4);
	assert_int_equal(snapshot.link[0].n, 2);
	assert_true(snapshot.link_pages == 8);
}

/* What Tab goes to: the page itself, not the beginning of its cell. */
static void first_in_a_cell(void **state)
{
	(void)state;
	look(FOCUS_VIRTUAL, 0x2002, 0x2003, 10);
	assert_int_equal(snapshot.nlink, 1);
	assert_true(snapshot.link[0].index == 0x5000);
	assert_true(snapshot.link[0].first == 0x5002);
	look(FOCUS_PHYSICAL, 0x5002, 0x5004, 12);
	assert_true(snapshot.link[0].index == 0x2000);
	assert_true(snapshot.link[0].first == 0x2002);
}

static void nobody_links_what_is_not_told(void **state)
{
	(void)state;
	machine->facts.pfn_visible = false;
	look(FOCUS_VIRTUAL, HEAP, HEAP + 100, 0);
	assert_int_equal(snapshot.nlink, 0);
	link_frame_blocks(&snapshot, &space);
	assert_int_equal(snapshot.nframe_blocks, 0);
	machine->facts.pfn_visible = true;
	look(FOCUS_NONE, HEAP, HEAP + 100, 0);
	assert_int_equal(snapshot.nlink, 0);
}

/* ---- frames of the machine */

static void frame_blocks_hold_every_frame_once(void **state)
{
	uint64_t mine = 0, wanted = 0, bits = 0;
	size_t i, k;
	bool cut = false;

	(void)state;
	link_frame_blocks(&snapshot, &space);
	for (i = 0; i < snapshot.nframe_blocks; i++) {
		const struct frame_block *block = &snapshot.frame_blocks[i];
		uint64_t states = 0;

		if (i)
			assert_true(block[-1].pfn < block->pfn);
		assert_true(block->pfn == machine_cell(machine, block->pfn, 9));
		cut |= block->pfn == 0x1234;
		mine += block->nmine;
		for (k = 0; k < NSTATES; k++)
			states += block->state[k];
		assert_true(states == block->nmine);
		for (k = 0; k < 8; k++)
			bits += (uint64_t)__builtin_popcountll(block->mine[k]);
	}
	for (i = 0; i < NALL; i++)
		wanted += frame_at(pages_of_space((unsigned)i)) != 0;
	assert_true(mine == wanted);
	/* Four frames are there twice. */
	assert_true(bits == wanted - 4);
	assert_true(cut);
}

static bool has_frame_block(uint64_t pfn)
{
	size_t i;

	for (i = 0; i < snapshot.nframe_blocks; i++)
		if (snapshot.frame_blocks[i].pfn == pfn)
			return true;
	return false;
}

static void pass(void)
{
	space.refresh++;
	space_pass_begin(&space, DEPTH_STATES);
	while (space_pass_step(&space, true) > 0)
		;
	link_frame_blocks(&snapshot, &space);
}

static void frame_blocks_are_made_when_something_changed(void **state)
{
	struct machine *before = machine;
	size_t n;

	(void)state;
	pass();
	n = snapshot.nframe_blocks;
	snapshot.frame_blocks[0].nmine = 9999;
	pass();
	assert_int_equal(snapshot.nframe_blocks, n);
	assert_int_equal(snapshot.frame_blocks[0].nmine, 9999);
	page[0] = fake_frame(fake, 0x7000, FAKE_OWN, 1);
	pass();
	assert_true(snapshot.frame_blocks[0].nmine < 9999);
	assert_true(has_frame_block(0x7000));
	page[0] = 0;
	pass();
	assert_false(has_frame_block(0x7000));
	assert_true(has_frame_block(0x1234));
	fake->zoneinfo = "Node 0, zone      DMA\n        spanned  4687\n"
		"  start_pfn:           1\n"
		"Node 0, zone   Normal\n        spanned  20000\n"
		"  start_pfn:           4688\n";	/* 0x1250 */
	machine = machine_read(&fake->src);
	snapshot.machine = machine;
	space.reader->machine = machine;
	link_frame_blocks(&snapshot, &space);
	assert_false(has_frame_block(0x1234));
	assert_true(has_frame_block(0x1250));
	machine_unref(before);
}

static void frames_of_the_wish(void **state)
{
	struct wish wish = { .nframes = 2,
		.frames = { { 0x1200, 0x1240 }, { 0x5001, 0x5003 } } };
	uint64_t wanted = 0;
	unsigned i;

	(void)state;
	link_frames(&snapshot, &space, &wish);
	for (i = 0; i < NALL; i++) {
		uint64_t pfn = frame_at(pages_of_space(i));

		wanted += (pfn >= 0x1200 && pfn < 0x1240) ||
			(pfn >= 0x5001 && pfn < 0x5003);
	}
	assert_true(wanted > 4);
	assert_true(snapshot.nframes == wanted);
	for (i = 1; i < snapshot.nframes; i++)
		assert_true(snapshot.frames[i - 1].pfn <= snapshot.frames[i].pfn);
	/* Both mappings of a frame are there. */
	assert_true(snapshot.frames[wanted - 1].pfn == 0x5002);
	assert_true(snapshot.frames[wanted - 2].pfn == 0x5002);
	assert_true(snapshot.frames_asked.start == 0x1200);
	assert_true(snapshot.frames_asked.end == 0x5003);
	wish.nframes = 0;
	link_frames(&snapshot, &space, &wish);
	assert_int_equal(snapshot.nframes, 0);
}

/* ---- the page under the cursor */

static void detail_of_a_page_and_a_frame(void **state)
{
	struct symbols symbols = { 0 };
	struct detail_seen seen = { 0 };
	struct focus focus = { FOCUS_VIRTUAL, { 0x2001, 0x2002 }, 0 };
	const struct page_detail *detail = &snapshot.detail;

	(void)state;
	detail_fill(&snapshot, &space, &symbols, &focus, &seen);
	assert_true(detail->valid && detail->has_pfn && detail->has_count);
	assert_true(detail->pfn == 0x5001);
	assert_true(detail->count == 2);
	assert_int_equal(detail->state, STATE_SHMEM);
	focus.range = (struct page_range){ 0x1fff, 0x2000 };	/* a hole */
	detail_fill(&snapshot, &space, &symbols, &focus, &seen);
	assert_true(detail->valid && !detail->has_pfn);
	assert_int_equal(detail->state, STATE_HOLE);
	focus = (struct focus){ FOCUS_PHYSICAL, { 0x5002, 0x5003 }, 0 };
	detail_fill(&snapshot, &space, &symbols, &focus, &seen);
	assert_true(detail->has_flags && detail->count == 2);
	assert_true(detail->flags & KPF(SWAPBACKED));
	/* A question that fails says nothing about the pass. */
	fake->words_answer[WORDS_PAGEMAP] = ANSWER_UNRECORDED;
	focus = (struct focus){ FOCUS_VIRTUAL, { 0x2001, 0x2002 }, 0 };
	detail_fill(&snapshot, &space, &symbols, &focus, &seen);
	assert_int_equal(space.reader->answers[WORDS_PAGEMAP], ANSWER_OK);
	fake->words_answer[WORDS_PAGEMAP] = ANSWER_OK;
	symbols_fini(&symbols);
}

/* What we do to a frame by looking at its page is not told before the next
 * refresh: how often one looked would decide what is seen. */
static void detail_is_asked_for_once_a_refresh(void **state)
{
	struct symbols symbols = { 0 };
	struct detail_seen seen = { 0 };
	struct focus focus = { FOCUS_VIRTUAL, { 0x2001, 0x2002 }, 0 };
	const struct page_detail *detail = &snapshot.detail;
	uint64_t before = fake->flags[0x5001];

	(void)state;
	detail_fill(&snapshot, &space, &symbols, &focus, &seen);
	assert_false(detail->flags & KPF(REFERENCED));
	fake->flags[0x5001] |= KPF(REFERENCED);
	detail_fill(&snapshot, &space, &symbols, &focus, &seen);
	assert_true(detail->valid && detail->pfn == 0x5001);
	assert_false(detail->flags & KPF(REFERENCED));
	space.refresh++;
	detail_fill(&snapshot, &space, &symbols, &focus, &seen);
	assert_true(detail->flags & KPF(REFERENCED));
	fake->flags[0x5001] = before;
	space.refresh--;
	symbols_fini(&symbols);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(detail_is_asked_for_once_a_refresh),
		T(pages_to_frames_at_every_size),
		T(frames_to_pages_at_every_size), T(there_and_back),
		T(a_frame_mapped_twice), T(first_in_a_cell),
		T(nobody_links_what_is_not_told),
		T(frame_blocks_hold_every_frame_once),
		T(frame_blocks_are_made_when_something_changed),
		T(frames_of_the_wish),
		T(detail_of_a_page_and_a_frame),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
