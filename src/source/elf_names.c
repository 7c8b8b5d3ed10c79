/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/elf_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/demangle.h"
#include "vmatlas/base/mem.h"

/* What one read asks for, and how much of a file's names is looked through. */
#define CHUNK ((size_t)64 << 10)
#define NAMES_MOST ((uint64_t)1 << 30)
/* Strings that are, or end with, one name: each version of it is one. */
#define STRINGS_MOST 1024
/* Names that are unpacked for one question: a file may be made to have more
 * than there is time for. */
#define UNPACKED_MOST 32768

struct strings {
	size_t unpacked;
	uint32_t at[STRINGS_MOST];	/* where they begin, in order at last */
	size_t n;
};

/* ---- a name as it is in the file */

/* Where NAME ends a string, or a version follows it, among the N bytes that
 * begin at BASE. */
static void take_strings(struct strings *strings, const char *bytes, size_t n,
	uint64_t base, const char *name, size_t length)
{
	const char *at = bytes, *end = bytes + n;

	while (strings->n < STRINGS_MOST &&
	       (at = memmem(at, (size_t)(end - at), name, length))) {
		uint64_t offset = base + (uint64_t)(at - bytes);

		if (at + length == end)
			return;
		if ((at[length] == '\0' || at[length] == '@') &&
		    offset <= UINT32_MAX)
			strings->at[strings->n++] = (uint32_t)offset;
		at++;
	}
}

/* ---- a name as people write it */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z') || c == '_';
}

/*
 * What mangled names of NAME must have in them: of "a::~b(int)" it is "1b", its
 * last identifier behind the length (Itanium C++ ABI 5.1.1.3, Rust RFC 2603).
 * False: it has none, or it is an operator outside any class.
 */
static bool identifier_of(const char *name, char *out, size_t size)
{
	static const char nameless[] = "(anonymous namespace)::";
	const char *operator;
	size_t end, at;

	if (!strncmp(name, nameless, sizeof(nameless) - 1))
		name += sizeof(nameless) - 1;
	end = strcspn(name, "(<> ");
	/* Operators have no letters of their own: their class has. */
	operator = strstr(name, "::operator");
	if (operator && (size_t)(operator - name) < end)
		end = (size_t)(operator - name);
	for (at = end; at && is_word(name[at - 1]); at--)
		;
	if (at == end || !strncmp(name, "operator", 8))
		return false;
	return snprintf(out, size, "%zu%.*s", end - at, (int)(end - at),
		name + at) < (int)size;
}

/* WHOLE is a name with all its scopes and types; NAME may leave out the types,
 * and scopes from the outermost on. */
static bool is_called(const char *whole, const char *name, size_t length)
{
	size_t i;
	int depth = 0;

	for (i = 0; whole[i]; i++) {
		bool begins = !i || whole[i - 1] == ' ' ||
			(i > 1 && whole[i - 1] == ':' && whole[i - 2] == ':');

		if (!depth && begins && !strncmp(whole + i, name, length) &&
		    (!whole[i + length] || strchr("(<[ ", whole[i + length])))
			return true;
		if (whole[i] == '(' || whole[i] == '<')
			depth++;
		else if ((whole[i] == ')' || whole[i] == '>') && depth)
			depth--;
	}
	return false;
}

/* Among the N bytes that begin at BASE of the strings: those that stand for
 * NAME.  One that is cut at either end is whole in another call. */
static void take_mangled(struct strings *strings, const char *bytes, size_t n,
	uint64_t base, const char *name, const char *identifier)
{
	const char *at = bytes, *end = bytes + n;
	size_t length = strlen(name);
	struct buf whole = { 0 };

	while (strings->n < STRINGS_MOST &&
	       strings->unpacked < UNPACKED_MOST && (at = memmem(at,
			(size_t)(end - at), identifier, strlen(identifier)))) {
		const char *begin = at, *stop = memchr(at, '\0',
			(size_t)(end - at));
		uint64_t offset;
		struct text string;

		while (begin > bytes && begin[-1])
			begin--;
		offset = base + (uint64_t)(begin - bytes);
		if (!stop)
			break;
		string = (struct text){ begin, strcspn(begin, "@") };
		at = stop;
		buf_clear(&whole);
		strings->unpacked++;
		if (demangle(&whole, string) && offset <= UINT32_MAX &&
		    is_called(buf_text(&whole), name, length))
			strings->at[strings->n++] = (uint32_t)offset;
	}
	buf_fini(&whole);
}

/* ---- all of them */

static int compare(const void *key, const void *element)
{
	uint32_t a = *(const uint32_t *)key, b = *(const uint32_t *)element;

	return a < b ? -1 : a > b;
}

/* Strings may share their ends ("free" in "malloc_free"): a symbol that begins
 * in the middle of one has what follows as its name. */
static void find_strings(struct strings *strings,
	const struct elf_symbols *symbols, const struct elf_reader *reader,
	const char *name, size_t length)
{
	char *chunk = mem_new(CHUNK, 1), identifier[256];
	uint64_t at = 0, most = symbols->names_size;
	bool mangled = demangle_is_built_in() &&
		identifier_of(name, identifier, sizeof(identifier));
	/* A string may go on in the next chunk: it is whole in one of them. */
	size_t again = length > DEMANGLE_LONGEST ? length :
		DEMANGLE_LONGEST + 1;

	strings->n = strings->unpacked = 0;
	if (most > NAMES_MOST || symbols->names > (uint64_t)INT64_MAX - most)
		most = 0;
	while (at < most) {
		size_t n = most - at < CHUNK ? (size_t)(most - at) : CHUNK;
		ssize_t got = reader->read(reader->arg, chunk, n,
			symbols->names + at);

		if (got <= (ssize_t)length)
			break;
		take_strings(strings, chunk, (size_t)got, at, name, length);
		if (mangled)
			take_mangled(strings, chunk, (size_t)got, at, name,
				identifier);
		if (at + (uint64_t)got >= most || (size_t)got <= again)
			break;
		at += (uint64_t)got - again;
	}
	free(chunk);
	qsort(strings->at, strings->n, sizeof(*strings->at), compare);
}

size_t elf_symbols_named(const struct elf_symbols *symbols,
	const struct elf_reader *reader, const char *name, uint64_t *out,
	size_t most)
{
	size_t length = strlen(name), n = 0, i;
	struct strings *strings;

	if (!length || length >= CHUNK / 2)
		return 0;
	strings = mem_new(1, sizeof(*strings));
	find_strings(strings, symbols, reader, name, length);
	for (i = 0; strings->n && i < symbols->n && n < most; i++) {
		const struct elf_symbol *symbol = &symbols->symbols[i];

		if (bsearch(&(uint32_t){ symbol->name }, strings->at,
			    strings->n, sizeof(*strings->at), compare) &&
		    (!n || out[n - 1] != symbol->value))
			out[n++] = symbol->value;
	}
	free(strings);
	return n;
}
