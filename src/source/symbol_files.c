/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "symbol_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/mem.h"

/* Files that are kept, and symbols of all of them together (8 MiB); but those
 * of the file that was asked about last are kept in any case. */
#define FILES_KEPT 64
#define SYMBOLS_KEPT ((size_t)512 << 10)
/* A file of symbols is held against its checksum only up to this size. */
#define CHECKED_MOST ((uint64_t)256 << 20)

struct symbol_cache {
	struct known_file files[FILES_KEPT];
	size_t n;
	uint64_t clock;
};

static ssize_t file_read(void *arg, void *out, size_t n, uint64_t offset)
{
	const struct open_file *file = arg;
	ssize_t got;

	do {
		source_before(&file->live->src, file->pid, "map_files");
		got = pread(file->fd, out, n, (off_t)(file->base + offset));
		source_after(&file->live->src);
	} while (got < 0 && errno == EINTR);
	return got;
}

struct elf_reader file_reader(struct open_file *file)
{
	return (struct elf_reader){ file_read, file };
}

static bool key_is(const struct file_key *a, const struct file_key *b)
{
	return a->device == b->device && a->inode == b->inode &&
		a->size == b->size &&
		a->modified.tv_sec == b->modified.tv_sec &&
		a->modified.tv_nsec == b->modified.tv_nsec;
}

static int open_regular(int dir, const char *path, struct open_file *file)
{
	struct stat st;
	int flags;

	if (fstatat(dir, path, &st, 0))
		return errno;
	if (!S_ISREG(st.st_mode))
		return ENODEV;
	file->fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
		O_NONBLOCK);
	if (file->fd < 0)
		return errno;
	if (fstat(file->fd, &st) || !S_ISREG(st.st_mode)) {
		close(file->fd);
		return ENODEV;
	}
	/* When it was used last is not for us to change, where we may choose. */
	flags = fcntl(file->fd, F_GETFL);
	if (flags >= 0)
		fcntl(file->fd, F_SETFL, flags | O_NOATIME);
	file->key = (struct file_key){ st.st_dev, st.st_ino, st.st_size,
		st.st_mtim };
	return 0;
}

int file_open(int dir, const char *path, struct open_file *file)
{
	int error;

	source_before(&file->live->src, file->pid, "map_files");
	error = open_regular(dir, path, file);
	source_after(&file->live->src);
	return error;
}

/* ---- separate files of symbols */

