/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_SYMBOLS_H
#define VMATLAS_MODEL_SYMBOLS_H

#include "vmatlas/model/elf_layout.h"
#include "vmatlas/model/space.h"

/*
 * A struct symbols names addresses of processes: the section and the symbol
 * of the program or library that is mapped there.  Zero-initialised is ready
 * for use.
 *
 * What one process's mapping of a file has told holds for all others of that
 * file, until symbols_forget: it is for one refresh or one question.  It keeps
 * the layouts of SYMBOLS_FILES files and as many names as were asked for.
 */
#define SYMBOLS_FILES 8192

struct known_layout {
	uint32_t major, minor;
	uint64_t inode;
	uint32_t name;			/* in names; btrfs has one device and
					 * inode for several files */
	int pid;			/* who was asked; not told to him, */
	enum answer answer;		/* it may be told of another */
	struct elf_layout layout;
	bool stranger_noted;		/* see notes */
};

struct symbols {
	struct known_layout *layouts;
	size_t n, cap, last;
	struct symbol_memo *memo;	/* open addressed */
	size_t nmemo, cap_memo;
	struct buf names;		/* NUL-terminated each */
	struct buf notes;		/* lines: files that are broken, or whose
					 * separate symbols are another's */
};

/* Where in names the words are; SYMBOL_NONE: there are none. */
#define SYMBOL_NONE UINT32_MAX

struct symbol_place {
	/* Other than OK: nothing is known.  Also OK: there can be no names,
	 * as it is no program's or library's memory. */
	enum answer answer;
	uint32_t section;
	uint32_t symbol;		/* "name" or "name+0x12" */
};

void symbols_forget(struct symbols *symbols);
void symbols_fini(struct symbols *symbols);
/* Add those notes to OUT that it does not have yet. */
void symbols_add_notes(const struct symbols *symbols, struct buf *out);

/*
 * The layout of the file that REGION of SPACE maps, or is the rest of the data
 * of; *FILE is the region that maps it.  NULL: it is no program or library, or
 * (*ANSWER other than OK) that cannot be known.
 */
const struct elf_layout *symbols_layout(struct symbols *symbols,
	const struct space *space, size_t region, size_t *file,
	enum answer *answer);
/* The name of the section that has most of the N bytes from VA on in REGION of
 * SPACE, or SYMBOL_NONE; *ANSWER as above. */
uint32_t symbols_section(struct symbols *symbols, const struct space *space,
	size_t region, uint64_t va, uint64_t n, enum answer *answer);
/* Why the file is broken that REGION of SPACE maps, in words, or NULL. */
const char *symbols_damage(struct symbols *symbols, const struct space *space,
	size_t region);
/* Which symbols start in FIRST..END, addresses of the file that region index
 * FILE maps (of symbols_layout, just called): the answer as source.h has it
 * is added to OUT. */
enum answer symbols_range(struct symbols *symbols, const struct space *space,
	size_t file, uint64_t first, uint64_t end, struct buf *out);
/* What is at VA in REGION of SPACE. */
struct symbol_place symbols_at(struct symbols *symbols,
	const struct space *space, size_t region, uint64_t va);

#endif
