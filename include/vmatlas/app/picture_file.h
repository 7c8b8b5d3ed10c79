/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_PICTURE_FILE_H
#define VMATLAS_APP_PICTURE_FILE_H

#include <stdbool.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/err.h"

/*
 * A picture as a file: it is there whole or not at all, and what lay there
 * before is not lost unless that was wanted.  It is made under another name in
 * the same folder, by which no link can lead it elsewhere, and for its owner's
 * eyes only: addresses are nobody else's business.
 *
 * OVER: instead of what lies there.  1: something lies there, and is left as
 * it is; -1 with ERR: it cannot be written.
 */
int picture_save(const char *path, const struct buf *text, bool over,
	struct err *err);

#endif
