/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <string.h>

#include "vmatlas/model/sampler.h"
#include "vmatlas/source/replay.h"

/* Seven refreshes, a second apart: in the sixth the process runs another
 * program, in the seventh it has ended. */
#define RECORDING "tests/fixtures/recordings/changes.rec"
#define BEGAN UINT64_C(1789000000000)

static struct source *make(void *arg, const struct blocked_file *blocked,
	size_t nblocked, struct err *err)
{
	struct err warning = { 0 };

	(void)arg;
	(void)blocked;
	(void)nblocked;
	return replay_new(RECORDING, &warning, err);
}

struct world {
	struct sampler *sampler;
	struct wish wish;
	struct snapshot *snapshot;
};

static int setup(void **state)
{
	static struct world world;
	const struct sampler_source source = { make, NULL };
	struct err err = { 0 };

	world = (struct world){ .wish = { .pid = 4242, .keep_blocks = true,
		.depth = DEPTH_STATES, .once = true, .whole = true,
		.want_events = true, .period_ms = 1000, .cpu = 1 } };
	world.sampler = sampler_new(&source, &err);
	*state = &world;
	return world.sampler ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;

	snapshot_unref(w->snapshot);
	sampler_free(w->sampler);
	return 0;
}

/* Ask for a refresh, and wait for all of it. */
static const struct snapshot *refresh(struct world *w)
{
	uint64_t serial;
	unsigned tries;

	w->wish.asked++;
	serial = sampler_wish(w->sampler, &w->wish);
	for (tries = 0; tries < 1000; tries++) {
		struct pollfd pfd = { sampler_fd(w->sampler), POLLIN, 0 };

		snapshot_unref(w->snapshot);
		w->snapshot = sampler_latest(w->sampler);
		if (w->snapshot && w->snapshot->wish >= serial &&
		    w->snapshot->complete &&
		    w->snapshot->asked == w->wish.asked)
			return w->snapshot;
		poll(&pfd, 1, 20);
	}
	fail_msg("no answer");
	return NULL;
}

static const struct snapshot *go(struct world *w, enum go_where where,
	uint64_t to)
{
	w->wish.go.serial++;
	w->wish.go.where = where;
	w->wish.go.to = to;
	return refresh(w);
}

static const struct snapshot *go_event(struct world *w, uint32_t kinds)
{
	w->wish.go.kinds = kinds;
	return go(w, GO_EVENT, 0);
}

static void to_a_number(void **state)
{
	struct world *w = *state;

	assert_int_equal(refresh(w)->refresh, 1);
	assert_int_equal(w->snapshot->go.count, 7);
	assert_int_equal(go(w, GO_NUMBER, 4)->refresh, 4);
	assert_int_equal(w->snapshot->go.serial, 1);
	assert_true(w->snapshot->machine->facts.time_ms == BEGAN + 3000);
	/* Once, and then as it goes on. */
	assert_int_equal(refresh(w)->refresh, 5);
	assert_int_equal(go(w, GO_NUMBER, 2)->refresh, 2);
	assert_int_equal(go(w, GO_NUMBER, 0)->refresh, 1);
	assert_int_equal(go(w, GO_NUMBER, 99)->refresh, 7);
	assert_false(w->snapshot->ended);
	assert_true(refresh(w)->ended);
	assert_int_equal(w->snapshot->refresh, 7);
	assert_int_equal(go(w, GO_NUMBER, 6)->refresh, 6);
	assert_false(w->snapshot->ended);
	assert_int_equal(refresh(w)->refresh, 7);
}

static void to_a_time(void **state)
{
	struct world *w = *state;

	assert_int_equal(go(w, GO_AT, BEGAN + 3000)->refresh, 4);
	assert_int_equal(go(w, GO_AT, BEGAN + 3999)->refresh, 4);
	assert_int_equal(go(w, GO_FROM, BEGAN + 3001)->refresh, 5);
	assert_int_equal(go(w, GO_FROM, BEGAN + 3000)->refresh, 4);
	assert_int_equal(go(w, GO_AT, 5)->refresh, 1);
	assert_int_equal(go(w, GO_FROM, BEGAN * 2)->refresh, 7);
}

