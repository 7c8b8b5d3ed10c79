/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "memo.h"
#include "recording.h"
#include "vmatlas/base/mem.h"

struct recorder {
	struct source src;
	struct source *inner;
	struct recording *recording;
	uint64_t ticket;	/* of the refresh that is open; 0: none */
	/* The hash of the last answer to each question of this refresh. */
	struct memo answers;
	struct block_writer writer;
};

/* What a question is called in the memo. */
enum { ASKED_TEXT = 1, ASKED_WORDS, ASKED_POPULATED, ASKED_PROCESSES };

/* Who watches us watches whom we ask. */
static struct recorder *recorder_of(struct source *src)
{
	struct recorder *recorder = (struct recorder *)src;

	recorder->inner->watch = src->watch;
	return recorder;
}

static uint64_t question(unsigned asked, unsigned kind, struct proc_id id)
{
	uint64_t hash = hash_u64(0, (uint64_t)asked << 32 | kind);

	return hash_u64(hash_u64(hash, (uint64_t)id.pid), id.starttime);
}

/* Whether ANSWER is another one than was given last time. */
static bool is_news(struct recorder *recorder, uint64_t asked,
	uint64_t answer)
{
	uint64_t *last;

	if (!recorder->ticket)
		return false;
	last = memo_at(&recorder->answers, asked);
	if (!answer)
		answer = 1;
	if (*last == answer)
		return false;
	*last = answer;
	return true;
}

static void put_status(struct recorder *recorder, enum answer answer)
{
	block_put(&recorder->writer, "status", answer_name(answer));
}

static void put(struct recorder *recorder)
{
	recording_put(recorder->recording, recorder->ticket,
		&recorder->writer);
}

static void end_refresh(struct recorder *recorder)
{
	if (recorder->ticket)
		recording_end(recorder->recording, recorder->ticket);
	recorder->ticket = 0;
	memo_clear(&recorder->answers);
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
	put(recorder);
}

static int record_refresh(struct source *src, struct err *err)
{
	struct recorder *recorder = recorder_of(src);
	struct facts facts = { 0 };
	bool known;
	int rc;

	end_refresh(recorder);
	rc = source_refresh(recorder->inner, err);
	if (rc <= 0)
		return rc;
	known = source_facts(recorder->inner, &facts) == ANSWER_OK;
	recorder->ticket = recording_begin(recorder->recording, &facts);
	if (known)
		put_facts(recorder, &facts);
	return rc;
}

static enum answer record_facts(struct source *src, struct facts *out)
{
	return source_facts(recorder_of(src)->inner, out);
}

static enum answer record_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct recorder *recorder = recorder_of(src);
	struct block_writer *writer = &recorder->writer;
	enum answer answer = source_text(recorder->inner, id, path, out);
	uint64_t asked = hash_bytes(question(ASKED_TEXT, 0, id), path,
		strlen(path));

	if (!is_news(recorder, asked,
		    hash_bytes((uint64_t)answer, buf_text(out), out->len)))
		return answer;
	block_begin(writer, "text");
	block_put_id(writer, id);
	block_put(writer, "path", path);
	put_status(recorder, answer);
	if (answer == ANSWER_OK) {
		if (out->len && out->data[out->len - 1] != '\n')
			block_put(writer, "eol", "no");
		block_pay_text(writer,
			(struct text){ buf_text(out), out->len });
	}
	put(recorder);
	return answer;
}

static enum answer record_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct recorder *recorder = recorder_of(src);
	struct block_writer *writer = &recorder->writer;
	enum answer answer = source_words(recorder->inner, file, id, first, n,
		out, got);
	uint64_t asked = question(ASKED_WORDS, file, id);

	asked = hash_u64(hash_u64(asked, first), n);
	if (n > BLOCK_WORDS_MAX || first > BLOCK_INDEX_MAX ||
	    !is_news(recorder, asked,
		    hash_bytes((uint64_t)answer, out, *got * sizeof(*out))))
		return answer;
	block_begin(writer, "words");
	block_put(writer, "file", word_file_name(file));
	block_put_id(writer, id);
	block_put_hex(writer, "first", first);
	block_put_u64(writer, "asked", n);
	if (answer == ANSWER_OK)
		block_put_u64(writer, "got", *got);
	put_status(recorder, answer);
	block_pay_words(writer, out, *got);
	put(recorder);
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
	uint64_t asked = question(ASKED_POPULATED, kind, id), hash;

	/* The answer speaks of what was come to, not of all that was asked. */
	if (answer == ANSWER_OK)
		end = *next;
	if (start >= end)
		return answer;
	asked = hash_u64(hash_u64(asked, start), end);
	hash = hash_bytes((uint64_t)answer, out, *n * sizeof(*out));
	if (!is_news(recorder, asked, hash))
		return answer;
	block_begin(writer, "populated");
	block_put(writer, "kind", kind == POPULATED_HUGE ? "huge" : "any");
	block_put_id(writer, id);
	block_put_hex(writer, "start", start);
	block_put_hex(writer, "end", end);
	put_status(recorder, answer);
	block_pay_ranges(writer, out, *n);
	put(recorder);
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
	uint64_t hash;

	/* The payload itself is compared: entries have padding. */
	block_begin(writer, "processes");
	put_status(recorder, answer);
	block_pay_processes(writer, *out, count);
	hash = hash_bytes((uint64_t)answer, buf_text(&writer->payload),
		writer->payload.len);
	if (is_news(recorder, question(ASKED_PROCESSES, 0, PROC_NONE), hash))
		put(recorder);
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

	end_refresh(recorder);
	recording_unref(recorder->recording);
	memo_fini(&recorder->answers);
	block_writer_fini(&recorder->writer);
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
	return &recorder->src;
}
