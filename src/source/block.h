/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_BLOCK_H
#define VMATLAS_SRC_SOURCE_BLOCK_H

#include "vmatlas/base/text.h"
#include "vmatlas/source/source.h"

/*
 * A block is the unit of a recording, vmatlas-recording(5): a header line of
 * a kind and key=value words, and payload lines that start with a tab.  This
 * is the one place that knows how it is spelled, both ways; record.c knows
 * when one is written, replay_load.c what it means.
 */

#define RECORDING_MAGIC "vmatlas-recording"
#define RECORDING_VERSION 2
/* Words that one block may stand for, however few bytes spell them. */
#define BLOCK_WORDS_MAX (1u << 20)
/* Of pages and frames; PFNs have 55 bits. */
#define BLOCK_INDEX_MAX (UINT64_C(1) << 55)

/* As zlib's crc32: CRC begins as 0. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t n);

/* ---- writing: a header and its payload, then both into one text */

struct block_writer {
	struct buf head, payload;
};

void block_begin(struct block_writer *writer, const char *kind);
void block_put(struct block_writer *writer, const char *key, const char *value);
void block_put_u64(struct block_writer *writer, const char *key, uint64_t value);
void block_put_hex(struct block_writer *writer, const char *key, uint64_t value);
/* pid= and starttime=, left out for the machine. */
void block_put_id(struct block_writer *writer, struct proc_id id);
void block_pay_text(struct block_writer *writer, struct text text);
void block_pay_words(struct block_writer *writer, const uint64_t *words,
	size_t n);
/* The same where before there were NBASE other words at BASE, for the same
 * indexes: only those that differ are spelled. */
void block_pay_words_anew(struct block_writer *writer, const uint64_t *words,
	size_t n, const uint64_t *base, size_t nbase);
void block_pay_ranges(struct block_writer *writer,
	const struct vpn_range *ranges, size_t n);
void block_pay_processes(struct block_writer *writer,
	const struct process_entry *processes, size_t n);
/* A line of text as payload has it, without its tab. */
void block_escape(struct buf *out, struct text line);
/* Append the block with its checksum to OUT. */
void block_end(struct block_writer *writer, struct buf *out);
void block_writer_fini(struct block_writer *writer);

/* ---- reading */

/* Where reading has come to, and the number of the next line, from 1. */
struct block_reader {
	struct text rest;
	size_t line;
};

/* A view of a block in the recording's text. */
struct block {
	struct text kind, keys;
	struct text payload;	/* its lines, and what is passed over */
	size_t line;		/* of the header */
	bool checked;		/* it has a checksum */
	bool damaged;		/* that disagrees */
	bool cut;		/* its last line has no end */
};

/* Take the next block off; false at the end, or where it may not all be there
 * yet as MORE may follow. */
bool block_next(struct block_reader *reader, struct block *block, bool more);
/* The value of KEY as it stands there, escaped; false if there is none. */
bool block_get(const struct block *block, const char *key, struct text *value);
/* A number, decimal or 0x...; *OUT stays where there is no such key.  False:
 * it is no number or more than MOST. */
bool block_get_u64(const struct block *block, const char *key, uint64_t most,
	uint64_t *out);
/* The next payload line without its tab. */
bool payload_line(struct text *payload, struct text *line);

/*
 * Words in the short form in which they are kept: from index AT of a block
 * on, VALUE, and STEP more (0 or 1) from word to word.
 */
struct word_run {
	uint64_t value;
	uint32_t at, step;
};

/* Called for each run, with the number of its words; RUN NULL: they are the
 * same as before (block_pay_words_anew).  False: there are no such. */
typedef bool word_run_fn(void *arg, const struct word_run *run, uint32_t at,
	uint32_t n);
/* The words of PAYLOAD; their number is in *TOTAL.  False: it is damaged. */
bool payload_words(struct text payload, word_run_fn *take, void *arg,
	uint32_t *total);
/* "0xA-0xB" off the front of LINE. */
bool payload_range(struct text *line, struct vpn_range *out);
bool payload_process(struct text line, struct process_entry *out);

#endif
