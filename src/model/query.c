/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/query.h"

#include <string.h>

#include "vmatlas/kernel/maps.h"

/* So many bare hexadecimal digits are an address, not a word. */
#define ADDRESS_DIGITS 8

void query_copy(char out[QUERY_NAME], struct text text)
{
	size_t n = text.n < QUERY_NAME - 1 ? text.n : QUERY_NAME - 1;

	memset(out, 0, QUERY_NAME);
	if (n)
		memcpy(out, text.p, n);
}

struct query_target *query_add(struct query *query, enum query_kind kind,
	const char *what, uint64_t start)
{
	struct query_target *target = &query->targets[query->ntargets];
	unsigned i;

	for (i = 0; i < query->ntargets; i++)
		if (query->targets[i].kind == kind && kind <= QUERY_PA &&
		    query->targets[i].start == start)
			return NULL;
	if (query->ntargets == QUERY_TARGETS)
		return NULL;
	query->ntargets++;
	memset(target, 0, sizeof(*target));
	target->kind = kind;
	target->what = what;
	target->start = start;
	target->end = start == UINT64_MAX ? start : start + 1;
	return target;
}

/* ---- numbers */

static size_t hex_digits(struct text text)
{
	size_t n = 0;

	while (n < text.n && strchr("0123456789abcdefABCDEF", text.p[n]) &&
	       text.p[n])
		n++;
	return n;
}

/* 4G, 512k: decimal, of bytes. */
static bool take_sized(struct text text, uint64_t *out)
{
	struct text number = text;

	return text_take_unit(&number) && text_all_sized(text, out);
}

/* LOOSE: where nothing but an address can stand. */
static bool take_address(struct text text, bool loose, uint64_t *out)
{
	bool marked = text_starts(text, "0x") || text_starts(text, "0X");

	if (take_sized(text, out))
		return true;
	return (marked || loose || hex_digits(text) >= ADDRESS_DIGITS) &&
		text_all_u64(text, 16, out);
}

/* A or A-B; -1 with ERR, 1 where it is neither. */
static int parse_range(struct query *query, struct text text,
	enum query_kind kind, bool loose, struct err *err)
{
	struct query_target *target;
	struct text rest = text, first;
	uint64_t start, end = 0;
	bool is_range = memchr(text.p, '-', text.n) != NULL;

	text_until(&rest, '-', &first);
	if (!take_address(first, loose, &start) ||
	    (is_range && !take_address(rest, true, &end)))
		return loose ? err_set(err, 0, "'%.*s' is no hexadecimal "
			"number or range A-B", (int)text.n, text.p) : 1;
	if (is_range && end <= start)
		return err_set(err, 0, "the end of '%.*s' is not above its "
			"start", (int)text.n, text.p);
	target = query_add(query, kind, NULL, start);
	if (is_range) {
		target->end = end;
		target->is_range = true;
	}
	return 0;
}

/* ---- names */

/* A symbol's name, to tell it from words for people. */
static bool is_name(struct text text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 127)
			return false;
	return text.n != 0;
}

static bool is_file(struct text text)
{
	return memchr(text.p, '/', text.n) ||
		filter_has(text, ".so");
}

/* The last +N of TEXT, in hexadecimal, is taken off. */
static bool take_offset(struct text *text, uint64_t *offset)
{
	size_t i = text->n;

	while (i && text->p[i - 1] != '+')
		i--;
	if (i < 2 || !text_all_u64((struct text){ text->p + i, text->n - i },
		    16, offset))
		return false;
	text->n = i - 1;
	return true;
}

/* The ':' between FILE and NAME, which may have "::" in it. */
static size_t file_length(struct text text)
{
	size_t i;

	for (i = 1; i + 1 < text.n; i++) {
		if (text.p[i] != ':')
			continue;
		if (text.p[i + 1] != ':')
			return i;
		i++;
	}
	return 0;
}

/* [FILE:]NAME[+OFFSET] or FILE+OFFSET; SURE: it is a symbol, not just a word. */
static int parse_symbol(struct query *query, struct text text, bool sure,
	struct err *err)
{
	size_t n = file_length(text);
	struct text file = { text.p, n };
	struct query_target *target;
	bool has_offset;

	target = query_add(query, QUERY_SYMBOL, NULL, 0);
	if (n) {
		text.p += n + 1;
		text.n -= n + 1;
	}
	has_offset = take_offset(&text, &target->offset);
	/* Names of files may have blanks. */
	if ((!is_name(text) && (sure || n || has_offset)) || !text.n || text.n >= QUERY_NAME || n >= QUERY_NAME)
		return err_set(err, 0, "'%.*s' is no address, symbol or name",
			(int)(text.n < 100 ? text.n : 100), text.p);
	query_copy(target->file, file);
	query_copy(target->name, text);
	if (has_offset && !n && is_file(text)) {
		target->kind = QUERY_MODULE;
		query_copy(target->file, text);
		target->name[0] = '\0';
	} else if (!sure && !n && !has_offset) {
		target->kind = QUERY_WORD;
	}
	return 0;
}

/* ---- all of it */

static const struct {
	const char *prefix;
	enum query_kind kind;
} prefixes[] = {
	{ "va:", QUERY_VA }, { "pfn:", QUERY_PFN }, { "pa:", QUERY_PA },
	{ "sym:", QUERY_SYMBOL },
};

static bool parse_maps(struct query *query, struct text text)
{
	struct query_target *target;
	struct maps_line line;

	if (!maps_parse(text, &line))
		return false;
	query->origin = "a line of maps";
	target = query_add(query, QUERY_VA, "the region", line.start);
	target->end = line.end;
	target->is_range = true;
	return true;
}

int query_parse(struct query *query, struct text text, struct err *err)
{
	size_t i;
	int failed;

	memset(query, 0, sizeof(*query));
	text = text_trim(text);
	if (!text.n)
		return err_set(err, 0, "nothing to look for");
	if (filter_is_one(text)) {
		query_add(query, QUERY_MATCH, NULL, 0);
		return filter_parse(&query->filter, text, err);
	}
	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i].prefix);

		if (!text_starts(text, prefixes[i].prefix))
			continue;
		text = text_trim((struct text){ text.p + n, text.n - n });
		return prefixes[i].kind == QUERY_SYMBOL ?
			parse_symbol(query, text, true, err) :
			parse_range(query, text, prefixes[i].kind, true, err);
	}
	if (parse_maps(query, text) || query_crash(query, text))
		return 0;
	failed = parse_range(query, text, QUERY_VA, false, err);
	if (failed <= 0)
		return failed;
	memset(query, 0, sizeof(*query));
	return parse_symbol(query, text, false, err);
}
