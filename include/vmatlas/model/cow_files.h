/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_MODEL_COW_FILES_H
#define VMATLAS_MODEL_COW_FILES_H

#include "vmatlas/model/symbols.h"

/*
 * What the private data of each program and library costs a process: which of
 * its pages were copied when they were written (by relocation above all), by
 * the section that they are of.
 *
 * A page counts for one section, the one that has most bytes of it (of several
 * the first), so that sections add up to the pages.  Where a file's sections
 * are not known, all is "unknown".
 */
#define COW_SECTIONS(X) \
	X(DATA, ".data") X(RELRO, ".data.rel.ro") X(GOT, ".got") \
	X(GOT_PLT, ".got.plt") X(DYNAMIC, ".dynamic") \
	X(INIT, ".init_array") X(FINI, ".fini_array") X(TDATA, ".tdata") \
	X(BSS, ".bss") X(TEXT, ".text") X(RODATA, ".rodata") \
	X(OTHER, "other") X(UNKNOWN, "unknown")

#define X(id, name) COW_SECTION_##id,
enum cow_section { COW_SECTIONS(X) NCOW_SECTIONS };
#undef X

/* ".data" ...; NULL behind the last. */
const char *cow_section_name(unsigned i);

struct cow_file {
	size_t region;		/* the first one that maps it */
	bool known;		/* all of its pages' states were told */
	bool has_sections;	/* and all are in sections; else BSS is not
				 * known either */
	/* Pages.  PENDING are the file's own frames, writable; COPIED are not
	 * any more, in RAM or swap, of which SHARED are also a relative's,
	 * since a fork; BSS has no file behind it. */
	uint64_t pending, copied, shared, bss;
	uint64_t pending_in[NCOW_SECTIONS], copied_in[NCOW_SECTIONS];
};

struct cow_files {
	struct cow_file *files;	/* most copied first */
	size_t n, cap;
	bool is_cut;		/* there are more than COW_FILES_MOST */
	enum answer answer;	/* the first but OK, of a file's sections */
};
#define COW_FILES_MOST 4096

/*
 * Count in SPACE, whose usage is summed up and which keeps its blocks; of one
 * that does not, only the layouts are asked for, so that they are recorded.
 * FILES is replaced.
 */
void cow_files_count(struct cow_files *files, const struct space *space,
	struct symbols *symbols);
void cow_files_fini(struct cow_files *files);

#endif
