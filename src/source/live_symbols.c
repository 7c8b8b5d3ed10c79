/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live_impl.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/base/text.h"
#include "vmatlas/source/elf_file.h"

/* Files that are kept, and symbols of all of them together (8 MiB); but those
 * of the file that was asked about last are kept in any case. */
#define FILES_KEPT 64
#define SYMBOLS_KEPT ((size_t)512 << 10)
/* A file of symbols is held against its checksum only up to this size. */
#define CHECKED_MOST ((uint64_t)256 << 20)
/* Bytes of names in one answer about a range. */
#define RANGE_MOST ((size_t)1 << 20)
/* Symbols of one name that are told. */
#define NAMED_MOST 256
/* Of a path that the kernel or a file names. */
#define PATH_MOST 4096

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

struct symbol_cache {
	struct known_file files[FILES_KEPT];
	size_t n;
	uint64_t clock;
};

/* "vdso/START-END" */
static bool parse_range(struct text file, uint64_t *start, uint64_t *end)
{
	struct text part;

	text_until(&file, '/', &part);
	text_until(&file, '-', &part);
	return text_all_u64(part, 16, start) && text_all_u64(file, 16, end);
}

bool live_symbol_question(const char *path, struct symbol_question *out)
{
	struct text rest = text_of(path), file;

	out->is_vdso = text_starts(rest, "vdso/");
	if (!out->is_vdso && !text_starts(rest, "map_files/"))
		return false;
	text_until(&rest, ':', &file);
	if (out->is_vdso && !parse_range(file, &out->start, &out->stop))
		return false;
	if (file.n >= sizeof(out->file) || !text_starts(rest, "elf"))
		return false;
	memcpy(out->file, file.p, file.n);
	out->file[file.n] = '\0';
	rest.p += 3;
	rest.n -= 3;
	out->has_address = rest.n && rest.p[0] == '@';
	out->end = 0;
	out->name = rest.n > 1 && rest.p[0] == '?' ? rest.p + 1 : NULL;
	if (!out->has_address)
		return !rest.n || out->name;
	rest.p++;
	rest.n--;
	text_until(&rest, '-', &file);
	return text_all_u64(file, 16, &out->address) &&
		(!rest.n || (text_all_u64(rest, 16, &out->end) &&
			     out->end > out->address));
}

/* ---- files */

/* An open file, read piece by piece with the watch around each. */
struct open_file {
	struct live *live;
	int pid, fd;
	uint64_t base;		/* where it begins in FD */
	struct file_key key;
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

static struct elf_reader reader_of(struct open_file *file)
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

/* 0, or an errno value, ENODEV for what is no regular file: that is not even
 * opened. */
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

static int open_watched(int dir, const char *path, struct open_file *file)
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
	struct elf_reader reader = reader_of(&file);
	struct elf_file its;
	bool good;

