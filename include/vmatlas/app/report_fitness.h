/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_FITNESS_H
#define VMATLAS_APP_REPORT_FITNESS_H

#include "vmatlas/app/report.h"

/*
 * The report of what frames are good for; with --below it is an answer too.
 */
void wish_fitness(struct wish *wish, const struct options *options, int pid);
void report_fitness(struct reporter *reporter,
	const struct snapshot *snapshot);

#endif
