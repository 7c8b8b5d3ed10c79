/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_RULES_H
#define VMATLAS_APP_RULES_H

#include "vmatlas/app/session.h"
#include "vmatlas/model/rule.h"

/*
 * A struct rules holds the rules of the options (--when) against the
 * processes that are watched, refresh by refresh, and does what they say: what
 * began to hold is told, a recording is started, the watch ends.
 */
struct rules {
	struct session *session;
	/* Of each process: a state for each rule. */
	struct rules_process {
		int pid;
		struct rule_state *states;
	} *processes;
	size_t n, cap;
	struct buf notes;	/* lines: figures that are not known, each once */
	const struct rule *ended_by;	/* that has held; NULL: none yet */
};

void rules_init(struct rules *rules, struct session *session);
void rules_fini(struct rules *rules);
/* What they ask of a refresh; false: WISH is about other things, and theirs is
 * to be asked by itself. */
bool rules_wish(const struct rules *rules, struct wish *wish);
/*
 * A refresh is complete: rules that held before go on, and are told no more
 * until they did not.  Of each that began to hold TOLD is called (with ARG).
 * -1 with ERR where a recording cannot be begun.
 */
int rules_check(struct rules *rules, const struct snapshot *snapshot,
	void (*told)(void *arg, const struct snapshot *snapshot,
		const struct rule_event *event),
	void *arg, struct err *err);

#endif
