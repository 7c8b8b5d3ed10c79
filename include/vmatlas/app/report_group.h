/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_GROUP_H
#define VMATLAS_APP_REPORT_GROUP_H

#include "vmatlas/app/table.h"

/*
 * What the chosen processes are as one, behind their lines: as a line of
 * JSON, or in words; CSV has rows of one kind only.
 */
void report_group(struct buf *out, enum format format,
	const struct snapshot *snapshot);

#endif
