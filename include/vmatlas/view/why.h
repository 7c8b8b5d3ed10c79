/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_VIEW_WHY_H
#define VMATLAS_VIEW_WHY_H

#include "vmatlas/base/buf.h"
#include "vmatlas/model/snapshot.h"

/*
 * Why the page that snapshot->detail is about is shared, in words, with what
 * shows it; and who else has its frame, once all processes were asked.
 */

/* All processes were, or are being, asked about just this frame. */
bool why_is_asked(const struct snapshot *snapshot, uint64_t pfn);
/* The clause for one line: "page 18 of libc.so.6; also in bash 812".  False,
 * with nothing added: it is not shared, as far as is known. */
bool why_line(struct buf *out, const struct snapshot *snapshot);
/* The whole sentence, with its evidence; false: the same. */
bool why_sentence(struct buf *out, const struct snapshot *snapshot);
/* Who has the frame: "server 100, helper 102 and 3 more", at most MOST named;
 * or how far asking has come. */
void why_owners(struct buf *out, const struct snapshot *snapshot, size_t most);

#endif
