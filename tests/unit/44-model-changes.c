/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/model/changes.h"

static struct change page(enum change_kind kind, uint64_t vpn, uint64_t pfn)
{
	struct change change = { .vpn = vpn, .npages = 1, .kind = (uint8_t)kind,
		.to = STATE_ANON, .pfn_to = pfn, .has_to = true };

	return change;
}

static void add(struct changes *changes, enum change_kind kind, uint64_t vpn,
	uint64_t pfn)
{
	struct change change = page(kind, vpn, pfn);

	changes_add(changes, &change, text_of("[heap]"));
}

static const struct change *last(const struct changes *changes)
{
	return &changes->lines[changes->n - 1];
}

static void pages_alike_are_one_line(void **state)
{
	struct changes changes = { 0 };

	(void)state;
	changes_begin(&changes, 1, 1000, 42);
	add(&changes, CHANGE_TOUCHED, 10, 100);
	add(&changes, CHANGE_TOUCHED, 11, 101);
	assert_int_equal(changes.n, 1);
	assert_int_equal(last(&changes)->npages, 2);
	assert_false(last(&changes)->scattered);
	add(&changes, CHANGE_TOUCHED, 12, 90);
	assert_int_equal(changes.n, 1);
	assert_true(last(&changes)->scattered);
	/* Another kind, a gap, another refresh. */
	add(&changes, CHANGE_SPLIT, 13, 91);
	assert_int_equal(changes.n, 2);
	add(&changes, CHANGE_SPLIT, 15, 93);
	assert_int_equal(changes.n, 3);
	changes_begin(&changes, 2, 2000, 42);
	add(&changes, CHANGE_SPLIT, 16, 94);
	assert_int_equal(changes.n, 4);
	assert_int_equal(changes.now, 3);
	assert_int_equal(changes.pages[CHANGE_SPLIT], 1);
	assert_int_equal(last(&changes)->time_ms, 2000);
	assert_int_equal(last(&changes)->pid, 42);
	changes_fini(&changes);
}

static void exact_lines_keep_frames_apart(void **state)
{
	struct changes changes = { .exact = true };

	(void)state;
	changes_begin(&changes, 1, 1000, 42);
	add(&changes, CHANGE_TOUCHED, 10, 100);
	add(&changes, CHANGE_TOUCHED, 11, 101);
	add(&changes, CHANGE_TOUCHED, 12, 90);
	assert_int_equal(changes.n, 2);
	assert_int_equal(changes.lines[0].npages, 2);
	/* Nothing is kept for the next refresh. */
	changes_begin(&changes, 2, 2000, 42);
	assert_int_equal(changes.n, 0);
	changes_fini(&changes);
}

/* Every other page, with names that come and go: memory stays in bounds, and
 * what did not find room is counted. */
static void the_log_is_bounded(void **state)
{
	struct changes changes = { 0 };
	uint64_t i, refresh, added = 0;
	char name[2] = "a";

	(void)state;
	for (refresh = 1; refresh <= 5; refresh++) {
		changes_begin(&changes, refresh, 1000, 42);
		for (i = 0; i < CHANGES_MOST + 10; i++) {
			struct change change = page(CHANGE_FREED, 2 * i, i);

			name[0] = (char)('a' + i % 26);
			changes_add(&changes, &change, text_of(name));
			added++;
		}
		assert_int_equal(changes.lost, 10);
		assert_true(changes.n <= CHANGES_MOST + 2 * CHANGES_KEPT);
		assert_true(changes.names.len < 1 << 20);
		assert_int_equal(changes.pages[CHANGE_FREED], CHANGES_MOST + 10);
	}
	changes_begin(&changes, 6, 1000, 42);
	assert_int_equal(changes.n, CHANGES_KEPT);
	assert_int_equal(changes.dropped + changes.n + 5 * 10, added);
	name[0] = (char)('a' + (CHANGES_MOST - 1) % 26);
	assert_string_equal(buf_text(&changes.names) + last(&changes)->name,
		name);
	changes_fini(&changes);
}

