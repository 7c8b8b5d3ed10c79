/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_RECORDING_H
#define VMATLAS_SRC_SOURCE_RECORDING_H

#include "block.h"
#include "vmatlas/source/record.h"

/*
 * What a recorder does with its recording.  A ticket stands for a refresh:
 * with another's ticket nothing is written, so that a recorder that was left
 * behind in the kernel and comes back late does no harm.
 */

void recording_ref(struct recording *recording);
void recording_unref(struct recording *recording);
/*
 * Begin a refresh; one that is open still is broken off.  BEFORE is the
 * ticket of the refresh that the caller can say the changes from; *WHOLE: it
 * must not, but write all of this one.  0: this refresh is left out, as what
 * was written before has not left yet.
 */
uint64_t recording_begin(struct recording *recording,
	const struct facts *facts, uint64_t before, bool *whole);
void recording_put(struct recording *recording, uint64_t ticket,
	struct block_writer *writer);
/* End the refresh and bring it to the file. */
void recording_end(struct recording *recording, uint64_t ticket);
/* It will not become whole: readers shall forget it. */
void recording_break_off(struct recording *recording, uint64_t ticket);

#endif
