/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_CHANGES_H
#define VMATLAS_APP_REPORT_CHANGES_H

#include "vmatlas/app/report.h"

/*
 * The report of what happened to a process's pages since the refresh before:
 * what it asks, and how it is said.
 */
void wish_changes(struct wish *wish, const struct options *options, int pid);
void report_changes(struct reporter *reporter,
	const struct snapshot *snapshot);

#endif
