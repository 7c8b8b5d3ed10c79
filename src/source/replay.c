/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "replay_impl.h"
#include "vmatlas/base/mem.h"

/* A recording that is larger is read by no machine that we know. */
#define REPLAY_MOST ((size_t)1 << 30)
/* Questions with several answers that are counted in one refresh; beyond,
 * their last answer is given. */
#define ASKED_MOST ((size_t)1 << 21)

static const struct source_ops replay_ops;

/* What a question found: the entries that answer it. */
struct group {
	struct entry *entries;
	size_t n;
};

static struct replay_refresh *replay_now(struct replay *replay)
{
	return replay->next ? &replay->refreshes[replay->next - 1] : NULL;
}

/* A process that one side does not know the start of may be the same. */
static bool starttime_fits(const struct entry *entry, struct proc_id id)
{
	return !id.starttime || !entry->starttime ||
		id.starttime == entry->starttime;
}

/* How many entries of the present refresh come before KEY's group, or with
 * PAST also those of it. */
static size_t count_before(const struct entry *entries, size_t n,
	const struct entry *key, bool past)
{
	size_t low = 0;

	while (n) {
		int order = entry_compare_group(&entries[low + n / 2], key);

		if (order < 0 || (past && !order)) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return low;
}

static struct group group_find(struct replay *replay, enum entry_kind kind,
	unsigned sub, int pid, const char *path)
{
	struct entry key = { .kind = (uint8_t)kind, .sub = (uint8_t)sub,
		.pid = pid, .path = text_of(path) };
	struct replay_refresh *now = replay_now(replay);
	struct group group = { NULL, 0 };
	size_t from, to;

	if (!now)
		return group;
	group.entries = replay->entries + now->first;
	from = count_before(group.entries, now->n, &key, false);
	to = count_before(group.entries, now->n, &key, true);
	group.entries += from;
	group.n = to - from;
	return group;
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
	return starttime_fits(last, id) ? (enum answer)last->status :
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
	if (middle->first > index)
		return;
	if (middle->end > index && starttime_fits(middle, id)) {
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
		if (group.entries[low + n / 2].first <= index) {
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
	if (i < group.n && group.entries[i].first < limit)
		limit = group.entries[i].first;
	for (i = 0; i < replay->nlayers; i++)
		if (replay->layers[i]->end < limit)
			limit = replay->layers[i]->end;
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

/* The run that holds word WHICH of ENTRY. */
static const struct word_run *run_find(const struct replay *replay,
	const struct entry *entry, uint32_t which)
{
	const struct word_run *runs = replay->runs + entry->at;
	size_t low = 0, n = entry->n;

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

/* Copy the words FROM..TO of ENTRY; less than asked for is the file's end. */
static size_t words_copy(const struct replay *replay,
	const struct entry *entry, uint64_t from, uint64_t to, uint64_t *out)
{
	const struct word_run *run, *end = replay->runs + entry->at + entry->n;
	uint64_t most = entry->first + entry->got;
	uint32_t i, stop;

	if (to > most)
		to = most;
	if (from >= to)
		return 0;
	i = (uint32_t)(from - entry->first);
	stop = (uint32_t)(to - entry->first);
	for (run = run_find(replay, entry, i); i < stop; run++) {
		uint32_t until = run + 1 < end ? run[1].at : entry->got;

		for (; i < until && i < stop; i++)
			*out++ = run->value + (uint64_t)run->step *
				(i - run->at);
	}
	return (size_t)(to - from);
}

/* Add what ENTRY knows of FROM..TO; returns how far OUT had room. */
static uint64_t ranges_copy(const struct replay *replay,
	const struct entry *entry, uint64_t from, uint64_t to,
	struct vpn_range *out, size_t max, size_t *n)
{
	const struct vpn_range *ranges = replay->ranges + entry->at;
	size_t low = 0, count = entry->n;

	while (count) {
		if (ranges[low + count / 2].end <= from) {
			low += count / 2 + 1;
			count -= count / 2 + 1;
		} else {
			count /= 2;
		}
	}
	for (; low < entry->n && ranges[low].start < to; low++) {
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

/*
 * Up to where, from INDEX on, no page is populated by what was answered: then
 * their entries were not worth asking for, and are void.
 */
static uint64_t void_until(struct replay *replay, struct proc_id id,
	uint64_t index, uint64_t limit)
{
	struct group group = group_find(replay, ENTRY_POPULATED, POPULATED_ANY,
		id.pid, NULL);
	uint64_t until = layers_at(replay, group, id, index, limit);
	const struct entry *entry = replay->nlayers ?
		replay->layers[replay->nlayers - 1] : NULL;
	struct vpn_range found;
	size_t n = 0;

	if (!entry || entry->status != ANSWER_OK)
		return index;
	ranges_copy(replay, entry, index, until, &found, 1, &n);
	return n ? found.start : until;
}

static enum answer replay_words(struct source *src, enum word_file file,
	struct proc_id id, uint64_t first, size_t n, uint64_t *out, size_t *got)
{
	struct replay *replay = (struct replay *)src;
	struct group group = group_find(replay, ENTRY_WORDS, file,
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
			const struct entry *entry = layer_take(replay, group,
				index);

			if (entry->status != ANSWER_OK)
				return (enum answer)entry->status;
			*got += words_copy(replay, entry, index, index + step,
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
	struct group group = group_find(replay, ENTRY_POPULATED, kind, id.pid,
		NULL);
	const struct entry *entry = NULL;
	uint64_t index = start, to;

	while (index < end) {
		layers_at(replay, group, id, index, end);
		entry = replay->nlayers ? layer_take(replay, group, index) :
			NULL;
		if (!entry || entry->status != ANSWER_OK)
			break;
		to = entry->end < end ? entry->end : end;
		index = ranges_copy(replay, entry, index, to, out, max, n);
		if (index < to)
			break;
	}
	/* What follows is answered when it is asked for by itself. */
	*next = index;
	if (index > start)
		return ANSWER_OK;
	return entry ? (enum answer)entry->status : refusal(group, id);
}

/* ---- all else */

static enum answer replay_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct replay *replay = (struct replay *)src;
	const struct entry *entry = nth_answer(group_find(replay, ENTRY_TEXT, 0,
		id.pid, path), id);
	struct text payload, line;

	if (!entry)
		return ANSWER_UNRECORDED;
	if (entry->status != ANSWER_OK)
		return (enum answer)entry->status;
	payload = entry->payload;
	while (payload_line(&payload, &line)) {
		text_unescape(out, line);
		buf_char(out, '\n');
	}
	if (!entry->eol && out->len)
		out->data[--out->len] = '\0';
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
		ENTRY_PROCESSES, 0, 0, NULL), PROC_NONE);
	struct text payload, line;
	size_t cap = 0;

	if (!entry)
		return ANSWER_UNRECORDED;
	if (entry->status != ANSWER_OK)
		return (enum answer)entry->status;
	payload = entry->payload;
	while (payload_line(&payload, &line)) {
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
	struct replay_refresh *now = replay_now((struct replay *)src);

	if (!now || !now->has_facts)
		return ANSWER_UNRECORDED;
	*out = now->facts;
	return ANSWER_OK;
}

static void forget_asked(struct replay *replay)
{
	struct replay_refresh *now = replay_now(replay);
	size_t i;

	memo_clear(&replay->asked);
	for (i = 0; now && i < now->n; i++)
		replay->entries[now->first + i].asked = 0;
}

static int replay_refresh(struct source *src, struct err *err)
{
	struct replay *replay = (struct replay *)src;

	(void)err;
	if (replay->next == replay->nrefreshes)
		return 0;
	replay->next++;
	forget_asked(replay);
	return 1;
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

	free(replay->data);
	free(replay->refreshes);
	free(replay->entries);
	free(replay->runs);
	free(replay->ranges);
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

static struct source *replay_of(char *data, size_t size, const char *name,
	struct err *warning, struct err *err)
{
	struct replay *replay = mem_new(1, sizeof(*replay));

	replay->src.ops = &replay_ops;
	replay->data = data;
	replay->size = size;
	if (replay_load(replay, name, warning, err)) {
		replay_free(&replay->src);
		return NULL;
	}
	return &replay->src;
}

struct source *replay_of_text(const char *data, size_t n, struct err *warning,
	struct err *err)
{
	return replay_of(mem_text(data, n), n, "the recording", warning, err);
}

/* All of FD, unless it clearly is something else than a recording. */
static int read_all(int fd, const char *name, struct buf *out, struct err *err)
{
	const size_t magic = strlen(RECORDING_MAGIC), chunk = (size_t)1 << 16;
	ssize_t n;

	do {
		char *at = buf_room(out, chunk);

		n = read(fd, at, chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "reading %s", name);
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (out->len >= magic &&
		    memcmp(out->data, RECORDING_MAGIC, magic))
			return err_set(err, 0, "%s is no recording of vmatlas",
				name);
		if (out->len > REPLAY_MOST)
			return err_set(err, EFBIG, "reading %s", name);
	} while (n);
	return 0;
}

struct source *replay_new(const char *path, struct err *warning,
	struct err *err)
{
	bool standard = !strcmp(path, "-");
	const char *name = standard ? "standard input" : path;
	int fd = standard ? STDIN_FILENO :
		open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct buf data = { 0 };
	int rc;

	if (fd < 0) {
		err_set(err, errno, "opening %s", path);
		return NULL;
	}
	rc = read_all(fd, name, &data, err);
	if (!standard)
		close(fd);
	if (rc) {
		buf_fini(&data);
		return NULL;
	}
	buf_room(&data, 0);
	return replay_of(data.data, data.len, name, warning, err);
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
