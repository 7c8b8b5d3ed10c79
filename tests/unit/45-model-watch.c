/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written to a process: only what was agreed to, once each time, to
 * that process and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/space.h"
#include "vmatlas/model/watch.h"
#include "vmatlas/source/guard.h"

static unsigned writes, tries;
static enum answer says;

static enum answer clear(struct source *src, struct proc_id id,
	enum clear_kind kind, bool try_only)
{
	(void)src;
	assert_int_equal(id.pid, FAKE_PID);
	assert_true(kind == CLEAR_REFERENCED || kind == CLEAR_SOFT_DIRTY);
	*(try_only ? &tries : &writes) += 1;
	return try_only && kind == CLEAR_SOFT_DIRTY ? ANSWER_ABSENT : says;
}

static enum answer no_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	(void)src;
	(void)id;
	(void)path;
	(void)out;
	return ANSWER_ABSENT;
}

/* It is not on the heap. */
static void not_freed(struct source *src)
{
	(void)src;
}

static const struct source_ops ops = { .text = no_text, .clear = clear };
static struct source src = { .ops = &ops };
static struct machine machine;
static struct space space;
static struct watch watch;

static int set_up(void **state)
{
	(void)state;
	memset(&watch, 0, sizeof(watch));
	space_init(&space, (struct proc_id){ FAKE_PID, 5000 }, true);
	space.reader->src = &src;
	space.reader->machine = &machine;
	writes = tries = 0;
	says = ANSWER_OK;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	space_fini(&space);
	return 0;
}

static void test_nothing_unasked(void **state)
{
	struct watch_wish wish = { 0 };

	(void)state;
	watch_step(&watch, &space, &wish);
	wish.ask = true;
	watch_step(&watch, &space, &wish);
	assert_int_equal(tries, 2);
	assert_true(watch.asked && watch.can[CLEAR_REFERENCED] == ANSWER_OK &&
		watch.can[CLEAR_SOFT_DIRTY] == ANSWER_ABSENT);
	/* That it is to be on is no word to write. */
	wish = (struct watch_wish){ .kind = CLEAR_REFERENCED,
		.starttime = 5000 };
	watch_step(&watch, &space, &wish);
	assert_int_equal(writes, 0);
	assert_int_equal(watch.kind, CLEAR_NOTHING);
}

static void test_once(void **state)
{
	struct watch_wish wish = { .kind = CLEAR_REFERENCED, .clear = 1,
		.starttime = 5000 };

	(void)state;
	machine.facts.uptime_ms = 7000;
	watch_step(&watch, &space, &wish);
	machine.facts.uptime_ms = 9000;
	watch_step(&watch, &space, &wish);
	wish.clear = 0;
	watch_step(&watch, &space, &wish);
	assert_int_equal(writes, 1);
	assert_int_equal(watch.kind, CLEAR_REFERENCED);
	assert_true(watch.since_ms == 7000);
	assert_true(space.want_referenced && !space.watch_writes);
	/* Agreed to once more. */
	wish.clear = 2;
	watch_step(&watch, &space, &wish);
	assert_int_equal(writes, 2);
	assert_true(watch.since_ms == 9000);
	wish = (struct watch_wish){ 0 };
	watch_step(&watch, &space, &wish);
	assert_int_equal(watch.kind, CLEAR_NOTHING);
	assert_false(space.want_referenced);
	assert_int_equal(writes, 2);
}

static void test_other_process(void **state)
{
	struct watch_wish wish = { .kind = CLEAR_SOFT_DIRTY, .clear = 1,
		.starttime = 4999 };

	(void)state;
	watch_step(&watch, &space, &wish);
	assert_int_equal(writes, 0);
	wish.starttime = 5000;
	watch_step(&watch, &space, &wish);
	assert_int_equal(writes, 1);
	assert_true(space.watch_writes);
	/* Its number is another process's now. */
	space.process.id.starttime = 6000;
	watch_step(&watch, &space, &wish);
	assert_int_equal(watch.kind, CLEAR_NOTHING);
	assert_false(space.watch_writes);
	assert_int_equal(writes, 1);
}

static void test_refused(void **state)
{
	struct watch_wish wish = { .kind = CLEAR_REFERENCED, .clear = 1,
		.starttime = 5000 };

	(void)state;
	says = ANSWER_DENIED;
	watch_step(&watch, &space, &wish);
	watch_step(&watch, &space, &wish);
	assert_int_equal(writes, 1);
	assert_int_equal(watch.kind, CLEAR_NOTHING);
	assert_int_equal(watch.answer, ANSWER_DENIED);
	assert_int_equal(watch.clear, 1);
}

/* A write that blocked is not tried again. */
static void test_blocked(void **state)
{
	struct blocked_file blocked = { .pid = FAKE_PID,
		.file = "clear_refs" };
	static const struct source_ops freed = { .clear = clear,
		.free = not_freed };
	struct source inner = { .ops = &freed };
	struct source *guard = guard_new(&inner, &blocked, 1);
	struct proc_id id = { FAKE_PID, 5000 };

	(void)state;
	assert_int_equal(source_clear(guard, id, CLEAR_REFERENCED, false),
		ANSWER_BLOCKED);
	assert_int_equal(writes, 0);
	assert_int_equal(source_clear(guard, id, CLEAR_NOTHING, false),
		ANSWER_ABSENT);
	source_free(guard);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_nothing_unasked), T(test_once), T(test_other_process),
		T(test_refused), T(test_blocked),
	};

	return cmocka_run_group_tests_name("model-watch", tests, NULL, NULL);
}
