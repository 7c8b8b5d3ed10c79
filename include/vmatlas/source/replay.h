/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_REPLAY_H
#define VMATLAS_SOURCE_REPLAY_H

#include "vmatlas/source/source.h"

/*
 * A recording as a source: it answers what was answered then.  Any part of a
 * recorded range is served; what was never asked is ANSWER_UNRECORDED.
 * The whole file is read and checked by replay_new; text for people to write
 * by hand is read as well as what a recorder wrote.
 *
 * A recording that is damaged or cut short is good up to its last whole
 * refresh: then WARNING says where the trouble is.
 */

/*
 * PATH "-" is standard input, read to its end.  NULL with ERR where there is
 * not one whole refresh.  WARNING may be filled (text not empty) on success.
 */
struct source *replay_new(const char *path, struct err *warning,
	struct err *err);
/* The same from memory, for tests and fuzzing. */
struct source *replay_of_text(const char *data, size_t n,
	struct err *warning, struct err *err);

/* The process that the recording is about: the first one that has a
 * pagemap or maps in it; false if there is none. */
bool replay_subject(struct source *replay, struct proc_id *out);
/* Go back so that the next source_refresh is the Nth one, from 0. */
void replay_rewind(struct source *replay, size_t n);
size_t replay_nrefreshes(struct source *replay);

#endif
