/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vmatlas/model/elf_layout.h"

/* As a linker of today lays out a small library. */
static const char library[] =
	"type dyn\n"
	"build-id 0011\n"
	"load 0 0 5a8 5a8\n"
	"load 1000 1000 200 200\n"
	"load 2000 2000 100 100\n"
	"load 2df0 3df0 240 2240\n"
	"section 1000 200 .text\n"
	"section 3df0 8 .init_array\n"
	"section 3df8 1f0 .dynamic\n"
	"section 3fe8 18 .got\n"
	"section 4000 30 .data\n"
	"section 4030 1fd0 .bss\n";

static const char maps[] =
	"7f0000000000-7f0000001000 r--p 00000000 08:01 42 /lib/x.so\n"
	"7f0000001000-7f0000002000 r-xp 00001000 08:01 42 /lib/x.so\n"
	"7f0000002000-7f0000003000 r--p 00002000 08:01 42 /lib/x.so\n"
	"7f0000003000-7f0000004000 r--p 00002000 08:01 42 /lib/x.so\n"
	"7f0000004000-7f0000005000 rw-p 00003000 08:01 42 /lib/x.so\n"
	"7f0000005000-7f0000007000 rw-p 00000000 00:00 0\n"
	"7f0000008000-7f0000009000 rw-p 00000000 00:00 0\n"
	"7f0000010000-7f0000011000 r--p 00002000 08:01 42 /lib/x.so\n";

struct made {
	struct elf_layout layout;
	struct region *regions;
	size_t n;
	struct buf names;
};

static void make(struct made *made, const char *layout, const char *text)
{
	memset(made, 0, sizeof(*made));
	elf_layout_parse(&made->layout, text_of(layout));
	made->n = regions_parse(text_of(text), &made->regions, &made->names,
		NULL);
}

static void unmake(struct made *made)
{
	elf_layout_fini(&made->layout);
	free(made->regions);
	buf_fini(&made->names);
}

/* The file's address of VA; UINT64_MAX: it has none. */
static uint64_t address_of(const struct made *made, uint64_t va)
{
	long region = regions_find(made->regions, made->n, va), file;
	uint64_t out;

	assert_true(region >= 0);
	file = elf_file_region(made->regions, (size_t)region);
	if (file < 0 || !elf_layout_address(&made->layout, made->regions,
		    (size_t)file, va, 4096, &out))
		return UINT64_MAX;
	return out;
}

static void test_moved(void **state)
{
	const uint64_t base = UINT64_C(0x7f0000000000);
	struct made made;

	(void)state;
	make(&made, library, maps);
	assert_int_equal(made.n, 8);
	assert_int_equal(address_of(&made, base + 0x10), 0x10);
	assert_int_equal(address_of(&made, base + 0x1010), 0x1010);
	assert_int_equal(address_of(&made, base + 0x2010), 0x2010);
	/* One page of the file is mapped twice: which of its addresses it is
	 * is told by where the others lie. */
	assert_int_equal(address_of(&made, base + 0x3df8), 0x3df8);
	assert_int_equal(address_of(&made, base + 0x4008), 0x4008);
	/* The rest of .bss is in memory without a file. */
	assert_int_equal(address_of(&made, base + 0x5008), 0x5008);
	assert_int_equal(address_of(&made, base + 0x602f), 0x602f);
	assert_true(address_of(&made, base + 0x6030) == UINT64_MAX);
	/* Memory that only lies nearby is not its. */
	assert_true(address_of(&made, base + 0x8000) == UINT64_MAX);
	unmake(&made);
}

static void test_fixed(void **state)
{
	struct made made;

	(void)state;
	make(&made, "type exec\nload 0 8000 1000 1000\n",
		"00008000-00009000 r-xp 00000000 08:01 7 /bin/x\n"
		"00100000-00101000 r--p 00000000 08:01 7 /bin/x\n");
	assert_int_equal(address_of(&made, 0x8123), 0x8123);
	/* A copy of it elsewhere, as data. */
	assert_true(address_of(&made, 0x100123) == UINT64_MAX);
	unmake(&made);
	make(&made, "type none\n",
		"00008000-00009000 r-xp 00000000 08:01 7 /bin/x\n");
	assert_true(address_of(&made, 0x8123) == UINT64_MAX);
	unmake(&made);
}

static const char *section_of(const struct made *made, uint64_t vaddr,
	uint64_t n)
{
	const struct layout_section *section = elf_layout_section(
		&made->layout, vaddr, n);

	return section ? made->layout.names.data + section->name : "-";
}

static void test_sections(void **state)
{
	struct made made;

	(void)state;
	make(&made, library, maps);
	assert_string_equal(section_of(&made, 0x1000, 4096), ".text");
	assert_string_equal(section_of(&made, 0x3000, 4096), ".dynamic");
	assert_string_equal(section_of(&made, 0x3fe8, 24), ".got");
	assert_string_equal(section_of(&made, 0x4000, 4096), ".bss");
	assert_string_equal(section_of(&made, 0x4000, 0x60), ".data");
	assert_string_equal(section_of(&made, 0x0, 4096), "-");
	assert_string_equal(section_of(&made, 0x6000, 4096), "-");
	assert_string_equal(section_of(&made, UINT64_MAX - 1, 4096), "-");
	unmake(&made);
}

/* What makes no sense is left out. */
static void test_damaged(void **state)
{
	struct made made;

	(void)state;
	make(&made, "type dyn\nload 0 0 20 10\nload x\nload\n"
		"load 0 ffffffffffffffff 1 1\n"
		"section 10 0 .empty\nsection 20 10 .a\nsection 18 10 .b\n"
		"section fffffffffffffff0 20 .c\nsection\nwhat 1\n", "");
	assert_int_equal(made.layout.nloads, 0);
	assert_int_equal(made.layout.nsections, 1);
	assert_string_equal(section_of(&made, 0, 4096), ".a");
	unmake(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
