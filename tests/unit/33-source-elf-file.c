/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "elf-made.h"

/* "name+offset", or "-" where there is no symbol. */
static const char *name_at(const struct elf_symbols *symbols,
	const struct elf_file *file, const struct elf_reader *reader,
	uint64_t vaddr)
{
	static char out[128];
	struct buf name = { 0 };
	uint64_t offset = 0;

	strcpy(out, "-");
	if (elf_symbols_find(symbols, file, reader, vaddr, &name, &offset))
		snprintf(out, sizeof(out), "%s+%x", buf_text(&name),
			(unsigned)offset);
	buf_fini(&name);
	return out;
}

static void check_sections(const struct elf_file *file)
{
	assert_int_equal(file->nsections, 4);
	assert_string_equal(file->sections[0].name, ".note.id");
	assert_string_equal(file->sections[1].name, ".text");
	assert_int_equal(file->sections[1].vaddr, MADE_TEXT);
	assert_int_equal(file->sections[1].size, 0x1000);
	assert_string_equal(file->sections[3].name, ".bss");
	assert_string_equal(elf_file_section(file, MADE_BSS - 1)->name,
		".data");
	assert_string_equal(elf_file_section(file, MADE_BSS)->name, ".bss");
	assert_null(elf_file_section(file, MADE_END));
	assert_null(elf_file_section(file, 0));
}

static void check_symbols(const struct elf_file *file,
	const struct elf_reader *reader)
{
	static const struct {
		uint64_t vaddr;
		const char *name;
	} expected[] = {
		{ MADE_TEXT, "first+0" }, { MADE_TEXT + 0x3f, "first+3f" },
		{ MADE_TEXT + 0x40, "inner+0" },
		{ MADE_TEXT + 0x4f, "inner+f" },
		{ MADE_TEXT + 0x50, "first+50" },	/* behind inner */
		{ MADE_TEXT + 0xff, "first+ff" },
		{ MADE_TEXT + 0x100, "-" },	/* in no symbol */
		{ MADE_TEXT + 0x1ff, "-" },
		{ MADE_TEXT + 0x200, "label+0" },	/* tells no size */
		{ MADE_TEXT + 0x7ff, "label+5ff" },
		{ MADE_TEXT + 0x800, "alias+0" },	/* before the weak one */
		{ MADE_TEXT + 0x820, "-" },
		{ MADE_DATA + 0x3ff, "table+3ff" },
		{ MADE_DATA + 0x400, "-" },
		{ MADE_DATA + 0x501, "-" },	/* $d is nobody's name */
		{ MADE_BSS + 0xfff, "big+fff" }, { MADE_BSS + 0x1000, "-" },
		{ MADE_END, "-" }, { 0, "-" }, { UINT64_MAX, "-" },
	};
	struct elf_symbols symbols;
	size_t i;

	elf_symbols_read(&symbols, file, &file->symtab, reader);
	assert_int_equal(symbols.n, 8);
	for (i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_string_equal(name_at(&symbols, file, reader,
			expected[i].vaddr), expected[i].name);
	elf_symbols_fini(&symbols);
}

static void check(bool is_64, bool big)
{
	static struct made made;
	struct made_file bytes = { made.bytes, MADE_SIZE };
	struct elf_reader reader = { made_read, &bytes };
	struct elf_file file;

	made_build(&made, is_64, big);
	assert_true(elf_file_read(&file, &reader));
	assert_true(file.is_64 == is_64);
	assert_false(file.is_exec);
	assert_int_equal(file.nloads, 2);
	assert_int_equal(file.loads[1].offset, 0x2000);
	assert_int_equal(file.loads[1].vaddr, MADE_DATA);
	assert_int_equal(file.loads[1].file_size, 0x800);
	assert_int_equal(file.loads[1].mem_size, MADE_END - MADE_DATA);
	assert_int_equal(file.nbuild_id, 20);
	assert_int_equal(file.build_id[19], 0xa0 + 19);
	assert_string_equal(file.debug_name, "made.debug");
	assert_int_equal(file.debug_crc, 0x12345678);
	check_sections(&file);
	check_symbols(&file, &reader);
	elf_file_fini(&file);
}

static void test_classes(void **state)
{
	(void)state;
	check(true, false);
	check(true, true);
	check(false, false);
	check(false, true);
}

/* Cut anywhere, it is read as far as it goes, or is no ELF file. */
static void test_cut(void **state)
{
	static struct made made;
	struct made_file bytes = { made.bytes, 0 };
	struct elf_reader reader = { made_read, &bytes };
	struct elf_symbols symbols;
	struct elf_file file;
	size_t n;

	(void)state;
	made_build(&made, true, false);
	for (n = 0; n < MADE_SIZE; n += 7) {
		bytes.n = n;
		assert_true(elf_file_read(&file, &reader) == (n >= 64));
		elf_symbols_read(&symbols, &file, &file.symtab, &reader);
		name_at(&symbols, &file, &reader, MADE_TEXT + 4);
		elf_symbols_fini(&symbols);
		elf_file_fini(&file);
	}
}

/* Sizes that the file claims are not what is allocated. */
static void test_claims(void **state)
{
	static struct made made;
	struct made_file bytes = { made.bytes, MADE_SIZE };
	struct elf_reader reader = { made_read, &bytes };
	struct elf_symbols symbols;
	struct elf_file file;

	(void)state;
	made_build(&made, true, false);
	/* The size of .symtab, in the fifth section header. */
	memset(made.bytes + 0x800 + 4 * 64 + 32, 0x7f, 7);
	assert_true(elf_file_read(&file, &reader));
	elf_symbols_read(&symbols, &file, &file.symtab, &reader);
	assert_int_equal(symbols.n, 0);
	elf_symbols_fini(&symbols);
	elf_file_fini(&file);
	made_build(&made, true, false);
	made.bytes[16] = ET_REL;	/* an object file has no addresses */
	assert_false(elf_file_read(&file, &reader));
	elf_file_fini(&file);
}

/* The lowest bit of a function's address says Thumb on ARM only. */
static void test_thumb(void **state)
{
	static struct made made;
	struct made_file bytes = { made.bytes, MADE_SIZE };
	struct elf_reader reader = { made_read, &bytes };
	struct elf_symbols symbols;
	struct elf_file file;

	(void)state;
	made_build(&made, false, false);
	made.bytes[0x400 + 3 * 16 + 4] |= 1;	/* first's value */
	assert_true(elf_file_read(&file, &reader));
	elf_symbols_read(&symbols, &file, &file.symtab, &reader);
	assert_string_equal(name_at(&symbols, &file, &reader, MADE_TEXT),
		"first+0");
	elf_symbols_fini(&symbols);
	file.machine = EM_386;
	elf_symbols_read(&symbols, &file, &file.symtab, &reader);
	assert_string_equal(name_at(&symbols, &file, &reader, MADE_TEXT), "-");
	elf_symbols_fini(&symbols);
	elf_file_fini(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_thumb),
	};

	/* Without libelf there are no names, and no tests of them. */
	if (!elf_is_there()) {
		puts("1..0 # SKIP no libelf");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
