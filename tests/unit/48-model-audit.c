/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/audit.h"

#define MAPS "1000000-1002000 rw-p 00000000 00:00 0 \n"
#define SMAPS(rss) MAPS "Rss: " rss " kB\n"

struct look {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	struct audit audit;
};

static void start(struct look *look)
{
	uint64_t *page;

	memset(look, 0, sizeof(*look));
	look->fake = fake_new();
	look->fake->maps = MAPS;
	page = fake_area(look->fake, 0x1000, 2);
	page[0] = PM_PRESENT | PM_EXCLUSIVE | 0x100;
	page[1] = PM_PRESENT | PM_EXCLUSIVE | 0x101;
	look->fake->flags[0x100] = look->fake->flags[0x101] =
		KPF(ANON) | KPF(SWAPBACKED);
	look->machine = machine_read(&look->fake->src);
	space_init(&look->space, (struct proc_id){ FAKE_PID, 0 }, false);
}

/* The verdict about Rss, of which SMAPS says something. */
static const struct audit_line *judge(struct look *look, const char *smaps,
	bool again)
{
	struct proc_id id = { FAKE_PID, 0 };
	struct usage total;

	look->fake->smaps = smaps;
	assert_int_equal(space_refresh(&look->space, &look->fake->src,
		look->machine), ANSWER_OK);
	audit_begin(&look->audit, again);
	audit_before(&look->audit, &look->fake->src, id);
	space_pass_begin(&look->space, DEPTH_STATES);
	while (space_pass_step(&look->space, true) > 0)
		;
	audit_after(&look->audit, &look->fake->src, id);
	space_sum(&look->space, &total);
	audit_compare(&look->audit, &look->space, &total);
	assert_true(look->audit.n > 0);
	assert_string_equal(look->audit.lines[0].field, "Rss");
	return &look->audit.lines[0];
}

static void stop(struct look *look)
{
	audit_fini(&look->audit);
	space_fini(&look->space);
	machine_unref(look->machine);
	source_free(&look->fake->src);
}

static void only_what_differs_every_time_does(void **state)
{
	struct look look;

	(void)state;
	start(&look);
	assert_int_equal(judge(&look, SMAPS("8"), false)->verdict,
		AUDIT_AGREES);
	assert_false(audit_differs(&look.audit));
	/* A look of its own is not excused by another. */
	assert_int_equal(judge(&look, SMAPS("4"), false)->verdict,
		AUDIT_DISAGREES);
	assert_true(audit_differs(&look.audit));
	assert_int_equal(judge(&look, SMAPS("4"), true)->verdict,
		AUDIT_DISAGREES);
	assert_int_equal(judge(&look, SMAPS("8"), true)->verdict,
		AUDIT_AGREES);
	assert_int_equal(judge(&look, SMAPS("4"), true)->verdict,
		AUDIT_LEFT_OUT);
	assert_string_equal(look.audit.lines[0].reason, "it moved meanwhile");
	/* And so it stays, however often it is compared. */
	assert_int_equal(judge(&look, SMAPS("4"), true)->verdict,
		AUDIT_LEFT_OUT);
	stop(&look);
}

/* Without frames all figures are smaps', and prove nothing. */
static void never_against_itself(void **state)
{
	struct look look;

	(void)state;
	start(&look);
	look.fake->facts.pfn_visible = false;
	machine_unref(look.machine);
	look.machine = machine_read(&look.fake->src);
	assert_int_equal(judge(&look, SMAPS("8"), false)->verdict,
		AUDIT_LEFT_OUT);
	assert_true(look.audit.lines[0].ours_known);
	stop(&look);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(only_what_differs_every_time_does), T(never_against_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
