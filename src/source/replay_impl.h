/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_REPLAY_IMPL_H
#define VMATLAS_SRC_SOURCE_REPLAY_IMPL_H

#include "intake.h"
#include "memo.h"
#include "told.h"
#include "vmatlas/source/replay.h"

/*
 * What replay_load.c makes of a recording and replay.c answers from: the
 * answers of one refresh, and where each of the others can be had from.  One
 * that is further on is made of those before it, from the last one on that
 * is written as a whole.
 */

/*
 * One answer of the present refresh.  They are sorted by what was asked for
 * (kind, sub, pid, path: a group), then by FIRST, then by SEQ; each group is a
 * balanced tree over its middles, with MAX_END the highest END in it, so that
 * what covers an index is found quickly.
 */
struct entry {
	const struct told *told;
	uint64_t max_end;
	uint32_t seq;		/* its place in the refresh */
	/* In the first entry of a group: */
	uint32_t asked;		/* times in this refresh */
	uint32_t refusal;	/* 1 + index in the group of the last entry
				 * that is not ANSWER_OK; 0: none */
};

/* The answers of a refresh, in the order in which they were given. */
struct told_list {
	struct told **list;
	size_t n, cap;
};

struct replay_refresh {
	struct facts facts;
	bool has_facts;
	bool is_begin;		/* reading can begin here: */
	bool checked;		/* every block has a checksum */
	uint8_t version;	/* of the format */
	struct intake_place place;
};

/* A refresh of which a part was read, and it may be that there is no more of
 * it yet. */
struct loader {
	bool open, whole;
	struct replay_refresh now;
	struct told_list list;
	bool *taken;		/* which answers of the refresh before */
	uint64_t blocks;	/* so far */
	size_t line;		/* of the last block */
	const char *why;	/* what is wrong with it; static, or WORDS */
	char words[80];
};

struct replay {
	struct source src;
	char *name;		/* for messages */
	struct intake intake;
	struct replay_refresh *refreshes;
	size_t nrefreshes, cap_refreshes;	/* that were come to so far */
	bool all;		/* there are no more */
	struct err trouble;	/* why, if that is not as it should be */
	bool said;		/* that was told */

	/* Where reading has come to: refresh AT - 1 and its answers. */
	size_t at;
	struct told_list list;
	struct loader loader;

	size_t next;		/* refresh; the present one is before it */
	struct entry *entries;	/* of that one */
	size_t nentries, cap_entries;
	struct memo asked;	/* times, where a question has several answers */
	const struct entry **layers;	/* scratch */
	size_t nlayers, cap_layers;

	struct proc_id subject;
	int subject_rank;
};

/* From what the intake has, up to the first whole refresh, or (ALL) as far as
 * it goes.  -1 with ERR: there is none. */
int replay_load(struct replay *replay, bool all, struct err *err);
/* Read refresh N: 1; SOURCE_LATER: that has not come yet; 0: there is none, or
 * what there is is damaged (see TROUBLE). */
int replay_read(struct replay *replay, size_t n);
void replay_unload(struct replay *replay);
/* By what was asked for only: the order of groups. */
int told_compare_group(const struct told *a, const struct told *b);

#endif
