/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/base/demangle.h"

#include <string.h>

void demangle_or_keep(struct buf *out, struct text name)
{
	if (!demangle(out, name))
		buf_add(out, name.p, name.n);
}

#ifdef HAVE_LIBIBERTY

#include <libiberty/demangle.h>

bool demangle_is_built_in(void)
{
	return true;
}

static bool is_digit_of(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z');
}

/*
 * How often it may refer to its own parts: S_ S0_ T_ T1_ in C++, B_ B3z_ in
 * Rust.  Letters of an identifier that look so are counted too.  Each part
 * that is referred to N times is gone through N times, so work grows at most
 * as the third root of 3 to that power.
 */
static unsigned count_references(const char *name)
{
	unsigned n = 0;
	const char *p;

	for (; *name; name++) {
		if (*name != 'S' && *name != 'T' && *name != 'B')
			continue;
		for (p = name + 1; is_digit_of(*p); p++)
			;
		n += *p == '_';
	}
	return n;
}

static void take(const char *piece, size_t n, void *arg)
{
	struct buf *out = arg;
	size_t room = DEMANGLE_MOST - out->len;

	buf_add(out, piece, n < room ? n : room);
}

static bool is_mangled(const char *name)
{
	return !strncmp(name, "_Z", 2) || !strncmp(name, "_R", 2);
}

bool demangle(struct buf *out, struct text name)
{
	const char *plus = name.n ? memchr(name.p, '+', name.n) : NULL;
	size_t n = plus ? (size_t)(plus - name.p) : name.n;
	char word[DEMANGLE_LONGEST + 1];
	struct buf text = { 0 };
	bool good = false;

	if (n < 3 || n > DEMANGLE_LONGEST || memchr(name.p, '\0', n))
		return false;
	memcpy(word, name.p, n);
	word[n] = '\0';
	if (!is_mangled(word) || count_references(word) > DEMANGLE_REFERENCES)
		return false;
	/* Rust's older names pass for C++, so it comes first. */
	good = rust_demangle_callback(word, DMGL_PARAMS | DMGL_ANSI, take,
		&text);
	if (!good) {
		buf_clear(&text);
		good = cplus_demangle_v3_callback(word,
			DMGL_PARAMS | DMGL_ANSI, take, &text);
	}
	if (good && text.len) {
		text_escape(out, (struct text){ buf_text(&text), text.len },
			false);
		if (plus)
			buf_add(out, plus, name.n - n);
	}
	good &= text.len > 0;
	buf_fini(&text);
	return good;
}

#else /* !HAVE_LIBIBERTY */

bool demangle_is_built_in(void)
{
	return false;
}

bool demangle(struct buf *out, struct text name)
{
	(void)out;
	(void)name;
	return false;
}

#endif
