/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/kernel/thread.h"

static void test_sp(void **state)
{
	uint64_t sp = 7;

	(void)state;
	assert_true(thread_sp(text_of("34 0x0 0x0 0x2 0x7ff5872bdfe8 0x0 0x75 "
		"0x7ffe86fa8a70 0x7ff587383df2\n"), &sp));
	assert_true(sp == UINT64_C(0x7ffe86fa8a70));
	/* It waits outside of any call; and one of 32 bits. */
	assert_true(thread_sp(text_of("-1 0x7ffe86fa8a60 0x401000\n"), &sp));
	assert_true(sp == UINT64_C(0x7ffe86fa8a60));
	assert_true(thread_sp(text_of("-1 0xbefff000 0x8000"), &sp));
	assert_true(sp == 0xbefff000);
}

static void test_no_sp(void **state)
{
	static const char *const texts[] = {
		"", "\n", "running\n", "0x1000\n", "34 0x0\n", "1 2 3\n",
		"-1 0x0 0x0\n", "-1 0x10000000000000000 0x1\n",
		"-1 0x1000 0xg\n", "\n-1 0x1000 0x1000\n",
	};
	uint64_t sp = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(thread_sp(text_of(texts[i]), &sp));
	assert_true(sp == 7);
}

static void test_limit(void **state)
{
	static const char head[] =
		"Limit                     Soft Limit           Hard Limit\n"
		"Max data size             unlimited            unlimited\n";
	struct buf buf = { 0 };
	uint64_t nbytes = 7;

	(void)state;
	assert_false(thread_stack_limit(text_of(head), &nbytes));
	buf_fmt(&buf, "%sMax stack size            8388608              "
		"unlimited            bytes     \n", head);
	assert_true(thread_stack_limit(text_of(buf_text(&buf)), &nbytes));
	assert_true(nbytes == 8388608);
	buf_clear(&buf);
	buf_fmt(&buf, "%sMax stack size            unlimited            "
		"unlimited            bytes     \n", head);
	assert_true(thread_stack_limit(text_of(buf_text(&buf)), &nbytes));
	assert_true(nbytes == UINT64_MAX);
	nbytes = 7;
	assert_false(thread_stack_limit(text_of("Max stack size\n"), &nbytes));
	assert_false(thread_stack_limit(text_of("Max stack size  x"), &nbytes));
	assert_false(thread_stack_limit(text_of("Max stack size  -1"), &nbytes));
	assert_true(nbytes == 7);
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sp),
		cmocka_unit_test(test_no_sp),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("kernel-thread", tests, NULL, NULL);
}
