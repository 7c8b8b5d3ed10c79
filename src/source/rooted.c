/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/rooted.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "live_impl.h"
#include "vmatlas/base/mem.h"
#include "vmatlas/base/text.h"

/* Processes whose maps are kept, and files whose build-ids are; the oldest
 * ones give way. */
#define MAPS_KEPT 16
#define FILES_KEPT 1024

/* What was answered of a file that is mapped somewhere. */
struct mapped_file {
	int pid;
	char file[64];		/* "map_files/A-B" */
	char *build_id;		/* digits; NULL: it has none */
};

struct rooted {
	struct source source;
	const char *root;
	struct live *live;	/* reads files, and asks no process */
	struct kept_maps {
		int pid;
		struct buf text;
	} maps[MAPS_KEPT];
	unsigned next_maps;
	struct mapped_file *files;
	size_t nfiles, cap_files, next_file;
};

/* ---- what was told, kept; maps are never asked for by us, as a recording
 * counts questions whose answers change */

static void keep_maps(struct rooted *rooted, int pid, const struct buf *text)
{
	struct kept_maps *maps = NULL;
	unsigned i;

	for (i = 0; i < MAPS_KEPT && !maps; i++)
		if (rooted->maps[i].pid == pid)
			maps = &rooted->maps[i];
	if (!maps)
		maps = &rooted->maps[rooted->next_maps++ % MAPS_KEPT];
	maps->pid = pid;
	buf_clear(&maps->text);
	buf_add(&maps->text, buf_text(text), text->len);
}

static struct mapped_file *find_file(struct rooted *rooted, int pid,
	const char *file)
{
	size_t i;

	for (i = 0; i < rooted->nfiles; i++)
		if (rooted->files[i].pid == pid &&
		    !strcmp(rooted->files[i].file, file))
			return &rooted->files[i];
	return NULL;
}

static void keep_layout(struct rooted *rooted, int pid, const char *file,
	struct text layout)
{
	struct mapped_file *known = find_file(rooted, pid, file);
	struct text line, word;

	if (!known && rooted->nfiles < FILES_KEPT) {
		rooted->files = mem_grow(rooted->files, &rooted->cap_files,
			rooted->nfiles + 1, sizeof(*rooted->files));
		known = &rooted->files[rooted->nfiles++];
		memset(known, 0, sizeof(*known));
	} else if (!known) {
		known = &rooted->files[rooted->next_file++ % FILES_KEPT];
	}
	known->pid = pid;
	memccpy(known->file, file, '\0', sizeof(known->file) - 1);
	free(known->build_id);
	known->build_id = NULL;
	while (text_line(&layout, &line))
		if (text_word(&line, &word) && text_is(word, "build-id") &&
		    text_word(&line, &word) && !known->build_id)
			known->build_id = mem_text(word.p, word.n);
}

/* "A-B", in hexadecimal. */
static bool parse_range(struct text text, uint64_t *start, uint64_t *end)
{
	struct text first;

	text_until(&text, '-', &first);
	return text_all_u64(first, 16, start) && text_all_u64(text, 16, end);
}

/* A line of maps: what is mapped where; false: no file is. */
static bool parse_line(struct text line, uint64_t *start, uint64_t *end,
	struct text *path)
{
	struct text word;
	unsigned field;

	if (!text_word(&line, &word) || !parse_range(word, start, end))
		return false;
	for (field = 0; field < 4; field++)
		text_word(&line, &word);
	*path = text_trim(line);
	return path->n && path->p[0] == '/';
}

static struct text maps_of(const struct rooted *rooted, int pid)
{
	unsigned i;

	for (i = 0; i < MAPS_KEPT; i++)
		if (rooted->maps[i].pid == pid)
			return (struct text){ buf_text(&rooted->maps[i].text),
				rooted->maps[i].text.len };
	return text_of("");
}

/* The path of what is mapped at "map_files/A-B", as maps has it. */
static bool path_of(const struct rooted *rooted, int pid, const char *file,
	struct buf *out)
{
	struct text range = text_of(file), rest = maps_of(rooted, pid);
	struct text line, path;
	uint64_t start, end, a, b;

	text_until(&range, '/', &line);
	if (!parse_range(range, &start, &end))
		return false;
	while (text_line(&rest, &line))
		if (parse_line(line, &a, &b, &path) && a == start &&
		    b == end) {
			buf_add(out, path.p, path.n);
			return true;
		}
	return false;
}

/* A file is laid out alike wherever it is mapped: what was recorded of another
 * part of it.  Into OUT, and kept; false: nothing was. */
