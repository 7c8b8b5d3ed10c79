/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "told.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "vmatlas/base/mem.h"

/* What a block is made into an answer with. */
struct maker {
	struct told *told;
	const struct told *base;	/* or NULL */
	const char *why;
};

static bool bad(struct maker *maker, const char *why)
{
	maker->why = why;
	return false;
}

/* What every answer has; STATUS that nobody knows is UNRECORDED. */
static bool make_common(struct maker *maker, const struct block *block)
{
	struct told *told = maker->told;
	uint64_t pid = 0;
	struct text value;
	unsigned i;

	if (!block_get_u64(block, "pid", INT_MAX, &pid) ||
	    !block_get_u64(block, "starttime", UINT64_MAX, &told->starttime))
		return bad(maker, "the process is none");
	told->pid = (int)pid;
	if (!block_get(block, "status", &value))
		return true;
	told->status = ANSWER_UNRECORDED;
	for (i = 0; i < NANSWERS; i++)
		if (text_is(value, answer_name((enum answer)i)))
			told->status = (uint8_t)i;
	return true;
}

/* ---- texts */

static bool make_lines(struct maker *maker, struct text payload, bool escaped)
{
	struct told *told = maker->told;
	struct lines_maker lines = { { buf_text(&maker->base->text),
		maker->base->text.len }, &told->text, escaped };
	struct text line;

	while (payload_line(&payload, &line))
		if (!lines_make(&lines, line))
			return bad(maker, "the changes of lines are damaged");
	return true;
}

static void make_all_lines(struct maker *maker, struct text payload,
	bool escaped)
{
	struct buf *text = &maker->told->text;
	struct text line;

	while (payload_line(&payload, &line)) {
		if (escaped)
			buf_add(text, line.p, line.n);
		else
			text_unescape(text, line);
		buf_char(text, '\n');
	}
}

static bool make_text(struct maker *maker, const struct block *block)
{
	struct told *told = maker->told;
	struct text value;
	struct buf path = { 0 };

	told->kind = TOLD_TEXT;
	if (!block_get(block, "path", &value) || !value.n)
		return bad(maker, "a text has no path");
	text_unescape(&path, value);
	told->path = path.data;
	told->path_n = path.len;
	if (!maker->base)
		make_all_lines(maker, block->payload, false);
	else if (!make_lines(maker, block->payload, false))
		return false;
	if (block_get(block, "eol", &value) && text_is(value, "no") &&
	    told->text.len)
		told->text.data[--told->text.len] = '\0';
	return true;
}

static bool make_processes(struct maker *maker, const struct block *block)
{
	struct text payload, line;
	struct process_entry process;

	maker->told->kind = TOLD_PROCESSES;
	if (!maker->base)
		make_all_lines(maker, block->payload, true);
	else if (!make_lines(maker, block->payload, true))
		return false;
	payload = (struct text){ buf_text(&maker->told->text),
		maker->told->text.len };
	while (text_line(&payload, &line))
		if (!payload_process(line, &process))
			return bad(maker, "a process is none");
	return true;
}

/* ---- words */

/* A run is added to those that there are, and becomes one with the last. */
static void add_run(struct told *told, struct word_run run, uint32_t n)
{
	struct word_run *last = told->n ? &told->runs[told->n - 1] : NULL;
	uint32_t before = last ? run.at - last->at : 0;

	if (n == 1)
		run.step = 0;
	if (last && before == 1 && n == 1 && run.value == last->value + 1) {
		last->step = 1;
		return;
	}
	if (last && run.value == last->value + (uint64_t)last->step * before &&
	    (run.step == last->step || n == 1))
		return;
	told->runs = mem_grow(told->runs, &told->cap, told->n + 1,
		sizeof(*told->runs));
	told->runs[told->n++] = run;
}

