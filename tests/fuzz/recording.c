/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdlib.h>

#include "vmatlas/source/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Questions around what the seeds hold, so that small changes matter. */
static void ask(struct source *src, struct proc_id id)
{
	static const char *const texts[] = { "maps", "stat", "zoneinfo" };
	static uint64_t words[SOURCE_SLICE];
	struct vpn_range ranges[4];
	struct process_entry *list;
	struct buf buf = { 0 };
	uint64_t first, next;
	size_t got, i, file, max;
	unsigned kind;

	for (i = 0; i < 6; i++)
		source_text(src, i % 2 ? id : PROC_NONE, texts[i % 3], &buf);
	for (file = 0; file < NWORD_FILES; file++)
		for (first = 0; first < 64; first += 1 + first % 9) {
			if (source_words(src, (enum word_file)file, id, first,
				    first % 5 ? 7 : SOURCE_SLICE, words,
				    &got) != ANSWER_OK)
				continue;
			assert(got <= (first % 5 ? 7 : SOURCE_SLICE));
		}
	for (kind = 0; kind < NPOPULATED_KINDS; kind++)
		for (first = 0, max = 1; first < 64; first = next) {
			if (source_populated(src, (enum populated_kind)kind,
				    id, first, 64, ranges, max, &got,
				    &next) != ANSWER_OK)
				break;
			/* Whoever asks on comes to an end. */
			assert(next > first && next <= 64 && got <= max);
			for (i = 0; i < got; i++)
				assert(ranges[i].start >= first &&
					ranges[i].start < ranges[i].end &&
					ranges[i].end <= next);
			max = 4;
		}
	if (source_processes(src, &list, &got) == ANSWER_OK)
		free(list);
	buf_fini(&buf);
}

/* A recording is refused with words, or can be asked anything. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err warning = { 0 }, err = { 0 };
	struct source *src = replay_of_text((const char *)data, n, &warning,
		&err);
	struct proc_id id = { 42, 5 };
	struct facts facts;
	unsigned rounds = 0;

	if (!src) {
		assert(err.text[0]);
		return 0;
	}
	assert(replay_nrefreshes(src) > 0);
	replay_subject(src, &id);
	while (source_refresh(src, &err) == 1 && rounds++ < 4) {
		if (source_facts(src, &facts) == ANSWER_OK)
			assert(facts.page_size && facts.clock_ticks);
		ask(src, id);
		ask(src, id);
	}
	/* Back, and on again from there. */
	replay_rewind(src, replay_nrefreshes(src) / 2);
	if (source_refresh(src, &err) == 1)
		ask(src, id);
	source_free(src);
	return 0;
}
