/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_FILTER_H
#define VMATLAS_APP_REPORT_FILTER_H

#include "vmatlas/app/report.h"

/*
 * --filter, of regions: each term is met where some page of the region meets
 * it.  What cannot be told is left out and counted in the reporter, whose
 * report_filter_note says so at its end.
 */
bool report_filter_has(struct reporter *reporter,
	const struct snapshot *snapshot, size_t region);
void report_filter_note(struct reporter *reporter);

#endif