/* The run that holds word WHICH. */
static const struct word_run *find_run(const struct told *told, uint32_t which)
{
	const struct word_run *runs = told->runs;
	size_t low = 0, n = told->n;

	while (n) {
		if (runs[low + n / 2].at <= which) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return &runs[low - 1];
}

/* Words AT..END of what was told before, which has them, are told again. */
static void add_same(struct maker *maker, uint32_t at, uint32_t end)
{
	const struct told *base = maker->base;
	const struct word_run *run = find_run(base, at);
	const struct word_run *last = base->runs + base->n;

	while (at < end) {
		uint32_t stop = run + 1 < last ? run[1].at : base->got;
		struct word_run part = { run->value + (uint64_t)run->step *
			(at - run->at), at, run->step };

		if (stop > end)
			stop = end;
		add_run(maker->told, part, stop - at);
		at = stop;
		run++;
	}
}

static bool take_run(void *arg, const struct word_run *run, uint32_t at,
	uint32_t n)
{
	struct maker *maker = arg;

	if (run) {
		add_run(maker->told, *run, n);
		return true;
	}
	if (!maker->base || at >= maker->base->got ||
	    n > maker->base->got - at)
		return false;
	add_same(maker, at, at + n);
	return true;
}

static bool make_words(struct maker *maker, const struct block *block)
{
	struct told *told = maker->told;
	struct text file = { "", 0 };
	uint64_t got, asked;
	uint32_t total;

	told->kind = TOLD_WORDS;
	block_get(block, "file", &file);
	while (told->sub < NWORD_FILES && !text_is(file,
		word_file_name((enum word_file)told->sub)))
		told->sub++;
	/* Of another kernel's file: passed over. */
	if (told->sub == NWORD_FILES) {
		told->ignored = true;
		return true;
	}
	if (told->sub != WORDS_PAGEMAP)
		told->pid = 0;
	if (!payload_words(block->payload, take_run, maker, &total))
		return bad(maker, "the words are damaged");
	told->got = total;
	got = total;
	if (!block_get_u64(block, "first", BLOCK_INDEX_MAX, &told->first) ||
	    !block_get_u64(block, "got", BLOCK_WORDS_MAX, &got) ||
	    got != total)
		return bad(maker, "the words are not as many as they should be");
	asked = got;
	if (!block_get_u64(block, "asked", BLOCK_WORDS_MAX, &asked) ||
	    asked < got)
		return bad(maker, "more words than were asked for");
	told->end = told->first + asked;
	return true;
}

size_t told_words(const struct told *told, uint64_t from, uint64_t to,
	uint64_t *out)
{
	const struct word_run *run, *end;
	uint64_t most = told->first + told->got;
	uint32_t i, stop;

	if (to > most)
		to = most;
	if (from >= to)
		return 0;
	end = told->runs + told->n;
	i = (uint32_t)(from - told->first);
	stop = (uint32_t)(to - told->first);
	for (run = find_run(told, i); i < stop; run++) {
		uint32_t until = run + 1 < end ? run[1].at : told->got;

		for (; i < until && i < stop; i++)
			*out++ = run->value + (uint64_t)run->step *
				(i - run->at);
	}
	return (size_t)(to - from);
}

/* ---- ranges */

static bool add_range(struct told *told, struct vpn_range range,
	uint64_t *last)
{
	if (range.start < *last || range.end <= range.start ||
	    range.end > told->end)
		return false;
	*last = range.end;
	told->ranges = mem_grow(told->ranges, &told->cap, told->n + 1,
		sizeof(range));
	told->ranges[told->n++] = range;
	return true;
}

static bool make_populated(struct maker *maker, const struct block *block)
{
	struct told *told = maker->told;
	struct text kind = { "any", 3 }, payload = block->payload, line;
	struct vpn_range range;
	uint64_t last;

	told->kind = TOLD_POPULATED;
	block_get(block, "kind", &kind);
	told->sub = text_is(kind, "huge") ? POPULATED_HUGE : POPULATED_ANY;
	if (!told->sub && !text_is(kind, "any"))
		told->ignored = true;
	if (!block_get_u64(block, "start", BLOCK_INDEX_MAX, &told->first) ||
	    !block_get_u64(block, "end", BLOCK_INDEX_MAX, &told->end))
		return bad(maker, "the bounds are none");
	last = told->first;
	while (payload_line(&payload, &line))
		for (line = text_trim(line); line.n; line = text_trim(line))
			if (!payload_range(&line, &range) ||
			    (line.n && line.p[0] != ' ') ||
			    !add_range(told, range, &last))
				return bad(maker, "the ranges are damaged");
	return true;
}

uint64_t told_ranges(const struct told *told, uint64_t from, uint64_t to,
	struct vpn_range *out, size_t max, size_t *n)
{
	const struct vpn_range *ranges = told->ranges;
	size_t low = 0, count = told->n;

	while (count) {
		if (ranges[low + count / 2].end <= from) {
			low += count / 2 + 1;
			count -= count / 2 + 1;
		} else {
			count /= 2;
		}
	}
	for (; low < told->n && ranges[low].start < to; low++) {
		uint64_t start = ranges[low].start, end = ranges[low].end;

		start = start < from ? from : start;
		end = end > to ? to : end;
		if (*n && out[*n - 1].end == start)
			out[*n - 1].end = end;
		else if (*n == max)
			return start;
		else
			out[(*n)++] = (struct vpn_range){ start, end };
	}
	return to;
}

/* ---- answers */

static const struct {
	const char *name;
	bool (*make)(struct maker *maker, const struct block *block);
} kinds[] = {
	[TOLD_TEXT] = { "text", make_text },
	[TOLD_WORDS] = { "words", make_words },
	[TOLD_POPULATED] = { "populated", make_populated },
	[TOLD_PROCESSES] = { "processes", make_processes },
};

#define NKINDS (sizeof(kinds) / sizeof(*kinds))

static size_t kind_of(const struct block *block)
{
	size_t i = 0;

	while (i < NKINDS && !text_is(block->kind, kinds[i].name))
		i++;
	return i;
}

bool told_is_answer(const struct block *block)
{
	return kind_of(block) < NKINDS;
}

struct told *told_new(const struct block *block, const struct told *base,
	const char **why)
{
	struct told *told = mem_new(1, sizeof(*told));
	struct maker maker = { told, base, NULL };
	size_t kind = kind_of(block);

	told->refs = 1;
	if (base && base->kind != kind)
		bad(&maker, "the change is of an answer of another kind");
	else if (make_common(&maker, block))
		kinds[kind].make(&maker, block);
	if (told->status == ANSWER_UNRECORDED)
		told->ignored = true;
	if (!maker.why)
		return told;
	*why = maker.why;
	told_unref(told);
	return NULL;
}

struct told *told_ref(struct told *told)
{
	told->refs++;
	return told;
}

void told_unref(struct told *told)
{
	if (!told || --told->refs)
		return;
	free(told->path);
	buf_fini(&told->text);
	free(told->runs);
	free(told->ranges);
	free(told);
}
