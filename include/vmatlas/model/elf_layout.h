/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_ELF_LAYOUT_H
#define VMATLAS_MODEL_ELF_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmatlas/base/buf.h"
#include "vmatlas/base/text.h"
#include "vmatlas/model/region.h"

/*
 * A struct elf_layout is how a program or library is laid out, as the answer
 * to "map_files/A-B:elf" has it (source/source.h): which bytes of the file go
 * to which of its own addresses, and what its sections are.  Sections are
 * sorted and do not overlap; what does not fit is left out.
 */
struct layout_load {
	uint64_t offset, vaddr, file_size, mem_size;	/* bytes */
};

struct layout_section {
	uint64_t vaddr, size;		/* bytes */
	size_t name;			/* in names, NUL-terminated */
};

struct elf_layout {
	bool is_elf, is_exec;		/* ET_EXEC: at its own addresses */
	struct layout_load *loads;
	size_t nloads, cap_loads;
	struct layout_section *sections;
	size_t nsections, cap_sections;
	struct buf names;
	size_t damage;			/* in names: in which way it is broken;
					 * SIZE_MAX: nothing says so */
};

/* Any text at all; LAYOUT is replaced, and must be freed or zeroed before. */
void elf_layout_parse(struct elf_layout *layout, struct text text);
void elf_layout_fini(struct elf_layout *layout);

/*
 * Of sorted regions, the one that maps a part of the file which VA in region I
 * belongs to: I itself, or the one before it, where I is without a name and
 * may be the rest of that one's data (.bss).  -1: none does.
 */
long elf_file_region(const struct region *regions, size_t i);
/*
 * How far the file with LAYOUT, of which region FILE maps a part, was moved:
 * *BIAS plus its own address is where a byte is.  False: which part of it is
 * mapped there cannot be told.
 */
bool elf_layout_bias(const struct elf_layout *layout,
	const struct region *regions, size_t file, uint32_t page_size,
	uint64_t *bias);
/*
 * The file's own address of VA, which lies in region FILE or behind it, FILE
 * mapping a part of the file with LAYOUT.  False: it has none there, or that
 * cannot be told.
 */
bool elf_layout_address(const struct elf_layout *layout,
	const struct region *regions, size_t file, uint64_t va,
	uint32_t page_size, uint64_t *out);
/* Where the part in memory that VADDR is of ends; 0: it is of none. */
uint64_t elf_layout_end(const struct elf_layout *layout, uint64_t vaddr);
/* The section that has most bytes of the N from VADDR on, the first of
 * several; NULL: none has any. */
const struct layout_section *elf_layout_section(
	const struct elf_layout *layout, uint64_t vaddr, uint64_t n);

#endif
