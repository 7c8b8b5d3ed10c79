/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/kernel/procstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The name is what stands between the first and the last bracket. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n };
	struct procstat stat;
	uint64_t value;

	if (procstat_parse(text, &stat)) {
		assert(stat.name.p > text.p);
		assert(stat.name.p + stat.name.n < text.p + text.n);
		assert(stat.name.p[-1] == '(');
		assert(stat.name.p[stat.name.n] == ')');
		assert(!memchr(text.p, '(',
			       (size_t)(stat.name.p - 1 - text.p)));
	}
	procstat_key(text, "Pss", &value);
	procstat_key(text, "VmSwap", &value);
	return 0;
}
