/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay_impl.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

struct loader {
	struct replay *replay;
	const char *name;
	struct replay_refresh now;	/* the refresh that is being read */
	bool open;			/* NOW is; the others wait for an END */
	size_t nruns, nranges;		/* when NOW began */
	const char *why;		/* what is wrong with the block */
};

static bool bad(struct loader *loader, const char *why)
{
	loader->why = why;
	return false;
}

/* ---- the index */

int entry_compare_group(const struct entry *a, const struct entry *b)
{
	size_t n = a->path.n < b->path.n ? a->path.n : b->path.n;
	int order = (a->kind > b->kind) - (a->kind < b->kind);

	if (!order)
		order = (a->sub > b->sub) - (a->sub < b->sub);
	if (!order)
		order = (a->pid > b->pid) - (a->pid < b->pid);
	if (!order && n)
		order = memcmp(a->path.p, b->path.p, n);
	if (!order)
		order = (a->path.n > b->path.n) - (a->path.n < b->path.n);
	return order;
}

static int entry_compare(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int order = entry_compare_group(a, b);

	if (!order)
		order = (a->first > b->first) - (a->first < b->first);
	if (!order)
		order = (a->seq > b->seq) - (a->seq < b->seq);
	return order;
}

static uint64_t tree_build(struct entry *entries, size_t n)
{
	struct entry *middle = &entries[n / 2];
	uint64_t end;

	if (!n)
		return 0;
	middle->max_end = middle->end;
	end = tree_build(entries, n / 2);
	if (end > middle->max_end)
		middle->max_end = end;
	end = tree_build(middle + 1, n - n / 2 - 1);
	if (end > middle->max_end)
		middle->max_end = end;
	return middle->max_end;
}

static void group_build(struct entry *group, size_t n)
{
	uint32_t last = 0;
	size_t i;

	tree_build(group, n);
	for (i = 0; i < n; i++)
		if (group[i].status != ANSWER_OK &&
		    (!group->refusal || group[i].seq > last)) {
			group->refusal = (uint32_t)i + 1;
			last = group[i].seq;
		}
}

static void refresh_build(struct entry *entries, size_t n)
{
	size_t from, to;

	if (n)
		qsort(entries, n, sizeof(*entries), entry_compare);
	for (from = 0; from < n; from = to) {
		for (to = from + 1; to < n && !entry_compare_group(
			&entries[from], &entries[to]);)
			to++;
		group_build(&entries[from], to - from);
	}
}

/* ---- blocks */

/* Unescape TEXT where it stands: that never makes it longer. */
static struct text unescape_here(struct text text)
{
	struct buf plain = { 0 };

	if (!memchr(text.p, '\\', text.n))
		return text;
	text_unescape(&plain, text);
	memcpy((char *)text.p, plain.data, plain.len);
	text.n = plain.len;
	buf_fini(&plain);
	return text;
}

static void copy_value(const struct block *block, const char *key, char *out,
	size_t size)
{
	struct buf plain = { 0 };
	struct text value;

	if (!block_get(block, key, &value))
		return;
	text_unescape(&plain, value);
	snprintf(out, size, "%s", buf_text(&plain));
	buf_fini(&plain);
}

