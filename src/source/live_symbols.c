/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "live_impl.h"
#include "symbol_files.h"
#include "vmatlas/base/text.h"

/* Bytes of names in one answer about a range. */
#define RANGE_MOST ((size_t)1 << 20)
/* Symbols of one name that are told. */
#define NAMED_MOST 256
/* Of a path that the kernel or a file names. */
#define PATH_MOST 4096

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
	struct elf_reader reader = file_reader(names);
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
	struct elf_reader reader = file_reader(names);
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
	struct elf_reader reader = file_reader(names);
	uint64_t places[NAMED_MOST];
	size_t n, i;

	n = elf_symbols_named(&known->symbols, &reader, name, places,
		NAMED_MOST);
	for (i = 0; i < n; i++)
		buf_fmt(out, "symbol %" PRIx64 "\n", places[i]);
}

static void answer_symbols(struct known_file *known, struct open_file *file,
	const char *path, const struct symbol_question *q, struct buf *out)
{
	struct open_file names;

	known_find_symbols(known, file, path);
	put_whose(known, out);
	if (!known_open_names(known, file, &names))
		return;
	if (q->name)
		answer_places(known, &names, q->name, out);
	else if (q->end)
		answer_range(known, &names, q->address, q->end, out);
	else
		answer_address(known, &names, q->address, out);
	known_close_names(known, &names);
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
		error = file_open(live->proc_fd, link, &file);
	if (error == ENODEV) {
		buf_str(out, q->has_address || q->name ? "" : "type none\n");
		return 0;
	}
	if (error)
		return error;
	n = readlinkat(live->proc_fd, link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	known = known_of(&file);
	if (q->has_address || q->name)
		answer_symbols(known, &file, path, q, &text);
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
	error = file_open(AT_FDCWD, path, &file);
	if (error)
		return error;
	known = known_of(&file);
	if (known->is_elf && is_build(&known->elf, build_id)) {
		buf_str(out, "separate");
		put_word(out, path);
		answer_symbols(known, &file, name, q, out);
	} else {
		buf_str(out, "stranger");
		put_word(out, path);
	}
	close(file.fd);
	return 0;
}
