/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "kept.h"
#include "lines.h"
#include "recording.h"
#include "vmatlas/base/mem.h"

/*
 * Of each refresh it writes what is not the same as in the one that it wrote
 * before.  Answers are numbered in the order in which they are written; those
 * that come again, in the same order, are one block ("same").
 */
struct recorder {
	struct source src;
	struct source *inner;
	struct recording *recording;
	uint64_t ticket;	/* of the refresh that is open; 0: none */
	uint64_t before_ticket;	/* of the one that BEFORE is of */
	struct kept_list now, before;
	size_t next;		/* in BEFORE: what should come */
	size_t same, nsame;	/* in BEFORE: what came, not written yet */
	struct facts facts;	/* as they were written last */
	struct block_writer writer, other;
	struct buf line_steps;
	uint64_t *scratch;	/* BLOCK_WORDS_MAX at most */
	size_t scratch_cap;
	uint64_t seed;		/* of hashes: nobody shall choose answers that
				 * look the same */
};

/* What a question is called where it is remembered. */
enum { ASKED_TEXT = 1, ASKED_WORDS, ASKED_POPULATED, ASKED_PROCESSES };

/* Who watches us watches whom we ask. */
static struct recorder *recorder_of(struct source *src)
{
	struct recorder *recorder = (struct recorder *)src;

	recorder->inner->watch = src->watch;
	return recorder;
}

static uint64_t question(const struct recorder *recorder, unsigned asked,
	unsigned kind, struct proc_id id)
{
	uint64_t hash = hash_u64(recorder->seed, (uint64_t)asked << 32 | kind);

	return hash_u64(hash_u64(hash, (uint64_t)id.pid), id.starttime);
}

static void put(struct recorder *recorder, struct block_writer *writer)
{
	recording_put(recorder->recording, recorder->ticket, writer);
}

/* ---- what is the same */

static void put_same(struct recorder *recorder)
{
	struct block_writer *writer = &recorder->other;

	if (!recorder->nsame)
		return;
	block_begin(writer, "same");
	block_put_u64(writer, "first", recorder->same);
	block_put_u64(writer, "n", recorder->nsame);
	put(recorder, writer);
	recorder->nsame = 0;
}

static void add_same(struct recorder *recorder, size_t at)
{
	if (recorder->nsame && recorder->same + recorder->nsame != at)
		put_same(recorder);
	if (!recorder->nsame)
		recorder->same = at;
	recorder->nsame++;
}

/* An answer, and what it is compared with. */
struct news {
	uint64_t question, place, answer;
	struct kept *kept;	/* where it is to be kept */
	size_t base;		/* in BEFORE, or its n: there is none */
};

/* Most often what comes next is what came next before. */
static bool is_expected(const struct kept_list *before,
	const struct news *news)
{
	const struct kept *old;

	if (news->base >= before->n)
		return false;
	old = &before->list[news->base];
	return !old->taken && old->question == news->question &&
		old->nth == news->kept->nth;
}

/* Is there something to write?  Not where the answer is what was answered
 * last in this refresh, or at this point of the refresh before. */
static bool is_news(struct recorder *recorder, struct news *news)
{
	struct kept_list *before = &recorder->before;
	struct kept *old;

	if (!recorder->ticket)
		return false;
	old = kept_latest(&recorder->now, news->question);
	if (old && old->answer == news->answer)
		return false;
	news->kept = kept_add(&recorder->now, news->question, news->place,
		news->answer);
	news->base = recorder->next;
	if (!is_expected(before, news))
		news->base = kept_find(before, news->question,
			news->kept->nth, news->place);
	if (news->base == before->n)
		return true;
	old = &before->list[news->base];
	recorder->next = news->base + 1;
	if (old->question != news->question || old->answer != news->answer)
		return true;
	old->taken = true;
	kept_move(&recorder->now, news->kept, before, old);
	add_same(recorder, news->base);
	return false;
}

/* The words of before that N words from FIRST on can be told from. */
static const uint64_t *base_words(struct recorder *recorder,
	const struct news *news, size_t *n)
{
	struct kept *old = news->base < recorder->before.n ?
		&recorder->before.list[news->base] : NULL;

	*n = old ? old->n : 0;
	recorder->scratch = mem_grow(recorder->scratch,
		&recorder->scratch_cap, *n, sizeof(*recorder->scratch));
	return old ? kept_get_words(old, recorder->scratch) : NULL;
}

static void put_base(struct recorder *recorder, const struct news *news)
{
	block_put_u64(&recorder->writer, "base", news->base);
	recorder->before.list[news->base].taken = true;
}

static void put_status(struct recorder *recorder, enum answer answer)
{
	if (answer != ANSWER_OK)
		block_put(&recorder->writer, "status", answer_name(answer));
}

