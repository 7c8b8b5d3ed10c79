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

#define FUNCTIONS(X) \
	X(createCCtx) X(freeCCtx) X(CCtx_setParameter) X(CStreamOutSize) \
	X(compressStream2) X(createDCtx) X(freeDCtx) X(DCtx_setParameter) \
	X(DCtx_reset) X(decompressStream) X(isError)

struct library {
#define X(name) __typeof__(ZSTD_##name) *name;
	FUNCTIONS(X)
#undef X
};

struct packer {
	struct library zstd;
	ZSTD_CCtx *context;
};

struct unpacker {
	struct library zstd;
	ZSTD_DCtx *context;
};

#ifdef LIBZSTD_SONAME
#include <dlfcn.h>

/* Only who has a recording pays for loading it, and once. */
static bool library_load(struct library *library)
{
	void *handle = dlopen(LIBZSTD_SONAME,
		RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
	bool good = handle != NULL;

	/* As POSIX has it: an object pointer that is a function's. */
#define X(name) \
	good = good && (*(void **)&library->name = dlsym(handle, "ZSTD_" #name));
	FUNCTIONS(X)
#undef X
	if (handle)
		dlclose(handle);
	return good;
}

#else

/* No static program loads libraries. */
static bool library_load(struct library *library)
{
#define X(name) library->name = ZSTD_##name;
	FUNCTIONS(X)
#undef X
	return true;
}

#endif

bool pack_is_there(void)
{
	struct library library;

	return library_load(&library);
}

struct packer *packer_new(void)
{
	static const struct {
		ZSTD_cParameter which;
		int value;
	} set[] = {
		{ ZSTD_c_compressionLevel, LEVEL },
		{ ZSTD_c_windowLog, WINDOW_LOG },
		{ ZSTD_c_hashLog, TABLE_LOG }, { ZSTD_c_chainLog, TABLE_LOG },
		{ ZSTD_c_checksumFlag, 1 },
	};
	struct packer *packer = mem_new(1, sizeof(*packer));
	size_t i;

	if (!library_load(&packer->zstd)) {
		free(packer);
		return NULL;
	}
	packer->context = packer->zstd.createCCtx();
	if (!packer->context)
		mem_exhausted();
	for (i = 0; i < sizeof(set) / sizeof(*set); i++)
		packer->zstd.CCtx_setParameter(packer->context, set[i].which,
			set[i].value);
	return packer;
}

static void pack(struct packer *packer, const char *bytes, size_t n,
	ZSTD_EndDirective how, struct buf *out)
{
	const struct library *zstd;
	ZSTD_inBuffer in = { bytes, n, 0 };
	size_t left;

	if (!packer) {
		buf_add(out, bytes, n);
		return;
	}
	zstd = &packer->zstd;
	do {
		size_t room = zstd->CStreamOutSize();
		ZSTD_outBuffer to = { buf_room(out, room), room, 0 };

		left = zstd->compressStream2(packer->context, &to, &in, how);
		/* For want of memory only. */
		if (zstd->isError(left))
			mem_exhausted();
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
	packer->zstd.freeCCtx(packer->context);
	free(packer);
}

struct unpacker *unpacker_new(void)
{
	struct unpacker *unpacker = mem_new(1, sizeof(*unpacker));

	if (!library_load(&unpacker->zstd)) {
		free(unpacker);
		return NULL;
	}
	unpacker->context = unpacker->zstd.createDCtx();
	if (!unpacker->context)
		mem_exhausted();
	unpacker->zstd.DCtx_setParameter(unpacker->context,
		ZSTD_d_windowLogMax, WINDOW_LOG_MOST);
	return unpacker;
}

bool unpacker_add(struct unpacker *unpacker, const char *in, size_t n,
	struct buf *out, struct unpacked *unpacked)
{
	ZSTD_inBuffer from = { in, n, 0 };
	ZSTD_outBuffer to = { buf_room(out, CHUNK), CHUNK, 0 };
	size_t left = unpacker->zstd.decompressStream(unpacker->context, &to,
		&from);

	if (unpacker->zstd.isError(left))
		return false;
	out->len += to.pos;
	out->data[out->len] = '\0';
	*unpacked = (struct unpacked){ from.pos, to.pos == to.size, !left,
		left && left != BETWEEN_BLOCKS };
	return true;
}

void unpacker_reset(struct unpacker *unpacker)
{
	unpacker->zstd.DCtx_reset(unpacker->context, ZSTD_reset_session_only);
}

void unpacker_free(struct unpacker *unpacker)
{
	if (!unpacker)
		return;
	unpacker->zstd.freeDCtx(unpacker->context);
	free(unpacker);
}

#else

bool pack_is_there(void)
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
