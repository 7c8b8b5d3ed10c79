/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_TABLE_H
#define VMATLAS_APP_TABLE_H

#include "vmatlas/base/buf.h"
#include "vmatlas/model/fields.h"

/*
 * Writes records down in one of the formats of reports, as their field
 * tables say; in OpenMetrics app/openmetrics.h does that, and these nothing.
 */
enum format {
	FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_OPENMETRICS, NFORMATS
};

const char *format_name(enum format format);

/* What comes before the records of an object: titles; nothing in JSON. */
void table_head(struct buf *out, enum format format, enum object object,
	const struct snapshot *snapshot);
void table_record(struct buf *out, enum format format,
	struct record *record);
/* JSON's first and last line of a refresh; nothing in other formats. */
void table_begin(struct buf *out, enum format format,
	const struct snapshot *snapshot);
void table_end(struct buf *out, enum format format,
	const struct snapshot *snapshot, bool complete, double elapsed_ms);

#endif
