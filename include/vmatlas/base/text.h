/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_TEXT_H
#define VMATLAS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"

/*
 * A struct text is a view of bytes that somebody else owns; it has no NUL
 * at its end.  Taking functions cut what they took off its front.
 */
struct text {
	const char *p;
	size_t n;
};

struct text text_of(const char *s);
bool text_is(struct text t, const char *s);
bool text_starts(struct text t, const char *s);

/* The next line without its newline; false at the end. */
bool text_line(struct text *rest, struct text *line);
/* The next run of bytes that are not blank (space, tab); false if none. */
bool text_word(struct text *rest, struct text *word);
/* What precedes the first SEP (taken off together with it), or all; false
 * when REST is empty, and so is PART then. */
bool text_until(struct text *rest, char sep, struct text *part);
/* Does T have PART in it?  Capitals of ASCII are as their small letters. */
bool text_holds(struct text t, struct text part);
/* Drop blanks at both ends. */
struct text text_trim(struct text t);

/* Where WORD stands first in T; its length where it does not. */
size_t text_find(struct text t, const char *word);

/*
 * A whole number in BASE 10 or 16 (with or without 0x) at the front of REST,
 * taken off; false, with nothing taken, where there is none or it does not
 * fit into 64 bits.
 */
bool text_u64(struct text *rest, int base, uint64_t *out);
/* The same for all of T: nothing may follow. */
bool text_all_u64(struct text t, int base, uint64_t *out);
/* Take K, M, G or T (or small ones) off the end of T: the bits by which the
 * number before it is shifted; 0: there is none. */
unsigned text_take_unit(struct text *t);
/* All of T is a decimal number with such a unit or without, shifted; false
 * where it is not, or does not fit. */
bool text_all_sized(struct text t, uint64_t *out);

/*
 * One character of UTF-8 at P (N > 0 bytes): its length and its code point,
 * or 1 and -1 where the bytes are not valid UTF-8 (RFC 3629).
 */
size_t text_decode(const char *p, size_t n, int32_t *code);
/* The 1 to 4 bytes of CODE go to OUT; returns their number. */
size_t text_encode(uint32_t code, char out[4]);

/*
 * Text chosen by others, made fit for a terminal or a report: what is not
 * valid UTF-8 and what could act on a terminal or reorder a line (C0, DEL,
 * C1, bidirectional controls, line and paragraph separators, invisible
 * format characters) becomes \xNN per byte.  With ASCII_ONLY everything
 * outside ASCII does.
 */
void text_escape(struct buf *out, struct text t, bool ascii_only);
/* The inverse for \xNN only; other backslashes stay. */
void text_unescape(struct buf *out, struct text t);

/*
 * Columns that CODE takes on a terminal: 0, 1 or 2, from the C library's
 * tables; 1 for what they do not know.
 */
int text_columns(uint32_t code);

/*
 * A size for people, at most 5 columns: "0", "999B", "4.0K", "23.1M",
 * "1023M", "42.1T".
 */
#define TEXT_SIZE_MAX 8
const char *text_size(uint64_t nbytes, char out[TEXT_SIZE_MAX]);

#endif
