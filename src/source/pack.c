/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

#include "vmatlas/base/mem.h"

#define MAGIC "\x28\xb5\x2f\xfd"

bool pack_is_packed(const char *bytes, size_t n)
{
	return n >= 4 && !memcmp(bytes, MAGIC, 4);
}

#ifdef HAVE_LIBZSTD
#include <zstd.h>

/* What is repeated is so from one refresh to the next: a window of some of
 * them is enough, and little memory matters more than the last percent. */
#define LEVEL 3
#define WINDOW_LOG 18
#define TABLE_LOG 15
/* No frame of ours needs more, and one by others shall not make us take it. */
#define WINDOW_LOG_MOST 24
/* Unpacked at once, at most: what follows waits until this was looked at. */
#define CHUNK ((size_t)64 << 10)
/* What the unpacker wants next where no block was begun: a block's header. */
#define BETWEEN_BLOCKS 3

struct packer {
	ZSTD_CCtx *zstd;
};

struct unpacker {
	ZSTD_DCtx *zstd;
};

bool pack_is_built_in(void)
{
	return true;
}

struct packer *packer_new(void)
{
	struct packer *packer = mem_new(1, sizeof(*packer));

	packer->zstd = ZSTD_createCCtx();
	if (!packer->zstd)
		abort();
	ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_windowLog, WINDOW_LOG);
	ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_hashLog, TABLE_LOG);
	ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_chainLog, TABLE_LOG);
	ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_checksumFlag, 1);
	return packer;
}

static void pack(struct packer *packer, const char *bytes, size_t n,
	ZSTD_EndDirective how, struct buf *out)
{
	ZSTD_inBuffer in = { bytes, n, 0 };
	size_t left;

	do {
		size_t room = ZSTD_CStreamOutSize();
		ZSTD_outBuffer to = { buf_room(out, room), room, 0 };

		left = ZSTD_compressStream2(packer->zstd, &to, &in, how);
		if (ZSTD_isError(left))
			abort();	/* for want of memory only */
		out->len += to.pos;
		out->data[out->len] = '\0';
	} while (how == ZSTD_e_continue ? in.pos < in.size : left > 0);
}

void packer_add(struct packer *packer, const char *bytes, size_t n,
	struct buf *out)
{
	pack(packer, bytes, n, ZSTD_e_continue, out);
}

void packer_flush(struct packer *packer, struct buf *out)
{
	pack(packer, NULL, 0, ZSTD_e_flush, out);
}

void packer_finish(struct packer *packer, struct buf *out)
{
	pack(packer, NULL, 0, ZSTD_e_end, out);
}

void packer_free(struct packer *packer)
{
	if (!packer)
		return;
	ZSTD_freeCCtx(packer->zstd);
	free(packer);
}

struct unpacker *unpacker_new(void)
{
	struct unpacker *unpacker = mem_new(1, sizeof(*unpacker));

	unpacker->zstd = ZSTD_createDCtx();
	if (!unpacker->zstd)
		abort();
	ZSTD_DCtx_setParameter(unpacker->zstd, ZSTD_d_windowLogMax,
		WINDOW_LOG_MOST);
	return unpacker;
}

bool unpacker_add(struct unpacker *unpacker, const char *in, size_t n,
	struct buf *out, struct unpacked *unpacked)
{
	ZSTD_inBuffer from = { in, n, 0 };
	ZSTD_outBuffer to = { buf_room(out, CHUNK), CHUNK, 0 };
	size_t left = ZSTD_decompressStream(unpacker->zstd, &to, &from);

	if (ZSTD_isError(left))
		return false;
	out->len += to.pos;
	out->data[out->len] = '\0';
	*unpacked = (struct unpacked){ from.pos, to.pos == to.size, !left,
		left && left != BETWEEN_BLOCKS };
	return true;
}

void unpacker_reset(struct unpacker *unpacker)
{
	ZSTD_DCtx_reset(unpacker->zstd, ZSTD_reset_session_only);
}

void unpacker_free(struct unpacker *unpacker)
{
	if (!unpacker)
		return;
	ZSTD_freeDCtx(unpacker->zstd);
	free(unpacker);
}

#else

bool pack_is_built_in(void)
{
	return false;
}

struct packer *packer_new(void)
{
	return NULL;
}

void packer_add(struct packer *packer, const char *bytes, size_t n,
	struct buf *out)
{
	(void)packer;
	buf_add(out, bytes, n);
}

void packer_flush(struct packer *packer, struct buf *out)
{
	(void)packer;
	(void)out;
}

void packer_finish(struct packer *packer, struct buf *out)
{
	(void)packer;
	(void)out;
}

void packer_free(struct packer *packer)
{
	(void)packer;
}

struct unpacker *unpacker_new(void)
{
	return NULL;
}

bool unpacker_add(struct unpacker *unpacker, const char *in, size_t n,
	struct buf *out, struct unpacked *unpacked)
{
	(void)unpacker;
	(void)in;
	(void)n;
	(void)out;
	*unpacked = (struct unpacked){ .used = 0 };
	return false;
}

void unpacker_reset(struct unpacker *unpacker)
{
	(void)unpacker;
}

void unpacker_free(struct unpacker *unpacker)
{
	(void)unpacker;
}

#endif
