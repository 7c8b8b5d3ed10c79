/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "fake-source.h"
#include "vmatlas/model/finder.h"
#include "vmatlas/model/matches.h"
#include "vmatlas/model/snapshot.h"

#define T(name) cmocka_unit_test(name)

/* Heap of 1500 pages from 0x1000, a file of 700 right behind it, a stack. */
#define MAPS \
	"1000000-15dc000 rw-p 00000000 00:00 0 [heap]\n" \
	"15dc000-1898000 r-xp 00000000 08:01 77 /usr/lib/libx.so\n" \
	"7ff00000-7ff10000 rw-p 00000000 00:00 0 [stack]\n"
#define HEAP 0x1000
#define HEAP_PAGES 1500
#define FILE_PAGES 700

struct look {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	struct symbols symbols;
	struct finder finder;
	uint64_t *pages;
	uint32_t serial;
};

static void start(struct look *look)
{
	memset(look, 0, sizeof(*look));
	look->fake = fake_new();
	look->fake->maps = MAPS;
	look->pages = fake_area(look->fake, HEAP, HEAP_PAGES + FILE_PAGES);
}

static void read_all(struct look *look)
{
	look->machine = machine_read(&look->fake->src);
	space_init(&look->space, (struct proc_id){ FAKE_PID, 0 }, true);
	assert_int_equal(space_refresh(&look->space, &look->fake->src,
		look->machine), ANSWER_OK);
	space_pass_begin(&look->space, DEPTH_STATES);
	while (space_pass_step(&look->space, false) > 0)
		;
}

static void stop(struct look *look)
{
	finder_fini(&look->finder);
	symbols_fini(&look->symbols);
	space_fini(&look->space);
	machine_unref(look->machine);
	source_free(&look->fake->src);
}

static const struct found *find(struct look *look, struct find *wanted)
{
	unsigned steps = 0;

	wanted->serial = ++look->serial;
	finder_begin(&look->finder, wanted, &look->space);
	while (finder_step(&look->finder, &look->space, &look->symbols))
		assert_true(++steps < 100000);
	assert_int_equal(look->finder.found.serial, wanted->serial);
	return &look->finder.found;
}

static const struct found *find_pages(struct look *look, const char *text,
	uint64_t from, bool backward)
{
	struct find wanted = { .kind = FIND_MATCH, .backward = backward,
		.from = from << 12 };
	struct err err;

	assert_int_equal(filter_parse(&wanted.filter, text_of(text), &err), 0);
	return find(look, &wanted);
}

static void check(const struct found *found, uint64_t start, uint64_t end,
	bool wrapped)
{
	assert_int_equal(found->how, FOUND_IT);
	if (found->start >> 12 != start || found->end >> 12 != end)
		fail_msg("%llx-%llx, not %llx-%llx",
			(unsigned long long)found->start >> 12,
			(unsigned long long)found->end >> 12,
			(unsigned long long)start, (unsigned long long)end);
	assert_int_equal(found->wrapped, wrapped);
}

static bool is_own(const struct look *look, size_t i)
{
	return i < HEAP_PAGES && (look->pages[i] & PM_PRESENT);
}

/* Every place that runs can be found from, both ways, as by hand. */
static void as_by_hand(void **state)
{
	struct look look;
	unsigned seed = 7;
	size_t i, from, s, e;

	(void)state;
	start(&look);
	for (i = 0; i < HEAP_PAGES; i++) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 3)
			continue;
		s = i;
		for (e = s + (seed >> 20 & 31); i < e && i < HEAP_PAGES; i++)
			look.pages[i] = fake_frame(look.fake, 0x2000 + i,
				FAKE_OWN, 1);
	}
	read_all(&look);
	for (from = 1; from < HEAP_PAGES; from += 13) {
		/* Forward: what is left of the pages it begins on is passed
		 * over. */
		for (s = from; s < HEAP_PAGES && is_own(&look, s) &&
			     is_own(&look, s - 1); s++)
			;
		while (s < HEAP_PAGES && !is_own(&look, s))
			s++;
		for (e = s; e < HEAP_PAGES && is_own(&look, e); e++)
			;
		if (s < HEAP_PAGES)
			check(find_pages(&look, "state:anon", HEAP + from,
				false), HEAP + s, HEAP + e, false);
		for (e = from; e && is_own(&look, e - 1) &&
			     is_own(&look, e); e--)
			;
		while (e && !is_own(&look, e - 1))
			e--;
		for (s = e; s && is_own(&look, s - 1); s--)
			;
		if (e)
			check(find_pages(&look, "state:anon", HEAP + from,
				true), HEAP + s, HEAP + e, false);
	}
	stop(&look);
}

