/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/elf_file.h"

#ifdef HAVE_LIBELF

#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

/* More than any program has; what is beyond is left out. */
#define LOADS_MOST 512
#define SECTIONS_MOST 4096
#define NOTES_MOST ((uint64_t)64 << 10)
/* What one read asks for. */
#define CHUNK ((size_t)32 << 10)

bool elf_is_built_in(void)
{
	return true;
}

static bool read_all(const struct elf_reader *reader, void *out, size_t n,
	uint64_t offset)
{
	return offset <= INT64_MAX - n &&
		reader->read(reader->arg, out, n, offset) == (ssize_t)n;
}

/* From the file's class and byte order to ours, where they stand. */
static bool translate(const struct elf_file *file, Elf_Type type, void *bytes,
	size_t n)
{
	Elf_Data data = { .d_buf = bytes, .d_type = type,
		.d_version = EV_CURRENT, .d_size = n };
	Elf_Data from = data;

	return file->is_64 ? elf64_xlatetom(&data, &from, file->encoding) :
		elf32_xlatetom(&data, &from, file->encoding);
}

static uint32_t word_at(const struct elf_file *file, const unsigned char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return translate(file, ELF_T_WORD, &word, sizeof(word)) ? word : 0;
}

/* ---- headers of either class as one */

struct header {
	uint64_t program_at, sections_at;
	unsigned nprogram, nsections, names;
};

struct section_header {
	uint32_t name, type, link;
	uint64_t flags, vaddr, offset, size, entry_size;
};

union any_header {
	Elf32_Ehdr e32;
	Elf64_Ehdr e64;
};

#define TAKE_HEADER(from) \
	do { \
		file->is_exec = (from).e_type == ET_EXEC; \
		file->machine = (from).e_machine; \
		is_program = (from).e_type == ET_EXEC || \
			(from).e_type == ET_DYN; \
		*out = (struct header){ (from).e_phoff, (from).e_shoff, \
			(from).e_phnum, (from).e_shnum, (from).e_shstrndx }; \
	} while (0)

static bool read_header(struct elf_file *file, const struct elf_reader *reader,
	struct header *out)
{
	union any_header any = { .e64 = { .e_type = 0 } };
	const unsigned char *ident = any.e64.e_ident;
	bool is_program;
	size_t n;

	if (!read_all(reader, &any, sizeof(any.e32), 0) ||
	    memcmp(ident, ELFMAG, SELFMAG))
		return false;
	file->is_64 = ident[EI_CLASS] == ELFCLASS64;
	file->encoding = ident[EI_DATA];
	if ((!file->is_64 && ident[EI_CLASS] != ELFCLASS32) ||
	    (file->encoding != ELFDATA2LSB && file->encoding != ELFDATA2MSB))
		return false;
	n = file->is_64 ? sizeof(any.e64) : sizeof(any.e32);
	/* It may have been rewritten meanwhile: the class is settled. */
	if (!read_all(reader, &any, n, 0) ||
	    !translate(file, ELF_T_EHDR, &any, n))
		return false;
	if (file->is_64)
		TAKE_HEADER(any.e64);
	else
		TAKE_HEADER(any.e32);
	/* Numbers that do not fit are for object files only. */
	return is_program && out->nprogram != PN_XNUM;
}

#define TAKE_SECTION(from) \
	(*out = (struct section_header){ (from).sh_name, (from).sh_type, \
		(from).sh_link, (from).sh_flags, (from).sh_addr, \
		(from).sh_offset, (from).sh_size, (from).sh_entsize })

static bool read_section(const struct elf_file *file,
	const struct elf_reader *reader, const struct header *header,
	unsigned i, struct section_header *out)
{
	union {
		Elf32_Shdr s32;
		Elf64_Shdr s64;
	} any;
	size_t n = file->is_64 ? sizeof(any.s64) : sizeof(any.s32);

	if (i >= header->nsections ||
	    header->sections_at > INT64_MAX - (uint64_t)n * (i + 1) ||
	    !read_all(reader, &any, n, header->sections_at + (uint64_t)n * i) ||
	    !translate(file, ELF_T_SHDR, &any, n))
		return false;
	if (file->is_64)
		TAKE_SECTION(any.s64);
	else
		TAKE_SECTION(any.s32);
	return true;
}

/* ---- notes */

static size_t round_up(size_t n, size_t align)
{
	return (n + align - 1) / align * align;
}

