/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_REPLAY_IMPL_H
#define VMATLAS_SRC_SOURCE_REPLAY_IMPL_H

#include "block.h"
#include "memo.h"
#include "vmatlas/source/replay.h"

/*
 * What replay_load.c makes of a recording and replay.c answers from.
 * Nothing here is larger than the text justifies: words stay in runs, texts
 * stay in the recording.
 */

enum entry_kind { ENTRY_TEXT, ENTRY_WORDS, ENTRY_POPULATED, ENTRY_PROCESSES };

/*
 * One recorded answer.  The entries of a refresh are sorted by what was
 * asked for (kind, sub, pid, path: a group), then by FIRST, then by SEQ; each
 * group is a balanced tree over its middles, with MAX_END the highest END in
 * it, so that what covers an index is found quickly.
 */
struct entry {
	uint8_t kind, sub;	/* sub: enum word_file, enum populated_kind */
	uint8_t status;		/* enum answer */
	bool eol;		/* of a text: its last line has one */
	int pid;
	uint32_t seq;		/* its place in the recording */
	uint32_t got;		/* words that there were; the rest: no more */
	uint64_t starttime;
	uint64_t first, end;	/* what was asked for, END exclusive */
	uint64_t max_end;
	struct text path;	/* of a text, unescaped */
	struct text payload;	/* of a text, of processes */
	size_t at, n;		/* its words in RUNS, its ranges in RANGES */
	/* In the first entry of a group: */
	uint32_t asked;		/* times in this refresh */
	uint32_t refusal;	/* 1 + index in the group of the last entry
				 * that is not ANSWER_OK; 0: none */
};

struct replay_refresh {
	size_t first, n;	/* its entries */
	struct facts facts;
	bool has_facts;
};

struct replay {
	struct source src;
	char *data;		/* the recording */
	size_t size;
	struct replay_refresh *refreshes;
	size_t nrefreshes, cap_refreshes;
	struct entry *entries;
	size_t nentries, cap_entries;
	struct word_run *runs;
	size_t nruns, cap_runs;
	struct vpn_range *ranges;
	size_t nranges, cap_ranges;
	struct proc_id subject;

	size_t next;		/* refresh; the present one is before it */
	struct memo asked;	/* times, where a question has several answers */
	const struct entry **layers;	/* scratch */
	size_t nlayers, cap_layers;
};

/* Fill REPLAY from its data; NAME is for messages. */
int replay_load(struct replay *replay, const char *name, struct err *warning,
	struct err *err);
/* By what was asked for only: the order of groups. */
int entry_compare_group(const struct entry *a, const struct entry *b);

#endif
