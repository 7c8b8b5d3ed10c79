/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay_impl.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

static bool bad(struct replay *replay, const char *why)
{
	replay->loader.why = why;
	return false;
}

static void list_clear(struct told_list *list)
{
	while (list->n)
		told_unref(list->list[--list->n]);
}

/* ---- facts */

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

static bool load_facts(struct replay *replay, const struct block *block)
{
	struct facts *facts = &replay->loader.now.facts;
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
		return bad(replay, "page_size is none");
	if (!block_get_u64(block, "clock_ticks", 1000000, &ticks) || !ticks)
		return bad(replay, "clock_ticks is none");
	if (!block_get_u64(block, "task_size", UINT64_MAX,
		    &facts->task_size) ||
	    !block_get_u64(block, "uid", UINT32_MAX, &uid))
		return bad(replay, "a number is none");
	if (block_get(block, "pfn_visible", &value))
		facts->pfn_visible = text_is(value, "yes");
	facts->page_size = (uint32_t)page_size;
	facts->clock_ticks = (uint32_t)ticks;
	facts->uid = (uint32_t)uid;
	replay->loader.now.has_facts = true;
	return true;
}

/* ---- answers */

static void list_add(struct told_list *list, struct told *told)
{
	list->list = mem_grow(list->list, &list->cap, list->n + 1,
		sizeof(struct told *));
	list->list[list->n++] = told;
}

/* The process that has the first pagemap or maps, best of all a readable
 * one. */
static void note_subject(struct replay *replay, const struct told *told)
{
	int rank = told->status == ANSWER_OK ? 2 : 1;

	if (!told->pid || told->ignored || rank <= replay->subject_rank ||
	    (told->kind != TOLD_WORDS && (told->kind != TOLD_TEXT ||
		strcmp(told->path, "maps"))))
		return;
	replay->subject_rank = rank;
	replay->subject = (struct proc_id){ told->pid, told->starttime };
}

/* How many answers the refresh before has that this one may speak of. */
static size_t nbefore(const struct replay *replay)
{
	return replay->loader.whole ? 0 : replay->list.n;
}

/* An answer of the refresh before, which is used this once: so no refresh is
 * larger than what was written justifies. */
static bool take_before(struct replay *replay, uint64_t which)
{
	struct loader *loader = &replay->loader;

	if (which >= nbefore(replay))
		return bad(replay, "the refresh before has no such answer");
	if (!loader->taken)
		loader->taken = mem_new(replay->list.n, sizeof(bool));
	if (loader->taken[which])
		return bad(replay, "an answer of before is used twice");
	loader->taken[which] = true;
	return true;
}

static bool load_same(struct replay *replay, const struct block *block)
{
	uint64_t first = 0, n = 0, i;

	if (!block_get_u64(block, "first", UINT32_MAX, &first) ||
	    !block_get_u64(block, "n", UINT32_MAX, &n) ||
	    first > nbefore(replay) || n > nbefore(replay) - first)
		return bad(replay, "the refresh before has no such answers");
	for (i = first; i < first + n; i++) {
		if (!take_before(replay, i))
			return false;
		list_add(&replay->loader.list,
			told_ref(replay->list.list[i]));
	}
	return true;
}

static bool load_answer(struct replay *replay, const struct block *block)
{
	struct loader *loader = &replay->loader;
	uint64_t which = UINT64_MAX;
	struct told *told;

	if (loader->now.version > 1 &&
	    !block_get_u64(block, "base", UINT32_MAX, &which))
		return bad(replay, "its base is none");
	if (which != UINT64_MAX && !take_before(replay, which))
		return false;
	told = told_new(block, which != UINT64_MAX ?
		replay->list.list[which] : NULL, &loader->why);
	if (!told)
		return false;
	list_add(&loader->list, told);
	return true;
}

/* ---- refreshes */

/* Back to where the last whole one ended. */
static void forget_open(struct replay *replay)
{
	struct loader *loader = &replay->loader;

	loader->open = false;
	list_clear(&loader->list);
	free(loader->taken);
	loader->taken = NULL;
}

