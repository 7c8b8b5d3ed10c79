/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/model/pages.h"

#include <stdbool.h>
#include <string.h>

#include "vmatlas/kernel/pagemap.h"

/* Numbers are packed with their lowest byte first, in as many as are given. */
static uint8_t *put(uint8_t *out, uint64_t value, unsigned nbytes)
{
	for (; nbytes; nbytes--, value >>= 8)
		*out++ = (uint8_t)value;
	return out;
}

static inline uint64_t get(const uint8_t *in, unsigned nbytes)
{
	uint64_t value = 0;

	while (nbytes--)
		value = value << 8 | in[nbytes];
	return value;
}

/* ---- frames: the number of bytes that each takes, then runs of them */

/* How the frames of a run go on; of scattered ones, each is told. */
enum run { RUN_SAME, RUN_UP, RUN_DOWN, RUN_SCATTERED };
#define RUN_PAGES 0x3fff	/* of a run's first two bytes; then how */
#define RUN_SHIFT 14
#define RUN_LEAST 4		/* shorter ones are taken to be scattered */

static const uint64_t run_step[] = {
	[RUN_SAME] = 0, [RUN_UP] = 1, [RUN_DOWN] = UINT64_MAX,
};

static inline uint64_t frame_of(uint64_t word)
{
	return word & PM_PFN_MASK;
}

static unsigned run_length(const uint64_t *words, unsigned n, enum run *run)
{
	uint64_t step;
	unsigned k = 1;

	if (n < RUN_LEAST)
		return 1;
	step = frame_of(words[1]) - frame_of(words[0]);
	if (step + 1 > 2)
		return 1;
	*run = step == 0 ? RUN_SAME : step == 1 ? RUN_UP : RUN_DOWN;
	while (k < n && frame_of(words[k]) - frame_of(words[k - 1]) == step)
		k++;
	return k < RUN_LEAST ? 1 : k;
}

static uint8_t *put_scattered(uint8_t *out, const uint64_t *words, unsigned n,
	unsigned nbytes)
{
	unsigned k;

	if (!n)
		return out;
	out = put(out, n | RUN_SCATTERED << RUN_SHIFT, 2);
	for (k = 0; k < n; k++)
		out = put(out, frame_of(words[k]), nbytes);
	return out;
}

static uint8_t *pack_frames(const uint64_t *words, unsigned n, uint8_t *out)
{
	unsigned nbytes = 0, k, length, from = 0;
	enum run run = RUN_SAME;
	uint64_t all = 0;

	for (k = 0; k < n; k++)
		all |= frame_of(words[k]);
	for (; all; all >>= 8)
		nbytes++;
	*out++ = (uint8_t)nbytes;
	for (k = 0; k < n; k += length) {
		length = run_length(words + k, n - k, &run);
		if (length == 1)
			continue;
		out = put_scattered(out, words + from, k - from, nbytes);
		out = put(out, length | (unsigned)run << RUN_SHIFT, 2);
		out = put(out, frame_of(words[k]), nbytes);
		from = k + length;
	}
	return put_scattered(out, words + from, n - from, nbytes);
}

static inline void get_scattered(const uint8_t *in, uint64_t *words, unsigned n,
	unsigned nbytes)
{
	unsigned k;

	for (k = 0; k < n; k++)
		words[k] = get(in + k * nbytes, nbytes);
}

static const uint8_t *unpack_frames(const uint8_t *in, unsigned n,
	uint64_t *words)
{
	unsigned nbytes = *in++, k, i, length;

	for (k = 0; k < n; k += length) {
		unsigned head = (unsigned)get(in, 2);
		uint64_t frame, step;

		in += 2;
		length = head & RUN_PAGES;
		if (head >> RUN_SHIFT == RUN_SCATTERED) {
			/* Known in advance, it is fast. */
			if (nbytes == 3)
				get_scattered(in, words + k, length, 3);
			else if (nbytes == 4)
				get_scattered(in, words + k, length, 4);
			else
				get_scattered(in, words + k, length, nbytes);
			in += length * nbytes;
			continue;
		}
		frame = get(in, nbytes);
		in += nbytes;
		step = run_step[head >> RUN_SHIFT];
		for (i = 0; i < length; i++)
			words[k + i] = frame + i * step;
	}
	return in;
}

/* ---- looks: what there is of a page but its frame */

/* RUNS: how many pages, and their look.  By an INDEX of half a byte or a byte
 * into a table of looks.  EACH: one after another. */
enum looks { LOOKS_RUNS, LOOKS_HALF_INDEX, LOOKS_INDEX, LOOKS_EACH };
#define LOOK_BYTES 5
#define LOOKS_MOST 256		/* in a table */
#define BITS_SHIFT 55		/* of an entry, above its frame */
#define BITS_MASK 0x1ff
#define CLASS_AT 9
#define HEAT_AT 17

static inline uint64_t look_of(const struct pages *pages, unsigned k)
{
	return pages->words[k] >> BITS_SHIFT |
		(uint64_t)pages->classes[k] << CLASS_AT |
		(uint64_t)pages->heat[k] << HEAT_AT;
}

