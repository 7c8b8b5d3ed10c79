/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/base/json.h"

#include <assert.h>
#include <inttypes.h>

#define JSON_DEPTH_MAX (sizeof(((struct json *)NULL)->comma) / sizeof(bool))

void json_init(struct json *json, struct buf *out)
{
	*json = (struct json){ .out = out };
}

/* TEXT is valid UTF-8 without control characters: text_escape saw to it. */
static void json_quote(struct json *json, struct text text)
{
	struct buf plain = { 0 };
	size_t i = 0;

	while (i < text.n && text.p[i] >= ' ' && text.p[i] <= '~' &&
	       text.p[i] != '"' && text.p[i] != '\\')
		i++;
	if (i == text.n) {	/* as nearly all are */
		buf_char(json->out, '"');
		buf_add(json->out, text.p, text.n);
		buf_char(json->out, '"');
		return;
	}
	text_escape(&plain, text, false);
	buf_char(json->out, '"');
	for (i = 0; i < plain.len; i++) {
		if (plain.data[i] == '"' || plain.data[i] == '\\')
			buf_char(json->out, '\\');
		buf_char(json->out, plain.data[i]);
	}
	buf_char(json->out, '"');
	buf_fini(&plain);
}

/* The comma and the name that precede a value. */
static void json_lead(struct json *json, const char *name)
{
	if (json->depth) {
		if (json->comma[json->depth - 1])
			buf_char(json->out, ',');
		json->comma[json->depth - 1] = true;
	}
	if (name) {
		json_quote(json, text_of(name));
		buf_char(json->out, ':');
	}
}

static void json_open(struct json *json, const char *name, char start)
{
	assert(json->depth < JSON_DEPTH_MAX);
	json_lead(json, name);
	buf_char(json->out, start);
	json->comma[json->depth++] = false;
}

void json_object(struct json *json, const char *name)
{
	json_open(json, name, '{');
}

void json_array(struct json *json, const char *name)
{
	json_open(json, name, '[');
}

void json_close(struct json *json, char end)
{
	assert(json->depth > 0);
	json->depth--;
	buf_char(json->out, end);
}

void json_null(struct json *json, const char *name)
{
	json_lead(json, name);
	buf_str(json->out, "null");
}

void json_bool(struct json *json, const char *name, bool value)
{
	json_lead(json, name);
	buf_str(json->out, value ? "true" : "false");
}

void json_u64(struct json *json, const char *name, uint64_t value)
{
	json_lead(json, name);
	buf_u64(json->out, value);
}

void json_i64(struct json *json, const char *name, int64_t value)
{
	json_lead(json, name);
	buf_fmt(json->out, "%" PRId64, value);
}

void json_fixed(struct json *json, const char *name, double value,
	unsigned places)
{
	json_lead(json, name);
	if (!buf_fixed(json->out, value, places))
		buf_str(json->out, "null");
}

void json_hex(struct json *json, const char *name, uint64_t value)
{
	json_lead(json, name);
	buf_str(json->out, "\"0x");
	buf_hex(json->out, value);
	buf_char(json->out, '"');
}

void json_text(struct json *json, const char *name, struct text value)
{
	json_lead(json, name);
	json_quote(json, value);
}

void json_str(struct json *json, const char *name, const char *value)
{
	json_text(json, name, text_of(value));
}
