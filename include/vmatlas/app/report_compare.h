/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_COMPARE_H
#define VMATLAS_APP_REPORT_COMPARE_H

#include "vmatlas/app/report.h"

/*
 * Two processes compared: one line of JSON; in CSV and for people a line for
 * each row, for people behind what they have in all.
 */
void report_compare(struct reporter *reporter,
	const struct snapshot *snapshot);

#endif
