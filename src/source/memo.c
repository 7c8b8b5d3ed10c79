/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memo.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

struct memo_entry {
	uint64_t key, value;	/* key 0: free */
};

#define CAP_FIRST ((size_t)256)
#define CAP_KEPT ((size_t)1 << 14)

uint64_t hash_u64(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value ^ UINT64_C(0x9e3779b97f4a7c15)) *
		UINT64_C(0xd6e8feb86659fd93);
	hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return hash ^ hash >> 29;
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
	const char *p = bytes;
	uint64_t word = 0;

	hash = hash_u64(hash, n);
	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		hash = hash_u64(hash, word);
	}
	if (!n)
		return hash;
	word = 0;
	memcpy(&word, p, n);
	return hash_u64(hash, word);
}

static struct memo_entry *memo_find(struct memo_entry *entries, size_t cap,
	uint64_t key)
{
	size_t i = (size_t)key & (cap - 1);

	while (entries[i].key && entries[i].key != key)
		i = (i + 1) & (cap - 1);
	return &entries[i];
}

static void memo_grow(struct memo *memo)
{
	size_t i, cap = memo->cap ? 2 * memo->cap : CAP_FIRST;
	struct memo_entry *entries = mem_new(cap, sizeof(*entries));

	for (i = 0; i < memo->cap; i++)
		if (memo->entries[i].key)
			*memo_find(entries, cap, memo->entries[i].key) =
				memo->entries[i];
	free(memo->entries);
	memo->entries = entries;
	memo->cap = cap;
}

uint64_t *memo_at(struct memo *memo, uint64_t key)
{
	struct memo_entry *entry;

	if (!key)
		key = 1;
	if (memo->n >= memo->cap / 2)
		memo_grow(memo);
	entry = memo_find(memo->entries, memo->cap, key);
	if (!entry->key) {
		entry->key = key;
		memo->n++;
	}
	return &entry->value;
}

void memo_clear(struct memo *memo)
{
	if (memo->cap > CAP_KEPT && memo->n < memo->cap / 8)
		memo_fini(memo);
	else if (memo->n)
		memset(memo->entries, 0, memo->cap * sizeof(*memo->entries));
	memo->n = 0;
}

void memo_fini(struct memo *memo)
{
	free(memo->entries);
	*memo = (struct memo){ 0 };
}
