/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "machine-file.h"
#include "vmatlas/model/hugepages.h"

#define POOL "== /sys/kernel/mm/hugepages/hugepages-"
#define MIB UINT64_C(0x100000)

struct world {
	struct fake *fake;
	struct machine *machine;
	struct huge_pool *pools;
	size_t n;
	enum answer answer;
};

static void start(struct world *w, const char *zoneinfo, const char *sys)
{
	memset(w, 0, sizeof(*w));
	w->fake = fake_new();
	if (zoneinfo)
		w->fake->zoneinfo = zoneinfo;
	w->fake->sys = sys;
	w->machine = machine_read(&w->fake->src);
	w->n = hugepages_read(&w->fake->src, w->machine, &w->pools,
		&w->answer);
}

static void stop(struct world *w)
{
	free(w->pools);
	machine_unref(w->machine);
	source_free(&w->fake->src);
}

/* Three nodes, booted with hugepages=6: two of 2M on each. */
static void a_real_machine(void **state)
{
	struct buf zoneinfo = { 0 }, sys = { 0 };
	struct world w;
	size_t i;

	(void)state;
	machine_file("amd64-numa3", "zoneinfo", &zoneinfo);
	machine_file("amd64-numa3", "sys", &sys);
	buf_char(&zoneinfo, '\n');
	buf_char(&sys, '\n');
	start(&w, buf_text(&zoneinfo), buf_text(&sys));
	assert_int_equal(w.answer, ANSWER_OK);
	assert_int_equal(w.n, 8);
	for (i = 0; i < 8; i++) {
		const struct huge_pool *pool = &w.pools[i];
		uint64_t want = i > 3 ? 0 : i ? 2 : 6;

		assert_int_equal(pool->node, (int)(i % 4) - 1);
		assert_true(pool->page_bytes == (i > 3 ? 1024 : 2) * MIB);
		assert_true(pool->total == want && pool->free == want);
		assert_int_equal(pool->known, i % 4 ?
			HUGE_TOTAL | HUGE_FREE | HUGE_SURPLUS : 31);
	}
	stop(&w);
	buf_fini(&zoneinfo);
	buf_fini(&sys);
}

static void what_is_not_told_is_not_known(void **state)
{
	struct world w;

	(void)state;
	start(&w, NULL, POOL "2048kB/nr_hugepages\n7\n"
		POOL "2048kB/free_hugepages\nseven\n"
		POOL "2048kB/resv_hugepages\n3\n"
		POOL "64kB/surplus_hugepages\n3\n"
		POOL "1048576kB/nr_hugepages\n-1\n"
		POOL "16777216kB/nr_hugepages\n18446744073709551615\n");
	assert_int_equal(w.answer, ANSWER_OK);
	assert_int_equal(w.n, 2);
	assert_int_equal(w.pools[0].known, HUGE_TOTAL | HUGE_RESERVED);
	assert_true(w.pools[0].total == 7 && w.pools[0].reserved == 3);
	assert_true(w.pools[1].page_bytes == 16384 * MIB);
	assert_true(w.pools[1].total == UINT64_MAX);
	stop(&w);
}

static void no_sysfs_is_absent(void **state)
{
	struct world w;

	(void)state;
	start(&w, NULL, NULL);
	assert_int_equal(w.answer, ANSWER_ABSENT);
	assert_int_equal(w.n, 0);
	assert_null(w.pools);
	stop(&w);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(a_real_machine), T(what_is_not_told_is_not_known),
		T(no_sysfs_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
