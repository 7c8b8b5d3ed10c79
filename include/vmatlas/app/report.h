/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_H
#define VMATLAS_APP_REPORT_H

#include "vmatlas/app/openmetrics.h"
#include "vmatlas/app/output.h"
#include "vmatlas/app/session.h"

/*
 * A struct reporter writes reports: what each kind asks of the model, and
 * how its answer becomes lines, stand in one table (report.c).  It collects
 * text, and hands it to its output whenever that is worth it.
 */
struct reporter {
	struct session *session;
	const struct options *options;
	const volatile int *stop;	/* other than 0: break off */
	enum report report;
	struct output output;
	struct openmetrics *metrics;	/* NULL: another format */
	int *group;			/* pids that are to be taken as one */
	size_t ngroup;
	struct buf text;
	bool failed;			/* a part could not be written: */
	struct err failure;
	bool head_done;			/* CSV has one header for all refreshes */
	bool disagrees;			/* done, and the answer is no: status 3 */
	const char *unanswered;		/* why a yes or no cannot be had, or NULL */
	uint64_t unmatched;		/* pages or frames (of regions: those) of
					 * which --filter could not be told */
	bool ended;			/* there is nothing to be seen any more */
};

/* What a report is about. */
enum report_subject {
	SUBJECT_PROCESS,	/* one process, which must be named */
	SUBJECT_EACH,		/* the process named, or else one after the other */
	SUBJECT_MACHINE,	/* the machine, whatever process is named */
	SUBJECT_MACHINE_OR_PROCESS,	/* the machine, seen from a process */
	SUBJECT_ALL,		/* all processes, or those named, together */
	SUBJECT_PAIR,		/* the two named, together */
};

enum report_subject report_subject(enum report report);
/* It is read while it is written: what may not be seen is known only then. */
bool report_reads_late(enum report report);

/* Make the session's wish one for this report about process PID (0: none). */
void reporter_wish(struct reporter *reporter, int pid);
/*
 * Write the report of *SNAPSHOT, which may be replaced by a later one of the
 * same refresh (or by NULL, after a failure).
 */
int reporter_write(struct reporter *reporter, struct snapshot **snapshot,
	struct err *err);
/* For those who write one: titles, once; */
void reporter_head(struct reporter *reporter, enum object object,
	const struct snapshot *snapshot);
/* a record, in any format; */
void reporter_record(struct reporter *reporter, struct record *record);
/* and all N of an object of which a refresh has few, with titles. */
void reporter_all(struct reporter *reporter, enum object object,
	const struct snapshot *snapshot, size_t n);
/* All that the report asked for could be read. */
bool reporter_is_whole(const struct reporter *reporter,
	const struct snapshot *snapshot);
/* Give what was written so far to the output. */
int reporter_flush(struct reporter *reporter, struct err *err);

#endif
