/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_TESTS_ELF_MADE_H
#define VMATLAS_TESTS_ELF_MADE_H

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "vmatlas/source/elf_file.h"

/*
 * A small library, written byte by byte in either class and byte order, with
 * sections and symbols that are known:
 *
 *   .text  1000-2000  first 1000+100, inner 1040+10 within it, label 1200,
 *                     last 1800+20 (weak, and global as "alias")
 *   .data  4000-4800  table 4000+400; $d 4500
 *   .bss   4800-6000  big 4800+1000
 */
enum { MADE_SIZE = 0x3000, MADE_TEXT = 0x1000, MADE_DATA = 0x4000,
	MADE_BSS = 0x4800, MADE_END = 0x6000 };

struct made {
	unsigned char bytes[MADE_SIZE];
	bool is_64, big;
	size_t at;
};

static inline void made_put(struct made *made, unsigned n, uint64_t value)
{
	unsigned i;

	for (i = 0; i < n; i++)
		made->bytes[made->at + i] = (unsigned char)(value >>
			8 * (made->big ? n - 1 - i : i));
	made->at += n;
}

/* As wide as an address of its class. */
static inline void made_long(struct made *made, uint64_t value)
{
	made_put(made, made->is_64 ? 8 : 4, value);
}

static inline void made_segment(struct made *made, uint32_t type,
	uint64_t offset, uint64_t vaddr, uint64_t in_file, uint64_t in_memory)
{
	made_put(made, 4, type);
	if (made->is_64)
		made_put(made, 4, 7);
	made_long(made, offset);
	made_long(made, vaddr);
	made_long(made, vaddr);
	made_long(made, in_file);
	made_long(made, in_memory);
	if (!made->is_64)
		made_put(made, 4, 7);
	made_long(made, 4);
}

static inline void made_section(struct made *made, uint32_t name,
	uint32_t type, uint64_t flags, uint64_t vaddr, uint64_t offset,
	uint64_t size, uint32_t link, uint64_t entry)
{
	made_put(made, 4, name);
	made_put(made, 4, type);
	made_long(made, flags);
	made_long(made, vaddr);
	made_long(made, offset);
	made_long(made, size);
	made_put(made, 4, link);
	made_put(made, 4, 0);
	made_long(made, 1);
	made_long(made, entry);
}

static inline void made_symbol(struct made *made, uint32_t name, unsigned bind,
	unsigned type, unsigned section, uint64_t value, uint64_t size)
{
	made_put(made, 4, name);
	if (made->is_64) {
		made_put(made, 1, bind << 4 | type);
		made_put(made, 1, 0);
		made_put(made, 2, section);
	}
	made_long(made, value);
	made_long(made, size);
	if (!made->is_64) {
		made_put(made, 1, bind << 4 | type);
		made_put(made, 1, 0);
		made_put(made, 2, section);
	}
}

/* Where a word starts in LIST, words with "|" between that become NULs. */
static inline uint32_t made_name(const char *list, const char *word)
{
	return word[0] ? (uint32_t)(strstr(list, word) - list) : 0;
}

static const char made_sections[] =
	"|.text|.data|.bss|.symtab|.strtab|.shstrtab|.note.id|.gnu_debuglink|";
static const char made_symbols[] =
	"|first|inner|label|last|alias|table|$d|big|away|late|";

static inline void made_words(struct made *made, size_t at, const char *list)
{
	size_t i;

	for (i = 0; list[i]; i++)
		made->bytes[at + i] = (unsigned char)(list[i] == '|' ? 0 :
			list[i]);
}

static inline void made_all_symbols(struct made *made)
{
#define NAME(word) made_name(made_symbols, word)
	made_symbol(made, 0, 0, 0, 0, 0, 0);
	made_symbol(made, NAME("late"), STB_GLOBAL, STT_TLS, 2, 0x1044, 8);
	made_symbol(made, NAME("big"), STB_GLOBAL, STT_OBJECT, 3, MADE_BSS,
		0x1000);
	made_symbol(made, NAME("first"), STB_GLOBAL, STT_FUNC, 1, MADE_TEXT,
		0x100);
	made_symbol(made, NAME("inner"), STB_LOCAL, STT_FUNC, 1,
		MADE_TEXT + 0x40, 0x10);
	made_symbol(made, NAME("label"), STB_LOCAL, STT_NOTYPE, 1,
		MADE_TEXT + 0x200, 0);
	made_symbol(made, NAME("alias"), STB_GLOBAL, STT_FUNC, 1,
		MADE_TEXT + 0x800, 0x20);
	made_symbol(made, NAME("last"), STB_WEAK, STT_FUNC, 1,
		MADE_TEXT + 0x800, 0x20);
	made_symbol(made, NAME("table"), STB_LOCAL, STT_OBJECT, 2, MADE_DATA,
		0x400);
	made_symbol(made, NAME("$d"), STB_LOCAL, STT_NOTYPE, 2,
		MADE_DATA + 0x500, 0);
	made_symbol(made, NAME("away"), STB_GLOBAL, STT_FUNC, SHN_UNDEF,
		MADE_TEXT + 0x44, 8);
#undef NAME
}

