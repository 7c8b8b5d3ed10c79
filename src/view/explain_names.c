/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/explain_names.h"

#include <string.h>

#include "vmatlas/base/demangle.h"
#include "vmatlas/base/text.h"

static void add_name(struct buf *out, const char *name)
{
	text_escape(out, text_of(name), false);
}

static void add_symbol(struct buf *out, const struct snapshot *snapshot,
	const char *symbol)
{
	if (snapshot->raw_names || !demangle(out, text_of(symbol)))
		add_name(out, symbol);
}

/* How much of a symbol's text is its name. */
static size_t name_length(const char *symbol)
{
	const char *plus = strrchr(symbol, '+');

	return plus ? (size_t)(plus - symbol) : strlen(symbol);
}

void explain_names(struct buf *out, const struct snapshot *snapshot)
{
	const struct page_detail *detail = &snapshot->detail;
	const char *names = buf_text(&snapshot->detail_names);
	const char *first = detail->first_symbol == SYMBOL_NONE ? "" :
		names + detail->first_symbol;
	const char *last = detail->last_symbol == SYMBOL_NONE ? "" :
		names + detail->last_symbol;
	size_t n = name_length(last);

	if (detail->damage != SYMBOL_NONE) {
		buf_str(out, "broken\tELF file: ");
		add_name(out, names + detail->damage);
		buf_char(out, '\n');
	}
	if (detail->section != SYMBOL_NONE) {
		buf_str(out, "section\t");
		add_name(out, names + detail->section);
		buf_char(out, '\n');
	}
	if (detail->names != ANSWER_OK)
		buf_fmt(out, "symbol\t?%s\n", detail->names ==
			ANSWER_DENIED ? "  (needs root)" : "");
	if (!first[0] && !last[0])
		return;
	buf_str(out, "symbol\t");
	add_symbol(out, snapshot, first);
	if (n && (n != name_length(first) || memcmp(first, last, n))) {
		buf_fmt(out, "%sto ", first[0] ? " " : "");
		add_symbol(out, snapshot, last);
	}
	buf_char(out, '\n');
}
