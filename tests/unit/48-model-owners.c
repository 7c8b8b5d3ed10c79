/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-crowd.h"
#include "vmatlas/model/owners.h"
#include "vmatlas/model/space.h"

struct world {
	struct fake_crowd crowd;
	struct machine *machine;
	struct owners owners;
};

static void start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	fake_crowd_init(&w->crowd);
}

/* Show the pages of all to whoever asks. */
static void walk(struct world *w)
{
	struct crowd crowd = { 0 };

	assert_int_equal(crowd_begin(&crowd, &w->crowd.src, w->machine, NULL,
		0, owners_user(&w->owners)), ANSWER_OK);
	while (crowd_step(&crowd))
		;
	owners_sort(&w->owners);
	crowd_fini(&crowd);
}

static void ask_frames(struct world *w, uint64_t from, uint64_t to)
{
	w->machine = machine_read(&w->crowd.src);
	assert_int_equal(owners_begin(&w->owners,
		(struct page_range){ from, to }, NULL,
		(struct page_range){ 0, 0 }, 0), ANSWER_OK);
}

static void stop(struct world *w)
{
	owners_fini(&w->owners);
	machine_unref(w->machine);
	source_free(&w->crowd.machine->src);
}

/* Pages in a row are one row, as long as they are alike. */
static void rows(void **state)
{
	uint64_t *words;
	struct world w;

	(void)state;
	start(&w);
	words = w.crowd.procs[2].words;
	words[0] = fake_frame(w.crowd.machine, 0x600, FAKE_OWN, 1);
	words[1] = fake_frame(w.crowd.machine, 0x601, FAKE_OWN, 1);
	words[2] = fake_frame(w.crowd.machine, 0x602, FAKE_ANON, 2);
	words[3] = fake_frame(w.crowd.machine, 0x603,
		FAKE_ANON | KPF(MLOCKED), 2);
	words[5] = fake_frame(w.crowd.machine, 0x604, FAKE_ANON, 2);
	words[6] = fake_frame(w.crowd.machine, 0x606, FAKE_ANON, 2);
	w.crowd.procs[3].words[7] = words[2];
	ask_frames(&w, 0x600, 0x606);
	walk(&w);
	assert_int_equal(w.owners.n, 5);
	assert_true(w.owners.rows[0].npages == 2 &&
		w.owners.rows[0].state == STATE_ANON);
	assert_true(w.owners.rows[1].pfn == 0x602 &&
		w.owners.rows[1].state == STATE_COW_SHARED);
	assert_true(w.owners.rows[2].pfn == 0x602 &&
		w.owners.rows[2].vpn == CROWD_VPN + 7);
	assert_true(w.owners.rows[3].pfn == 0x603);
	assert_true(w.owners.rows[4].pfn == 0x604);
	assert_false(w.owners.is_cut);
	stop(&w);
}

/* Of what a process has, the page of zeros is not asked about. */
static void zeros(void **state)
{
	struct space space;
	uint64_t *words;
	struct world w;

	(void)state;
	start(&w);
	words = w.crowd.procs[2].words;
	words[0] = fake_frame(w.crowd.machine, 0x600,
		KPF(ZERO_PAGE) | KPF(RESERVED), 0);
	words[1] = fake_frame(w.crowd.machine, 0x601, FAKE_OWN, 1);
	words[2] = fake_frame(w.crowd.machine, 0x602,
		KPF(ZERO_PAGE) | KPF(THP), 0) | PM_FILE;
	w.crowd.procs[3].words[7] = words[0];
	w.crowd.procs[3].words[8] = words[2];
	w.machine = machine_read(&w.crowd.src);
	space_init(&space, (struct proc_id){ 2, 102 }, false);
	assert_int_equal(space_refresh(&space, &w.crowd.src, w.machine),
		ANSWER_OK);
	assert_int_equal(owners_begin(&w.owners, (struct page_range){ 0, 0 },
		&space, (struct page_range){ 0, UINT64_MAX }, 0), ANSWER_OK);
	space_fini(&space);
	walk(&w);
	assert_int_equal(w.owners.n, 1);
	assert_true(w.owners.rows[0].pfn == 0x601);
	stop(&w);
}

/* More than is kept: that the answer is not whole is said. */
static void too_many(void **state)
{
	struct world w;

	(void)state;
	start(&w);
	w.crowd.procs[2].words[0] = fake_frame(w.crowd.machine, 0x600,
		FAKE_OWN, 1);
	ask_frames(&w, 0x600, 0x601);
	w.owners.rows = calloc(OWNERS_MAX, sizeof(*w.owners.rows));
	w.owners.cap = w.owners.n = OWNERS_MAX;
	walk(&w);
	assert_int_equal(w.owners.n, OWNERS_MAX);
	assert_true(w.owners.is_cut);
	stop(&w);
}

/* Who comes after the list was read is named; a kernel thread is not. */
static void newcomers(void **state)
{
	struct crowd crowd = { 0 };
	struct world w;
	int only[] = { 1 };

	(void)state;
	start(&w);
	w.crowd.hidden = 1 << 2 | 1 << 3 | 1 << 4;
	w.crowd.procs[3].vss = 0;
	ask_frames(&w, 0x600, 0x606);
	assert_int_equal(crowd_begin(&crowd, &w.crowd.src, w.machine, NULL, 0,
		owners_user(&w.owners)), ANSWER_OK);
	assert_int_equal(crowd.n, 1);
	w.crowd.hidden = 1 << 1;	/* who ended is not new */
	while (crowd_step(&crowd))
		;
	assert_string_equal(buf_text(&crowd.newcomers), "2 p2, 4 p4");
	/* Where only some are asked, nobody else matters. */
	w.crowd.hidden = 1 << 2;
	assert_int_equal(crowd_begin(&crowd, &w.crowd.src, w.machine, only, 1,
		owners_user(&w.owners)), ANSWER_OK);
	w.crowd.hidden = 0;
	while (crowd_step(&crowd))
		;
	assert_int_equal(crowd.newcomers.len, 0);
	crowd_fini(&crowd);
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(zeros),
		cmocka_unit_test(too_many),
		cmocka_unit_test(newcomers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