static void moved_mappings_are_found_by_their_frames(void **state)
{
	struct changes changes = { .exact = true };
	struct change lost = { .vpn = 10, .npages = 3, .pfn_from = 100,
		.has_from = true, .kind = CHANGE_UNMAPPED, .from = STATE_ANON,
		.to = STATE_HOLE };
	struct change file = { .vpn = 20, .npages = 1, .pfn_from = 200,
		.has_from = true, .kind = CHANGE_UNMAPPED, .from = STATE_FILE,
		.to = STATE_HOLE };
	struct change touched = page(CHANGE_TOUCHED, 50, 200);

	(void)state;
	changes_begin(&changes, 1, 1000, 42);
	changes_add(&changes, &file, text_of("file"));
	changes_add(&changes, &lost, text_of(""));
	add(&changes, CHANGE_TOUCHED, 40, 101);
	add(&changes, CHANGE_TOUCHED, 42, 103);
	/* Another mapping of the same file. */
	touched.to = STATE_FILE;
	changes_add(&changes, &touched, text_of("file"));
	changes_settle(&changes);
	assert_int_equal(changes.lines[2].kind, CHANGE_REMAPPED);
	assert_int_equal(changes.lines[3].kind, CHANGE_TOUCHED);
	assert_int_equal(changes.lines[4].kind, CHANGE_TOUCHED);
	assert_int_equal(changes.pages[CHANGE_REMAPPED], 1);
	assert_int_equal(changes.pages[CHANGE_TOUCHED], 2);
	changes_fini(&changes);
}

static void kinds_follow_states(void **state)
{
	static const struct {
		enum page_state from, to;
		bool moved, split;
		enum change_kind kind;
	} cases[] = {
		{ STATE_UNTOUCHED, STATE_ANON, false, false, CHANGE_TOUCHED },
		{ STATE_UNTOUCHED, STATE_SWAP, false, false, CHANGE_SWAPPED_OUT },
		{ STATE_UNTOUCHED, STATE_GUARD, false, false, CHANGE_CHANGED },
		{ STATE_GUARD, STATE_UNTOUCHED, false, false, CHANGE_FREED },
		{ STATE_ZERO, STATE_ANON, true, false, CHANGE_WRITTEN },
		{ STATE_ANON_WAS_SHARED, STATE_ANON, false, false, CHANGE_WRITTEN },
		{ STATE_COW_SHARED, STATE_ANON, true, true, CHANGE_SPLIT },
		{ STATE_COW_SHARED, STATE_ANON, false, false, CHANGE_UNSHARED },
		{ STATE_ANON, STATE_COW_SHARED, false, false, CHANGE_SHARED },
		{ STATE_ANON, STATE_KSM, true, false, CHANGE_MERGED },
		{ STATE_ANON, STATE_ANON, true, false, CHANGE_MOVED },
		{ STATE_MIGRATION, STATE_FILE, false, false, CHANGE_MOVED },
		{ STATE_SWAP, STATE_UNTOUCHED, false, false, CHANGE_FREED },
		{ STATE_SWAP, STATE_ANON, false, false, CHANGE_SWAPPED_IN },
		{ STATE_FILE, STATE_NOT_MAPPED, false, false, CHANGE_DROPPED },
		{ STATE_FILE, STATE_FILE_DIRTY, false, false, CHANGE_DIRTIED },
		{ STATE_FILE_DIRTY, STATE_FILE, false, false, CHANGE_CLEANED },
		{ STATE_ANON, STATE_LAZYFREE, false, false, CHANGE_CHANGED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(change_between(cases[i].from, cases[i].to,
			cases[i].moved, cases[i].split), cases[i].kind);
	assert_int_equal(change_of_name(text_of("swapped-in")),
		CHANGE_SWAPPED_IN);
	assert_int_equal(change_of_name(text_of("nonsense")), NCHANGE_KINDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_alike_are_one_line),
		cmocka_unit_test(exact_lines_keep_frames_apart),
		cmocka_unit_test(the_log_is_bounded),
		cmocka_unit_test(moved_mappings_are_found_by_their_frames),
		cmocka_unit_test(kinds_follow_states),
	};

	return cmocka_run_group_tests_name("model/changes", tests, NULL, NULL);
}
