/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/chain.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

struct chain {
	struct source source;	/* its inner: the part that we are in */
	struct source **parts;
	size_t n, at;
};

static void enter(struct chain *chain, size_t part)
{
	chain->at = part;
	chain->source.inner = chain->parts[part];
}

static int chain_refresh(struct source *src, struct err *err)
{
	struct chain *chain = (struct chain *)src;
	int more = source_refresh(source_inner(src), err);

	while (!more && chain->at + 1 < chain->n) {
		enter(chain, chain->at + 1);
		source_go(src->inner, 1);
		more = source_refresh(source_inner(src), err);
	}
	return more;
}

/* Which part has refresh *N, which becomes that part's own number; chain->n:
 * none has. */
static size_t part_with(struct chain *chain, uint64_t *n)
{
	size_t i;

	for (i = 0; i < chain->n; i++) {
		uint64_t count = source_count(chain->parts[i]);

		if (*n && *n <= count)
			break;
		*n -= count < *n ? count : *n;
	}
	return i;
}

static uint64_t chain_count(struct source *src)
{
	struct chain *chain = (struct chain *)src;
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < chain->n; i++)
		count += source_count(chain->parts[i]);
	return count;
}

static bool chain_time_of(struct source *src, uint64_t n, uint64_t *time_ms)
{
	struct chain *chain = (struct chain *)src;
	size_t i = part_with(chain, &n);

	return i < chain->n && source_time_of(chain->parts[i], n, time_ms);
}

static bool chain_go(struct source *src, uint64_t n)
{
	struct chain *chain = (struct chain *)src;
	size_t i = part_with(chain, &n);

	if (i == chain->n || !source_go(chain->parts[i], n))
		return false;
	enter(chain, i);
	return true;
}

static uint64_t chain_first(struct source *src, uint64_t n)
{
	struct chain *chain = (struct chain *)src;
	uint64_t own = n;

	return part_with(chain, &own) < chain->n ? n - own + 1 : 1;
}

static void chain_free(struct source *src)
{
	struct chain *chain = (struct chain *)src;
	size_t i;

	for (i = 0; i < chain->n; i++)
		source_free(chain->parts[i]);
	free(chain->parts);
	free(chain);
}

static const struct source_ops chain_ops = {
	.refresh = chain_refresh,
	.count = chain_count,
	.time_of = chain_time_of,
	.go = chain_go,
	.first = chain_first,
	.free = chain_free,
};

struct source *chain_new(struct source *const *parts, size_t n)
{
	struct chain *chain = mem_new(1, sizeof(*chain));

	chain->source.ops = &chain_ops;
	chain->n = n;
	chain->parts = mem_new(n, sizeof(struct source *));
	memcpy(chain->parts, parts, n * sizeof(struct source *));
	enter(chain, 0);
	return &chain->source;
}
