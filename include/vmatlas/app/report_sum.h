/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_SUM_H
#define VMATLAS_APP_REPORT_SUM_H

#include "vmatlas/app/table.h"

/*
 * What the processes of a report have together, behind their lines: as a
 * line of JSON, or in words; CSV has rows of one kind only.
 */
void report_sum(struct buf *out, enum format format,
	const struct snapshot *snapshot, const struct sum *sum);

#endif
