/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/frame_sums.h"

struct world {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	struct frame_sums sums;
	uint64_t *page;
};

static void start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->fake = fake_new();
	w->fake->maps = w->fake->smaps =
		"1000000-1010000 rw-p 00000000 00:00 0 \n";
	w->page = fake_area(w->fake, 0x1000, 16);
}

static void count(struct world *w, bool process)
{
	w->machine = machine_read(&w->fake->src);
	if (process) {
		space_init(&w->space, (struct proc_id){ FAKE_PID, 0 }, false);
		space_refresh(&w->space, &w->fake->src, w->machine);
	}
	frame_sums_begin(&w->sums, &w->fake->src, w->machine,
		process ? &w->space : NULL);
	while (frame_sums_step(&w->sums))
		assert_true(w->sums.read <= w->sums.all);
	assert_true(w->sums.done);
	if (process)
		space_fini(&w->space);
}

static void stop(struct world *w)
{
	frame_sums_fini(&w->sums);
	machine_unref(w->machine);
	source_free(&w->fake->src);
}

static uint64_t of(struct world *w, size_t zone, unsigned use,
	enum frame_owner owner)
{
	return frame_sums_at(w->sums.counts, zone, use)[owner];
}

static uint64_t all_of_zone(struct world *w, size_t zone)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < (NFRAME_USES + 1) * NFRAME_OWNERS; i++)
		sum += frame_sums_at(w->sums.counts, zone, 0)[i];
	return sum;
}

static void each_frame_once(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.fake->flags[0x10] = KPF(SLAB);
	w.fake->flags[0x2000] = w.fake->flags[0x2001] = KPF(BUDDY);
	count(&w, false);
	assert_true(all_of_zone(&w, 0) == w.machine->zones[0].spanned);
	assert_true(all_of_zone(&w, 1) == w.machine->zones[1].spanned);
	assert_true(of(&w, 0, USE_SLAB, OWNER_UNKNOWN) == 1);
	assert_true(of(&w, 1, USE_FREE, OWNER_UNKNOWN) == 2);
	/* The device's frames are in no zone, and not read. */
	assert_true(of(&w, 2, USE_MMIO, OWNER_NONE) == 16);
	assert_true(w.sums.pid == 0 && w.sums.read == w.sums.all);
	stop(&w);
}

static void whose_they_are(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.page[0] = fake_frame(w.fake, 0x1600, FAKE_OWN, 1);
	w.page[1] = fake_frame(w.fake, 0x1601, FAKE_ANON, 2);
	w.page[1] &= ~PM_EXCLUSIVE;
	w.fake->flags[0x1700] = FAKE_ANON | KPF(MMAP);
	w.fake->counts[0x1700] = 1;
	w.fake->flags[0x1800] = FAKE_CACHE & ~KPF(MMAP);
	count(&w, true);
	assert_int_equal(w.sums.pid, FAKE_PID);
	assert_true(of(&w, 1, USE_ANON, OWNER_MINE) == 1);
	assert_true(of(&w, 1, USE_ANON, OWNER_SHARED) == 1);
	assert_true(of(&w, 1, USE_ANON, OWNER_OTHER) == 1);
	assert_true(of(&w, 1, USE_FILE, OWNER_NONE) == 1);
	stop(&w);
}

/* Frames that may be of either of two zones are neither's. */
static void zones_in_doubt(void **state)
{
	struct world w;
	uint64_t sum = 0;
	size_t i;

	(void)state;
	start(&w);
	w.fake->zoneinfo = "Node 0, zone   Normal\n  pages free 1\n"
		"        spanned  8000\n        present  8000\n"
		"  start_pfn:           1\n"
		"Node 0, zone  Movable\n  pages free 1\n"
		"        spanned  8000\n        present  8000\n"
		"  start_pfn:           4001\n";
	count(&w, false);
	assert_true(w.machine->nplaces > w.machine->nzones);
	for (i = 0; i <= w.machine->nplaces; i++)
		sum += all_of_zone(&w, i);
	assert_true(all_of_zone(&w, w.machine->nzones) == 4000);
	for (i = 0; i < w.machine->nstretches; i++)
		sum -= w.machine->stretches[i].end -
			w.machine->stretches[i].start;
	assert_true(sum == 0);
	stop(&w);
}

static void not_permitted(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.fake->words_answer[WORDS_KPAGEFLAGS] = ANSWER_DENIED;
	count(&w, false);
	assert_true(of(&w, 1, NFRAME_USES, OWNER_UNKNOWN) ==
		w.machine->zones[1].spanned);
	assert_true(w.fake->calls[WORDS_KPAGEFLAGS] == 1);
	stop(&w);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(each_frame_once), T(whose_they_are), T(zones_in_doubt),
		T(not_permitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
