/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/elf_file.h"

#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBELF

#include "elf_impl.h"
#include "vmatlas/base/mem.h"

/* What one read asks for. */
#define CHUNK ((size_t)32 << 10)

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
		if (!elf_read_all(reader, chunk, n, at) ||
		    !elf_translate(file, ELF_T_SYM, chunk, n))
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

	elf_read_name(reader, symbols->names, symbols->names_size, symbol->name,
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

size_t elf_symbols_from(const struct elf_symbols *symbols, uint64_t vaddr)
{
	size_t low = 0, high = symbols->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->symbols[middle].value < vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many symbols do not lie behind VADDR. */
static size_t count_to(const struct elf_symbols *symbols, uint64_t vaddr)
{
	return vaddr == UINT64_MAX ? symbols->n :
		elf_symbols_from(symbols, vaddr + 1);
}

bool elf_symbols_name(const struct elf_symbols *symbols,
	const struct elf_reader *reader, size_t i, struct buf *name)
{
	return take_symbol_name(symbols, reader, &symbols->symbols[i], name);
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

size_t elf_symbols_from(const struct elf_symbols *symbols, uint64_t vaddr)
{
	(void)vaddr;
	return symbols->n;
}

bool elf_symbols_name(const struct elf_symbols *symbols,
	const struct elf_reader *reader, size_t i, struct buf *name)
{
	(void)symbols;
	(void)reader;
	(void)i;
	(void)name;
	return false;
}

#endif

void elf_symbols_fini(struct elf_symbols *symbols)
{
	free(symbols->symbols);
	memset(symbols, 0, sizeof(*symbols));
}