/* To page K, which has its frame. */
static inline void set_look(struct pages *pages, unsigned k, uint64_t look)
{
	pages->words[k] |= (look & BITS_MASK) << BITS_SHIFT;
	pages->classes[k] = (uint8_t)(look >> CLASS_AT);
	pages->heat[k] = (uint16_t)(look >> HEAT_AT);
}

struct looks_table {
	uint64_t looks[LOOKS_MOST];
	unsigned n;			/* LOOKS_MOST + 1: there are more */
	unsigned nruns;
	uint8_t index[BLOCK_PAGES];
};

static void count_looks(const struct pages *pages, unsigned n,
	struct looks_table *table)
{
	uint64_t last = 0;
	unsigned k, at = 0;

	table->n = table->nruns = 0;
	for (k = 0; k < n; k++) {
		uint64_t look = look_of(pages, k);

		if (!k || look != last) {
			table->nruns++;
			for (at = 0; at < table->n && at < LOOKS_MOST &&
			     table->looks[at] != look; at++)
				;
			if (at == table->n && at < LOOKS_MOST)
				table->looks[table->n++] = look;
			else if (at == LOOKS_MOST)
				table->n = LOOKS_MOST + 1;
		}
		table->index[k] = (uint8_t)at;
		last = look;
	}
}

/* What takes least. */
static enum looks choose(const struct looks_table *table, unsigned n)
{
	unsigned size[] = {
		[LOOKS_RUNS] = table->nruns * (2 + LOOK_BYTES),
		[LOOKS_HALF_INDEX] = table->n > 16 ? UINT32_MAX :
			table->n * LOOK_BYTES + (n + 1) / 2,
		[LOOKS_INDEX] = table->n > LOOKS_MOST ? UINT32_MAX :
			table->n * LOOK_BYTES + n,
		[LOOKS_EACH] = n * LOOK_BYTES,
	};
	enum looks best = LOOKS_RUNS, i;

	for (i = LOOKS_HALF_INDEX; i <= LOOKS_EACH; i++)
		if (size[i] < size[best])
			best = i;
	return best;
}

static uint8_t *put_look_runs(const struct pages *pages, unsigned n,
	uint8_t *out)
{
	unsigned k, length;

	for (k = 0; k < n; k += length) {
		uint64_t look = look_of(pages, k);

		for (length = 1; k + length < n; length++)
			if (look_of(pages, k + length) != look)
				break;
		out = put(out, length, 2);
		out = put(out, look, LOOK_BYTES);
	}
	return out;
}

static uint8_t *pack_looks(const struct pages *pages, unsigned n, uint8_t *out)
{
	struct looks_table table;
	enum looks how;
	unsigned k;

	count_looks(pages, n, &table);
	how = choose(&table, n);
	*out++ = (uint8_t)how;
	if (how == LOOKS_RUNS)
		return put_look_runs(pages, n, out);
	if (how == LOOKS_EACH) {
		for (k = 0; k < n; k++)
			out = put(out, look_of(pages, k), LOOK_BYTES);
		return out;
	}
	*out++ = (uint8_t)(table.n - 1);
	for (k = 0; k < table.n; k++)
		out = put(out, table.looks[k], LOOK_BYTES);
	if (how == LOOKS_INDEX) {
		memcpy(out, table.index, n);
		return out + n;
	}
	for (k = 0; k < n; k += 2)
		*out++ = (uint8_t)(table.index[k] |
			(k + 1 < n ? table.index[k + 1] << 4 : 0));
	return out;
}

static void unpack_looks(const uint8_t *in, unsigned n, struct pages *pages)
{
	enum looks how = *in++;
	uint64_t looks[LOOKS_MOST];
	unsigned k, i, nlooks, length;

	if (how == LOOKS_RUNS) {
		for (k = 0; k < n; k += length) {
			uint64_t look = get(in + 2, LOOK_BYTES);

			length = (unsigned)get(in, 2);
			in += 2 + LOOK_BYTES;
			for (i = 0; i < length; i++)
				set_look(pages, k + i, look);
		}
		return;
	}
	if (how == LOOKS_EACH) {
		for (k = 0; k < n; k++, in += LOOK_BYTES)
			set_look(pages, k, get(in, LOOK_BYTES));
		return;
	}
	nlooks = *in++ + 1u;
	for (k = 0; k < nlooks; k++, in += LOOK_BYTES)
		looks[k] = get(in, LOOK_BYTES);
	if (how == LOOKS_INDEX)
		for (k = 0; k < n; k++)
			set_look(pages, k, looks[in[k]]);
	else
		for (k = 0; k < n; k++)
			set_look(pages, k, looks[in[k / 2] >> k % 2 * 4 & 15]);
}

size_t pages_pack(const struct pages *pages, unsigned n, uint8_t *out)
{
	uint8_t *end = pack_frames(pages->words, n, out);

	return (size_t)(pack_looks(pages, n, end) - out);
}

void pages_unpack(const uint8_t *packed, unsigned n, struct pages *pages)
{
	unpack_looks(unpack_frames(packed, n, pages->words), n, pages);
}
