/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_APP_OPTION_VALUES_H
#define VMATLAS_SRC_APP_OPTION_VALUES_H

#include <stdint.h>

#include "vmatlas/base/err.h"
#include "vmatlas/source/record.h"

/*
 * Values of options, as people write them: ranges, limits, numbers.  0, or -1
 * with ERR, which says WHAT is not as it should be.
 */
int value_bad(struct err *err, const char *what, const char *arg,
	const char *want);
/* A or A-B, hexadecimal; of A alone the PAGE (bytes) that it lies in. */
int value_range(const char *arg, uint64_t page, uint64_t *start,
	uint64_t *end, const char *what, struct err *err);
int value_limit(const char *arg, uint64_t *out, struct err *err);
int value_rotation(const char *arg, struct rotation *out, struct err *err);
int value_double(const char *arg, double low, double high, double *out,
	const char *what, struct err *err);
int value_int(const char *arg, uint64_t low, uint64_t high, uint64_t *out,
	const char *what, struct err *err);

#endif