static void it_goes_round(void **state)
{
	struct look look;

	(void)state;
	start(&look);
	look.pages[5] = fake_frame(look.fake, 0x2000, FAKE_OWN, 1);
	look.pages[900] = fake_frame(look.fake, 0x2001, FAKE_OWN, 1);
	read_all(&look);
	check(find_pages(&look, "state:anon", HEAP + 6, false), HEAP + 900,
		HEAP + 901, false);
	check(find_pages(&look, "state:anon", HEAP + 901, false), HEAP + 5,
		HEAP + 6, true);
	check(find_pages(&look, "state:anon", HEAP + 5, true), HEAP + 900,
		HEAP + 901, true);
	assert_int_equal(find_pages(&look, "state:swap", 0, false)->how,
		FOUND_NOT);
	stop(&look);
}

/* Neighbours of two regions are two places; what is void is found too. */
static void a_run_ends_with_its_region(void **state)
{
	struct look look;
	size_t i;

	(void)state;
	start(&look);
	for (i = HEAP_PAGES - 10; i < HEAP_PAGES + 10; i++)
		look.pages[i] = fake_frame(look.fake, 0x2000 + i,
			i < HEAP_PAGES ? FAKE_OWN : FAKE_CACHE, 1);
	read_all(&look);
	check(find_pages(&look, "zone:Normal", HEAP, false),
		HEAP + HEAP_PAGES - 10, HEAP + HEAP_PAGES, false);
	check(find_pages(&look, "zone:Normal", HEAP + HEAP_PAGES, false),
		HEAP + HEAP_PAGES, HEAP + HEAP_PAGES + 10, false);
	check(find_pages(&look, "state:not-mapped", HEAP, false),
		HEAP + HEAP_PAGES + 10, HEAP + HEAP_PAGES + FILE_PAGES, false);
	check(find_pages(&look, "state:untouched,name:stack", HEAP, false),
		0x7ff00, 0x7ff10, false);
	check(find_pages(&look, "name:stack", 0x7ff08, true),
		0x7ff00, 0x7ff10, true);
	stop(&look);
}

/* Flags are read for it; states are not. */
static void flags_are_read(void **state)
{
	struct look look;
	uint64_t asked;
	size_t i;

	(void)state;
	start(&look);
	for (i = 0; i < HEAP_PAGES; i++)
		look.pages[i] = fake_frame(look.fake, 0x2000 + i, FAKE_OWN |
			(i == 1200 ? KPF(REFERENCED) : 0), 1);
	read_all(&look);
	asked = look.fake->asked[WORDS_KPAGEFLAGS] +
		look.fake->asked[WORDS_PAGEMAP];
	find_pages(&look, "state:swap|zone:DMA|name:nosuch", 0, false);
	assert_true(look.fake->asked[WORDS_KPAGEFLAGS] +
		look.fake->asked[WORDS_PAGEMAP] == asked);
	check(find_pages(&look, "flags:referenced", HEAP, false), HEAP + 1200,
		HEAP + 1201, false);
	assert_true(look.fake->asked[WORDS_KPAGEFLAGS] > 0);
	check(find_pages(&look, "flags:lru,~referenced", HEAP + 1201, false),
		HEAP + 1201, HEAP + 1500, false);
	/* Not told is not found, and said. */
	look.fake->words_answer[WORDS_KPAGEFLAGS] = ANSWER_DENIED;
	i = find_pages(&look, "flags:dirty", 0, false)->unknown;
	assert_int_equal(look.finder.found.how, FOUND_NOT);
	assert_int_equal(i, HEAP_PAGES);
	stop(&look);
}

/* ---- a filter */

static uint64_t matching(struct look *look, struct matches *matches,
	const char *text, struct snapshot *snapshot)
{
	struct filter filter;
	struct err err;

	assert_int_equal(filter_parse(&filter, text_of(text), &err), 0);
	matches_begin(matches, &filter, &look->space);
	while (matches_step(matches, &look->space))
		;
	assert_true(matches->whole);
	snapshot->machine = look->machine;
	matches_fill(matches, &look->space, snapshot);
	return snapshot->nmatching;
}