	if (open_watched(AT_FDCWD, path, &file))
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

static void find_symbols(struct known_file *known, struct open_file *file,
	const char *path)
{
	struct elf_reader reader = reader_of(file);
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

static struct known_file *known_of(struct symbol_cache *cache,
	struct open_file *file)
{
	struct known_file *known = &cache->files[0];
	struct elf_reader reader = reader_of(file);
	size_t i;

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

/* ---- answers */

static void put_word(struct buf *out, const char *word)
{
	buf_char(out, ' ');
	text_escape(out, text_of(word), false);
	buf_char(out, '\n');
}

static void answer_layout(const struct known_file *known, struct buf *out)
{
	const struct elf_file *elf = &known->elf;
	size_t i;

	if (elf->damage)
		buf_fmt(out, "damaged %s\n", elf->damage);
	if (!known->is_elf) {
		buf_str(out, "type none\n");
		return;
	}
	buf_fmt(out, "type %s\n", elf->is_exec ? "exec" : "dyn");
	if (elf->nbuild_id)
		buf_str(out, "build-id ");
	for (i = 0; i < elf->nbuild_id; i++)
		buf_fmt(out, "%02x%s", elf->build_id[i],
			i + 1 == elf->nbuild_id ? "\n" : "");
	for (i = 0; i < elf->nloads; i++)
		buf_fmt(out, "load %" PRIx64 " %" PRIx64 " %" PRIx64 " %"
			PRIx64 "\n", elf->loads[i].offset,
			elf->loads[i].vaddr, elf->loads[i].file_size,
			elf->loads[i].mem_size);
	for (i = 0; i < elf->nsections; i++) {
		buf_fmt(out, "section %" PRIx64 " %" PRIx64,
			elf->sections[i].vaddr, elf->sections[i].size);
		put_word(out, elf->sections[i].name);
	}
}

/* Open the file that has KNOWN's names, if that is another than FILE; false:
 * it is not what it was. */
static bool open_names(const struct known_file *known,
	const struct open_file *file, struct open_file *names)
{
	*names = *file;
	if (!known->names_path)
		return true;
	names->base = 0;
	if (open_watched(AT_FDCWD, known->names_path, names))
		return false;
	if (key_is(&names->key, &known->names_key))
		return true;
	close(names->fd);
	return false;
}

static void close_names(const struct known_file *known,
	struct open_file *names)
{
	if (known->names_path)
		close(names->fd);
}

/* Whose symbols they are, where it is not the file's own. */
static void put_whose(const struct known_file *known, struct buf *out)
{
	const char *path = known->names_path ? known->names_path :
		known->stranger;

	if (!path)
		return;
	buf_str(out, known->names_path ? "separate" : "stranger");
	put_word(out, path);
}

static void answer_address(const struct known_file *known,
	struct open_file *names, uint64_t address, struct buf *out)
{
	const struct elf_section *section = elf_file_section(&known->elf,
		address);
	struct elf_reader reader = reader_of(names);
	struct buf name = { 0 };
	uint64_t offset;

	if (!section)
		return;
	buf_str(out, "section");
	put_word(out, section->name);
	if (elf_symbols_find(&known->symbols, &known->elf, &reader, address,
		    &name, &offset)) {
		buf_fmt(out, "symbol %" PRIx64, offset);
		put_word(out, buf_text(&name));
	}
	buf_fini(&name);
}

/* Those that start in a range, the best known of those that start together.
 * An answer may be a part: then it says where the next one begins. */
static void answer_range(const struct known_file *known,
	struct open_file *names, uint64_t address, uint64_t end,
	struct buf *out)
{
	const struct elf_symbols *symbols = &known->symbols;
	struct elf_reader reader = reader_of(names);
	struct buf name = { 0 };
	size_t i, k, next, n = 0, begin = out->len;

	for (i = elf_symbols_from(symbols, address); i < symbols->n &&
	     symbols->symbols[i].value < end; i = next) {
		uint64_t value = symbols->symbols[i].value;

		if (n == SOURCE_SYMBOLS || out->len - begin > RANGE_MOST) {
			buf_fmt(out, "next %" PRIx64 "\n", value);
			break;
		}
		next = elf_symbols_from(symbols, value + 1);
		if (!elf_file_section(&known->elf, value))
			continue;
		/* The last is the best; not all have a name. */
		buf_clear(&name);
		for (k = next; k > i && !elf_symbols_name(symbols, &reader,
			     k - 1, &name); k--)
			;
		if (k == i)
			continue;
		buf_fmt(out, "symbol %" PRIx64 " %x", value,
			(unsigned)symbols->symbols[k - 1].size);
		put_word(out, buf_text(&name));
		n++;
	}
	buf_fini(&name);
}

static void answer_places(const struct known_file *known,
	struct open_file *names, const char *name, struct buf *out)
{
	struct elf_reader reader = reader_of(names);
	uint64_t places[NAMED_MOST];
	size_t n, i;

	n = elf_symbols_named(&known->symbols, &reader, name, places,
		NAMED_MOST);
	for (i = 0; i < n; i++)
		buf_fmt(out, "symbol %" PRIx64 "\n", places[i]);
}

static void answer_symbols(struct symbol_cache *cache,
	struct known_file *known, struct open_file *file, const char *path,
	const struct symbol_question *q, struct buf *out)
{
	struct open_file names;

	if (!known->has_symbols && known->is_elf) {
		find_symbols(known, file, path);
		shrink(cache, known);
	}
	put_whose(known, out);
	if (!open_names(known, file, &names))
		return;
	if (q->name)
		answer_places(known, &names, q->name, out);
	else if (q->end)
		answer_range(known, &names, q->address, q->end, out);
	else
		answer_address(known, &names, q->address, out);
	close_names(known, &names);
}

int live_symbol_answer(struct live *live, int pid,
	const struct symbol_question *q, struct buf *out)
{
	struct open_file file = { .live = live, .pid = pid };
	char link[sizeof(q->file) + 16], path[PATH_MOST];
	struct buf text = { 0 };
	struct known_file *known;
	ssize_t n;
	int error;

	if (!elf_is_there())
		return ENOENT;
	snprintf(link, sizeof(link), "%d/%s", pid, q->file);
	if (q->is_vdso)
		error = live_vdso_open(live, pid, q->start, q->stop, &file.fd,
			&file.base);
	else
		error = open_watched(live->proc_fd, link, &file);
	if (error == ENODEV) {
		buf_str(out, q->has_address || q->name ? "" : "type none\n");
		return 0;
	}
	if (error)
		return error;
	n = readlinkat(live->proc_fd, link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	if (!live->symbols)
		live->symbols = mem_new(1, sizeof(*live->symbols));
	known = known_of(live->symbols, &file);
	if (q->has_address || q->name)
		answer_symbols(live->symbols, known, &file, path, q, &text);
	else
		answer_layout(known, &text);
	close(file.fd);
	buf_add(out, buf_text(&text), text.len);
	buf_fini(&text);
	return 0;
}

static bool is_build(const struct elf_file *elf, const char *digits)
{
	size_t i;

	for (i = 0; i < elf->nbuild_id; i++) {
		char two[3];

		snprintf(two, sizeof(two), "%02x", elf->build_id[i]);
		if (strncmp(digits + 2 * i, two, 2))
			return false;
	}
	return i && !digits[2 * i];
}

int live_symbol_answer_in(struct live *live, const char *path,
	const char *name, const char *build_id,
	const struct symbol_question *q, struct buf *out)
{
	struct open_file file = { .live = live };
	struct known_file *known;
	int error;

	if (!elf_is_there())
		return ENOENT;
	error = open_watched(AT_FDCWD, path, &file);
	if (error)
		return error;
	if (!live->symbols)
		live->symbols = mem_new(1, sizeof(*live->symbols));
	known = known_of(live->symbols, &file);
	if (known->is_elf && is_build(&known->elf, build_id)) {
		buf_str(out, "separate");
		put_word(out, path);
		answer_symbols(live->symbols, known, &file, name, q, out);
	} else {
		buf_str(out, "stranger");
		put_word(out, path);
	}
	close(file.fd);
	return 0;
}
