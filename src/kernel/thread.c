/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/thread.h"

#include <string.h>

static bool take_address(struct text word, uint64_t *out)
{
	if (!text_starts(word, "0x"))
		return false;
	return text_all_u64(word, 16, out);
}

bool thread_sp(struct text text, uint64_t *sp)
{
	struct text line, word, last = { 0 }, before = { 0 };
	uint64_t value, pc;

	if (!text_line(&text, &line))
		return false;
	while (text_word(&line, &word)) {
		before = last;
		last = word;
	}
	/* "running" is one word, and no address. */
	if (!before.n || !take_address(last, &pc) ||
	    !take_address(before, &value) || !value)
		return false;
	*sp = value;
	return true;
}

bool thread_stack_limit(struct text text, uint64_t *nbytes)
{
	static const char key[] = "Max stack size";
	struct text line, word;

	while (text_line(&text, &line)) {
		if (!text_starts(line, key))
			continue;
		line.p += sizeof(key) - 1;
		line.n -= sizeof(key) - 1;
		if (!text_word(&line, &word))
			return false;
		if (text_is(word, "unlimited")) {
			*nbytes = UINT64_MAX;
			return true;
		}
		return text_all_u64(word, 10, nbytes);
	}
	return false;
}
