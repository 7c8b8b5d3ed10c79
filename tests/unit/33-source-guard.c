/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/source/guard.h"

/* Longer than what is kept of a name. */
#define LONG "/sys/fs/cgroup/memory/a-group-with-a-name-that-is-long/" \
	"and-another/memory.stat"

static enum answer ask(struct source *src, int pid, const char *path)
{
	struct buf text = { 0 };
	enum answer answer = source_text(src, (struct proc_id){ pid, 0 }, path,
		&text);

	buf_fini(&text);
	return answer;
}

static void only_what_blocked(void **state)
{
	struct blocked_file blocked[2] = { { 7, "maps" }, { 0, "" } };
	struct fake *fake = fake_new();
	struct source *src;

	(void)state;
	fake->maps = "";
	fake->more[0].path = LONG;
	fake->more[0].text = "";
	/* As the sampler keeps it. */
	memcpy(blocked[1].file, LONG, sizeof(blocked[1].file) - 1);
	src = guard_new(&fake->src, blocked, 2);
	assert_int_equal(ask(src, 7, "maps"), ANSWER_BLOCKED);
	assert_int_equal(ask(src, 8, "maps"), ANSWER_OK);
	assert_int_equal(ask(src, 0, "meminfo"), ANSWER_OK);
	assert_int_equal(ask(src, 0, LONG), ANSWER_BLOCKED);
	source_free(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_blocked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