/* ---- refreshes */

static void end_refresh(struct recorder *recorder)
{
	struct kept_list old = recorder->before;

	if (!recorder->ticket)
		return;
	put_same(recorder);
	recording_end(recorder->recording, recorder->ticket);
	recorder->before_ticket = recorder->ticket;
	recorder->ticket = 0;
	kept_clear(&old);
	recorder->before = recorder->now;
	recorder->now = old;
	/* One memory of what was asked is enough. */
	recorder->now.latest = recorder->before.latest;
	recorder->before.latest = (struct memo){ 0 };
	memo_clear(&recorder->now.latest);
}

static void put_facts(struct recorder *recorder, const struct facts *facts)
{
	struct block_writer *writer = &recorder->writer;

	block_begin(writer, "facts");
	block_put(writer, "release", facts->release);
	block_put(writer, "machine", facts->machine);
	block_put_u64(writer, "page_size", facts->page_size);
	block_put_u64(writer, "clock_ticks", facts->clock_ticks);
	block_put_hex(writer, "task_size", facts->task_size);
	block_put(writer, "pfn_visible", facts->pfn_visible ? "yes" : "no");
	block_put_u64(writer, "uid", facts->uid);
	put(recorder, writer);
	recorder->facts = *facts;
}

static bool same_facts(const struct facts *a, const struct facts *b)
{
	return !strcmp(a->release, b->release) &&
		!strcmp(a->machine, b->machine) &&
		a->page_size == b->page_size &&
		a->clock_ticks == b->clock_ticks &&
		a->task_size == b->task_size &&
		a->pfn_visible == b->pfn_visible && a->uid == b->uid;
}

static int record_refresh(struct source *src, struct err *err)
{
	struct recorder *recorder = recorder_of(src);
	struct facts facts = { 0 };
	bool known, whole;
	int rc;

	end_refresh(recorder);
	rc = source_refresh(recorder->inner, err);
	if (rc <= 0)
		return rc;
	known = source_facts(recorder->inner, &facts) == ANSWER_OK;
	recorder->ticket = recording_begin(recorder->recording, &facts,
		recorder->before_ticket, &whole);
	if (recorder->ticket && whole)
		kept_clear(&recorder->before);
	recorder->next = recorder->nsame = 0;
	if (recorder->ticket && known &&
	    (whole || !same_facts(&facts, &recorder->facts)))
		put_facts(recorder, &facts);
	return rc;
}

static void record_done(struct source *src)
{
	end_refresh(recorder_of(src));
}

static enum answer record_facts(struct source *src, struct facts *out)
{
	return source_facts(recorder_of(src)->inner, out);
}

/* ---- answers */

/* All of TEXT, or only the lines that changed if that is less. */
static void pay_text(struct recorder *recorder, const struct news *news,
	struct text text)
{
	struct block_writer *writer = &recorder->writer;
	struct text before;

	if (news->base < recorder->before.n && text.n &&
	    kept_get_text(&recorder->before.list[news->base], &before)) {
		buf_clear(&recorder->line_steps);
		lines_compare(before, text, &recorder->line_steps,
			block_escape);
		if (recorder->line_steps.len < text.n) {
			put_base(recorder, news);
			buf_add(&writer->payload, recorder->line_steps.data,
				recorder->line_steps.len);
			return;
		}
	}
	block_pay_text(writer, text);
}

static enum answer record_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct recorder *recorder = recorder_of(src);
	struct block_writer *writer = &recorder->writer;
	enum answer answer = source_text(recorder->inner, id, path, out);
	struct text text = { buf_text(out), out->len };
	struct news news;

	news.question = news.place = hash_bytes(question(recorder, ASKED_TEXT, 0, id),
		path, strlen(path));
	news.answer = hash_bytes(recorder->seed ^ (uint64_t)answer, text.p, text.n);
	if (!is_news(recorder, &news))
		return answer;
	put_same(recorder);
	block_begin(writer, "text");
	block_put_id(writer, id);
	block_put(writer, "path", path);
	put_status(recorder, answer);
	if (answer == ANSWER_OK) {
		if (text.n && text.p[text.n - 1] != '\n')
			block_put(writer, "eol", "no");
		pay_text(recorder, &news, text);
		kept_text(&recorder->now, news.kept, text);
	}
	put(recorder, writer);
	return answer;
}

