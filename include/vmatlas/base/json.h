/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_JSON_H
#define VMATLAS_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/text.h"

/*
 * A struct json writes one JSON value into a buf by open, member and close
 * calls; it places commas and quotes and nothing else (no blanks, no line
 * ends).  Invariant: calls nest; NAME is NULL inside an array and given
 * inside an object.  Depth is at most 16.
 */
struct json {
	struct buf *out;
	unsigned depth;
	bool comma[16];
};

void json_init(struct json *json, struct buf *out);
void json_object(struct json *json, const char *name);
void json_array(struct json *json, const char *name);
/* Closes what was opened last, as END says: '}' or ']'. */
void json_close(struct json *json, char end);
void json_null(struct json *json, const char *name);
void json_bool(struct json *json, const char *name, bool value);
void json_u64(struct json *json, const char *name, uint64_t value);
void json_i64(struct json *json, const char *name, int64_t value);
/* To so many places behind the point; null where a double has none left. */
void json_fixed(struct json *json, const char *name, double value,
	unsigned places);
/* "0x..." */
void json_hex(struct json *json, const char *name, uint64_t value);
/* Escaped as text_escape says, then as JSON wants it. */
void json_text(struct json *json, const char *name, struct text value);
void json_str(struct json *json, const char *name, const char *value);

#endif
