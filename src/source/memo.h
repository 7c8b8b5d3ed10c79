/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_MEMO_H
#define VMATLAS_SRC_SOURCE_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A struct memo remembers one 64-bit value for each 64-bit key during a
 * refresh.  Zero-initialised is empty and ready for use.  Keys are hashes of
 * questions: two questions that share one (once in 2^64) are taken as one.
 */
struct memo {
	struct memo_entry *entries;	/* NULL or CAP of them, open addressed */
	size_t n, cap;			/* cap: 0 or a power of two */
};

/* The value of KEY, 0 when it is new; the pointer holds until the next call. */
uint64_t *memo_at(struct memo *memo, uint64_t key);
/* Forget all; memory is kept unless it is much more than was needed. */
void memo_clear(struct memo *memo);
void memo_fini(struct memo *memo);

/* Mix more into a hash that began as 0; neither is for adversaries. */
uint64_t hash_u64(uint64_t hash, uint64_t value);
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n);

#endif
