/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_MODEL_COMPARER_IMPL_H
#define VMATLAS_SRC_MODEL_COMPARER_IMPL_H

/*
 * comparer.c keeps what a crowd shows and counts frames, comparer_rows.c puts
 * regions side by side, comparer_pages.c finds out how their pages relate.
 */
#include "vmatlas/model/comparer.h"

/* Make the rows of the answer: where they are, not yet what is in them. */
void comparer_make_rows(struct comparer *comparer);
/* Relate the pages of row AT; how many runs were looked at. */
size_t comparer_relate_row(struct comparer *comparer, size_t at);

#endif