/* CRC-32 of zlib over all of FILE. */
static uint32_t file_checksum(struct open_file *file)
{
	uint32_t table[256], crc = UINT32_MAX, i, bit;
	unsigned char *chunk = mem_new(1, 1 << 16);
	uint64_t at = 0;
	ssize_t n, k;

	for (i = 0; i < 256; i++) {
		table[i] = i;
		for (bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^
				(table[i] & 1 ? UINT32_C(0xedb88320) : 0);
	}
	while (at < CHECKED_MOST &&
	       (n = file_read(file, chunk, 1 << 16, at)) > 0) {
		for (k = 0; k < n; k++)
			crc = crc >> 8 ^ table[(crc ^ chunk[k]) & 255];
		at += (uint64_t)n;
	}
	free(chunk);
	return ~crc;
}

/* FILE has the symbols of ELF: it says so, or its checksum does. */
static bool belongs_to(const struct elf_file *elf, const struct elf_file *its,
	struct open_file *file)
{
	if (elf->nbuild_id || its->nbuild_id)
		return elf->nbuild_id == its->nbuild_id &&
			!memcmp(elf->build_id, its->build_id, elf->nbuild_id);
	return (uint64_t)file->key.size <= CHECKED_MOST &&
		file_checksum(file) == elf->debug_crc;
}

/* Take the symbols in the file at PATH, if it is the right one. */
static bool take_symbols_at(struct known_file *known, struct live *live,
	int pid, const char *path)
{
	struct open_file file = { .live = live, .pid = pid };
	struct elf_reader reader = file_reader(&file);
	struct elf_file its;
	bool good;

	if (file_open(AT_FDCWD, path, &file))
		return false;
	good = elf_file_read(&its, &reader) && its.symtab.size &&
		its.is_64 == known->elf.is_64 &&
		its.encoding == known->elf.encoding &&
		belongs_to(&known->elf, &its, &file);
	if (good)
		elf_symbols_read(&known->symbols, &its, &its.symtab, &reader);
	elf_file_fini(&its);
	close(file.fd);
	if (!good && !known->stranger)
		known->stranger = mem_text(path, strlen(path));
	if (!good)
		return false;
	known->names_path = mem_text(path, strlen(path));
	known->names_key = file.key;
	return true;
}

static bool take_by_build_id(struct known_file *known, struct live *live,
	int pid)
{
	const struct elf_file *elf = &known->elf;
	struct buf path = { 0 };
	bool found;
	size_t i;

	if (elf->nbuild_id < 2)
		return false;
	buf_fmt(&path, "%s/usr/lib/debug/.build-id/%02x/", live->sysroot,
		elf->build_id[0]);
	for (i = 1; i < elf->nbuild_id; i++)
		buf_fmt(&path, "%02x", elf->build_id[i]);
	buf_str(&path, ".debug");
	found = take_symbols_at(known, live, pid, buf_text(&path));
	buf_fini(&path);
	return found;
}

/* Where gdb looks for the name in .gnu_debuglink, given the file's own PATH. */
static bool take_by_link(struct known_file *known, struct live *live, int pid,
	const char *path)
{
	static const char *const places[][2] = {
		{ "", "/" }, { "", "/.debug/" }, { "/usr/lib/debug", "/" },
	};
	const char *slash = strrchr(path, '/');
	struct buf name = { 0 };
	bool found = false;
	size_t i;

	if (!known->elf.debug_name[0] || path[0] != '/' || !slash)
		return false;
	for (i = 0; i < 3 && !found; i++) {
		buf_clear(&name);
		buf_fmt(&name, "%s%s%.*s%s%s", live->sysroot, places[i][0],
			(int)(slash - path), path, places[i][1],
			known->elf.debug_name);
		found = take_symbols_at(known, live, pid, buf_text(&name));
	}
	buf_fini(&name);
	return found;
}

static void read_symbols(struct known_file *known, struct open_file *file,
	const char *path)
{
	struct elf_reader reader = file_reader(file);
	const struct elf_file *elf = &known->elf;

	known->has_symbols = true;
	if (!elf->symtab.size &&
	    (take_by_build_id(known, file->live, file->pid) ||
	     take_by_link(known, file->live, file->pid, path)))
		return;
	elf_symbols_read(&known->symbols, elf,
		elf->symtab.size ? &elf->symtab : &elf->dynsym, &reader);
}

/* ---- what is kept */

static void known_fini(struct known_file *known)
{
	elf_file_fini(&known->elf);
	elf_symbols_fini(&known->symbols);
	free(known->names_path);
	free(known->stranger);
	memset(known, 0, sizeof(*known));
}

void symbol_cache_free(struct symbol_cache *cache)
{
	size_t i;

	for (i = 0; cache && i < cache->n; i++)
		known_fini(&cache->files[i]);
	free(cache);
}

struct known_file *known_of(struct open_file *file)
{
	struct elf_reader reader = file_reader(file);
	struct symbol_cache *cache = file->live->symbols;
	struct known_file *known;
	size_t i;

	if (!cache)
		cache = file->live->symbols = mem_new(1, sizeof(*cache));
	known = &cache->files[0];
	for (i = 0; i < cache->n; i++) {
		if (key_is(&cache->files[i].key, &file->key)) {
			cache->files[i].used = ++cache->clock;
			return &cache->files[i];
		}
		if (cache->files[i].used < known->used)
			known = &cache->files[i];
	}
	if (cache->n < FILES_KEPT)
		known = &cache->files[cache->n++];
	known_fini(known);
	known->key = file->key;
	known->used = ++cache->clock;
	known->is_elf = elf_file_read(&known->elf, &reader);
	return known;
}

/* The symbols of files that were not asked for lately make room for those of
 * KNOWN. */
static void shrink(struct symbol_cache *cache, struct known_file *known)
{
	size_t i, all = 0;

	for (i = 0; i < cache->n; i++)
		all += cache->files[i].symbols.n;
	while (all > SYMBOLS_KEPT) {
		struct known_file *oldest = NULL;

		for (i = 0; i < cache->n; i++) {
			struct known_file *it = &cache->files[i];

			if (it != known && it->symbols.n &&
			    (!oldest || it->used < oldest->used))
				oldest = it;
		}
		if (!oldest)
			return;
		all -= oldest->symbols.n;
		elf_symbols_fini(&oldest->symbols);
		free(oldest->names_path);
		free(oldest->stranger);
		oldest->names_path = oldest->stranger = NULL;
		oldest->has_symbols = false;
	}
}

void known_find_symbols(struct known_file *known, struct open_file *file,
	const char *path)
{
	if (known->has_symbols || !known->is_elf)
		return;
	read_symbols(known, file, path);
	shrink(file->live->symbols, known);
}

bool known_open_names(const struct known_file *known,
	const struct open_file *file, struct open_file *names)
{
	*names = *file;
	if (!known->names_path)
		return true;
	names->base = 0;
	if (file_open(AT_FDCWD, known->names_path, names))
		return false;
	if (key_is(&names->key, &known->names_key))
		return true;
	close(names->fd);
	return false;
}

void known_close_names(const struct known_file *known,
	struct open_file *names)
{
	if (known->names_path)
		close(names->fd);
}
