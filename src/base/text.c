/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

struct text text_of(const char *s)
{
	return (struct text){ s, s ? strlen(s) : 0 };
}

bool text_is(struct text t, const char *s)
{
	size_t n = strlen(s);

	return t.n == n && (n == 0 || memcmp(t.p, s, n) == 0);
}

bool text_starts(struct text t, const char *s)
{
	size_t n = strlen(s);

	return t.n >= n && (n == 0 || memcmp(t.p, s, n) == 0);
}

static char small_of(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_holds(struct text t, struct text part)
{
	size_t i, k;

	for (i = 0; i + part.n <= t.n; i++) {
		for (k = 0; k < part.n; k++)
			if (small_of(t.p[i + k]) != small_of(part.p[k]))
				break;
		if (k == part.n)
			return true;
	}
	return false;
}

static void text_skip(struct text *t, size_t n)
{
	t->p += n;
	t->n -= n;
}

bool text_until(struct text *rest, char sep, struct text *part)
{
	const char *at;

	*part = *rest;
	if (rest->n == 0)
		return false;
	at = memchr(rest->p, (unsigned char)sep, rest->n);
	if (at)
		part->n = (size_t)(at - rest->p);
	text_skip(rest, part->n + (at ? 1 : 0));
	return true;
}

bool text_line(struct text *rest, struct text *line)
{
	return text_until(rest, '\n', line);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool text_word(struct text *rest, struct text *word)
{
	size_t n = 0;

	while (n < rest->n && is_blank(rest->p[n]))
		n++;
	if (n == rest->n)
		return false;
	text_skip(rest, n);
	for (n = 0; n < rest->n && !is_blank(rest->p[n]);)
		n++;
	*word = (struct text){ rest->p, n };
	text_skip(rest, n);
	return true;
}

struct text text_trim(struct text t)
{
	while (t.n && is_blank(t.p[0]))
		text_skip(&t, 1);
	while (t.n && is_blank(t.p[t.n - 1]))
		t.n--;
	return t;
}

/* The value of a digit and 1 more; 0: it is none. */
static const uint8_t digits[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6,
	['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* 16 and more: it is none. */
static unsigned digit_of(char c)
{
	return digits[(unsigned char)c] - 1u;
}

/* Inline, for each base by itself: there are many numbers. */
static inline bool take_digits(struct text *rest, size_t first, unsigned base,
	uint64_t *out)
{
	uint64_t value = 0;
	size_t i;

	for (i = first; i < rest->n; i++) {
		unsigned digit = digit_of(rest->p[i]);

		if (digit >= base)
			break;
		/* So few cannot be too much. */
		if (i - first >= 15 && value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	if (i == first)
		return false;
	text_skip(rest, i);
	*out = value;
	return true;
}

bool text_u64(struct text *rest, int base, uint64_t *out)
{
	if (base == 10)
		return take_digits(rest, 0, 10, out);
	/* "0x" alone is a 0 with an x behind it. */
	if (rest->n > 2 && rest->p[0] == '0' && (rest->p[1] | 32) == 'x' &&
	    digit_of(rest->p[2]) < 16)
		return take_digits(rest, 2, 16, out);
	return take_digits(rest, 0, 16, out);
}

bool text_all_u64(struct text t, int base, uint64_t *out)
{
	uint64_t value;

	if (!text_u64(&t, base, &value) || t.n)
		return false;
	*out = value;
	return true;
}

size_t text_find(struct text t, const char *word)
{
	const char *at = t.n ? memmem(t.p, t.n, word, strlen(word)) : NULL;

	return at ? (size_t)(at - t.p) : t.n;
}

unsigned text_take_unit(struct text *t)
{
	static const char units[4] = "KMGT";
	const char *unit = t->n ? memchr(units, t->p[t->n - 1] & ~32,
		sizeof(units)) : NULL;

	if (!unit)
		return 0;
	t->n--;
	return 10 * (unsigned)(unit - units + 1);
}

bool text_all_sized(struct text t, uint64_t *out)
{
	unsigned shift = text_take_unit(&t);
	uint64_t value;

	if (!text_all_u64(t, 10, &value) || value > UINT64_MAX >> shift)
		return false;
	*out = value << shift;
	return true;
}

size_t text_decode(const char *p, size_t n, int32_t *code)
{
	static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)p;
	size_t len, i;
	int32_t c;

	*code = -1;
	if (u[0] < 0x80) {
		*code = u[0];
		return 1;
	}
	len = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
	if (u[0] < 0xc2 || u[0] > 0xf4 || n < len)
		return 1;
	c = u[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (u[i] & 0x3f);
	}
	/* Overlong, a surrogate, or beyond Unicode. */
	if (c < least[len] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 1;
	*code = c;
	return len;
}

size_t text_encode(uint32_t code, char out[4])
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = 0xfffd;
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/*
 * What must not reach a terminal as it is, in rising order: controls,
 * bidirectional controls, separators, and all that Unicode calls
 * Default_Ignorable, because it can hide one name in another.
 */
static bool is_unsafe(int32_t code)
{
	static const struct {
		int32_t first, last;
	} range[] = {
		{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad },
		{ 0x034f, 0x034f }, { 0x0600, 0x0605 }, { 0x061c, 0x061c },
		{ 0x06dd, 0x06dd }, { 0x070f, 0x070f }, { 0x0890, 0x0891 },
		{ 0x08e2, 0x08e2 }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
		{ 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
		{ 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};
	size_t i;

	for (i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (code <= range[i].last)
			return code >= range[i].first;
	return false;
}

/* The byte that \xNN at the front of T stands for, or -1. */
static int text_hex_byte(struct text t)
{
	if (t.n < 4 || t.p[0] != '\\' || t.p[1] != 'x' ||
	    digit_of(t.p[2]) > 15 || digit_of(t.p[3]) > 15)
		return -1;
	return (int)(digit_of(t.p[2]) << 4 | digit_of(t.p[3]));
}

void text_escape(struct buf *out, struct text t, bool ascii_only)
{
	size_t i, n;
	int32_t code;

	while (t.n) {
		/* Plain runs, which is nearly all there is, go at once. */
		for (n = 0; n < t.n && t.p[n] >= ' ' && t.p[n] <= '~' &&
		     t.p[n] != '\\';)
			n++;
		buf_add(out, t.p, n);
		text_skip(&t, n);
		if (!t.n)
			break;
		n = text_decode(t.p, t.n, &code);
		/* A name that holds "\x41" itself must come back as it is. */
		if (code < 0 || is_unsafe(code) ||
		    (ascii_only && code > 0x7f) || text_hex_byte(t) >= 0)
			for (i = 0; i < n; i++)
				buf_fmt(out, "\\x%02x", (unsigned char)t.p[i]);
		else
			buf_add(out, t.p, n);
		text_skip(&t, n);
	}
}

void text_unescape(struct buf *out, struct text t)
{
	while (t.n) {
		const char *at = memchr(t.p, '\\', t.n);
		size_t n = at ? (size_t)(at - t.p) : t.n;
		int byte;

		buf_add(out, t.p, n);
		text_skip(&t, n);
		if (!t.n)
			break;
		byte = text_hex_byte(t);
		buf_char(out, byte < 0 ? '\\' : (char)byte);
		text_skip(&t, byte < 0 ? 1 : 4);
	}
}

int text_columns(uint32_t code)
{
	int n = code <= 0x10ffff ? wcwidth((wchar_t)code) : 1;

	return n < 0 ? 1 : n > 2 ? 2 : n;
}

const char *text_size(uint64_t nbytes, char out[TEXT_SIZE_MAX])
{
	static const char units[] = "BKMGTPE";
	uint64_t whole = nbytes, tenths = 0;
	unsigned unit = 0;

	/* What rounds to 1024 of a unit is 1.0 of the next. */
	while (whole > 1023) {
		uint64_t one = UINT64_C(1) << 10 * ++unit;

		tenths = nbytes / one * 10 +
			(nbytes % one * 10 + one / 2) / one;
		whole = nbytes / one + (nbytes % one >= one / 2);
	}
	if (nbytes == 0)
		snprintf(out, TEXT_SIZE_MAX, "0");
	else if (unit && tenths < 1000)
		snprintf(out, TEXT_SIZE_MAX, "%u.%u%c", (unsigned)tenths / 10,
			 (unsigned)tenths % 10, units[unit]);
	else
		snprintf(out, TEXT_SIZE_MAX, "%u%c", (unsigned)whole & 1023,
			 units[unit]);
	return out;
}
