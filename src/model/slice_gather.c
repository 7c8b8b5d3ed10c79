/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "slice_gather.h"

#include <string.h>

/* Reading over a gap of so many frames is cheaper than another question. */
#define GATHER_GAP 16
/* Fewer stretches are not worth being sorted. */
#define SORT_LEAST 8

static uint64_t first_pfn(const struct reader *reader, const struct page_stretch *s)
{
	return pfn_of(&reader->slice, s->at);
}

/* Into OUT by one byte of their first frames, else as they were. */
static void sort_by_byte(const struct reader *reader, const struct page_stretch *in,
	size_t n, unsigned shift, struct page_stretch *out)
{
	uint16_t at[256] = { 0 };
	unsigned byte, sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		at[first_pfn(reader, &in[i]) >> shift & 0xff]++;
	for (byte = 0; byte < 256; byte++) {
		unsigned count = at[byte];

		at[byte] = (uint16_t)sum;
		sum += count;
	}
	for (i = 0; i < n; i++)
		out[at[first_pfn(reader, &in[i]) >> shift & 0xff]++] = in[i];
}

/* By their first frames, with a pass for each byte in which those differ. */
static void sort_stretches(struct reader *reader)
{
	struct gather *gather = &reader->gather;
	struct page_stretch *in = gather->stretches, *out = gather->spare, *sorted;
	uint64_t differ = 0, first = first_pfn(reader, in);
	unsigned shift;
	size_t i;

	for (i = 1; i < gather->n; i++)
		differ |= first_pfn(reader, &in[i]) ^ first;
	for (shift = 0; differ >> shift; shift += 8) {
		if (!(differ >> shift & 0xff))
			continue;
		sort_by_byte(reader, in, gather->n, shift, out);
		sorted = out;
		out = in;
		in = sorted;
	}
	if (in != gather->stretches)
		memcpy(gather->stretches, in, gather->n * sizeof(*in));
	gather->is_sorted = true;
}

/* One question, *FIRST..*END, for the stretches from K on to what is returned. */
static size_t join(const struct reader *reader, size_t k, uint64_t *first,
	uint64_t *end)
{
	const struct gather *gather = &reader->gather;

	*first = first_pfn(reader, &gather->stretches[k]);
	*end = *first + gather->stretches[k].n;
	for (k++; k < gather->n && !reader->apart; k++) {
		uint64_t pfn = first_pfn(reader, &gather->stretches[k]);
		uint64_t to = pfn + gather->stretches[k].n;

		if (pfn < *first || pfn > *end + GATHER_GAP ||
		    to - *first > SOURCE_SLICE)
			break;
		if (to > *end)
			*end = to;
	}
	return k;
}

/* GOT words of frames from FIRST on were read: those of one stretch. */
static void take(struct slice *slice, const struct page_stretch *stretch,
	uint64_t first, size_t got, uint64_t *values, uint8_t bit)
{
	const uint64_t *in = slice->gathered + (pfn_of(slice, stretch->at) - first);
	size_t n = stretch->n, i;
	size_t told = (size_t)(in - slice->gathered);

	/* Beyond the last frame there is no struct page. */
	told = got <= told ? 0 : got - told < n ? got - told : n;
	values += stretch->at;
	memcpy(values, in, told * sizeof(*in));
	memset(values + told, 0, (n - told) * sizeof(*values));
	for (i = 0; i < n; i++)
		slice->known[stretch->at + i] |= bit;
}

void gather_read(struct reader *reader, enum word_file file, uint64_t *values,
	uint8_t bit)
{
	struct gather *gather = &reader->gather;
	struct slice *slice = &reader->slice;
	size_t k = 0, next, got;

	if (!gather->is_sorted && gather->n >= SORT_LEAST)
		sort_stretches(reader);
	while (k < gather->n) {
		enum answer answer;
		uint64_t first, end;

		next = join(reader, k, &first, &end);
		answer = source_words(reader->src, file, PROC_NONE, first,
			(size_t)(end - first), slice->gathered, &got);
		if (answer == ANSWER_UNRECORDED && next > k + 1) {
			/* A recording has what was of use, not what lay
			 * between. */
			reader->apart = true;
			continue;
		}
		if (answer != ANSWER_OK)
			reader->answers[file] = answer;
		if (answer != ANSWER_OK && answer != ANSWER_UNRECORDED)
			return;
		for (; k < next; k++)
			if (answer == ANSWER_OK)
				take(slice, &gather->stretches[k], first, got,
					values, bit);
	}
}
