/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_QUESTION_H
#define VMATLAS_MODEL_QUESTION_H

#include "vmatlas/model/comparer.h"
#include "vmatlas/model/crowd.h"
#include "vmatlas/model/file_users.h"
#include "vmatlas/model/group.h"
#include "vmatlas/model/owners.h"
#include "vmatlas/model/sharers.h"

/*
 * A struct question is what only all processes together can answer, asked of
 * them in as many steps as the CPU budget wants: it goes on where it stopped
 * at the refresh before, and begins anew once it was answered.  The last
 * answer stays to be shown meanwhile, and before there is one, what was found
 * so far.
 */
struct inquiry {
	struct crowd crowd;
	struct owners owners;		/* by the question's kind, */
	struct group group;		/* one of these */
	struct sharers sharers;
	struct comparer comparer;
	struct file_users file_users;
};

struct question {
	enum question_kind kind;	/* QUESTION_NONE: nothing is asked */
	struct page_range frames, pages;
	uint64_t byte;			/* of the first page, that is meant */
	int pid;
	const char *file;
	int *pids;			/* of a group, or A and B */
	unsigned npids;
	bool asking;			/* begun, not yet answered */
	unsigned walks;			/* that the answer has taken so far */
	uint64_t comparisons;		/* that were answered, of any two */
	bool answered;			/* once; that is in last */
	enum answer answer;		/* of its beginning */
	struct inquiry now, last;
};

/* Does WISH want anything of this? */
bool question_wanted(const struct wish *wish);
/* WISH asks what was never answered. */
bool question_is_open(const struct question *question,
	const struct wish *wish, const struct machine *machine);
/*
 * A refresh begins: go on with what WISH asks, or begin it.  SPACE is the
 * process of the wish, read by space_refresh; NULL where it names none.
 */
void question_begin(struct question *question, struct source *src,
	const struct machine *machine, const struct wish *wish,
	struct space *space);
/* Another step; false: it is answered, or cannot be. */
bool question_step(struct question *question);
/* Put what is known of what WISH asks into SNAPSHOT, which has its machine. */
void question_fill(const struct question *question, const struct wish *wish,
	struct snapshot *snapshot);
void question_fini(struct question *question);

#endif
