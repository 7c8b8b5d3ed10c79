/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_RT_H
#define VMATLAS_APP_REPORT_RT_H

#include "vmatlas/app/report.h"

/*
 * What a program that must answer in time wants to know: the pages of which
 * an access would fault, with an exit status as answer; and how much of its
 * threads' stacks was ever touched.
 */
void wish_rt(struct wish *wish, const struct options *options, int pid);
int report_rt(struct reporter *reporter, struct snapshot **snapshot,
	struct err *err);
void wish_stacks(struct wish *wish, const struct options *options, int pid);
void report_stacks(struct reporter *reporter, const struct snapshot *snapshot);

#endif
