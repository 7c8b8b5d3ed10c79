/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/kernel/pagemap.h"
#include "vmatlas/model/pages.h"

#define OWN (PM_PRESENT | PM_EXCLUSIVE)
#define LOOK_BYTES 5

/* How many bytes N pages take; they must come back, those behind them must
 * stay, and nothing may be written behind what is said to be there. */
static size_t packed_size(const struct pages *pages, unsigned n)
{
	uint8_t *packed = malloc(PAGES_PACKED_MOST + 1), *exact;
	struct pages back;
	size_t size, k;

	assert_non_null(packed);
	packed[PAGES_PACKED_MOST] = 0x5a;
	size = pages_pack(pages, n, packed);
	assert_true(size <= PAGES_PACKED_MOST);
	assert_int_equal(packed[PAGES_PACKED_MOST], 0x5a);
	/* As large as it need be: a sanitizer sees who reads on. */
	exact = malloc(size);
	assert_non_null(exact);
	memcpy(exact, packed, size);
	memset(&back, 0xa5, sizeof(back));
	pages_unpack(exact, n, &back);
	assert_memory_equal(back.words, pages->words, n * sizeof(*back.words));
	assert_memory_equal(back.heat, pages->heat, n * sizeof(*back.heat));
	assert_memory_equal(back.classes, pages->classes, n);
	for (k = n; k < BLOCK_PAGES; k++) {
		assert_true(back.words[k] == UINT64_C(0xa5a5a5a5a5a5a5a5));
		assert_int_equal(back.heat[k], 0xa5a5);
		assert_int_equal(back.classes[k], 0xa5);
	}
	free(exact);
	free(packed);
	return size;
}

/* All pages have this entry, heat and class, frames going on by STEP. */
static void fill(struct pages *pages, uint64_t word, uint64_t step,
	uint16_t heat, uint8_t class)
{
	unsigned k;

	for (k = 0; k < BLOCK_PAGES; k++) {
		pages->words[k] = word + k * step;
		pages->heat[k] = heat;
		pages->classes[k] = class;
	}
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return *seed >> 33;
}

/* Their frames are anywhere, below this one. */
static void scatter(struct pages *pages, uint64_t most, uint64_t *seed)
{
	unsigned k;

	for (k = 0; k < BLOCK_PAGES; k++)
		pages->words[k] = (pages->words[k] & ~PM_PFN_MASK) |
			next_random(seed) % most;
}

static void test_runs(void **state)
{
	struct pages pages;
	unsigned n;

	(void)state;
	for (n = 1; n <= BLOCK_PAGES; n++) {
		fill(&pages, OWN | 0x123456, 1, 0x8000, 0x23);
		assert_true(packed_size(&pages, n) <= 24);
		fill(&pages, OWN | 0x123456, UINT64_MAX, 0x8000, 0x23);
		assert_true(packed_size(&pages, n) <= 24);
		fill(&pages, OWN | 0x123456, 0, 0x8000, 0x23);
		assert_true(packed_size(&pages, n) <= 24);
		fill(&pages, 0, 0, 0, 0);
		assert_true(packed_size(&pages, n) <= 24);
	}
	/* Two runs, and something between them. */
	fill(&pages, OWN | 0x1000, 1, 7, 1);
	pages.words[100] = 0;
	pages.words[101] = PM_SWAP | 0x765432 << 5 | 3;
	assert_true(packed_size(&pages, BLOCK_PAGES) <= 64);
}

static void test_scattered(void **state)
{
	struct pages pages;
	uint64_t seed = 1;
	unsigned k;

	(void)state;
	fill(&pages, OWN, 0, 0xa000, 0x21);
	scatter(&pages, 1 << 24, &seed);
	/* Three bytes each, and what they have in common. */
	assert_true(packed_size(&pages, BLOCK_PAGES) <= 3 * BLOCK_PAGES + 16);
	/* Some are shared after a fork: half a byte more. */
	for (k = 0; k < BLOCK_PAGES; k++)
		if (next_random(&seed) & 1) {
			pages.words[k] &= ~PM_EXCLUSIVE;
			pages.classes[k] = 0x42;
		}
	assert_true(packed_size(&pages, BLOCK_PAGES) <=
		3 * BLOCK_PAGES + BLOCK_PAGES / 2 + 32);
	/* Each of some seconds was when one of them changed: a byte more. */
	for (k = 0; k < BLOCK_PAGES; k++)
		pages.heat[k] = (uint16_t)(2 + next_random(&seed) % 60);
	assert_true(packed_size(&pages, BLOCK_PAGES) <=
		4 * BLOCK_PAGES + 2 * 60 * LOOK_BYTES + 32);
	/* The largest frame that there can be. */
	pages.words[77] |= PM_PFN_MASK;
	packed_size(&pages, BLOCK_PAGES);
}

/* As many looks as tables have room for, and one less and more. */
static void test_many_looks(void **state)
{
	static const unsigned counts[] = { 15, 16, 17, 255, 256, 257, 512 };
	struct pages pages;
	uint64_t seed = 2;
	unsigned i, k;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		fill(&pages, OWN, 0, 0, 9);
		scatter(&pages, 1 << 20, &seed);
		for (k = 0; k < BLOCK_PAGES; k++)
			pages.heat[k] = (uint16_t)(k % counts[i]);
		packed_size(&pages, BLOCK_PAGES);
		packed_size(&pages, BLOCK_PAGES - 1);
	}
}

/* Whatever they are, all bits come back. */
static void test_anything(void **state)
{
	struct pages pages;
	uint64_t seed = 3;
	unsigned round, k;

	(void)state;
	for (round = 0; round < 4000; round++) {
		unsigned n = 1 + (unsigned)(next_random(&seed) % BLOCK_PAGES);
		unsigned often = 1 + (unsigned)(next_random(&seed) % 20);
		unsigned kept = (unsigned)(next_random(&seed) % 64);
		uint64_t step = next_random(&seed) % 4 - 1, word = 0;
		uint16_t heat = 0;
		uint8_t class = 0;

		for (k = 0; k < BLOCK_PAGES; k++) {
			if (next_random(&seed) % often == 0)
				word = (next_random(&seed) << 33 ^
					next_random(&seed) << 10 ^
					next_random(&seed)) >> kept;
			if (next_random(&seed) % often == 0)
				heat = (uint16_t)next_random(&seed);
			if (next_random(&seed) % often == 0)
				class = (uint8_t)next_random(&seed);
			word = (word & ~PM_PFN_MASK) |
				((word + step) & PM_PFN_MASK);
			pages.words[k] = word;
			pages.heat[k] = heat;
			pages.classes[k] = class;
		}
		packed_size(&pages, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_scattered),
		cmocka_unit_test(test_many_looks),
		cmocka_unit_test(test_anything),
	};

	return cmocka_run_group_tests_name("model-pages", tests, NULL, NULL);
}
