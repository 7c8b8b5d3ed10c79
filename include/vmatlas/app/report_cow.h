/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_COW_H
#define VMATLAS_APP_REPORT_COW_H

#include "vmatlas/app/table.h"

/*
 * The ledger of copy on write, behind its head: the regions that have any of
 * it, then what each program and library has cost; CSV has rows of the first
 * kind only.
 */
void report_cow(struct buf *out, enum format format,
	const struct snapshot *snapshot);

#endif
