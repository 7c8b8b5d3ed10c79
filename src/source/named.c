/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/named.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

struct named {
	struct source source;
	struct source *inner;
	struct buf text;
};

/* Who watches us watches whom we ask. */
static struct source *inner_of(struct source *src)
{
	struct named *named = (struct named *)src;

	named->inner->watch = src->watch;
	return named->inner;
}

static int named_refresh(struct source *src, struct err *err)
{
	return source_refresh(inner_of(src), err);
}

static enum answer named_facts(struct source *src, struct facts *out)
{
	return source_facts(inner_of(src), out);
}

static enum answer named_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	const struct named *named = (const struct named *)src;

	if (id.pid || strcmp(path, SOURCE_RESOURCES))
		return source_text(inner_of(src), id, path, out);
	buf_add(out, buf_text(&named->text), named->text.len);
	return ANSWER_OK;
}

static enum answer named_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out,
	size_t *got)
{
	return source_words(inner_of(src), file, id, first, n, out, got);
}

static enum answer named_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	return source_populated(inner_of(src), kind, id, start, end, out, max,
		n, next);
}

static enum answer named_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n)
{
	return source_contents(inner_of(src), id, page, out, n);
}

static enum answer named_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	return source_processes(inner_of(src), out, n);
}

static enum answer named_clear(struct source *src, struct proc_id id,
	enum clear_kind kind, bool try_only)
{
	return source_clear(inner_of(src), id, kind, try_only);
}

static uint64_t named_count(struct source *src)
{
	return source_count(inner_of(src));
}

static bool named_time_of(struct source *src, uint64_t n, uint64_t *time_ms)
{
	return source_time_of(inner_of(src), n, time_ms);
}

static bool named_go(struct source *src, uint64_t n)
{
	return source_go(inner_of(src), n);
}

static uint64_t named_first(struct source *src, uint64_t n)
{
	return source_first(inner_of(src), n);
}

static void named_forget(struct source *src, struct proc_id id)
{
	source_forget(inner_of(src), id);
}

static void named_free(struct source *src)
{
	struct named *named = (struct named *)src;

	source_free(inner_of(src));
	buf_fini(&named->text);
	free(named);
}

static const struct source_ops named_ops = {
	.refresh = named_refresh,
	.facts = named_facts,
	.text = named_text,
	.words = named_words,
	.populated = named_populated,
	.processes = named_processes,
	.contents = named_contents,
	.clear = named_clear,
	.count = named_count,
	.time_of = named_time_of,
	.go = named_go,
	.first = named_first,
	.forget = named_forget,
	.free = named_free,
};

struct source *named_new(struct source *inner, const char *text, size_t n)
{
	struct named *named = mem_new(1, sizeof(*named));

	named->source.ops = &named_ops;
	named->inner = inner;
	buf_add(&named->text, text, n);
	return &named->source;
}