static void a_filter_follows_what_is_read(void **state)
{
	struct look look;
	struct matches matches = { .pid = 0 };
	struct snapshot snapshot = { .refs = 0 };
	uint64_t asked;
	size_t i;

	(void)state;
	start(&look);
	for (i = 100; i < 700; i++)
		look.pages[i] = fake_frame(look.fake, 0x2000 + i, FAKE_OWN |
			(i % 3 ? KPF(DIRTY) : 0), 1);
	read_all(&look);
	assert_true(matching(&look, &matches, "state:anon", &snapshot) == 600);
	assert_int_equal(snapshot.matched[0].nyes, 412);
	assert_true(matched_has(&snapshot.matched[0], 100) &&
		!matched_has(&snapshot.matched[0], 99));
	assert_int_equal(snapshot.matched[0].state[STATE_ANON], 412);
	assert_int_equal(snapshot.void_matches[0], MATCH_NO);
	assert_true(matching(&look, &matches, "name:stack|flags:dirty",
		&snapshot) == 400);
	assert_int_equal(snapshot.void_matches[2], MATCH_YES);
	/* What was not read anew is not asked again. */
	asked = look.fake->asked[WORDS_PAGEMAP];
	assert_true(matching(&look, &matches, "name:stack|flags:dirty",
		&snapshot) == 400);
	assert_true(look.fake->asked[WORDS_PAGEMAP] == asked);
	memset(look.pages + 100, 0, 400 * sizeof(*look.pages));
	look.space.refresh++;
	space_pass_begin(&look.space, DEPTH_STATES);
	while (space_pass_step(&look.space, false) > 0)
		;
	assert_true(matching(&look, &matches, "name:stack|flags:dirty",
		&snapshot) == 133);
	/* Without a filter there is nothing. */
	matches_begin(&matches, &(struct filter){ .n = 0 }, &look.space);
	matches_fill(&matches, &look.space, &snapshot);
	assert_int_equal(snapshot.filter.n, 0);
	matches_fini(&matches);
	free(snapshot.matched);
	free(snapshot.void_matches);
	stop(&look);
}

/* ---- symbols */

static void symbols_are_where_the_file_is(void **state)
{
	struct look look;
	struct find wanted = { .kind = FIND_SYMBOL, .name = "twice" };
	const struct found *found;
	unsigned texts;

	(void)state;
	start(&look);
	look.fake->more[0].path = "map_files/15dc000-1898000:elf";
	look.fake->more[0].text = "type dyn\nload 0 400000 2bc000 2bc000\n"
		"section 400000 2bc000 .text\n";
	look.fake->more[1].path = "map_files/15dc000-1898000:elf?twice";
	look.fake->more[1].text = "symbol 400010\nsymbol 401000\n"
		"symbol fffffff0\nsymbol x\nnothing\n";
	read_all(&look);
	found = find(&look, &wanted);
	assert_int_equal(found->how, FOUND_IT);
	assert_true(found->start == 0x15dc010 && found->nplaces == 2);
	/* The next one needs no question. */
	texts = look.fake->texts;
	wanted.from = found->end;
	found = find(&look, &wanted);
	assert_true(found->start == 0x15dd000 && !found->wrapped);
	wanted.from = found->end;
	found = find(&look, &wanted);
	assert_true(found->start == 0x15dc010 && found->wrapped);
	assert_int_equal(look.fake->texts, texts);
	wanted.from = 0;
	wanted.offset = 4;
	found = find(&look, &wanted);
	assert_true(found->start == 0x15dc014);
	/* In a file, by its path's last part. */
	wanted.offset = 0;
	query_copy(wanted.file, text_of("/elsewhere/libx.so"));
	assert_int_equal(find(&look, &wanted)->how, FOUND_IT);
	query_copy(wanted.file, text_of("liby"));
	assert_int_equal(find(&look, &wanted)->how, FOUND_NOT);
	/* From where the file begins in memory. */
	query_copy(wanted.file, text_of("libx"));
	wanted.name[0] = '\0';
	wanted.offset = 0x400123;
	found = find(&look, &wanted);
	assert_int_equal(found->how, FOUND_IT);
	assert_true(found->start == 0x15dc123);
	stop(&look);
}

static void a_file_that_is_not_told_is_said(void **state)
{
	struct look look;
	struct find wanted = { .kind = FIND_SYMBOL, .name = "main" };
	const struct found *found;

	(void)state;
	start(&look);
	read_all(&look);
	found = find(&look, &wanted);
	assert_int_equal(found->how, FOUND_NOT);
	assert_int_equal(found->answer, ANSWER_ABSENT);
	stop(&look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(as_by_hand), T(it_goes_round), T(a_run_ends_with_its_region),
		T(flags_are_read), T(a_filter_follows_what_is_read),
		T(symbols_are_where_the_file_is),
		T(a_file_that_is_not_told_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
