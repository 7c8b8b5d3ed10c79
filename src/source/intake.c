/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "intake.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A recording that is larger is read by no machine that we know. */
#define RAW_MOST ((size_t)1 << 30)
/* No recording packs better than that; more would only eat our memory. */
#define UNPACKED_MOST(raw) (((uint64_t)(raw) << 8) + (16u << 20))
#define CHUNK ((size_t)64 << 10)

static bool more_may_come(const struct intake *intake)
{
	return intake->fd >= 0;
}

/* One read: its bytes; 0: nothing yet, or the end (FD is -1 then). */
static int read_some(struct intake *intake)
{
	char *at = buf_room(&intake->raw, CHUNK);
	ssize_t n = read(intake->fd, at, CHUNK);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : errno;
	if (!n)
		intake->fd = -1;
	intake->raw.len += (size_t)n;
	intake->raw.data[intake->raw.len] = '\0';
	return intake->raw.len > RAW_MOST ? EFBIG : 0;
}

int intake_read(struct intake *intake)
{
	int error = 0;

	while (!error && intake->fd >= 0) {
		struct pollfd pfd = { intake->fd, POLLIN, 0 };

		if (intake->is_stream && poll(&pfd, 1, 0) <= 0)
			break;
		error = read_some(intake);
	}
	return error;
}

/* Enough to see what it is: also of a stream, there is nothing else to do. */
static int read_first(struct intake *intake, size_t n)
{
	int error = 0;

	while (!error && intake->fd >= 0 && intake->raw.len < n)
		error = read_some(intake);
	return error;
}

int intake_open(struct intake *intake, int fd, bool is_stream,
	const char *name, struct err *err)
{
	static const char magic[] = RECORDING_MAGIC;
	size_t n = sizeof(magic) - 1;
	int error;

	intake->fd = fd;
	intake->is_stream = is_stream;
	intake->line = 1;
	error = read_first(intake, n);
	intake->packed = pack_is_packed(buf_text(&intake->raw),
		intake->raw.len);
	/* Whatever else it is may never end. */
	if (!error && !intake->packed &&
	    (intake->raw.len < n || memcmp(intake->raw.data, magic, n)))
		return err_set(err, 0, "%s is no recording of vmatlas", name);
	if (intake->packed && !pack_is_there())
		return err_set(err, 0, "%s is packed by zstd, and there is no "
			"libzstd here: zstd -dc %s | vmatlas -R -", name,
			fd == STDIN_FILENO ? "" : name);
	if (!error)
		error = intake_read(intake);
	if (error)
		return err_set(err, error, "reading %s", name);
	if (intake->packed)
		intake->unpacker = unpacker_new();
	return 0;
}

/* ---- the text */

/* What was taken is not needed any more. */
static void drop_taken(struct intake *intake)
{
	struct buf *text = &intake->text;

	if (!intake->text_at || intake->text_at < text->len / 2)
		return;
	memmove(text->data, text->data + intake->text_at,
		text->len - intake->text_at);
	text->len -= intake->text_at;
	intake->begun += intake->text_at;
	intake->text_at = 0;
}

static bool unpack_some(struct intake *intake)
{
	struct buf *text = &intake->text;
	struct unpacked *unpacked = &intake->unpacked;

	/* To be asked for nothing is an error. */
	if (intake->at == intake->raw.len && !unpacked->full)
		return true;
	if (!unpacker_add(intake->unpacker, intake->raw.data + intake->at,
		    intake->raw.len - intake->at, text, unpacked)) {
		intake->why = "it is damaged (it cannot be unpacked)";
		return false;
	}
	intake->at += unpacked->used;
	if (unpacked->at_end) {
		intake->start_raw = intake->at;
		intake->start_text = intake->begun + text->len;
	}
	if (intake->begun + text->len > UNPACKED_MOST(intake->raw.len)) {
		intake->why = "it unpacks to more than a recording can";
		return false;
	}
	return true;
}

/* More text: false where there is none now, or it is damaged. */
static bool take_in(struct intake *intake)
{
	size_t before = intake->text.len, n = intake->raw.len - intake->at;

	if (intake->why)
		return false;
	if (!intake->packed) {
		n = n < CHUNK ? n : CHUNK;
		buf_add(&intake->text, buf_text(&intake->raw) + intake->at, n);
		intake->at += n;
		return n > 0;
	}
	/* What was unpacked already may come without any more bytes. */
	for (;;) {
		size_t at = intake->at;

		if (!unpack_some(intake))
			return false;
		if (intake->text.len > before)
			return true;
		if (intake->at == at)
			return false;
	}
}

/* In long blocks not every piece is looked at anew from the beginning. */
static bool take_in_much(struct intake *intake)
{
	size_t pending = intake->text.len - intake->text_at;
	bool any = false;

	while (intake->text.len - intake->text_at <= 2 * pending) {
		if (!take_in(intake))
			return any;
		any = true;
	}
	return true;
}

/* More of what comes through a pipe: is there any? */
static bool receive(struct intake *intake)
{
	size_t before = intake->raw.len;

	if (intake_read(intake))
		intake->why = "it cannot be read on";
	return intake->raw.len > before;
}

/* The next block of the text that is there, which ends with it unless MORE. */
static bool take_block(struct intake *intake, struct block *block, bool more)
{
	struct block_reader reader = { { buf_text(&intake->text) +
		intake->text_at, intake->text.len - intake->text_at },
		intake->line };
	const char *before = reader.rest.p;

	if (!block_next(&reader, block, more))
		return false;
	intake->text_at += (size_t)(reader.rest.p - before);
	intake->line = reader.line;
	block->cut |= !more && intake->unpacked.midway;
	return true;
}

enum intake_result intake_block(struct intake *intake, struct block *block)
{
	drop_taken(intake);
	do
		if (take_block(intake, block, true))
			return INTAKE_BLOCK;
	while (take_in_much(intake) || (!intake->why && receive(intake)));
	if (!intake->why && more_may_come(intake))
		return INTAKE_LATER;
	if (!intake->why && take_block(intake, block, false))
		return INTAKE_BLOCK;
	if (!intake->why && intake->unpacked.midway)
		intake->why = "it is cut short";
	return intake->why ? INTAKE_DAMAGED : INTAKE_END;
}

bool intake_can_begin(struct intake *intake, struct intake_place *place)
{
	uint64_t text = intake->begun + intake->text_at;

	*place = (struct intake_place){ (size_t)text, intake->line };
	if (!intake->packed)
		return true;
	/* Where a frame has just ended, the unpacker may not know yet. */
	if (intake->text_at == intake->text.len)
		take_in(intake);
	place->raw = intake->start_raw;
	return intake->start_text == text;
}

void intake_go(struct intake *intake, const struct intake_place *place)
{
	buf_clear(&intake->text);
	intake->text_at = 0;
	intake->at = intake->start_raw = place->raw;
	intake->line = place->line;
	intake->unpacked = (struct unpacked){ .used = 0 };
	intake->why = NULL;
	/* Of text that is packed, only differences matter. */
	intake->begun = intake->start_text = place->raw;
	if (intake->packed)
		unpacker_reset(intake->unpacker);
}

void intake_fini(struct intake *intake)
{
	buf_fini(&intake->raw);
	buf_fini(&intake->text);
	unpacker_free(intake->unpacker);
	intake->unpacker = NULL;
}