/* The build-id, if it is in the N bytes of notes at P. */
static void find_build_id(struct elf_file *file, const unsigned char *p,
	size_t n, size_t align)
{
	while (n >= 12) {
		size_t nname = word_at(file, p), ndesc = word_at(file, p + 4);
		uint32_t type = word_at(file, p + 8);
		size_t desc;

		if (nname > n || ndesc > n)
			return;
		desc = 12 + round_up(nname, 4);
		desc = round_up(desc, align);
		if (desc > n || ndesc > n - desc)
			return;
		if (type == NT_GNU_BUILD_ID && nname == 4 &&
		    !memcmp(p + 12, "GNU", 4) && ndesc &&
		    ndesc <= sizeof(file->build_id)) {
			memcpy(file->build_id, p + desc, ndesc);
			file->nbuild_id = ndesc;
			return;
		}
		ndesc = round_up(ndesc, align);
		if (ndesc > n - desc)
			return;
		p += desc + ndesc;
		n -= desc + ndesc;
	}
}

static void read_notes(struct elf_file *file, const struct elf_reader *reader,
	uint64_t offset, uint64_t size, uint64_t align)
{
	size_t n = (size_t)(size < NOTES_MOST ? size : NOTES_MOST);
	unsigned char *notes;

	if (file->nbuild_id || !n)
		return;
	notes = mem_new(n, 1);
	if (read_all(reader, notes, n, offset))
		find_build_id(file, notes, n, align == 8 ? 8 : 4);
	free(notes);
}

/* ---- segments */

#define TAKE_PROGRAM(from) \
	do { \
		type = (from).p_type; \
		align = (from).p_align; \
		load = (struct elf_load){ (from).p_offset, (from).p_vaddr, \
			(from).p_filesz, (from).p_memsz }; \
	} while (0)

static bool read_program(struct elf_file *file,
	const struct elf_reader *reader, const struct header *header,
	unsigned i)
{
	union {
		Elf32_Phdr p32;
		Elf64_Phdr p64;
	} any;
	size_t n = file->is_64 ? sizeof(any.p64) : sizeof(any.p32);
	struct elf_load load;
	uint64_t align;
	uint32_t type;

	if (header->program_at > INT64_MAX - (uint64_t)n * (i + 1) ||
	    !read_all(reader, &any, n, header->program_at + (uint64_t)n * i) ||
	    !translate(file, ELF_T_PHDR, &any, n))
		return false;
	if (file->is_64)
		TAKE_PROGRAM(any.p64);
	else
		TAKE_PROGRAM(any.p32);
	if (type == PT_NOTE)
		read_notes(file, reader, load.offset, load.file_size, align);
	if (type != PT_LOAD || load.file_size > load.mem_size ||
	    load.vaddr > UINT64_MAX - load.mem_size ||
	    load.offset > INT64_MAX - load.file_size ||
	    file->nloads == LOADS_MOST)
		return true;
	file->loads = mem_grow(file->loads, &file->cap_loads,
		file->nloads + 1, sizeof(*file->loads));
	file->loads[file->nloads++] = load;
	return true;
}

/* ---- sections */

/* "" where there is none. */
static void read_name(const struct elf_reader *reader, uint64_t at,
	uint64_t size, uint32_t name, char *out, size_t room)
{
	ssize_t got = 0;

	if (name < size && at <= (uint64_t)INT64_MAX - size) {
		size_t n = size - name < room - 1 ? (size_t)(size - name) :
			room - 1;

		got = reader->read(reader->arg, out, n, at + name);
	}
	out[got > 0 ? got : 0] = '\0';
}

static void read_debug_link(struct elf_file *file,
	const struct elf_reader *reader, const struct section_header *section)
{
	char bytes[sizeof(file->debug_name) + 8] = "";
	size_t n = sizeof(bytes) - 1, name;

	if (section->size < n)
		n = (size_t)section->size;
	if (n < 8 || !read_all(reader, bytes, n, section->offset))
		return;
	name = strnlen(bytes, n);
	if (!name || name >= sizeof(file->debug_name) ||
	    round_up(name + 1, 4) + 4 > n || memchr(bytes, '/', name))
		return;
	memcpy(file->debug_name, bytes, name + 1);
	file->debug_crc = word_at(file, (unsigned char *)bytes +
		round_up(name + 1, 4));
}

static void take_table(const struct elf_file *file,
	const struct elf_reader *reader, const struct header *header,
	const struct section_header *section, struct elf_table *out)
{
	size_t entry = file->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	struct section_header names;

	if (section->entry_size != entry ||
	    section->offset > INT64_MAX || section->size > INT64_MAX ||
	    !read_section(file, reader, header, section->link, &names) ||
	    names.type != SHT_STRTAB)
		return;
	*out = (struct elf_table){ section->offset, section->size,
		names.offset, names.size };
}

/* TLS that is not in the file takes no addresses. */
static bool is_in_memory(const struct section_header *section)
{
	return (section->flags & SHF_ALLOC) && section->size &&
		section->vaddr <= UINT64_MAX - section->size &&
		!((section->flags & SHF_TLS) && section->type == SHT_NOBITS);
}

