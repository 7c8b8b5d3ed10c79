/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SOURCE_ELF_FILE_H
#define VMATLAS_SOURCE_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "vmatlas/base/buf.h"

/*
 * A struct elf_file is what an ELF file (elf(5)) says of itself that names
 * addresses: segments, sections, build-id, where its tables of symbols lie.
 *
 * Nothing is believed: the file may be anybody's, and may change while it is
 * read.  It is never mapped; every piece is copied by one read of a size that
 * is bounded here, and then only translated by libelf (class, byte order).
 * What is damaged is left out, or is no ELF file at all.  All addresses are the
 * file's own (p_vaddr, st_value), all offsets bytes.
 *
 * libelf is loaded when the first file is read.  Without it, at build time or
 * then, no file is an ELF file, and elf_is_there is false.
 */
struct elf_reader {
	/* Up to N bytes at OFFSET; how many there were, or -1. */
	ssize_t (*read)(void *arg, void *out, size_t n, uint64_t offset);
	void *arg;
};

struct elf_load {
	uint64_t offset, vaddr, file_size, mem_size;
};

#define ELF_NAME_MAX 64

/* One that takes part in the process's memory; others are not kept. */
struct elf_section {
	uint64_t vaddr, size;
	char name[ELF_NAME_MAX];	/* NUL-terminated, cut where longer */
};

/* Where a table lies in the file; SIZE 0: there is none. */
struct elf_table {
	uint64_t offset, size;
	uint64_t names, names_size;	/* its strings */
};

struct elf_file {
	bool is_64, is_exec;		/* ET_EXEC; else ET_DYN */
	unsigned char encoding;		/* of e_ident */
	uint16_t machine;
	void (*translate)(void);	/* libelf's, for its class */
	struct elf_load *loads;		/* in the file's order */
	size_t nloads, cap_loads;
	struct elf_section *sections;	/* by address */
	size_t nsections, cap_sections;
	unsigned char build_id[32];
	size_t nbuild_id;		/* bytes; 0: none */
	char debug_name[256];		/* of .gnu_debuglink; "": none */
	uint32_t debug_crc;
	struct elf_table symtab, dynsym;
	/* A static string: what of it is damaged, of the first such part; NULL:
	 * nothing was found to be.  Also of what begins as an ELF file does
	 * and then cannot be read as one. */
	const char *damage;
};

/*
 * A file's symbols that name code or data, by address.  Memory: 16 bytes for
 * each, of which there are ELF_SYMBOLS_MOST at most (a larger table counts as
 * none); names stay in the file.
 */
#define ELF_SYMBOLS_MOST ((size_t)4 << 20)
#define ELF_SYMBOL_NAME_MAX 4096

struct elf_symbol {
	uint64_t value;
	uint32_t name;			/* in the strings */
	uint32_t size : 30;		/* bytes; at most 2^30 - 1; 0: not told */
	uint32_t rank : 2;		/* the higher, the better known */
};

struct elf_symbols {
	struct elf_symbol *symbols;
	size_t n, cap;
	uint64_t names, names_size;
};

bool elf_is_there(void);
/* False: it is no ELF program or library.  Free it all the same. */
bool elf_file_read(struct elf_file *file, const struct elf_reader *reader);
void elf_file_fini(struct elf_file *file);
/* The section that VADDR lies in, or NULL. */
const struct elf_section *elf_file_section(const struct elf_file *file,
	uint64_t vaddr);

/* All of TABLE, one of FILE's. */
void elf_symbols_read(struct elf_symbols *symbols, const struct elf_file *file,
	const struct elf_table *table, const struct elf_reader *reader);
void elf_symbols_fini(struct elf_symbols *symbols);
/*
 * The name of what is at VADDR, a section's address of FILE, goes to NAME, and
 * *OFFSET is how far behind its beginning.  That is the innermost symbol
 * that says it reaches so far; or the last one before VADDR in that section,
 * if it is one that does not tell its size.  False: there is none.
 */
bool elf_symbols_find(const struct elf_symbols *symbols,
	const struct elf_file *file, const struct elf_reader *reader,
	uint64_t vaddr, struct buf *name, uint64_t *offset);
/* Index of the first symbol that does not start before VADDR (n: none). */
size_t elf_symbols_from(const struct elf_symbols *symbols, uint64_t vaddr);
/* The name of symbol I is added to NAME; false: it has none that is for
 * people (a compiler's label). */
bool elf_symbols_name(const struct elf_symbols *symbols,
	const struct elf_reader *reader, size_t i, struct buf *name);
/* The other way round (elf_names.c): the addresses of what is called NAME,
 * whatever its version, in order; MOST of them at most go to OUT.  NAME is as
 * the file has it, or as people write names of C++ and Rust: then types of
 * parameters and outer scopes can be left out. */
size_t elf_symbols_named(const struct elf_symbols *symbols,
	const struct elf_reader *reader, const char *name, uint64_t *out,
	size_t most);

#endif
