/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/source/elf_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct input {
	const uint8_t *data;
	size_t n;
};

static ssize_t read_input(void *arg, void *out, size_t n, uint64_t offset)
{
	const struct input *input = arg;

	if (offset >= input->n)
		return 0;
	n = n < input->n - offset ? n : (size_t)(input->n - offset);
	memcpy(out, input->data + offset, n);
	return (ssize_t)n;
}

static void check_table(const struct elf_file *file,
	const struct elf_table *table, const struct elf_reader *reader)
{
	struct elf_symbols symbols;
	struct buf name = { 0 };
	uint64_t offset;
	size_t i;

	elf_symbols_read(&symbols, file, table, reader);
	assert(symbols.n * 16 <= table->size);
	for (i = 0; i < symbols.n && i < 64; i++) {
		uint64_t vaddr = symbols.symbols[i].value;

		assert(!i || symbols.symbols[i - 1].value <= vaddr);
		buf_clear(&name);
		if (!elf_symbols_find(&symbols, file, reader, vaddr, &name,
			    &offset))
			continue;
		assert(name.len && name.len < ELF_SYMBOL_NAME_MAX);
		assert(elf_file_section(file, vaddr));
	}
	buf_fini(&name);
	elf_symbols_fini(&symbols);
}

/* Sections are sorted, names end, and no more is taken than the file has. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input input = { data, n };
	struct elf_reader reader = { read_input, &input };
	struct elf_file file;
	size_t i;

	if (elf_file_read(&file, &reader)) {
		for (i = 0; i < file.nsections; i++) {
			assert(strlen(file.sections[i].name) < ELF_NAME_MAX);
			assert(!i || file.sections[i - 1].vaddr <=
				file.sections[i].vaddr);
		}
		assert(file.nsections <= n && file.nloads <= n);
		assert(file.nbuild_id <= sizeof(file.build_id));
		assert(!strchr(file.debug_name, '/'));
		check_table(&file, &file.symtab, &reader);
		check_table(&file, &file.dynsym, &reader);
	}
	elf_file_fini(&file);
	return 0;
}
