/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/base/json.h"
#include "vmatlas/base/key.h"
#include "vmatlas/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Escaped text is harmless UTF-8, and what it was can be had back. */
static void check_escape(struct text text, bool ascii_only)
{
	struct buf out = { 0 }, back = { 0 };
	size_t at, n;
	int32_t code;

	text_escape(&out, text, ascii_only);
	for (at = 0; at < out.len; at += n) {
		n = text_decode(out.data + at, out.len - at, &code);
		assert(code >= ' ' && !(code >= 0x7f && code < 0xa0));
		assert(!(code >= 0x202a && code <= 0x202e));
		assert(!(code >= 0x2066 && code <= 0x2069));
		assert(code != 0x2028 && code != 0x2029 && code != 0xfeff);
		assert(!ascii_only || code < 0x7f);
	}
	text_unescape(&back, (struct text){ out.data, out.len });
	assert(back.len == text.n);
	assert(!text.n || memcmp(back.data, text.p, text.n) == 0);
	buf_fini(&out);
	buf_fini(&back);
}

static void check_decode(struct text text)
{
	char out[4];
	int32_t code;
	size_t n;

	for (; text.n; text.p += n, text.n -= n) {
		n = text_decode(text.p, text.n, &code);
		assert(n >= 1 && n <= text.n);
		if (code < 0)
			continue;
		assert(text_encode((uint32_t)code, out) == n);
		assert(memcmp(out, text.p, n) == 0);
		assert(text_columns((uint32_t)code) >= 0);
	}
}

static void check_json(struct text text)
{
	struct buf out = { 0 };
	struct json json;
	size_t i;

	json_init(&json, &out);
	json_text(&json, NULL, text);
	assert(out.len >= 2 && out.data[0] == '"');
	for (i = 1; i < out.len - 1; i++) {
		assert(out.data[i] != '"');
		if (out.data[i] == '\\')
			i++;
	}
	/* The closing quote is not one that a backslash takes. */
	assert(i == out.len - 1 && out.data[i] == '"');
	buf_fini(&out);
}

static void check_key(struct text text)
{
	char name[64] = "", again[KEY_NAME_MAX];
	uint32_t key;

	memcpy(name, text.p, text.n < 63 ? text.n : 63);
	key = key_parse(name);
	if (key != KEY_ID_NONE)
		assert(key_parse(key_name(key, again)) == key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text text = { (const char *)data, n };

	if (n == 0)
		return 0;
	check_escape(text, false);
	check_escape(text, true);
	check_decode(text);
	check_json(text);
	check_key(text);
	return 0;
}