static bool load_facts(struct loader *loader, const struct block *block)
{
	struct facts *facts = &loader->now.facts;
	uint64_t page_size = facts->page_size ? facts->page_size : 4096;
	uint64_t ticks = facts->clock_ticks ? facts->clock_ticks : 100;
	uint64_t uid = facts->uid;
	struct text value;

	if (block_get(block, "status", &value) && !text_is(value, "ok"))
		return true;
	copy_value(block, "release", facts->release, sizeof(facts->release));
	copy_value(block, "machine", facts->machine, sizeof(facts->machine));
	if (!block_get_u64(block, "page_size", UINT64_C(1) << 30, &page_size) ||
	    page_size < 512 || (page_size & (page_size - 1)))
		return bad(loader, "page_size is none");
	if (!block_get_u64(block, "clock_ticks", 1000000, &ticks) || !ticks)
		return bad(loader, "clock_ticks is none");
	if (!block_get_u64(block, "task_size", UINT64_MAX,
		    &facts->task_size) ||
	    !block_get_u64(block, "uid", UINT32_MAX, &uid))
		return bad(loader, "a number is none");
	if (block_get(block, "pfn_visible", &value))
		facts->pfn_visible = text_is(value, "yes");
	facts->page_size = (uint32_t)page_size;
	facts->clock_ticks = (uint32_t)ticks;
	facts->uid = (uint32_t)uid;
	loader->now.has_facts = true;
	return true;
}

/* What every answer has; STATUS that nobody knows is UNRECORDED. */
static bool load_common(struct loader *loader, const struct block *block,
	struct entry *entry)
{
	uint64_t pid = 0;
	struct text value;
	unsigned i;

	if (!block_get_u64(block, "pid", INT_MAX, &pid) ||
	    !block_get_u64(block, "starttime", UINT64_MAX, &entry->starttime))
		return bad(loader, "the process is none");
	entry->pid = (int)pid;
	entry->payload = block->payload;
	if (!block_get(block, "status", &value))
		return true;
	entry->status = ANSWER_UNRECORDED;
	for (i = 0; i < NANSWERS; i++)
		if (text_is(value, answer_name((enum answer)i)))
			entry->status = (uint8_t)i;
	return true;
}

static bool load_text(struct loader *loader, const struct block *block,
	struct entry *entry)
{
	struct text value;

	entry->kind = ENTRY_TEXT;
	if (!block_get(block, "path", &value) || !value.n)
		return bad(loader, "a text has no path");
	entry->path = value;
	entry->eol = !block_get(block, "eol", &value) || !text_is(value, "no");
	/* Last: what is left of the header is no header any more. */
	entry->path = unescape_here(entry->path);
	return true;
}

static void take_run(void *arg, const struct word_run *run)
{
	struct replay *replay = arg;

	replay->runs = mem_grow(replay->runs, &replay->cap_runs,
		replay->nruns + 1, sizeof(*replay->runs));
	replay->runs[replay->nruns++] = *run;
}

static bool load_words(struct loader *loader, const struct block *block,
	struct entry *entry)
{
	struct replay *replay = loader->replay;
	struct text file = { "", 0 };
	uint64_t got, asked;
	uint32_t total;

	entry->kind = ENTRY_WORDS;
	block_get(block, "file", &file);
	while (entry->sub < NWORD_FILES && !text_is(file,
		word_file_name((enum word_file)entry->sub)))
		entry->sub++;
	/* Of another kernel's file: passed over. */
	if (entry->sub == NWORD_FILES) {
		entry->status = ANSWER_UNRECORDED;
		return true;
	}
	if (entry->sub != WORDS_PAGEMAP)
		entry->pid = 0;
	entry->at = replay->nruns;
	if (!payload_words(block->payload, take_run, replay, &total))
		return bad(loader, "the words are damaged");
	entry->n = replay->nruns - entry->at;
	got = total;
	if (!block_get_u64(block, "first", BLOCK_INDEX_MAX, &entry->first) ||
	    !block_get_u64(block, "got", BLOCK_WORDS_MAX, &got) ||
	    got != total)
		return bad(loader, "the words are not as many as they should be");
	asked = got;
	if (!block_get_u64(block, "asked", BLOCK_WORDS_MAX, &asked) ||
	    asked < got)
		return bad(loader, "more words than were asked for");
	entry->got = total;
	entry->end = entry->first + asked;
	return true;
}

static bool load_populated(struct loader *loader, const struct block *block,
	struct entry *entry)
{
	struct replay *replay = loader->replay;
	struct text kind = { "any", 3 }, payload = block->payload, line;
	uint64_t last;

