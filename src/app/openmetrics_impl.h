/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_APP_OPENMETRICS_IMPL_H
#define VMATLAS_SRC_APP_OPENMETRICS_IMPL_H

/*
 * A metric family, with all samples of one name: openmetrics.c fills them from
 * records, openmetrics_text.c keeps and writes them.  What is being added is
 * named in NAME, and has the labels in LABELS.
 */
#include "vmatlas/app/openmetrics.h"
#include "vmatlas/base/text.h"

struct family;

struct openmetrics {
	struct family *families;	/* in the order in which they came */
	size_t n, cap;
	bool reported;
	struct buf name, labels, key;	/* of what is being added */
};

/* Begin a name: "vmatlas_OBJECT_WHAT"; WHAT may be "". */
void metrics_name(struct openmetrics *metrics, const char *object,
	const char *what);
/* The family of that name, which UNIT ends; it is made where it is new. */
struct family *metrics_family(struct openmetrics *metrics, const char *unit,
	const char *help, bool counter);
/* Labels may hold any bytes.  A value that is not known is no label. */
void metrics_label(struct buf *labels, const char *name, struct text words);
void metrics_value_label(struct buf *labels, const char *name,
	const struct value *value);
/* The number that VALUE is; false, with nothing added: it is none. */
bool metrics_number(struct buf *out, const struct value *value);
/* A sample with LABELS (which may be empty), unless there is one already. */
void metrics_sample(struct openmetrics *metrics, struct family *family,
	const struct buf *labels, const char *number);

#endif
