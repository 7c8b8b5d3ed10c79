/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/kernel/thread.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is not told is left as it was, and a stack pointer is never 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n };
	uint64_t sp = 0, limit = 5;

	assert(thread_sp(text, &sp) == (sp != 0));
	if (!thread_stack_limit(text, &limit))
		assert(limit == 5);
	return 0;
}
