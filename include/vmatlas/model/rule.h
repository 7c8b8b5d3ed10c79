/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_RULE_H
#define VMATLAS_MODEL_RULE_H

#include "vmatlas/model/fields.h"

/*
 * A struct rule is a condition that a watched process is held against at each
 * refresh, and what is done once it holds:
 *
 *   RULE    TERM { "&&" TERM } [ "=>" ACTION ]
 *   TERM    FIGURE [ "(" REGIONS ")" ] [ "+" ] OPERATOR NUMBER
 *   FIGURE  a member of reports about processes or regions that is a number:
 *           "rss"; of counts one part: "states.anon", "zones.0/Normal"
 *           "state(STATE[, REGIONS])" is "states.STATE[(REGIONS)]"
 *   REGIONS a region's name as in maps, or the last part of its path, with "*"
 *           and "?"; "[anon]" for those without; "type:TYPE"
 *   "+"     by how much it grew since the refresh before
 *   OPERATOR > >= < <= = == !=
 *   NUMBER  12, 1.5, 64K, 64M, 1G, 1T (of 1024)
 *   ACTION  report, record, exit; report where none is given
 *
 * With REGIONS a figure is the sum of the regions that are so; without, the
 * process's own, or where processes have no such figure, that of all regions.
 *
 * Reading a rule is pure; FIELD points into the static tables.
 */
#define RULE_TERMS 8
#define RULE_WORD 64

enum rule_compare { RULE_MORE, RULE_AT_LEAST, RULE_LESS, RULE_AT_MOST,
	RULE_EQUAL, RULE_OTHER };
enum rule_action { RULE_REPORT, RULE_RECORD, RULE_EXIT, NRULE_ACTIONS };

struct rule_term {
	struct text text;		/* "rss([heap])+>64M", and of that */
	struct text words;		/* "rss([heap])+" */
	const struct field *field;
	bool of_regions;
	char part[RULE_WORD];		/* of counts; "": the number itself */
	char regions[RULE_WORD];	/* "": all */
	bool growth;
	enum rule_compare compare;
	double bound;
};

struct rule {
	struct text text;		/* without the action; the caller's */
	struct rule_term terms[RULE_TERMS];
	unsigned n;
	enum rule_action action;
};

/* "report", "record", "exit" */
const char *rule_action_name(enum rule_action action);
/* -1 with ERR, which says what is wrong with TEXT; that must stay as long as
 * RULE is used. */
int rule_parse(struct rule *rule, struct text text, struct err *err);
/* NAME meets PATTERN, in which "*" stands for any characters, "?" for one. */
bool rule_pattern(const char *pattern, struct text name);

/* What a rule asks of a refresh. */
void rule_wish(const struct rule *rule, struct wish *wish);

/*
 * What a rule has seen of one process.  Zeroed at first.  A figure that is not
 * known makes its term neither hold nor fail: it is said in NOTES, once.
 */
struct rule_state {
	struct proc_id id;
	bool holds;			/* at the last refresh */
	uint64_t refresh;		/* that it was last held against */
	struct {
		bool known, said;
		double value, before;
	} terms[RULE_TERMS];
};

/* MATCH_MAYBE: that is not known.  A refresh is looked at once. */
enum match rule_check(const struct rule *rule, struct rule_state *state,
	const struct snapshot *snapshot, struct buf *notes);

/* A rule that began to hold, as reports have it. */
struct rule_event {
	const struct rule *rule;
	const struct rule_state *state;
};
/* "rss([heap]) 67.0M, swap 0": the figures of its terms. */
void rule_event_words(const struct rule_event *event, struct buf *out);

#endif
