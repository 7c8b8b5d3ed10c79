/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_RECORD_H
#define VMATLAS_SOURCE_RECORD_H

#include "vmatlas/source/source.h"

/*
 * A recorder is a source around a source: it passes each question on and
 * writes the answer down, denials included, in the format of
 * vmatlas-recording(5).  A block is written whole or not at all.  The same
 * question with the same answer is written once a refresh.
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
/* Blocks written so far that reached the file; false with ERR: not all. */
bool recording_close(struct recording *recording, struct err *err);
/* False, with ERR filled, once a write has failed (disk full, pipe closed);
 * nothing is written from then on. */
bool recording_good(struct recording *recording, struct err *err);

/* Takes INNER over; RECORDING stays the caller's and must outlive it. */
struct source *record_new(struct source *inner, struct recording *recording);
/* End the refresh that is open, free the recorder, and give INNER back. */
struct source *record_end(struct source *recorder);

#endif