static void take_section(struct elf_file *file,
	const struct section_header *section, const char *name)
{
	struct elf_section *out;

	if (file->nsections == SECTIONS_MOST)
		return;
	file->sections = mem_grow(file->sections, &file->cap_sections,
		file->nsections + 1, sizeof(*file->sections));
	out = &file->sections[file->nsections++];
	out->vaddr = section->vaddr;
	out->size = section->size;
	memcpy(out->name, name, sizeof(out->name));
}

static void read_sections(struct elf_file *file,
	const struct elf_reader *reader, const struct header *header)
{
	struct section_header names, section;
	char name[ELF_NAME_MAX] = "";
	unsigned i;

	if (!read_section(file, reader, header, header->names, &names))
		return;
	for (i = 1; i < header->nsections && read_section(file, reader,
		header, i, &section); i++) {
		read_name(reader, names.offset, names.size, section.name, name,
			sizeof(name));
		if (section.type == SHT_SYMTAB)
			take_table(file, reader, header, &section,
				&file->symtab);
		else if (section.type == SHT_DYNSYM)
			take_table(file, reader, header, &section,
				&file->dynsym);
		else if (section.type == SHT_NOTE)
			read_notes(file, reader, section.offset, section.size,
				strcmp(name, ".note.gnu.property") ? 4 : 8);
		else if (!strcmp(name, ".gnu_debuglink"))
			read_debug_link(file, reader, &section);
		if (is_in_memory(&section))
			take_section(file, &section, name);
	}
}

static int compare_sections(const void *a, const void *b)
{
	const struct elf_section *x = a, *y = b;

	if (x->vaddr != y->vaddr)
		return x->vaddr < y->vaddr ? -1 : 1;
	return (x->size > y->size) - (x->size < y->size);
}

bool elf_file_read(struct elf_file *file, const struct elf_reader *reader)
{
	struct header header;
	unsigned i;

	memset(file, 0, sizeof(*file));
	elf_version(EV_CURRENT);
	if (!read_header(file, reader, &header))
		return false;
	for (i = 0; i < header.nprogram &&
		read_program(file, reader, &header, i); i++)
		;
	read_sections(file, reader, &header);
	if (file->nsections)
		qsort(file->sections, file->nsections,
			sizeof(*file->sections), compare_sections);
	return true;
}

/* ---- symbols */

struct symbol_header {
	uint32_t name;
	unsigned char info;
	uint16_t section;
	uint64_t value, size;
};

static bool is_named(const struct symbol_header *symbol)
{
	switch (symbol->info & 15) {
	case STT_NOTYPE:
	case STT_OBJECT:
	case STT_FUNC:
	case STT_COMMON:
	case STT_GNU_IFUNC:
		return symbol->name && symbol->section != SHN_UNDEF &&
			(symbol->section < SHN_LORESERVE ||
			 symbol->section == SHN_XINDEX);
	default:
		return false;
	}
}

static void take_symbol(struct elf_symbols *symbols,
	const struct elf_file *file, const struct symbol_header *symbol)
{
	static const unsigned char ranks[16] = { [STB_LOCAL] = 1,
		[STB_WEAK] = 2, [STB_GLOBAL] = 3, [STB_GNU_UNIQUE] = 3 };
	const uint64_t most = (UINT64_C(1) << 30) - 1;
	uint64_t value = symbol->value;

	if (!is_named(symbol))
		return;
	/* The lowest bit says that it is Thumb code. */
	if (file->machine == EM_ARM && (symbol->info & 15) == STT_FUNC)
		value &= ~UINT64_C(1);
	symbols->symbols = mem_grow(symbols->symbols, &symbols->cap,
		symbols->n + 1, sizeof(*symbols->symbols));
	symbols->symbols[symbols->n++] = (struct elf_symbol){
		.value = value,
		.name = symbol->name,
		.size = (uint32_t)(symbol->size < most ? symbol->size : most) &
			0x3fffffff,
		.rank = ranks[symbol->info >> 4] & 3,
	};
}

/* Of two at the same place the better one comes last. */
static int compare_symbols(const void *a, const void *b)
{
	const struct elf_symbol *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (!x->size != !y->size)
		return x->size ? 1 : -1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return (x->name < y->name) - (x->name > y->name);
}

#define TAKE_SYMBOL(from) \
	(symbol = (struct symbol_header){ (from).st_name, (from).st_info, \
		(from).st_shndx, (from).st_value, (from).st_size })

