/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_KEPT_H
#define VMATLAS_SRC_SOURCE_KEPT_H

#include "memo.h"
#include "vmatlas/base/text.h"

/*
 * What a recorder keeps of the answers of a refresh, in the order in which
 * they were written: as much as it takes to say in the next one what is the
 * same, and what of the rest has changed.
 */
enum kept_as { KEPT_NOT, KEPT_WORD, KEPT_WORDS, KEPT_RUNS, KEPT_TEXT };

struct kept {
	uint64_t question;	/* its hash, extent and all */
	uint64_t place;		/* the same without how much was asked for */
	uint64_t answer;	/* hash of the answer, of all of it */
	union {
		uint64_t word;
		void *bytes;	/* of KEPT_WORDS on: ours */
	};
	uint32_t nbytes;	/* in bytes */
	uint32_t n;		/* words that these stand for */
	uint32_t nth;		/* of the answers to the same question, from 0 */
	uint8_t as;		/* enum kept_as */
	bool taken;		/* the next refresh has said what became of it */
};

struct kept_list {
	struct kept *list;
	size_t n, cap;
	size_t nbytes;		/* of content */
	/* Index + 1 of the last entry for a question, while it is filled. */
	struct memo latest;
	/* Index + 1 by question and turn, and by place; made when needed. */
	struct memo by_turn, by_place;
	bool indexed;
};

/* An answer is added; its content is not kept yet. */
struct kept *kept_add(struct kept_list *list, uint64_t question,
	uint64_t place, uint64_t answer);
/* The last one for QUESTION, or NULL. */
struct kept *kept_latest(struct kept_list *list, uint64_t question);
/* Where in LIST, whose turn is over, the one for QUESTION in turn NTH is; if
 * there is none, one for PLACE; and if that is taken, too: list->n. */
size_t kept_find(struct kept_list *list, uint64_t question, uint32_t nth,
	uint64_t place);
/* Content is kept up to a limit; beyond it, only its hash. */
void kept_words(struct kept_list *list, struct kept *kept,
	const uint64_t *words, size_t n);
void kept_text(struct kept_list *list, struct kept *kept, struct text text);
/* Its words, or NULL: in KEPT itself or in SCRATCH, room for kept->n. */
const uint64_t *kept_get_words(const struct kept *kept, uint64_t *scratch);
/* Its text; false: it was not kept. */
bool kept_get_text(const struct kept *kept, struct text *out);
/* TO, of TO_LIST, has the content of FROM from now on. */
void kept_move(struct kept_list *to_list, struct kept *to,
	struct kept_list *from_list, struct kept *from);
/* Forget all of it. */
void kept_clear(struct kept_list *list);
void kept_fini(struct kept_list *list);

#endif
