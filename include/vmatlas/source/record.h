/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_RECORD_H
#define VMATLAS_SOURCE_RECORD_H

#include "vmatlas/source/source.h"

/*
 * A recorder is a source around a source: it passes each question on and
 * writes the answer down, denials included, in the format of
 * vmatlas-recording(5).  Of what was answered likewise in the refresh before
 * it only writes that.
 *
 * The file belongs to a struct recording, so that a recorder whose thread
 * hangs in the kernel can be left behind and another one go on writing.
 */
struct recording;

/*
 * Create PATH for writing ("-": standard output), mode 0600, never through a
 * symbolic link; NULL with ERR.  An existing regular file is replaced only
 * when the new one is complete up to its first refresh.
 */
struct recording *recording_open(const char *path, struct err *err);
/* What is written into a pipe or socket waits there for its reader, in a
 * thread of its own: while it does, whole refreshes are left out. */

/* When a file is full, the next refresh is whole and begins another one. */
struct rotation {
	uint64_t nbytes;	/* it is full from here on; 0: never */
	unsigned files;		/* older ones that stay, as FILE.1 ... */
};

void recording_set_rotation(struct recording *recording,
	const struct rotation *rotation);
/* Begin another file now, or as soon as the open refresh has ended. */
void recording_rotate(struct recording *recording);
/* Refreshes that were left out as their reader was too slow. */
uint64_t recording_left_out(struct recording *recording);
/* Are recordings packed?  Else libzstd was not there. */
bool recording_is_packed(void);
/* Blocks written so far that reached the file; false with ERR: not all. */
bool recording_close(struct recording *recording, struct err *err);
/* False, with ERR filled, once a write has failed (disk full, pipe closed);
 * nothing is written from then on. */
bool recording_good(struct recording *recording, struct err *err);

/* Takes INNER over; RECORDING stays the caller's and must outlive it. */
struct source *record_new(struct source *inner, struct recording *recording);
/* Free the recorder, and give INNER back.  A refresh that source_done did not
 * end is broken off. */
struct source *record_end(struct source *recorder);

#endif