void elf_symbols_read(struct elf_symbols *symbols, const struct elf_file *file,
	const struct elf_table *table, const struct elf_reader *reader)
{
	size_t entry = file->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	size_t all = CHUNK / entry * entry, done, n, i;
	uint64_t count = table->size / entry, at = table->offset, left;
	union {
		Elf32_Sym s32[CHUNK / sizeof(Elf32_Sym)];
		Elf64_Sym s64[CHUNK / sizeof(Elf64_Sym)];
	} *chunk;

	memset(symbols, 0, sizeof(*symbols));
	if (count > ELF_SYMBOLS_MOST)
		return;
	symbols->names = table->names;
	symbols->names_size = table->names_size;
	chunk = mem_new(1, sizeof(*chunk));
	for (left = count * entry; left; left -= n, at += n) {
		n = left < all ? (size_t)left : all;
		if (!read_all(reader, chunk, n, at) ||
		    !translate(file, ELF_T_SYM, chunk, n))
			break;
		done = n / entry;
		for (i = 0; i < done; i++) {
			struct symbol_header symbol;

			if (file->is_64)
				TAKE_SYMBOL(chunk->s64[i]);
			else
				TAKE_SYMBOL(chunk->s32[i]);
			take_symbol(symbols, file, &symbol);
		}
	}
	free(chunk);
	if (symbols->n)
		qsort(symbols->symbols, symbols->n, sizeof(*symbols->symbols),
			compare_symbols);
}

/* ---- what is at an address */

/* Symbols that start before an address and end before it too, which are
 * passed over on the way to one that it lies in. */
#define STEPS_MOST 1024

/* Labels that compilers and assemblers make are nobody's names. */
static bool take_symbol_name(const struct elf_symbols *symbols,
	const struct elf_reader *reader, const struct elf_symbol *symbol,
	struct buf *name)
{
	char *text = buf_room(name, ELF_SYMBOL_NAME_MAX);

	read_name(reader, symbols->names, symbols->names_size, symbol->name,
		text, ELF_SYMBOL_NAME_MAX);
	if (!text[0] || text[0] == '$' || !strncmp(text, ".L", 2)) {
		text[0] = '\0';
		return false;
	}
	/* The version that a linker ties to a name is none of its letters. */
	text[1 + strcspn(text + 1, "@")] = '\0';
	name->len += strlen(text);
	return true;
}

/* How many symbols do not lie behind VADDR. */
static size_t count_to(const struct elf_symbols *symbols, uint64_t vaddr)
{
	size_t low = 0, high = symbols->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->symbols[middle].value <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool elf_symbols_find(const struct elf_symbols *symbols,
	const struct elf_file *file, const struct elf_reader *reader,
	uint64_t vaddr, struct buf *name, uint64_t *offset)
{
	const struct elf_section *section = elf_file_section(file, vaddr);
	size_t first = section ? count_to(symbols, vaddr) : 0, i;
	size_t last = first > STEPS_MOST ? first - STEPS_MOST : 0;
	const struct elf_symbol *symbol;

	for (i = first; i > last; i--) {
		symbol = &symbols->symbols[i - 1];
		*offset = vaddr - symbol->value;
		if (*offset < symbol->size &&
		    take_symbol_name(symbols, reader, symbol, name))
			return true;
	}
	for (i = first; i > last; i--) {
		symbol = &symbols->symbols[i - 1];
		*offset = vaddr - symbol->value;
		if (symbol->size || symbol->value < section->vaddr)
			break;
		if (take_symbol_name(symbols, reader, symbol, name))
			return true;
	}
	return false;
}

#else /* !HAVE_LIBELF */

#include <string.h>

bool elf_is_built_in(void)
{
	return false;
}

bool elf_file_read(struct elf_file *file, const struct elf_reader *reader)
{
	(void)reader;
	memset(file, 0, sizeof(*file));
	return false;
}

void elf_symbols_read(struct elf_symbols *symbols, const struct elf_file *file,
	const struct elf_table *table, const struct elf_reader *reader)
{
	(void)file;
	(void)table;
	(void)reader;
	memset(symbols, 0, sizeof(*symbols));
}

bool elf_symbols_find(const struct elf_symbols *symbols,
	const struct elf_file *file, const struct elf_reader *reader,
	uint64_t vaddr, struct buf *name, uint64_t *offset)
{
	(void)symbols;
	(void)file;
	(void)reader;
	(void)vaddr;
	(void)name;
	(void)offset;
	return false;
}

#endif

#include <stdlib.h>

void elf_file_fini(struct elf_file *file)
{
	free(file->loads);
	free(file->sections);
	memset(file, 0, sizeof(*file));
}

const struct elf_section *elf_file_section(const struct elf_file *file,
	uint64_t vaddr)
{
	size_t low = 0, high = file->nsections;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->sections[middle].vaddr <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || vaddr - file->sections[low - 1].vaddr >=
	    file->sections[low - 1].size)
		return NULL;
	return &file->sections[low - 1];
}

void elf_symbols_fini(struct elf_symbols *symbols)
{
	free(symbols->symbols);
	memset(symbols, 0, sizeof(*symbols));
}
