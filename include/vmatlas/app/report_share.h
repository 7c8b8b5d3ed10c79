/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_SHARE_H
#define VMATLAS_APP_REPORT_SHARE_H

#include "vmatlas/app/report.h"

/*
 * The reports of who has what in common: who has some frames, what a process
 * has with others, and who maps a file.  What each asks, and how its answer is written.
 */
void wish_owners(struct wish *wish, const struct options *options, int pid);
void report_owners(struct reporter *reporter, const struct snapshot *snapshot);
void wish_sharing(struct wish *wish, const struct options *options, int pid);
void report_sharing(struct reporter *reporter,
	const struct snapshot *snapshot);
void wish_file(struct wish *wish, const struct options *options, int pid);
void report_file(struct reporter *reporter, const struct snapshot *snapshot);

#endif
