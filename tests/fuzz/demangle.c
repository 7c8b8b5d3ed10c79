/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/base/demangle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Any name comes out bounded, without control characters, and soon: libFuzzer
 * itself ends what takes long (-timeout). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text name = { (const char *)data, n };
	struct buf out = { 0 }, kept = { 0 };
	size_t i;

	buf_str(&out, "before ");
	if (!demangle(&out, name))
		assert(!strcmp(buf_text(&out), "before "));
	else
		assert(out.len > 7);
	/* Escaped, a byte is four at most. */
	assert(out.len <= 7 + 4 * DEMANGLE_MOST + n);
	demangle_or_keep(&kept, name);
	if (out.len > 7) {
		const char *plus = memchr(name.p, '+', name.n);
		size_t own = out.len - (plus ? (size_t)(name.p + name.n - plus)
			: 0);

		assert(kept.len == out.len - 7);
		for (i = 0; i < own; i++)
			assert((unsigned char)out.data[i] >= ' ');
	} else {
		assert(kept.len == n && !memcmp(buf_text(&kept), data, n));
	}
	buf_fini(&out);
	buf_fini(&kept);
	return 0;
}
