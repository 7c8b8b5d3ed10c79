/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/tap.h"

#include <stdlib.h>

#include "vmatlas/base/mem.h"

struct tap {
	struct source source;
	struct source *outer;	/* the recorder, or else whom it would ask */
	bool records;
};

/* Who watches us watches whom we ask. */
static struct source *outer_of(struct source *src)
{
	struct tap *tap = (struct tap *)src;

	tap->outer->watch = src->watch;
	return tap->outer;
}

static int tap_refresh(struct source *src, struct err *err)
{
	return source_refresh(outer_of(src), err);
}

static void tap_done(struct source *src)
{
	source_done(outer_of(src));
}

static enum answer tap_facts(struct source *src, struct facts *out)
{
	return source_facts(outer_of(src), out);
}

static enum answer tap_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	return source_text(outer_of(src), id, path, out);
}

static enum answer tap_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out,
	size_t *got)
{
	return source_words(outer_of(src), file, id, first, n, out, got);
}

static enum answer tap_populated(struct source *src, enum populated_kind kind,
	struct proc_id id, uint64_t start, uint64_t end,
	struct vpn_range *out, size_t max, size_t *n, uint64_t *next)
{
	return source_populated(outer_of(src), kind, id, start, end, out, max,
		n, next);
}

static enum answer tap_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n)
{
	return source_contents(outer_of(src), id, page, out, n);
}

static enum answer tap_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	return source_processes(outer_of(src), out, n);
}

static enum answer tap_clear(struct source *src, struct proc_id id,
	enum clear_kind kind, bool try_only)
{
	return source_clear(outer_of(src), id, kind, try_only);
}

static void tap_forget(struct source *src, struct proc_id id)
{
	source_forget(outer_of(src), id);
}

static void tap_free(struct source *src)
{
	source_free(outer_of(src));
	free(src);
}

static const struct source_ops tap_ops = {
	.refresh = tap_refresh,
	.done = tap_done,
	.facts = tap_facts,
	.text = tap_text,
	.words = tap_words,
	.populated = tap_populated,
	.processes = tap_processes,
	.contents = tap_contents,
	.clear = tap_clear,
	.forget = tap_forget,
	.free = tap_free,
};

struct source *tap_new(struct source *inner)
{
	struct tap *tap = mem_new(1, sizeof(*tap));

	tap->source.ops = &tap_ops;
	tap->outer = inner;
	return &tap->source;
}

void tap_record(struct source *src, struct recording *recording)
{
	struct tap *tap = (struct tap *)src;

	if (src->ops != &tap_ops)
		return;
	if (tap->records)
		tap->outer = record_end(tap->outer);
	tap->records = recording != NULL;
	if (tap->records)
		tap->outer = record_new(tap->outer, recording);
}
