/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kept.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* Content of one refresh, at most: with more, what changed is told by whole
 * answers. */
#define CONTENT_MOST ((size_t)32 << 20)

/* Words that are alike or follow each other. */
struct kept_run {
	uint64_t value;
	uint32_t n, step;
};

struct kept *kept_latest(struct kept_list *list, uint64_t question)
{
	uint64_t *at = memo_at(&list->latest, question);

	return *at ? &list->list[*at - 1] : NULL;
}

struct kept *kept_add(struct kept_list *list, uint64_t question,
	uint64_t place, uint64_t answer)
{
	struct kept *before = kept_latest(list, question);
	uint32_t nth = before ? before->nth + 1 : 0;

	list->list = mem_grow(list->list, &list->cap, list->n + 1,
		sizeof(*list->list));
	list->list[list->n] = (struct kept){ .question = question,
		.place = place, .answer = answer, .nth = nth };
	*memo_at(&list->latest, question) = ++list->n;
	return &list->list[list->n - 1];
}

static void make_index(struct kept_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct kept *kept = &list->list[i];

		*memo_at(&list->by_turn,
			hash_u64(kept->question, kept->nth)) = i + 1;
		if (!kept->taken)
			*memo_at(&list->by_place, kept->place) = i + 1;
	}
	list->indexed = true;
}

size_t kept_find(struct kept_list *list, uint64_t question, uint32_t nth,
	uint64_t place)
{
	uint64_t at;

	if (!list->n)
		return 0;
	if (!list->indexed)
		make_index(list);
	at = *memo_at(&list->by_turn, hash_u64(question, nth));
	if (!at || list->list[at - 1].taken)
		at = *memo_at(&list->by_place, place);
	return at && !list->list[at - 1].taken ? (size_t)at - 1 : list->n;
}

/* ---- content */

static size_t run_at(const uint64_t *words, size_t n, size_t i,
	uint32_t *step)
{
	size_t len = 1;

	*step = i + 1 < n && words[i + 1] == words[i] + 1;
	while (i + len < n && words[i + len] == words[i + len - 1] + *step)
		len++;
	return len;
}

/* As runs where that is less. */
static void pack_words(struct kept *kept, const uint64_t *words, size_t n)
{
	struct kept_run *runs;
	size_t i, nruns = 0, len;
	uint32_t step;

	for (i = 0; i < n; i += run_at(words, n, i, &step))
		nruns++;
	kept->n = (uint32_t)n;
	if (nruns * sizeof(*runs) >= n * sizeof(*words)) {
		kept->as = KEPT_WORDS;
		kept->nbytes = (uint32_t)(n * sizeof(*words));
		kept->bytes = mem_new(1, kept->nbytes);
		memcpy(kept->bytes, words, kept->nbytes);
		return;
	}
	kept->as = KEPT_RUNS;
	kept->nbytes = (uint32_t)(nruns * sizeof(*runs));
	runs = kept->bytes = mem_new(1, kept->nbytes);
	for (i = 0; i < n; i += len) {
		len = run_at(words, n, i, &step);
		*runs++ = (struct kept_run){ words[i], (uint32_t)len, step };
	}
}

void kept_words(struct kept_list *list, struct kept *kept,
	const uint64_t *words, size_t n)
{
	if (n == 1) {
		kept->as = KEPT_WORD;
		kept->n = 1;
		kept->word = *words;
	} else if (n && list->nbytes < CONTENT_MOST) {
		pack_words(kept, words, n);
		list->nbytes += kept->nbytes;
	}
}

void kept_text(struct kept_list *list, struct kept *kept, struct text text)
{
	if (!text.n || text.n > UINT32_MAX || list->nbytes >= CONTENT_MOST)
		return;
	kept->as = KEPT_TEXT;
	kept->bytes = mem_text(text.p, text.n);
	kept->nbytes = (uint32_t)text.n;
	list->nbytes += text.n;
}

const uint64_t *kept_get_words(const struct kept *kept, uint64_t *scratch)
{
	const struct kept_run *run = kept->bytes;
	uint32_t i, k;

	if (kept->as == KEPT_WORD)
		return &kept->word;
	if (kept->as == KEPT_WORDS)
		return kept->bytes;
	if (kept->as != KEPT_RUNS)
		return NULL;
	for (i = 0; i < kept->n; run++)
		for (k = 0; k < run->n; k++)
			scratch[i++] = run->value + (uint64_t)run->step * k;
	return scratch;
}

bool kept_get_text(const struct kept *kept, struct text *out)
{
	if (kept->as != KEPT_TEXT)
		return false;
	*out = (struct text){ kept->bytes, kept->nbytes };
	return true;
}

void kept_move(struct kept_list *to_list, struct kept *to,
	struct kept_list *from_list, struct kept *from)
{
	to->as = from->as;
	if (from->as == KEPT_WORD)
		to->word = from->word;
	else
		to->bytes = from->bytes;
	to->nbytes = from->nbytes;
	to->n = from->n;
	to_list->nbytes += from->nbytes;
	from_list->nbytes -= from->nbytes;
	from->as = KEPT_NOT;
	from->nbytes = 0;
}

void kept_clear(struct kept_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->list[i].as > KEPT_WORD)
			free(list->list[i].bytes);
	list->n = list->nbytes = 0;
	memo_clear(&list->latest);
	memo_clear(&list->by_turn);
	memo_clear(&list->by_place);
	list->indexed = false;
}

void kept_fini(struct kept_list *list)
{
	kept_clear(list);
	free(list->list);
	memo_fini(&list->latest);
	memo_fini(&list->by_turn);
	memo_fini(&list->by_place);
	*list = (struct kept_list){ 0 };
}
