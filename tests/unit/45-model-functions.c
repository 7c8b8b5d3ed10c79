/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions of a program are in memory, counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-source.h"
#include "vmatlas/model/functions.h"
#include "vmatlas/model/machine.h"
#include "vmatlas/model/space.h"

#define CODE "400000-404000 r-xp 00002000 fe:00 7 /bin/made\n"
#define DATA "404000-406000 rw-p 00006000 fe:00 7 /bin/made\n"
#define ELF "map_files/400000-404000:elf"
#define ELF2 "map_files/404000-406000:elf"
#define LAYOUT "type exec\nload 2000 400000 4000 4000\n" \
	"load 6000 404000 2000 2000\n" \
	"section 400000 3000 .text\nsection 403000 1000 .fini\n" \
	"section 404000 2000 .data\n"

struct look {
	struct fake *fake;
	struct machine *machine;
	struct space space;
	struct symbols symbols;
	struct functions functions;
	uint64_t *pages;
};

static void start(struct look *look, const char *code)
{
	memset(look, 0, sizeof(*look));
	look->fake = fake_new();
	look->fake->maps = CODE DATA;
	look->fake->more[0].path = ELF;
	look->fake->more[0].text = LAYOUT;
	look->fake->more[1].path = ELF "@400000-404000";
	look->fake->more[1].text = code;
	look->fake->more[2].path = ELF2;
	look->fake->more[2].text = LAYOUT;
	look->fake->more[3].path = ELF2 "@404000-406000";
	look->fake->more[3].text = "symbol 404010 10 table\n";
	look->pages = fake_area(look->fake, 0x400, 6);
	look->machine = machine_read(&look->fake->src);
	space_init(&look->space, (struct proc_id){ FAKE_PID, 0 }, true);
}

static void fill(struct look *look, const struct functions_wish *wish)
{
	look->space.refresh++;
	assert_int_equal(space_refresh(&look->space, &look->fake->src,
		look->machine), ANSWER_OK);
	space_pass_begin(&look->space, DEPTH_STATES);
	while (space_pass_step(&look->space, false) > 0)
		;
	functions_fill(&look->functions, &look->space, &look->symbols, wish);
}

static void stop(struct look *look)
{
	functions_fini(&look->functions);
	symbols_fini(&look->symbols);
	space_fini(&look->space);
	machine_unref(look->machine);
	source_free(&look->fake->src);
}

static const struct function *row(const struct look *look, size_t i,
	const char *name)
{
	const struct function *f = &look->functions.rows[i];

	assert_true(i < look->functions.n);
	assert_string_equal(buf_text(&look->functions.names) + f->name, name);
	return f;
}

static const struct functions_wish all = { .wanted = true, .end = UINT64_MAX };

/* Pages 400 and 402 are there, 401 is not, 403 is in swap. */
static void some_pages(struct look *look)
{
	look->pages[0] = fake_frame(look->fake, 100, FAKE_CACHE, 1);
	look->pages[2] = fake_frame(look->fake, 102, FAKE_CACHE, 1);
	look->pages[3] = PM_SWAP | 5 << 5;
}

static void what_is_in_memory(void **state)
{
	struct look look;
	const struct function *f;

	(void)state;
	start(&look, "symbol 400010 20 small\n" "symbol 400ff0 20 across\n"
		"symbol 400800 2801 long\n" "symbol 402fff 2 swapped\n"
		"symbol 403ffc 0 sizeless\n" "symbol 403ffe 4 beyond\n");
	some_pages(&look);
	fill(&look, &all);
	assert_true(look.functions.known);
	assert_int_equal(look.functions.answer, ANSWER_OK);
	assert_true(look.functions.next == UINT64_MAX);
	assert_int_equal(look.functions.n, 7);
	f = row(&look, 0, "small");
	assert_true(f->pages == 1 && f->present == 1 && f->resident == 0x20);
	assert_true(f->has_offset && f->file_offset == 0x2010);
	assert_string_equal(buf_text(&look.functions.names) + f->section,
		".text");
	f = row(&look, 1, "across");
	assert_true(f->pages == 2 && f->present == 1 && f->resident == 0x10);
	/* All of 402 and what it has of 400; nothing of 401. */
	f = row(&look, 2, "long");
	assert_true(f->pages == 4 && f->present == 2 && f->swapped == 1);
	assert_int_equal(f->resident, 0x800 + 0x1000);
	f = row(&look, 3, "swapped");
	assert_true(f->pages == 2 && f->present == 1 && f->swapped == 1 &&
		f->resident == 1);
	f = row(&look, 4, "sizeless");
	assert_true(!f->pages && !f->present && !f->resident);
	assert_string_equal(buf_text(&look.functions.names) + f->section,
		".fini");
	/* Only what it has in the region that it starts in. */
	f = row(&look, 5, "beyond");
	assert_true(f->pages == 1 && !f->present);
	f = row(&look, 6, "table");
	assert_true(f->region == 1 && f->file_offset == 0x6010);
	stop(&look);
}

