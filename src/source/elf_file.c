/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/elf_file.h"

#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBELF

#include "elf_impl.h"
#include "vmatlas/base/mem.h"

/* More than any program has; what is beyond is left out. */
#define LOADS_MOST 512
#define SECTIONS_MOST 4096
#define NOTES_MOST ((uint64_t)64 << 10)

static uint32_t word_at(const struct elf_file *file, const unsigned char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return elf_translate(file, ELF_T_WORD, &word, sizeof(word)) ? word : 0;
}

/* What is wrong first is what it is known by. */
static void say_damaged(struct elf_file *file, const char *what)
{
	if (!file->damage)
		file->damage = what;
}

/* Is there a byte where N of them are to be, from OFFSET on? */
static bool is_in_file(const struct elf_reader *reader, uint64_t offset,
	uint64_t n)
{
	char last;

	return !n || (offset <= INT64_MAX - n && reader->read(reader->arg,
		&last, 1, offset + n - 1) == 1);
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
	struct elf_library library;
	bool is_program;
	size_t n;

	if (!elf_library_load(&library))
		return false;
	if (!elf_read_all(reader, &any, SELFMAG, 0) ||
	    memcmp(ident, ELFMAG, SELFMAG))
		return false;
	file->damage = "its header is damaged";
	if (!elf_read_all(reader, &any, sizeof(any.e32), 0))
		return false;
	file->is_64 = ident[EI_CLASS] == ELFCLASS64;
	file->encoding = ident[EI_DATA];
	if ((!file->is_64 && ident[EI_CLASS] != ELFCLASS32) ||
	    (file->encoding != ELFDATA2LSB && file->encoding != ELFDATA2MSB))
		return false;
	file->translate = (void (*)(void))(file->is_64 ? library.xlate_64 :
		library.xlate_32);
	n = file->is_64 ? sizeof(any.e64) : sizeof(any.e32);
	/* It may have been rewritten meanwhile: the class is settled. */
	if (!elf_read_all(reader, &any, n, 0) ||
	    !elf_translate(file, ELF_T_EHDR, &any, n))
		return false;
	if (file->is_64)
		TAKE_HEADER(any.e64);
	else
		TAKE_HEADER(any.e32);
	file->damage = NULL;
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
	    !elf_read_all(reader, &any, n, header->sections_at + (uint64_t)n * i) ||
	    !elf_translate(file, ELF_T_SHDR, &any, n))
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
	if (elf_read_all(reader, notes, n, offset))
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
	    !elf_read_all(reader, &any, n, header->program_at + (uint64_t)n * i) ||
	    !elf_translate(file, ELF_T_PHDR, &any, n)) {
		say_damaged(file, "its program headers are cut off");
		return false;
	}
	if (file->is_64)
		TAKE_PROGRAM(any.p64);
	else
		TAKE_PROGRAM(any.p32);
	if (type == PT_NOTE)
		read_notes(file, reader, load.offset, load.file_size, align);
	if (type != PT_LOAD || file->nloads == LOADS_MOST)
		return true;
	if (load.file_size > load.mem_size ||
	    load.vaddr > UINT64_MAX - load.mem_size ||
	    load.offset > INT64_MAX - load.file_size) {
		say_damaged(file, "a segment's sizes make no sense");
		return true;
	}
	if (!is_in_file(reader, load.offset, load.file_size))
		say_damaged(file, "a segment reaches beyond the file's end");
	file->loads = mem_grow(file->loads, &file->cap_loads,
		file->nloads + 1, sizeof(*file->loads));
	file->loads[file->nloads++] = load;
	return true;
}

/* ---- sections */

static void read_debug_link(struct elf_file *file,
	const struct elf_reader *reader, const struct section_header *section)
{
	char bytes[sizeof(file->debug_name) + 8] = "";
	size_t n = sizeof(bytes) - 1, name;

	if (section->size < n)
		n = (size_t)section->size;
	if (n < 8 || !elf_read_all(reader, bytes, n, section->offset))
		return;
	name = strnlen(bytes, n);
	if (!name || name >= sizeof(file->debug_name) ||
	    round_up(name + 1, 4) + 4 > n || memchr(bytes, '/', name))
		return;
	memcpy(file->debug_name, bytes, name + 1);
	file->debug_crc = word_at(file, (unsigned char *)bytes +
		round_up(name + 1, 4));
}

static void take_table(struct elf_file *file,
	const struct elf_reader *reader, const struct header *header,
	const struct section_header *section, struct elf_table *out)
{
	size_t entry = file->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	struct section_header names;

	if (section->entry_size != entry ||
	    section->offset > INT64_MAX || section->size > INT64_MAX ||
	    !read_section(file, reader, header, section->link, &names) ||
	    names.type != SHT_STRTAB) {
		say_damaged(file, "its table of symbols makes no sense");
		return;
	}
	if (!is_in_file(reader, section->offset, section->size) ||
	    !is_in_file(reader, names.offset, names.size))
		say_damaged(file, "its table of symbols is cut off");
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

	if (!header->nsections || !header->sections_at)
		return;
	if (!read_section(file, reader, header, header->names, &names)) {
		say_damaged(file, "its section headers are cut off");
		return;
	}
	for (i = 1; i < header->nsections; i++) {
		if (!read_section(file, reader, header, i, &section)) {
			say_damaged(file, "its section headers are cut off");
			return;
		}
		elf_read_name(reader, names.offset, names.size, section.name, name,
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

#else /* !HAVE_LIBELF */

bool elf_file_read(struct elf_file *file, const struct elf_reader *reader)
{
	(void)reader;
	memset(file, 0, sizeof(*file));
	return false;
}

#endif

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