static enum answer record_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct recorder *recorder = recorder_of(src);
	struct block_writer *writer = &recorder->writer;
	enum answer answer = source_words(recorder->inner, file, id, first, n,
		out, got);
	const uint64_t *base;
	struct news news;
	size_t nbase;

	news.place = hash_u64(question(recorder, ASKED_WORDS, file, id), first);
	news.question = hash_u64(news.place, n);
	news.answer = hash_bytes(recorder->seed ^ (uint64_t)answer, out, *got * sizeof(*out));
	if (n > BLOCK_WORDS_MAX || first > BLOCK_INDEX_MAX ||
	    !is_news(recorder, &news))
		return answer;
	put_same(recorder);
	block_begin(writer, "words");
	block_put(writer, "file", word_file_name(file));
	block_put_id(writer, id);
	block_put_hex(writer, "first", first);
	block_put_u64(writer, "asked", n);
	if (answer == ANSWER_OK && *got != n)
		block_put_u64(writer, "got", *got);
	put_status(recorder, answer);
	base = base_words(recorder, &news, &nbase);
	if (base && *got > 1)
		put_base(recorder, &news);
	else
		nbase = 0;
	block_pay_words_anew(writer, out, *got, base, nbase);
	kept_words(&recorder->now, news.kept, out, *got);
	put(recorder, writer);
	return answer;
}

static enum answer record_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	struct recorder *recorder = recorder_of(src);
	struct block_writer *writer = &recorder->writer;
	enum answer answer = source_populated(recorder->inner, kind, id,
		start, end, out, max, n, next);
	struct news news;

	/* The answer speaks of what was come to, not of all that was asked. */
	if (answer == ANSWER_OK)
		end = *next;
	if (start >= end)
		return answer;
	news.place = hash_u64(question(recorder, ASKED_POPULATED, kind, id), start);
	news.question = hash_u64(news.place, end);
	news.answer = hash_bytes(recorder->seed ^ (uint64_t)answer, out, *n * sizeof(*out));
	if (!is_news(recorder, &news))
		return answer;
	put_same(recorder);
	block_begin(writer, "populated");
	block_put(writer, "kind", kind == POPULATED_HUGE ? "huge" : "any");
	block_put_id(writer, id);
	block_put_hex(writer, "start", start);
	block_put_hex(writer, "end", end);
	put_status(recorder, answer);
	block_pay_ranges(writer, out, *n);
	put(recorder, writer);
	return answer;
}

/* What processes have in their memory is nobody's business but theirs: a
 * recording is given to others. */
static enum answer record_contents(struct source *src, struct proc_id id,
	struct page_read *page, void *out, size_t n)
{
	return source_contents(recorder_of(src)->inner, id, page, out, n);
}

static enum answer record_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	struct recorder *recorder = recorder_of(src);
	struct block_writer *writer = &recorder->writer;
	enum answer answer = source_processes(recorder->inner, out, n);
	size_t count = answer == ANSWER_OK ? *n : 0;
	struct news news;

	/* The payload itself is compared: entries have padding. */
	block_begin(writer, "processes");
	put_status(recorder, answer);
	block_pay_processes(writer, *out, count);
	news.question = news.place = question(recorder, ASKED_PROCESSES, 0, PROC_NONE);
	news.answer = hash_bytes(recorder->seed ^ (uint64_t)answer, buf_text(&writer->payload),
		writer->payload.len);
	if (!is_news(recorder, &news))
		return answer;
	put_same(recorder);
	put(recorder, writer);
	return answer;
}

static void record_forget(struct source *src, struct proc_id id)
{
	source_forget(recorder_of(src)->inner, id);
}

static void record_free(struct source *src)
{
	source_free(record_end(src));
}

static const struct source_ops record_ops = {
	.refresh = record_refresh,
	.done = record_done,
	.facts = record_facts,
	.text = record_text,
	.words = record_words,
	.populated = record_populated,
	.processes = record_processes,
	.contents = record_contents,
	.forget = record_forget,
	.free = record_free,
};

struct source *record_end(struct source *src)
{
	struct recorder *recorder = (struct recorder *)src;
	struct source *inner = recorder->inner;

	recording_break_off(recorder->recording, recorder->ticket);
	recording_unref(recorder->recording);
	kept_fini(&recorder->now);
	kept_fini(&recorder->before);
	block_writer_fini(&recorder->writer);
	block_writer_fini(&recorder->other);
	buf_fini(&recorder->line_steps);
	free(recorder->scratch);
	free(recorder);
	return inner;
}

struct source *record_new(struct source *inner, struct recording *recording)
{
	struct recorder *recorder = mem_new(1, sizeof(*recorder));

	recorder->src.ops = &record_ops;
	recorder->src.watch = inner->watch;
	recorder->inner = inner;
	recorder->recording = recording;
	recording_ref(recording);
	if (getrandom(&recorder->seed, sizeof(recorder->seed), GRND_NONBLOCK) < 0)
		recorder->seed = (uint64_t)(uintptr_t)recorder;
	return &recorder->src;
}
