/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_FUNCTIONS_H
#define VMATLAS_APP_REPORT_FUNCTIONS_H

#include "vmatlas/app/report.h"

/*
 * The report functions: what of each function of a process's code, or of all
 * that --va names, is in memory.  In portions, as it may be long.
 */
void wish_functions(struct wish *wish, const struct options *options, int pid);
int report_functions(struct reporter *reporter, struct snapshot **snapshot,
	struct err *err);

#endif
