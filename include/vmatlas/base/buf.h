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
void buf_add(struct buf *buf, const void *bytes, size_t n);
void buf_str(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
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
/* Room for N more bytes and a NUL at the end; returns where they go.  The
 * caller then sets len, and the NUL behind it. */
char *buf_room(struct buf *buf, size_t n);
/* Empty it, keeping its memory. */
void buf_clear(struct buf *buf);
/* The text, never NULL. */
const char *buf_text(const struct buf *buf);
void buf_fini(struct buf *buf);

#endif
