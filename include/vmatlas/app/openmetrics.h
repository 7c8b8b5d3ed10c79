/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_OPENMETRICS_H
#define VMATLAS_APP_OPENMETRICS_H

#include "vmatlas/base/buf.h"
#include "vmatlas/model/fields.h"

/*
 * A struct openmetrics collects the figures of one refresh as OpenMetrics 1.0
 * (https://openmetrics.io), which wants all samples of a metric together,
 * whatever the order in which records come.
 *
 * Names, units and words are those of the field tables:
 * vmatlas_OBJECT_FIELD_UNIT, where the unit is not already the end of the
 * field's name.  A figure that is not known has no sample.  No sample comes
 * twice: the zones of the machine are the same, seen from each process.
 *
 * The textfile collector of node_exporter reads the older text format of
 * Prometheus, so what is written is within both: no types but gauge and
 * counter ("info" is refused there), no times of samples (likewise), and no
 * quotes in HELP (escaped in one format, not in the other).
 */
struct openmetrics;

struct openmetrics *openmetrics_new(void);
/* NULL is fine. */
void openmetrics_free(struct openmetrics *metrics);

/* All that can be said of one object, of those that OBJECTS names. */
void openmetrics_record(struct openmetrics *metrics, struct record *record);
/* Of one report that was made: REPORT is its name.  What the first and the last
 * line of JSON say. */
void openmetrics_report(struct openmetrics *metrics, const char *report,
	const struct snapshot *snapshot, bool complete, double elapsed_ms);
/* Adds all to OUT, with "# EOF" at its end, and forgets it; false, with
 * nothing added, where no report was made. */
bool openmetrics_write(struct openmetrics *metrics, struct buf *out);

#endif
