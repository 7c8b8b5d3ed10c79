/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "block.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Payload lines of numbers are broken behind this column. */
#define LINE_FULL 72

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t n)
{
	/* By half bytes, the reflected polynomial of IEEE 802.3. */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const unsigned char *p = bytes;

	crc = ~crc;
	for (; n; n--, p++) {
		crc ^= *p;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

/* ---- writing */

void block_begin(struct block_writer *writer, const char *kind)
{
	buf_clear(&writer->head);
	buf_clear(&writer->payload);
	buf_str(&writer->head, kind);
}

/* Values hold no blank, so that words end where they seem to. */
static void put_escaped(struct buf *out, struct text value)
{
	struct text part;

	while (value.n) {
		const char *blank = memchr(value.p, ' ', value.n);

		part = value;
		if (blank)
			part.n = (size_t)(blank - value.p);
		text_escape(out, part, false);
		if (!blank)
			break;
		buf_str(out, "\\x20");
		value.p += part.n + 1;
		value.n -= part.n + 1;
	}
}

void block_put(struct block_writer *writer, const char *key, const char *value)
{
	buf_fmt(&writer->head, " %s=", key);
	put_escaped(&writer->head, text_of(value));
}

void block_put_u64(struct block_writer *writer, const char *key, uint64_t value)
{
	buf_fmt(&writer->head, " %s=%" PRIu64, key, value);
}

void block_put_hex(struct block_writer *writer, const char *key, uint64_t value)
{
	buf_fmt(&writer->head, " %s=0x%" PRIx64, key, value);
}

void block_put_id(struct block_writer *writer, struct proc_id id)
{
	if (!id.pid)
		return;
	buf_fmt(&writer->head, " pid=%d", id.pid);
	if (id.starttime)
		block_put_u64(writer, "starttime", id.starttime);
}

/* Tabs act on nothing, and with them status is easier to read. */
void block_escape(struct buf *out, struct text line)
{
	struct text part = line;
	const char *tab;

	while ((tab = memchr(part.p, '\t', part.n))) {
		size_t n = (size_t)(tab - part.p);

		text_escape(out, (struct text){ part.p, n }, false);
		buf_char(out, '\t');
		part.p += n + 1;
		part.n -= n + 1;
	}
	text_escape(out, part, false);
}

void block_pay_text(struct block_writer *writer, struct text text)
{
	struct text line;

	while (text_line(&text, &line)) {
		buf_char(&writer->payload, '\t');
		block_escape(&writer->payload, line);
		buf_char(&writer->payload, '\n');
	}
}

/* The longest run at the front of WORDS. */
static size_t run_length(const uint64_t *words, size_t n, unsigned *step)
{
	size_t len = 1;

	*step = n > 1 && words[1] == words[0] + 1;
	if (n > 1 && words[1] == words[0] + *step)
		for (len = 2; len < n &&
		     words[len] == words[len - 1] + *step;)
			len++;
	return len;
}

/* printf takes half the time of recording a big process. */
static size_t hex_put(char *out, uint64_t value)
{
	size_t i, n = 1;

	while (n < 16 && value >> (4 * n))
		n++;
	for (i = n; i--; value >>= 4)
		out[i] = "0123456789abcdef"[value & 15];
	return n;
}

/* Tokens on lines of some length. */
struct token_line {
	struct buf *out;
	size_t start;		/* of the line */
	bool any;
};

static void put_token(struct token_line *line, const char *token, size_t n)
{
	struct buf *out = line->out;

	if (!line->any || out->len - line->start > LINE_FULL) {
		if (line->any)
			buf_char(out, '\n');
		line->start = out->len;
		line->any = true;
		buf_char(out, '\t');
	} else {
		buf_char(out, ' ');
	}
	buf_add(out, token, n);
}

static void put_words(struct token_line *line, const uint64_t *words, size_t n)
{
	size_t len, used;
	unsigned step;
	char token[48];

	for (; n; words += len, n -= len) {
		len = run_length(words, n, &step);
		used = hex_put(token, words[0]);
		if (len > 1)
			used += (size_t)snprintf(token + used,
				sizeof(token) - used, "%c%zu",
				step ? '+' : '*', len);
		put_token(line, token, used);
	}
}

void block_pay_words(struct block_writer *writer, const uint64_t *words,
	size_t n)
{
	block_pay_words_anew(writer, words, n, NULL, 0);
}

/* How many words from I on are the same as before. */
static size_t same_length(const uint64_t *words, size_t n,
	const uint64_t *base, size_t nbase, size_t i)
{
	size_t end = i;

	while (end < n && end < nbase && words[end] == base[end])
		end++;
	return end - i;
}

void block_pay_words_anew(struct block_writer *writer, const uint64_t *words,
	size_t n, const uint64_t *base, size_t nbase)
{
	struct token_line line = { &writer->payload, 0, false };
	size_t i = 0, from = 0, same;
	char token[24];

	while (i < n) {
		same = same_length(words, n, base, nbase, i);
		/* A word or two among others are spelled as soon. */
		if (same < 3 && i + same < n) {
			i += same + 1;
			continue;
		}
		put_words(&line, words + from, i - from);
		i += same;
		from = i;
		if (same)
			put_token(&line, token, (size_t)snprintf(token,
				sizeof(token), "=%zu", same));
	}
	put_words(&line, words + from, n - from);
	if (line.any)
		buf_char(&writer->payload, '\n');
}

void block_pay_ranges(struct block_writer *writer,
	const struct vpn_range *ranges, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_fmt(&writer->payload, "%s0x%" PRIx64 "-0x%" PRIx64 "%s",
			i % 3 ? " " : "\t", ranges[i].start, ranges[i].end,
			i % 3 == 2 || i + 1 == n ? "\n" : "");
}

void block_pay_processes(struct block_writer *writer,
	const struct process_entry *processes, size_t n)
{
	struct buf *out = &writer->payload;
	size_t i;

	for (i = 0; i < n; i++) {
		buf_fmt(out, "\t%d %" PRIu32, processes[i].pid,
			processes[i].uid);
		if (processes[i].user[0])
			buf_char(out, ' ');
		put_escaped(out, text_of(processes[i].user));
		buf_char(out, '\n');
	}
}

void block_end(struct block_writer *writer, struct buf *out)
{
	uint32_t crc = crc32_add(0, writer->head.data, writer->head.len);

	crc = crc32_add(crc, "\n", 1);
	crc = crc32_add(crc, buf_text(&writer->payload), writer->payload.len);
	buf_add(out, writer->head.data, writer->head.len);
	buf_fmt(out, " crc=%08" PRIx32 "\n", crc);
	buf_add(out, buf_text(&writer->payload), writer->payload.len);
}

void block_writer_fini(struct block_writer *writer)
{
	buf_fini(&writer->head);
	buf_fini(&writer->payload);
}

/* ---- reading */

bool payload_line(struct text *payload, struct text *line)
{
	while (text_line(payload, line))
		if (line->n && line->p[0] == '\t') {
			line->p++;
			line->n--;
			return true;
		}
	return false;
}

/* Takes the checksum, if there is one, off the HEADER of BLOCK. */
static void crc_check(struct block *block, struct text *header)
{
	static const char word[] = " crc=";
	const size_t most = sizeof(word) - 1 + 8;
	struct text given, line, payload = block->payload;
	uint64_t want;
	uint32_t crc;

	block->checked = header->n >= most && !memcmp(header->p + header->n -
		most, word, sizeof(word) - 1);
	block->damaged = false;
	if (!block->checked)
		return;
	given = (struct text){ header->p + header->n - 8, 8 };
	header->n -= most;
	crc = crc32_add(0, header->p, header->n);
	crc = crc32_add(crc, "\n", 1);
	while (payload_line(&payload, &line)) {
		crc = crc32_add(crc, line.p - 1, line.n + 1);
		crc = crc32_add(crc, "\n", 1);
	}
	block->damaged = !text_all_u64(given, 16, &want) || crc != want;
}

/* Past the payload of the header line in front of REST, and what is passed
 * over with it; false: more of it may come. */
static bool skip_payload(struct text *rest, size_t *lines, bool more)
{
	struct text line;

	while (rest->n && strchr("\t#\n", rest->p[0]) && rest->p[0]) {
		if (more && !memchr(rest->p, '\n', rest->n))
			return false;
		text_line(rest, &line);
		++*lines;
	}
	return rest->n || !more;
}

static bool is_end(struct text header)
{
	struct text kind;

	return text_word(&header, &kind) && text_is(kind, "end");
}

bool block_next(struct block_reader *reader, struct block *block, bool more)
{
	struct block_reader at = *reader;
	struct text line = { "", 0 };
	bool whole;

	do {
		whole = at.rest.n && memchr(at.rest.p, '\n', at.rest.n);
		if (!at.rest.n || (!whole && more))
			return false;
		text_line(&at.rest, &line);
		at.line++;
	} while (!line.n || line.p[0] == '#' || line.p[0] == '\t');
	block->line = at.line - 1;
	block->payload = (struct text){ at.rest.p, 0 };
	/* The end of a refresh is one without a look at what follows. */
	if ((!whole || !is_end(line)) &&
	    !skip_payload(&at.rest, &at.line, more))
		return false;
	block->payload.n = (size_t)(at.rest.p - block->payload.p);
	block->cut = !whole || (block->payload.n && at.rest.p[-1] != '\n');
	crc_check(block, &line);
	block->keys = line;
	if (!text_word(&block->keys, &block->kind))
		block->kind = (struct text){ line.p, 0 };
	*reader = at;
	return true;
}

bool block_get(const struct block *block, const char *key, struct text *value)
{
	struct text rest = block->keys, word;
	size_t n = strlen(key);

	while (text_word(&rest, &word))
		if (text_starts(word, key) && word.n > n && word.p[n] == '=') {
			*value = (struct text){ word.p + n + 1,
				word.n - n - 1 };
			return true;
		}
	return false;
}

static bool number_take(struct text *rest, uint64_t *out)
{
	bool hex = rest->n > 1 && rest->p[0] == '0' && rest->p[1] == 'x';

	return text_u64(rest, hex ? 16 : 10, out);
}

bool block_get_u64(const struct block *block, const char *key, uint64_t most,
	uint64_t *out)
{
	struct text value;
	uint64_t number;

	if (!block_get(block, key, &value))
		return true;
	if (!number_take(&value, &number) || value.n || number > most)
		return false;
	*out = number;
	return true;
}

/* One word, a run of them, or those of before: VALUE, VALUE*N, VALUE+N, =N. */
static bool words_token(struct text token, struct word_run *run, uint64_t *n,
	bool *same)
{
	char what = token.n ? token.p[0] : '\0';

	*n = 1;
	run->step = 0;
	*same = what == '=';
	if (!*same && !text_u64(&token, 16, &run->value))
		return false;
	if (!token.n)
		return true;
	what = token.p[0];
	if (!*same && what != '*' && what != '+')
		return false;
	run->step = what == '+';
	token.p++;
	token.n--;
	return text_all_u64(token, 10, n) && *n && *n <= BLOCK_WORDS_MAX;
}

bool payload_words(struct text payload, word_run_fn *take, void *arg,
	uint32_t *total)
{
	struct text line, token;
	struct word_run run = { .value = 0 };
	uint64_t n;
	bool same;

	*total = 0;
	while (payload_line(&payload, &line))
		while (text_word(&line, &token)) {
			run.at = *total;
			if (!words_token(token, &run, &n, &same) ||
			    n > BLOCK_WORDS_MAX - *total ||
			    !take(arg, same ? NULL : &run, *total,
				    (uint32_t)n))
				return false;
			*total += (uint32_t)n;
		}
	return true;
}

bool payload_range(struct text *line, struct vpn_range *out)
{
	if (!number_take(line, &out->start) || !line->n || line->p[0] != '-')
		return false;
	line->p++;
	line->n--;
	return number_take(line, &out->end);
}

bool payload_process(struct text line, struct process_entry *out)
{
	struct text word;
	struct buf user = { 0 };
	uint64_t pid, uid;

	memset(out, 0, sizeof(*out));
	if (!text_word(&line, &word) || !text_all_u64(word, 10, &pid) ||
	    !pid || pid > INT_MAX || !text_word(&line, &word) ||
	    !text_all_u64(word, 10, &uid) || uid > UINT32_MAX)
		return false;
	out->pid = (int)pid;
	out->uid = (uint32_t)uid;
	if (text_word(&line, &word)) {
		text_unescape(&user, word);
		snprintf(out->user, sizeof(out->user), "%s", buf_text(&user));
		buf_fini(&user);
	}
	return true;
}