/* What was asked once is not asked again, but counted again. */
static void names_are_asked_once(void **state)
{
	struct look look;
	struct functions copy = { 0 };
	uint64_t serial;

	(void)state;
	start(&look, "symbol 400010 20 small\n");
	some_pages(&look);
	fill(&look, &all);
	serial = look.functions.serial;
	look.fake->more[1].text = "symbol 400010 20 other\n";
	look.pages[0] = 0;
	fill(&look, &all);
	assert_true(look.functions.serial == serial);
	assert_int_equal(row(&look, 0, "small")->present, 0);
	functions_copy(&copy, &look.functions);
	assert_string_equal(buf_text(&copy.names) + copy.rows[0].name, "small");
	/* Another file there is another question. */
	look.fake->maps = "400000-404000 r-xp 00002000 fe:00 8 /bin/made\n"
		DATA;
	fill(&look, &all);
	assert_true(look.functions.serial != serial);
	functions_fini(&copy);
	stop(&look);
}

static void only_what_is_asked_for(void **state)
{
	struct functions_wish wish = all;
	struct look look;

	(void)state;
	start(&look, "symbol 400010 20 small\n" "symbol 401000 10 second\n"
		"symbol 402000 10 third\n");
	wish.only_code = true;
	fill(&look, &wish);
	assert_int_equal(look.functions.n, 3);
	/* One that has a byte in it, though it starts before. */
	wish.start = 0x40002f;
	wish.end = 0x402000;
	fill(&look, &wish);
	assert_int_equal(look.functions.n, 2);
	wish.start++;
	fill(&look, &wish);
	assert_int_equal(look.functions.n, 1);
	row(&look, 0, "second");
	wish.start = wish.from = 0;
	wish.end = 0x400000;
	fill(&look, &wish);
	assert_int_equal(look.functions.n, 0);
	stop(&look);
}

/* A broken or lying answer adds nothing, and comes to an end. */
static void nonsense_is_no_function(void **state)
{
	struct look look;

	(void)state;
	start(&look, "symbol\nsymbol 400010\nsymbol 400010 20\n"
		"symbol xyz 20 name\nsymbol 400010 100000000 large\n"
		"symbol 3fffff 10 before\nsymbol 404000 10 behind\n"
		"symbol ffffffffffffffff 10 wraps\n"
		"next 400000\nsymbol 400020 10   two words \n");
	fill(&look, &all);
	assert_int_equal(look.functions.n, 2);
	row(&look, 0, "two words");
	stop(&look);
}

/* The rest of an answer is asked for from where it ends. */
static void an_answer_goes_on(void **state)
{
	struct look look;

	(void)state;
	start(&look, "symbol 400010 20 small\nnext 401000\n");
	look.fake->more[4].path = ELF "@401000-404000";
	look.fake->more[4].text = "symbol 401000 10 second\n";
	fill(&look, &all);
	assert_int_equal(look.functions.n, 3);
	row(&look, 1, "second");
	stop(&look);
}

/* Without pagemap, names are known and pages are not. */
static void what_is_not_known(void **state)
{
	struct look look;

	(void)state;
	start(&look, "symbol 400010 20 small\n");
	look.fake->words_answer[WORDS_PAGEMAP] = ANSWER_DENIED;
	fill(&look, &all);
	assert_false(look.functions.known);
	row(&look, 0, "small");
	look.fake->more[1].path = "nowhere";
	look.fake->maps = "400000-404000 r-xp 00002000 fe:00 9 /bin/made\n";
	fill(&look, &all);
	assert_int_equal(look.functions.n, 0);
	assert_int_equal(look.functions.answer, ANSWER_ABSENT);
	stop(&look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_memory),
		cmocka_unit_test(names_are_asked_once),
		cmocka_unit_test(only_what_is_asked_for),
		cmocka_unit_test(nonsense_is_no_function),
		cmocka_unit_test(an_answer_goes_on),
		cmocka_unit_test(what_is_not_known),
	};

	return cmocka_run_group_tests_name("model-functions", tests, NULL,
		NULL);
}
