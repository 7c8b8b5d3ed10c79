/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_SINCE_H
#define VMATLAS_APP_REPORT_SINCE_H

#include "vmatlas/app/report.h"

/*
 * Two moments of a recording, or of two, held against each other: the report
 * of changes between them, by regions and page by page, and that of regions
 * alone.
 */

/* It is asked for: --since, or -r changes of two recordings. */
bool since_is_wanted(const struct reporter *reporter);
/*
 * Read both; each a reference, NULL where that was not reached.  Page by page
 * they are compared (TO has its changes) where they are one process.  -1 with
 * ERR.
 */
int since_read(struct reporter *reporter, struct snapshot **from,
	struct snapshot **to, struct err *err);
void since_write(struct reporter *reporter, const struct snapshot *from,
	const struct snapshot *to);

#endif
