/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vmatlas/kernel/kpageflags.h"
#include "vmatlas/model/heat.h"

/* The age, SECONDS after a change at second WHEN. */
static enum age age_after(uint64_t when, uint64_t seconds)
{
	return heat_age(HEAT(heat_stamp(when), RECLAIM_UNKNOWN), false, when,
		when + seconds);
}

static void test_ages(void **state)
{
	static const uint64_t whens[] = { 0, 1, 8189, 8190, 8191, 123456789 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(whens) / sizeof(*whens); i++) {
		assert_int_equal(age_after(whens[i], 0), AGE_SECONDS);
		assert_int_equal(age_after(whens[i], 9), AGE_SECONDS);
		assert_int_equal(age_after(whens[i], 10), AGE_MINUTE);
		assert_int_equal(age_after(whens[i], 59), AGE_MINUTE);
		assert_int_equal(age_after(whens[i], 60), AGE_MINUTES);
		assert_int_equal(age_after(whens[i], 599), AGE_MINUTES);
		assert_int_equal(age_after(whens[i], 600), AGE_OLDER);
		/* Nobody looked while stamps came round. */
		assert_int_equal(age_after(whens[i], HEAT_SPAN), AGE_OLDER);
		assert_int_equal(age_after(whens[i], 10 * HEAT_SPAN + 1),
			AGE_OLDER);
	}
	assert_int_equal(heat_age(HEAT(HEAT_NEVER, RECLAIM_UNKNOWN), false, 0,
		5), AGE_NEVER);
	assert_int_equal(heat_age(HEAT(HEAT_NEVER, RECLAIM_UNKNOWN), true, 0,
		5), AGE_NOW);
}

/* However long it goes on, as long as it is swept in time: older stays older,
 * and what is young is kept. */
static void test_sweeps(void **state)
{
	uint16_t heat[3] = { HEAT(heat_stamp(100), RECLAIM_ACTIVE),
		HEAT(HEAT_NEVER, RECLAIM_INACTIVE), 0 };
	uint64_t now, swept = 100;

	(void)state;
	for (now = swept + HEAT_SWEEP; now < 10 * HEAT_SPAN;
	     now += HEAT_SWEEP) {
		heat[2] = HEAT(heat_stamp(now - 5), RECLAIM_USED);
		heat_sweep(heat, 3, swept, now);
		swept = now;
		assert_int_equal(heat_age(heat[0], false, swept, now + 7),
			AGE_OLDER);
		assert_int_equal(heat_age(heat[1], false, swept, now),
			AGE_NEVER);
		assert_int_equal(heat_age(heat[2], false, swept, now),
			AGE_SECONDS);
	}
	assert_int_equal(HEAT_RECLAIM(heat[0]), RECLAIM_ACTIVE);
	assert_int_equal(HEAT_RECLAIM(heat[1]), RECLAIM_INACTIVE);
	/* Too late: what was there may be of any age. */
	heat_sweep(heat, 3, swept, swept + HEAT_SPAN + 5);
	assert_int_equal(HEAT_STAMP(heat[2]), HEAT_OLDER);
	assert_int_equal(HEAT_STAMP(heat[1]), HEAT_NEVER);
}

static void test_reclaim(void **state)
{
	const uint64_t lru = KPF(LRU) | KPF(UPTODATE);

	(void)state;
	assert_int_equal(reclaim_of_flags(lru), RECLAIM_INACTIVE);
	assert_int_equal(reclaim_of_flags(lru | KPF(REFERENCED)), RECLAIM_USED);
	assert_int_equal(reclaim_of_flags(lru | KPF(ACTIVE)), RECLAIM_ACTIVE);
	assert_int_equal(reclaim_of_flags(lru | KPF(ACTIVE) | KPF(REFERENCED)),
		RECLAIM_ACTIVE_USED);
	assert_int_equal(reclaim_of_flags(lru | KPF(ACTIVE) | KPF(UNEVICTABLE)),
		RECLAIM_HELD);
	assert_int_equal(reclaim_of_flags(KPF(ANON)), RECLAIM_UNLISTED);
	assert_int_equal(HEAT_RECLAIM(HEAT(heat_stamp(8189), RECLAIM_UNKNOWN)),
		RECLAIM_UNKNOWN);
	assert_int_equal(HEAT_VIEW_AGE(HEAT_VIEW(AGE_NEVER, RECLAIM_UNKNOWN)),
		AGE_NEVER);
	assert_int_equal(HEAT_VIEW_RECLAIM(HEAT_VIEW(AGE_NEVER,
		RECLAIM_UNKNOWN)), RECLAIM_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_sweeps),
		cmocka_unit_test(test_reclaim),
	};

	return cmocka_run_group_tests_name("model-heat", tests, NULL, NULL);
}
