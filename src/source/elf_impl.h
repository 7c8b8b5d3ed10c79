/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_ELF_IMPL_H
#define VMATLAS_SRC_SOURCE_ELF_IMPL_H

#include <libelf.h>
#include <string.h>

#include "vmatlas/source/elf_file.h"

/* What is used of libelf (elf_library.c). */
struct elf_library {
	__typeof__(elf32_xlatetom) *xlate_32, *xlate_64;
};

/* False: it is not there. */
bool elf_library_load(struct elf_library *library);

/*
 * How elf_file.c and elf_symbols.c read a piece of a file: copied in one read,
 * then translated where it stands.
 */
static inline bool elf_read_all(const struct elf_reader *reader, void *out,
	size_t n, uint64_t offset)
{
	return offset <= INT64_MAX - n &&
		reader->read(reader->arg, out, n, offset) == (ssize_t)n;
}

/* From the file's class and byte order to ours, where they stand. */
static inline bool elf_translate(const struct elf_file *file, Elf_Type type,
	void *bytes, size_t n)
{
	Elf_Data data = { .d_buf = bytes, .d_type = type,
		.d_version = EV_CURRENT, .d_size = n };
	Elf_Data from = data;

	return ((__typeof__(elf32_xlatetom) *)file->translate)(&data, &from,
		file->encoding) != NULL;
}

/* "" where there is none. */
static inline void elf_read_name(const struct elf_reader *reader, uint64_t at,
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

#endif
