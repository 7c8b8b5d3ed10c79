/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/kernel/swaps.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* Blanks, newlines and backslashes of a path are \NNN, in octal. */
static char *file_unescape(struct text word, size_t *len)
{
	char *out = mem_text(word.p, word.n);
	size_t i = 0, n = 0;

	while (i < word.n) {
		unsigned value = 0, k = 0;

		while (word.p[i] == '\\' && k < 3 && i + 1 + k < word.n &&
		       word.p[i + 1 + k] >= '0' && word.p[i + 1 + k] <= '7')
			value = value * 8 + (unsigned)(word.p[i + 1 + k++] - '0');
		if (k == 3 && value && value < 256) {
			out[n++] = (char)value;
			i += 4;
		} else {
			out[n++] = word.p[i++];
		}
	}
	out[n] = '\0';
	*len = n;
	return out;
}

static bool take_kilobytes(struct text *line, uint64_t *nbytes)
{
	struct text word;

	if (!text_word(line, &word) || !text_all_u64(word, 10, nbytes) ||
	    *nbytes > UINT64_MAX >> 10)
		return false;
	*nbytes <<= 10;
	return true;
}

static bool take_priority(struct text *line, int64_t *out)
{
	struct text word;
	uint64_t value;
	bool negative;

	if (!text_word(line, &word))
		return false;
	negative = text_starts(word, "-");
	if (negative) {
		word.p++;
		word.n--;
	}
	if (!text_all_u64(word, 10, &value) || value > INT32_MAX)
		return false;
	*out = negative ? -(int64_t)value : (int64_t)value;
	return true;
}

/* Filename Type Size Used Priority; the title has no numbers. */
static bool area_parse(struct text line, struct swap_area *out,
	struct text *file)
{
	struct text medium;

	if (!text_word(&line, file) || !text_word(&line, &medium) ||
	    !take_kilobytes(&line, &out->size) ||
	    !take_kilobytes(&line, &out->used) ||
	    !take_priority(&line, &out->priority))
		return false;
	if (medium.n >= sizeof(out->medium))
		medium.n = sizeof(out->medium) - 1;
	memset(out->medium, 0, sizeof(out->medium));
	memcpy(out->medium, medium.p, medium.n);
	return true;
}

size_t swaps_parse(struct text text, struct swap_area **out)
{
	struct swap_area *areas = NULL, one = { 0 };
	struct text line, file;
	size_t n = 0, cap = 0;

	while (n < SWAP_AREAS_MAX && text_line(&text, &line)) {
		if (!area_parse(line, &one, &file))
			continue;
		one.file = file_unescape(file, &one.file_len);
		areas = mem_grow(areas, &cap, n + 1, sizeof(*areas));
		areas[n++] = one;
	}
	*out = areas;
	return n;
}

void swaps_free(struct swap_area *areas, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(areas[i].file);
	free(areas);
}

static int count_bits(uint32_t bits)
{
	int n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* The only row that type TYPE can be, or -1: so many types seen are below it
 * and above it, and each row's type is its number at least. */
static int row_of(uint32_t seen, int type, int n)
{
	int first = count_bits(seen & ((UINT32_C(1) << type) - 1));
	int last = n - count_bits(seen >> type);

	if (last > type)
		last = type;
	return first == last ? first : -1;
}

void swaps_types(uint32_t seen, size_t n, int types[])
{
	int low[SWAP_AREAS_MAX], high[SWAP_AREAS_MAX];
	int i, type, rows = (int)n;

	for (i = 0; i < rows; i++)
		types[i] = -1;
	/* More types than rows: the areas changed meanwhile. */
	if (n > SWAP_AREAS_MAX || count_bits(seen) > rows)
		return;
	for (i = 0; i < rows; i++) {
		low[i] = i;
		high[i] = SWAP_AREAS_MAX - rows + i;
	}
	for (type = 0; type < SWAP_AREAS_MAX; type++) {
		int row = seen >> type & 1 ? row_of(seen, type, rows) : -1;

		if (row >= 0)
			low[row] = high[row] = type;
	}
	for (i = 1; i < rows; i++)
		if (low[i] <= low[i - 1])
			low[i] = low[i - 1] + 1;
	for (i = rows - 2; i >= 0; i--)
		if (high[i] >= high[i + 1])
			high[i] = high[i + 1] - 1;
	for (i = 0; i < rows; i++)
		if (low[i] == high[i])
			types[i] = low[i];
}
