/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/base/buf.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

char *buf_grow(struct buf *buf, size_t n)
{
	/* mem_grow ends the program when asked for SIZE_MAX. */
	size_t need = n < SIZE_MAX - buf->len ? buf->len + n + 1 : SIZE_MAX;

	if (need > buf->cap) {
		buf->data = mem_grow(buf->data, &buf->cap, need, 1);
		buf->data[buf->len] = '\0';
	}
	return buf->data + buf->len;
}

void buf_expect(struct buf *buf, size_t n)
{
	if (buf->data)
		return;
	buf->data = mem_room(n + 1, 1);
	buf->data[0] = '\0';
	buf->cap = n + 1;
}

void buf_add(struct buf *buf, const void *bytes, size_t n)
{
	char *at = buf_room(buf, n);

	if (n)
		memcpy(at, bytes, n);
	at[n] = '\0';
	buf->len += n;
}

void buf_str(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

/* As printf would, which is slow where there are millions of numbers. */
static inline void add_digits(struct buf *buf, uint64_t value, unsigned base,
	size_t width)
{
	char digits[20], *at = digits + sizeof(digits), *to;
	size_t n, blanks;

	do
		*--at = "0123456789abcdef"[value % base];
	while (value /= base);
	n = (size_t)(digits + sizeof(digits) - at);
	blanks = width > n ? width - n : 0;
	to = buf_room(buf, blanks + n);
	memset(to, ' ', blanks);
	memcpy(to + blanks, at, n);
	to[blanks + n] = '\0';
	buf->len += blanks + n;
}

void buf_u64(struct buf *buf, uint64_t value)
{
	add_digits(buf, value, 10, 0);
}

void buf_hex(struct buf *buf, uint64_t value)
{
	add_digits(buf, value, 16, 0);
}

void buf_u64_right(struct buf *buf, uint64_t value, size_t width)
{
	add_digits(buf, value, 10, width);
}

void buf_hex_right(struct buf *buf, uint64_t value, size_t width)
{
	add_digits(buf, value, 16, width);
}

void buf_fmt(struct buf *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(buf, fmt, ap);
	va_end(ap);
}

void buf_vfmt(struct buf *buf, const char *fmt, va_list ap)
{
	char *at = buf_room(buf, 63);
	size_t room = buf->cap - buf->len;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(at, room, fmt, ap);
	if (n > 0 && (size_t)n >= room) {
		at = buf_room(buf, (size_t)n);
		n = vsnprintf(at, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (n > 0)
		buf->len += (size_t)n;
	buf->data[buf->len] = '\0';
}

bool buf_fixed(struct buf *buf, double value, unsigned places)
{
	double size = value < 0 ? -value : value;
	unsigned unit = places == 1 ? 10 : places == 2 ? 100 : 1000;
	uint64_t parts;

	/* Beyond that a double has no such parts, nor is there a use for them. */
	if (!isfinite(value) || size >= 1e15)
		return false;
	/* By hand: printf would write the locale's own decimal point. */
	parts = (uint64_t)(size * unit + 0.5);
	buf_fmt(buf, "%s%" PRIu64 ".%0*u", value < 0 && parts ? "-" : "",
		parts / unit, (int)places, (unsigned)(parts % unit));
	return true;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

void buf_fini(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){ 0 };
}
