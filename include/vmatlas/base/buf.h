/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_BUF_H
#define VMATLAS_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A struct buf is a growing string of bytes.  Invariants: data is NULL or
 * has a NUL at data[len]; len < cap unless both are 0.  Zero-initialised is
 * empty and ready for use.
 */
struct buf {
	char *data;
	size_t len, cap;
};

/* An empty BUF will take about N bytes: it need not grow piece by piece. */
void buf_expect(struct buf *buf, size_t n);
/* As buf_room, where there is not enough of it. */
char *buf_grow(struct buf *buf, size_t n);
/* Room for N more bytes and a NUL at the end; returns where they go.  The
 * caller then sets len, and the NUL behind it. */
static inline char *buf_room(struct buf *buf, size_t n)
{
	return n < buf->cap - buf->len ? buf->data + buf->len :
		buf_grow(buf, n);
}

void buf_add(struct buf *buf, const void *bytes, size_t n);
void buf_str(struct buf *buf, const char *text);
static inline void buf_char(struct buf *buf, char c)
{
	char *at = buf_room(buf, 1);

	at[0] = c;
	at[1] = '\0';
	buf->len++;
}

void buf_u64(struct buf *buf, uint64_t value);
void buf_hex(struct buf *buf, uint64_t value);	/* without 0x */
/* With so many blanks before it that it takes WIDTH columns at least. */
void buf_u64_right(struct buf *buf, uint64_t value, size_t width);
void buf_hex_right(struct buf *buf, uint64_t value, size_t width);
void buf_fmt(struct buf *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vfmt(struct buf *buf, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* VALUE to so many places (1 to 3) behind a point, whatever the locale;
 * false, with nothing added, where a double has none left (1e15 and more). */
bool buf_fixed(struct buf *buf, double value, unsigned places);
/* Empty it, keeping its memory. */
void buf_clear(struct buf *buf);
/* The text, never NULL. */
const char *buf_text(const struct buf *buf);
void buf_fini(struct buf *buf);

#endif
