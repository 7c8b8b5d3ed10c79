/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_FILTER_H
#define VMATLAS_MODEL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/err.h"
#include "vmatlas/base/text.h"
#include "vmatlas/model/state.h"

/*
 * A struct filter is a condition that pages, frames and regions meet or do not
 * meet: terms KEY:WORD, joined by "," (and) and "|" (or), of which "," binds
 * more tightly.
 *
 * - name:WORD   it is part of the region's (resource's) name; case is ignored
 * - state:WORD  the state's name, or that of the frame's use; "cow" stands for
 *               all that begin with "cow-"
 * - zone:WORD   "DMA32", or with its node "0/DMA32"
 * - mark:WORD   "thp-pmd" and its kin
 * - flags:BITS  as page-types has them (tools/mm/page-types.c): "a,b" any of
 *               them, "a,b=a" of these just that, "a,~b" a but not b, "=a"
 *               nothing but a.  A "," goes on with the flags unless a KEY:
 *               follows.
 *
 * It holds no pointers: two that are alike are alike byte for byte.  Pure.
 */
#define FILTER_TERMS 16
#define FILTER_WORD 64

#define FILTER_KEYS(X) \
	X(NAME, "name") X(STATE, "state") X(ZONE, "zone") X(MARK, "mark") \
	X(FLAGS, "flags")

#define X(id, name) FILTER_##id,
enum filter_key { FILTER_KEYS(X) NFILTER_KEYS };
#undef X

struct filter_term {
	uint8_t key;
	bool begins_or;			/* it stands behind a "|" */
	bool any;			/* of flags: one of MASK is enough */
	uint32_t states, uses;		/* a bit for each */
	uint64_t mask, bits;		/* of flags or marks */
	char word[FILTER_WORD];
};

struct filter {
	unsigned n;			/* 0: everything meets it */
	struct filter_term terms[FILTER_TERMS];
};

/* Whether it is met; MAYBE where what it asks for is not known. */
enum match { MATCH_NO, MATCH_MAYBE, MATCH_YES };

/* FACT_NONE: there is no such thing (a page without a frame has no flags). */
enum fact { FACT_NONE, FACT_UNKNOWN, FACT_KNOWN };

/* What is known of a page or frame. */
struct filter_facts {
	struct text name;
	enum fact has_state, has_use, has_zone, has_flags, has_marks;
	enum page_state state;
	unsigned use;			/* enum frame_use */
	const char *zone;		/* "0/Normal", "0/Normal or Movable" */
	uint64_t flags;
	uint8_t marks;
};

/* TEXT begins with one of the keys and ":". */
bool filter_is_one(struct text text);
/* -1 with ERR, which says what is wrong with TEXT. */
int filter_parse(struct filter *filter, struct text text, struct err *err);
/* Does it ask for KEY? */
bool filter_asks(const struct filter *filter, enum filter_key key);
enum match filter_match(const struct filter *filter,
	const struct filter_facts *facts);
/* What one term says of the page or frame alone. */
enum match filter_term_match(const struct filter_term *term,
	const struct filter_facts *facts);
/* All terms by MATCHES[i], what each says of its own. */
enum match filter_join(const struct filter *filter, const enum match *matches);
/* "name", "state" ...; NULL behind the last. */
const char *filter_key_name(unsigned key);
/* What can stand behind "flags:", by I from 0; NULL where there is none, and
 * from FILTER_FLAG_NAMES on. */
#define FILTER_FLAG_NAMES 64
const char *filter_flag_name(unsigned i);
/* Is WORD part of TEXT?  The case of ASCII letters is ignored. */
bool filter_has(struct text text, const char *word);

#endif
