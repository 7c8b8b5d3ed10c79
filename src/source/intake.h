/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_SRC_SOURCE_INTAKE_H
#define VMATLAS_SRC_SOURCE_INTAKE_H

#include "block.h"
#include "pack.h"

/*
 * The text of a recording block by block, from a file that is read as a whole,
 * or from a pipe as it comes; unpacked on the way.  All bytes are kept as they
 * came, so that reading can begin again where a file or a frame begins.
 */
struct intake {
	int fd;			/* -1: RAW is all there is */
	bool is_stream;		/* more may come while we do other things */
	struct buf raw;
	size_t at;		/* of RAW: what comes next into TEXT */
	bool packed;
	struct unpacked unpacked;	/* what came of it last */
	struct unpacker *unpacker;
	struct buf text;	/* from TEXT_AT on: not taken yet */
	size_t text_at;
	uint64_t begun;		/* bytes of text before those in TEXT */
	/* The last place where reading can begin: of RAW, and of the text. */
	size_t start_raw;
	uint64_t start_text;
	size_t line;		/* number of the next line, from 1 */
	const char *why;	/* what is wrong with the bytes; static */
};

/* A place to begin at; only where a block begins. */
struct intake_place {
	size_t raw, line;
};

enum intake_result { INTAKE_BLOCK, INTAKE_LATER, INTAKE_END, INTAKE_DAMAGED };

/* What is in raw, or comes from FD (which stays the caller's), from its first
 * bytes on: -1 with ERR where they cannot be read, as packed ones. */
int intake_open(struct intake *intake, int fd, bool is_stream,
	const char *name, struct err *err);
/* Read on while nothing waits for us: 0, or an errno value. */
int intake_read(struct intake *intake);
/* The next block; its text stays until the next call. */
enum intake_result intake_block(struct intake *intake, struct block *block);
/* Could reading begin right behind the block that was taken last? */
bool intake_can_begin(struct intake *intake, struct intake_place *place);
void intake_go(struct intake *intake, const struct intake_place *place);
void intake_fini(struct intake *intake);

#endif
