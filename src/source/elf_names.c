/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/elf_file.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* What one read asks for, and how much of a file's names is looked through. */
#define CHUNK ((size_t)64 << 10)
#define NAMES_MOST ((uint64_t)1 << 30)
/* Strings that are, or end with, one name: each version of it is one. */
#define STRINGS_MOST 1024

struct strings {
	uint32_t at[STRINGS_MOST];	/* where they begin, in order */
	size_t n;
};

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

/* Strings may share their ends ("free" in "malloc_free"): a symbol that begins
 * in the middle of one has what follows as its name. */
static void find_strings(struct strings *strings,
	const struct elf_symbols *symbols, const struct elf_reader *reader,
	const char *name, size_t length)
{
	char *chunk = mem_new(CHUNK, 1);
	uint64_t at = 0, most = symbols->names_size;

	strings->n = 0;
	if (most > NAMES_MOST || symbols->names > (uint64_t)INT64_MAX - most)
		most = 0;
	while (at < most) {
		size_t n = most - at < CHUNK ? (size_t)(most - at) : CHUNK;
		ssize_t got = reader->read(reader->arg, chunk, n,
			symbols->names + at);

		if (got <= (ssize_t)length)
			break;
		take_strings(strings, chunk, (size_t)got, at, name, length);
		/* One may go on in the next chunk. */
		at += (uint64_t)got - length;
	}
	free(chunk);
}

static int compare(const void *key, const void *element)
{
	uint32_t a = *(const uint32_t *)key, b = *(const uint32_t *)element;

	return a < b ? -1 : a > b;
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