static bool begin_refresh(struct replay *replay, const struct block *block)
{
	struct loader *loader = &replay->loader;
	struct facts *facts = &loader->now.facts;
	struct text value;

	if (loader->open)
		return bad(replay, "the refresh before has no end");
	loader->open = true;
	loader->blocks = 0;
	facts->left_out = 0;
	if (!block_get_u64(block, "time_ms", UINT64_MAX / 2,
		    &facts->time_ms) ||
	    !block_get_u64(block, "uptime_ms", UINT64_MAX / 2,
		    &facts->uptime_ms) ||
	    !block_get_u64(block, "left_out", UINT64_MAX, &facts->left_out))
		return bad(replay, "the time is none");
	loader->whole = loader->now.version == 1 ||
		(block_get(block, "whole", &value) && text_is(value, "yes"));
	if (!loader->whole)
		loader->now.is_begin = false;
	return true;
}

/* One that was not come to before. */
static void note_refresh(struct replay *replay)
{
	size_t i;

	replay->refreshes = mem_grow(replay->refreshes,
		&replay->cap_refreshes, replay->nrefreshes + 1,
		sizeof(*replay->refreshes));
	replay->refreshes[replay->nrefreshes] = replay->loader.now;
	/* Together with what stands before it. */
	if (!replay->nrefreshes) {
		replay->refreshes->is_begin = true;
		replay->refreshes->place = (struct intake_place){ 0, 1 };
	}
	replay->nrefreshes++;
	for (i = 0; i < replay->list.n && replay->subject_rank < 2; i++)
		note_subject(replay, replay->list.list[i]);
}

/* The refresh is whole: it takes the place of the one before. */
static bool end_refresh(struct replay *replay, const struct block *block)
{
	struct loader *loader = &replay->loader;
	struct told_list old = replay->list;
	uint64_t blocks = loader->blocks;

	if (!loader->open)
		return bad(replay, "the end of no refresh");
	if (!block_get_u64(block, "blocks", UINT64_MAX, &blocks) ||
	    blocks != loader->blocks)
		return bad(replay, "some of the refresh is missing");
	replay->list = loader->list;
	loader->list = old;
	forget_open(replay);
	if (replay->at == replay->nrefreshes)
		note_refresh(replay);
	replay->at++;
	return true;
}

/* The first line of a file; others may have been put behind it. */
static bool load_magic(struct replay *replay, const struct block *block)
{
	struct loader *loader = &replay->loader;
	struct text rest = block->keys, word;
	uint64_t version;

	if (loader->open)
		return bad(replay, "the refresh before has no end");
	if (!text_word(&rest, &word) || !text_all_u64(word, 10, &version))
		return bad(replay, "it is no recording of vmatlas");
	if (!version || version > RECORDING_VERSION) {
		snprintf(loader->words, sizeof(loader->words), "it is of "
			"version %" PRIu64 " and only %d is known: a newer "
			"vmatlas may help", version, RECORDING_VERSION);
		return bad(replay, loader->words);
	}
	loader->now.version = (uint8_t)version;
	loader->now.checked = text_word(&rest, &word) &&
		text_is(word, "checked");
	return true;
}

/* What stands within refreshes. */
static bool load_within(struct replay *replay, const struct block *block)
{
	struct loader *loader = &replay->loader;
	bool same = loader->now.version > 1 && text_is(block->kind, "same");

	loader->blocks++;
	if (text_is(block->kind, "facts"))
		return load_facts(replay, block);
	if (!same && !told_is_answer(block))
		return true;
	if (!loader->open)
		return bad(replay, "an answer outside of a refresh");
	return same ? load_same(replay, block) : load_answer(replay, block);
}

