/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/guard.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

struct guard {
	struct source source;
	struct blocked_file *list;
	size_t n;
};

static struct guard *guard_of(struct source *src)
{
	return (struct guard *)src;
}

static bool is_blocked(const struct guard *guard, int pid, const char *file)
{
	/* The watch keeps only so much of a long path. */
	size_t i, most = sizeof(guard->list->file) - 1;

	for (i = 0; i < guard->n; i++)
		if (guard->list[i].pid == pid &&
		    !strncmp(guard->list[i].file, file, most))
			return true;
	return false;
}

static enum answer guard_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct guard *guard = guard_of(src);

	/* What one mapped file does, all questions about it would. */
	if (is_blocked(guard, id.pid, !strncmp(path, "map_files/", 10) ?
		    "map_files" : path))
		return ANSWER_BLOCKED;
	return source_text(source_inner(src), id, path, out);
}

static enum answer guard_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out,
	size_t *got)
{
	struct guard *guard = guard_of(src);

	if (is_blocked(guard, id.pid, word_file_name(file)))
		return ANSWER_BLOCKED;
	return source_words(source_inner(src), file, id, first, n, out, got);
}

static enum answer guard_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	struct guard *guard = guard_of(src);

	if (is_blocked(guard, id.pid, word_file_name(WORDS_PAGEMAP)))
		return ANSWER_BLOCKED;
	return source_populated(source_inner(src), kind, id, start, end, out, max,
		n, next);
}

static enum answer guard_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n)
{
	struct guard *guard = guard_of(src);

	if (is_blocked(guard, id.pid, "mem") ||
	    is_blocked(guard, id.pid, word_file_name(WORDS_PAGEMAP)))
		return ANSWER_BLOCKED;
	return source_contents(source_inner(src), id, page, out, n);
}

static enum answer guard_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	struct guard *guard = guard_of(src);

	if (is_blocked(guard, 0, "processes"))
		return ANSWER_BLOCKED;
	return source_processes(source_inner(src), out, n);
}

static enum answer guard_clear(struct source *src, struct proc_id id,
	enum clear_kind kind, bool try_only)
{
	struct guard *guard = guard_of(src);

	if (is_blocked(guard, id.pid, "clear_refs"))
		return ANSWER_BLOCKED;
	return source_clear(source_inner(src), id, kind, try_only);
}

static void guard_free(struct source *src)
{
	struct guard *guard = guard_of(src);

	source_free(src->inner);
	free(guard->list);
	free(guard);
}

static const struct source_ops guard_ops = {
	.text = guard_text,
	.words = guard_words,
	.populated = guard_populated,
	.processes = guard_processes,
	.contents = guard_contents,
	.clear = guard_clear,
	.free = guard_free,
};

struct source *guard_new(struct source *inner,
	const struct blocked_file *list, size_t n)
{
	struct guard *guard = mem_new(1, sizeof(*guard));

	guard->source.ops = &guard_ops;
	guard->source.inner = inner;
	guard->list = mem_new(n, sizeof(*guard->list));
	if (n)
		memcpy(guard->list, list, n * sizeof(*list));
	guard->n = n;
	return &guard->source;
}
