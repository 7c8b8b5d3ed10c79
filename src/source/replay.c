/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay_impl.h"
#include "vmatlas/base/mem.h"

/* Questions with several answers that are counted in one refresh; beyond,
 * their last answer is given. */
#define ASKED_MOST ((size_t)1 << 21)

static const struct source_ops replay_ops;

/* What a question found: the entries that answer it. */
struct group {
	struct entry *entries;
	size_t n;
};

/* A process that one side does not know the start of may be the same. */
static bool starttime_fits(const struct entry *entry, struct proc_id id)
{
	return !id.starttime || !entry->told->starttime ||
		id.starttime == entry->told->starttime;
}

/* How many entries of the present refresh come before KEY's group, or with
 * PAST also those of it. */
static size_t count_before(const struct entry *entries, size_t n,
	const struct told *key, bool past)
{
	size_t low = 0;

	while (n) {
		int order = told_compare_group(entries[low + n / 2].told, key);

		if (order < 0 || (past && !order)) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return low;
}

static struct group group_find(struct replay *replay, enum told_kind kind,
	unsigned sub, int pid, const char *path)
{
	struct told key = { .kind = (uint8_t)kind, .sub = (uint8_t)sub,
		.pid = pid, .path = (char *)path,
		.path_n = path ? strlen(path) : 0 };
	size_t from = count_before(replay->entries, replay->nentries, &key,
		false);
	size_t to = count_before(replay->entries, replay->nentries, &key, true);

	return (struct group){ to > from ? replay->entries + from : NULL,
		to - from };
}

/* The answer to a text or a list: the Nth one to the Nth question. */
static const struct entry *nth_answer(struct group group, struct proc_id id)
{
	const struct entry *found = NULL;
	uint32_t skip;
	size_t i;

	if (!group.n)
		return NULL;
	skip = group.entries->asked++;
	for (i = 0; i < group.n; i++) {
		if (!starttime_fits(&group.entries[i], id))
			continue;
		found = &group.entries[i];
		if (!skip--)
			break;
	}
	return found;
}

/* A file that was refused is refused as a whole, whatever is asked of it. */
static enum answer refusal(struct group group, struct proc_id id)
{
	const struct entry *last;

	if (!group.n || !group.entries->refusal)
		return ANSWER_UNRECORDED;
	last = &group.entries[group.entries->refusal - 1];
	return starttime_fits(last, id) ? (enum answer)last->told->status :
		ANSWER_UNRECORDED;
}

/* ---- what covers an index */

static void layers_visit(struct replay *replay, const struct entry *entries,
	size_t n, struct proc_id id, uint64_t index)
{
	const struct entry *middle;

	if (!n || entries[n / 2].max_end <= index)
		return;
	middle = &entries[n / 2];
	layers_visit(replay, entries, n / 2, id, index);
	if (middle->told->first > index)
		return;
	if (middle->told->end > index && starttime_fits(middle, id)) {
		replay->layers = mem_grow(replay->layers,
			&replay->cap_layers, replay->nlayers + 1,
			sizeof(const struct entry *));
		replay->layers[replay->nlayers++] = middle;
	}
	layers_visit(replay, middle + 1, n - n / 2 - 1, id, index);
}

static int by_seq(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a;
	const struct entry *y = *(const struct entry *const *)b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* The first entry that begins after INDEX, or N. */
static size_t first_after(struct group group, uint64_t index)
{
	size_t low = 0, n = group.n;

	while (n) {
		if (group.entries[low + n / 2].told->first <= index) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return low;
}

/*
 * Collect in LAYERS, in the order in which they were recorded, what answers
 * for INDEX; returns up to where the same ones do, LIMIT at most.
 */
static uint64_t layers_at(struct replay *replay, struct group group,
	struct proc_id id, uint64_t index, uint64_t limit)
{
	size_t i = first_after(group, index);

	replay->nlayers = 0;
	layers_visit(replay, group.entries, group.n, id, index);
	if (replay->nlayers > 1)
		qsort(replay->layers, replay->nlayers,
			sizeof(const struct entry *), by_seq);
	if (i < group.n && group.entries[i].told->first < limit)
		limit = group.entries[i].told->first;
	for (i = 0; i < replay->nlayers; i++)
		if (replay->layers[i]->told->end < limit)
			limit = replay->layers[i]->told->end;
	return limit;
}

/* The layer for INDEX, which is asked for once more by this. */
static const struct entry *layer_take(struct replay *replay,
	struct group group, uint64_t index)
{
	size_t last = replay->nlayers - 1;
	uint64_t *asked, which;

	if (!last)
		return replay->layers[0];
	if (replay->asked.n >= ASKED_MOST)
		return replay->layers[last];
	asked = memo_at(&replay->asked, hash_u64(hash_u64(0,
		(uint64_t)(group.entries - replay->entries)), index));
	which = (*asked)++;
	return replay->layers[which < last ? which : last];
}

/* ---- words */

/*
 * Up to where, from INDEX on, no page is populated by what was answered: then
 * their entries were not worth asking for, and are void.
 */
static uint64_t void_until(struct replay *replay, struct proc_id id,
	uint64_t index, uint64_t limit)
{
	struct group group = group_find(replay, TOLD_POPULATED, POPULATED_ANY,
		id.pid, NULL);
	uint64_t until = layers_at(replay, group, id, index, limit);
	const struct entry *entry = replay->nlayers ?
		replay->layers[replay->nlayers - 1] : NULL;
	struct vpn_range found;
	size_t n = 0;

	if (!entry || entry->told->status != ANSWER_OK)
		return index;
	told_ranges(entry->told, index, until, &found, 1, &n);
	return n ? found.start : until;
}

static enum answer replay_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct replay *replay = (struct replay *)src;
	struct group group = group_find(replay, TOLD_WORDS, file,
		file == WORDS_PAGEMAP ? id.pid : 0, NULL);
	uint64_t index = first, end = first + n, until, step;

	if (file != WORDS_PAGEMAP)
		id = PROC_NONE;
	if (end < first)
		end = UINT64_MAX;
	while (index < end) {
		until = layers_at(replay, group, id, index, end);
		if (!replay->nlayers && file == WORDS_PAGEMAP) {
			step = void_until(replay, id, index, until) - index;
			memset(out + *got, 0, step * sizeof(*out));
			*got += step;
			index += step;
			if (step)
				continue;
			replay->nlayers = 0;
		}
		if (!replay->nlayers) {
			*got = index == first ? (size_t)(until - first) : 0;
			return refusal(group, id);
		}
		/* One answer for all of it, or counted word by word. */
		for (step = replay->nlayers > 1 ? 1 : until - index;
		     index < until; index += step) {
			const struct told *told = layer_take(replay, group,
				index)->told;

			if (told->status != ANSWER_OK)
				return (enum answer)told->status;
			*got += told_words(told, index, index + step,
				out + *got);
			if (*got < index + step - first)
				return ANSWER_OK;
		}
	}
	return ANSWER_OK;
}

static enum answer replay_populated(struct source *src,
	enum populated_kind kind, struct proc_id id, uint64_t start,
	uint64_t end, struct vpn_range *out, size_t max, size_t *n,
	uint64_t *next)
{
	struct replay *replay = (struct replay *)src;
	struct group group = group_find(replay, TOLD_POPULATED, kind, id.pid,
		NULL);
	const struct told *told = NULL;
	uint64_t index = start, to;

	while (index < end) {
		layers_at(replay, group, id, index, end);
		told = replay->nlayers ?
			layer_take(replay, group, index)->told : NULL;
		if (!told || told->status != ANSWER_OK)
			break;
		to = told->end < end ? told->end : end;
		index = told_ranges(told, index, to, out, max, n);
		if (index < to)
			break;
	}
	/* What follows is answered when it is asked for by itself. */
	*next = index;
	if (index > start)
		return ANSWER_OK;
	return told ? (enum answer)told->status : refusal(group, id);
}

/* ---- all else */

static enum answer replay_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct replay *replay = (struct replay *)src;
	const struct entry *entry = nth_answer(group_find(replay, TOLD_TEXT, 0,
		id.pid, path), id);

	if (!entry)
		return ANSWER_UNRECORDED;
	if (entry->told->status != ANSWER_OK)
		return (enum answer)entry->told->status;
	if (entry->told->text.len)
		buf_add(out, entry->told->text.data, entry->told->text.len);
	return ANSWER_OK;
}

static int by_pid(const void *a, const void *b)
{
	const struct process_entry *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static enum answer replay_processes(struct source *src,
	struct process_entry **out, size_t *n)
{
	struct replay *replay = (struct replay *)src;
	const struct entry *entry = nth_answer(group_find(replay,
		TOLD_PROCESSES, 0, 0, NULL), PROC_NONE);
	struct text lines, line;
	size_t cap = 0;

	if (!entry)
		return ANSWER_UNRECORDED;
	if (entry->told->status != ANSWER_OK)
		return (enum answer)entry->told->status;
	lines = (struct text){ buf_text(&entry->told->text),
		entry->told->text.len };
	while (text_line(&lines, &line)) {
		*out = mem_grow(*out, &cap, *n + 1, sizeof(**out));
		if (payload_process(line, &(*out)[*n]))
			++*n;
	}
	if (*n)
		qsort(*out, *n, sizeof(**out), by_pid);
	return ANSWER_OK;
}

static enum answer replay_facts(struct source *src, struct facts *out)
{
	struct replay *replay = (struct replay *)src;

	if (!replay->next || !replay->refreshes[replay->next - 1].has_facts)
		return ANSWER_UNRECORDED;
	*out = replay->refreshes[replay->next - 1].facts;
	return ANSWER_OK;
}

/* ---- refreshes */

int told_compare_group(const struct told *a, const struct told *b)
{
	size_t n = a->path_n < b->path_n ? a->path_n : b->path_n;
	int order = (a->kind > b->kind) - (a->kind < b->kind);

	if (!order)
		order = (a->sub > b->sub) - (a->sub < b->sub);
	if (!order)
		order = (a->pid > b->pid) - (a->pid < b->pid);
	if (!order && n)
		order = memcmp(a->path, b->path, n);
	if (!order)
		order = (a->path_n > b->path_n) - (a->path_n < b->path_n);
	return order;
}

static int entry_compare(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int order = told_compare_group(a->told, b->told);

	if (!order)
		order = (a->told->first > b->told->first) -
			(a->told->first < b->told->first);
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
	middle->max_end = middle->told->end;
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
		if (group[i].told->status != ANSWER_OK &&
		    (!group->refusal || group[i].seq > last)) {
			group->refusal = (uint32_t)i + 1;
			last = group[i].seq;
		}
}

/* The answers of the refresh that was read last, by what they answer. */
static void build_entries(struct replay *replay)
{
	struct told_list *list = &replay->list;
	struct entry *entries;
	size_t i, from, to;

	replay->entries = entries = mem_grow(replay->entries,
		&replay->cap_entries, list->n, sizeof(*entries));
	replay->nentries = 0;
	for (i = 0; i < list->n; i++)
		if (!list->list[i]->ignored)
			entries[replay->nentries++] = (struct entry){
				.told = list->list[i], .seq = (uint32_t)i };
	if (replay->nentries)
		qsort(entries, replay->nentries, sizeof(*entries),
			entry_compare);
	for (from = 0; from < replay->nentries; from = to) {
		for (to = from + 1; to < replay->nentries &&
		     !told_compare_group(entries[from].told, entries[to].told);)
			to++;
		group_build(&entries[from], to - from);
	}
	memo_clear(&replay->asked);
}

static int replay_refresh(struct source *src, struct err *err)
{
	struct replay *replay = (struct replay *)src;
	size_t at = replay->at;
	int more = replay_read(replay, replay->next);

	replay->next += more == 1;
	/* Also where there was none, after a jump to behind the last one. */
	if (more == 1 || replay->at != at)
		build_entries(replay);
	if (!more && replay->trouble.text[0] && !replay->said) {
		replay->said = true;
		if (err)
			*err = replay->trouble;
	}
	return more;
}

/* What a recorder had open is nothing to us. */
static void replay_forget(struct source *src, struct proc_id id)
{
	(void)src;
	(void)id;
}

static uint64_t replay_count(struct source *src)
{
	return ((struct replay *)src)->nrefreshes;
}

static bool replay_time_of(struct source *src, uint64_t n, uint64_t *time_ms)
{
	struct replay *replay = (struct replay *)src;

	if (!n || n > replay->nrefreshes)
		return false;
	*time_ms = replay->refreshes[n - 1].facts.time_ms;
	return *time_ms != 0;
}

static bool replay_go(struct source *src, uint64_t n)
{
	struct replay *replay = (struct replay *)src;

	if (!n || n > replay->nrefreshes)
		return false;
	replay->next = (size_t)(n - 1);
	return true;
}

static void replay_free(struct source *src)
{
	struct replay *replay = (struct replay *)src;

	replay_unload(replay);
	free(replay->name);
	free(replay->entries);
	free(replay->layers);
	memo_fini(&replay->asked);
	free(replay);
}

static const struct source_ops replay_ops = {
	.refresh = replay_refresh,
	.facts = replay_facts,
	.text = replay_text,
	.words = replay_words,
	.populated = replay_populated,
	.processes = replay_processes,
	.count = replay_count,
	.time_of = replay_time_of,
	.go = replay_go,
	.forget = replay_forget,
	.free = replay_free,
};

/* What FD (-1: nothing) and DATA hold. */
static struct source *replay_of(int fd, bool is_stream, struct buf *data,
	const char *name, struct err *warning, struct err *err)
{
	struct replay *replay = mem_new(1, sizeof(*replay));

	replay->src.ops = &replay_ops;
	replay->name = mem_text(name, strlen(name));
	replay->intake.raw = *data;
	if (intake_open(&replay->intake, fd, is_stream, name, err) ||
	    replay_load(replay, !is_stream, err)) {
		replay_free(&replay->src);
		return NULL;
	}
	if (replay->trouble.text[0]) {
		err_set(warning, 0, "%.170s; shown is what comes before",
			replay->trouble.text);
		replay->said = true;
	}
	return &replay->src;
}

struct source *replay_of_text(const char *data, size_t n, struct err *warning,
	struct err *err)
{
	struct buf copy = { 0 };

	buf_add(&copy, data, n);
	return replay_of(-1, false, &copy, "the recording", warning, err);
}

/* A pipe is looked at as what comes through it comes. */
static bool is_stream(int fd)
{
	struct stat stat;

	return !fstat(fd, &stat) && (S_ISFIFO(stat.st_mode) ||
		S_ISSOCK(stat.st_mode));
}

struct source *replay_new(const char *path, struct err *warning,
	struct err *err)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO :
		open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct buf data = { 0 };
	struct source *src;

	if (fd < 0) {
		err_set(err, errno, "opening %s", path);
		return NULL;
	}
	src = replay_of(fd, standard && is_stream(fd), &data,
		standard ? "standard input" : path, warning, err);
	if (!standard)
		close(fd);
	return src;
}

bool replay_subject(struct source *src, struct proc_id *out)
{
	struct replay *replay = (struct replay *)src;

	if (src->ops != &replay_ops || !replay->subject.pid)
		return false;
	*out = replay->subject;
	return true;
}

void replay_rewind(struct source *src, size_t n)
{
	struct replay *replay = (struct replay *)src;

	if (src->ops == &replay_ops)
		replay->next = n < replay->nrefreshes ? n : replay->nrefreshes;
}

size_t replay_nrefreshes(struct source *src)
{
	return src->ops == &replay_ops ? ((struct replay *)src)->nrefreshes : 0;
}