static bool ask_layout(struct rooted *rooted, struct proc_id id,
	const char *file, struct buf *out)
{
	struct text rest = maps_of(rooted, id.pid), line, other;
	struct buf path = { 0 }, question = { 0 };
	bool found = false;
	uint64_t start, end;

	if (!path_of(rooted, id.pid, file, &path))
		goto done;
	while (!found && text_line(&rest, &line)) {
		if (!parse_line(line, &start, &end, &other) ||
		    !text_is(other, buf_text(&path)))
			continue;
		buf_clear(&question);
		buf_fmt(&question, "map_files/%" PRIx64 "-%" PRIx64 ":elf",
			start, end);
		found = source_text(rooted->source.inner, id, buf_text(&question),
			out) == ANSWER_OK;
	}
	if (found)
		keep_layout(rooted, id.pid, file, (struct text){
			buf_text(out), out->len });
done:
	buf_fini(&question);
	buf_fini(&path);
	return found;
}

/* ---- answers */

/* A symbol is told in it. */
static bool has_symbol(const struct buf *out)
{
	struct text rest = { buf_text(out), out->len }, line;

	while (text_line(&rest, &line))
		if (text_starts(line, "symbol "))
			return true;
	return false;
}

/* Add to OUT what the file at FILE says, unless OUT has a symbol already. */
static bool answer_from(struct rooted *rooted, const char *file,
	const char *path, const struct mapped_file *known,
	const struct symbol_question *q, struct buf *out)
{
	struct buf own = { 0 };
	bool done;

	rooted->live->src.watch = rooted->source.watch;
	done = !has_symbol(out) && !live_symbol_answer_in(rooted->live,
		file, path, known->build_id, q, &own);
	/* Of two that have no symbol there, the first one's word. */
	if (done && (!out->len || has_symbol(&own))) {
		buf_clear(out);
		buf_add(out, buf_text(&own), own.len);
	}
	buf_fini(&own);
	return done;
}

static bool answer(struct rooted *rooted, struct proc_id id,
	const struct symbol_question *q, struct buf *out)
{
	const struct mapped_file *known = find_file(rooted, id.pid, q->file);
	struct buf path = { 0 }, file = { 0 };
	bool done = false;

	if (!known && ask_layout(rooted, id, q->file, &file))
		known = find_file(rooted, id.pid, q->file);
	buf_clear(&file);
	if (known && known->build_id && strlen(known->build_id) > 2 &&
	    path_of(rooted, id.pid, q->file, &path)) {
		buf_fmt(&file, "%s%s", rooted->root, buf_text(&path));
		done = answer_from(rooted, buf_text(&file), buf_text(&path),
			known, q, out);
		buf_clear(&file);
		buf_fmt(&file, "%s/usr/lib/debug/.build-id/%.2s/%s.debug",
			rooted->root, known->build_id, known->build_id + 2);
		done |= answer_from(rooted, buf_text(&file), buf_text(&path),
			known, q, out);
	}
	buf_fini(&file);
	buf_fini(&path);
	return done;
}

static enum answer rooted_text(struct source *src, struct proc_id id,
	const char *path, struct buf *out)
{
	struct rooted *rooted = (struct rooted *)src;
	enum answer told = source_text(source_inner(src), id, path, out);
	struct symbol_question q;
	struct buf own = { 0 };

	if (!id.pid || (told != ANSWER_OK && told != ANSWER_UNRECORDED))
		return told;
	if (told == ANSWER_OK && !strcmp(path, "maps"))
		keep_maps(rooted, id.pid, out);
	if (!live_symbol_question(path, &q) || q.is_vdso)
		return told;
	if (!q.has_address && !q.name) {
		if (told == ANSWER_OK)
			keep_layout(rooted, id.pid, q.file, (struct text){
				buf_text(out), out->len });
		else if (ask_layout(rooted, id, q.file, out))
			told = ANSWER_OK;
		return told;
	}
	if ((told != ANSWER_OK || !has_symbol(out)) &&
	    answer(rooted, id, &q, &own)) {
		buf_clear(out);
		buf_add(out, buf_text(&own), own.len);
		told = ANSWER_OK;
	}
	buf_fini(&own);
	return told;
}

static void rooted_free(struct source *src)
{
	struct rooted *rooted = (struct rooted *)src;
	size_t i;

	source_free(src->inner);
	source_free(&rooted->live->src);
	for (i = 0; i < MAPS_KEPT; i++)
		buf_fini(&rooted->maps[i].text);
	for (i = 0; i < rooted->nfiles; i++)
		free(rooted->files[i].build_id);
	free(rooted->files);
	free(rooted);
}

static const struct source_ops rooted_ops = {
	.text = rooted_text,
	.free = rooted_free,
};

struct source *rooted_new(struct source *inner, const char *root)
{
	struct rooted *rooted = mem_new(1, sizeof(*rooted));
	const struct live_options options = { .sysroot = root };

	rooted->source.ops = &rooted_ops;
	rooted->source.inner = inner;
	rooted->root = root;
	rooted->live = (struct live *)live_new(&options);
	return &rooted->source;
}
