/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_EVENT_H
#define VMATLAS_APP_REPORT_EVENT_H

#include "vmatlas/app/report.h"
#include "vmatlas/model/rule.h"

/*
 * A rule began to hold: a line of ARG's, a struct reporter.  Where there is
 * another table already, or no place for one, it is a message.
 */
void report_event(void *arg, const struct snapshot *snapshot,
	const struct rule_event *event);

#endif
