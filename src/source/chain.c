/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/chain.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

struct chain {
	struct source source;
	struct source **parts;
	size_t n, at;
};

/* Who watches us watches whom we ask. */
static struct source *part_of(struct source *src)
{
	struct chain *chain = (struct chain *)src;

	chain->parts[chain->at]->watch = src->watch;
	return chain->parts[chain->at];
}

static int chain_refresh(struct source *src, struct err *err)
{
	struct chain *chain = (struct chain *)src;
	int more = source_refresh(part_of(src), err);

	while (!more && chain->at + 1 < chain->n) {
		chain->at++;
		source_go(part_of(src), 1);
		more = source_refresh(part_of(src), err);
	}
	return more;
}

static enum answer chain_facts(struct source *src, struct facts *out)
{
	return source_facts(part_of(src), out);
}

static enum answer chain_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	return source_text(part_of(src), id, path, out);
}

static enum answer chain_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out,
	size_t *got)
{
	return source_words(part_of(src), file, id, first, n, out, got);
}

static enum answer chain_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	return source_populated(part_of(src), kind, id, start, end, out, max,
		n, next);
}

static enum answer chain_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	return source_processes(part_of(src), out, n);
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
	chain->at = i;
	return true;
}

static uint64_t chain_first(struct source *src, uint64_t n)
{
	struct chain *chain = (struct chain *)src;
	uint64_t own = n;

	return part_with(chain, &own) < chain->n ? n - own + 1 : 1;
}

static void chain_forget(struct source *src, struct proc_id id)
{
	source_forget(part_of(src), id);
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
	.facts = chain_facts,
	.text = chain_text,
	.words = chain_words,
	.populated = chain_populated,
	.processes = chain_processes,
	.count = chain_count,
	.time_of = chain_time_of,
	.go = chain_go,
	.first = chain_first,
	.forget = chain_forget,
	.free = chain_free,
};

struct source *chain_new(struct source *const *parts, size_t n)
{
	struct chain *chain = mem_new(1, sizeof(*chain));

	chain->source.ops = &chain_ops;
	chain->n = n;
	chain->parts = mem_new(n, sizeof(struct source *));
	memcpy(chain->parts, parts, n * sizeof(struct source *));
	return &chain->source;
}