static inline void made_all_sections(struct made *made)
{
#define NAME(word) made_name(made_sections, word)
	uint64_t entry = made->is_64 ? 24 : 16;

	made_section(made, 0, SHT_NULL, 0, 0, 0, 0, 0, 0);
	made_section(made, NAME(".text"), SHT_PROGBITS,
		SHF_ALLOC | SHF_EXECINSTR, MADE_TEXT, 0x1000, 0x1000, 0, 0);
	made_section(made, NAME(".data"), SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
		MADE_DATA, 0x2000, 0x800, 0, 0);
	made_section(made, NAME(".bss"), SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
		MADE_BSS, 0x2800, MADE_END - MADE_BSS, 0, 0);
	made_section(made, NAME(".symtab"), SHT_SYMTAB, 0, 0, 0x400,
		11 * entry, 5, entry);
	made_section(made, NAME(".strtab"), SHT_STRTAB, 0, 0, 0x600,
		sizeof(made_symbols), 0, 0);
	made_section(made, NAME(".shstrtab"), SHT_STRTAB, 0, 0, 0x700,
		sizeof(made_sections), 0, 0);
	made_section(made, NAME(".note.id"), SHT_NOTE, SHF_ALLOC, 0x300, 0x300,
		36, 0, 0);
	made_section(made, NAME(".gnu_debuglink"), SHT_PROGBITS, 0, 0, 0x380,
		16, 0, 0);
#undef NAME
}

static inline void made_build(struct made *made, bool is_64, bool big)
{
	static const unsigned char ident[] = { 0x7f, 'E', 'L', 'F' };
	unsigned i;

	memset(made, 0, sizeof(*made));
	made->is_64 = is_64;
	made->big = big;
	memcpy(made->bytes, ident, sizeof(ident));
	made->bytes[EI_CLASS] = is_64 ? ELFCLASS64 : ELFCLASS32;
	made->bytes[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	made->bytes[EI_VERSION] = 1;
	made->at = 16;
	made_put(made, 2, ET_DYN);
	made_put(made, 2, EM_ARM);
	made_put(made, 4, 1);
	made_long(made, 0);
	made_long(made, 0x80);		/* segments */
	made_long(made, 0x800);		/* sections */
	made_put(made, 4, 0);
	made_put(made, 2, is_64 ? 64 : 52);
	made_put(made, 2, is_64 ? 56 : 32);
	made_put(made, 2, 3);
	made_put(made, 2, is_64 ? 64 : 40);
	made_put(made, 2, 9);
	made_put(made, 2, 6);
	made->at = 0x80;
	made_segment(made, PT_LOAD, 0x0, 0x0, 0x2000, 0x2000);
	made_segment(made, PT_LOAD, 0x2000, MADE_DATA, 0x800,
		MADE_END - MADE_DATA);
	made_segment(made, PT_NOTE, 0x300, 0x300, 36, 36);
	made->at = 0x300;
	made_put(made, 4, 4);
	made_put(made, 4, 20);
	made_put(made, 4, 3);		/* NT_GNU_BUILD_ID */
	memcpy(made->bytes + made->at, "GNU", 4);
	for (i = 0; i < 20; i++)
		made->bytes[made->at + 4 + i] = (unsigned char)(0xa0 + i);
	memcpy(made->bytes + 0x380, "made.debug", 11);
	made->at = 0x380 + 12;
	made_put(made, 4, 0x12345678);
	made->at = 0x400;
	made_all_symbols(made);
	made_words(made, 0x600, made_symbols);
	made_words(made, 0x700, made_sections);
	made->at = 0x800;
	made_all_sections(made);
}

/* Bytes in memory as a file. */
struct made_file {
	const unsigned char *bytes;
	size_t n;
};

static inline ssize_t made_read(void *arg, void *out, size_t n,
	uint64_t offset)
{
	const struct made_file *file = arg;

	if (offset >= file->n)
		return 0;
	n = n < file->n - offset ? n : (size_t)(file->n - offset);
	memcpy(out, file->bytes + offset, n);
	return (ssize_t)n;
}

#endif