static bool load_block(struct replay *replay, const struct block *block)
{
	struct loader *loader = &replay->loader;

	if (block->cut && !text_is(block->kind, "end"))
		return bad(replay, "it is cut short");
	if (block->damaged)
		return bad(replay, "its checksum does not agree");
	if (text_is(block->kind, RECORDING_MAGIC))
		return load_magic(replay, block);
	if (!loader->now.version)
		return bad(replay, "it is no recording of vmatlas");
	if (loader->now.checked && !block->checked)
		return bad(replay, "it lacks its checksum");
	if (text_is(block->kind, "refresh"))
		return begin_refresh(replay, block);
	if (text_is(block->kind, "end"))
		return end_refresh(replay, block);
	if (text_is(block->kind, "broken-off") && loader->now.version > 1) {
		forget_open(replay);
		return true;
	}
	return load_within(replay, block);
}

/* What is not as it should be ends the recording, once for all. */
static void note_trouble(struct replay *replay)
{
	const struct loader *loader = &replay->loader;
	const char *why = loader->why ? loader->why : replay->intake.why;

	if (why)
		err_set(&replay->trouble, 0, "%s, line %zu: %s", replay->name,
			loader->line, why);
	else if (loader->open)
		err_set(&replay->trouble, 0, "%s ends within a refresh",
			replay->name);
	replay->all = true;
	forget_open(replay);
}

/* The next refresh: 1, LATER or 0. */
static int read_next(struct replay *replay)
{
	struct loader *loader = &replay->loader;
	enum intake_result result = INTAKE_BLOCK;
	struct block block;
	size_t at = replay->at;

	if (replay->all && at == replay->nrefreshes)
		return 0;
	while (!loader->why && replay->at == at) {
		if (!loader->open)
			loader->now.is_begin = intake_can_begin(
				&replay->intake, &loader->now.place);
		result = intake_block(&replay->intake, &block);
		if (result == INTAKE_LATER)
			return SOURCE_LATER;
		if (result != INTAKE_BLOCK)
			break;
		loader->line = block.line;
		load_block(replay, &block);
	}
	if (replay->at > at)
		return 1;
	note_trouble(replay);
	return 0;
}

/* To before refresh N: 1, or what reading from there on gave. */
static int go_to(struct replay *replay, size_t n)
{
	struct loader *loader = &replay->loader;
	size_t begin = n < replay->nrefreshes ? n : replay->nrefreshes - 1;
	int result = 1;

	while (begin && !replay->refreshes[begin].is_begin)
		begin--;
	if (replay->at > n || begin > replay->at) {
		forget_open(replay);
		list_clear(&replay->list);
		replay->at = begin;
		loader->now = replay->refreshes[begin];
		loader->why = NULL;
		intake_go(&replay->intake, &loader->now.place);
	}
	while (result == 1 && replay->at < n)
		result = read_next(replay);
	return result;
}

int replay_read(struct replay *replay, size_t n)
{
	int result = 1;

	if (replay->all && n >= replay->nrefreshes)
		return 0;
	if (replay->at != n)
		result = go_to(replay, n);
	return result == 1 ? read_next(replay) : result;
}

/* A stream: there is nothing to look at before its first refresh. */
static int wait_for_first(struct replay *replay)
{
	struct pollfd pfd = { .fd = replay->intake.fd, .events = POLLIN };
	int result;

	while ((result = read_next(replay)) == SOURCE_LATER)
		poll(&pfd, 1, -1);
	return result;
}

int replay_load(struct replay *replay, bool all, struct err *err)
{
	const char *why = replay->trouble.text;
	int more = wait_for_first(replay);

	while (all && more == 1)
		more = read_next(replay);
	if (replay->nrefreshes)
		return 0;
	return err_set(err, 0, "%.160s%s", *why ? why : replay->name, *why ?
		"; there is no whole refresh" : " holds no refresh");
}

void replay_unload(struct replay *replay)
{
	forget_open(replay);
	list_clear(&replay->list);
	free(replay->list.list);
	free(replay->loader.list.list);
	free(replay->refreshes);
	intake_fini(&replay->intake);
}
