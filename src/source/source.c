/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/source.h"

#include <errno.h>

static const char *const answer_names[NANSWERS] = {
	[ANSWER_OK] = "ok",
	[ANSWER_DENIED] = "denied",
	[ANSWER_ABSENT] = "absent",
	[ANSWER_GONE] = "gone",
	[ANSWER_BLOCKED] = "blocked",
	[ANSWER_UNRECORDED] = "unrecorded",
};

static const char *const word_file_names[NWORD_FILES] = {
	[WORDS_PAGEMAP] = "pagemap",
	[WORDS_KPAGEFLAGS] = "kpageflags",
	[WORDS_KPAGECOUNT] = "kpagecount",
};

const char *answer_name(enum answer answer)
{
	return (unsigned)answer < NANSWERS ? answer_names[answer] : "unknown";
}

/*
 * Whatever is neither a refusal nor the end of a process means that there is
 * nothing of the kind to be had here: ENOENT, ENOTTY, EISDIR, EIO ...
 */
enum answer answer_of_errno(int error)
{
	switch (error) {
	case 0:
		return ANSWER_OK;
	case EACCES:
	case EPERM:
		return ANSWER_DENIED;
	case ESRCH:
		return ANSWER_GONE;
	default:
		return ANSWER_ABSENT;
	}
}

const char *word_file_name(enum word_file file)
{
	return (unsigned)file < NWORD_FILES ? word_file_names[file] : "unknown";
}

struct source *source_inner(struct source *src)
{
	src->inner->watch = src->watch;
	return src->inner;
}

/* Leave SRC where it knows OP, or nobody behind it might. */
#define PASS_ON(src, op) \
	while (!(src)->ops->op && (src)->inner) \
		(src) = source_inner(src)

int source_refresh(struct source *src, struct err *err)
{
	PASS_ON(src, refresh);
	return src->ops->refresh(src, err);
}

void source_done(struct source *src)
{
	PASS_ON(src, done);
	if (src->ops->done)
		src->ops->done(src);
}

enum answer source_facts(struct source *src, struct facts *out)
{
	PASS_ON(src, facts);
	return src->ops->facts(src, out);
}

enum answer source_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	enum answer answer;

	PASS_ON(src, text);
	buf_clear(out);
	answer = src->ops->text(src, id, path, out);
	if (answer != ANSWER_OK)
		buf_clear(out);
	return answer;
}

enum answer source_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	enum answer answer;

	*got = 0;
	PASS_ON(src, words);
	answer = src->ops->words(src, file, id, first, n, out, got);
	if (answer != ANSWER_OK)
		*got = 0;
	return answer;
}

enum answer source_populated(struct source *src, enum populated_kind kind,
	struct proc_id id, uint64_t start, uint64_t end, struct vpn_range *out,
	size_t max, size_t *n, uint64_t *next)
{
	enum answer answer;

	*n = 0;
	*next = end;
	if (start >= end || !max) {
		*next = start < end ? start : end;
		return ANSWER_OK;
	}
	PASS_ON(src, populated);
	answer = src->ops->populated(src, kind, id, start, end, out, max, n,
		next);
	if (answer != ANSWER_OK)
		*n = 0;
	return answer;
}

enum answer source_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n)
{
	page->was_read = false;
	page->before = page->after = page->faults = 0;
	PASS_ON(src, contents);
	return src->ops->contents ?
		src->ops->contents(src, id, page, out, n) : ANSWER_UNRECORDED;
}

enum answer source_processes(struct source *src, struct process_entry **out,
	size_t *n)
{
	*out = NULL;
	*n = 0;
	PASS_ON(src, processes);
	return src->ops->processes(src, out, n);
}

enum answer source_clear(struct source *src, struct proc_id id,
	enum clear_kind kind, bool try_only)
{
	PASS_ON(src, clear);
	return src->ops->clear && kind != CLEAR_NOTHING ?
		src->ops->clear(src, id, kind, try_only) : ANSWER_ABSENT;
}

uint64_t source_count(struct source *src)
{
	PASS_ON(src, count);
	return src->ops->count ? src->ops->count(src) : 0;
}

bool source_time_of(struct source *src, uint64_t n, uint64_t *time_ms)
{
	PASS_ON(src, time_of);
	return src->ops->time_of && src->ops->time_of(src, n, time_ms);
}

bool source_go(struct source *src, uint64_t n)
{
	PASS_ON(src, go);
	return src->ops->go && src->ops->go(src, n);
}

uint64_t source_first(struct source *src, uint64_t n)
{
	PASS_ON(src, first);
	return src->ops->first ? src->ops->first(src, n) : 1;
}

void source_forget(struct source *src, struct proc_id id)
{
	PASS_ON(src, forget);
	src->ops->forget(src, id);
}

void source_before(struct source *src, int pid, const char *file)
{
	if (src->watch.before)
		src->watch.before(src->watch.arg, pid, file);
}

void source_after(struct source *src)
{
	if (src->watch.after)
		src->watch.after(src->watch.arg);
}

void source_free(struct source *src)
{
	if (src)
		src->ops->free(src);
}
