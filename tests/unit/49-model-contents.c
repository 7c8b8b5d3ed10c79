/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/snapshot.h"

/* A source that counts how often it is asked for bytes, and what it says. */
struct teller {
	struct source src;
	unsigned asked;
	struct page_read last, says;
	enum answer answer;
};

static enum answer teller_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n)
{
	struct teller *teller = (struct teller *)src;

	(void)id;
	teller->asked++;
	teller->last = *page;
	page->was_read = teller->says.was_read;
	page->before = teller->says.before;
	page->after = teller->says.after;
	page->faults = teller->says.faults;
	memset(out, 'x', n);
	return teller->answer;
}

static const struct source_ops ops = { .contents = teller_contents };

#define WORD (PM_PRESENT | PM_EXCLUSIVE | PM_SOFT_DIRTY | 0x1234)

struct world {
	struct teller teller;
	struct machine machine;
	struct region region;
	struct reader reader;
	struct space space;
	struct snapshot snapshot;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->teller.src.ops = &ops;
	w->teller.says = (struct page_read){ .was_read = true, .before = WORD,
		.after = WORD };
	w->machine.page_shift = 12;
	w->machine.facts.page_size = 4096;
	w->machine.facts.pfn_visible = true;
	w->region = (struct region){ .start = 0x1000, .end = 0x5000,
		.type = REGION_HEAP };
	w->reader.src = &w->teller.src;
	w->space.reader = &w->reader;
	w->space.regions = &w->region;
	w->space.nregions = 1;
	w->snapshot.machine = &w->machine;
	w->snapshot.detail = (struct page_detail){ .valid = true, .vpn = 2,
		.word = WORD };
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	contents_fini(&w->snapshot.contents);
	free(w);
	return 0;
}

static const struct page_contents *fill(struct world *w, enum page_state at)
{
	w->teller.asked = 0;
	w->snapshot.detail.state = (uint8_t)at;
	contents_fill(&w->snapshot, &w->space, 2);
	return &w->snapshot.contents;
}

/* Of every state: whether its page is ever asked for, in which region. */
static void only_ordinary_memory_is_read(void **state)
{
	static const char in_heap[] = "zZAaCcWKlfDmMHP", in_device[] = "zZAaCWKl";
	struct world *w = *state;
	int i;

	for (i = 0; i < NSTATES; i++) {
		char letter = state_info((enum page_state)i)->letter;
		bool want = letter != ' ' && strchr(in_heap, letter);

		w->region.type = REGION_HEAP;
		assert_int_equal(!fill(w, (enum page_state)i)->why, want);
		assert_int_equal(w->teller.asked, want);
		w->region.type = REGION_DEVICE;
		want = letter != ' ' && strchr(in_device, letter);
		assert_int_equal(!fill(w, (enum page_state)i)->why, want);
		assert_int_equal(w->teller.asked, want);
	}
	/* It may be a device's, as far as maps tells. */
	w->region.type = REGION_FILE;
	w->region.place = PLACE_FLAGS;
	assert_non_null(fill(w, STATE_FILE)->why);
	w->region.place = PLACE_NONE;
	assert_null(fill(w, STATE_FILE)->why);
	/* The state says one thing, the entry another. */
	w->snapshot.detail.word = 0;
	assert_non_null(fill(w, STATE_ANON)->why);
	assert_int_equal(w->teller.asked, 0);
	contents_fill(&w->snapshot, &w->space, 7);
	assert_non_null(w->snapshot.contents.why);
	w->snapshot.detail.word = WORD;
	contents_fill(&w->snapshot, &w->space, 3);
	assert_non_null(w->snapshot.contents.why);
	assert_int_equal(w->teller.asked, 0);
}

static void the_frame_must_be_the_one_judged(void **state)
{
	struct world *w = *state;

	assert_null(fill(w, STATE_ANON)->why);
	assert_int_equal(w->snapshot.contents.n, 4096);
	assert_false(w->snapshot.contents.moved);
	assert_true(w->teller.last.want == (PM_PRESENT | 0x1234));
	assert_true(w->teller.last.mask & PM_PFN_MASK);
	/* Other bits may change: it is still that page. */
	w->teller.says.after = PM_PRESENT | 0x1234;
	assert_false(fill(w, STATE_ANON)->moved);
	w->teller.says.after = PM_PRESENT | 0x1235;
	assert_true(fill(w, STATE_ANON)->moved);
	w->teller.says.faults = 1;
	assert_true(fill(w, STATE_ANON)->brought_in);
	w->teller.says.was_read = false;
	assert_non_null(fill(w, STATE_ANON)->why);
	assert_int_equal(w->snapshot.contents.n, 0);
	w->teller.answer = ANSWER_DENIED;
	assert_null(fill(w, STATE_ANON)->why);
	assert_int_equal(w->snapshot.contents.answer, ANSWER_DENIED);
	assert_int_equal(w->snapshot.contents.n, 0);
	/* Those who are not told frames hold what they are told. */
	w->machine.facts.pfn_visible = false;
	fill(w, STATE_PRESENT);
	assert_true(w->teller.last.mask == (PM_PRESENT | PM_SWAP | PM_FILE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_ordinary_memory_is_read,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_frame_must_be_the_one_judged, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