	entry->kind = ENTRY_POPULATED;
	block_get(block, "kind", &kind);
	entry->sub = text_is(kind, "huge") ? POPULATED_HUGE : POPULATED_ANY;
	if (!entry->sub && !text_is(kind, "any"))
		entry->status = ANSWER_UNRECORDED;
	entry->at = replay->nranges;
	if (!block_get_u64(block, "start", BLOCK_INDEX_MAX, &entry->first) ||
	    !block_get_u64(block, "end", BLOCK_INDEX_MAX, &entry->end))
		return bad(loader, "the bounds are none");
	last = entry->first;
	while (payload_line(&payload, &line))
		for (line = text_trim(line); line.n; line = text_trim(line)) {
			struct vpn_range range;

			if (!payload_range(&line, &range) ||
			    (line.n && line.p[0] != ' ') ||
			    range.start < last || range.end <= range.start ||
			    range.end > entry->end)
				return bad(loader, "the ranges are damaged");
			last = range.end;
			replay->ranges = mem_grow(replay->ranges,
				&replay->cap_ranges, replay->nranges + 1,
				sizeof(range));
			replay->ranges[replay->nranges++] = range;
		}
	entry->n = replay->nranges - entry->at;
	return true;
}

static bool load_processes(struct loader *loader, const struct block *block,
	struct entry *entry)
{
	struct text payload = block->payload, line;
	struct process_entry process;

	entry->kind = ENTRY_PROCESSES;
	while (payload_line(&payload, &line))
		if (!payload_process(line, &process))
			return bad(loader, "a process is none");
	return true;
}

static bool load_answer(struct loader *loader, const struct block *block)
{
	struct replay *replay = loader->replay;
	struct entry entry = { .seq = (uint32_t)replay->nentries };
	bool ok;

	if (!load_common(loader, block, &entry))
		return false;
	if (text_is(block->kind, "text"))
		ok = load_text(loader, block, &entry);
	else if (text_is(block->kind, "words"))
		ok = load_words(loader, block, &entry);
	else if (text_is(block->kind, "populated"))
		ok = load_populated(loader, block, &entry);
	else if (text_is(block->kind, "processes"))
		ok = load_processes(loader, block, &entry);
	else
		return true;
	if (!ok || entry.status == ANSWER_UNRECORDED)
		return ok;
	if (!loader->open)
		return bad(loader, "an answer outside of a refresh");
	replay->entries = mem_grow(replay->entries, &replay->cap_entries,
		replay->nentries + 1, sizeof(entry));
	replay->entries[replay->nentries++] = entry;
	return true;
}

static bool begin_refresh(struct loader *loader, const struct block *block)
{
	struct replay *replay = loader->replay;
	struct facts *facts = &loader->now.facts;

	if (loader->open)
		return bad(loader, "the refresh before has no end");
	if (!block_get_u64(block, "time_ms", UINT64_MAX / 2,
		    &facts->time_ms) ||
	    !block_get_u64(block, "uptime_ms", UINT64_MAX / 2,
		    &facts->uptime_ms))
		return bad(loader, "the time is none");
	loader->open = true;
	loader->now.first = replay->nentries;
	loader->nruns = replay->nruns;
	loader->nranges = replay->nranges;
	return true;
}

static bool end_refresh(struct loader *loader)
{
	struct replay *replay = loader->replay;
	struct replay_refresh *now = &loader->now;

	if (!loader->open)
		return bad(loader, "the end of no refresh");
	loader->open = false;
	now->n = replay->nentries - now->first;
	refresh_build(replay->entries + now->first, now->n);
	replay->refreshes = mem_grow(replay->refreshes,
		&replay->cap_refreshes, replay->nrefreshes + 1, sizeof(*now));
	replay->refreshes[replay->nrefreshes++] = *now;
	return true;
}