static void to_an_event(void **state)
{
	struct world *w = *state;
	uint64_t first;

	refresh(w);
	first = go_event(w, 1u << CHANGE_EXEC)->refresh;
	assert_int_equal(first, 5);
	assert_false(w->snapshot->go.not_found);
	/* There is none behind it: one stays. */
	assert_int_equal(go_event(w, 1u << CHANGE_EXEC)->refresh, first);
	assert_true(w->snapshot->go.not_found);
	assert_int_equal(go_event(w, 1u << CHANGE_ENDED)->refresh, 7);
	assert_false(w->snapshot->go.not_found);
	/* Any: what comes next. */
	assert_int_equal(go(w, GO_NUMBER, 1)->refresh, 1);
	assert_int_equal(go_event(w, ~0u)->refresh, 2);
}

/* Events up to there, as far as they were seen, and each of them once. */
static void the_log_is_of_what_was_seen(void **state)
{
	struct world *w = *state;
	size_t n[8], i;

	for (i = 1; i < 8; i++)
		n[i] = refresh(w)->nchanges;
	assert_int_equal(n[1], 0);
	assert_true(n[2] > 0 && n[4] > n[3]);
	for (i = 6; i > 1; i--)
		assert_int_equal(go(w, GO_NUMBER, i)->nchanges, n[i]);
	/* What lies between was not seen. */
	go(w, GO_NUMBER, 1);
	assert_int_equal(go(w, GO_NUMBER, 4)->nchanges, n[4] - n[3]);
	for (i = 0; i < w->snapshot->nchanges; i++)
		assert_int_equal(w->snapshot->changes[i].refresh, 4);
}

/* Rates are of the refresh before, whatever was looked at. */
static void rates_are_of_the_refresh_before(void **state)
{
	struct world *w = *state;
	double faults, splits;

	refresh(w);
	refresh(w);
	faults = refresh(w)->faults_rate;
	splits = w->snapshot->split_rate;
	assert_true(faults >= 0 && splits >= 0);
	go(w, GO_NUMBER, 6);
	assert_true(go(w, GO_NUMBER, 3)->faults_rate == faults);
	assert_true(w->snapshot->split_rate == splits);
	assert_true(go(w, GO_AGAIN, 0)->faults_rate == faults);
	assert_int_equal(w->snapshot->refresh, 3);
	assert_true(go(w, GO_NUMBER, 1)->faults_rate < 0);
}

/* Two moments compared: all changes between them in one. */
static void across(void **state)
{
	struct world *w = *state;
	size_t i, kinds = 0;

	go(w, GO_NUMBER, 2);
	w->wish.want_events = false;
	w->wish.want_changes = true;
	assert_int_equal(go(w, GO_ACROSS, 4)->refresh, 4);
	assert_true(w->snapshot->nchanges > 0);
	for (i = 0; i < w->snapshot->nchanges; i++)
		kinds |= (size_t)1 << w->snapshot->changes[i].kind;
	/* Of the third and of the fourth; what came and went was not seen. */
	assert_true(kinds & 1u << CHANGE_MOVED);
	assert_true(kinds & 1u << CHANGE_GROWN);
	assert_false(kinds & 1u << CHANGE_SWAPPED_OUT);
}

/* Pages against the baseline are known from anywhere, what was seen to happen
 * only from refresh to refresh. */
static void baseline(void **state)
{
	struct world *w = *state;
	uint64_t differ;

	go(w, GO_NUMBER, 2);
	w->wish.baseline = 1;
	assert_true(go(w, GO_NUMBER, 2)->baseline.on);
	differ = refresh(w)->baseline.differ;
	assert_true(differ > 0);
	assert_true(w->snapshot->baseline.kinds_known);
	assert_true(w->snapshot->baseline.splits_known);
	refresh(w);
	assert_true(go(w, GO_NUMBER, 3)->baseline.differ == differ);
	assert_false(w->snapshot->baseline.kinds_known);
	assert_false(w->snapshot->baseline.splits_known);
	assert_true(go(w, GO_NUMBER, 2)->baseline.differ == 0);
	assert_true(go(w, GO_NUMBER, 1)->baseline.differ > 0);
	assert_true(w->snapshot->baseline.faults <= 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(to_a_number), T(to_a_time), T(to_an_event),
		T(the_log_is_of_what_was_seen),
		T(rates_are_of_the_refresh_before), T(across), T(baseline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
