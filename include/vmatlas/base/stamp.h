/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_STAMP_H
#define VMATLAS_BASE_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Moments, in milliseconds since the epoch, as text.  One that no calendar
 * reaches is "?", and false is returned.
 */
#define STAMP_MAX 40

/* "2026-11-20T13:22:01.123Z" */
bool stamp_utc(char out[STAMP_MAX], uint64_t time_ms);
/* "13:22:01", with DATE "2026-11-20 13:22:01": where this user is. */
bool stamp_local(char out[STAMP_MAX], uint64_t time_ms, bool date);

#endif
