/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_SYMBOL_FILES_H
#define VMATLAS_SRC_SOURCE_SYMBOL_FILES_H

#include <sys/types.h>
#include <time.h>

#include "vmatlas/source/elf_file.h"

/*
 * The ELF files that have names of symbols: opened with care, found where they
 * are apart from the program, and what was read of them kept by live->symbols
 * for as long as there is room.
 */
struct live;

/* Which file it is, and in which state. */
struct file_key {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
};

struct known_file {
	struct file_key key;
	bool is_elf;
	struct elf_file elf;
	bool has_symbols;	/* they were looked for */
	struct elf_symbols symbols;
	char *names_path;	/* the file that has their names, */
	struct file_key names_key;	/* or NULL: the file itself */
	char *stranger;		/* one that stands where such a file would, but
				 * is not its; NULL: none was met */
	uint64_t used;		/* the higher, the more recent */
};

/* An open file, read piece by piece with the watch around each. */
struct open_file {
	struct live *live;
	int pid, fd;
	uint64_t base;		/* where it begins in FD */
	struct file_key key;
};

/* Open a regular file: 0, or an errno value, ENODEV for what is none, which is
 * not even opened.  FILE has LIVE and PID, for the watch. */
int file_open(int dir, const char *path, struct open_file *file);
struct elf_reader file_reader(struct open_file *file);

/* What is known of FILE, which is read if it was not yet; it stays until the
 * next one is asked for. */
struct known_file *known_of(struct open_file *file);
/* Its symbols, wherever they are, if that was not done; PATH is the file's own
 * (for its debug link). */
void known_find_symbols(struct known_file *known, struct open_file *file,
	const char *path);
/* Open the file that has KNOWN's names, if that is another than FILE; false:
 * it is not what it was. */
bool known_open_names(const struct known_file *known,
	const struct open_file *file, struct open_file *names);
void known_close_names(const struct known_file *known,
	struct open_file *names);

#endif