/* Whether the recording stops in the middle of BLOCK's last line. */
static bool is_cut(const struct replay *replay, const struct block *block)
{
	const char *end = replay->data + replay->size;

	return block->payload.p + block->payload.n == end && end[-1] != '\n';
}

static bool load_block(struct loader *loader, const struct block *block)
{
	if (is_cut(loader->replay, block) && !text_is(block->kind, "end"))
		return bad(loader, "it is cut short");
	if (block->damaged)
		return bad(loader, "its checksum does not agree");
	if (text_is(block->kind, "refresh"))
		return begin_refresh(loader, block);
	if (text_is(block->kind, "end"))
		return end_refresh(loader);
	if (text_is(block->kind, "facts"))
		return load_facts(loader, block);
	return load_answer(loader, block);
}

/* The first line; false with ERR where it is not that of a recording. */
static int load_magic(struct loader *loader, struct block_reader *reader,
	struct err *err)
{
	struct text line = { "", 0 }, word;
	uint64_t version;

	text_line(&reader->rest, &line);
	reader->line++;
	if (!text_word(&line, &word) || !text_is(word, RECORDING_MAGIC) ||
	    !text_word(&line, &word) || !text_all_u64(word, 10, &version))
		return err_set(err, 0, "%s is no recording of vmatlas",
			loader->name);
	if (version != RECORDING_VERSION)
		return err_set(err, 0, "%s is a recording of version %" PRIu64
			"; this vmatlas reads version %d: a newer one may help",
			loader->name, version, RECORDING_VERSION);
	return 0;
}

/* The process that has the first pagemap or maps, best of all a readable
 * one.  Sorting has mixed the entries; SEQ tells which came first. */
static void find_subject(struct replay *replay)
{
	uint32_t best = UINT32_MAX;
	bool best_ok = false;
	size_t i;

	for (i = 0; i < replay->nentries; i++) {
		const struct entry *entry = &replay->entries[i];
		bool ok = entry->status == ANSWER_OK;

		if (!entry->pid || (entry->kind != ENTRY_WORDS &&
			(entry->kind != ENTRY_TEXT ||
			!text_is(entry->path, "maps"))))
			continue;
		if (ok < best_ok || (ok == best_ok && entry->seq >= best))
			continue;
		best = entry->seq;
		best_ok = ok;
		replay->subject = (struct proc_id){ entry->pid,
			entry->starttime };
	}
}

int replay_load(struct replay *replay, const char *name, struct err *warning,
	struct err *err)
{
	struct loader loader = { .replay = replay, .name = name };
	struct block_reader reader = { { replay->data, replay->size }, 1 };
	struct block block = { .line = 0 };
	struct err trouble = { 0 };

	if (load_magic(&loader, &reader, err))
		return -1;
	replay->entries = mem_grow(NULL, &replay->cap_entries, 1,
		sizeof(*replay->entries));
	replay->runs = mem_grow(NULL, &replay->cap_runs, 1,
		sizeof(*replay->runs));
	replay->ranges = mem_grow(NULL, &replay->cap_ranges, 1,
		sizeof(*replay->ranges));
	while (!loader.why && block_next(&reader, &block))
		load_block(&loader, &block);
	if (loader.why)
		err_set(&trouble, 0, "%s, line %zu: %s", name, block.line,
			loader.why);
	else if (loader.open)
		err_set(&trouble, 0, "%s ends within a refresh", name);
	if (loader.open) {
		replay->nentries = loader.now.first;
		replay->nruns = loader.nruns;
		replay->nranges = loader.nranges;
	}
	if (!replay->nrefreshes)
		return err_set(err, 0, "%s%s", trouble.text[0] ? trouble.text :
			name, trouble.text[0] ? "; there is no whole refresh" :
			" holds no refresh");
	if (trouble.text[0])
		err_set(warning, 0, "%.170s; shown is what comes before",
			trouble.text);
	find_subject(replay);
	return 0;
}
